/* SPDX-License-Identifier: MIT */
#include "base/parse.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))
#define UNTOUCHED   UINT64_C(0xdeadbeef)

struct number_row {
	const char *text;
	uint64_t min;
	uint64_t max;
	int result;
	uint64_t value;
};

typedef int (*parse_fn)(const char *text, uint64_t min, uint64_t max, uint64_t *out);

static void check_numbers(parse_fn parse, const struct number_row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		uint64_t value = UNTOUCHED;
		int result = parse(rows[i].text, rows[i].min, rows[i].max, &value);

		if (result != rows[i].result)
			fail_msg("'%s': %d", rows[i].text, result);
		assert_int_equal(value, result == 0 ? rows[i].value : UNTOUCHED);
	}
}

static void decimal(void **state)
{
	static const struct number_row rows[] = {
		{"0", 0, 65535, 0, 0},
		{"80", 0, 65535, 0, 80},
		{"65535", 0, 65535, 0, 65535},
		{"00080", 0, 65535, 0, 80},
		{"65536", 0, 65535, -ERANGE, 0},
		{"0", 1, 9, -ERANGE, 0},
		{"10", 1, 9, -ERANGE, 0},
		{"18446744073709551615", 0, UINT64_MAX, 0, UINT64_MAX},
		{"18446744073709551616", 0, UINT64_MAX, -ERANGE, 0},
		{"184467440737095516150", 0, UINT64_MAX, -ERANGE, 0},
		{"99999999999999999999999999999999", 0, UINT64_MAX, -ERANGE, 0},
		{"99999999999999999999999999999999x", 0, UINT64_MAX, -EINVAL, 0},
		{"", 0, 9, -EINVAL, 0},
		{"-1", 0, 9, -EINVAL, 0},
		{"+1", 0, 9, -EINVAL, 0},
		{" 1", 0, 9, -EINVAL, 0},
		{"1 ", 0, 9, -EINVAL, 0},
		{"80abc", 0, 65535, -EINVAL, 0},
		{"80:90", 0, 65535, -EINVAL, 0},
		{"0x10", 0, 65535, -EINVAL, 0},
		{"1f", 0, 65535, -EINVAL, 0},
	};

	(void)state;
	check_numbers(parse_decimal, rows, COUNT(rows));
}

static void any_base(void **state)
{
	static const struct number_row rows[] = {
		{"0", 0, 255, 0, 0},
		{"10", 0, 255, 0, 10},
		{"010", 0, 255, 0, 8},
		{"0x10", 0, 255, 0, 16},
		{"0XfF", 0, 255, 0, 255},
		{"0xffffffff", 0, UINT32_MAX, 0, UINT32_MAX},
		{"0x100000000", 0, UINT32_MAX, -ERANGE, 0},
		{"040000000000", 0, UINT32_MAX, -ERANGE, 0},
		{"0xffffffffffffffff", 0, UINT64_MAX, 0, UINT64_MAX},
		{"0x10000000000000000", 0, UINT64_MAX, -ERANGE, 0},
		{"", 0, 255, -EINVAL, 0},
		{"0x", 0, 255, -EINVAL, 0},
		{"x10", 0, 255, -EINVAL, 0},
		{"08", 0, 255, -EINVAL, 0},
		{"0xg", 0, 255, -EINVAL, 0},
		{"0x-1", 0, 255, -EINVAL, 0},
		{"-0x1", 0, 255, -EINVAL, 0},
		{"5/", 0, 255, -EINVAL, 0},
		{"ff", 0, 255, -EINVAL, 0},
	};

	(void)state;
	check_numbers(parse_number, rows, COUNT(rows));
}

static void addresses(void **state)
{
	static const struct {
		const char *text;
		uint8_t family;
		uint8_t bytes[16];
	} rows[] = {
		{"1.2.3.4", AF_INET, {1, 2, 3, 4}},
		{"0.0.0.0", AF_INET, {0}},
		{"255.255.255.255", AF_INET, {255, 255, 255, 255}},
		{"::", AF_INET6, {0}},
		{"::1", AF_INET6, {[15] = 1}},
		{"2001:DB8::ff", AF_INET6, {0x20, 0x01, 0x0d, 0xb8, [15] = 0xff}},
		{"::ffff:1.2.3.4", AF_INET6, {[10] = 0xff, 0xff, 1, 2, 3, 4}},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		uint8_t bytes[16];
		uint8_t family = AF_UNSPEC;

		memset(bytes, 0xee, sizeof(bytes));
		assert_int_equal(parse_address(rows[i].text, bytes, &family), 0);
		assert_int_equal(family, rows[i].family);
		assert_memory_equal(bytes, rows[i].bytes, sizeof(bytes));
	}
}

