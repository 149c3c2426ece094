/* SPDX-License-Identifier: MIT */
/*
 * The socket filter, run by the interpreter of bpf.h: what a program says of an
 * event has to be what our own filter says of it.
 */
#include "ctnetlink/event_filter.h"

#include <arpa/inet.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bpf.h"
#include "ctnetlink/decode.h"
#include "ctnetlink/encode.h"
#include "ctnetlink/socket.h"

#define ALL_GROUPS (CT_GROUP_NEW | CT_GROUP_UPDATE | CT_GROUP_DESTROY)

enum { TYPE, CODE, ID };
enum { SOURCE_PORT, DESTINATION_PORT };

static _Alignas(struct nlmsghdr) uint8_t bytes[2048];
static struct packet packet;
static struct filter filter;
static struct event_filter program;

static int setup(void **state)
{
	(void)state;
	memset(&filter, 0, sizeof(filter));
	return 0;
}

/* --- events ---------------------------------------------------------------- */

static void event(const struct flow *flow, enum message_kind kind)
{
	struct nlmsghdr *header;

	packet_init(&packet, bytes, sizeof(bytes));
	assert_int_equal(encode_create(&packet, flow, true), 0);
	header = packet_message(&packet, 0);
	header->nlmsg_type = NFNL_SUBSYS_CTNETLINK << 8 |
			     (kind == MESSAGE_DESTROY ? IPCTNL_MSG_CT_DELETE : IPCTNL_MSG_CT_NEW);
	header->nlmsg_flags = kind == MESSAGE_NEW ? NLM_F_CREATE | NLM_F_EXCL : 0;
	assert_int_equal(decode_kind(header), kind);
}

static bool build(void)
{
	bool useful = event_filter_build(&filter, ALL_GROUPS, &program);

	assert_false(program.full);
	assert_true(bpf_is_valid(&program));
	return useful;
}

static bool passes_of(size_t length)
{
	uint32_t taken = 0;

	assert_true(bpf_run(&program, bytes, length, &taken));
	return taken != 0;
}

static bool passes(void)
{
	return passes_of(packet.used);
}

static bool matches(void)
{
	struct flow flow;

	assert_int_equal(decode_flow(packet_message(&packet, 0), &flow), 0);
	return filter_matches(&filter, &flow);
}

static void address(union address *out, const char *text)
{
	memset(out, 0, sizeof(*out));
	assert_int_equal(inet_pton(strchr(text, ':') ? AF_INET6 : AF_INET, text, out), 1);
}

static struct flow make(const char *source, const char *destination, uint8_t protocol,
	uint16_t first, uint16_t second)
{
	struct flow flow = {.present = FLOW_TIMEOUT | FLOW_STATUS, .timeout = 30};
	struct tuple *t = &flow.tuple[ORIGINAL];

	t->family = strchr(source, ':') ? AF_INET6 : AF_INET;
	t->protocol = protocol;
	t->present = TUPLE_ADDRESSES | TUPLE_PROTOCOL;
	address(&t->source, source);
	address(&t->destination, destination);
	t->part[0] = first;
	t->part[1] = second;
	t->part[2] = 77;
	t->present |= TUPLE_PART | TUPLE_PART << 1;
	if (protocol == IPPROTO_ICMP || protocol == IPPROTO_ICMPV6)
		t->present |= TUPLE_PART << 2;
	tuple_invert(&flow.tuple[REPLY], t);
	return flow;
}

static struct term *term(enum term_kind kind, uint32_t number)
{
	struct term *t = filter_add(&filter, kind);

	assert_non_null(t);
	t->number = number;
	return t;
}

static void network(enum term_kind kind, unsigned direction, const char *text, unsigned bits)
{
	struct term *t = term(kind, 0);

	t->direction = (uint8_t)direction;
	t->family = strchr(text, ':') ? AF_INET6 : AF_INET;
	address(&t->address, text);
	memset(&t->address_mask, 0, sizeof(t->address_mask));
	for (unsigned i = 0; i < bits; i++)
		t->address_mask.bytes[i / 8] |= (uint8_t)(0x80 >> i % 8);
}

static void part(unsigned direction, unsigned index, uint32_t number)
{
	struct term *t = term(TERM_PART, number);

	t->direction = (uint8_t)direction;
	t->index = (uint8_t)index;
}

/* Both filters say the same of the event in bytes[], and it is this. */
static void expect(bool wanted)
{
	assert_true(build());
	assert_int_equal(passes(), wanted);
	assert_int_equal(matches(), wanted);
}

/* --- tests ----------------------------------------------------------------- */

