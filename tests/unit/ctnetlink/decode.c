/* SPDX-License-Identifier: MIT */
/*
 * Each attribute is a row; each row is tried exact, short, empty, truncated,
 * oversized and followed by junk, at the end of a page behind which nothing is
 * mapped.
 */
#include "ctnetlink/decode.h"

#include <errno.h>
#include <linux/netfilter/nfnetlink.h>
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

/* -------------------------------------------------------------------- rows */

struct sibling {
	uint16_t type;
	uint8_t length;
	uint8_t bytes[20];
};

/* An attribute, where it lies in the message and in what is decoded. */
struct row {
	const char *name;
	uint16_t nest[2]; /* types of the nests around it, outer one first, 0: none */
	uint16_t inner;   /* and of a third one */
	uint16_t type;
	uint8_t length; /* of what its type needs */
	uint8_t payload[16];
	struct sibling sibling[2]; /* what its nest needs besides */
	struct {
		size_t offset;
		size_t size; /* 0: not compared */
		uint64_t number;
	} value;
	struct {
		size_t offset;
		size_t size;
		uint64_t bits;
	} present;
	bool elastic; /* any length but 0 will do */
};

#define FLOW_VALUE(member, n)                                                                      \
	{                                                                                          \
		offsetof(struct flow, member), sizeof(((struct flow *)0)->member), n               \
	}
#define FLOW_BITS(n)                                                                               \
	{                                                                                          \
		offsetof(struct flow, present), sizeof(uint64_t), n                                \
	}
#define TUPLE_BITS(member, n)                                                                      \
	{                                                                                          \
		offsetof(struct flow, member), sizeof(uint8_t), n                                  \
	}
#define EXPECTATION_VALUE(member, n)                                                               \
	{                                                                                          \
		offsetof(struct expectation, member), sizeof(((struct expectation *)0)->member), n \
	}
#define EXPECTATION_BITS(n)                                                                        \
	{                                                                                          \
		offsetof(struct expectation, present), sizeof(uint32_t), n                         \
	}
#define EXPECTATION_TUPLE_BITS(member, n)                                                          \
	{                                                                                          \
		offsetof(struct expectation, member), sizeof(uint8_t), n                           \
	}
#define NUMBER(n)                                                                                  \
	{                                                                                          \
		{                                                                                  \
			CTA_PROTO_NUM, 1,                                                          \
			{                                                                          \
				n                                                                  \
			}                                                                          \
		}                                                                                  \
	}

#define BYTES_4                                                                                    \
	{                                                                                          \
		0x12, 0x34, 0x56, 0x78                                                             \
	}
#define BYTES_8                                                                                    \
	{                                                                                          \
		0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc, 0xde, 0xf0                                     \
	}
#define VALUE_2 0x1234
#define VALUE_4 0x12345678
#define VALUE_8 0x123456789abcdef0

