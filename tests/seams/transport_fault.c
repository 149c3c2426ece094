/* SPDX-License-Identifier: MIT */
#include "seams/transport_fault.h"

#include <errno.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/netlink.h>
#include <string.h>

#include "ctnetlink/transport.h"
#include "seams/receive_many.h"

#define SOCKETS       8
#define DATAGRAMS     512
#define DATAGRAM_SIZE 4096
#define ORDERS        64
#define ANSWERS       64
#define KEPT          4096
#define KEPT_SIZE     256

enum order_kind { ORDER_OPEN, ORDER_SEND, ORDER_RECEIVE, ORDER_CUT, ORDER_REFUSE, ORDER_SWALLOW };

struct order {
	enum order_kind kind;
	unsigned nth;
	int error;
	size_t length;
	char text[64];
};

struct datagram {
	bool fit;
	unsigned nth; /* message that it answers; 0: the next one that asks */
	size_t length;
	uint8_t bytes[DATAGRAM_SIZE];
};

struct transport {
	bool open;
	int deferred; /* an error that transport_receive_many() has still to tell */
	unsigned queue_begin, queue_end; /* to be received */
	struct datagram queue[DATAGRAMS];
};

/* What was ordered and what was done, of all sockets together. */
static struct {
	int buffer_maximum;
	int send_room; /* 0: as much as asked for */
	uint32_t drops;
	unsigned filter_length;
	unsigned opens, sends, receives, messages, acks_asked, groups;
	unsigned order_count;
	struct order order[ORDERS];
	unsigned answer_count; /* given, waiting for a request */
	struct datagram answer[ANSWERS];
	_Alignas(struct nlmsghdr) uint8_t kept[KEPT][KEPT_SIZE]; /* messages sent */
	struct transport socket[SOCKETS];
} fault;

void fault_reset(void)
{
	fault.buffer_maximum = fault.send_room = 0;
	fault.drops = fault.filter_length = 0;
	fault.opens = fault.sends = fault.receives = fault.messages = 0;
	fault.acks_asked = fault.groups = 0;
	fault.order_count = fault.answer_count = 0;
	for (unsigned i = 0; i < SOCKETS; i++)
		fault.socket[i].open = false;
}

static void add_order(struct order order)
{
	if (fault.order_count < ORDERS)
		fault.order[fault.order_count++] = order;
}

void fault_open(int error)
{
	fault_open_nth(fault.opens + 1, error);
}

void fault_open_nth(unsigned nth, int error)
{
	add_order((struct order){.kind = ORDER_OPEN, .nth = nth, .error = error});
}

void fault_send(unsigned nth, int error)
{
	add_order((struct order){.kind = ORDER_SEND, .nth = nth, .error = error});
}

void fault_receive(unsigned nth, int error)
{
	add_order((struct order){.kind = ORDER_RECEIVE, .nth = nth, .error = error});
}

void fault_cut(unsigned nth, size_t length)
{
	add_order((struct order){.kind = ORDER_CUT, .nth = nth, .length = length});
}

void fault_refuse(unsigned nth, int error, const char *text)
{
	struct order order = {.kind = ORDER_REFUSE, .nth = nth, .error = error};
	strncpy(order.text, text, sizeof(order.text) - 1);
	add_order(order);
}

void fault_swallow(unsigned nth)
{
	add_order((struct order){.kind = ORDER_SWALLOW, .nth = nth});
}

static void fill(struct datagram *d, const void *bytes, size_t length, bool fit)
{
	d->fit = fit;
	d->length = length < DATAGRAM_SIZE ? length : DATAGRAM_SIZE;
	memcpy(d->bytes, bytes, d->length);
}

static void add_answer(unsigned nth, const void *bytes, size_t length, bool fit)
{
	if (fault.answer_count == ANSWERS)
		return;
	fault.answer[fault.answer_count].nth = nth;
	fill(&fault.answer[fault.answer_count++], bytes, length, fit);
}

