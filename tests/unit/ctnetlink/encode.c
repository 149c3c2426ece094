/* SPDX-License-Identifier: MIT */
#include "ctnetlink/encode.h"

#include <arpa/inet.h>
#include <errno.h>
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

#include "ctnetlink/decode.h"
#include "flow/protocol.h"

static _Alignas(struct nlmsghdr) uint8_t bytes[8192];
static struct packet p;

static void start(size_t size)
{
	memset(bytes, 0x5a, sizeof(bytes));
	packet_init(&p, bytes, size);
}

static const struct nlmsghdr *message(void)
{
	const struct nlmsghdr *header = packet_message(&p, 0);
	assert_int_equal(header->nlmsg_len, p.used);
	return header;
}

static const struct nfgenmsg *general(void)
{
	return (const struct nfgenmsg *)(const void *)(bytes + sizeof(struct nlmsghdr));
}

static void check_header(uint16_t type, uint16_t flags, uint8_t family, uint8_t version)
{
	assert_int_equal(message()->nlmsg_type, type);
	assert_int_equal(message()->nlmsg_flags, flags);
	assert_int_equal(general()->nfgen_family, family);
	assert_int_equal(general()->version, version);
	assert_int_equal(general()->res_id, 0);
}

static void set_tuple(struct tuple *t, uint8_t family, uint8_t protocol)
{
	const struct protocol *row = protocol_by_number(protocol);
	t->family = family;
	inet_pton(family, family == AF_INET ? "192.0.2.1" : "2001:db8::1", &t->source);
	inet_pton(family, family == AF_INET ? "198.51.100.2" : "2001:db8:9::2", &t->destination);
	t->protocol = protocol;
	t->present = TUPLE_ADDRESSES | TUPLE_PROTOCOL;
	for (unsigned i = 0; row && i < row->part_count; i++) {
		t->part[i] =
			row->part[i].bytes == 1 ? (uint16_t)(0xa1 + i) : (uint16_t)(0x1234 + i);
		t->present |= (uint8_t)(TUPLE_PART << i);
	}
}

/* A flow with everything that a create may say and decode reads. */
static void fill(struct flow *f, uint8_t family, uint8_t protocol)
{
	const struct protocol *row = protocol_by_number(protocol);
	memset(f, 0, sizeof(*f));
	set_tuple(&f->tuple[ORIGINAL], family, protocol);
	tuple_invert(&f->tuple[REPLY], &f->tuple[ORIGINAL]);
	f->tuple[ORIGINAL].zone = 0x1111;
	f->tuple[ORIGINAL].present |= TUPLE_ZONE;
	f->tuple[REPLY].zone = 0x2222;
	f->tuple[REPLY].present |= TUPLE_ZONE;
	set_tuple(&f->master, family, IPPROTO_TCP);
	f->zone = 0x3344;
	f->status = IPS_CONFIRMED | IPS_ASSURED | IPS_SEEN_REPLY;
	f->timeout = 0x01020304;
	f->mark = 0xfedcba98;
	memset(f->labels, 0xc3, sizeof(f->labels));
	strcpy(f->helper, "0123456789abcde");
	f->helper_info = (struct slice){(const uint8_t *)"info", 4};
	f->sequence[ORIGINAL] = (struct sequence_adjustment){1, 2, 3};
	f->sequence[REPLY] = (struct sequence_adjustment){4, 5, 0xfffffff0};
	f->synproxy.initial_sequence = 6;
	f->synproxy.initial_timestamp = 7;
	f->synproxy.timestamp_offset = 8;
	f->present = FLOW_ZONE | FLOW_STATUS | FLOW_TIMEOUT | FLOW_MARK | FLOW_LABELS |
		     FLOW_HELPER | FLOW_HELPER_INFO | FLOW_SEQUENCE | FLOW_SEQUENCE << REPLY |
		     FLOW_SYNPROXY | FLOW_MASTER;
	if (row && row->extra) {
		f->state = 4;
		f->present |= FLOW_STATE;
	}
	for (unsigned d = 0; row && d < DIRECTIONS; d++) {
		if (row->extra & PROTOCOL_TCP) {
			f->window_scale[d] = (uint8_t)(7 + d);
			f->tcp_flags[d].flags = (uint8_t)(0x2b + d);
			f->tcp_flags[d].mask = (uint8_t)(0xf0 + d);
			f->present |= (FLOW_WINDOW_SCALE | FLOW_TCP_FLAGS) << d;
		}
		if (row->extra & PROTOCOL_SCTP) {
			f->vtag[d] = 0x01020304 + d;
			f->present |= FLOW_VTAG << d;
		}
	}
	if (row && row->extra & PROTOCOL_DCCP) {
		f->role = 1;
		f->handshake_sequence = 0x1122334455667788;
		f->present |= FLOW_ROLE | FLOW_HANDSHAKE;
	}
}

