/* SPDX-License-Identifier: MIT */
/*
 * Trees made by hand, the sets that their terms look things up in, and the
 * time without a packet. The language itself is tested in cli/expression.c and
 * cli/expression_random.c.
 */
#include "flow/expression.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "flow/address_set.h"

static uint64_t seed = UINT64_C(0x2545f4914f6cdd1d);

static uint32_t random_number(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (uint32_t)(seed >> 16);
}

/* --- sets of numbers -------------------------------------------------- */

static bool in_ranges(const struct number_range *range, size_t count, uint64_t number)
{
	for (size_t i = 0; i < count; i++) {
		if (number >= range[i].low && number <= range[i].high)
			return true;
	}
	return false;
}

/* Numbers up to `below`, with some at the upper end of what there is. */
static void check_numbers(size_t count, uint64_t below)
{
	struct arena arena = {0};
	struct number_range range[64];
	const struct number_set *set;

	for (size_t i = 0; i < count; i++) {
		range[i].low = random_number() % below;
		range[i].high = range[i].low + random_number() % 5 - 1;
		if (random_number() % 16 == 0)
			range[i].high = UINT64_MAX;
	}
	set = number_set_new(&arena, range, count);
	assert_non_null(set);
	for (size_t i = 1; i < set->count; i++)
		assert_true(set->range[i].low > set->range[i - 1].high + 1);
	for (uint64_t n = 0; n < below + 8; n++)
		assert_int_equal(number_set_has(set, n), in_ranges(range, count, n));
	assert_int_equal(number_set_has(set, UINT64_MAX), in_ranges(range, count, UINT64_MAX));
	arena_free(&arena);
}

static void sets_of_numbers(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 200; i++) {
		check_numbers(0, 50);
		check_numbers(1 + random_number() % 3, 50);
		check_numbers(60, 400);
	}
}

static void small_numbers_are_bits(void **state)
{
	static const struct number_range ports[] = {
		{80, 80}, {443, 443}, {8000, 8999}, {53, 53}, {65535, 65535}, {0, 0}};
	struct arena arena = {0};
	const struct number_set *set = number_set_new(&arena, ports, 6);

	(void)state;
	assert_non_null(set);
	assert_non_null(set->bits);
	for (uint64_t n = 0; n <= UINT16_MAX + 2; n++)
		assert_int_equal(number_set_has(set, n), in_ranges(ports, 6, n));
	arena_free(&arena);
}

/* --- sets of addresses ------------------------------------------------ */

