/* SPDX-License-Identifier: MIT */
/* What goes to the kernel of a filter, and what must never go. */
#include "ctnetlink/kernel_filter.h"

#include <arpa/inet.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include <cmocka.h>

#include "ctnetlink/attributes.h"
#include "ctnetlink/decode.h"
#include "ctnetlink/encode.h"

/* Parts of ICMP and ICMPv6, and of protocols with ports. */
enum { TYPE, CODE, ID };
enum { SOURCE_PORT, DESTINATION_PORT };

static struct filter filter;
static struct kernel_filter kernel;

static int setup(void **state)
{
	(void)state;
	memset(&filter, 0, sizeof(filter));
	return 0;
}

static struct term *number(enum term_kind kind, uint32_t value)
{
	struct term *term = filter_add(&filter, kind);
	assert_non_null(term);
	term->number = value;
	return term;
}

static void bits(enum term_kind kind, uint32_t value, uint32_t mask)
{
	number(kind, value)->mask = mask;
}

static void part(unsigned direction, unsigned index, uint32_t value)
{
	struct term *term = number(TERM_PART, value);
	term->direction = (uint8_t)direction;
	term->index = (uint8_t)index;
}

static struct term *address(enum term_kind kind, unsigned direction, const char *text)
{
	struct term *term = filter_add(&filter, kind);
	assert_non_null(term);
	term->direction = (uint8_t)direction;
	term->family = strchr(text, ':') ? AF_INET6 : AF_INET;
	assert_int_equal(inet_pton(term->family, text, &term->address), 1);
	return term;
}

static void check(unsigned parts, uint32_t original, uint32_t reply)
{
	kernel_filter_from(&filter, &kernel);
	assert_int_equal(kernel.parts, parts);
	assert_int_equal(kernel.tuple_flags[ORIGINAL], original);
	assert_int_equal(kernel.tuple_flags[REPLY], reply);
}

static void test_nothing(void **state)
{
	(void)state;
	check(0, 0, 0);
	number(TERM_STATE, 3);
	number(TERM_ID, 5);
	number(TERM_SECMARK, 5);
	number(TERM_TIMEOUT, 5);
	filter_add(&filter, TERM_LABELS);
	filter_add(&filter, TERM_NAT);
	check(0, 0, 0);
}

static void test_family(void **state)
{
	(void)state;
	number(TERM_FAMILY, AF_INET6);
	check(KERNEL_FAMILY, 0, 0);
	assert_int_equal(kernel.family, AF_INET6);
}

static void test_mark(void **state)
{
	(void)state;
	number(TERM_MARK, 5);
	check(KERNEL_MARK, 0, 0);
	assert_int_equal(kernel.mark, 5);
	assert_int_equal(kernel.mark_mask, UINT32_MAX);
}

/* Bits outside the mask match nothing; a mask of nothing matches all. */
static void test_mark_never(void **state)
{
	(void)state;
	bits(TERM_MARK, 5, 3);
	check(0, 0, 0);
	setup(NULL);
	bits(TERM_MARK, 0, 0);
	check(0, 0, 0);
}

static void test_status(void **state)
{
	(void)state;
	bits(TERM_STATUS, 0, 2);
	bits(TERM_STATUS, 4, 4);
	bits(TERM_STATUS, 4, 0xc);
	bits(TERM_STATUS, 0, 0);
	bits(TERM_STATUS, 2, 2); /* at odds with the first */
	check(KERNEL_STATUS, 0, 0);
	assert_int_equal(kernel.status, 4);
	assert_int_equal(kernel.status_mask, 0xe);
}

static void test_zone(void **state)
{
	(void)state;
	/* An entry with a zone in one direction is in zone 0 for us, not for the kernel. */
	number(TERM_ZONE, 0);
	check(0, 0, 0);
	setup(NULL);
	number(TERM_ZONE, 5);
	check(KERNEL_ZONE, 0, 0);
	assert_int_equal(kernel.zone, 5);
	assert_false(kernel_filter_is_exact(&filter, &kernel));
	setup(NULL);
	number(TERM_TUPLE_ZONE, 7)->direction = REPLY;
	check(KERNEL_ZONE, 0, 0);
	assert_int_equal(kernel.zone, 7);
	setup(NULL);
	/* An entry without an original zone may have one for the reply. */
	number(TERM_TUPLE_ZONE, 0);
	check(0, 0, 0);
	setup(NULL);
	number(TERM_ZONE, 65536);
	check(0, 0, 0);
}