/* Slices by their bytes, then all the rest at once. */
static void check_equal(struct flow *a, struct flow *b)
{
	assert_int_equal(a->helper_info.length, b->helper_info.length);
	assert_memory_equal(a->helper_info.bytes, b->helper_info.bytes, a->helper_info.length);
	memset(&a->helper_info, 0, sizeof(a->helper_info));
	memset(&b->helper_info, 0, sizeof(b->helper_info));
	assert_memory_equal(a, b, sizeof(*a));
}

/* What is created is what would be decoded, for every protocol and family. */
static void test_round_trip(void **state)
{
	static const uint8_t families[] = {AF_INET, AF_INET6};
	(void)state;
	for (unsigned number = 0; number < 256; number++) {
		for (unsigned i = 0; i < 2; i++) {
			struct flow asked, got;
			fill(&asked, families[i], (uint8_t)number);
			memset(&got, 0, sizeof(got));
			start(sizeof(bytes));
			assert_int_equal(encode_create(&p, &asked, true), 0);
			check_header(
				0x0100, NLM_F_REQUEST | NLM_F_CREATE | NLM_F_EXCL, families[i], 0);
			assert_int_equal(decode_flow(message(), &got), 0);
			check_equal(&asked, &got);
		}
	}
}

/* The payload of the first attribute of a type behind `at`, at depth 0; NULL if none. */
static const uint8_t *find_from(size_t at, size_t end, uint16_t type, uint16_t *length)
{
	*length = 0;
	while (at + NLA_HDRLEN <= end) {
		struct nlattr a;
		memcpy(&a, bytes + at, sizeof(a));
		if ((a.nla_type & NLA_TYPE_MASK) == type) {
			*length = (uint16_t)(a.nla_len - NLA_HDRLEN);
			return bytes + at + NLA_HDRLEN;
		}
		at += NLA_ALIGN((size_t)a.nla_len);
	}
	return NULL;
}

static const uint8_t *find(uint16_t type, uint16_t *length)
{
	return find_from(20, p.used, type, length);
}

static const uint8_t *find_in(const uint8_t *nest, uint16_t nest_length, uint16_t type)
{
	size_t at = (size_t)(nest - bytes);
	uint16_t length = 0;
	return find_from(at, at + nest_length, type, &length);
}

static void check_missing(uint16_t type)
{
	uint16_t length = 0;
	assert_null(find(type, &length));
}

static void check_bytes(uint16_t type, const void *expected, size_t size)
{
	uint16_t length;
	const uint8_t *payload = find(type, &length);
	assert_non_null(payload);
	assert_int_equal(length, size);
	assert_memory_equal(payload, expected, size);
}