static void items(void **state)
{
	static const struct {
		const char *text;
		int error;
		int bits;
	} rows[] = {
		{"192.0.2.1", 0, 32},
		{"192.0.2.1/24", 0, 24},
		{"0.0.0.0/0", 0, 0},
		{"255.255.255.255/32", 0, 32},
		{"192.0.2.0-192.0.2.255", 0, 24},
		{"192.0.2.0-192.0.2.254", 0, -1},
		{"192.0.2.1-192.0.2.255", 0, -1},
		{"192.0.2.1-192.0.2.1", 0, 32},
		{"2001:db8::", 0, 128},
		{"2001:db8::1/0", 0, 0},
		{"2001:db8::/127", 0, 127},
		{"::-::ffff", 0, 112},
		{"192.0.2.1/33", -ERANGE, 0},
		{"::/129", -ERANGE, 0},
		{"192.0.2.2-192.0.2.1", -ERANGE, 0},
		{"192.0.2.2-::1", -ERANGE, 0},
		{"", -EINVAL, 0},
		{"/", -EINVAL, 0},
		{"-", -EINVAL, 0},
		{"192.0.2.1/", -EINVAL, 0},
		{"192.0.2.1/-1", -EINVAL, 0},
		{"192.0.2.1/255.255.255.0", -EINVAL, 0},
		{"192.0.2.1/000000024", -EINVAL, 0},
		{"192.0.2.1-", -EINVAL, 0},
		{"192.0.2.1-2", -EINVAL, 0},
		{"192.0.2", -EINVAL, 0},
		{"host.example", -EINVAL, 0},
		{"fe80::1%lo", -EINVAL, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct address_item item;
		int error = address_item_parse(rows[i].text, strlen(rows[i].text), &item);

		if (error != rows[i].error)
			fail_msg("%s: %d, not %d", rows[i].text, error, rows[i].error);
		if (error == 0 && address_item_bits(&item) != rows[i].bits)
			fail_msg("%s: %d bits", rows[i].text, address_item_bits(&item));
	}
}

/* An address near others: few in the first and the third of four bytes. */
static void random_address(union address *a, uint8_t family)
{
	static const unsigned choices[] = {2, 256, 4, 256};
	unsigned bytes = family == AF_INET ? 4 : 16;

	memset(a, 0, sizeof(*a));
	for (unsigned i = 0; i < bytes; i++)
		a->bytes[i] = (uint8_t)(random_number() % choices[i % 4]);
}

static void random_item(struct address_item *item)
{
	char text[INET6_ADDRSTRLEN + 8];
	char address[INET6_ADDRSTRLEN];
	union address other;
	union address a;

	item->family = random_number() % 2 ? AF_INET : AF_INET6;
	random_address(&a, item->family);
	switch (random_number() % 3) {
	case 0:
		item->first = item->last = a;
		break;
	case 1:
		inet_ntop(item->family, &a, address, sizeof(address));
		snprintf(text, sizeof(text), "%s/%u", address,
			random_number() % (item->family == AF_INET ? 33 : 129));
		assert_int_equal(address_item_parse(text, strlen(text), item), 0);
		break;
	default:
		random_address(&other, item->family);
		if (memcmp(&a, &other, sizeof(a)) > 0) {
			item->first = other;
			item->last = a;
		} else {
			item->first = a;
			item->last = other;
		}
		break;
	}
	/* Many wide ones would swallow all others. */
	if (memcmp(item->first.bytes, item->last.bytes, 2) != 0 && random_number() % 64 != 0)
		item->last = item->first;
}

static bool in_items(
	const struct address_item *item, size_t count, uint8_t family, const union address *a)
{
	for (size_t i = 0; i < count; i++) {
		if (item[i].family == family && memcmp(a, &item[i].first, 16) >= 0 &&
			memcmp(a, &item[i].last, 16) <= 0)
			return true;
	}
	return false;
}

/* Neighbours of the ends too: that is where sets go wrong. */
static void check_near(const struct address_set *set, const struct address_item *item, size_t count,
	const union address *near, uint8_t family)
{
	union address a = *near;
	unsigned last = family == AF_INET ? 3 : 15;

	for (int step = -1; step <= 1; step++) {
		a.bytes[last] = (uint8_t)(near->bytes[last] + step);
		assert_int_equal(
			address_set_has(set, family, &a), in_items(item, count, family, &a));
	}
}

static void check_addresses(size_t count)
{
	static struct address_item item[512];
	struct address_list list = {0};
	struct arena arena = {0};
	const struct address_set *set;

	for (size_t i = 0; i < count; i++) {
		random_item(&item[i]);
		assert_int_equal(address_list_add(&list, &item[i]), 0);
	}
	set = address_set_new(&arena, &list);
	address_list_free(&list);
	assert_non_null(set);
	for (size_t i = 0; i < count; i++) {
		check_near(set, item, count, &item[i].first, item[i].family);
		check_near(set, item, count, &item[i].last, item[i].family);
	}
	for (unsigned i = 0; i < 200; i++) {
		uint8_t family = i % 2 ? AF_INET : AF_INET6;
		union address a;

		random_address(&a, family);
		check_near(set, item, count, &a, family);
	}
	arena_free(&arena);
}

static void sets_of_addresses(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 60; i++) {
		check_addresses(0);
		check_addresses(1 + random_number() % 9);
		check_addresses(400);
	}
}

