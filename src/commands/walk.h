/* SPDX-License-Identifier: MIT */
/* One walk of a table: dump, decode, filter, and each entry once. */
#ifndef COMMANDS_WALK_H
#define COMMANDS_WALK_H

#include "commands/session.h"
#include "ctnetlink/encode.h"

struct nlmsghdr;

/* As the result of a walk_fn: enough was seen, which is no failure. Beyond every errno. */
#define WALK_ENOUGH (-5000)

/*
 * Called for each entry that matches the request's filter and family. message
 * is the entry as the kernel sent it. Returns 0, or a negative errno that ends
 * the walk; -ECANCELED ends it in silence (the callback has said why), WALK_ENOUGH
 * as if there had been no more entries.
 */
typedef int (*walk_fn)(
	struct session *s, const struct flow *flow, const struct nlmsghdr *message, void *data);

/*
 * Walk the table of kind on s->dump with the filter of s->request. Returns 0,
 * or EXIT_REFUSED after saying why the walk did not come to its end (nothing
 * is said of output that cannot be written: the end of the command does).
 * Warns when the walk may have missed entries, or met some twice.
 */
int walk_table(struct session *s, enum dump_kind kind, walk_fn fn, void *data);

#endif
