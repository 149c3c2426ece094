/* SPDX-License-Identifier: MIT */
#include "flow/group.h"

#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

/* A flow that says little: addresses by number, ports, counters unless bytes is GROUP_UNKNOWN. */
static struct flow make_flow(uint8_t family, uint32_t source, uint16_t port, uint64_t bytes)
{
	struct flow flow = {.present = FLOW_STATUS};
	struct tuple *tuple = &flow.tuple[ORIGINAL];

	tuple->family = family;
	tuple->protocol = IPPROTO_TCP;
	tuple->present = TUPLE_ADDRESSES | TUPLE_PROTOCOL | TUPLE_PART << 0 | TUPLE_PART << 1;
	source = htonl(source);
	memcpy(tuple->source.bytes + (family == AF_INET ? 0 : 12), &source, 4);
	tuple->part[1] = port;
	if (bytes != GROUP_UNKNOWN) {
		flow.present |= FLOW_COUNTERS;
		flow.counters[ORIGINAL] = (struct counters){.packets = 1, .bytes = bytes};
	}
	return flow;
}

static struct view make_view(const char *first, const char *second)
{
	struct view view = {.sum_count = 1, .sum = {field_by_name("bytes")}};
	const char *const names[] = {first, second};

	for (unsigned i = 0; i < 2 && names[i] != NULL; i++)
		view.key[view.key_count++] = (struct group_key){field_by_name(names[i]), {32, 128}};
	view.sort[view.sort_count++] = (struct sort_key){NULL, true};
	return view;
}

static void add(
	struct group_table *table, uint8_t family, uint32_t source, uint16_t port, uint64_t bytes)
{
	struct flow flow = make_flow(family, source, port, bytes);

	assert_int_equal(group_add(table, &flow, 0), 0);
}

/* The n-th group to show. */
static struct group shown(const struct group_table *table, size_t n)
{
	struct group group;
	uint32_t *order;
	size_t count;

	assert_int_equal(group_order(table, &order, &count), 0);
	assert_true(n < count);
	group_read(table, order[n], &group);
	free(order);
	return group;
}

static size_t shown_count(const struct group_table *table)
{
	uint32_t *order;
	size_t count;

	assert_int_equal(group_order(table, &order, &count), 0);
	free(order);
	return count;
}

static void both_widths_count(void **state)
{
	struct view view = make_view("src", "dport");
	struct group_table table;
	struct group group;

	(void)state;
	assert_int_equal(group_start(&table, &view, 0), 0);
	add(&table, AF_INET, 0x0a000001, 80, 100);
	add(&table, AF_INET6, 0x0a000001, 80, 1000);
	add(&table, AF_INET, 0x0a000001, 80, 11);
	add(&table, AF_INET, 0x0a000001, 81, 5);
	add(&table, AF_INET, 0x0a000001, 80, GROUP_UNKNOWN);
	assert_int_equal(group_count(&table), 3);
	assert_int_equal(table.store[GROUP_NARROW].count, 2);
	assert_int_equal(table.store[GROUP_WIDE].count, 1);
	group = shown(&table, 0);
	assert_true(group.known[0] && group.known[1]);
	assert_int_equal(group.key[0].family, AF_INET);
	assert_memory_equal(group.key[0].address.bytes, ((uint8_t[16]){10, 0, 0, 1}), 16);
	assert_int_equal(group.key[1].number, 80);
	assert_int_equal(group.counts.flows, 3);
	assert_int_equal(group.counts.sum[0], 111);
	group = shown(&table, 1);
	assert_int_equal(group.key[0].family, AF_INET);
	assert_int_equal(group.key[1].number, 81);
	group = shown(&table, 2);
	assert_int_equal(group.key[0].family, AF_INET6);
	assert_memory_equal(group.key[0].address.bytes + 12, ((uint8_t[4]){10, 0, 0, 1}), 4);
	assert_int_equal(group.counts.sum[0], 1000);
	assert_int_equal(table.total.flows, 5);
	assert_int_equal(table.total.sum[0], 1116);
	assert_int_equal(table.missing[0], 1);
	group_free(&table);
}