static const struct address_set *read_set(struct arena *arena, const char *text)
{
	struct address_list list = {0};
	const struct address_set *set;
	unsigned line;

	assert_int_equal(address_list_read(&list, text, strlen(text), &line), 0);
	set = address_set_new(arena, &list);
	address_list_free(&list);
	assert_non_null(set);
	return set;
}

static bool has_text(const struct address_set *set, const char *text)
{
	struct address_item item;

	assert_int_equal(address_item_parse(text, strlen(text), &item), 0);
	return address_set_has(set, item.family, &item.first);
}

static void lists_in_files(void **state)
{
	struct arena arena = {0};
	const struct address_set *set = read_set(&arena,
		"# a list\r\n\n  192.0.2.0/24 # a network\n\t::1\r\n10.0.0.1-10.0.0.3#range\n"
		"0.0.0.0\n::\n255.255.255.255");

	(void)state;
	assert_true(has_text(set, "192.0.2.77"));
	assert_true(has_text(set, "::1"));
	assert_true(has_text(set, "10.0.0.3"));
	assert_true(has_text(set, "0.0.0.0"));
	assert_true(has_text(set, "::"));
	assert_true(has_text(set, "255.255.255.255"));
	assert_false(has_text(set, "192.0.3.0"));
	assert_false(has_text(set, "::2"));
	assert_false(has_text(set, "10.0.0.4"));
	assert_int_equal(address_set_family(set), AF_UNSPEC);
	assert_false(address_set_has(set, AF_UNSPEC, &(union address){0}));
	arena_free(&arena);

	set = read_set(&arena, "192.0.2.0/24\n");
	assert_int_equal(address_set_family(set), AF_INET);
	assert_false(has_text(set, "0.0.0.0"));
	assert_false(has_text(set, "::"));
	assert_int_equal(address_set_family(read_set(&arena, "::/8\n::1")), AF_INET6);
	assert_int_equal(address_set_family(read_set(&arena, "# none\n")), AF_UNSPEC);
	assert_false(has_text(read_set(&arena, ""), "0.0.0.0"));
	arena_free(&arena);
}

/* Members far behind the narrow ones: their place in the index has more than 32 bits. */
static void wide_gaps(void **state)
{
	struct arena arena = {0};
	const struct address_set *set = read_set(&arena,
		"2001:db8:0:0::-2001:db8:0:0::ff\n2001:db8:0:1::-2001:db8:0:1::ff\n"
		"2001:db8:0:2::-2001:db8:0:2::ff\n2001:db8:0:3::-2001:db8:0:3::ff\n"
		"2001:db8:0:4::-2001:db8:0:4::ff\n2001:db8:0:5::-2001:db8:0:5::ff\n"
		"2001:db8:0:6::-2001:db8:0:6::ff\n2001:db8:0:7::-2001:db8:0:7::ff\n"
		"2001:db8:0:8::-2001:db8:0:8::ff\n2001:db8:0:10::-2001:dff:ffff::\n");

	(void)state;
	assert_true(has_text(set, "2001:db8:0:8::7"));
	assert_true(has_text(set, "2001:db9:0:3::1"));
	assert_true(has_text(set, "2001:dba:0:5::7"));
	assert_true(has_text(set, "2001:dff::1"));
	assert_false(has_text(set, "2001:db8:0:8::100"));
	assert_false(has_text(set, "2001:e00::1"));
	assert_false(has_text(set, "ffff::1"));
	arena_free(&arena);
}