void fault_answer(const void *bytes, size_t length, bool fit)
{
	add_answer(0, bytes, length, fit);
}

void fault_answer_to(unsigned nth, const void *bytes, size_t length)
{
	add_answer(nth, bytes, length, true);
}

const struct nlmsghdr *fault_message(unsigned nth)
{
	return (const void *)fault.kept[nth - 1];
}

void fault_receive_buffer(int size)
{
	fault.buffer_maximum = size;
}

void fault_send_room(int size)
{
	fault.send_room = size;
}

unsigned fault_messages(void)
{
	return fault.messages;
}

unsigned fault_acks_asked(void)
{
	return fault.acks_asked;
}

void fault_drop(uint32_t datagrams)
{
	fault.drops += datagrams;
}

unsigned fault_filter_length(void)
{
	return fault.filter_length;
}

unsigned fault_groups(void)
{
	return fault.groups;
}

static const struct order *order_of(enum order_kind kind, unsigned nth)
{
	for (unsigned i = 0; i < fault.order_count; i++)
		if (fault.order[i].kind == kind && fault.order[i].nth == nth)
			return &fault.order[i];
	return NULL;
}

int transport_open(struct transport **out)
{
	const struct order *order = order_of(ORDER_OPEN, ++fault.opens);
	if (order)
		return order->error;
	for (unsigned i = 0; i < SOCKETS; i++) {
		struct transport *t = &fault.socket[i];
		if (t->open)
			continue;
		t->open = true;
		t->deferred = 0;
		t->queue_begin = t->queue_end = 0;
		*out = t;
		return 0;
	}
	return -EMFILE;
}

void transport_close(struct transport *t)
{
	if (t)
		t->open = false;
}

uint32_t transport_port(const struct transport *t)
{
	(void)t;
	return FAULT_PORT;
}

int transport_descriptor(const struct transport *t)
{
	(void)t;
	return -1;
}

static void enqueue(struct transport *t, const void *bytes, size_t length)
{
	if (t->queue_end < DATAGRAMS)
		fill(&t->queue[t->queue_end++], bytes, length, false);
}

/* NLMSG_ERROR: a refusal with the kernel's words, or with error 0 the ACK. */
static void enqueue_error(
	struct transport *t, const struct nlmsghdr *request, int error, const char *text)
{
	struct {
		struct nlmsghdr header;
		struct nlmsgerr error;
		struct nlattr attribute;
		char text[64];
	} reply = {
		.header = {.nlmsg_type = NLMSG_ERROR,
			.nlmsg_flags = NLM_F_CAPPED,
			.nlmsg_seq = request->nlmsg_seq,
			.nlmsg_pid = FAULT_PORT},
		.error = {.error = -error, .msg = *request},
		.attribute = {.nla_type = NLMSGERR_ATTR_MSG},
	};
	size_t length = sizeof(reply.header) + sizeof(reply.error);
	if (text[0]) {
		size_t n = strlen(text) + 1;
		memcpy(reply.text, text, n);
		reply.header.nlmsg_flags |= NLM_F_ACK_TLVS;
		reply.attribute.nla_len = (uint16_t)(NLA_HDRLEN + n);
		length += NLA_HDRLEN + NLA_ALIGN(n);
	}
	reply.header.nlmsg_len = (uint32_t)length;
	enqueue(t, &reply, length);
}

/* Make a datagram's messages answers to the request. */
static void rewrite(struct datagram *d, const struct nlmsghdr *request)
{
	for (size_t at = 0; at + sizeof(struct nlmsghdr) <= d->length;) {
		struct nlmsghdr header;
		memcpy(&header, d->bytes + at, sizeof(header));
		header.nlmsg_seq = request->nlmsg_seq;
		header.nlmsg_pid = FAULT_PORT;
		memcpy(d->bytes + at, &header, sizeof(header));
		if (header.nlmsg_len < sizeof(header) || header.nlmsg_len > d->length - at)
			return;
		at += NLMSG_ALIGN((size_t)header.nlmsg_len);
	}
}