static const struct row flow_rows[] = {
	{"status", .type = CTA_STATUS, .length = 4, .payload = BYTES_4,
		.value = FLOW_VALUE(status, VALUE_4), .present = FLOW_BITS(FLOW_STATUS)},
	{"timeout", .type = CTA_TIMEOUT, .length = 4, .payload = BYTES_4,
		.value = FLOW_VALUE(timeout, VALUE_4), .present = FLOW_BITS(FLOW_TIMEOUT)},
	{"mark", .type = CTA_MARK, .length = 4, .payload = BYTES_4,
		.value = FLOW_VALUE(mark, VALUE_4), .present = FLOW_BITS(FLOW_MARK)},
	{"use", .type = CTA_USE, .length = 4, .payload = BYTES_4, .value = FLOW_VALUE(use, VALUE_4),
		.present = FLOW_BITS(FLOW_USE)},
	{"id", .type = CTA_ID, .length = 4, .payload = BYTES_4, .value = FLOW_VALUE(id, VALUE_4),
		.present = FLOW_BITS(FLOW_ID)},
	{"secmark", .type = CTA_SECMARK, .length = 4, .payload = BYTES_4,
		.value = FLOW_VALUE(secmark, VALUE_4), .present = FLOW_BITS(FLOW_SECMARK)},
	{"zone", .type = CTA_ZONE, .length = 2, .payload = BYTES_4,
		.value = FLOW_VALUE(zone, VALUE_2), .present = FLOW_BITS(FLOW_ZONE)},
	{"event time", .type = NEWER_TIMESTAMP_EVENT, .length = 8, .payload = BYTES_8,
		.value = FLOW_VALUE(event_time, VALUE_8), .present = FLOW_BITS(FLOW_EVENT_TIME)},
	{"labels", .type = CTA_LABELS, .length = 16, .payload = {1}, .elastic = true,
		.present = FLOW_BITS(FLOW_LABELS)},
	{"original IPv4 source", {CTA_TUPLE_ORIG, CTA_TUPLE_IP}, .type = CTA_IP_V4_SRC, .length = 4,
		.payload = BYTES_4, .present = TUPLE_BITS(tuple[ORIGINAL].present, TUPLE_SOURCE)},
	{"original IPv4 destination", {CTA_TUPLE_ORIG, CTA_TUPLE_IP}, .type = CTA_IP_V4_DST,
		.length = 4, .payload = BYTES_4,
		.present = TUPLE_BITS(tuple[ORIGINAL].present, TUPLE_DESTINATION)},
	{"reply IPv6 source", {CTA_TUPLE_REPLY, CTA_TUPLE_IP}, .type = CTA_IP_V6_SRC, .length = 16,
		.payload = BYTES_8, .present = TUPLE_BITS(tuple[REPLY].present, TUPLE_SOURCE)},
	{"reply IPv6 destination", {CTA_TUPLE_REPLY, CTA_TUPLE_IP}, .type = CTA_IP_V6_DST,
		.length = 16, .payload = BYTES_8,
		.present = TUPLE_BITS(tuple[REPLY].present, TUPLE_DESTINATION)},
	{"protocol", {CTA_TUPLE_ORIG, CTA_TUPLE_PROTO}, .type = CTA_PROTO_NUM, .length = 1,
		.payload = {IPPROTO_TCP},
		.value = FLOW_VALUE(tuple[ORIGINAL].protocol, IPPROTO_TCP),
		.present = TUPLE_BITS(tuple[ORIGINAL].present, TUPLE_PROTOCOL)},
	{"source port", {CTA_TUPLE_ORIG, CTA_TUPLE_PROTO}, .type = CTA_PROTO_SRC_PORT, .length = 2,
		.payload = BYTES_4, .sibling = NUMBER(IPPROTO_TCP),
		.value = FLOW_VALUE(tuple[ORIGINAL].part[0], VALUE_2),
		.present = TUPLE_BITS(tuple[ORIGINAL].present, TUPLE_PART)},
	{"destination port", {CTA_TUPLE_REPLY, CTA_TUPLE_PROTO}, .type = CTA_PROTO_DST_PORT,
		.length = 2, .payload = BYTES_4, .sibling = NUMBER(IPPROTO_UDP),
		.value = FLOW_VALUE(tuple[REPLY].part[1], VALUE_2),
		.present = TUPLE_BITS(tuple[REPLY].present, TUPLE_PART << 1)},
	{"GRE key", {CTA_TUPLE_ORIG, CTA_TUPLE_PROTO}, .type = CTA_PROTO_SRC_PORT, .length = 2,
		.payload = BYTES_4, .sibling = NUMBER(IPPROTO_GRE),
		.value = FLOW_VALUE(tuple[ORIGINAL].part[0], VALUE_2),
		.present = TUPLE_BITS(tuple[ORIGINAL].present, TUPLE_PART)},
	{"ICMP type", {CTA_TUPLE_ORIG, CTA_TUPLE_PROTO}, .type = CTA_PROTO_ICMP_TYPE, .length = 1,
		.payload = {8}, .sibling = NUMBER(IPPROTO_ICMP),
		.value = FLOW_VALUE(tuple[ORIGINAL].part[0], 8),
		.present = TUPLE_BITS(tuple[ORIGINAL].present, TUPLE_PART)},
	{"ICMP code", {CTA_TUPLE_ORIG, CTA_TUPLE_PROTO}, .type = CTA_PROTO_ICMP_CODE, .length = 1,
		.payload = {3}, .sibling = NUMBER(IPPROTO_ICMP),
		.value = FLOW_VALUE(tuple[ORIGINAL].part[1], 3),
		.present = TUPLE_BITS(tuple[ORIGINAL].present, TUPLE_PART << 1)},
	{"ICMP id", {CTA_TUPLE_ORIG, CTA_TUPLE_PROTO}, .type = CTA_PROTO_ICMP_ID, .length = 2,
		.payload = BYTES_4, .sibling = NUMBER(IPPROTO_ICMP),
		.value = FLOW_VALUE(tuple[ORIGINAL].part[2], VALUE_2),
		.present = TUPLE_BITS(tuple[ORIGINAL].present, TUPLE_PART << 2)},
	{"ICMPv6 type", {CTA_TUPLE_ORIG, CTA_TUPLE_PROTO}, .type = CTA_PROTO_ICMPV6_TYPE,
		.length = 1, .payload = {128}, .sibling = NUMBER(IPPROTO_ICMPV6),
		.value = FLOW_VALUE(tuple[ORIGINAL].part[0], 128),
		.present = TUPLE_BITS(tuple[ORIGINAL].present, TUPLE_PART)},
	{"ICMPv6 code", {CTA_TUPLE_ORIG, CTA_TUPLE_PROTO}, .type = CTA_PROTO_ICMPV6_CODE,
		.length = 1, .payload = {4}, .sibling = NUMBER(IPPROTO_ICMPV6),
		.value = FLOW_VALUE(tuple[ORIGINAL].part[1], 4),
		.present = TUPLE_BITS(tuple[ORIGINAL].present, TUPLE_PART << 1)},
	{"ICMPv6 id", {CTA_TUPLE_ORIG, CTA_TUPLE_PROTO}, .type = CTA_PROTO_ICMPV6_ID, .length = 2,
		.payload = BYTES_4, .sibling = NUMBER(IPPROTO_ICMPV6),
		.value = FLOW_VALUE(tuple[ORIGINAL].part[2], VALUE_2),
		.present = TUPLE_BITS(tuple[ORIGINAL].present, TUPLE_PART << 2)},
	{"original zone", {CTA_TUPLE_ORIG}, .type = CTA_TUPLE_ZONE, .length = 2, .payload = BYTES_4,
		.value = FLOW_VALUE(tuple[ORIGINAL].zone, VALUE_2),
		.present = TUPLE_BITS(tuple[ORIGINAL].present, TUPLE_ZONE)},
	{"reply zone", {CTA_TUPLE_REPLY}, .type = CTA_TUPLE_ZONE, .length = 2, .payload = BYTES_4,
		.value = FLOW_VALUE(tuple[REPLY].zone, VALUE_2),
		.present = TUPLE_BITS(tuple[REPLY].present, TUPLE_ZONE)},
	{"master", {CTA_TUPLE_MASTER, CTA_TUPLE_IP}, .type = CTA_IP_V4_SRC, .length = 4,
		.payload = BYTES_4, .sibling = {{CTA_IP_V4_DST, 4, BYTES_4}},
		.present = FLOW_BITS(FLOW_MASTER)},
	{"TCP state", {CTA_PROTOINFO, CTA_PROTOINFO_TCP}, .type = CTA_PROTOINFO_TCP_STATE,
		.length = 1, .payload = {3}, .value = FLOW_VALUE(state, 3),
		.present = FLOW_BITS(FLOW_STATE)},
	{"original window scale", {CTA_PROTOINFO, CTA_PROTOINFO_TCP},
		.type = CTA_PROTOINFO_TCP_WSCALE_ORIGINAL, .length = 1, .payload = {7},
		.value = FLOW_VALUE(window_scale[ORIGINAL], 7),
		.present = FLOW_BITS(FLOW_WINDOW_SCALE)},
	{"reply window scale", {CTA_PROTOINFO, CTA_PROTOINFO_TCP},
		.type = CTA_PROTOINFO_TCP_WSCALE_REPLY, .length = 1, .payload = {9},
		.value = FLOW_VALUE(window_scale[REPLY], 9),
		.present = FLOW_BITS(FLOW_WINDOW_SCALE << REPLY)},
	{"original TCP flags", {CTA_PROTOINFO, CTA_PROTOINFO_TCP},
		.type = CTA_PROTOINFO_TCP_FLAGS_ORIGINAL, .length = 2, .payload = {0x2b, 0x17},
		.value = FLOW_VALUE(tcp_flags[ORIGINAL].mask, 0x17),
		.present = FLOW_BITS(FLOW_TCP_FLAGS)},
	{"reply TCP flags", {CTA_PROTOINFO, CTA_PROTOINFO_TCP},
		.type = CTA_PROTOINFO_TCP_FLAGS_REPLY, .length = 2, .payload = {0x2b, 0x17},
		.value = FLOW_VALUE(tcp_flags[REPLY].flags, 0x2b),
		.present = FLOW_BITS(FLOW_TCP_FLAGS << REPLY)},
	{"SCTP state", {CTA_PROTOINFO, CTA_PROTOINFO_SCTP}, .type = CTA_PROTOINFO_SCTP_STATE,
		.length = 1, .payload = {4}, .value = FLOW_VALUE(state, 4),
		.present = FLOW_BITS(FLOW_STATE)},
	{"original tag", {CTA_PROTOINFO, CTA_PROTOINFO_SCTP},
		.type = CTA_PROTOINFO_SCTP_VTAG_ORIGINAL, .length = 4, .payload = BYTES_4,
		.value = FLOW_VALUE(vtag[ORIGINAL], VALUE_4), .present = FLOW_BITS(FLOW_VTAG)},
	{"reply tag", {CTA_PROTOINFO, CTA_PROTOINFO_SCTP}, .type = CTA_PROTOINFO_SCTP_VTAG_REPLY,
		.length = 4, .payload = BYTES_4, .value = FLOW_VALUE(vtag[REPLY], VALUE_4),
		.present = FLOW_BITS(FLOW_VTAG << REPLY)},
	{"DCCP state", {CTA_PROTOINFO, CTA_PROTOINFO_DCCP}, .type = CTA_PROTOINFO_DCCP_STATE,
		.length = 1, .payload = {5}, .value = FLOW_VALUE(state, 5),
		.present = FLOW_BITS(FLOW_STATE)},
	{"role", {CTA_PROTOINFO, CTA_PROTOINFO_DCCP}, .type = CTA_PROTOINFO_DCCP_ROLE, .length = 1,
		.payload = {1}, .value = FLOW_VALUE(role, 1), .present = FLOW_BITS(FLOW_ROLE)},
	{"handshake", {CTA_PROTOINFO, CTA_PROTOINFO_DCCP}, .type = CTA_PROTOINFO_DCCP_HANDSHAKE_SEQ,
		.length = 8, .payload = BYTES_8, .value = FLOW_VALUE(handshake_sequence, VALUE_8),
		.present = FLOW_BITS(FLOW_HANDSHAKE)},
	{"packets", {CTA_COUNTERS_ORIG}, .type = CTA_COUNTERS_PACKETS, .length = 8,
		.payload = BYTES_8, .sibling = {{CTA_COUNTERS_BYTES, 8, {1}}},
		.value = FLOW_VALUE(counters[ORIGINAL].packets, VALUE_8),
		.present = FLOW_BITS(FLOW_COUNTERS)},
	{"bytes", {CTA_COUNTERS_REPLY}, .type = CTA_COUNTERS_BYTES, .length = 8, .payload = BYTES_8,
		.sibling = {{CTA_COUNTERS_PACKETS, 8, {1}}},
		.value = FLOW_VALUE(counters[REPLY].bytes, VALUE_8),
		.present = FLOW_BITS(FLOW_COUNTERS << REPLY)},
	{"packets of 32 bits", {CTA_COUNTERS_REPLY}, .type = CTA_COUNTERS32_PACKETS, .length = 4,
		.payload = BYTES_4, .sibling = {{CTA_COUNTERS32_BYTES, 4, {1}}},
		.value = FLOW_VALUE(counters[REPLY].packets, VALUE_4),
		.present = FLOW_BITS(FLOW_COUNTERS << REPLY)},
	{"bytes of 32 bits", {CTA_COUNTERS_ORIG}, .type = CTA_COUNTERS32_BYTES, .length = 4,
		.payload = BYTES_4, .sibling = {{CTA_COUNTERS32_PACKETS, 4, {1}}},
		.value = FLOW_VALUE(counters[ORIGINAL].bytes, VALUE_4),
		.present = FLOW_BITS(FLOW_COUNTERS)},
	{"start", {CTA_TIMESTAMP}, .type = CTA_TIMESTAMP_START, .length = 8, .payload = BYTES_8,
		.value = FLOW_VALUE(start, VALUE_8), .present = FLOW_BITS(FLOW_START)},
	{"stop", {CTA_TIMESTAMP}, .type = CTA_TIMESTAMP_STOP, .length = 8, .payload = BYTES_8,
		.value = FLOW_VALUE(stop, VALUE_8), .present = FLOW_BITS(FLOW_STOP)},
	{"helper", {CTA_HELP}, .type = CTA_HELP_NAME, .length = 4, .payload = {'f', 't', 'p'},
		.elastic = true, .present = FLOW_BITS(FLOW_HELPER)},
	{"helper info", {CTA_HELP}, .type = CTA_HELP_INFO, .length = 4, .payload = BYTES_4,
		.elastic = true, .present = FLOW_BITS(FLOW_HELPER_INFO)},
	{"security context", {CTA_SECCTX}, .type = CTA_SECCTX_NAME, .length = 4,
		.payload = {'a', ':', 'b'}, .elastic = true, .present = FLOW_BITS(FLOW_SECCTX)},
	{"correction position", {CTA_SEQ_ADJ_ORIG}, .type = CTA_SEQADJ_CORRECTION_POS, .length = 4,
		.payload = BYTES_4,
		.sibling = {{CTA_SEQADJ_OFFSET_BEFORE, 4, {0}}, {CTA_SEQADJ_OFFSET_AFTER, 4, {0}}},
		.value = FLOW_VALUE(sequence[ORIGINAL].correction_position, VALUE_4),
		.present = FLOW_BITS(FLOW_SEQUENCE)},
	{"offset before", {CTA_SEQ_ADJ_REPLY}, .type = CTA_SEQADJ_OFFSET_BEFORE, .length = 4,
		.payload = BYTES_4,
		.sibling = {{CTA_SEQADJ_CORRECTION_POS, 4, {0}}, {CTA_SEQADJ_OFFSET_AFTER, 4, {0}}},
		.value = FLOW_VALUE(sequence[REPLY].offset_before, VALUE_4),
		.present = FLOW_BITS(FLOW_SEQUENCE << REPLY)},
	{"offset after", {CTA_SEQ_ADJ_ORIG}, .type = CTA_SEQADJ_OFFSET_AFTER, .length = 4,
		.payload = BYTES_4,
		.sibling = {{CTA_SEQADJ_CORRECTION_POS, 4, {0}},
			{CTA_SEQADJ_OFFSET_BEFORE, 4, {0}}},
		.value = FLOW_VALUE(sequence[ORIGINAL].offset_after, VALUE_4),
		.present = FLOW_BITS(FLOW_SEQUENCE)},
	{"initial sequence", {NEWER_SYNPROXY}, .type = NEWER_SYNPROXY_ISN, .length = 4,
		.payload = BYTES_4,
		.sibling = {{NEWER_SYNPROXY_ITS, 4, {0}}, {NEWER_SYNPROXY_TSOFF, 4, {0}}},
		.value = FLOW_VALUE(synproxy.initial_sequence, VALUE_4),
		.present = FLOW_BITS(FLOW_SYNPROXY)},
	{"initial timestamp", {NEWER_SYNPROXY}, .type = NEWER_SYNPROXY_ITS, .length = 4,
		.payload = BYTES_4,
		.sibling = {{NEWER_SYNPROXY_ISN, 4, {0}}, {NEWER_SYNPROXY_TSOFF, 4, {0}}},
		.value = FLOW_VALUE(synproxy.initial_timestamp, VALUE_4),
		.present = FLOW_BITS(FLOW_SYNPROXY)},
	{"timestamp offset", {NEWER_SYNPROXY}, .type = NEWER_SYNPROXY_TSOFF, .length = 4,
		.payload = BYTES_4,
		.sibling = {{NEWER_SYNPROXY_ISN, 4, {0}}, {NEWER_SYNPROXY_ITS, 4, {0}}},
		.value = FLOW_VALUE(synproxy.timestamp_offset, VALUE_4),
		.present = FLOW_BITS(FLOW_SYNPROXY)},
};

