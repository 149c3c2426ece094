/* SPDX-License-Identifier: MIT */
#include "ctnetlink/batch.h"

#include <errno.h>
#include <linux/netlink.h>
#include <stdlib.h>
#include <string.h>

#include "ctnetlink/transport.h"
#include "ctnetlink/walk.h"

/* One message held or sent, and what became of it. */
struct batch_item {
	size_t offset; /* of its context */
	size_t length;
	struct ct_answer answer;
};

/* Room for contexts at first; it grows to what BATCH_MESSAGES of them need. */
#define CONTEXT_SIZE_FIRST 4096

int batch_open(struct batch *b, struct ct_socket *socket, batch_result_fn fn, void *data)
{
	*b = (struct batch){.socket = socket, .fn = fn, .data = data};
	b->items = calloc(BATCH_MESSAGES, sizeof(*b->items));
	b->bytes = malloc(BATCH_BYTES);
	b->context_size = CONTEXT_SIZE_FIRST;
	b->context = malloc(b->context_size);
	if (!b->items || !b->bytes || !b->context) {
		batch_close(b);
		return -ENOMEM;
	}
	packet_init(&b->packet, b->bytes, BATCH_BYTES);
	return 0;
}

void batch_close(struct batch *b)
{
	free(b->items);
	free(b->bytes);
	free(b->context);
	*b = (struct batch){0};
}

/* Hold a copy of a context; 0 or -ENOMEM. */
static int keep_context(struct batch *b, const void *context, size_t length)
{
	if (length > b->context_size - b->context_used) {
		size_t size = 2 * b->context_size + length;
		uint8_t *grown = realloc(b->context, size);
		if (!grown)
			return -ENOMEM;
		b->context = grown;
		b->context_size = size;
	}
	if (length > 0)
		memcpy(b->context + b->context_used, context, length);
	b->context_used += length;
	return 0;
}

int batch_commit(struct batch *b, const void *context, size_t length)
{
	struct batch_item *item = &b->items[b->messages];
	*item = (struct batch_item){.offset = b->context_used, .length = length};
	int error = keep_context(b, context, length);
	if (error) {
		b->packet.used = b->packet.start;
		return error;
	}

	struct nlmsghdr *message = packet_message(&b->packet, b->packet.start);
	message->nlmsg_seq = ++b->socket->sequence;
	message->nlmsg_pid = b->socket->port;
	message->nlmsg_flags &= (uint16_t)~NLM_F_ACK;
	b->last = b->packet.start;
	b->messages++;
	return b->messages == BATCH_MESSAGES ? batch_flush(b) : 0;
}

/* Data, not an outcome. 0 or a negative errno. */
static int give_reply(
	const struct batch *b, const struct nlmsghdr *message, const struct batch_item *item)
{
	int error;

	if (b->reply == NULL || message->nlmsg_type < NLMSG_MIN_TYPE)
		return 0;
	error = b->reply(message, b->context + item->offset, item->length, b->data);
	return error < 0 ? error : 0;
}

/*
 * Note one answer where it belongs. 1 when it was the last message's, 0 when
 * not, or a negative errno.
 */
static int take_answer(struct batch *b, const struct nlmsghdr *message)
{
	uint32_t first = b->socket->sequence - (uint32_t)b->messages + 1;
	uint32_t index = message->nlmsg_seq - first;
	if (message->nlmsg_pid != b->socket->port || index >= b->messages)
		return 0;
	if (message->nlmsg_type != NLMSG_ERROR)
		return give_reply(b, message, &b->items[index]);
	if (ct_read_error(message, message->nlmsg_len, &b->items[index].answer) < 0)
		return -EPROTO;
	return index == b->messages - 1;
}

/* Take the answers of one datagram; as take_answer(). */
static int take_datagram(struct batch *b, const uint8_t *bytes, size_t length)
{
	struct walk w = walk_bytes(bytes, length);
	int result = 0;
	const struct nlmsghdr *message;
	while (result == 0 && (message = walk_message(&w, &result)))
		result = take_answer(b, message);
	return result;
}

/*
 * Read answers up to the last message's. The kernel queues all of them before
 * the send returns, so an empty queue means that some are lost, and waiting
 * would be for ever. 0 or a negative errno.
 */
static int read_answers(struct batch *b)
{
	struct ct_socket *s = b->socket;
	int lost = 0;
	for (;;) {
		ssize_t got = transport_receive(s->transport, s->buffer, CT_RECEIVE_SIZE, 1);
		if (got == -EINTR)
			continue;
		if (got == -ENOBUFS && lost == 0) {
			lost = -ENOBUFS;
			continue;
		}
		if (got == 0 || got == -EAGAIN)
			return -EPROTO;
		if (got < 0)
			return (int)got;
		int result = take_datagram(b, s->buffer, (size_t)got);
		if (result != 0)
			return result < 0 ? result : lost;
	}
}

/* Send all that is held and learn what became of it. */
static int exchange(struct batch *b)
{
	packet_message(&b->packet, b->last)->nlmsg_flags |= NLM_F_ACK;
	b->sends++;
	int error = transport_send(b->socket->transport, b->packet.bytes, b->packet.used);
	return error ? error : read_answers(b);
}

int batch_flush(struct batch *b)
{
	if (b->messages == 0)
		return 0;
	int error = exchange(b);
	for (size_t i = 0; error == 0 && i < b->messages; i++) {
		const struct batch_item *item = &b->items[i];
		error = b->fn(&item->answer, b->context + item->offset, item->length, b->data);
	}
	b->messages = 0;
	b->context_used = 0;
	packet_init(&b->packet, b->bytes, BATCH_BYTES);
	return error < 0 ? error : 0;
}