static void no_addresses(void **state)
{
	static const char *const texts[] = {"", "1.1", "1", "0x7f.0.0.1", "1.2.3.4 junk",
		"1.2.3.256", "1.2.3.4/24", " 1.2.3.4", "01.2.3.4", "1.2.3.4.5", "localhost",
		"fe80::1%lo", "::1::", ":", "[::1]", "12345::", "1:2:3:4:5:6:7:8:9", "::1.2.3"};

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		uint8_t bytes[16] = {0xee};
		uint8_t family = AF_UNSPEC;

		if (parse_address(texts[i], bytes, &family) != -EINVAL)
			fail_msg("'%s' was taken", texts[i]);
		assert_int_equal(bytes[0], 0xee);
		assert_int_equal(family, AF_UNSPEC);
	}
}

static void with_units(void **state)
{
	static const struct parse_unit units[] = {{"", 1000}, {"s", 1000}, {"ms", 1}, {"m", 60000}};
	static const struct {
		const char *text;
		int result;
		uint64_t value;
	} rows[] = {
		{"0", 0, 0},
		{"2", 0, 2000},
		{"2s", 0, 2000},
		{"2ms", 0, 2},
		{"2m", 0, 120000},
		{"16m", 0, 960000},
		{"17m", -ERANGE, 0},
		{"1000", 0, 1000000},
		{"1001", -ERANGE, 0},
		{"1000000ms", 0, 1000000},
		{"1000001ms", -ERANGE, 0},
		{"18446744073709551616", -ERANGE, 0},
		{"000000000000000000000000000001", 0, 1000}, /* zeros are no size */
		{"", -EINVAL, 0},
		{"s", -EINVAL, 0},
		{"2 s", -EINVAL, 0},
		{"2S", -EINVAL, 0},
		{"2sx", -EINVAL, 0},
		{"-2s", -EINVAL, 0},
		{"1.5s", -EINVAL, 0},
	};
	(void)state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		uint64_t value = UNTOUCHED;
		int result = parse_units(rows[i].text, units, COUNT(units), 1000000, &value);

		if (result != rows[i].result)
			fail_msg("'%s': %d", rows[i].text, result);
		assert_int_equal(value, result == 0 ? rows[i].value : UNTOUCHED);
	}
}

static void spans(void **state)
{
	static const struct parse_unit units[] = {{"", 1}, {"s", 1}, {"m", 60}, {"ms", 7}};
	static const struct {
		const char *text;
		int result;
		uint64_t value;
	} rows[] = {
		{"90", 0, 90},
		{"90s", 0, 90},
		{"1m30s", 0, 90},
		{"1s1m1ms", 0, 68},
		{"16m40s", 0, 1000},
		{"16m41s", -ERANGE, 0},
		{"000000000000000000000000000001s", 0, 1},
		{"18446744073709551615m1s", -ERANGE, 0},
		{"99999999999999999999999999x", -EINVAL, 0},
		{"18446744073709551615m1x", -EINVAL, 0},
		{"1m30", -EINVAL, 0},
		{"30 1m", -EINVAL, 0},
		{"1m-1s", -EINVAL, 0},
		{"m", -EINVAL, 0},
		{"", -EINVAL, 0},
	};
	(void)state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		uint64_t value = UNTOUCHED;
		int result = parse_spans(rows[i].text, units, COUNT(units), 1000, &value);

		if (result != rows[i].result)
			fail_msg("'%s': %d", rows[i].text, result);
		assert_int_equal(value, result == 0 ? rows[i].value : UNTOUCHED);
	}
}

/* What stands behind the digits is left; digits out of range are passed over. */
static void leading(void **state)
{
	static const struct {
		const char *text, *rest;
		int result;
		uint64_t value;
	} rows[] = {
		{"7", "", 0, 7},
		{"0010KiB", "KiB", 0, 10},
		{"18446744073709551615-", "-", 0, UINT64_MAX},
		{"18446744073709551616-", "-", -ERANGE, 0},
		{"99999999999999999999999999x", "x", -ERANGE, 0},
		{"-1", "-1", -EINVAL, 0},
		{"", "", -EINVAL, 0},
	};
	(void)state;

	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *text = rows[i].text;
		uint64_t value = UNTOUCHED;
		int result = parse_leading(&text, &value);

		if (result != rows[i].result)
			fail_msg("'%s': %d", rows[i].text, result);
		assert_string_equal(text, rows[i].rest);
		assert_int_equal(value, result == 0 ? rows[i].value : UNTOUCHED);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decimal),
		cmocka_unit_test(any_base),
		cmocka_unit_test(with_units),
		cmocka_unit_test(spans),
		cmocka_unit_test(leading),
		cmocka_unit_test(addresses),
		cmocka_unit_test(no_addresses),
	};

	return cmocka_run_group_tests_name("parse", tests, NULL, NULL);
}
