/* SPDX-License-Identifier: MIT */
/*
 * Around the matching of flows by an expression: the clock that it is told,
 * and a warning when flows had not got what it asks for.
 */
#ifndef COMMANDS_MATCHING_H
#define COMMANDS_MATCHING_H

#include "commands/session.h"

/* What the kernel keeps of flows, as it was before they were matched: -1 is not known. */
struct matching {
	long accounting;
	long timestamps;
};

/* Before the first flow; reads files. Nothing happens without an expression. */
void matching_begin(struct matching *matching, const struct filter *filter);

/* Behind the last: warn, once a session. In events most entries lack counters anyway. */
void matching_end(const struct matching *matching, struct session *s);

#endif
