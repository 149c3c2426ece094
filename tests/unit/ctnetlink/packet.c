/* SPDX-License-Identifier: MIT */
#include "ctnetlink/packet.h"

#include <errno.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define GUARD 0x5a

static _Alignas(struct nlmsghdr) uint8_t bytes[70000];

/* A packet of `size` bytes, all of them and those behind it guards. */
static struct packet start(size_t size)
{
	struct packet p;
	memset(bytes, GUARD, sizeof(bytes));
	packet_init(&p, bytes, size);
	return p;
}

static void check_guard(const struct packet *p)
{
	for (size_t i = p->size; i < p->size + 64; i++)
		assert_int_equal(bytes[i], GUARD);
}

/* One message with an attribute of each kind. */
static int build(struct packet *p)
{
	packet_begin(p, 0x0102, NLM_F_REQUEST, 2, 1);
	size_t outer = packet_nest(p, 1);
	size_t inner = packet_nest(p, 2);
	packet_put_u8(p, 3, 0xab);
	packet_put_be16(p, 4, 0x1234);
	packet_nest_end(p, inner);
	packet_put_be32(p, 5, 0x12345678);
	packet_nest_end(p, outer);
	packet_put_be64(p, 6, 0x0102030405060708);
	packet_put(p, 7, "abcde", 5);
	packet_put(p, 8, NULL, 0);
	return packet_end(p);
}

/* The same, written down: the headers aside, whose numbers are in host order. */
static const uint8_t expected[] = {
	2, 1, 0, 0,                       /* nfgenmsg */
	1, 2, 3, 4, 0xab, 0, 0, 0,        /* u8, padded */
	0x12, 0x34, 0, 0,                 /* be16, padded */
	0x12, 0x34, 0x56, 0x78,           /* be32 */
	1, 2, 3, 4, 5, 6, 7, 8,           /* be64 */
	'a', 'b', 'c', 'd', 'e', 0, 0, 0, /* bytes, padded */
};

static void check_attribute(size_t at, uint16_t length, uint16_t type)
{
	struct nlattr a;
	memcpy(&a, bytes + at, sizeof(a));
	assert_int_equal(a.nla_len, length);
	assert_int_equal(a.nla_type, type);
}

static void test_layout(void **state)
{
	struct packet p = start(sizeof(bytes) - 64);
	(void)state;
	assert_int_equal(build(&p), 0);
	const struct nlmsghdr *header = packet_message(&p, 0);
	assert_int_equal(header->nlmsg_len, p.used);
	assert_int_equal(header->nlmsg_type, 0x0102);
	assert_int_equal(header->nlmsg_flags, NLM_F_REQUEST);
	assert_memory_equal(bytes + 16, expected, 4);
	check_attribute(20, 32, 1 | NLA_F_NESTED);
	check_attribute(24, 20, 2 | NLA_F_NESTED);
	check_attribute(28, 5, 3);
	assert_memory_equal(bytes + 32, expected + 8, 4);
	check_attribute(36, 6, 4);
	assert_memory_equal(bytes + 40, expected + 12, 4);
	check_attribute(44, 8, 5);
	assert_memory_equal(bytes + 48, expected + 16, 4);
	check_attribute(52, 12, 6);
	assert_memory_equal(bytes + 56, expected + 20, 8);
	check_attribute(64, 9, 7);
	assert_memory_equal(bytes + 68, expected + 28, 8);
	check_attribute(76, 4, 8);
	assert_int_equal(p.used, 80);
}

static void test_host_order(void **state)
{
	struct packet p = start(64);
	uint32_t value;
	(void)state;
	packet_begin(&p, 1, 0, 0, 0);
	packet_put_host32(&p, 1, 0x12345678);
	assert_int_equal(packet_end(&p), 0);
	memcpy(&value, bytes + 24, sizeof(value));
	assert_int_equal(value, 0x12345678);
}

/* Whatever does not fit leaves what was there, and nothing behind the packet. */
static void test_every_size(void **state)
{
	(void)state;
	for (size_t size = 0; size < 80; size++) {
		struct packet p = start(size);
		assert_int_equal(build(&p), -EMSGSIZE);
		assert_int_equal(p.used, 0);
		check_guard(&p);
	}
	struct packet p = start(80);
	assert_int_equal(build(&p), 0);
	assert_int_equal(p.used, 80);
	check_guard(&p);
}

/* Earlier messages stay; a smaller one may follow one that did not fit. */
static void test_second_message(void **state)
{
	(void)state;
	for (size_t size = 80; size < 160; size++) {
		struct packet p = start(size);
		uint8_t first[80];
		assert_int_equal(build(&p), 0);
		memcpy(first, bytes, sizeof(first));
		assert_int_equal(build(&p), -EMSGSIZE);
		assert_int_equal(p.used, 80);
		assert_memory_equal(bytes, first, sizeof(first));
		check_guard(&p);
		packet_begin(&p, 7, 0, 0, 0);
		assert_int_equal(packet_end(&p), size < 100 ? -EMSGSIZE : 0);
		if (size >= 100)
			assert_int_equal(packet_message(&p, p.start)->nlmsg_type, 7);
	}
}

/* The length of an attribute has 16 bits. */
static void test_long_attribute(void **state)
{
	static uint8_t much[UINT16_MAX + 1];
	struct packet p = start(sizeof(bytes) - 64);
	(void)state;
	packet_begin(&p, 1, 0, 0, 0);
	packet_put(&p, 1, much, UINT16_MAX - NLA_HDRLEN);
	assert_int_equal(packet_end(&p), 0);
	p = start(sizeof(bytes) - 64);
	packet_begin(&p, 1, 0, 0, 0);
	packet_put(&p, 1, much, UINT16_MAX - NLA_HDRLEN + 1);
	assert_int_equal(packet_end(&p), -EMSGSIZE);
	p = start(sizeof(bytes) - 64);
	packet_begin(&p, 1, 0, 0, 0);
	size_t nest = packet_nest(&p, 1);
	packet_put(&p, 1, much, 65000);
	packet_put(&p, 1, much, 1000);
	packet_nest_end(&p, nest);
	assert_int_equal(packet_end(&p), -EMSGSIZE);
	assert_int_equal(p.used, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_layout),
		cmocka_unit_test(test_host_order),
		cmocka_unit_test(test_every_size),
		cmocka_unit_test(test_second_message),
		cmocka_unit_test(test_long_attribute),
	};
	return cmocka_run_group_tests_name("packet", tests, NULL, NULL);
}
