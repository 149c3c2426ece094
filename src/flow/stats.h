/* SPDX-License-Identifier: MIT */
/* Counters of one CPU, in the order in which the kernel sent them. */
#ifndef FLOW_STATS_H
#define FLOW_STATS_H

#include <stdint.h>

enum stats_table { STATS_CONNTRACK, STATS_EXPECT, STATS_TABLES };

#define STATS_COUNTER_MAX 64

struct stats {
	enum stats_table table;
	unsigned cpu;
	unsigned count;
	struct {
		uint16_t type; /* CTA_STATS_… or CTA_STATS_EXP_… */
		uint64_t value;
	} counter[STATS_COUNTER_MAX];
};

/* Name of a counter ("found"), or NULL for one that this program does not know. */
const char *stats_name(enum stats_table table, uint16_t type);

/* The counter of a name, of whichever table: its type, with *table; -1: there is none. */
int stats_by_name(const char *name, enum stats_table *table);

#endif