static const struct row expectation_rows[] = {
	{"timeout", .type = CTA_EXPECT_TIMEOUT, .length = 4, .payload = BYTES_4,
		.value = EXPECTATION_VALUE(timeout, VALUE_4),
		.present = EXPECTATION_BITS(EXPECTATION_TIMEOUT)},
	{"id", .type = CTA_EXPECT_ID, .length = 4, .payload = BYTES_4,
		.value = EXPECTATION_VALUE(id, VALUE_4),
		.present = EXPECTATION_BITS(EXPECTATION_ID)},
	{"flags", .type = CTA_EXPECT_FLAGS, .length = 4, .payload = BYTES_4,
		.value = EXPECTATION_VALUE(flags, VALUE_4),
		.present = EXPECTATION_BITS(EXPECTATION_FLAGS)},
	{"class", .type = CTA_EXPECT_CLASS, .length = 4, .payload = BYTES_4,
		.value = EXPECTATION_VALUE(class, VALUE_4),
		.present = EXPECTATION_BITS(EXPECTATION_CLASS)},
	{"zone", .type = CTA_EXPECT_ZONE, .length = 2, .payload = BYTES_4,
		.value = EXPECTATION_VALUE(zone, VALUE_2),
		.present = EXPECTATION_BITS(EXPECTATION_ZONE)},
	{"helper", .type = CTA_EXPECT_HELP_NAME, .length = 4, .payload = {'f', 't', 'p'},
		.elastic = true, .present = EXPECTATION_BITS(EXPECTATION_HELPER)},
	{"function", .type = CTA_EXPECT_FN, .length = 4, .payload = {'f', 'n'}, .elastic = true,
		.present = EXPECTATION_BITS(EXPECTATION_FUNCTION)},
	{"tuple", {CTA_EXPECT_TUPLE, CTA_TUPLE_IP}, .type = CTA_IP_V4_SRC, .length = 4,
		.payload = BYTES_4, .present = EXPECTATION_BITS(EXPECTATION_TUPLE)},
	{"mask", {CTA_EXPECT_MASK, CTA_TUPLE_IP}, .type = CTA_IP_V6_DST, .length = 16,
		.payload = BYTES_8, .present = EXPECTATION_BITS(EXPECTATION_MASK)},
	{"master", {CTA_EXPECT_MASTER, CTA_TUPLE_PROTO}, .type = CTA_PROTO_DST_PORT, .length = 2,
		.payload = BYTES_4, .sibling = NUMBER(IPPROTO_TCP),
		.value = EXPECTATION_VALUE(master.part[1], VALUE_2),
		.present = EXPECTATION_TUPLE_BITS(master.present, TUPLE_PART << 1)},
	{"NAT tuple", {CTA_EXPECT_NAT, CTA_EXPECT_NAT_TUPLE}, CTA_TUPLE_IP, CTA_IP_V4_SRC, 4,
		.payload = BYTES_4,
		.present = EXPECTATION_TUPLE_BITS(nat_tuple.present, TUPLE_SOURCE)},
	{"NAT port", {CTA_EXPECT_NAT, CTA_EXPECT_NAT_TUPLE}, CTA_TUPLE_PROTO, CTA_PROTO_SRC_PORT, 2,
		.payload = BYTES_4, .sibling = NUMBER(IPPROTO_UDP),
		.value = EXPECTATION_VALUE(nat_tuple.part[0], VALUE_2),
		.present = EXPECTATION_TUPLE_BITS(nat_tuple.present, TUPLE_PART)},
};

