/* SPDX-License-Identifier: MIT */
#include "ctnetlink/socket.h"

#include <errno.h>
#include <linux/netlink.h>
#include <stdlib.h>
#include <string.h>

#include "ctnetlink/transport.h"
#include "ctnetlink/walk.h"

/* Of <linux/netlink.h> since 4.12 and 5.8. */
#ifndef NLM_F_CAPPED
#define NLM_F_CAPPED   0x100
#define NLM_F_ACK_TLVS 0x200
#endif
#ifndef NLM_F_DUMP_FILTERED
#define NLM_F_DUMP_FILTERED 0x20
#endif

/* enum nlmsgerr_attrs, which older headers lack. */
enum {
	ERROR_TEXT = 1,   /* NLMSGERR_ATTR_MSG */
	ERROR_OFFSET = 2, /* NLMSGERR_ATTR_OFFS */
};

/* Returned inside this file when the answer to a request has come to its end. */
#define ANSWER_ENDED 1

int ct_open(struct ct_socket *s)
{
	*s = (struct ct_socket){0};
	s->buffer = malloc(CT_RECEIVE_SIZE);
	if (!s->buffer)
		return -ENOMEM;
	int error = transport_open(&s->transport);
	if (error) {
		s->transport = NULL;
		ct_close(s);
		return error;
	}
	s->port = transport_port(s->transport);
	return 0;
}

void ct_close(struct ct_socket *s)
{
	transport_close(s->transport);
	free(s->buffer);
	*s = (struct ct_socket){0};
}

/* A kernel's error code, -4095..0, as a positive errno; EPROTO for any other number. */
static int code_to_errno(int code)
{
	return code <= 0 && code > -4096 ? -code : EPROTO;
}

/* The attributes of an extended ACK, which begin `from` bytes into the message. */
static void read_words(
	const struct nlmsghdr *message, size_t from, size_t length, struct ct_answer *answer)
{
	if (from > length)
		return;
	struct walk w = walk_bytes((const uint8_t *)message + from, length - from);
	struct attribute a;
	while (walk_attribute(&w, &a)) {
		if (a.type == ERROR_TEXT) {
			size_t n = strnlen((const char *)a.payload, a.length);
			if (n >= sizeof(answer->text))
				n = sizeof(answer->text) - 1;
			memcpy(answer->text, a.payload, n);
			answer->text[n] = '\0';
		} else if (a.type == ERROR_OFFSET && a.length >= sizeof(answer->offset)) {
			memcpy(&answer->offset, a.payload, sizeof(answer->offset));
			answer->has_offset = true;
		}
	}
}

int ct_read_error(const struct nlmsghdr *message, size_t length, struct ct_answer *answer)
{
	const uint8_t *bytes = (const uint8_t *)message;
	struct nlmsgerr said;
	if (length < NLMSG_HDRLEN + sizeof(said))
		return -EBADMSG;
	if (length > message->nlmsg_len)
		length = message->nlmsg_len;
	if (length < NLMSG_HDRLEN + sizeof(said))
		return -EBADMSG;
	memcpy(&said, bytes + NLMSG_HDRLEN, sizeof(said));
	answer->error = code_to_errno(said.error);
	if (!(message->nlmsg_flags & NLM_F_ACK_TLVS))
		return 0;

	/* The request's own payload comes first unless the kernel left it out. */
	size_t echoed = 0;
	if (!(message->nlmsg_flags & NLM_F_CAPPED) && said.msg.nlmsg_len > NLMSG_HDRLEN)
		echoed = said.msg.nlmsg_len - (size_t)NLMSG_HDRLEN;
	read_words(message, NLMSG_HDRLEN + sizeof(said) + NLMSG_ALIGN(echoed), length, answer);
	return 0;
}

/* NLMSG_DONE: an int, 0 or why the dump failed, and maybe an extended ACK. */
static int read_done(const struct nlmsghdr *message, struct ct_answer *answer)
{
	const uint8_t *bytes = (const uint8_t *)message;
	int code;
	if (message->nlmsg_len < NLMSG_HDRLEN + sizeof(code))
		return ANSWER_ENDED;
	memcpy(&code, bytes + NLMSG_HDRLEN, sizeof(code));
	if (message->nlmsg_flags & NLM_F_ACK_TLVS)
		read_words(message, NLMSG_HDRLEN + sizeof(code), message->nlmsg_len, answer);
	answer->error = code_to_errno(code);
	return answer->error ? -answer->error : ANSWER_ENDED;
}