static void bad_lines_in_files(void **state)
{
	static const char with_nul[] = "192.0.2.1\n192.0.2.2\0junk\n";
	struct address_list list = {0};
	unsigned line = 0;

	(void)state;
	assert_int_equal(address_list_read(&list, "\n1.2.3.4\n\n1.2.3\n", 16, &line), -EINVAL);
	assert_int_equal(line, 4);
	assert_int_equal(address_list_read(&list, "1.2.3.4/40\n", 11, &line), -ERANGE);
	assert_int_equal(line, 1);
	/* Nothing behind a NUL is passed over in silence. */
	assert_int_equal(address_list_read(&list, with_nul, sizeof(with_nul) - 1, &line), -EINVAL);
	assert_int_equal(line, 2);
	assert_int_equal(address_list_read(&list, "1.2.3.4 5.6.7.8\n", 16, &line), -EINVAL);
	address_list_free(&list);
}

/* --- time without a packet -------------------------------------------- */

static const struct idle_timeouts limits = {
	.tcp = {0, 120, 60, 432000, 120, 60, 30, 120, 10, 0},
	.sctp = {0, 10, 3, 3, 210},
	.tcp_retransmitted = 200,
	.tcp_unacknowledged = 300,
	.udp = 30,
	.udp_stream = 120,
	.gre = 30,
	.gre_stream = 180,
	.icmp = 30,
	.generic = 600,
};

