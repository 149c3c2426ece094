/* SPDX-License-Identifier: MIT */
/*
 * Texts as numbers: equal texts have the same number, so that a key of a group
 * has a fixed size. Each different text is kept once.
 */
#ifndef FLOW_GROUP_TEXT_H
#define FLOW_GROUP_TEXT_H

#include <stdint.h>

#include "flow/flow.h"

struct kept_text {
	uint8_t *bytes;
	uint16_t length;
};

/* Zeroed: empty. */
struct group_texts {
	struct kept_text *text; /* number n is text[n - 1] */
	uint32_t count;
	uint32_t room;
	uint32_t *slots; /* by hash: the number, or 0 */
	uint32_t slot_count;
};

/* The number of a text, from 1 on; 0: no memory. */
uint32_t group_text_number(struct group_texts *texts, struct slice text);

/* The text of a number that group_text_number() gave. */
struct slice group_text(const struct group_texts *texts, uint32_t number);

void group_texts_free(struct group_texts *texts);

#endif
