/* SPDX-License-Identifier: MIT */
#include "ctnetlink/batch.h"

#include <errno.h>
#include <linux/netlink.h>
#include <stdlib.h>
#include <string.h>

#include "ctnetlink/transport.h"
#include "ctnetlink/walk.h"

/* One message held or sent. */
struct batch_item {
	size_t offset; /* of its context */
	size_t length;
};

/* Room for contexts at first; it grows to what a full batch of them needs. */
#define CONTEXT_SIZE_FIRST 4096

/*
 * What one reply takes of the receive buffer at the most: the kernel charges
 * the memory behind a socket buffer, not the bytes in it (skb_set_owner_r()).
 * An error with the request echoed lies in 1 KiB, an entry in 2 KiB.
 */
enum {
	ERROR_CHARGE = 1024 + 256,
	DATA_CHARGE = 2048 + 256,
};

/* What net.core.wmem_default leaves of a send, where that is less than is wanted. */
static size_t find_room(const struct ct_socket *socket)
{
	int room = transport_send_room(socket->transport, BATCH_BYTES);

	return room > 0 && room < BATCH_BYTES ? (size_t)room : BATCH_BYTES;
}

int batch_open(struct batch *b, struct ct_socket *socket, batch_result_fn fn, void *data)
{
	*b = (struct batch){.socket = socket, .fn = fn, .data = data};
	b->items = malloc(BATCH_MESSAGES * sizeof(*b->items));
	b->bytes = malloc(BATCH_BYTES);
	b->context_size = CONTEXT_SIZE_FIRST;
	b->context = malloc(b->context_size);
	if (!b->items || !b->bytes || !b->context) {
		batch_close(b);
		return -ENOMEM;
	}
	b->room = find_room(socket);
	packet_init(&b->packet, b->bytes, b->room);
	return 0;
}

void batch_close(struct batch *b)
{
	free(b->items);
	free(b->answers);
	free(b->bytes);
	free(b->context);
	*b = (struct batch){0};
}

/* Hold a copy of a context; 0 or -ENOMEM. */
static int keep_context(struct batch *b, const void *context, size_t length)
{
	if (length > b->context_size - b->context_used) {
		size_t size = 2 * b->context_size + NLMSG_ALIGN(length);
		uint8_t *grown = realloc(b->context, size);
		if (!grown)
			return -ENOMEM;
		b->context = grown;
		b->context_size = size;
	}
	if (length > 0)
		memcpy(b->context + b->context_used, context, length);
	b->context_used += NLMSG_ALIGN(length);
	return 0;
}

/*
 * How many messages a send may have. Asked once, when there are more than a
 * few: a privileged caller gets a buffer for them all, others what
 * net.core.rmem_max allows.
 */
static size_t find_limit(const struct batch *b)
{
	int charge = b->reply ? DATA_CHARGE : ERROR_CHARGE;
	/* The kernel doubles what it is asked for, and tells what it then has. */
	int granted = transport_receive_buffer(b->socket->transport, BATCH_MESSAGES * charge / 2);
	size_t limit = granted > 0 ? (size_t)(granted / charge) : 0;
	if (limit < BATCH_MESSAGES_FIRST)
		return BATCH_MESSAGES_FIRST;
	return limit < BATCH_MESSAGES ? limit : BATCH_MESSAGES;
}

int batch_encode(struct batch *b, encode_fn encode, const struct flow *flow)
{
	int error = encode(&b->packet, flow);

	if (error != -EMSGSIZE)
		return error;
	error = batch_flush(b);
	return error ? error : encode(&b->packet, flow);
}