/* ------------------------------------------------------------------ running */

/* What the rows are about: one of both is decoded, nothing of it zero before. */
static union {
	struct flow flow;
	struct expectation expectation;
} out;

typedef int (*decode_fn)(const struct nlmsghdr *message);

static int into_flow(const struct nlmsghdr *message)
{
	memset(&out, 0xa5, sizeof(out));
	/* Rows look at these also when their nest was not there. */
	out.flow.master.present = 0;
	return decode_flow(message, &out.flow);
}

static int into_expectation(const struct nlmsghdr *message)
{
	memset(&out, 0xa5, sizeof(out));
	out.expectation.nat_tuple.present = 0;
	return decode_expectation(message, &out.expectation);
}

static uint64_t read_member(size_t offset, size_t size)
{
	const uint8_t *member = (const uint8_t *)&out + offset;
	uint16_t u16;
	uint32_t u32;
	uint64_t u64;
	switch (size) {
	case 1:
		return *member;
	case 2:
		memcpy(&u16, member, 2);
		return u16;
	case 4:
		memcpy(&u32, member, 4);
		return u32;
	default:
		memcpy(&u64, member, 8);
		return u64;
	}
}

static bool is_present(const struct row *row)
{
	uint64_t bits = read_member(row->present.offset, row->present.size);
	return (bits & row->present.bits) == row->present.bits;
}