static void test_nat(void **state)
{
	struct flow f;
	uint16_t length;
	(void)state;
	fill(&f, AF_INET, IPPROTO_TCP);
	f.present = FLOW_TIMEOUT | FLOW_NAT << NAT_SOURCE | FLOW_NAT << NAT_DESTINATION;
	f.nat[NAT_SOURCE].family = AF_INET;
	inet_pton(AF_INET, "1.2.3.4", &f.nat[NAT_SOURCE].minimum);
	inet_pton(AF_INET, "1.2.3.9", &f.nat[NAT_SOURCE].maximum);
	f.nat[NAT_DESTINATION].has_port = true;
	f.nat[NAT_DESTINATION].port_minimum = 0x1234;
	f.nat[NAT_DESTINATION].port_maximum = 0x5678;
	start(sizeof(bytes));
	assert_int_equal(encode_create(&p, &f, false), 0);
	check_header(0x0100, NLM_F_REQUEST | NLM_F_CREATE, AF_INET, 0);

	const uint8_t *nest = find(CTA_NAT_SRC, &length);
	assert_non_null(nest);
	assert_memory_equal(find_in(nest, length, CTA_NAT_V4_MINIP), "\1\2\3\4", 4);
	assert_memory_equal(find_in(nest, length, CTA_NAT_V4_MAXIP), "\1\2\3\11", 4);
	assert_null(find_in(nest, length, CTA_NAT_PROTO));
	nest = find(CTA_NAT_DST, &length);
	assert_non_null(nest);
	assert_null(find_in(nest, length, CTA_NAT_V4_MINIP));
	const uint8_t *ports = find_in(nest, length, CTA_NAT_PROTO);
	assert_non_null(ports);
	assert_memory_equal(find_in(ports, 16, CTA_PROTONAT_PORT_MIN), "\x12\x34", 2);
	assert_memory_equal(find_in(ports, 16, CTA_PROTONAT_PORT_MAX), "\x56\x78", 2);
}

static void test_nat_ipv6(void **state)
{
	struct flow f;
	uint16_t length;
	(void)state;
	fill(&f, AF_INET6, IPPROTO_UDP);
	f.present = FLOW_TIMEOUT | FLOW_NAT << NAT_DESTINATION;
	f.nat[NAT_DESTINATION].family = AF_INET6;
	inet_pton(AF_INET6, "2001:db8::7", &f.nat[NAT_DESTINATION].minimum);
	f.nat[NAT_DESTINATION].maximum = f.nat[NAT_DESTINATION].minimum;
	start(sizeof(bytes));
	assert_int_equal(encode_create(&p, &f, true), 0);
	check_missing(CTA_NAT_SRC);
	const uint8_t *nest = find(CTA_NAT_DST, &length);
	assert_non_null(nest);
	assert_null(find_in(nest, length, CTA_NAT_V4_MINIP));
	assert_memory_equal(
		find_in(nest, length, CTA_NAT_V6_MINIP), f.nat[NAT_DESTINATION].minimum.bytes, 16);
	assert_non_null(find_in(nest, length, CTA_NAT_V6_MAXIP));
}

/* Nothing is set that was not asked for. */
static void test_bare(void **state)
{
	static const uint16_t none[] = {CTA_STATUS, CTA_PROTOINFO, CTA_HELP, CTA_NAT_SRC,
		CTA_NAT_DST, CTA_MARK, CTA_MARK_MASK, CTA_LABELS, CTA_LABELS_MASK, CTA_ZONE,
		CTA_SEQ_ADJ_ORIG, CTA_SEQ_ADJ_REPLY, CTA_TUPLE_MASTER, CTA_TIMEOUT, CTA_ID};
	struct flow f;
	(void)state;
	fill(&f, AF_INET, IPPROTO_TCP);
	f.present = 0;
	for (unsigned update = 0; update < 2; update++) {
		start(sizeof(bytes));
		assert_int_equal(update ? encode_update(&p, &f) : encode_create(&p, &f, true), 0);
		for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
			check_missing(none[i]);
	}
}

static void test_update(void **state)
{
	struct flow f;
	(void)state;
	fill(&f, AF_INET, IPPROTO_TCP);
	f.present |= FLOW_MARK_MASK | FLOW_LABELS_MASK | FLOW_NAT | FLOW_ID;
	f.status = IPS_ASSURED;
	f.mark_mask = 0x00ff00ff;
	memset(f.labels_mask, 0x99, sizeof(f.labels_mask));
	start(sizeof(bytes));
	assert_int_equal(encode_update(&p, &f), 0);
	check_header(0x0100, NLM_F_REQUEST, AF_INET, 0);
	check_bytes(CTA_MARK, "\xfe\xdc\xba\x98", 4);
	check_bytes(CTA_MARK_MASK, "\x00\xff\x00\xff", 4);
	check_bytes(CTA_LABELS_MASK, f.labels_mask, LABEL_BYTES);
	check_bytes(CTA_ZONE, "\x33\x44", 2);
	/* The kernel refuses a status without this bit. */
	check_bytes(CTA_STATUS, "\0\0\0\x0c", 4);
	/* These the kernel refuses in an update, or does not heed. */
	check_missing(CTA_NAT_SRC);
	check_missing(CTA_TUPLE_MASTER);
	check_missing(CTA_TUPLE_REPLY);
	check_missing(CTA_ID);
}

