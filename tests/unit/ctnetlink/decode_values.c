/* SPDX-License-Identifier: MIT */
/* What attributes mean together, and what the rows of decode.c cannot say. */
#include "ctnetlink/decode.h"

#include <errno.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "ctnetlink/attributes.h"
#include "ctnetlink/packet.h"
#include "edge.h"

static _Alignas(struct nlmsghdr) uint8_t bytes[4096];
static struct packet p;
static struct flow flow;

static void begin(void)
{
	packet_init(&p, bytes, sizeof(bytes));
	packet_begin(&p, 0x0100, 0, AF_INET, 0);
}

static void decode_built(void)
{
	assert_int_equal(packet_end(&p), 0);
	assert_int_equal(decode_flow(at_edge(bytes, p.used), &flow), 0);
}

static void test_nothing_is_there(void **state)
{
	(void)state;
	begin();
	decode_built();
	assert_int_equal(flow.present, 0);
	assert_int_equal(flow.tuple[ORIGINAL].present, 0);
	assert_int_equal(flow.tuple[REPLY].present, 0);
	assert_int_equal(flow_family(&flow), AF_UNSPEC);
}

static void test_parts_before_number(void **state)
{
	(void)state;
	begin();
	size_t tuple = packet_nest(&p, CTA_TUPLE_ORIG);
	size_t members = packet_nest(&p, CTA_TUPLE_PROTO);
	packet_put_be16(&p, CTA_PROTO_DST_PORT, 443);
	packet_put_be16(&p, CTA_PROTO_SRC_PORT, 1024);
	packet_put_u8(&p, CTA_PROTO_NUM, IPPROTO_SCTP);
	packet_nest_end(&p, members);
	packet_nest_end(&p, tuple);
	decode_built();
	const struct tuple *t = &flow.tuple[ORIGINAL];
	assert_int_equal(t->present, TUPLE_PROTOCOL | TUPLE_PART | TUPLE_PART << 1);
	assert_int_equal(t->part[0], 1024);
	assert_int_equal(t->part[1], 443);
}

/* Ports of a protocol that has none, or of no protocol, mean nothing. */
static void test_parts_of_nothing(void **state)
{
	(void)state;
	for (unsigned with_number = 0; with_number < 2; with_number++) {
		begin();
		size_t tuple = packet_nest(&p, CTA_TUPLE_ORIG);
		size_t members = packet_nest(&p, CTA_TUPLE_PROTO);
		if (with_number)
			packet_put_u8(&p, CTA_PROTO_NUM, IPPROTO_ESP);
		packet_put_be16(&p, CTA_PROTO_SRC_PORT, 1024);
		packet_nest_end(&p, members);
		packet_nest_end(&p, tuple);
		decode_built();
		assert_int_equal(flow.tuple[ORIGINAL].present, with_number ? TUPLE_PROTOCOL : 0);
	}
}

static void test_addresses(void **state)
{
	static const union address ipv4 = {{1, 2, 3, 4}};
	static const uint8_t other[16] = {9, 9, 9, 9, 9};
	(void)state;
	begin();
	size_t tuple = packet_nest(&p, CTA_TUPLE_ORIG);
	size_t addresses = packet_nest(&p, CTA_TUPLE_IP);
	packet_put(&p, CTA_IP_V4_SRC, ipv4.bytes, 4);
	packet_put(&p, CTA_IP_V6_DST, other, sizeof(other));
	packet_nest_end(&p, addresses);
	packet_nest_end(&p, tuple);
	decode_built();
	const struct tuple *t = &flow.tuple[ORIGINAL];
	/* The rest of an IPv4 address is zero; a second family is not mixed in. */
	assert_int_equal(t->family, AF_INET);
	assert_int_equal(t->present, TUPLE_SOURCE);
	assert_true(address_equal(&t->source, &ipv4));
}

static void check_helper(const char *wire, size_t length, const char *expected)
{
	begin();
	size_t nest = packet_nest(&p, CTA_HELP);
	packet_put(&p, CTA_HELP_NAME, wire, length);
	packet_nest_end(&p, nest);
	decode_built();
	assert_int_equal(flow.present, expected[0] ? FLOW_HELPER : 0);
	if (expected[0])
		assert_string_equal(flow.helper, expected);
}

static void test_helper(void **state)
{
	(void)state;
	check_helper("ftp", 4, "ftp");
	check_helper("ftp", 3, "ftp");
	check_helper("tftp\0junk", 9, "tftp");
	check_helper("\0ftp", 4, "");
	check_helper("0123456789abcde", 16, "0123456789abcde");
	check_helper("0123456789abcdefghij", 20, "0123456789abcde");
}

