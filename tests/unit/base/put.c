/* SPDX-License-Identifier: MIT */
#include "base/put.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define GUARD 0x5a

/* A fixed seed: a failure must come again. */
static uint64_t random_state = 0x9e3779b97f4a7c15;

static uint64_t random_bits(void)
{
	random_state ^= random_state << 13;
	random_state ^= random_state >> 7;
	random_state ^= random_state << 17;
	return random_state;
}

/* Room of exactly `most` bytes with guards behind it. */
struct room {
	char bytes[64];
	size_t most;
};

static char *room_start(struct room *room, size_t most)
{
	memset(room->bytes, GUARD, sizeof(room->bytes));
	room->most = most;
	return room->bytes;
}

static void room_check(const struct room *room, const char *end, const char *expected)
{
	size_t length = (size_t)(end - room->bytes);

	for (size_t i = room->most; i < sizeof(room->bytes); i++)
		assert_int_equal(room->bytes[i], GUARD);
	assert_int_equal(length, strlen(expected));
	assert_memory_equal(room->bytes, expected, length);
}

static void check_u64(uint64_t value)
{
	char expected[32];
	struct room room;

	snprintf(expected, sizeof(expected), "%" PRIu64, value);
	room_check(&room, put_u64(room_start(&room, PUT_U64_MAX), value), expected);
	if (value <= UINT32_MAX)
		room_check(
			&room, put_u32(room_start(&room, PUT_U32_MAX), (uint32_t)value), expected);
}

static void decimal_at_each_length(void **state)
{
	(void)state;
	uint64_t power = 1;

	check_u64(0);
	for (int digits = 1; digits <= 20; digits++) {
		check_u64(power - 1);
		check_u64(power);
		check_u64(power + 1);
		check_u64(power * 9 / 2);
		power *= 10;
	}
	for (int bit = 0; bit < 64; bit++)
		check_u64((UINT64_C(1) << bit) - 1);
	check_u64(UINT32_MAX);
	check_u64((uint64_t)UINT32_MAX + 1);
	check_u64(UINT64_MAX);
}

static void decimal_at_random(void **state)
{
	(void)state;
	for (int i = 0; i < 200000; i++)
		check_u64(random_bits() >> (random_bits() & 63));
}

