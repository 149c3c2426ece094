/* SPDX-License-Identifier: MIT */
/* How a person wants to see flows: grouped, summed, sorted, in which columns. */
#ifndef FLOW_VIEW_H
#define FLOW_VIEW_H

#include <stdbool.h>
#include <stdint.h>

#include "flow/field.h"

enum {
	VIEW_KEYS_MAX = 8,
	VIEW_SUMS_MAX = 8,
	VIEW_SORTS_MAX = 4,
	VIEW_COLUMNS_MAX = 24,
};

/* How many bits of an address count, where that is not all of them. */
enum address_family { ADDRESS_IPV4, ADDRESS_IPV6, ADDRESS_FAMILIES };

struct group_key {
	const struct field *field;
	uint8_t bits[ADDRESS_FAMILIES]; /* 32 and 128: the whole address */
};

struct sort_key {
	const struct field *field; /* NULL: the number of flows of a group */
	bool descending;
};

struct view {
	/* A summary; no keys: flows one by one. */
	unsigned key_count;
	struct group_key key[VIEW_KEYS_MAX];
	unsigned sum_count;
	const struct field *sum[VIEW_SUMS_MAX];
	bool sums_given;  /* by the person; else the usual ones */
	uint64_t top;     /* groups to show; 0: all */
	uint64_t minimum; /* flows that a group must have to be shown */
	bool approximate; /* in bounded memory */

	unsigned sort_count;
	struct sort_key sort[VIEW_SORTS_MAX];
	uint64_t limit; /* flows to show; 0: all */

	unsigned column_count; /* 0: the usual ones */
	const struct field *column[VIEW_COLUMNS_MAX];

	bool human;   /* large numbers with a unit, times in words */
	bool resolve; /* names for addresses and ports */
};

/* Nothing is asked for. */
static inline void view_start(struct view *view)
{
	view->key_count = 0;
	view->sum_count = 0;
	view->sums_given = false;
	view->top = 0;
	view->minimum = 0;
	view->approximate = false;
	view->sort_count = 0;
	view->limit = 0;
	view->column_count = 0;
	view->human = false;
	view->resolve = false;
}

#endif
