/* SPDX-License-Identifier: MIT */
/*
 * Any filter as a program for the event socket, over any events: the kernel would
 * take the program, and it never leaves out what the filter wants. The input is a row
 * of choices and numbers, without words, so there is no dictionary for it.
 */
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "ctnetlink/decode.h"
#include "ctnetlink/encode.h"
#include "ctnetlink/event_filter.h"
#include "ctnetlink/socket.h"
#include "flow/protocol.h"
#include "unit/ctnetlink/bpf.h"

#define GROUPS (CT_GROUP_NEW | CT_GROUP_UPDATE | CT_GROUP_DESTROY)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
	if (!holds)
		abort();
}

/* --- choices, out of the input; 0 behind its end ------------------------------ */

struct input {
	const uint8_t *at;
	size_t left;
};

static uint8_t take(struct input *in)
{
	if (in->left == 0)
		return 0;
	in->left--;
	return *in->at++;
}

/* Mostly one of few, so that what is asked for is met; at times any. */
static uint32_t take_number(struct input *in)
{
	uint8_t first = take(in);
	uint32_t number = 0;

	if (first < 0xf0)
		return first & 7;
	for (int i = 0; i < 4; i++)
		number = number << 8 | take(in);
	return number;
}

static uint8_t take_family(struct input *in)
{
	return take(in) & 1 ? AF_INET6 : AF_INET;
}

static uint8_t take_protocol(struct input *in)
{
	static const uint8_t known[] = {IPPROTO_TCP, IPPROTO_UDP, IPPROTO_ICMP, IPPROTO_ICMPV6,
		IPPROTO_SCTP, IPPROTO_DCCP, IPPROTO_GRE, IPPROTO_ESP};
	uint8_t which = take(in);

	return which < 0xe0 ? known[which % sizeof(known)] : take(in);
}

static void take_address(struct input *in, union address *out, uint8_t family)
{
	memset(out, 0, sizeof(*out));
	for (int i = 0; i < 2; i++)
		out->bytes[take(in) % (family == AF_INET ? 4 : 16)] = (uint8_t)take_number(in);
}

static void take_prefix(struct input *in, union address *out, uint8_t family)
{
	unsigned bits = take(in) % (family == AF_INET ? 33 : 129);

	memset(out, 0, sizeof(*out));
	for (unsigned i = 0; i < bits; i++)
		out->bytes[i / 8] |= (uint8_t)(0x80 >> i % 8);
}

static void take_term(struct input *in, struct filter *filter)
{
	struct term *term = filter_add(filter, (enum term_kind)(take(in) % (TERM_NAT + 1)));

	if (term == NULL)
		return;
	term->direction = take(in) & 1;
	switch (term->kind) {
	case TERM_FAMILY:
		term->number = take_family(in);
		break;
	case TERM_PROTOCOL:
		term->number = take_protocol(in);
		break;
	case TERM_SOURCE:
	case TERM_DESTINATION:
		term->family = take_family(in);
		take_address(in, &term->address, term->family);
		take_prefix(in, &term->address_mask, term->family);
		break;
	case TERM_LABELS:
		term->labels[take(in) % LABEL_BYTES] = take(in);
		break;
	case TERM_NAT:
		term->nat.wanted = take(in) & NAT_WANT_ANY;
		break;
	case TERM_STATUS:
	case TERM_MARK:
		term->number = take_number(in);
		term->mask = take(in) & 1 ? UINT32_MAX : take_number(in);
		break;
	default:
		term->index = take(in) % TUPLE_PART_COUNT;
		term->number = take_number(in);
		break;
	}
}

static void take_tuple(struct input *in, struct tuple *t)
{
	const struct protocol *row;

	t->family = take_family(in);
	t->protocol = take_protocol(in);
	t->present = TUPLE_ADDRESSES | TUPLE_PROTOCOL;
	take_address(in, &t->source, t->family);
	take_address(in, &t->destination, t->family);
	row = protocol_by_number(t->protocol);
	for (unsigned i = 0; row != NULL && i < row->part_count; i++) {
		t->part[i] = (uint16_t)take_number(in);
		t->present |= (uint8_t)(TUPLE_PART << i);
	}
	if (take(in) & 1) {
		t->present |= TUPLE_ZONE;
		t->zone = (uint16_t)take_number(in);
	}
}

static struct flow take_flow(struct input *in)
{
	struct flow flow = {.present = FLOW_TIMEOUT | FLOW_STATUS, .timeout = 30};
	uint8_t has = take(in);

	take_tuple(in, &flow.tuple[ORIGINAL]);
	tuple_invert(&flow.tuple[REPLY], &flow.tuple[ORIGINAL]);
	if (has & 1)
		take_address(in, &flow.tuple[REPLY].source, flow.tuple[REPLY].family);
	flow.status = take_number(in);
	flow.present |= has & 2 ? FLOW_MARK : 0;
	flow.mark = take_number(in);
	flow.present |= has & 4 ? FLOW_ZONE : 0;
	flow.zone = (uint16_t)take_number(in);
	flow.present |= has & 8 ? FLOW_STATE : 0;
	flow.state = (uint8_t)take_number(in);
	return flow;
}

/* --- checks ------------------------------------------------------------------- */

static bool passes(const struct event_filter *program, const void *bytes, size_t length)
{
	uint32_t taken;

	check(bpf_run(program, bytes, length, &taken));
	return taken != 0;
}

static void check_event(struct input *in, const struct filter *filter, unsigned groups,
	const struct event_filter *program)
{
	static _Alignas(struct nlmsghdr) uint8_t bytes[4096];
	static const unsigned group_of[] = {
		[MESSAGE_NEW] = CT_GROUP_NEW,
		[MESSAGE_UPDATE] = CT_GROUP_UPDATE,
		[MESSAGE_DESTROY] = CT_GROUP_DESTROY,
	};
	unsigned kind = MESSAGE_NEW + take(in) % 3;
	struct flow asked = take_flow(in), flow;
	struct nlmsghdr *header;
	struct packet packet;
	bool passed;

	packet_init(&packet, bytes, sizeof(bytes));
	if (encode_create(&packet, &asked, true) != 0)
		return;
	header = packet_message(&packet, 0);
	header->nlmsg_type = NFNL_SUBSYS_CTNETLINK << 8 |
			     (kind == MESSAGE_DESTROY ? IPCTNL_MSG_CT_DELETE : IPCTNL_MSG_CT_NEW);
	header->nlmsg_flags = kind == MESSAGE_NEW ? NLM_F_CREATE | NLM_F_EXCL : 0;
	check(decode_kind(header) == (enum message_kind)kind);
	passed = passes(program, bytes, packet.used);
	if ((groups & group_of[kind]) == 0)
		check(!passed);
	else if (decode_flow(header, &flow) == 0)
		check(passed || !filter_matches(filter, &flow));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct filter filter;
	static struct event_filter program;
	struct input in = {.at = data, .left = size};
	unsigned groups = take(&in) & GROUPS;

	memset(&filter, 0, sizeof(filter));
	for (unsigned terms = take(&in) % 8; terms > 0; terms--)
		take_term(&in, &filter);
	(void)event_filter_build(&filter, groups, &program);
	check(!program.full && bpf_is_valid(&program));
	/* Whatever it is given, it comes to an end and reads nothing behind it. */
	(void)passes(&program, in.at, in.left);
	for (unsigned events = 0; events < 4; events++)
		check_event(&in, &filter, groups, &program);
	return 0;
}
