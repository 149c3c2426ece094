/* SPDX-License-Identifier: MIT */
/* What the kernel refused, in words that help: reason, hint, entry. */
#ifndef COMMANDS_REPORT_H
#define COMMANDS_REPORT_H

#include "commands/session.h"

/* Each says it once on stderr and returns EXIT_REFUSED. Errors are negative errno. */

/* No socket: error of ct_open(). */
int report_socket(const struct session *s, int error);

/*
 * A request was refused, or its conversation failed. answer may hold the
 * kernel's words; flow (may be NULL) is the entry that it was about.
 */
int report_refusal(const struct session *s, int error, const struct ct_answer *answer,
	const struct flow *flow);

/*
 * Likewise for one entry of many: counted in s->failures; after the first few
 * only counted, so that a million refusals are not a million lines.
 */
void report_entry(
	struct session *s, int error, const struct ct_answer *answer, const struct flow *flow);

/* Likewise: a change hit another entry than the one that it was meant for. */
void report_mistaken(struct session *s, const struct flow *flow);

#endif