static void what_is_not_known_is_a_group_of_its_own(void **state)
{
	struct view view = make_view("use", NULL);
	struct flow flow = make_flow(AF_INET, 1, 1, GROUP_UNKNOWN);
	struct group_table table;
	struct group group;

	(void)state;
	assert_int_equal(group_start(&table, &view, 0), 0);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(group_add(&table, &flow, 0), 0);
	flow.present |= FLOW_USE; /* which is 0, and known */
	assert_int_equal(group_add(&table, &flow, 0), 0);
	assert_int_equal(group_count(&table), 2);
	group = shown(&table, 0);
	assert_false(group.known[0]);
	assert_int_equal(group.counts.flows, 3);
	assert_true(group.counts.sum[0] == GROUP_UNKNOWN);
	group = shown(&table, 1);
	assert_true(group.known[0]);
	assert_int_equal(group.key[0].number, 0);
	assert_true(table.total.sum[0] == GROUP_UNKNOWN);
	group_free(&table);
}

static void addresses_are_cut(void **state)
{
	struct view view = make_view("src", NULL);
	struct group_table table;
	struct group group;

	(void)state;
	view.key[0].bits[ADDRESS_IPV4] = 22;
	view.key[0].bits[ADDRESS_IPV6] = 126;
	assert_int_equal(group_start(&table, &view, 0), 0);
	add(&table, AF_INET, 0x0a0107ff, 1, 1);
	add(&table, AF_INET, 0x0a010400, 1, 1);
	add(&table, AF_INET, 0x0a010800, 1, 1);
	add(&table, AF_INET6, 7, 1, 1);
	add(&table, AF_INET6, 4, 1, 1);
	add(&table, AF_INET6, 4, 1, 1);
	assert_int_equal(group_count(&table), 3);
	group = shown(&table, 0);
	assert_memory_equal(group.key[0].address.bytes + 12, ((uint8_t[4]){0, 0, 0, 4}), 4);
	group = shown(&table, 1);
	assert_memory_equal(group.key[0].address.bytes, ((uint8_t[16]){10, 1, 4}), 16);
	assert_int_equal(group.counts.flows, 2);
	group_free(&table);
}

static void texts_states_and_labels_are_keys(void **state)
{
	struct view view = {.key_count = 4};
	static const char *const names[] = {"helper", "secctx", "state", "labels"};
	struct flow flow = {
		.present = FLOW_HELPER | FLOW_SECCTX | FLOW_STATE | FLOW_LABELS,
		.helper = "ftp",
		.secctx = {(const uint8_t *)"a label", 7},
		.state = 3,
		.labels = {[15] = 0x80},
	};
	struct group_table table;
	struct group group;
	char text[32];

	(void)state;
	for (unsigned i = 0; i < view.key_count; i++)
		view.key[i].field = field_by_name(names[i]);
	flow.tuple[ORIGINAL].present = TUPLE_PROTOCOL;
	flow.tuple[ORIGINAL].protocol = IPPROTO_SCTP;
	assert_int_equal(group_start(&table, &view, 0), 0);
	assert_int_equal(group_add(&table, &flow, 0), 0);
	assert_int_equal(group_add(&table, &flow, 0), 0);
	/* Many different texts, so that the numbers outgrow their first room. */
	for (unsigned i = 0; i < 1000; i++) {
		flow.secctx.length = (uint16_t)snprintf(text, sizeof(text), "%u", i % 500);
		flow.secctx.bytes = (const uint8_t *)text;
		assert_int_equal(group_add(&table, &flow, 0), 0);
	}
	assert_int_equal(group_count(&table), 501);
	group_read(&table, 0, &group);
	assert_int_equal(group.counts.flows, 2);
	assert_int_equal(group.key[0].text.length, 3);
	assert_memory_equal(group.key[0].text.bytes, "ftp", 3);
	assert_memory_equal(group.key[1].text.bytes, "a label", 7);
	assert_int_equal(group.key[2].number, 3);
	assert_int_equal(group.key[2].protocol, IPPROTO_SCTP);
	assert_int_equal(group.key[3].labels[15], 0x80);
	group_free(&table);
}