/* A conversation about one request. */
struct exchange {
	struct ct_socket *socket;
	bool dump;
	ct_message_fn fn;
	void *data;
	struct ct_answer *answer;
};

/* NLMSG_ERROR: a refusal, or the ACK, which ends a request but never a dump. */
static int exchange_error(const struct exchange *x, const struct nlmsghdr *message)
{
	if (ct_read_error(message, message->nlmsg_len, x->answer) < 0)
		return -EPROTO;
	if (x->answer->error)
		return -x->answer->error;
	return x->dump ? -EPIPE : ANSWER_ENDED;
}

/* One message of the answer: 0 to go on, ANSWER_ENDED, or a negative errno. */
static int exchange_message(const struct exchange *x, const struct nlmsghdr *message)
{
	/* What an earlier request on this socket left behind, or an event. */
	if (message->nlmsg_seq != x->socket->sequence || message->nlmsg_pid != x->socket->port)
		return 0;
	if (x->dump && message->nlmsg_flags & NLM_F_DUMP_INTR)
		x->answer->interrupted = true;

	switch (message->nlmsg_type) {
	case NLMSG_NOOP:
		return 0;
	case NLMSG_ERROR:
		return exchange_error(x, message);
	case NLMSG_DONE:
		return read_done(message, x->answer);
	case NLMSG_OVERRUN:
		return -ENOBUFS;
	default:
		if (message->nlmsg_type < NLMSG_MIN_TYPE)
			return 0;
		if (x->dump && message->nlmsg_flags & NLM_F_DUMP_FILTERED)
			x->answer->filtered = true;
		return x->fn ? x->fn(message, x->data) : 0;
	}
}

/* Receive one datagram of the answer and walk it. As exchange_message(). */
static int exchange_datagram(const struct exchange *x)
{
	struct ct_socket *s = x->socket;
	ssize_t got = transport_receive(s->transport, s->buffer, CT_RECEIVE_SIZE, 0);
	if (got == -EINTR)
		return 0;
	if (got < 0)
		return (int)got;
	if (got == 0)
		return -EPIPE;

	struct walk w = walk_bytes(s->buffer, (size_t)got);
	int result = 0;
	const struct nlmsghdr *message;
	while (result == 0 && (message = walk_message(&w, &result)))
		result = exchange_message(x, message);
	return result;
}

static int send_request(struct ct_socket *s, struct packet *request)
{
	struct nlmsghdr *header = packet_message(request, 0);
	header->nlmsg_seq = ++s->sequence;
	header->nlmsg_pid = s->port;
	return transport_send(s->transport, request->bytes, request->used);
}

/* Walk the answer to the end. */
static int exchange_run(const struct exchange *x)
{
	*x->answer = (struct ct_answer){0};
	int result = 0;
	while (result == 0)
		result = exchange_datagram(x);
	return result == ANSWER_ENDED ? 0 : result;
}

int ct_dump_send(struct ct_socket *s, struct packet *request)
{
	return send_request(s, request);
}

int ct_dump_receive(struct ct_socket *s, ct_message_fn fn, void *data, struct ct_answer *answer)
{
	struct exchange x = {.socket = s, .dump = true, .fn = fn, .data = data, .answer = answer};
	return exchange_run(&x);
}

int ct_dump(struct ct_socket *s, struct packet *request, ct_message_fn fn, void *data,
	struct ct_answer *answer)
{
	*answer = (struct ct_answer){0};
	int error = ct_dump_send(s, request);
	return error ? error : ct_dump_receive(s, fn, data, answer);
}

int ct_ask(struct ct_socket *s, struct packet *request, ct_message_fn fn, void *data,
	struct ct_answer *answer)
{
	struct exchange x = {.socket = s, .fn = fn, .data = data, .answer = answer};
	packet_message(request, 0)->nlmsg_flags |= NLM_F_ACK;
	*answer = (struct ct_answer){0};
	int error = send_request(s, request);
	return error ? error : exchange_run(&x);
}

int ct_subscribe(struct ct_socket *s, unsigned groups)
{
	for (unsigned group = 1; groups; group++, groups >>= 1) {
		if (!(groups & 1))
			continue;
		int error = transport_join(s->transport, group);
		if (error)
			return error;
	}
	return 0;
}
