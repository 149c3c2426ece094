/* SPDX-License-Identifier: MIT */
#include "flow/tuple.h"

#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define P0 (TUPLE_PART << 0)
#define P1 (TUPLE_PART << 1)
#define P2 (TUPLE_PART << 2)

/* As people write it; zero where a member is absent. */
struct shape {
	uint8_t source;
	uint8_t destination;
	uint16_t part[TUPLE_PART_COUNT];
	uint8_t protocol;
	uint8_t present;
};

static struct tuple make_tuple(const struct shape *shape)
{
	struct tuple tuple = {
		.source = {{shape->source}},
		.destination = {{shape->destination}},
		.part = {shape->part[0], shape->part[1], shape->part[2]},
		.family = AF_INET,
		.protocol = shape->protocol,
		.present = shape->present,
	};

	return tuple;
}

static void check_tuple(const struct tuple *actual, const struct shape *shape)
{
	struct tuple expected = make_tuple(shape);

	assert_int_equal(actual->present, expected.present);
	assert_int_equal(actual->family, expected.family);
	assert_int_equal(actual->protocol, expected.protocol);
	assert_int_equal(actual->zone, 0);
	assert_memory_equal(&actual->source, &expected.source, sizeof(expected.source));
	assert_memory_equal(&actual->destination, &expected.destination, sizeof(expected.source));
	assert_memory_equal(actual->part, expected.part, sizeof(expected.part));
}

enum {
	WHOLE = TUPLE_ADDRESSES | TUPLE_PROTOCOL,
	WITH_PAIR = WHOLE | P0 | P1,
	WITH_ALL = WHOLE | P0 | P1 | P2,
};

static void mirrors(void **state)
{
	static const struct {
		struct shape in;
		struct shape out;
	} rows[] = {
		{{1, 2, {1000, 80}, IPPROTO_TCP, WITH_PAIR},
			{2, 1, {80, 1000}, IPPROTO_TCP, WITH_PAIR}},
		{{1, 2, {7, 9}, IPPROTO_GRE, WITH_PAIR}, {2, 1, {9, 7}, IPPROTO_GRE, WITH_PAIR}},
		{{1, 2, {8, 0, 77}, IPPROTO_ICMP, WITH_ALL},
			{2, 1, {0, 0, 77}, IPPROTO_ICMP, WITH_ALL}},
		{{1, 2, {0, 0, 77}, IPPROTO_ICMP, WITH_ALL},
			{2, 1, {8, 0, 77}, IPPROTO_ICMP, WITH_ALL}},
		{{1, 2, {3, 1, 77}, IPPROTO_ICMP, WITH_ALL},
			{2, 1, {3, 1, 77}, IPPROTO_ICMP, WITH_ALL}},
		{{1, 2, {128, 5, 6}, IPPROTO_ICMPV6, WITH_ALL},
			{2, 1, {129, 5, 6}, IPPROTO_ICMPV6, WITH_ALL}},
		/* no id given: none comes back */
		{{1, 2, {13, 0}, IPPROTO_ICMP, WITH_PAIR},
			{2, 1, {14, 0}, IPPROTO_ICMP, WITH_PAIR}},
		/* a code alone has no type to answer */
		{{1, 2, {0, 4}, IPPROTO_ICMP, WHOLE | P1},
			{2, 1, {0, 4}, IPPROTO_ICMP, WHOLE | P1}},
		/* halves */
		{{1, 0, {80}, IPPROTO_UDP, TUPLE_SOURCE | TUPLE_PROTOCOL | P0},
			{0, 1, {0, 80}, IPPROTO_UDP, TUPLE_DESTINATION | TUPLE_PROTOCOL | P1}},
		{{0, 2, {0, 80}, IPPROTO_UDP, TUPLE_DESTINATION | TUPLE_PROTOCOL | P1},
			{2, 0, {80}, IPPROTO_UDP, TUPLE_SOURCE | TUPLE_PROTOCOL | P0}},
		/* protocols without parts, and no protocol at all */
		{{1, 2, {0}, IPPROTO_ESP, WHOLE}, {2, 1, {0}, IPPROTO_ESP, WHOLE}},
		{{1, 2, {0}, 0, TUPLE_ADDRESSES}, {2, 1, {0}, 0, TUPLE_ADDRESSES}},
		{{0, 0, {0}, 0, 0}, {0, 0, {0}, 0, 0}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct tuple in = make_tuple(&rows[i].in);
		struct tuple out;

		memset(&out, 0xee, sizeof(out));
		tuple_invert(&out, &in);
		check_tuple(&out, &rows[i].out);
	}
}

static void absent_members_stay_behind(void **state)
{
	static const struct shape expected = {
		0, 1, {0}, IPPROTO_TCP, TUPLE_DESTINATION | TUPLE_PROTOCOL};
	struct tuple in = make_tuple(&(struct shape){1, 2, {1000, 80}, IPPROTO_TCP, WITH_PAIR});
	struct tuple out;

	(void)state;
	in.zone = 5;
	in.present = TUPLE_SOURCE | TUPLE_PROTOCOL | TUPLE_ZONE;
	tuple_invert(&out, &in);
	check_tuple(&out, &expected);
}

static void in_place(void **state)
{
	static const struct shape expected = {2, 1, {80, 1000}, IPPROTO_TCP, WITH_PAIR};
	struct tuple tuple = make_tuple(&(struct shape){1, 2, {1000, 80}, IPPROTO_TCP, WITH_PAIR});

	(void)state;
	tuple_invert(&tuple, &tuple);
	check_tuple(&tuple, &expected);
}

/* Only what is present counts; each member that is present does. */
static void equals(void **state)
{
	const struct shape base = {1, 2, {3, 4, 5}, IPPROTO_UDP, WITH_ALL};
	struct tuple a = make_tuple(&base), b;
	(void)state;

	for (unsigned member = 0; member < 8; member++) {
		struct tuple changed[] = {a, a, a, a, a, a, a, a};

		changed[0].source.bytes[15] = 9;
		changed[1].destination.bytes[0] = 9;
		changed[2].part[0] = 9;
		changed[3].part[1] = 9;
		changed[4].part[2] = 9;
		changed[5].protocol = IPPROTO_TCP;
		changed[6].family = AF_INET6;
		changed[7].present |= TUPLE_ZONE;
		assert_false(tuple_equal(&a, &changed[member]));
		assert_false(tuple_equal(&changed[member], &a));
	}
	b = a;
	b.zone = 7;
	assert_true(tuple_equal(&a, &b));
	a.present = b.present |= TUPLE_ZONE;
	assert_false(tuple_equal(&a, &b));
	a.zone = 7;
	assert_true(tuple_equal(&a, &b));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mirrors),
		cmocka_unit_test(absent_members_stay_behind),
		cmocka_unit_test(in_place),
		cmocka_unit_test(equals),
	};

	return cmocka_run_group_tests_name("tuple", tests, NULL, NULL);
}
