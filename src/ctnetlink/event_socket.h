/* SPDX-License-Identifier: MIT */
/*
 * The socket that events come in by: many a system call, what is not wanted
 * left out by the kernel, and what was lost counted. Silent; returns errors.
 */
#ifndef CTNETLINK_EVENT_SOCKET_H
#define CTNETLINK_EVENT_SOCKET_H

#include <stdbool.h>
#include <stdint.h>

#include "ctnetlink/socket.h"
#include "flow/filter.h"

struct event_socket {
	struct ct_socket socket;
	uint8_t *bytes; /* a place for each event of a receive */
	uint32_t drops; /* the kernel's count when it was read last */
	bool counts_drops;
};

/* Open. 0 or a negative errno. event_socket_close() takes a zeroed or a closed one too. */
int event_socket_open(struct event_socket *s);
void event_socket_close(struct event_socket *s);

/* For poll(2); -1 when there is none (a replay: read until -EAGAIN, which is its end). */
int event_socket_descriptor(const struct event_socket *s);

/* Ask for a receive buffer: the bytes that the kernel grants, twice what it took, or an errno. */
int event_socket_buffer(struct event_socket *s, int size);

/*
 * Let the kernel leave out what the filter (of flows) or the groups leave out,
 * as far as it can: our own filter has to run all the same.
 */
void event_socket_filter(struct event_socket *s, const struct filter *filter, unsigned groups);

/* From now on nothing more is queued; what is there can still be read. */
int event_socket_mute(struct event_socket *s);

/*
 * An event of an end that finds no room keeps its entry, and is sent again
 * later (NETLINK_BROADCAST_ERROR). 0 or a negative errno.
 */
int event_socket_reliable(struct event_socket *s);

/*
 * Receive what waits, up to EVENT_SOCKET_BATCH events, and give each message to
 * fn; never waits. Returns the number of datagrams (fewer than the batch: there
 * are no more), or a negative errno: -EAGAIN (none), -ENOBUFS (an overrun:
 * events behind those that are queued were lost), -EINTR, or that of fn.
 * *broken is raised by one for each datagram that was not an event at all or
 * was too long to be read.
 */
#define EVENT_SOCKET_BATCH 64
int event_socket_receive(struct event_socket *s, ct_message_fn fn, void *data, unsigned *broken);

/*
 * How many events the kernel dropped since the last call because the buffer
 * was full. False when it does not tell.
 */
bool event_socket_lost(struct event_socket *s, uint32_t *lost);

#endif