static void check_context(const char *wire, size_t length, const char *expected)
{
	begin();
	size_t nest = packet_nest(&p, CTA_SECCTX);
	packet_put(&p, CTA_SECCTX_NAME, wire, length);
	packet_nest_end(&p, nest);
	decode_built();
	assert_int_equal(flow.present, expected[0] ? FLOW_SECCTX : 0);
	if (!expected[0])
		return;
	assert_int_equal(flow.secctx.length, strlen(expected));
	assert_memory_equal(flow.secctx.bytes, expected, strlen(expected));
}

static void test_security_context(void **state)
{
	(void)state;
	check_context("system_u:object_r:t:s0", 23, "system_u:object_r:t:s0");
	check_context("no end", 6, "no end");
	check_context("two\0\0", 5, "two");
	check_context("\0\0", 2, "");
}

/* What is shorter than the bitmap says nothing of the bits behind it. */
static void test_labels(void **state)
{
	uint8_t wire[24];
	(void)state;
	for (size_t i = 0; i < sizeof(wire); i++)
		wire[i] = (uint8_t)(0x80 + i);
	for (size_t length = 1; length <= sizeof(wire); length++) {
		begin();
		packet_put(&p, CTA_LABELS, wire, length);
		decode_built();
		for (size_t i = 0; i < LABEL_BYTES; i++) {
			size_t at = label_byte_on_wire(i);
			assert_int_equal(flow.labels[i], at < length ? wire[at] : 0);
		}
	}
}

/* An empty CTA_STATUS is padding. */
static void test_padding(void **state)
{
	(void)state;
	begin();
	packet_put_be32(&p, CTA_STATUS, 0x188);
	packet_put(&p, CTA_STATUS, NULL, 0);
	packet_put_be64(&p, NEWER_TIMESTAMP_EVENT, 5);
	decode_built();
	assert_int_equal(flow.present, FLOW_STATUS | FLOW_EVENT_TIME);
	assert_int_equal(flow.status, 0x188);
}

/* One of the two counters alone is no count. */
static void test_half_counters(void **state)
{
	(void)state;
	begin();
	size_t nest = packet_nest(&p, CTA_COUNTERS_ORIG);
	packet_put_be64(&p, CTA_COUNTERS_PACKETS, 1);
	packet_nest_end(&p, nest);
	decode_built();
	assert_int_equal(flow.present, 0);
}

static void test_expectation_nat(void **state)
{
	static const uint8_t address[4] = {1, 2, 3, 4};
	struct expectation expectation;
	(void)state;
	for (unsigned parts = 0; parts < 4; parts++) {
		begin();
		size_t nest = packet_nest(&p, CTA_EXPECT_NAT);
		if (parts & 1)
			packet_put_be32(&p, CTA_EXPECT_NAT_DIR, 1);
		size_t tuple = packet_nest(&p, CTA_EXPECT_NAT_TUPLE);
		size_t addresses = packet_nest(&p, CTA_TUPLE_IP);
		if (parts & 2)
			packet_put(&p, CTA_IP_V4_SRC, address, sizeof(address));
		packet_nest_end(&p, addresses);
		packet_nest_end(&p, tuple);
		packet_nest_end(&p, nest);
		assert_int_equal(packet_end(&p), 0);
		assert_int_equal(decode_expectation(at_edge(bytes, p.used), &expectation), 0);
		assert_int_equal(expectation.present, parts == 3 ? EXPECTATION_NAT : 0);
		if (parts == 3)
			assert_int_equal(expectation.nat_direction, 1);
	}
}

static void test_kind(void **state)
{
	static const struct {
		uint16_t type, flags;
		enum message_kind kind;
		bool expectation;
	} rows[] = {
		{0x0100, 0x600, MESSAGE_NEW, false},
		{0x0100, 0, MESSAGE_UPDATE, false},
		{0x0100, NLM_F_MULTI | NLM_F_DUMP_FILTERED, MESSAGE_UPDATE, false},
		{0x0102, 0, MESSAGE_DESTROY, false},
		{0x0200, 0x600, MESSAGE_NEW, true},
		{0x0202, 0, MESSAGE_DESTROY, true},
		{0x0104, NLM_F_MULTI, MESSAGE_OTHER, false},
		{0x0300, 0x600, MESSAGE_OTHER, false},
		{NLMSG_ERROR, 0, MESSAGE_OTHER, false},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct nlmsghdr message = {
			.nlmsg_type = rows[i].type, .nlmsg_flags = rows[i].flags};
		assert_int_equal(decode_kind(&message), rows[i].kind);
		assert_int_equal(decode_is_expectation(&message), rows[i].expectation);
	}
}