/* A mask without what it masks says nothing. */
static void test_masks_alone(void **state)
{
	struct flow f;
	(void)state;
	fill(&f, AF_INET, IPPROTO_TCP);
	f.present = FLOW_MARK_MASK | FLOW_LABELS_MASK;
	start(sizeof(bytes));
	assert_int_equal(encode_update(&p, &f), 0);
	check_missing(CTA_MARK_MASK);
	check_missing(CTA_LABELS_MASK);
}

static void test_delete(void **state)
{
	struct flow f, got;
	(void)state;
	fill(&f, AF_INET6, IPPROTO_UDP);
	f.id = 0xcafe0102;
	f.present |= FLOW_ID;
	start(sizeof(bytes));
	assert_int_equal(encode_delete(&p, &f), 0);
	check_header(0x0102, NLM_F_REQUEST, AF_INET6, 1);
	check_bytes(CTA_ID, "\xca\xfe\x01\x02", 4);
	check_bytes(CTA_ZONE, "\x33\x44", 2);
	check_missing(CTA_TUPLE_REPLY);
	check_missing(CTA_MARK);
	memset(&got, 0, sizeof(got));
	assert_int_equal(decode_flow(message(), &got), 0);
	assert_memory_equal(&got.tuple[ORIGINAL], &f.tuple[ORIGINAL], sizeof(got.tuple[ORIGINAL]));
}

/* The bytes of a delete, the headers' numbers in the order of this machine. */
static void test_delete_bytes(void **state)
{
	static const uint8_t expected[] = {
		1, 2, 3, 4, 9, 8, 7, 6, IPPROTO_TCP, 0, 0, 0, 0x12, 0x34, 0, 0, 0, 80, 0, 0};
	struct flow f = {0};
	struct tuple *t = &f.tuple[ORIGINAL];
	(void)state;
	t->family = AF_INET;
	inet_pton(AF_INET, "1.2.3.4", &t->source);
	inet_pton(AF_INET, "9.8.7.6", &t->destination);
	t->protocol = IPPROTO_TCP;
	t->part[0] = 0x1234;
	t->part[1] = 80;
	t->present = TUPLE_ADDRESSES | TUPLE_PROTOCOL | TUPLE_PART | TUPLE_PART << 1;
	start(sizeof(bytes));
	assert_int_equal(encode_delete(&p, &f), 0);
	assert_int_equal(p.used, 72);
	/* tuple nest at 20, addresses at 24, their payloads at 32 and 40 */
	assert_memory_equal(bytes + 32, expected, 4);
	assert_memory_equal(bytes + 40, expected + 4, 4);
	/* protocol nest at 44, payloads at 52, 60, 68 */
	assert_memory_equal(bytes + 52, expected + 8, 4);
	assert_memory_equal(bytes + 60, expected + 12, 4);
	assert_memory_equal(bytes + 68, expected + 16, 4);
}

/* A flow is known by its reply tuple when there is no other. */
static void test_reply_key(void **state)
{
	struct flow f;
	uint16_t length;
	(void)state;
	fill(&f, AF_INET, IPPROTO_UDP);
	memset(&f.tuple[ORIGINAL], 0, sizeof(f.tuple[ORIGINAL]));
	start(sizeof(bytes));
	assert_int_equal(encode_get(&p, &f), 0);
	check_header(0x0101, NLM_F_REQUEST, AF_INET, 0);
	check_missing(CTA_TUPLE_ORIG);
	assert_non_null(find(CTA_TUPLE_REPLY, &length));
}

/* Without a tuple a delete would be a flush. */
static void test_no_key(void **state)
{
	struct flow f;
	struct expectation e = {.present = EXPECTATION_MASTER};
	(void)state;
	fill(&f, AF_INET, IPPROTO_UDP);
	f.tuple[ORIGINAL].present &= (uint8_t)~TUPLE_ADDRESSES;
	f.tuple[REPLY].present = 0;
	set_tuple(&e.master, AF_INET, IPPROTO_TCP);
	start(sizeof(bytes));
	assert_int_equal(encode_delete(&p, &f), -EINVAL);
	assert_int_equal(p.used, 0);
	assert_int_equal(encode_get(&p, &f), -EINVAL);
	assert_int_equal(encode_update(&p, &f), -EINVAL);
	assert_int_equal(encode_expectation_delete(&p, &e), -EINVAL);
	e.present = 0;
	assert_int_equal(encode_expectation_get(&p, &e), -EINVAL);
	assert_int_equal(p.used, 0);
}

