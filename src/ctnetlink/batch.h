/* SPDX-License-Identifier: MIT */
/*
 * Many messages in one send, each answer back to what it was about.
 *
 * Facts that the limits come from (Linux 6.18): errors never stop the walk of
 * a send; each refusal is one reply, a success replies only when asked to;
 * replies that do not fit the receive buffer vanish, the last one's ACK with
 * them. Hence never more messages a send than the buffer holds replies, only
 * the last one flagged NLM_F_ACK, and its ACK insisted on.
 */
#ifndef CTNETLINK_BATCH_H
#define CTNETLINK_BATCH_H

#include <stddef.h>

#include "ctnetlink/socket.h"

struct flow;

/* At the most, when the receive buffer may be made large enough. */
#define BATCH_MESSAGES 1000
#define BATCH_BYTES    (96 * 1024)

/* So many go without asking for a larger receive buffer. */
#define BATCH_MESSAGES_FIRST 32

/*
 * One message's outcome, in the order of sending: error 0 or a positive errno,
 * text the kernel's own words or "". context is what batch_commit() was given,
 * aligned as a netlink message. Returns 0 or a negative errno, which ends the
 * batch.
 */
typedef int (*batch_result_fn)(
	const struct ct_answer *answer, const void *context, size_t length, void *data);

/*
 * A data message that came in answer to one message (a get). Called while the
 * answers are being read, before any outcome is told; must not use the batch's
 * own socket. Returns as batch_result_fn.
 */
typedef int (*batch_reply_fn)(
	const struct nlmsghdr *reply, const void *context, size_t length, void *data);

/* Called before each send; a negative errno keeps it from being made. */
typedef int (*batch_before_fn)(void *data);

/*
 * Several batches may share a socket, as long as none is flushed while another
 * one reads its answers; a batch of its own may be filled and flushed while
 * outcomes are told.
 */
struct batch {
	struct ct_socket *socket;
	batch_result_fn fn;
	batch_reply_fn reply;   /* NULL: data is skipped; set after batch_open() */
	batch_before_fn before; /* or NULL; likewise */
	void *data;
	struct packet packet;
	size_t messages;
	size_t limit;   /* messages a send; 0: not known yet */
	size_t room;    /* bytes a send */
	uint32_t first; /* sequence number of the first message sent */
	size_t context_used;
	size_t context_size;
	struct batch_item *items;
	struct ct_answer *answers; /* of the messages, once one was refused */
	size_t answered;           /* outcomes that came */
	uint8_t *bytes;            /* of the packet */
	uint8_t *context;          /* copies of what batch_commit() was given */
	uint64_t sends;            /* done */
	uint64_t unknown;          /* messages sent whose outcome was never told */
};

/* The socket is open. 0 or -ENOMEM. batch_close() frees; it sends nothing. */
int batch_open(struct batch *b, struct ct_socket *socket, batch_result_fn fn, void *data);
void batch_close(struct batch *b);

/*
 * A message about a flow into b->packet, by one of the encoders of encode.h; what is
 * held is sent first where it does not fit behind it. 0, or as batch_flush(), or the
 * encoder's -EMSGSIZE: no packet has so much room. batch_commit() comes next.
 */
typedef int (*encode_fn)(struct packet *packet, const struct flow *flow);
int batch_encode(struct batch *b, encode_fn encode, const struct flow *flow);

/*
 * Encode one message into b->packet, then say so with batch_commit() and a
 * context, which is copied. When the encoder says -EMSGSIZE, batch_flush() and
 * encode again. batch_commit() flushes by itself when the batch is full.
 */
int batch_commit(struct batch *b, const void *context, size_t length);

/*
 * Send what is held, read every answer, call fn for each message. 0, or the
 * negative errno of the socket or of fn (-EPROTO: the last message's ACK never
 * came; with any error of the socket it is not known what was done).
 */
int batch_flush(struct batch *b);

#endif
