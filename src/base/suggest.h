/* SPDX-License-Identifier: MIT */
/* The nearest known word to a mistyped one. */
#ifndef BASE_SUGGEST_H
#define BASE_SUGGEST_H

#include <stddef.h>

/*
 * A running choice: offer every known word, then read `best`, which is NULL
 * when none was near (distance over a third of the typed length, at least 1).
 * Letters are compared without case; a swap of neighbours counts as one.
 */
struct suggestion {
	const char *typed;
	const char *best;
	unsigned distance;
};

void suggest_start(struct suggestion *s, const char *typed);
void suggest_offer(struct suggestion *s, const char *known);

/*
 * ", did you mean 'WORD'?" into out (size bytes), or "" when nothing is near.
 * Returns out.
 */
const char *suggest_text(const struct suggestion *s, char *out, size_t size);

#endif