static void decimal_padded(void **state)
{
	static const struct {
		uint64_t value;
		unsigned digits;
		const char *expected;
	} rows[] = {
		{0, 0, "0"},
		{0, 1, "0"},
		{0, 6, "000000"},
		{7, 3, "007"},
		{1234, 3, "1234"},
		{123456789, 9, "123456789"},
		{5, 9, "000000005"},
		{UINT64_MAX, 20, "18446744073709551615"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct room room;
		char *p = room_start(&room, PUT_U64_MAX);

		room_check(
			&room, put_u64_padded(p, rows[i].value, rows[i].digits), rows[i].expected);
	}
}

static void check_hex(uint32_t value)
{
	char expected[16];
	struct room room;

	snprintf(expected, sizeof(expected), "%" PRIx32, value);
	room_check(&room, put_hex(room_start(&room, PUT_HEX_MAX), value), expected);
}

static void hexadecimal(void **state)
{
	(void)state;
	for (unsigned bit = 0; bit < 32; bit++) {
		check_hex(UINT32_C(1) << bit);
		check_hex((UINT32_C(1) << bit) - 1);
		check_hex((uint32_t)random_bits() >> bit);
	}
	check_hex(UINT32_MAX);
	check_hex(0xabcdef01);
}

static void hexadecimal_bytes(void **state)
{
	(void)state;
	for (unsigned byte = 0; byte <= UINT8_MAX; byte++) {
		char expected[4];
		struct room room;

		snprintf(expected, sizeof(expected), "%02x", byte);
		room_check(&room, put_hex_byte(room_start(&room, 2), (uint8_t)byte), expected);
	}
}

static void check_ipv4(const uint8_t address[static 4])
{
	char expected[INET_ADDRSTRLEN];
	struct room room;

	inet_ntop(AF_INET, address, expected, sizeof(expected));
	room_check(&room, put_ipv4(room_start(&room, PUT_IPV4_MAX), address), expected);
}

static void ipv4_each_octet_in_each_place(void **state)
{
	(void)state;
	for (unsigned place = 0; place < 4; place++) {
		for (unsigned octet = 0; octet < 256; octet++) {
			uint8_t low[4] = {0, 0, 0, 0};
			uint8_t high[4] = {255, 255, 255, 255};

			low[place] = high[place] = (uint8_t)octet;
			check_ipv4(low);
			check_ipv4(high);
		}
	}
}

static void check_ipv6(const uint8_t address[static 16])
{
	char expected[INET6_ADDRSTRLEN];
	struct room room;

	inet_ntop(AF_INET6, address, expected, sizeof(expected));
	room_check(&room, put_ipv6(room_start(&room, PUT_IPV6_MAX), address), expected);
}

static void set_groups(uint8_t address[static 16], unsigned zeros, uint16_t filler)
{
	for (unsigned i = 0; i < 8; i++) {
		uint16_t group = zeros >> i & 1 ? 0 : filler;

		address[2 * i] = (uint8_t)(group >> 8);
		address[2 * i + 1] = (uint8_t)group;
	}
}

/* Every pattern of zero groups, with groups of every length between them. */
static void ipv6_each_pattern_of_zeros(void **state)
{
	static const uint16_t fillers[] = {
		1, 9, 0xa, 0xf, 0x10, 0x99, 0xff, 0x100, 0xabc, 0x1000, 0x9a0f, 0xffff};

	(void)state;
	for (unsigned zeros = 0; zeros < 256; zeros++) {
		for (size_t i = 0; i < sizeof(fillers) / sizeof(fillers[0]); i++) {
			uint8_t address[16];

			set_groups(address, zeros, fillers[i]);
			check_ipv6(address);
		}
	}
}

static void ipv6_each_group(void **state)
{
	(void)state;
	for (unsigned group = 0; group < 0x10000; group++) {
		uint8_t address[16];

		set_groups(address, 0x70, (uint16_t)group);
		check_ipv6(address);
	}
}

/* ::a.b.c.d, ::ffff:a.b.c.d, and what is nearly so. */
static void ipv6_with_ipv4_inside(void **state)
{
	static const uint16_t sixth[] = {0, 1, 0xfffe, 0xffff};
	static const uint8_t tails[][4] = {{0, 0, 0, 0}, {0, 0, 0, 1}, {0, 0, 1, 0}, {0, 1, 0, 0},
		{1, 0, 0, 0}, {192, 0, 2, 33}, {255, 255, 255, 255}};

	(void)state;
	for (size_t i = 0; i < sizeof(sixth) / sizeof(sixth[0]); i++) {
		for (size_t j = 0; j < sizeof(tails) / sizeof(tails[0]); j++) {
			uint8_t address[16] = {0};

			address[10] = (uint8_t)(sixth[i] >> 8);
			address[11] = (uint8_t)sixth[i];
			memcpy(address + 12, tails[j], 4);
			check_ipv6(address);
			address[1] = 1;
			check_ipv6(address);
		}
	}
}

static void ipv6_at_random(void **state)
{
	(void)state;
	for (int i = 0; i < 1000000; i++) {
		uint64_t halves[2] = {random_bits(), random_bits()};
		uint64_t shape = random_bits();
		uint8_t address[16];

		memcpy(address, halves, sizeof(address));
		/* Zero groups are rare by chance, and what this is about. */
		for (unsigned group = 0; group < 8; group++) {
			if (shape >> group & 1)
				memset(address + 2 * group, 0, 2);
			else if (shape >> (8 + group) & 1)
				address[2 * group] = 0;
		}
		check_ipv6(address);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decimal_at_each_length),
		cmocka_unit_test(decimal_at_random),
		cmocka_unit_test(decimal_padded),
		cmocka_unit_test(hexadecimal),
		cmocka_unit_test(hexadecimal_bytes),
		cmocka_unit_test(ipv4_each_octet_in_each_place),
		cmocka_unit_test(ipv6_each_pattern_of_zeros),
		cmocka_unit_test(ipv6_each_group),
		cmocka_unit_test(ipv6_with_ipv4_inside),
		cmocka_unit_test(ipv6_at_random),
	};

	return cmocka_run_group_tests_name("put", tests, NULL, NULL);
}