static void check_there(const struct row *row, const char *how)
{
	if (!is_present(row))
		fail_msg("%s, %s: not there", row->name, how);
	if (row->value.size == 0)
		return;
	uint64_t got = read_member(row->value.offset, row->value.size);
	if (got != row->value.number)
		fail_msg("%s, %s: %llx", row->name, how, (unsigned long long)got);
}

static void check_absent(const struct row *row, const char *how)
{
	if (is_present(row))
		fail_msg("%s, %s: there", row->name, how);
}

static _Alignas(struct nlmsghdr) uint8_t bytes[4096];

/* Where things of the message last built begin. */
static size_t attribute_at, outer_nest_at;

/*
 * The row's attribute with `length` payload bytes, its siblings before it, its
 * nests around it. Bytes beyond the row's payload are 0x77.
 */
static size_t build(const struct row *row, size_t length)
{
	struct packet p;
	uint8_t payload[64];
	size_t nest[3];
	unsigned depth = 0;
	packet_init(&p, bytes, sizeof(bytes));
	packet_begin(&p, 0x0100, 0, AF_INET, 0);
	outer_nest_at = p.used;
	for (unsigned i = 0; i < 2 && row->nest[i]; i++)
		nest[depth++] = packet_nest(&p, row->nest[i]);
	if (row->inner)
		nest[depth++] = packet_nest(&p, row->inner);
	for (unsigned i = 0; i < 2; i++)
		if (row->sibling[i].length)
			packet_put(&p, row->sibling[i].type, row->sibling[i].bytes,
				row->sibling[i].length);
	memset(payload, 0x77, sizeof(payload));
	memcpy(payload, row->payload, row->length);
	attribute_at = p.used;
	packet_put(&p, row->type, payload, length);
	while (depth > 0)
		packet_nest_end(&p, nest[--depth]);
	assert_int_equal(packet_end(&p), 0);
	return p.used;
}