static void add_state(struct group_table *table, uint8_t protocol, uint8_t number)
{
	struct flow flow = {.present = FLOW_STATE, .state = number};

	flow.tuple[ORIGINAL].present = TUPLE_PROTOCOL;
	flow.tuple[ORIGINAL].protocol = protocol;
	assert_int_equal(group_add(table, &flow, 0), 0);
}

static void states_of_one_name_are_one_group(void **state)
{
	struct view view = make_view("state", NULL), parted = make_view("state", "proto");
	const struct view *const views[] = {&view, &parted};
	static const size_t groups[] = {4, 5};
	struct group_table table;

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(group_start(&table, views[i], 0), 0);
		add_state(&table, IPPROTO_SCTP, 4); /* ESTABLISHED */
		add_state(&table, IPPROTO_TCP, 3);
		add_state(&table, IPPROTO_SCTP, 3); /* COOKIE_ECHOED */
		add_state(&table, IPPROTO_SCTP, 99);
		add_state(&table, IPPROTO_DCCP, 99);
		assert_int_equal(group_count(&table), groups[i]);
		group_free(&table);
	}
}

/* The same as a plain list that is looked through. */
enum { SOURCES = 400, FLOWS = 20000 };

static void check_against_list(const struct view *view, uint64_t minimum, uint64_t top)
{
	uint64_t flows[2][SOURCES] = {{0}}, bytes[2][SOURCES] = {{0}};
	struct view asked = *view;
	struct group_table table;
	uint64_t last = UINT64_MAX;
	size_t enough = 0, count;

	asked.minimum = minimum;
	asked.top = top;
	assert_int_equal(group_start(&table, &asked, 0), 0);
	for (unsigned i = 0; i < FLOWS; i++) {
		unsigned six = rand() % 2, source = rand() % SOURCES * (rand() % 3) / 2;
		unsigned size = rand() % 1000;

		add(&table, six ? AF_INET6 : AF_INET, source, 80, size);
		flows[six][source]++;
		bytes[six][source] += size;
	}
	for (unsigned i = 0; i < 2 * SOURCES; i++)
		enough += flows[i / SOURCES][i % SOURCES] >= (minimum ? minimum : 1);
	count = shown_count(&table);
	assert_int_equal(count, top > 0 && top < enough ? top : enough);
	for (size_t n = 0; n < count; n += 1 + count / 50) {
		struct group group = shown(&table, n);
		unsigned six = group.key[0].family == AF_INET6;
		const uint8_t *end = group.key[0].address.bytes + (six ? 12 : 0);
		unsigned source = (unsigned)end[2] << 8 | end[3];

		assert_int_equal(group.counts.flows, flows[six][source]);
		assert_int_equal(group.counts.sum[0], bytes[six][source]);
		assert_true(group.counts.flows <= last && group.counts.flows >= minimum);
		last = group.counts.flows;
	}
	group_free(&table);
}

static void groups_are_those_of_a_plain_list(void **state)
{
	struct view view = make_view("src", NULL);

	(void)state;
	srand(7);
	check_against_list(&view, 0, 0);
	check_against_list(&view, 0, 10);
	check_against_list(&view, 30, 0);
	check_against_list(&view, 30, 7);
	check_against_list(&view, 0, 1000000);
}

