/* SPDX-License-Identifier: MIT */
/* --explain: what a command took, on stderr. */
#ifndef COMMANDS_EXPLAIN_H
#define COMMANDS_EXPLAIN_H

#include "commands/session.h"

/* Who filtered what in the walk (or the look-up) of the session, and the counts. */
void explain_walk(const struct session *s, uint64_t changed);

/* The kernel flushed by itself, with each filter of a plan; NULL: all of the table. */
void explain_flush(const struct session *s, const struct kernel_filter *plan, unsigned count);

/*
 * So many entries were done something to by the line of a file that s->place
 * names. Nothing in a pass that only counts.
 */
void explain_line(const struct session *s, uint64_t count);

#endif