static void time_without_a_packet(void **state)
{
	static const struct {
		uint8_t protocol;
		int flow_state; /* -1: none */
		uint32_t status;
		uint32_t timeout;
		int64_t idle; /* -1: not known */
	} rows[] = {
		{IPPROTO_TCP, 3, 0, 431990, 10},
		{IPPROTO_TCP, 3, 0, 432000, 0},
		/* more than the limit was set by somebody else */
		{IPPROTO_TCP, 3, 0, 432001, -1},
		/* two limits fit: the later packet is believed */
		{IPPROTO_TCP, 3, 0, 290, 10},
		{IPPROTO_TCP, 3, 0, 190, 10},
		{IPPROTO_TCP, 1, 0, 100, 20},
		{IPPROTO_TCP, 9, 0, 100, -1},
		{IPPROTO_TCP, -1, 0, 100, -1},
		{IPPROTO_SCTP, 4, 0, 200, 10},
		{IPPROTO_SCTP, 8, 0, 200, -1},
		{IPPROTO_UDP, -1, 0, 25, 5},
		{IPPROTO_UDP, -1, IPS_ASSURED, 25, 95},
		{IPPROTO_UDP, -1, 0, 31, -1},
		{IPPROTO_UDPLITE, -1, IPS_ASSURED, 120, 0},
		{IPPROTO_GRE, -1, 0, 25, 5},
		{IPPROTO_GRE, -1, IPS_SEEN_REPLY, 100, 80},
		{IPPROTO_ICMP, -1, 0, 29, 1},
		{IPPROTO_ICMPV6, -1, 0, 29, -1}, /* no such sysctl */
		{99, -1, 0, 500, 100},
		{IPPROTO_UDP, -1, IPS_FIXED_TIMEOUT, 25, -1},
		{IPPROTO_TCP, 3, IPS_OFFLOAD, 100, -1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct flow flow = {.present = FLOW_STATUS | FLOW_TIMEOUT};
		uint64_t seconds = 0;
		bool known;

		flow.tuple[ORIGINAL].protocol = rows[i].protocol;
		flow.status = rows[i].status;
		flow.timeout = rows[i].timeout;
		if (rows[i].flow_state >= 0) {
			flow.state = (uint8_t)rows[i].flow_state;
			flow.present |= FLOW_STATE;
		}
		known = flow_idle(&limits, &flow, &seconds);
		if (known != (rows[i].idle >= 0) || (known && seconds != (uint64_t)rows[i].idle))
			fail_msg("row %zu: %d, %u", i, known, (unsigned)seconds);
		flow.present &= ~FLOW_TIMEOUT;
		assert_false(flow_idle(&limits, &flow, &seconds));
	}
}

/* --- trees ------------------------------------------------------------ */

static struct node *number(struct expression *e, enum number_field field, uint64_t low)
{
	struct node *node = node_term(e, TERM_NUMBER);

	assert_non_null(node);
	node->term.index = (uint8_t)field;
	node->term.direction = number_rows[field].plain;
	node->term.range = (struct number_range){low, number_rows[field].maximum};
	return node;
}

static void unknown_is_neither(void **state)
{
	struct expression *plain = expression_new();
	struct expression *opposite = expression_new();
	struct flow flow = {.present = FLOW_COUNTERS, .counters = {{1, 100}, {1, 100}}};

	(void)state;
	assert_int_equal(expression_finish(plain, number(plain, NUMBER_BYTES, 150)), 0);
	assert_int_equal(expression_finish(
				 opposite, node_not(opposite, number(opposite, NUMBER_BYTES, 150))),
		0);
	/* One direction is not the sum of both. */
	assert_false(expression_matches(plain, &flow));
	assert_false(expression_matches(opposite, &flow));
	assert_int_equal(expression_unknown(plain), UNKNOWN_COUNTERS);
	assert_int_equal(expression_unknown(opposite), UNKNOWN_COUNTERS);
	expression_start(plain);
	assert_int_equal(expression_unknown(plain), 0);

	flow.present |= FLOW_COUNTERS << REPLY;
	assert_true(expression_matches(plain, &flow));
	assert_false(expression_matches(opposite, &flow));
	assert_int_equal(expression_unknown(plain), 0);
	expression_free(plain);
	expression_free(opposite);
}

static void age_by_the_clock(void **state)
{
	struct expression *e = expression_new();
	struct flow flow = {.present = FLOW_START};

	(void)state;
	assert_int_equal(expression_finish(e, number(e, NUMBER_AGE, 10)), 0);
	expression_start(e);
	flow.start = e->context->now - UINT64_C(10000000000);
	assert_true(expression_matches(e, &flow));
	flow.start = e->context->now - UINT64_C(9999999999);
	assert_false(expression_matches(e, &flow));
	/* A clock that was set back makes no entry old. */
	flow.start = e->context->now + UINT64_C(10000000000);
	assert_false(expression_matches(e, &flow));
	/* One that is over is as old as it became. */
	flow.stop = flow.start + UINT64_C(10000000000);
	flow.present |= FLOW_STOP;
	assert_true(expression_matches(e, &flow));
	flow.present = 0;
	assert_false(expression_matches(e, &flow));
	assert_int_equal(expression_unknown(e), UNKNOWN_TIMES);
	expression_free(e);
}

/* More parts than the list has room for stay in the tree, and still count. */
static void a_full_list(void **state)
{
	struct expression *e = expression_new();
	struct node *all = node_join(e, NODE_AND);
	struct filter filter = {0};
	struct flow flow = {.present = FLOW_MARK};

	(void)state;
	for (uint32_t i = 0; i < FILTER_TERMS_MAX + 9; i++) {
		struct node *mark = node_term(e, TERM_MARK);

		mark->term.number = 1;
		mark->term.mask = 1u | 1u << i % 32;
		if (i % 32 != 0 && i == FILTER_TERMS_MAX + 8)
			mark->term.number = mark->term.mask;
		node_add(all, mark);
	}
	assert_int_equal(expression_finish(e, all), 0);
	assert_int_equal(expression_split(e, &filter), 0);
	assert_int_equal(filter.count, FILTER_TERMS_MAX - FILTER_TERMS_SPARE);
	assert_non_null(filter.rest);
	flow.mark = 1;
	assert_false(filter_matches(&filter, &flow));
	expression_free(e);
}

/* A port means nothing in a list that has no room to say of which protocol. */
static void ports_need_their_protocol(void **state)
{
	struct expression *e = expression_new();
	struct node *both = node_join(e, NODE_AND);
	struct node *protocol = node_term(e, TERM_PROTOCOL);
	struct node *port = node_term(e, TERM_NUMBER);
	struct filter filter = {0};
	struct flow icmp = {.tuple[ORIGINAL] = {.protocol = IPPROTO_ICMP,
				    .part = {8, 0, 1},
				    .present = TUPLE_PROTOCOL | TUPLE_PARTS}};

	(void)state;
	protocol->term.number = IPPROTO_TCP;
	port->term.index = NUMBER_SOURCE_PORT;
	port->term.range = (struct number_range){8, 8};
	node_add(both, port);
	node_add(both, protocol);
	while (filter.count < FILTER_TERMS_MAX - FILTER_TERMS_SPARE &&
		filter_add(&filter, TERM_MARK) != NULL)
		filter.term[filter.count - 1].mask = 0;
	assert_int_equal(expression_finish(e, both), 0);
	assert_int_equal(expression_split(e, &filter), 0);
	assert_non_null(filter.rest);
	assert_false(filter_matches(&filter, &icmp));
	filter.count--;
	assert_int_equal(expression_split(e, &filter), 0);
	assert_non_null(filter.rest);
	assert_int_equal(filter.term[filter.count - 1].kind, TERM_PROTOCOL);
	assert_false(filter_matches(&filter, &icmp));
	expression_free(e);
}

static void constants(void **state)
{
	struct expression *e = expression_new();
	struct filter filter = {0};
	struct flow flow = {0};

	(void)state;
	assert_int_equal(expression_finish(e, node_join(e, NODE_AND)), 0);
	assert_int_equal(e->root->kind, NODE_TRUE);
	assert_int_equal(expression_split(e, &filter), 0);
	assert_true(filter_is_empty(&filter));
	assert_int_equal(expression_finish(e, node_join(e, NODE_OR)), 0);
	assert_int_equal(e->root->kind, NODE_FALSE);
	assert_int_equal(expression_split(e, &filter), 0);
	/* What can never be is not the same as nothing asked for. */
	assert_false(filter_is_empty(&filter));
	assert_false(filter_matches(&filter, &flow));
	expression_free(e);
	expression_free(NULL);
	expression_start(NULL);
	expression_tick(NULL);
	assert_int_equal(expression_unknown(NULL), 0);
}

/* --- memory ----------------------------------------------------------- */

static void pieces_of_an_arena(void **state)
{
	struct arena arena = {0};
	char *small[300];
	char *large;

	(void)state;
	for (unsigned i = 0; i < 300; i++) {
		small[i] = arena_take(&arena, 1 + i % 40);
		assert_non_null(small[i]);
		assert_int_equal((uintptr_t)small[i] % _Alignof(max_align_t), 0);
		for (unsigned j = 0; j < 1 + i % 40; j++)
			assert_int_equal(small[i][j], 0);
		memset(small[i], (int)i, 1 + i % 40);
		if (i % 100 == 50) {
			large = arena_take(&arena, 100000);
			assert_non_null(large);
			assert_int_equal(large[99999], 0);
			memset(large, 0xff, 100000);
		}
	}
	for (unsigned i = 0; i < 300; i++)
		assert_int_equal((unsigned char)small[i][i % 40], i & 0xff);
	assert_null(arena_take(&arena, SIZE_MAX));
	arena_free(&arena);
	assert_null(arena.blocks);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sets_of_numbers),
		cmocka_unit_test(small_numbers_are_bits),
		cmocka_unit_test(items),
		cmocka_unit_test(sets_of_addresses),
		cmocka_unit_test(lists_in_files),
		cmocka_unit_test(wide_gaps),
		cmocka_unit_test(bad_lines_in_files),
		cmocka_unit_test(time_without_a_packet),
		cmocka_unit_test(unknown_is_neither),
		cmocka_unit_test(age_by_the_clock),
		cmocka_unit_test(a_full_list),
		cmocka_unit_test(ports_need_their_protocol),
		cmocka_unit_test(constants),
		cmocka_unit_test(pieces_of_an_arena),
	};

	return cmocka_run_group_tests_name("expression", tests, NULL, NULL);
}