static void test_stats(void **state)
{
	struct stats stats;
	(void)state;
	begin();
	bytes[18] = 1; /* nfgenmsg.res_id: the CPU's number */
	bytes[19] = 2;
	packet_put_be32(&p, CTA_STATS_FOUND, 7);
	packet_put_be16(&p, CTA_STATS_INVALID, 9);
	packet_put_be32(&p, 200, 0x12345678);
	assert_int_equal(packet_end(&p), 0);
	assert_int_equal(decode_stats(at_edge(bytes, p.used), STATS_EXPECT, &stats), 0);
	assert_int_equal(stats.table, STATS_EXPECT);
	assert_int_equal(stats.cpu, 0x102);
	assert_int_equal(stats.count, 2);
	assert_int_equal(stats.counter[0].type, CTA_STATS_FOUND);
	assert_int_equal(stats.counter[0].value, 7);
	assert_int_equal(stats.counter[1].type, 200);
	assert_int_equal(stats.counter[1].value, 0x12345678);
	for (size_t length = 16; length < 20; length++)
		assert_int_equal(
			decode_stats(at_edge(bytes, length), STATS_EXPECT, &stats), -EBADMSG);
}

static void test_many_stats(void **state)
{
	struct stats stats;
	(void)state;
	begin();
	for (uint16_t i = 0; i < STATS_COUNTER_MAX + 3; i++)
		packet_put_be32(&p, i, i);
	assert_int_equal(packet_end(&p), 0);
	assert_int_equal(decode_stats(at_edge(bytes, p.used), STATS_CONNTRACK, &stats), 0);
	assert_int_equal(stats.count, STATS_COUNTER_MAX);
}

static void test_global(void **state)
{
	uint32_t entries = 5, maximum = 5;
	(void)state;
	begin();
	packet_put_be32(&p, NEWER_STATS_GLOBAL_ENTRIES, 7);
	assert_int_equal(packet_end(&p), 0);
	assert_int_equal(decode_global(at_edge(bytes, p.used), &entries, &maximum), 0);
	assert_int_equal(entries, 7);
	assert_int_equal(maximum, 0);
	begin();
	packet_put_be32(&p, NEWER_STATS_GLOBAL_MAX_ENTRIES, 9);
	packet_put_be16(&p, NEWER_STATS_GLOBAL_ENTRIES, 9);
	assert_int_equal(packet_end(&p), 0);
	assert_int_equal(decode_global(at_edge(bytes, p.used), &entries, &maximum), 0);
	assert_int_equal(entries, 0);
	assert_int_equal(maximum, 9);
	assert_int_equal(decode_global(at_edge(bytes, 19), &entries, &maximum), -EBADMSG);
}

/* The headers of a tuple with ports, in the layout that is compared at once. */
static void put_ports(uint16_t nested, uint8_t family, uint8_t protocol)
{
	static const uint8_t source[16] = {1, 2, 3, 4, 5, 6}, destination[16] = {9, 8, 7, 6, 5, 4};
	size_t size = family == AF_INET ? 4 : 16;
	size_t tuple = packet_nest(&p, CTA_TUPLE_ORIG);
	size_t addresses = packet_nest(&p, CTA_TUPLE_IP);
	packet_put(&p, family == AF_INET ? CTA_IP_V4_SRC : CTA_IP_V6_SRC, source, size);
	packet_put(&p, family == AF_INET ? CTA_IP_V4_DST : CTA_IP_V6_DST, destination, size);
	packet_nest_end(&p, addresses);
	size_t members = packet_nest(&p, CTA_TUPLE_PROTO);
	packet_put_u8(&p, CTA_PROTO_NUM, protocol);
	packet_put_be16(&p, CTA_PROTO_SRC_PORT, 0x1234);
	packet_put_be16(&p, CTA_PROTO_DST_PORT, 0x5678);
	packet_nest_end(&p, members);
	packet_nest_end(&p, tuple);
	/* Other flags on the nest, and it is walked one by one. */
	uint16_t type = CTA_TUPLE_IP | nested;
	memcpy(bytes + addresses + offsetof(struct nlattr, nla_type), &type, sizeof(type));
}