static void patch_length(size_t attribute, unsigned length)
{
	uint16_t value = (uint16_t)length;
	memcpy(bytes + attribute, &value, sizeof(value));
}

static void try_lengths(const struct row *row, decode_fn decode)
{
	assert_int_equal(decode(at_edge(bytes, build(row, row->length))), 0);
	check_there(row, "exact");
	assert_int_equal(decode(at_edge(bytes, build(row, row->length + 7u))), 0);
	check_there(row, "oversized");
	assert_int_equal(decode(at_edge(bytes, build(row, 0))), 0);
	check_absent(row, "empty");
	for (size_t length = 1; length < row->length; length++) {
		assert_int_equal(decode(at_edge(bytes, build(row, length))), 0);
		if (row->elastic)
			check_there(row, "shorter");
		else
			check_absent(row, "short");
	}
}

/* The attribute's own length, and its nest's, are not to be believed. */
static void try_lies(const struct row *row, decode_fn decode)
{
	static const uint16_t lies[] = {0, 1, 3, 0x7fff, 0xffff};
	for (unsigned i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		size_t used = build(row, row->length);
		patch_length(attribute_at, lies[i]);
		assert_int_equal(decode(at_edge(bytes, used)), 0);
		check_absent(row, "false length");
		used = build(row, row->length);
		patch_length(outer_nest_at, lies[i]);
		assert_int_equal(decode(at_edge(bytes, used)), 0);
		check_absent(row, "false length of the nest");
	}
	size_t used = build(row, row->length);
	patch_length(attribute_at, NLA_HDRLEN + row->length + 4u);
	assert_int_equal(decode(at_edge(bytes, used)), 0);
	check_absent(row, "longer than its nest");
}