int batch_commit(struct batch *b, const void *context, size_t length)
{
	size_t offset = b->context_used;
	int error = keep_context(b, context, length);
	if (error) {
		b->packet.used = b->packet.start;
		return error;
	}
	b->items[b->messages++] = (struct batch_item){.offset = offset, .length = length};
	if (b->messages < BATCH_MESSAGES_FIRST)
		return 0;
	if (b->limit == 0)
		b->limit = find_limit(b);
	return b->messages < b->limit ? 0 : batch_flush(b);
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

/* Keep a refusal until outcomes are told; 0 or -ENOMEM. */
static int keep_answer(struct batch *b, size_t index, const struct ct_answer *answer)
{
	if (!b->answers)
		b->answers = calloc(BATCH_MESSAGES, sizeof(*b->answers));
	if (!b->answers)
		return -ENOMEM;
	b->answers[index] = *answer;
	return 0;
}

/*
 * Note one answer where it belongs. 1 when it was the last message's, 0 when
 * not, or a negative errno.
 */
static int take_answer(struct batch *b, const struct nlmsghdr *message)
{
	uint32_t index = message->nlmsg_seq - b->first;
	struct ct_answer answer = {0};
	if (message->nlmsg_pid != b->socket->port || index >= b->messages)
		return 0;
	if (message->nlmsg_type != NLMSG_ERROR)
		return give_reply(b, message, &b->items[index]);
	if (ct_read_error(message, message->nlmsg_len, &answer) < 0)
		return -EPROTO;
	if (answer.error != 0 && keep_answer(b, index, &answer) < 0)
		return -ENOMEM;
	b->answered++;
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
 * Who may not change anything has a whole send refused with one answer, that of its
 * first message (nfnetlink_rcv() in nfnetlink.c): so is each. 0 where it was not so.
 */
static int refuse_all(struct batch *b)
{
	if (b->answered != 1 || !b->answers || b->answers[0].error != EPERM)
		return 0;
	for (size_t i = 1; i < b->messages; i++)
		b->answers[i] = b->answers[0];
	return 1;
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
			return lost == 0 && refuse_all(b) ? 0 : -EPROTO;
		if (got < 0)
			return (int)got;
		int result = take_datagram(b, s->buffer, (size_t)got);
		if (result != 0)
			return result < 0 ? result : lost;
	}
}

/* Sequence numbers in a row, and an ACK of the last one asked for. */
static void number_messages(struct batch *b)
{
	size_t next;
	b->first = b->socket->sequence + 1;
	for (size_t at = 0; at < b->packet.used; at = next) {
		struct nlmsghdr *message = packet_message(&b->packet, at);
		next = at + NLMSG_ALIGN(message->nlmsg_len);
		message->nlmsg_seq = ++b->socket->sequence;
		message->nlmsg_pid = b->socket->port;
		message->nlmsg_flags &= (uint16_t)~NLM_F_ACK;
		if (next >= b->packet.used)
			message->nlmsg_flags |= NLM_F_ACK;
	}
}

/* Send all that is held and learn what became of it. */
static int exchange(struct batch *b)
{
	number_messages(b);
	int error = transport_send(b->socket->transport, b->packet.bytes, b->packet.used);
	if (error)
		return error;
	b->sends++;
	/* Until each is told. */
	b->unknown += b->messages;
	b->answered = 0;
	return read_answers(b);
}

/* Tell what became of each message; the first negative errno of fn ends it. */
static int tell_outcomes(struct batch *b)
{
	static const struct ct_answer done;
	int error = 0;
	for (size_t i = 0; error >= 0 && i < b->messages; i++) {
		const struct batch_item *item = &b->items[i];
		b->unknown--;
		error = b->fn(b->answers ? &b->answers[i] : &done, b->context + item->offset,
			item->length, b->data);
	}
	return error < 0 ? error : 0;
}

int batch_flush(struct batch *b)
{
	if (b->messages == 0)
		return 0;
	int error = b->before ? b->before(b->data) : 0;
	if (error == 0)
		error = exchange(b);
	if (error == 0)
		error = tell_outcomes(b);
	free(b->answers);
	b->answers = NULL;
	b->messages = 0;
	b->context_used = 0;
	packet_init(&b->packet, b->bytes, b->room);
	return error;
}
