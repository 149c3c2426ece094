/* SPDX-License-Identifier: MIT */
/*
 * The model into kernel messages. Each function appends one finished message
 * to the packet: 0, or -EMSGSIZE when it does not fit. Sequence number, port
 * and NLM_F_ACK are set by whoever sends (socket.c, batch.c).
 *
 * Get, update and delete of a flow or expectation without addresses are
 * refused with -EINVAL: the kernel takes a delete without a tuple for a flush.
 */
#ifndef CTNETLINK_ENCODE_H
#define CTNETLINK_ENCODE_H

#include <stdbool.h>

#include "ctnetlink/kernel_filter.h"
#include "ctnetlink/packet.h"
#include "flow/expectation.h"
#include "flow/flow.h"
#include "flow/stats.h"

/* Into the message being built: a nest of what is present of a tuple. */
void encode_tuple(struct packet *p, uint16_t type, const struct tuple *t);

enum dump_kind {
	DUMP_TABLE,
	DUMP_TABLE_ZERO, /* and zero the counters of what is dumped */
	DUMP_DYING,
	DUMP_UNCONFIRMED,
};

/* filter may be NULL: everything. */
int encode_dump(struct packet *p, enum dump_kind kind, const struct kernel_filter *filter);

/* Begin a request to the subsystem of flows: IPCTNL_MSG_CT_… with NLM_F_… besides REQUEST. */
void encode_begin(struct packet *p, unsigned message, unsigned flags, uint8_t family);

/* The original tuple, else the reply tuple, and the zones. */
int encode_get(struct packet *p, const struct flow *flow);

/*
 * Create (exclusive: fail when it exists; else change the one that exists).
 * Everything present that user space may set is sent.
 */
int encode_create(struct packet *p, const struct flow *flow, bool exclusive);

/* Append a copy of a finished message of length bytes. 0 or -EMSGSIZE. */
int encode_copy(struct packet *p, const void *message, size_t length);

/*
 * Append a copy of an exclusive create (length bytes, as encode_create() made
 * it) that changes the entry which it found in its way.
 */
int encode_create_again(struct packet *p, const void *message, size_t length);

/* Likewise, without NAT and master, which only a new entry is given: they stay as they are. */
int encode_create_kept(struct packet *p, const void *message, size_t length);

/* Append a copy of a create without the master that it names. */
int encode_create_orphan(struct packet *p, const void *message, size_t length);

/* Change the entry of flow's original tuple and zone. 0 or -EMSGSIZE. */
int encode_update(struct packet *p, const struct flow *flow);

/* Delete by original tuple, zone, and id when present. */
int encode_delete(struct packet *p, const struct flow *flow);

/*
 * Empty the table. filter NULL: all of it; else only what it says, which the
 * caller must know to be heeded (kernel_flushes()): sent as version 1, without
 * which the kernel ignores the family. -EINVAL for a filter that says nothing.
 */
int encode_flush(struct packet *p, const struct kernel_filter *filter);

int encode_global(struct packet *p); /* answered by one message: decode_global() */
int encode_stats(struct packet *p, enum stats_table table);

int encode_expectation_dump(struct packet *p, uint8_t family);
int encode_expectation_get(struct packet *p, const struct expectation *e);
int encode_expectation_create(struct packet *p, const struct expectation *e);

/*
 * Give an expectation that exists the timeout of e, which a create does not
 * (the time of the helper's policy is taken). The rest of e as for the create.
 */
int encode_expectation_update(struct packet *p, const struct expectation *e);
int encode_expectation_delete(struct packet *p, const struct expectation *e);
int encode_expectation_flush(struct packet *p);

#endif
