/* SPDX-License-Identifier: MIT */
#include "flow/field.h"

#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/socket.h>

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

/* What is read from full_flow(): numbers, and what has none. */
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
		{"netns", 0},
	};
	const struct flow flow = full_flow();

	(void)state;
	assert_int_equal(sizeof(rows) / sizeof(rows[0]), field_count - field_first_fact);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct field *field = field_by_name(rows[i].name);

		assert_non_null(field);
		assert_true(field >= &fields[field_first_fact]);
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

static void each_fact_has_its_own_bit(void **state)
{
	struct flow flow = {.present = 0};
	uint64_t seen = 0;

	(void)state;
	for (size_t i = 0; i < field_first_fact; i++) {
		assert_int_equal(fields[i].present, 0);
		assert_non_null(fields[i].read);
	}
	for (size_t i = field_first_fact; i < field_count; i++) {
		assert_false(field_present(&fields[i], &flow));
		assert_int_not_equal(fields[i].present, 0);
		assert_int_equal(seen & fields[i].present, 0);
		seen |= fields[i].present;
		flow.present = fields[i].present;
		for (size_t j = 0; j < field_count; j++)
			assert_int_equal(field_present(&fields[j], &flow), i == j);
		flow.present = 0;
	}
}

static void names(void **state)
{
	(void)state;
	for (size_t i = 0; i < field_count; i++) {
		assert_ptr_equal(field_by_name(fields[i].name), &fields[i]);
		if (fields[i].alias != NULL)
			assert_ptr_equal(field_by_name(fields[i].alias), &fields[i]);
		assert_true(strlen(fields[i].about) > 0);
	}
	assert_ptr_equal(field_by_name("reply-src"), field_by_name("reply_src"));
	assert_null(field_by_name("MARK"));
	assert_null(field_by_name(""));
	assert_null(field_by_name("mar"));
	assert_null(field_by_name("markx"));
}

/* A flow as the kernel tells of one: TCP, source NAT, counted one way only. */
static struct flow translated(void)
{
	struct flow flow = {
		.present = FLOW_STATUS | FLOW_STATE | FLOW_START | FLOW_COUNTERS,
		.status = 0x1e,
		.state = 3,
		.start = UINT64_C(1000000000),
		.counters = {{.packets = 7, .bytes = 700}, {.packets = 99, .bytes = 9900}},
		.tuple =
			{
				{.family = AF_INET,
					.protocol = IPPROTO_TCP,
					.source.bytes = {192, 0, 2, 1},
					.destination.bytes = {198, 51, 100, 1},
					.part = {1000, 80},
					.present = TUPLE_ADDRESSES | TUPLE_PROTOCOL |
						   TUPLE_PART << 0 | TUPLE_PART << 1},
				{.family = AF_INET,
					.protocol = IPPROTO_TCP,
					.source.bytes = {198, 51, 100, 1},
					.destination.bytes = {203, 0, 113, 5},
					.part = {80, 1000},
					.zone = 4,
					.present = TUPLE_ADDRESSES | TUPLE_PROTOCOL | TUPLE_ZONE |
						   TUPLE_PART << 0 | TUPLE_PART << 1},
			},
	};

	return flow;
}

#define NOW (UINT64_C(61) * 1000000000)

static void what_is_worked_out(void **state)
{
	static const struct {
		const char *name;
		uint64_t number;
	} rows[] = {
		{"sport", 1000},
		{"dport", 80},
		{"reply_sport", 80},
		{"reply_dport", 1000},
		{"proto", IPPROTO_TCP},
		{"family", AF_INET},
		{"confidence", CONFIDENCE_ASSURED},
		{"nat", 1 << NAT_SOURCE},
		{"packets", 7},
		{"bytes", 700},
		{"orig_packets", 7},
		{"orig_bytes", 700},
		{"age", 60},
		{"state", 3},
		{"mark", 0},
		{"zone", 0},
		{"orig_zone", 0},
		{"reply_zone", 4},
	};
	static const char *const unknown[] = {"icmp_type", "icmp_code", "icmp_id", "srckey",
		"dstkey", "reply_packets", "reply_bytes", "timeout", "secmark", "helper", "netns"};
	const struct flow flow = translated();
	struct field_value value = {.number = 0};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_true(field_read(field_by_name(rows[i].name), &flow, NOW, &value));
		assert_int_equal(value.number, rows[i].number);
	}
	for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++)
		assert_false(field_read(field_by_name(unknown[i]), &flow, NOW, &value));
	assert_true(field_read(field_by_name("reply-dst"), &flow, NOW, &value));
	assert_int_equal(value.family, AF_INET);
	assert_memory_equal(value.address.bytes, ((uint8_t[4]){203, 0, 113, 5}), 4);
}

static void what_a_flow_lacks_is_unknown(void **state)
{
	const struct flow flow = {.present = 0};
	struct field_value value;

	(void)state;
	for (size_t i = 0; i < field_count; i++) {
		bool known = field_read(&fields[i], &flow, NOW, &value);

		/* Without a zone or mark it is 0, and nothing of a tuple is no translation. */
		assert_int_equal(known, strstr(fields[i].name, "zone") != NULL ||
						strcmp(fields[i].name, "mark") == 0 ||
						strcmp(fields[i].name, "nat") == 0);
	}
}

static void values_are_compared_as_what_they_are(void **state)
{
	const struct field *src = field_by_name("src"), *secctx = field_by_name("secctx");
	struct field_value a = {.address.bytes = {9, 0, 0, 0}, .family = AF_INET};
	struct field_value b = {.address.bytes = {10, 0, 0, 0}, .family = AF_INET};

	(void)state;
	assert_true(field_compare(src, &a, &b) < 0);
	assert_int_equal(field_compare(src, &a, &a), 0);
	a.family = AF_INET6;
	assert_true(field_compare(src, &a, &b) > 0);
	a.text = (struct slice){(const uint8_t *)"ab", 2};
	b.text = (struct slice){(const uint8_t *)"abc", 3};
	assert_true(field_compare(secctx, &a, &b) < 0);
	assert_true(field_compare(secctx, &b, &a) > 0);
	a.number = UINT64_MAX;
	b.number = 1;
	assert_true(field_compare(field_by_name("bytes"), &a, &b) > 0);
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
		cmocka_unit_test(each_fact_has_its_own_bit),
		cmocka_unit_test(names),
		cmocka_unit_test(what_is_worked_out),
		cmocka_unit_test(what_a_flow_lacks_is_unknown),
		cmocka_unit_test(values_are_compared_as_what_they_are),
		cmocka_unit_test(roles),
	};

	return cmocka_run_group_tests_name("field", tests, NULL, NULL);
}
