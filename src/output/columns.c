/* SPDX-License-Identifier: MIT */
#include "output/columns.h"

#include "base/clock.h"
#include "output/sheet.h"

/*
 * What most people look for. The ranks are such that an IPv4 flow and its
 * timeout fit in 80 characters, and two cut addresses in 36.
 */
static const struct usual_column {
	const char *name;
	uint8_t rank;
} usual_columns[] = {
	{"proto", 1},
	{"state", 3},
	{"src", 0},
	{"sport", SHEET_RANK_BASIC},
	{"dst", 0},
	{"dport", 2},
	{"reply_src", SHEET_RANK_MAX},
	{"reply_sport", SHEET_RANK_MAX},
	{"reply_dst", SHEET_RANK_MAX},
	{"reply_dport", SHEET_RANK_MAX},
	{"confidence", 7},
	{"timeout", 5},
	{"packets", 8},
	{"bytes", 6},
	{"mark", 10},
	{"zone", 9},
	{"helper", 11},
};

static void add(struct columns *columns, const struct field *field, uint8_t rank)
{
	columns->field[columns->count] = field;
	columns->rank[columns->count++] = rank;
}

void columns_of(const struct output *o, struct columns *columns)
{
	const struct view *view = o->view;

	columns->count = 0;
	for (unsigned i = 0; view != NULL && i < view->column_count; i++)
		add(columns, view->column[i], 0);
	if (columns->count > 0)
		return;
	if (o->netns != NULL)
		add(columns, field_by_name("netns"), 0);
	for (unsigned i = 0; i < sizeof(usual_columns) / sizeof(usual_columns[0]); i++)
		add(columns, field_by_name(usual_columns[i].name), usual_columns[i].rank);
	if (o->flags & OUTPUT_LABELS)
		add(columns, field_by_name("labels"), 0);
}

uint64_t output_now(const struct output *o, const struct event *event)
{
	return event == NULL ? o->moment : nanoseconds_of(event->received);
}