static void test_protocol(void **state)
{
	struct flow tcp = make("192.0.2.1", "198.51.100.1", IPPROTO_TCP, 1000, 80);
	struct flow udp = make("2001:db8::1", "2001:db8::2", IPPROTO_UDP, 1000, 53);
	(void)state;

	term(TERM_PROTOCOL, IPPROTO_TCP);
	for (int kind = MESSAGE_NEW; kind <= MESSAGE_DESTROY; kind++) {
		event(&tcp, (enum message_kind)kind);
		expect(true);
		event(&udp, (enum message_kind)kind);
		expect(false);
	}
}

static void test_addresses(void **state)
{
	static const struct {
		const char *text;
		unsigned bits;
		bool source; /* of the flow below is in it */
	} rows[] = {
		{"192.0.2.1", 32, true}, {"192.0.2.0", 24, true}, {"192.0.2.3", 30, true},
		{"192.0.2.2", 31, false}, {"192.0.3.0", 24, false}, {"0.0.0.0", 0, true},
		{"128.0.0.0", 1, true}, {"0.0.0.0", 1, false}, {"2001:db8::1", 128, false},
		{"::", 0, false}, /* of the other family */
	};
	struct flow flow = make("192.0.2.1", "198.51.100.1", IPPROTO_TCP, 1000, 80);
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		filter.count = 0;
		network(TERM_SOURCE, ORIGINAL, rows[i].text, rows[i].bits);
		event(&flow, MESSAGE_NEW);
		expect(rows[i].source);
		/* The mirror of it is the destination of the reply. */
		filter.count = 0;
		network(TERM_DESTINATION, REPLY, rows[i].text, rows[i].bits);
		expect(rows[i].source);
	}
}

static void test_ipv6_prefixes(void **state)
{
	struct flow flow = make("2001:db8:ffff::9", "2001:db8::2", IPPROTO_TCP, 1000, 80);
	(void)state;

	event(&flow, MESSAGE_UPDATE);
	for (unsigned bits = 0; bits <= 128; bits++) {
		filter.count = 0;
		network(TERM_SOURCE, ORIGINAL, "2001:db8:ffff::9", bits);
		expect(true);
		filter.count = 0;
		network(TERM_SOURCE, ORIGINAL, "2001:db8:fffe::8", bits);
		expect(bits <= 47);
	}
}

static void test_parts(void **state)
{
	struct flow tcp = make("192.0.2.1", "198.51.100.1", IPPROTO_TCP, 1000, 80);
	struct flow icmp = make("192.0.2.1", "198.51.100.1", IPPROTO_ICMP, 8, 0);
	(void)state;

	event(&tcp, MESSAGE_NEW);
	term(TERM_PROTOCOL, IPPROTO_TCP);
	part(ORIGINAL, DESTINATION_PORT, 80);
	part(REPLY, SOURCE_PORT, 80);
	expect(true);
	part(ORIGINAL, SOURCE_PORT, 1001);
	expect(false);

	filter.count = 0;
	event(&icmp, MESSAGE_NEW);
	term(TERM_PROTOCOL, IPPROTO_ICMP);
	part(ORIGINAL, TYPE, 8);
	part(ORIGINAL, CODE, 0);
	part(ORIGINAL, ID, 77);
	expect(true);
	part(REPLY, TYPE, 8);
	expect(false);
}

/* A port larger than any matches nothing, and nothing is matched by it. */
static void test_impossible_part(void **state)
{
	struct flow tcp = make("192.0.2.1", "198.51.100.1", IPPROTO_TCP, 1, 80);
	(void)state;

	event(&tcp, MESSAGE_NEW);
	term(TERM_PROTOCOL, IPPROTO_TCP);
	part(ORIGINAL, SOURCE_PORT, 65537);
	expect(false);
}

static void test_mark(void **state)
{
	struct flow flow = make("192.0.2.1", "198.51.100.1", IPPROTO_TCP, 1000, 80);
	static const struct {
		bool present;
		uint32_t mark, wanted, mask;
	} rows[] = {
		{true, 5, 5, UINT32_MAX},
		{true, 5, 4, UINT32_MAX},
		{true, 0x1234, 0x30, 0xf0},
		{true, 0x1234, 0x34, 0xf0}, /* not masked: matches nothing */
		{false, 0, 0, UINT32_MAX},  /* an event says nothing of a mark that is 0 */
		{false, 0, 0, 0xff},
		{false, 0, 1, UINT32_MAX},
		{true, 0, 0, UINT32_MAX},
		{true, 0x80000000, 0x80000000, 0x80000000},
	};
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		flow.present &= ~FLOW_MARK;
		flow.present |= rows[i].present ? FLOW_MARK : 0;
		flow.mark = rows[i].mark;
		event(&flow, MESSAGE_NEW);
		filter.count = 0;
		term(TERM_MARK, rows[i].wanted)->mask = rows[i].mask;
		expect((rows[i].mark & rows[i].mask) == rows[i].wanted);
	}
}