/* The message ends early, anywhere. */
static void try_cuts(const struct row *row, decode_fn decode)
{
	size_t used = build(row, row->length);
	size_t whole = attribute_at + NLA_HDRLEN + row->length;
	for (size_t length = 20; length < whole; length++) {
		assert_int_equal(decode(at_edge(bytes, length)), 0);
		check_absent(row, "truncated");
	}
	assert_true(used >= whole);
	for (size_t length = sizeof(struct nlmsghdr); length < 20; length++)
		assert_int_equal(decode(at_edge(bytes, length)), -EBADMSG);
}

static void try_junk(const struct row *row, decode_fn decode)
{
	static const uint8_t junk[][8] = {{0}, {1}, {3, 0, 1},
		{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, {8, 0, 0xff, 0x3f, 1, 2, 3, 4},
		{9, 0, 1, 0, 1, 2, 3, 4}};
	for (unsigned i = 0; i < sizeof(junk) / sizeof(junk[0]); i++) {
		size_t used = build(row, row->length);
		for (size_t n = 1; n <= sizeof(junk[i]); n++) {
			memcpy(bytes + used, junk[i], n);
			assert_int_equal(decode(at_edge(bytes, used + n)), 0);
			check_there(row, "junk behind it");
		}
	}
}

static void try_rows(const struct row *rows, size_t count, decode_fn decode)
{
	for (size_t i = 0; i < count; i++) {
		try_lengths(&rows[i], decode);
		try_lies(&rows[i], decode);
		try_cuts(&rows[i], decode);
		try_junk(&rows[i], decode);
	}
}

static void test_flow_rows(void **state)
{
	(void)state;
	try_rows(flow_rows, sizeof(flow_rows) / sizeof(flow_rows[0]), into_flow);
}

static void test_expectation_rows(void **state)
{
	(void)state;
	try_rows(expectation_rows, sizeof(expectation_rows) / sizeof(expectation_rows[0]),
		into_expectation);
}

/* Of an attribute that comes twice the second holds, as short as it is. */
static void test_twice(void **state)
{
	static const uint8_t udp = IPPROTO_UDP, port[] = {0x11, 0x22};
	struct packet p;
	size_t nest[2];

	(void)state;
	packet_init(&p, bytes, sizeof(bytes));
	packet_begin(&p, 0x0100, 0, AF_INET, 0);
	nest[0] = packet_nest(&p, CTA_TUPLE_ORIG);
	nest[1] = packet_nest(&p, CTA_TUPLE_PROTO);
	packet_put(&p, CTA_PROTO_NUM, &udp, 1);
	packet_put(&p, CTA_PROTO_SRC_PORT, port, 2);
	packet_put(&p, CTA_PROTO_SRC_PORT, port, 0);
	packet_nest_end(&p, nest[1]);
	packet_nest_end(&p, nest[0]);
	assert_int_equal(packet_end(&p), 0);
	assert_int_equal(into_flow(at_edge(bytes, p.used)), 0);
	assert_int_equal(out.flow.tuple[ORIGINAL].protocol, IPPROTO_UDP);
	assert_int_equal(out.flow.tuple[ORIGINAL].present, TUPLE_PROTOCOL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_twice),
		cmocka_unit_test(test_flow_rows),
		cmocka_unit_test(test_expectation_rows),
	};
	return cmocka_run_group_tests_name("decode", tests, open_edge, NULL);
}