static void test_addresses(void **state)
{
	(void)state;
	address(TERM_SOURCE, ORIGINAL, "1.2.3.4");
	address(TERM_DESTINATION, ORIGINAL, "5.6.7.8");
	check(KERNEL_FAMILY | KERNEL_TUPLE, FILTER_IP_SRC | FILTER_IP_DST, 0);
	assert_int_equal(kernel.family, AF_INET);
	assert_memory_equal(kernel.tuple[ORIGINAL].source.bytes, "\1\2\3\4", 4);
	assert_memory_equal(kernel.tuple[ORIGINAL].destination.bytes, "\5\6\7\10", 4);
}

/* A network is no exact address; only its family is of use. */
static void test_network(void **state)
{
	(void)state;
	memcpy(address(TERM_SOURCE, ORIGINAL, "10.0.0.0")->address_mask.bytes, "\xff\0\0\0", 4);
	check(KERNEL_FAMILY, 0, 0);
}

/* The kernel compares IPv6 addresses the wrong way round. */
static void test_ipv6_addresses(void **state)
{
	(void)state;
	address(TERM_SOURCE, ORIGINAL, "fd00::1");
	address(TERM_DESTINATION, REPLY, "fd00::2");
	check(KERNEL_FAMILY, 0, 0);
	assert_int_equal(kernel.family, AF_INET6);
}

/* Two that cannot both hold: what goes must still be true to one family. */
static void test_mixed_families(void **state)
{
	(void)state;
	number(TERM_FAMILY, AF_INET6);
	address(TERM_SOURCE, ORIGINAL, "1.2.3.4");
	check(KERNEL_FAMILY, 0, 0);
	assert_int_equal(kernel.family, AF_INET6);
	assert_int_equal(kernel.tuple[ORIGINAL].present & TUPLE_ADDRESSES, 0);
	setup(NULL);
	number(TERM_FAMILY, AF_INET);
	address(TERM_SOURCE, ORIGINAL, "fd00::1");
	check(KERNEL_FAMILY, 0, 0);
	assert_int_equal(kernel.family, AF_INET);
}

static void test_first_address_counts(void **state)
{
	(void)state;
	address(TERM_SOURCE, ORIGINAL, "1.2.3.4");
	address(TERM_SOURCE, ORIGINAL, "9.9.9.9");
	check(KERNEL_FAMILY | KERNEL_TUPLE, FILTER_IP_SRC, 0);
	assert_memory_equal(kernel.tuple[ORIGINAL].source.bytes, "\1\2\3\4", 4);
}

/* CTA_FILTER is refused without a family. */
static void test_protocol_without_family(void **state)
{
	(void)state;
	number(TERM_PROTOCOL, IPPROTO_TCP);
	part(ORIGINAL, DESTINATION_PORT, 80);
	check(0, 0, 0);
}

static void test_ports(void **state)
{
	static const uint8_t protocols_with_ports[] = {IPPROTO_TCP, IPPROTO_UDP};
	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		setup(NULL);
		part(ORIGINAL, DESTINATION_PORT, 443);
		part(ORIGINAL, SOURCE_PORT, 1024);
		number(TERM_PROTOCOL, protocols_with_ports[i]);
		number(TERM_FAMILY, AF_INET6);
		check(KERNEL_FAMILY | KERNEL_TUPLE,
			FILTER_PROTO_NUM | FILTER_SRC_PORT | FILTER_DST_PORT, 0);
		assert_int_equal(kernel.tuple[ORIGINAL].protocol, protocols_with_ports[i]);
		assert_int_equal(kernel.tuple[ORIGINAL].part[SOURCE_PORT], 1024);
		assert_int_equal(kernel.tuple[ORIGINAL].part[DESTINATION_PORT], 443);
	}
}

/* The kernel takes the ports of these, and ignores them. */
static void test_ignored_ports(void **state)
{
	static const uint8_t deaf[] = {IPPROTO_SCTP, IPPROTO_UDPLITE, IPPROTO_GRE, IPPROTO_DCCP};
	(void)state;
	for (unsigned i = 0; i < sizeof(deaf); i++) {
		setup(NULL);
		number(TERM_FAMILY, AF_INET);
		number(TERM_PROTOCOL, deaf[i]);
		part(ORIGINAL, SOURCE_PORT, 1024);
		part(REPLY, SOURCE_PORT, 1024);
		check(KERNEL_FAMILY | KERNEL_TUPLE, FILTER_PROTO_NUM, 0);
	}
}