static void test_status(void **state)
{
	struct flow flow = make("192.0.2.1", "198.51.100.1", IPPROTO_UDP, 1000, 53);
	(void)state;

	flow.status = IPS_SEEN_REPLY;
	event(&flow, MESSAGE_UPDATE);
	term(TERM_STATUS, IPS_SEEN_REPLY)->mask = IPS_SEEN_REPLY | IPS_ASSURED;
	expect(true);
	filter.count = 0;
	term(TERM_STATUS, IPS_ASSURED)->mask = IPS_ASSURED;
	expect(false);
	filter.count = 0;
	term(TERM_STATUS, 0)->mask = IPS_SEEN_REPLY;
	expect(false);
}

static void test_state(void **state)
{
	struct flow flow = make("192.0.2.1", "198.51.100.1", IPPROTO_TCP, 1000, 80);
	(void)state;

	term(TERM_PROTOCOL, IPPROTO_TCP);
	term(TERM_STATE, 3);
	event(&flow, MESSAGE_NEW);
	expect(false); /* it has none */
	flow.present |= FLOW_STATE;
	flow.state = 3;
	event(&flow, MESSAGE_NEW);
	expect(true);
	flow.state = 4;
	event(&flow, MESSAGE_NEW);
	expect(false);

	filter.count = 0;
	flow = make("192.0.2.1", "198.51.100.1", IPPROTO_SCTP, 1000, 80);
	flow.present |= FLOW_STATE | FLOW_VTAG << ORIGINAL | FLOW_VTAG << REPLY;
	flow.state = 3;
	event(&flow, MESSAGE_NEW);
	term(TERM_PROTOCOL, IPPROTO_SCTP);
	term(TERM_STATE, 3);
	expect(true);
}

static void test_zones(void **state)
{
	struct flow plain = make("192.0.2.1", "198.51.100.1", IPPROTO_TCP, 1000, 80);
	struct flow both = plain, one = plain;
	(void)state;

	both.present |= FLOW_ZONE;
	both.zone = 7;
	one.tuple[REPLY].present |= TUPLE_ZONE;
	one.tuple[REPLY].zone = 7;
	for (uint32_t number = 0; number <= 7; number += 7) {
		filter.count = 0;
		term(TERM_ZONE, number);
		event(&plain, MESSAGE_NEW);
		expect(number == 0);
		event(&both, MESSAGE_NEW);
		expect(number == 7);
		event(&one, MESSAGE_NEW);
		expect(number == 0);

		filter.count = 0;
		term(TERM_TUPLE_ZONE, number)->direction = REPLY;
		event(&plain, MESSAGE_NEW);
		expect(number == 0);
		event(&one, MESSAGE_NEW);
		expect(number == 7);
	}
}

static void test_kinds(void **state)
{
	static const unsigned groups[] = {
		[MESSAGE_NEW] = CT_GROUP_NEW,
		[MESSAGE_UPDATE] = CT_GROUP_UPDATE,
		[MESSAGE_DESTROY] = CT_GROUP_DESTROY,
	};
	struct flow flow = make("192.0.2.1", "198.51.100.1", IPPROTO_TCP, 1000, 80);
	(void)state;

	term(TERM_FAMILY, AF_INET);
	for (unsigned mask = 0; mask <= ALL_GROUPS; mask++) {
		assert_true(event_filter_build(&filter, mask, &program));
		assert_true(bpf_is_valid(&program));
		for (int kind = MESSAGE_NEW; kind <= MESSAGE_DESTROY; kind++) {
			event(&flow, (enum message_kind)kind);
			assert_int_equal(passes(), (mask & groups[kind]) != 0);
		}
	}
}

/* What cannot be expressed, what is no event and what is cut off passes. */
static void test_pass(void **state)
{
	struct flow flow = make("192.0.2.1", "198.51.100.1", IPPROTO_TCP, 1000, 80);
	struct nlmsghdr *header;
	(void)state;

	assert_false(build()); /* nothing to do */
	term(TERM_LABELS, 0);
	term(TERM_NAT, 0);
	term(TERM_SECMARK, 1);
	part(ORIGINAL, SOURCE_PORT, 1); /* of an unknown protocol */
	assert_false(build());
	event(&flow, MESSAGE_NEW);
	assert_true(passes());

	term(TERM_PROTOCOL, IPPROTO_UDP);
	assert_true(build());
	assert_false(passes());
	header = packet_message(&packet, 0);
	header->nlmsg_type = NFNL_SUBSYS_CTNETLINK_EXP << 8;
	assert_true(passes());
	header->nlmsg_type = NLMSG_ERROR;
	assert_true(passes());
	header->nlmsg_type = NFNL_SUBSYS_CTNETLINK << 8;
	assert_true(passes_of(NLMSG_HDRLEN + sizeof(struct nfgenmsg)));
}