/* The answers given to this message, the number-th of all. */
static void enqueue_answers(struct transport *t, const struct nlmsghdr *request, unsigned number)
{
	unsigned kept = 0;
	for (unsigned i = 0; i < fault.answer_count; i++) {
		struct datagram *d = &fault.answer[i];
		if (d->nth != 0 && d->nth != number) {
			fault.answer[kept++] = *d;
			continue;
		}
		if (d->fit)
			rewrite(d, request);
		enqueue(t, d->bytes, d->length);
	}
	fault.answer_count = kept;
}

static void take_message(struct transport *t, const struct nlmsghdr *message)
{
	unsigned number = ++fault.messages;
	bool wants_ack = message->nlmsg_flags & NLM_F_ACK;
	fault.acks_asked += wants_ack;
	if (order_of(ORDER_SWALLOW, number))
		return;
	const struct order *refusal = order_of(ORDER_REFUSE, number);
	if (refusal) {
		enqueue_error(t, message, refusal->error, refusal->text);
		return;
	}
	enqueue_answers(t, message, number);
	if (wants_ack)
		enqueue_error(t, message, 0, "");
}

static void keep_message(const uint8_t *bytes, size_t length)
{
	if (fault.messages < KEPT)
		memcpy(fault.kept[fault.messages], bytes, length < KEPT_SIZE ? length : KEPT_SIZE);
}

int transport_send(struct transport *t, const void *bytes, size_t length)
{
	const struct order *order = order_of(ORDER_SEND, ++fault.sends);
	if (order)
		return order->error;
	for (size_t at = 0; at + sizeof(struct nlmsghdr) <= length;) {
		struct nlmsghdr message;
		memcpy(&message, (const uint8_t *)bytes + at, sizeof(message));
		if (message.nlmsg_len < sizeof(message))
			return 0;
		keep_message((const uint8_t *)bytes + at, message.nlmsg_len);
		take_message(t, &message);
		at += NLMSG_ALIGN((size_t)message.nlmsg_len);
	}
	return 0;
}

ssize_t transport_receive(struct transport *t, void *bytes, size_t size, int dont_wait)
{
	const struct order *order = order_of(ORDER_RECEIVE, ++fault.receives);
	if (order)
		return order->error;
	/* Where a real socket would wait for ever, the test shall not. */
	if (t->queue_begin == t->queue_end)
		return dont_wait ? -EAGAIN : 0;
	const struct datagram *d = &t->queue[t->queue_begin++];
	size_t length = d->length;
	const struct order *cut = order_of(ORDER_CUT, fault.receives);
	if (cut && cut->length < length)
		length = cut->length;
	if (length > size)
		return -EMSGSIZE;
	memcpy(bytes, d->bytes, length);
	return (ssize_t)length;
}

int transport_receive_many(struct transport *t, struct transport_slot *slots, unsigned count)
{
	return receive_one_by_one(t, &t->deferred, slots, count);
}

int transport_join(struct transport *t, unsigned group)
{
	(void)t;
	fault.groups |= 1u << (group - 1);
	return 0;
}

int transport_receive_buffer(struct transport *t, int size)
{
	(void)t;
	return fault.buffer_maximum > 0 && fault.buffer_maximum < 2 * size ? fault.buffer_maximum
									   : 2 * size;
}

int transport_send_room(struct transport *t, int size)
{
	(void)t;
	return fault.send_room != 0 ? fault.send_room : size;
}

int transport_option(struct transport *t, int option, int value)
{
	(void)t;
	(void)option;
	(void)value;
	return 0;
}

int transport_filter(struct transport *t, const struct sock_filter *program, unsigned length)
{
	(void)t;
	(void)program;
	fault.filter_length = length;
	return 0;
}

int transport_drops(struct transport *t, uint32_t *drops)
{
	(void)t;
	*drops = fault.drops;
	return 0;
}
