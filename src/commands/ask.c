/* SPDX-License-Identifier: MIT */
#include "commands/ask.h"

#include "ctnetlink/decode.h"
#include "ctnetlink/encode.h"

#define REQUEST_SIZE 2048

int ask_flow(struct session *s, const struct flow *flow, ct_message_fn fn, void *data,
	struct ct_answer *answer)
{
	_Alignas(PACKET_ALIGNMENT) uint8_t bytes[REQUEST_SIZE];
	struct packet packet;
	int error;

	packet_init(&packet, bytes, sizeof(bytes));
	error = encode_get(&packet, flow);
	return error ? error : ct_ask(&s->change, &packet, fn, data, answer);
}

static int read_entries(const struct nlmsghdr *message, void *data)
{
	uint32_t maximum;

	return decode_global(message, data, &maximum);
}

int ask_entries(struct ct_socket *socket, uint32_t *entries, struct ct_answer *answer)
{
	_Alignas(PACKET_ALIGNMENT) uint8_t bytes[64];
	struct packet packet;
	int error;

	packet_init(&packet, bytes, sizeof(bytes));
	error = encode_global(&packet);
	return error ? error : ct_ask(socket, &packet, read_entries, entries, answer);
}

int ask_expectation(
	struct session *s, encode_expectation_fn encode, ct_message_fn fn, struct ct_answer *answer)
{
	_Alignas(PACKET_ALIGNMENT) uint8_t bytes[REQUEST_SIZE];
	struct packet packet;
	int error;

	packet_init(&packet, bytes, sizeof(bytes));
	error = encode(&packet, &s->request->expectation);
	return error ? error : ct_ask(&s->change, &packet, fn, s, answer);
}