static void test_nothing(void **state)
{
	struct flow flow = make("192.0.2.1", "198.51.100.1", IPPROTO_TCP, 1000, 80);
	(void)state;

	event_filter_nothing(&program);
	assert_true(bpf_is_valid(&program));
	event(&flow, MESSAGE_NEW);
	assert_false(passes());
}

/* --- many filters over many events ------------------------------------------- */

static uint32_t any(uint32_t below)
{
	return (uint32_t)random() % below;
}

static struct flow any_flow(void)
{
	static const uint8_t protocols[] = {IPPROTO_TCP, IPPROTO_UDP, IPPROTO_ICMP, IPPROTO_SCTP};
	static const char *const ipv4[] = {"192.0.2.1", "192.0.2.2", "198.51.100.1"};
	static const char *const ipv6[] = {"2001:db8::1", "2001:db8::2", "2001:db9::1"};
	const char *const *addresses = any(2) ? ipv4 : ipv6;
	struct flow flow = make(addresses[any(3)], addresses[any(3)], protocols[any(4)],
		(uint16_t)(8 * any(2)), (uint16_t)any(3));

	flow.present |= any(2) ? FLOW_MARK : 0;
	flow.mark = any(4);
	flow.present |= any(3) ? 0 : FLOW_ZONE;
	flow.zone = (uint16_t)(1 + any(2));
	flow.status = any(2) ? IPS_SEEN_REPLY : 0;
	if (flow.tuple[ORIGINAL].protocol == IPPROTO_TCP && any(2)) {
		flow.present |= FLOW_STATE;
		flow.state = (uint8_t)(1 + any(3));
	}
	return flow;
}

static void any_term(void)
{
	static const char *const addresses[] = {"192.0.2.1", "198.51.100.1", "2001:db8::2"};
	unsigned direction = any(2);

	switch (any(8)) {
	case 0:
		term(TERM_FAMILY, any(2) ? AF_INET : AF_INET6);
		break;
	case 1:
		network(TERM_SOURCE, direction, addresses[any(3)], any(33));
		break;
	case 2:
		network(TERM_DESTINATION, direction, addresses[any(3)], any(129) % 33);
		break;
	case 3:
		part(direction, any(3), any(3));
		break;
	case 4:
		term(TERM_STATE, 1 + any(3));
		break;
	case 5:
		term(TERM_MARK, any(4))->mask = any(2) ? UINT32_MAX : any(4);
		break;
	case 6:
		term(TERM_ZONE, any(3));
		break;
	default:
		term(TERM_TUPLE_ZONE, any(2))->direction = (uint8_t)direction;
		break;
	}
}

static void test_any(void **state)
{
	static const uint8_t protocols[] = {IPPROTO_TCP, IPPROTO_UDP, IPPROTO_ICMP, IPPROTO_SCTP};
	unsigned same = 0, wanted = 0;
	(void)state;

	srandom(1);
	for (unsigned round = 0; round < 3000; round++) {
		filter.count = 0;
		term(TERM_PROTOCOL, protocols[any(4)]);
		for (unsigned n = any(4); n > 0; n--)
			any_term();
		(void)build();
		for (unsigned n = 0; n < 20; n++) {
			struct flow flow = any_flow();

			event(&flow, (enum message_kind)(MESSAGE_NEW + (int)any(3)));
			/* Never leave out what is wanted. */
			assert_true(passes() || !matches());
			same += passes() == matches();
			wanted += matches();
		}
	}
	/* Parts of which the protocol has none, and a state of one without, are not expressed. */
	assert_true(same > 58000);
	assert_true(wanted > 2000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_protocol, setup),
		cmocka_unit_test_setup(test_addresses, setup),
		cmocka_unit_test_setup(test_ipv6_prefixes, setup),
		cmocka_unit_test_setup(test_parts, setup),
		cmocka_unit_test_setup(test_impossible_part, setup),
		cmocka_unit_test_setup(test_mark, setup),
		cmocka_unit_test_setup(test_status, setup),
		cmocka_unit_test_setup(test_state, setup),
		cmocka_unit_test_setup(test_zones, setup),
		cmocka_unit_test_setup(test_kinds, setup),
		cmocka_unit_test_setup(test_pass, setup),
		cmocka_unit_test_setup(test_nothing, setup),
		cmocka_unit_test_setup(test_any, setup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