/* A port flag without the protocol is an error of the kernel. */
static void test_ports_without_protocol(void **state)
{
	(void)state;
	number(TERM_FAMILY, AF_INET);
	part(ORIGINAL, SOURCE_PORT, 1024);
	check(KERNEL_FAMILY, 0, 0);
}

static void test_icmp(void **state)
{
	(void)state;
	number(TERM_FAMILY, AF_INET);
	number(TERM_PROTOCOL, IPPROTO_ICMP);
	part(ORIGINAL, TYPE, 8);
	part(ORIGINAL, CODE, 0);
	part(ORIGINAL, ID, 0x1234);
	check(KERNEL_FAMILY | KERNEL_TUPLE,
		FILTER_PROTO_NUM | FILTER_ICMP_TYPE | FILTER_ICMP_CODE | FILTER_ICMP_ID, 0);
	setup(NULL);
	number(TERM_FAMILY, AF_INET6);
	number(TERM_PROTOCOL, IPPROTO_ICMPV6);
	part(ORIGINAL, TYPE, 128);
	part(ORIGINAL, CODE, 0);
	part(ORIGINAL, ID, 0x1234);
	check(KERNEL_FAMILY | KERNEL_TUPLE,
		FILTER_PROTO_NUM | FILTER_ICMPV6_TYPE | FILTER_ICMPV6_CODE | FILTER_ICMPV6_ID, 0);
}

/* A type without an answer is an error of the kernel; so is 300, cut to 44. */
static void test_icmp_without_answer(void **state)
{
	(void)state;
	number(TERM_FAMILY, AF_INET);
	number(TERM_PROTOCOL, IPPROTO_ICMP);
	part(ORIGINAL, TYPE, 3);
	part(ORIGINAL, CODE, 256);
	check(KERNEL_FAMILY | KERNEL_TUPLE, FILTER_PROTO_NUM, 0);
	setup(NULL);
	number(TERM_FAMILY, AF_INET6);
	number(TERM_PROTOCOL, IPPROTO_ICMPV6);
	part(ORIGINAL, TYPE, 1);
	check(KERNEL_FAMILY | KERNEL_TUPLE, FILTER_PROTO_NUM, 0);
}

/* Kernels before 5.15 read the reply's members by the original's flags. */
static bool reply_works(void)
{
	struct utsname name;
	assert_int_equal(uname(&name), 0);
	unsigned long major = strtoul(name.release, NULL, 10);
	const char *dot = strchr(name.release, '.');
	unsigned long minor = dot ? strtoul(dot + 1, NULL, 10) : 0;
	return major > 5 || (major == 5 && minor >= 15);
}

static void test_reply(void **state)
{
	uint32_t original = FILTER_IP_SRC | FILTER_PROTO_NUM;
	uint32_t reply = FILTER_IP_DST | FILTER_PROTO_NUM | FILTER_DST_PORT;
	(void)state;
	address(TERM_SOURCE, ORIGINAL, "1.2.3.4");
	address(TERM_DESTINATION, REPLY, "5.6.7.8");
	number(TERM_PROTOCOL, IPPROTO_TCP);
	part(REPLY, DESTINATION_PORT, 80);
	check(KERNEL_FAMILY | KERNEL_TUPLE, original, reply_works() ? reply : 0);
	setup(NULL);
	/* Where both words are equal every kernel is right. */
	address(TERM_SOURCE, ORIGINAL, "1.2.3.4");
	address(TERM_SOURCE, REPLY, "5.6.7.8");
	check(KERNEL_FAMILY | KERNEL_TUPLE, FILTER_IP_SRC, FILTER_IP_SRC);
}

/* ------------------------------------------------------------- as it is sent */

static _Alignas(struct nlmsghdr) uint8_t bytes[1024];

struct sent {
	uint16_t type;
	uint16_t length;
	const uint8_t *payload;
};

