/* SPDX-License-Identifier: MIT */
#include "flow/stats.h"

#include <linux/netfilter/nfnetlink_conntrack.h>
#include <stddef.h>
#include <string.h>

/* Old kernels' counters too: who runs one sees the names of its time. */
static const char *const conntrack_names[] = {
	[CTA_STATS_SEARCHED] = "searched",
	[CTA_STATS_FOUND] = "found",
	[CTA_STATS_NEW] = "new",
	[CTA_STATS_INVALID] = "invalid",
	[CTA_STATS_IGNORE] = "ignore",
	[CTA_STATS_DELETE] = "delete",
	[CTA_STATS_DELETE_LIST] = "delete_list",
	[CTA_STATS_INSERT] = "insert",
	[CTA_STATS_INSERT_FAILED] = "insert_failed",
	[CTA_STATS_DROP] = "drop",
	[CTA_STATS_EARLY_DROP] = "early_drop",
	[CTA_STATS_ERROR] = "error",
	[CTA_STATS_SEARCH_RESTART] = "search_restart",
	[CTA_STATS_CLASH_RESOLVE] = "clash_resolve",
	[CTA_STATS_CHAIN_TOOLONG] = "chaintoolong",
};

static const char *const expect_names[] = {
	[CTA_STATS_EXP_NEW] = "expect_new",
	[CTA_STATS_EXP_CREATE] = "expect_create",
	[CTA_STATS_EXP_DELETE] = "expect_delete",
};

static const struct {
	const char *const *names;
	size_t count;
} tables[STATS_TABLES] = {
	[STATS_CONNTRACK] = {conntrack_names, sizeof(conntrack_names) / sizeof(conntrack_names[0])},
	[STATS_EXPECT] = {expect_names, sizeof(expect_names) / sizeof(expect_names[0])},
};

const char *stats_name(enum stats_table table, uint16_t type)
{
	return type < tables[table].count ? tables[table].names[type] : NULL;
}

int stats_by_name(const char *name, enum stats_table *table)
{
	for (unsigned t = 0; t < STATS_TABLES; t++) {
		for (size_t type = 0; type < tables[t].count; type++) {
			if (tables[t].names[type] == NULL ||
				strcmp(tables[t].names[type], name) != 0)
				continue;
			*table = (enum stats_table)t;
			return (int)type;
		}
	}
	return -1;
}
