/* SPDX-License-Identifier: MIT */
/* Many filters at once say what each of them says alone. */
#include "flow/filter_set.h"

#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct filter_set set;

static int setup(void **state)
{
	(void)state;
	srand(1);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	filter_set_clear(&set);
	filter_set_clear(&set);
	return 0;
}

/* Few values, so that filters and flows often meet. */
static unsigned few(unsigned count)
{
	return (unsigned)rand() % count;
}

static void random_address(union address *address)
{
	memset(address, 0, sizeof(*address));
	address->bytes[0] = 10;
	address->bytes[3] = (uint8_t)few(4);
}

static void random_tuple(struct tuple *t)
{
	memset(t, 0, sizeof(*t));
	t->family = AF_INET;
	t->protocol = few(2) ? IPPROTO_TCP : IPPROTO_UDP;
	t->present = TUPLE_PROTOCOL;
	random_address(&t->source);
	random_address(&t->destination);
	t->part[0] = (uint16_t)few(3);
	t->part[1] = (uint16_t)few(3);
	/* Now and then something is not known. */
	t->present |= few(10) ? TUPLE_SOURCE : 0;
	t->present |= few(10) ? TUPLE_DESTINATION : 0;
	t->present |= few(10) ? TUPLE_PART | TUPLE_PART << 1 : 0;
}

static void random_flow(struct flow *flow)
{
	memset(flow, 0, sizeof(*flow));
	random_tuple(&flow->tuple[ORIGINAL]);
	random_tuple(&flow->tuple[REPLY]);
	flow->mark = few(3);
	flow->id = few(20);
	flow->present = FLOW_MARK | (few(10) ? FLOW_ID : 0);
}

static void random_term(struct filter *filter)
{
	static const enum term_kind kinds[] = {TERM_PROTOCOL, TERM_SOURCE, TERM_DESTINATION,
		TERM_PART, TERM_MARK, TERM_ID, TERM_FAMILY};
	struct term *t = filter_add(filter, kinds[few(sizeof(kinds) / sizeof(kinds[0]))]);

	t->direction = (uint8_t)few(DIRECTIONS);
	t->index = (uint8_t)few(2);
	t->family = AF_INET;
	switch (t->kind) {
	case TERM_PROTOCOL:
		t->number = few(2) ? IPPROTO_TCP : IPPROTO_UDP;
		break;
	case TERM_SOURCE:
	case TERM_DESTINATION:
		random_address(&t->address);
		/* A network, which no hash can hold. */
		if (few(4) == 0) {
			memset(&t->address_mask, 0, sizeof(t->address_mask));
			memset(t->address_mask.bytes, 0xff, 3);
			t->address.bytes[3] = 0;
		}
		break;
	case TERM_FAMILY:
		t->number = AF_INET;
		break;
	default:
		t->number = few(3);
		break;
	}
}

static void random_filter(struct filter *filter)
{
	unsigned terms = few(5);

	memset(filter, 0, sizeof(*filter));
	for (unsigned i = 0; i < terms; i++)
		random_term(filter);
}

static void test_like_each_alone(void **state)
{
	enum { FILTERS = 500 };
	static struct filter filters[FILTERS];
	unsigned hits = 0;

	(void)state;
	for (size_t i = 0; i < FILTERS; i++) {
		random_filter(&filters[i]);
		assert_int_equal(filter_set_add(&set, &filters[i]), 0);
		assert_int_equal(set.count, i + 1);
	}
	for (unsigned trial = 0; trial < 500; trial++) {
		struct flow flow;
		size_t from = few(FILTERS), expected = FILTER_SET_NONE;

		random_flow(&flow);
		for (size_t i = FILTERS; i-- > from;) {
			if (filter_matches(&filters[i], &flow))
				expected = i;
		}
		assert_int_equal(filter_set_match(&set, &flow, from), expected);
		hits += expected != FILTER_SET_NONE;
	}
	assert_in_range(hits, 100, 500);
}

static void test_empty(void **state)
{
	struct filter all = {0};
	struct flow flow;

	(void)state;
	random_flow(&flow);
	assert_int_equal(filter_set_match(&set, &flow, 0), FILTER_SET_NONE);
	assert_int_equal(filter_set_bytes(&set), 0);
	assert_int_equal(filter_set_add(&set, &all), 0);
	assert_int_equal(filter_set_match(&set, &flow, 0), 0);
	assert_int_equal(filter_set_match(&set, &flow, 1), FILTER_SET_NONE);
	assert_true(filter_set_bytes(&set) > 0);
}

/* Ten thousand of one shape: each flow finds its own, and the set stays within bounds. */
static void test_many(void **state)
{
	enum { FILTERS = 10000 };
	struct filter filter = {0};
	struct term *port, *address;

	(void)state;
	filter_add(&filter, TERM_PROTOCOL)->number = IPPROTO_UDP;
	address = filter_add(&filter, TERM_DESTINATION);
	address->family = AF_INET;
	port = filter_add(&filter, TERM_PART);
	port->index = 1;
	for (unsigned i = 0; i < FILTERS; i++) {
		address->address.bytes[2] = (uint8_t)(i >> 8);
		address->address.bytes[3] = (uint8_t)i;
		port->number = i;
		assert_int_equal(filter_set_add(&set, &filter), 0);
	}
	assert_int_equal(set.shape_count, 1);
	for (unsigned i = 0; i < FILTERS; i++) {
		struct flow flow;

		random_flow(&flow);
		flow.tuple[ORIGINAL].protocol = IPPROTO_UDP;
		flow.tuple[ORIGINAL].present |= TUPLE_DESTINATION | TUPLE_PART << 1;
		memset(&flow.tuple[ORIGINAL].destination, 0, sizeof(union address));
		flow.tuple[ORIGINAL].destination.bytes[2] = (uint8_t)(i >> 8);
		flow.tuple[ORIGINAL].destination.bytes[3] = (uint8_t)i;
		flow.tuple[ORIGINAL].part[1] = (uint16_t)i;
		assert_int_equal(filter_set_match(&set, &flow, 0), i);
	}
	assert_true(filter_set_bytes(&set) < 8u * 1024 * 1024);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_like_each_alone, setup, teardown),
		cmocka_unit_test_setup_teardown(test_empty, setup, teardown),
		cmocka_unit_test_setup_teardown(test_many, setup, teardown),
	};
	return cmocka_run_group_tests_name("filter_set", tests, NULL, NULL);
}
