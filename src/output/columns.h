/* SPDX-License-Identifier: MIT */
/* Which columns a table or CSV has: those that were asked for, or the usual ones. */
#ifndef OUTPUT_COLUMNS_H
#define OUTPUT_COLUMNS_H

#include "flow/view.h"
#include "output/output.h"

struct columns {
	unsigned count;
	const struct field *field[VIEW_COLUMNS_MAX];
	uint8_t rank[VIEW_COLUMNS_MAX]; /* the highest is left out first; 0: stays */
};

void columns_of(const struct output *o, struct columns *columns);

/* Nanoseconds since the epoch against which ages are counted. */
uint64_t output_now(const struct output *o, const struct event *event);

#endif
