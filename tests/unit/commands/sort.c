/* SPDX-License-Identifier: MIT */
/*
 * --sort and --limit: random tables, against an order worked out here by
 * insertion, with every limit below, at and above what there is.
 */
#include "commands/sort.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "unit/commands/fake.h"

#define FLOWS_MAX    60
#define TABLES_TRIED 40

static struct flow flows[FLOWS_MAX];
static unsigned count;
static uint64_t seed = UINT64_C(0x2545f4914f6cdd1d);

static unsigned pick(unsigned below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (unsigned)(seed >> 20) % below;
}

/* A table in which many are equal, and some lack a helper. */
static void random_table(void)
{
	/* Of several lengths, so that one does not fit where another one was. */
	static const char *const helpers[] = {"a", "ftp", "netbios-ns", "Q.931"};

	count = pick(FLOWS_MAX + 1);
	for (unsigned n = 0; n < count; n++) {
		struct flow *f = &flows[n];

		fake_flow(f, n);
		f->mark = pick(4);
		f->timeout = pick(1000);
		f->zone = (uint16_t)pick(3);
		if (pick(3) == 0)
			continue;
		f->present |= FLOW_HELPER;
		strcpy(f->helper, helpers[pick(4)]);
	}
	for (unsigned n = 0; n < count; n++)
		fake_entry_of(&flows[n]);
	fake_end(0);
}

/* --- the order, by the words of the manual ----------------------------- */

enum key { MARK, TIMEOUT, ZONE, HELPER, SOURCE, ICMP_TYPE };

/* Below 0: a is the smaller one. */
static int compare_key(enum key key, const struct flow *a, const struct flow *b)
{
	switch (key) {
	case MARK:
		return (int)a->mark - (int)b->mark;
	case TIMEOUT:
		return (int)a->timeout - (int)b->timeout;
	case ZONE:
		return (int)a->zone - (int)b->zone;
	case HELPER:
		return strcmp(a->helper, b->helper);
	case SOURCE:
		return memcmp(a->tuple[ORIGINAL].source.bytes, b->tuple[ORIGINAL].source.bytes, 4);
	case ICMP_TYPE:
		break;
	}
	return 0;
}

static bool has_key(enum key key, const struct flow *f)
{
	return key == HELPER ? (f->present & FLOW_HELPER) != 0 : key != ICMP_TYPE;
}

struct order {
	const char *words;
	unsigned keys;
	enum key key[3];
	bool downwards[3];
};

/* Whether a comes before b, which the kernel sent before it. What is not known comes last. */
static bool comes_before(const struct order *o, const struct flow *a, const struct flow *b)
{
	for (unsigned i = 0; i < o->keys; i++) {
		int result;

		if (!has_key(o->key[i], a) || !has_key(o->key[i], b)) {
			if (has_key(o->key[i], a) != has_key(o->key[i], b))
				return has_key(o->key[i], a);
			continue;
		}
		result = compare_key(o->key[i], a, b);
		if (result != 0)
			return o->downwards[i] ? result > 0 : result < 0;
	}
	return false;
}

static const struct order orders[] = {
	{"mark", 1, {MARK}, {false}},
	{"-mark", 1, {MARK}, {true}},
	{"timeout,mark", 2, {TIMEOUT, MARK}, {false, false}},
	{"zone,-timeout", 2, {ZONE, TIMEOUT}, {false, true}},
	{"helper", 1, {HELPER}, {false}},
	{"-helper,-mark,src", 3, {HELPER, MARK, SOURCE}, {true, true, false}},
	{"icmp_type,-src", 2, {ICMP_TYPE, SOURCE}, {false, true}},
	{"icmp_type", 1, {ICMP_TYPE}, {false}},
};

/* The ids that are to be shown, a line each. */
static void expected_lines(const struct order *o, unsigned limit, char *out)
{
	const struct flow *sorted[FLOWS_MAX];

	for (unsigned n = 0; n < count; n++) {
		unsigned at = n;

		for (; at > 0 && comes_before(o, &flows[n], sorted[at - 1]); at--)
			sorted[at] = sorted[at - 1];
		sorted[at] = &flows[n];
	}
	*out = '\0';
	if (count > 0)
		out += sprintf(out, "id\n");
	for (unsigned n = 0; n < count && (limit == 0 || n < limit); n++)
		out += sprintf(out, "%u\n", sorted[n]->id);
}

static void check_order(const struct order *o, unsigned limit)
{
	static char expected[FLOWS_MAX * 12];

	expected_lines(o, limit, expected);
	if (limit > 0)
		fake_run("-L -o csv --columns id --sort %s --limit %u", o->words, limit);
	else
		fake_run("-L -o csv --columns id --sort %s", o->words);
	assert_int_equal(outcome.code, 0);
	if (strcmp(outcome.out, expected) != 0)
		fail_msg("--sort %s --limit %u of %u:\n%sinstead of\n%s", o->words, limit, count,
			outcome.out, expected);
}

static void test_orders(void **state)
{
	for (unsigned i = 0; i < TABLES_TRIED; i++) {
		for (size_t o = 0; o < sizeof(orders) / sizeof(orders[0]); o++) {
			const unsigned limits[] = {0, 1, 2, 7, FLOWS_MAX / 2, FLOWS_MAX, 1000};

			fake_setup(state);
			random_table();
			check_order(&orders[o], limits[pick(sizeof(limits) / sizeof(limits[0]))]);
		}
	}
}

/* The limit is also that of a list in the kernel's order. */
static void test_limit_alone(void **state)
{
	(void)state;
	fake_table(20);
	fake_run("-L --limit 3 -o csv --columns mark");
	assert_string_equal(outcome.out, "mark\n1\n2\n3\n");
	assert_non_null(strstr(outcome.err, ": 3 flow entries have been shown."));
}

/* How many lack what is sorted by is told, with what would give it to them. */
static void test_missing(void **state)
{
	(void)state;
	fake_table(20);
	fake_run("-L --sort bytes --limit 2");
	check_outcome(0, 2, "of 20 entries 20 have no bytes");
	assert_non_null(strstr(outcome.err, "net.netfilter.nf_conntrack_acct"));
}

/* What only matches is held, and what a filter leaves out is not counted. */
static void test_filtered(void **state)
{
	(void)state;
	fake_table(20);
	fake_run("-L --sort -mark --limit 2 -o csv --columns mark mark < 10");
	assert_string_equal(outcome.out, "mark\n9\n8\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_orders),
		cmocka_unit_test_setup(test_limit_alone, fake_setup),
		cmocka_unit_test_setup(test_missing, fake_setup),
		cmocka_unit_test_setup(test_filtered, fake_setup),
	};

	return cmocka_run_group_tests_name("sort", tests, NULL, NULL);
}
