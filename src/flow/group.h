/* SPDX-License-Identifier: MIT */
/*
 * Flows counted by groups: a group is what has equal values of the keys. Each
 * group has its number of flows and the sums of some amounts.
 *
 * Memory: a group takes 8 bytes for its key if all values are known and fit in
 * 64 bits together (two IPv4 addresses, an address and a port), else 8 and
 * another 8 for each key, 16 for an address; and 8 for its flows and for each
 * sum. Nothing is allocated per flow.
 *
 * With a limit the table holds so many groups and no more (the space-saving
 * algorithm: Metwally, Agrawal, El Abbadi, "Efficient Computation of Frequent
 * and Top-k Elements in Data Streams", 2005): a new group takes the place of
 * the lightest one and its counts, so counts may be too high, by what the group
 * is told to be off; a group that weighs more than a limit-th of the whole is
 * always there.
 */
#ifndef FLOW_GROUP_H
#define FLOW_GROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "flow/flow.h"
#include "flow/group_store.h"
#include "flow/group_text.h"
#include "flow/view.h"

/* A sum of which no part was known. */
#define GROUP_UNKNOWN UINT64_MAX

/* What is counted of flows. */
struct group_counts {
	uint64_t flows;
	uint64_t sum[VIEW_SUMS_MAX]; /* by view.sum; GROUP_UNKNOWN: not known */
};

/* With a limit: the groups as a heap, the lightest on top, and where in it each is. */
struct group_sketch {
	size_t limit;    /* 0: none */
	bool gave_up;    /* a group lost its place to another */
	unsigned weight; /* the word behind the key that is weighed: 0 flows, 1 the first sum … */
	uint32_t *heap;
	uint32_t *place; /* by group */
};

/* Narrow keys are one word; wide ones begin with two bits a key that say what it is. */
enum group_width { GROUP_NARROW, GROUP_WIDE, GROUP_WIDTHS };

struct group_table {
	const struct view *view;
	bool may_be_narrow;
	struct group_store store[GROUP_WIDTHS];
	struct group_texts texts;
	struct group_counts total;
	uint64_t missing[VIEW_SUMS_MAX]; /* flows that lack an amount */
	struct group_sketch sketch;      /* with a limit */
};

/* One group, read out. */
struct group {
	struct field_value key[VIEW_KEYS_MAX];
	bool known[VIEW_KEYS_MAX];
	struct group_counts counts;
	uint64_t off; /* by how much what is weighed may be too high */
};

/*
 * What groups are weighed by: n for the n-th sum, counted from 1, if they are
 * sorted by that first of all; else 0, for the number of flows.
 */
unsigned group_weight(const struct view *view);

/*
 * Start; view must outlive the table. limit 0: as many groups as there are.
 * 0 or -ENOMEM.
 */
int group_start(struct group_table *table, const struct view *view, size_t limit);
void group_free(struct group_table *table);

/* Count a flow; now as for field_read(). 0, or -ENOMEM: it is not counted. */
int group_add(struct group_table *table, const struct flow *flow, uint64_t now);

/* How many groups there are; n below counts from 0. */
size_t group_count(const struct group_table *table);

/* Its words behind the key: flows, the sums, with a limit what it may be off. */
const uint64_t *group_words(const struct group_table *table, size_t n);

/* Read a group out. Text points into the table. */
void group_read(const struct group_table *table, size_t n, struct group *group);

/*
 * The numbers of the groups to show, in order, as the view says: those with
 * enough flows, sorted, the first so many. *out is to be freed. 0 or -ENOMEM.
 */
int group_order(const struct group_table *table, uint32_t **out, size_t *count);

#endif