/* Compared at once or walked one by one, a tuple is the same. */
static void test_two_ways(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 512; i++) {
		struct tuple walked;
		uint8_t family = i & 1 ? AF_INET6 : AF_INET;
		memset(&flow, 0, sizeof(flow));
		begin();
		put_ports(0, family, (uint8_t)(i >> 1));
		decode_built();
		walked = flow.tuple[ORIGINAL];
		assert_int_equal(walked.family, family);
		assert_int_equal(walked.protocol, i >> 1);
		memset(&flow, 0, sizeof(flow));
		begin();
		put_ports(NLA_F_NESTED, family, (uint8_t)(i >> 1));
		decode_built();
		assert_memory_equal(&flow.tuple[ORIGINAL], &walked, sizeof(walked));
	}
}

/* One header of the layout is another: that member, and what is in it, is not there. */
static void test_not_quite_usual(void **state)
{
	static const struct {
		uint8_t at; /* in the tuple's payload */
		uint8_t gone;
	} rows[] = {
		{0, TUPLE_ADDRESSES},
		{4, TUPLE_SOURCE},
		{12, TUPLE_DESTINATION},
		{20, TUPLE_PROTOCOL | TUPLE_PARTS},
		{24, TUPLE_PROTOCOL | TUPLE_PARTS},
		{32, TUPLE_PART},
		{40, TUPLE_PART << 1},
	};
	const unsigned all = TUPLE_ADDRESSES | TUPLE_PROTOCOL | TUPLE_PART | TUPLE_PART << 1;
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const uint16_t unknown = 0x123;
		begin();
		put_ports(NLA_F_NESTED, AF_INET, IPPROTO_UDP);
		memcpy(bytes + 24 + rows[i].at + offsetof(struct nlattr, nla_type), &unknown,
			sizeof(unknown));
		decode_built();
		assert_int_equal(flow.tuple[ORIGINAL].present, all & ~(unsigned)rows[i].gone);
	}
}

static void put_tcp(uint16_t nested)
{
	size_t info = packet_nest(&p, CTA_PROTOINFO);
	size_t tcp = packet_nest(&p, CTA_PROTOINFO_TCP);
	packet_put_u8(&p, CTA_PROTOINFO_TCP_STATE, 3);
	packet_put_u8(&p, CTA_PROTOINFO_TCP_WSCALE_ORIGINAL, 7);
	packet_put_u8(&p, CTA_PROTOINFO_TCP_WSCALE_REPLY, 9);
	packet_put(&p, CTA_PROTOINFO_TCP_FLAGS_ORIGINAL, "\x2b\x17", 2);
	packet_put(&p, CTA_PROTOINFO_TCP_FLAGS_REPLY, "\x0a\x05", 2);
	packet_nest_end(&p, tcp);
	packet_nest_end(&p, info);
	uint16_t type = CTA_PROTOINFO_TCP | nested;
	memcpy(bytes + tcp + offsetof(struct nlattr, nla_type), &type, sizeof(type));
}

static void test_tcp_two_ways(void **state)
{
	const uint64_t both = 1 | 1 << REPLY;
	(void)state;
	for (unsigned way = 0; way < 2; way++) {
		begin();
		put_tcp(way ? NLA_F_NESTED : 0);
		decode_built();
		assert_int_equal(flow.present,
			FLOW_STATE | FLOW_WINDOW_SCALE * both | FLOW_TCP_FLAGS * both);
		assert_int_equal(flow.state, 3);
		assert_int_equal(flow.window_scale[ORIGINAL], 7);
		assert_int_equal(flow.window_scale[REPLY], 9);
		assert_int_equal(flow.tcp_flags[ORIGINAL].flags, 0x2b);
		assert_int_equal(flow.tcp_flags[ORIGINAL].mask, 0x17);
		assert_int_equal(flow.tcp_flags[REPLY].flags, 0x0a);
		assert_int_equal(flow.tcp_flags[REPLY].mask, 0x05);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_is_there),
		cmocka_unit_test(test_parts_before_number),
		cmocka_unit_test(test_parts_of_nothing),
		cmocka_unit_test(test_two_ways),
		cmocka_unit_test(test_not_quite_usual),
		cmocka_unit_test(test_tcp_two_ways),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_helper),
		cmocka_unit_test(test_security_context),
		cmocka_unit_test(test_labels),
		cmocka_unit_test(test_padding),
		cmocka_unit_test(test_half_counters),
		cmocka_unit_test(test_expectation_nat),
		cmocka_unit_test(test_kind),
		cmocka_unit_test(test_stats),
		cmocka_unit_test(test_many_stats),
		cmocka_unit_test(test_global),
	};
	return cmocka_run_group_tests_name("decode_values", tests, open_edge, NULL);
}