static void test_plain_requests(void **state)
{
	const uint16_t dump = NLM_F_REQUEST | NLM_F_DUMP;
	const struct kernel_filter family = {.parts = KERNEL_FAMILY, .family = AF_INET6};
	(void)state;
	start(sizeof(bytes));
	assert_int_equal(encode_dump(&p, DUMP_TABLE, NULL), 0);
	check_header(0x0101, dump, AF_UNSPEC, 0);
	start(sizeof(bytes));
	assert_int_equal(encode_dump(&p, DUMP_TABLE_ZERO, &family), 0);
	check_header(0x0103, dump, AF_INET6, 0);
	start(sizeof(bytes));
	assert_int_equal(encode_dump(&p, DUMP_DYING, &family), 0);
	check_header(0x0106, dump, AF_INET6, 0);
	start(sizeof(bytes));
	assert_int_equal(encode_dump(&p, DUMP_UNCONFIRMED, NULL), 0);
	check_header(0x0107, dump, AF_UNSPEC, 0);
	start(sizeof(bytes));
	assert_int_equal(encode_global(&p), 0);
	check_header(0x0105, NLM_F_REQUEST, AF_UNSPEC, 0);
	start(sizeof(bytes));
	assert_int_equal(encode_stats(&p, STATS_CONNTRACK), 0);
	check_header(0x0104, dump, AF_UNSPEC, 0);
	start(sizeof(bytes));
	assert_int_equal(encode_stats(&p, STATS_EXPECT), 0);
	check_header(0x0203, dump, AF_UNSPEC, 0);
	start(sizeof(bytes));
	assert_int_equal(encode_expectation_dump(&p, AF_INET), 0);
	check_header(0x0201, dump, AF_INET, 0);
	start(sizeof(bytes));
	assert_int_equal(encode_expectation_flush(&p), 0);
	check_header(0x0202, NLM_F_REQUEST, AF_UNSPEC, 0);
	assert_int_equal(p.used, 20);
}

/* Version 0 with a family would empty both families. */
static void test_flush(void **state)
{
	const struct kernel_filter family = {.parts = KERNEL_FAMILY, .family = AF_INET};
	const struct kernel_filter mark = {.parts = KERNEL_MARK, .mark = 4, .mark_mask = 6};
	const struct kernel_filter nothing = {0};
	(void)state;
	start(sizeof(bytes));
	assert_int_equal(encode_flush(&p, NULL), 0);
	check_header(0x0102, NLM_F_REQUEST, AF_UNSPEC, 0);
	assert_int_equal(p.used, 20);
	start(sizeof(bytes));
	assert_int_equal(encode_flush(&p, &family), 0);
	check_header(0x0102, NLM_F_REQUEST, AF_INET, 1);
	assert_int_equal(p.used, 20);
	start(sizeof(bytes));
	assert_int_equal(encode_flush(&p, &mark), 0);
	check_header(0x0102, NLM_F_REQUEST, AF_UNSPEC, 1);
	assert_int_equal(p.used, 20 + 2 * 8);
	/* A filter that says nothing would be a flush of everything. */
	start(sizeof(bytes));
	assert_int_equal(encode_flush(&p, &nothing), -EINVAL);
	assert_int_equal(p.used, 0);
}

/* The other two lists know no filter but the family. */
static void test_dump_filters(void **state)
{
	const struct kernel_filter f = {
		.parts = KERNEL_MARK | KERNEL_STATUS, .mark_mask = 1, .status_mask = 2};
	(void)state;
	start(sizeof(bytes));
	assert_int_equal(encode_dump(&p, DUMP_TABLE, &f), 0);
	assert_true(p.used > 20);
	start(sizeof(bytes));
	assert_int_equal(encode_dump(&p, DUMP_DYING, &f), 0);
	assert_int_equal(p.used, 20);
}

