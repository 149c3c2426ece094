/* SPDX-License-Identifier: MIT */
#include "flow/field.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* Every member of a flow that a field may name, each with a value of its own. */
static struct flow full_flow(void)
{
	struct flow flow = {
		.present = ~UINT64_C(0),
		.status = 0x18e,
		.timeout = 431999,
		.mark = UINT32_MAX,
		.use = 2,
		.id = 0x80000001,
		.secmark = 77,
		.zone = 65535,
		.state = 3,
		.role = 1,
		.start = UINT64_C(1764022043123456789),
		.stop = UINT64_C(1764022044000000001),
		.event_time = UINT64_C(1764022045999999999),
		.handshake_sequence = UINT64_C(0x123456789abc),
		.labels = {0x11},
		.helper = "ftp",
		.helper_info = {.bytes = (const uint8_t *)"\x01\x02", .length = 2},
		.secctx = {.bytes = (const uint8_t *)"label", .length = 5},
	};

	return flow;
}

static void numbers(void **state)
{
	static const struct {
		const char *name;
		uint64_t value;
	} rows[] = {
		{"status", 0x18e},
		{"timeout", 431999},
		{"mark", UINT32_MAX},
		{"use", 2},
		{"id", 0x80000001},
		{"secmark", 77},
		{"zone", 65535},
		{"state", 3},
		{"role", 1},
		{"start", UINT64_C(1764022043123456789)},
		{"stop", UINT64_C(1764022044000000001)},
		{"event_time", UINT64_C(1764022045999999999)},
		{"handshake_sequence", UINT64_C(0x123456789abc)},
		{"helper", 0},
		{"helper_info", 0},
		{"secctx", 0},
		{"labels", 0},
	};
	const struct flow flow = full_flow();

	(void)state;
	assert_int_equal(sizeof(rows) / sizeof(rows[0]), field_count);
	for (size_t i = 0; i < field_count; i++) {
		const struct field *field = field_by_name(rows[i].name);

		assert_non_null(field);
		assert_int_equal(field_number(field, &flow), rows[i].value);
	}
}

static void texts(void **state)
{
	const struct flow flow = full_flow();
	const struct slice *slice;

	(void)state;
	assert_string_equal(field_value(field_by_name("helper"), &flow), "ftp");
	slice = field_value(field_by_name("secctx"), &flow);
	assert_int_equal(slice->length, 5);
	assert_memory_equal(slice->bytes, "label", 5);
	slice = field_value(field_by_name("helper_info"), &flow);
	assert_int_equal(slice->length, 2);
	assert_ptr_equal(field_value(field_by_name("labels"), &flow), flow.labels);
}

static void each_has_its_own_bit_and_name(void **state)
{
	struct flow flow = {.present = 0};
	uint64_t seen = 0;

	(void)state;
	for (size_t i = 0; i < field_count; i++) {
		assert_false(field_present(&fields[i], &flow));
		assert_int_equal(seen & fields[i].present, 0);
		seen |= fields[i].present;
		flow.present = fields[i].present;
		for (size_t j = 0; j < field_count; j++)
			assert_int_equal(field_present(&fields[j], &flow), i == j);
		flow.present = 0;
		assert_ptr_equal(field_by_name(fields[i].name), &fields[i]);
		assert_true(strlen(fields[i].about) > 0);
	}
	assert_null(field_by_name("MARK"));
	assert_null(field_by_name(""));
	assert_null(field_by_name("packets"));
}

static void roles(void **state)
{
	(void)state;
	assert_string_equal(field_role_name(0), "client");
	assert_string_equal(field_role_name(1), "server");
	assert_null(field_role_name(2));
	assert_null(field_role_name(255));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers),
		cmocka_unit_test(texts),
		cmocka_unit_test(each_has_its_own_bit_and_name),
		cmocka_unit_test(roles),
	};

	return cmocka_run_group_tests_name("field", tests, NULL, NULL);
}
