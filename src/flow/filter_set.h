/* SPDX-License-Identifier: MIT */
/*
 * Many filters at once: which of ten thousand does this flow match, without
 * trying them all. Filters that compare the same things exactly (the same
 * shape: say protocol, destination and destination port) share a hash table
 * over those values, so a flow costs one look-up a shape. What else a filter
 * says is then tested on the few candidates.
 */
#ifndef FLOW_FILTER_SET_H
#define FLOW_FILTER_SET_H

#include <stddef.h>
#include <stdint.h>

#include "flow/filter.h"

struct filter_set {
	struct filter_entry *entries; /* in the order of adding */
	size_t count, entries_room;
	struct term *terms; /* of all filters, one after the other */
	size_t term_count, terms_room;
	struct filter_shape *shapes;
	size_t shape_count, shapes_room;
};

#define FILTER_SET_NONE SIZE_MAX

/* An empty set needs no memory: zero it. Frees all and zeroes it again. */
void filter_set_clear(struct filter_set *set);

/* Add a copy of a filter; its number is the count before. 0 or -ENOMEM. */
int filter_set_add(struct filter_set *set, const struct filter *filter);

/*
 * The lowest number, not below `from`, of a filter that matches the flow, or
 * FILTER_SET_NONE.
 */
size_t filter_set_match(const struct filter_set *set, const struct flow *flow, size_t from);

/* Bytes that the set holds, to keep it within bounds. */
size_t filter_set_bytes(const struct filter_set *set);

#endif