static void fill_expectation(struct expectation *e)
{
	memset(e, 0, sizeof(*e));
	set_tuple(&e->tuple, AF_INET, IPPROTO_TCP);
	set_tuple(&e->master, AF_INET, IPPROTO_TCP);
	set_tuple(&e->nat_tuple, AF_INET, IPPROTO_TCP);
	set_tuple(&e->mask, AF_INET, IPPROTO_TCP);
	e->timeout = 300;
	e->id = 0x01020304;
	e->flags = EXPECTATION_PERMANENT;
	e->class = 2;
	e->zone = 7;
	e->nat_direction = 1;
	strcpy(e->helper, "ftp");
	strcpy(e->function, "nat-follow-master");
	e->present = EXPECTATION_TUPLE | EXPECTATION_MASK | EXPECTATION_MASTER |
		     EXPECTATION_TIMEOUT | EXPECTATION_FLAGS | EXPECTATION_CLASS |
		     EXPECTATION_ZONE | EXPECTATION_HELPER | EXPECTATION_FUNCTION | EXPECTATION_NAT;
}

static void test_expectation_round_trip(void **state)
{
	struct expectation asked, got;
	(void)state;
	fill_expectation(&asked);
	asked.id = 0;
	memset(&got, 0, sizeof(got));
	start(sizeof(bytes));
	assert_int_equal(encode_expectation_create(&p, &asked), 0);
	check_header(0x0200, NLM_F_REQUEST | NLM_F_CREATE | NLM_F_EXCL, AF_INET, 0);
	assert_int_equal(decode_expectation(message(), &got), 0);
	assert_memory_equal(&asked, &got, sizeof(asked));
}

/* The kernel wants a mask whole: what it lacks does not count. */
static void test_expectation_mask(void **state)
{
	static const union address nothing;
	struct expectation asked, got;
	(void)state;
	fill_expectation(&asked);
	memset(&asked.mask, 0, sizeof(asked.mask));
	asked.mask.part[1] = 0xffff;
	asked.mask.present = TUPLE_PART << 1;
	start(sizeof(bytes));
	assert_int_equal(encode_expectation_create(&p, &asked), 0);
	assert_int_equal(decode_expectation(message(), &got), 0);
	assert_int_equal(
		got.mask.present, TUPLE_ADDRESSES | TUPLE_PROTOCOL | TUPLE_PART | TUPLE_PART << 1);
	assert_int_equal(got.mask.family, AF_INET);
	assert_int_equal(got.mask.protocol, IPPROTO_TCP);
	assert_int_equal(got.mask.part[0], 0);
	assert_int_equal(got.mask.part[1], 0xffff);
	assert_true(address_equal(&got.mask.source, &nothing));
}

static void test_expectation_key(void **state)
{
	struct expectation e;
	uint16_t length;
	(void)state;
	fill_expectation(&e);
	e.present |= EXPECTATION_ID;
	start(sizeof(bytes));
	assert_int_equal(encode_expectation_delete(&p, &e), 0);
	check_header(0x0202, NLM_F_REQUEST, AF_INET, 0);
	check_bytes(CTA_EXPECT_ID, "\1\2\3\4", 4);
	check_bytes(CTA_EXPECT_ZONE, "\0\7", 2);
	assert_non_null(find(CTA_EXPECT_TUPLE, &length));
	check_missing(CTA_EXPECT_HELP_NAME);
	e.present = EXPECTATION_MASTER;
	start(sizeof(bytes));
	assert_int_equal(encode_expectation_get(&p, &e), 0);
	check_header(0x0201, NLM_F_REQUEST, AF_INET, 0);
	assert_non_null(find(CTA_EXPECT_MASTER, &length));
}

/* What does not fit is not half there. */
static void test_every_size(void **state)
{
	struct flow f;
	(void)state;
	fill(&f, AF_INET6, IPPROTO_TCP);
	start(sizeof(bytes));
	assert_int_equal(encode_create(&p, &f, true), 0);
	size_t whole = p.used;
	for (size_t size = 0; size < whole; size++) {
		start(size);
		assert_int_equal(encode_create(&p, &f, true), -EMSGSIZE);
		assert_int_equal(p.used, 0);
		assert_int_equal(bytes[size], 0x5a);
	}
	start(whole);
	assert_int_equal(encode_create(&p, &f, true), 0);
}