static void order_is_what_is_asked(void **state)
{
	struct view view = make_view("src", NULL);
	struct group_table table;
	struct group group;

	(void)state;
	assert_int_equal(group_start(&table, &view, 0), 0);
	add(&table, AF_INET, 3, 1, 10);
	add(&table, AF_INET, 1, 1, 10);
	add(&table, AF_INET, 2, 1, 50);
	add(&table, AF_INET, 4, 1, GROUP_UNKNOWN);
	/* Equal counts: by address. */
	group = shown(&table, 0);
	assert_int_equal(group.key[0].address.bytes[3], 1);
	view.sort_count = 2;
	view.sort[0] = (struct sort_key){field_by_name("bytes"), true};
	view.sort[1] = (struct sort_key){field_by_name("src"), true};
	for (unsigned top = 0; top < 4; top += 3) {
		view.top = top;
		assert_int_equal(shown(&table, 0).key[0].address.bytes[3], 2);
		assert_int_equal(shown(&table, 1).key[0].address.bytes[3], 3);
		assert_int_equal(shown(&table, 2).key[0].address.bytes[3], 1);
	}
	view.top = 0;
	view.sort[0].descending = false;
	assert_int_equal(shown(&table, 2).key[0].address.bytes[3], 2);
	/* Not known is last either way. */
	assert_int_equal(shown(&table, 3).key[0].address.bytes[3], 4);
	view.sort_count = 1;
	view.sort[0] = (struct sort_key){field_by_name("src"), true};
	assert_int_equal(shown(&table, 0).key[0].address.bytes[3], 4);
	group_free(&table);
}

/* 300 heavy sources among 20,000 that come once, in 1,000 places. */
static void a_limit_keeps_what_is_heavy(void **state)
{
	enum { HEAVY = 300, LIGHT = 20000, LIMIT = 1000, EACH = 100 };
	struct view view = make_view("src", NULL);
	struct group_table table;
	uint64_t sum = 0;
	bool found[HEAVY] = {false};

	(void)state;
	assert_int_equal(group_start(&table, &view, LIMIT), 0);
	for (unsigned round = 0; round < EACH; round++) {
		for (unsigned i = 0; i < HEAVY; i++)
			add(&table, AF_INET, i, 1, 1);
		for (unsigned i = 0; i < LIGHT / EACH; i++)
			add(&table, AF_INET, 1000000 + round * LIGHT + i, 1, 1);
	}
	assert_int_equal(group_count(&table), LIMIT);
	assert_int_equal(table.total.flows, HEAVY * EACH + LIGHT);
	for (size_t n = 0; n < LIMIT; n++) {
		struct group group;
		uint32_t source;

		group_read(&table, n, &group);
		memcpy(&source, group.key[0].address.bytes, 4);
		source = ntohl(source);
		sum += group.counts.flows;
		assert_true(group.off <= table.total.flows / LIMIT);
		if (source < HEAVY) {
			found[source] = true;
			assert_true(group.counts.flows >= EACH);
			assert_true(group.counts.flows - group.off <= EACH);
		}
	}
	/* Nothing is lost: what a group lost its place with, the next one has. */
	assert_int_equal(sum, table.total.flows);
	for (unsigned i = 0; i < HEAVY; i++)
		assert_true(found[i]);
	group_free(&table);
}

static void a_limit_weighs_what_is_sorted_by(void **state)
{
	struct view view = make_view("src", NULL);
	struct group_table table;

	(void)state;
	view.sort[0] = (struct sort_key){view.sum[0], true};
	assert_int_equal(group_start(&table, &view, 10), 0);
	add(&table, AF_INET, 77, 1, 1000000);
	for (unsigned i = 0; i < 1000; i++)
		add(&table, AF_INET, 100 + i % 50, 1, 1);
	assert_int_equal(shown(&table, 0).key[0].address.bytes[3], 77);
	assert_int_equal(shown(&table, 0).counts.flows, 1);
	group_free(&table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_widths_count),
		cmocka_unit_test(what_is_not_known_is_a_group_of_its_own),
		cmocka_unit_test(addresses_are_cut),
		cmocka_unit_test(texts_states_and_labels_are_keys),
		cmocka_unit_test(states_of_one_name_are_one_group),
		cmocka_unit_test(groups_are_those_of_a_plain_list),
		cmocka_unit_test(order_is_what_is_asked),
		cmocka_unit_test(a_limit_keeps_what_is_heavy),
		cmocka_unit_test(a_limit_weighs_what_is_sorted_by),
	};

	return cmocka_run_group_tests_name("group", tests, NULL, NULL);
}
