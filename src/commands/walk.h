/* SPDX-License-Identifier: MIT */
/* One walk of a table: dump, decode, filter, and each entry once. */
#ifndef COMMANDS_WALK_H
#define COMMANDS_WALK_H

#include "commands/session.h"
#include "ctnetlink/batch.h"
#include "ctnetlink/encode.h"

struct nlmsghdr;

/*
 * Called for each entry that matches the request's filter and family. message
 * is the entry as the kernel sent it. Returns 0, or a negative errno that ends
 * the walk; -ECANCELED ends it in silence (the callback has said why).
 */
typedef int (*walk_fn)(
	struct session *s, const struct flow *flow, const struct nlmsghdr *message, void *data);

/*
 * Walk the table of kind on s->dump with the filter of s->request. Returns 0,
 * or EXIT_REFUSED after saying why the walk did not come to its end. Warns
 * when the walk may have missed entries.
 */
int walk_table(struct session *s, enum dump_kind kind, walk_fn fn, void *data);

/*
 * Walk the table and change what matches: fn is given a batch as its data and
 * puts a message in with batch_put(), done is told the outcome of each. Ends
 * the command (session_end()) and returns its exit code.
 */
int walk_and_change(struct session *s, walk_fn fn, batch_result_fn done);

/* An encoder of one message about a flow, as in ctnetlink/encode.h. */
typedef int (*encode_fn)(struct packet *packet, const struct flow *flow);

/*
 * Encode one message into the batch, which is sent first when it is full. The
 * outcome comes with a copy of `entry`, the kernel's message about the entry.
 */
int batch_put(struct batch *batch, encode_fn encode, const struct flow *flow,
	const struct nlmsghdr *entry);

#endif