/* The same create, but for what it does to an entry that is there. */
static void test_create_again(void **state)
{
	static _Alignas(struct nlmsghdr) uint8_t first[4096];
	struct flow f;
	(void)state;
	fill(&f, AF_INET, IPPROTO_TCP);
	start(sizeof(bytes));
	assert_int_equal(encode_create(&p, &f, true), 0);
	size_t length = p.used;
	memcpy(first, bytes, length);
	start(length);
	assert_int_equal(encode_create_again(&p, first, length), 0);
	check_header(0x0100, NLM_F_REQUEST | NLM_F_CREATE, AF_INET, 0);
	assert_memory_equal(bytes + NLMSG_HDRLEN, first + NLMSG_HDRLEN, length - NLMSG_HDRLEN);
	assert_int_equal(encode_create_again(&p, first, length), -EMSGSIZE);
	assert_int_equal(p.used, length);
}

/* The same create, but for the master: what is decoded is the flow without one. */
static void test_create_orphan(void **state)
{
	static _Alignas(struct nlmsghdr) uint8_t first[4096];
	struct flow f, got;
	(void)state;
	fill(&f, AF_INET, IPPROTO_UDP);
	f.present |= FLOW_NAT;
	f.nat[NAT_SOURCE].has_port = true;
	start(sizeof(bytes));
	assert_int_equal(encode_create(&p, &f, true), 0);
	size_t length = p.used;
	memcpy(first, bytes, length);
	start(sizeof(bytes));
	assert_int_equal(encode_create_orphan(&p, first, length), 0);
	check_header(0x0100, NLM_F_REQUEST | NLM_F_CREATE | NLM_F_EXCL, AF_INET, 0);
	check_missing(CTA_TUPLE_MASTER);
	size_t without = p.used;
	f.present &= ~FLOW_MASTER;
	start(sizeof(first));
	assert_int_equal(encode_create(&p, &f, true), 0);
	assert_int_equal(p.used, without);
	assert_int_equal(decode_flow(message(), &got), 0);
	memcpy(first, bytes, length);
	start(without - 1);
	assert_int_equal(encode_create_orphan(&p, first, without), -EMSGSIZE);
	assert_int_equal(p.used, 0);
	start(sizeof(bytes));
	assert_int_equal(encode_create_orphan(&p, first, 19), -EMSGSIZE);
}

/* Only the flags tell it from a create. */
static void test_expectation_update(void **state)
{
	static uint8_t first[4096];
	struct expectation e;
	(void)state;
	fill_expectation(&e);
	start(sizeof(bytes));
	assert_int_equal(encode_expectation_create(&p, &e), 0);
	size_t length = p.used;
	memcpy(first, bytes, length);
	start(sizeof(bytes));
	assert_int_equal(encode_expectation_update(&p, &e), 0);
	check_header(0x0200, NLM_F_REQUEST, AF_INET, 0);
	assert_int_equal(p.used, length);
	assert_memory_equal(bytes + NLMSG_HDRLEN, first + NLMSG_HDRLEN, length - NLMSG_HDRLEN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_create_orphan),
		cmocka_unit_test(test_expectation_update),
		cmocka_unit_test(test_nat),
		cmocka_unit_test(test_nat_ipv6),
		cmocka_unit_test(test_bare),
		cmocka_unit_test(test_update),
		cmocka_unit_test(test_masks_alone),
		cmocka_unit_test(test_delete),
		cmocka_unit_test(test_delete_bytes),
		cmocka_unit_test(test_reply_key),
		cmocka_unit_test(test_no_key),
		cmocka_unit_test(test_plain_requests),
		cmocka_unit_test(test_flush),
		cmocka_unit_test(test_dump_filters),
		cmocka_unit_test(test_expectation_round_trip),
		cmocka_unit_test(test_expectation_mask),
		cmocka_unit_test(test_expectation_key),
		cmocka_unit_test(test_every_size),
		cmocka_unit_test(test_create_again),
	};
	return cmocka_run_group_tests_name("encode", tests, NULL, NULL);
}
