/* SPDX-License-Identifier: MIT */
#include "ctnetlink/event_socket.h"

#include <errno.h>
#include <linux/netlink.h>
#include <stdlib.h>

#include "ctnetlink/event_filter.h"
#include "ctnetlink/transport.h"
#include "ctnetlink/walk.h"

/*
 * An event has some 250 bytes, and can have a security context. An odd number
 * of cache lines, so that the beginnings of the places do not share cache sets.
 */
#define SLOT_SIZE (4096 + 5 * 64)

_Static_assert(EVENT_SOCKET_BATCH <= TRANSPORT_BATCH, "more than one receive takes");

int event_socket_open(struct event_socket *s)
{
	int error;

	*s = (struct event_socket){0};
	s->bytes = malloc((size_t)EVENT_SOCKET_BATCH * SLOT_SIZE);
	if (s->bytes == NULL)
		return -ENOMEM;
	error = ct_open(&s->socket);
	if (error != 0) {
		event_socket_close(s);
		return error;
	}
	s->counts_drops = transport_drops(s->socket.transport, &s->drops) == 0;
	return 0;
}

void event_socket_close(struct event_socket *s)
{
	ct_close(&s->socket);
	free(s->bytes);
	*s = (struct event_socket){0};
}

int event_socket_descriptor(const struct event_socket *s)
{
	return transport_descriptor(s->socket.transport);
}

int event_socket_buffer(struct event_socket *s, int size)
{
	return transport_receive_buffer(s->socket.transport, size);
}

void event_socket_filter(struct event_socket *s, const struct filter *filter, unsigned groups)
{
	struct event_filter program;

	/* One that the kernel refuses costs time, not truth. */
	if (event_filter_build(filter, groups, &program))
		(void)transport_filter(s->socket.transport, program.code, program.length);
}

int event_socket_mute(struct event_socket *s)
{
	struct event_filter program;

	event_filter_nothing(&program);
	return transport_filter(s->socket.transport, program.code, program.length);
}

int event_socket_reliable(struct event_socket *s)
{
	return transport_option(s->socket.transport, NETLINK_BROADCAST_ERROR, 1);
}

/* The messages of one datagram: 0, or a negative errno of fn. */
static int read_datagram(
	const struct transport_slot *slot, ct_message_fn fn, void *data, unsigned *broken)
{
	struct walk w = walk_bytes(slot->bytes, slot->length > 0 ? (size_t)slot->length : 0);
	const struct nlmsghdr *message;
	int malformed;

	while ((message = walk_message(&w, &malformed))) {
		int error = message->nlmsg_type < NLMSG_MIN_TYPE ? 0 : fn(message, data);

		if (error < 0)
			return error;
	}
	*broken += malformed != 0 || slot->length < 0;
	return 0;
}

int event_socket_receive(struct event_socket *s, ct_message_fn fn, void *data, unsigned *broken)
{
	struct transport_slot slots[EVENT_SOCKET_BATCH];
	int got;

	for (unsigned i = 0; i < EVENT_SOCKET_BATCH; i++)
		slots[i] = (struct transport_slot){
			.bytes = s->bytes + (size_t)i * SLOT_SIZE, .size = SLOT_SIZE};
	got = transport_receive_many(s->socket.transport, slots, EVENT_SOCKET_BATCH);
	for (int i = 0; i < got; i++) {
		int error = read_datagram(&slots[i], fn, data, broken);

		if (error < 0)
			return error;
	}
	return got;
}

bool event_socket_lost(struct event_socket *s, uint32_t *lost)
{
	uint32_t drops;

	*lost = 0;
	if (!s->counts_drops || transport_drops(s->socket.transport, &drops) != 0)
		return false;
	*lost = drops - s->drops;
	s->drops = drops;
	return true;
}