/* The attributes of the dump request for the filter. */
static unsigned put(struct sent sent[static 8])
{
	struct packet p;
	unsigned count = 0;
	kernel_filter_from(&filter, &kernel);
	packet_init(&p, bytes, sizeof(bytes));
	assert_int_equal(encode_dump(&p, DUMP_TABLE, &kernel), 0);
	for (size_t at = 20; at < p.used && count < 8; count++) {
		struct nlattr a;
		memcpy(&a, bytes + at, sizeof(a));
		sent[count] = (struct sent){
			a.nla_type, (uint16_t)(a.nla_len - NLA_HDRLEN), bytes + at + NLA_HDRLEN};
		at += NLA_ALIGN((size_t)a.nla_len);
	}
	return count;
}

static void test_put_masks(void **state)
{
	struct sent sent[8];
	(void)state;
	number(TERM_MARK, 5);
	bits(TERM_STATUS, 0, 2);
	number(TERM_ZONE, 258);
	assert_int_equal(put(sent), 5);
	assert_int_equal(sent[0].type, 8); /* CTA_MARK */
	assert_memory_equal(sent[0].payload, "\0\0\0\5", 4);
	assert_int_equal(sent[1].type, 21); /* CTA_MARK_MASK */
	assert_memory_equal(sent[1].payload, "\xff\xff\xff\xff", 4);
	assert_int_equal(sent[2].type, 3); /* CTA_STATUS */
	assert_memory_equal(sent[2].payload, "\0\0\0\0", 4);
	assert_int_equal(sent[3].type, NEWER_STATUS_MASK);
	assert_memory_equal(sent[3].payload, "\0\0\0\2", 4);
	assert_int_equal(sent[4].type, 18); /* CTA_ZONE */
	assert_memory_equal(sent[4].payload, "\1\2", 2);
}

/* The words are in host order, the nest is flagged, and each member is there. */
static void test_put_tuple(void **state)
{
	const uint32_t flags = FILTER_IP_SRC | FILTER_PROTO_NUM | FILTER_DST_PORT;
	struct sent sent[8];
	struct flow members;
	uint32_t word;
	(void)state;
	address(TERM_SOURCE, ORIGINAL, "1.2.3.4");
	number(TERM_PROTOCOL, IPPROTO_UDP);
	part(ORIGINAL, DESTINATION_PORT, 53);
	assert_int_equal(put(sent), 2);
	assert_int_equal(bytes[16], AF_INET);
	assert_int_equal(sent[0].type, 1 | NLA_F_NESTED); /* CTA_TUPLE_ORIG */
	assert_int_equal(sent[1].type, NEWER_FILTER | NLA_F_NESTED);
	assert_int_equal(sent[1].length, 8);
	memcpy(&word, sent[1].payload + NLA_HDRLEN, sizeof(word));
	assert_int_equal(word, flags);
	assert_int_equal(decode_flow((const struct nlmsghdr *)(const void *)bytes, &members), 0);
	assert_int_equal(members.tuple[ORIGINAL].present,
		TUPLE_SOURCE | TUPLE_PROTOCOL | TUPLE_PART << DESTINATION_PORT);
	assert_int_equal(members.tuple[ORIGINAL].part[DESTINATION_PORT], 53);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_nothing, setup),
		cmocka_unit_test_setup(test_family, setup),
		cmocka_unit_test_setup(test_mark, setup),
		cmocka_unit_test_setup(test_mark_never, setup),
		cmocka_unit_test_setup(test_status, setup),
		cmocka_unit_test_setup(test_zone, setup),
		cmocka_unit_test_setup(test_addresses, setup),
		cmocka_unit_test_setup(test_network, setup),
		cmocka_unit_test_setup(test_ipv6_addresses, setup),
		cmocka_unit_test_setup(test_mixed_families, setup),
		cmocka_unit_test_setup(test_first_address_counts, setup),
		cmocka_unit_test_setup(test_protocol_without_family, setup),
		cmocka_unit_test_setup(test_ports, setup),
		cmocka_unit_test_setup(test_ignored_ports, setup),
		cmocka_unit_test_setup(test_ports_without_protocol, setup),
		cmocka_unit_test_setup(test_icmp, setup),
		cmocka_unit_test_setup(test_icmp_without_answer, setup),
		cmocka_unit_test_setup(test_reply, setup),
		cmocka_unit_test_setup(test_put_masks, setup),
		cmocka_unit_test_setup(test_put_tuple, setup),
	};
	return cmocka_run_group_tests_name("kernel_filter", tests, NULL, NULL);
}
