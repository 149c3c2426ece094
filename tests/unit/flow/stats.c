/* SPDX-License-Identifier: MIT */
#include "flow/stats.h"

#include <linux/netfilter/nfnetlink_conntrack.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void names(void **state)
{
	static const struct {
		enum stats_table table;
		uint16_t type;
		const char *name;
	} rows[] = {
		{STATS_CONNTRACK, CTA_STATS_SEARCHED, "searched"},
		{STATS_CONNTRACK, CTA_STATS_FOUND, "found"},
		{STATS_CONNTRACK, CTA_STATS_NEW, "new"},
		{STATS_CONNTRACK, CTA_STATS_INVALID, "invalid"},
		{STATS_CONNTRACK, CTA_STATS_IGNORE, "ignore"},
		{STATS_CONNTRACK, CTA_STATS_DELETE, "delete"},
		{STATS_CONNTRACK, CTA_STATS_DELETE_LIST, "delete_list"},
		{STATS_CONNTRACK, CTA_STATS_INSERT, "insert"},
		{STATS_CONNTRACK, CTA_STATS_INSERT_FAILED, "insert_failed"},
		{STATS_CONNTRACK, CTA_STATS_DROP, "drop"},
		{STATS_CONNTRACK, CTA_STATS_EARLY_DROP, "early_drop"},
		{STATS_CONNTRACK, CTA_STATS_ERROR, "error"},
		{STATS_CONNTRACK, CTA_STATS_SEARCH_RESTART, "search_restart"},
		{STATS_CONNTRACK, CTA_STATS_CLASH_RESOLVE, "clash_resolve"},
		{STATS_CONNTRACK, CTA_STATS_CHAIN_TOOLONG, "chaintoolong"},
		{STATS_EXPECT, CTA_STATS_EXP_NEW, "expect_new"},
		{STATS_EXPECT, CTA_STATS_EXP_CREATE, "expect_create"},
		{STATS_EXPECT, CTA_STATS_EXP_DELETE, "expect_delete"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_string_equal(stats_name(rows[i].table, rows[i].type), rows[i].name);
}

static void unknown_counters(void **state)
{
	(void)state;
	assert_null(stats_name(STATS_CONNTRACK, 0));
	assert_null(stats_name(STATS_CONNTRACK, CTA_STATS_CHAIN_TOOLONG + 1));
	assert_null(stats_name(STATS_CONNTRACK, UINT16_MAX));
	assert_null(stats_name(STATS_EXPECT, 0));
	assert_null(stats_name(STATS_EXPECT, CTA_STATS_EXP_DELETE + 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
		cmocka_unit_test(unknown_counters),
	};

	return cmocka_run_group_tests_name("stats", tests, NULL, NULL);
}
