/* SPDX-License-Identifier: MIT */
/*
 * A summary: groups of flows in their order, one line for all others, one for
 * the total. Nothing is printed when there were no flows.
 */
#ifndef OUTPUT_SUMMARY_H
#define OUTPUT_SUMMARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "flow/group.h"
#include "output/output.h"

struct summary {
	const struct group_table *table;
	const uint32_t *order; /* the groups to show */
	size_t shown;
	uint64_t nanoseconds; /* how long events were counted; 0: these are no events */
};

/* What all groups together have that are not shown. Returns how many they are. */
size_t summary_others(const struct summary *summary, struct group_counts *others);

/* Whether groups may have been given up, so that nobody knows how many there were. */
bool summary_is_approximate(const struct summary *summary);

/* What shares are of: the sum that is sorted by, else the flows. */
uint64_t summary_weight(const struct summary *summary, const struct group_counts *counts);

/* Millionths of the total's weight; 0 when that is not known. */
uint32_t summary_share(const struct summary *summary, const struct group_counts *counts);

/* Hundredths of a flow a second. */
uint64_t summary_rate(const struct summary *summary, const struct group_counts *counts);

void text_summary(struct output *o, const struct summary *summary);
void json_summary(struct output *o, const struct summary *summary);
void csv_summary(struct output *o, const struct summary *summary);

#endif
