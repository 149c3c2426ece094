/* SPDX-License-Identifier: MIT */
/*
 * -o table: aligned columns under a head. How wide they are is learned from the
 * first rows, which are held back for that; later ones go out at once, and what
 * a terminal has left is kept for them. With names, all rows are held back in
 * batches, until their names are there.
 */
#include <string.h>

#include "flow/filter.h"
#include "output/columns.h"
#include "output/output.h"
#include "output/parts.h"
#include "output/sheet.h"
#include "output/summary.h"
#include "output/value.h"

/* Rows that are held back, and room for their cells. */
#define HELD_ROWS 1000
#define HELD_SIZE (256 * 1024)

/* Names are cut to this if the terminal is too small; an address in two fifths of 80. */
#define LEAST_ADDRESS 17
#define LEAST_TEXT    8

/* A whole address of IPv6. */
#define MOST_ADDRESS 39

/* A cell that is held: this, and behind it its text. */
struct held_cell {
	struct field_value value; /* of an address or a port that may get a name */
	uint16_t length;
	uint8_t type; /* enum held_type */
	uint8_t style;
	bool dull;
};

enum held_type { HELD_TEXT, HELD_ADDRESS, HELD_PORT };

static struct table {
	struct sheet sheet;
	struct columns columns;
	struct value_style style;
	unsigned before; /* columns in front of the fields: time and type of an event */
	bool fitted;
	unsigned rows;
	size_t used;
	_Alignas(struct held_cell) char held[HELD_SIZE];
} table;

static void add_event_columns(const struct output *o)
{
	static const char times[] = "2025-11-24T22:07:23.000000000Z";

	if (o->subject != SUBJECT_EVENTS)
		return;
	if (o->flags & OUTPUT_TIMESTAMP)
		sheet_add(&table.sheet, "time")->width = sizeof(times) - 1;
	sheet_add(&table.sheet, "event")->width = sizeof("destroy") - 1;
}

static unsigned larger(unsigned a, unsigned b)
{
	return a > b ? a : b;
}

/* Of events nothing can be learned first: addresses of IPv4 and usual numbers are expected. */
static unsigned expected_width(const struct field *field)
{
	switch (field->type) {
	case FIELD_ADDRESS:
		return PUT_IPV4_MAX;
	case FIELD_STATE:
		return sizeof("ESTABLISHED") - 1;
	case FIELD_PORT:
		return 5;
	case FIELD_AMOUNT:
		return 9;
	default:
		return 0;
	}
}

static void add_field_column(const struct output *o, unsigned i)
{
	const struct field *field = table.columns.field[i];
	struct sheet_column *column = sheet_add(&table.sheet, field->name);

	if (o->subject == SUBJECT_EVENTS)
		column->width = larger(column->width, expected_width(field));
	column->right = value_is_number(field);
	column->rank = table.columns.rank[i];
	if (field->type == FIELD_ADDRESS) {
		column->least = LEAST_ADDRESS;
		column->most = MOST_ADDRESS;
	} else if (field_is_text(field) || field->type == FIELD_LABELS ||
		   field->type == FIELD_STATUS) {
		column->least = LEAST_TEXT;
	}
}

static void table_begin(struct output *o)
{
	table.sheet.count = 0;
	table.sheet.overrun = 0;
	table.fitted = false;
	table.rows = 0;
	table.used = 0;
	table.style = (struct value_style){
		.human = o->view != NULL && o->view->human, .labels = o->labels};
	terminal_look(&table.sheet.terminal, o->writer->fd);
	columns_of(o, &table.columns);
	add_event_columns(o);
	table.before = table.sheet.count;
	for (unsigned i = 0; i < table.columns.count; i++)
		add_field_column(o, i);
}

/* --- a row into cells ------------------------------------------------- */

static struct held_cell *new_cell(enum held_type type)
{
	struct held_cell *cell = (struct held_cell *)(void *)(table.held + table.used);

	cell->type = type;
	cell->style = STYLE_PLAIN;
	cell->dull = false;
	return cell;
}

static char *text_of(struct held_cell *cell)
{
	return (char *)(cell + 1);
}

/* Bytes that a cell takes with its text, up to where the next one is aligned. */
static size_t size_of(const struct held_cell *cell)
{
	const size_t align = _Alignof(struct held_cell);

	return (sizeof(*cell) + cell->length + align - 1) / align * align;
}

static void end_cell(struct held_cell *cell, const char *end)
{
	cell->length = (uint16_t)(end - text_of(cell));
	table.used += size_of(cell);
}

static enum sheet_style style_of(const struct field *field, const char *text)
{
	if (field->type == FIELD_CONFIDENCE && strncmp(text, "unreplied", 9) == 0)
		return STYLE_WAITING;
	if (field->type != FIELD_STATE)
		return STYLE_PLAIN;
	if (strncmp(text, "ESTABLISHED", 11) == 0)
		return STYLE_GOOD;
	return strncmp(text, "SYN_", 4) == 0 ? STYLE_WAITING : STYLE_FAINT;
}

/* Whether the value says no more than other columns, or nothing. */
static bool is_dull(
	const struct field *field, const struct flow *flow, const struct field_value *value)
{
	if (field->type == FIELD_U16 || field->type == FIELD_U32)
		return value->number == 0;
	if (field->direction != REPLY || field->type == FIELD_AMOUNT)
		return false;
	/* The mirror of the original direction. */
	return !flow_has_nat(flow, NAT_SOURCE) && !flow_has_nat(flow, NAT_DESTINATION);
}

static void hold_field(struct output *o, const struct field *field, const struct flow *flow,
	const struct event *event)
{
	struct held_cell *cell = new_cell(HELD_TEXT);
	char *text = text_of(cell);

	if (!field_read(field, flow, output_now(o, event), &cell->value)) {
		cell->dull = true;
		end_cell(cell, put_string(text, VALUE_UNKNOWN));
		return;
	}
	if (field->type == FIELD_ADDRESS)
		cell->type = HELD_ADDRESS;
	if (field->type == FIELD_PORT)
		cell->type = HELD_PORT;
	if (o->names != NULL && cell->type == HELD_ADDRESS)
		o->names->want(o->names, cell->value.family, &cell->value.address);
	cell->dull = is_dull(field, flow, &cell->value);
	end_cell(cell, put_value(text, &table.style, field, &cell->value));
	cell->style = (uint8_t)style_of(field, text);
}

static void hold_event(const struct output *o, const struct flow *flow, const struct event *event)
{
	struct held_cell *cell;

	if (o->flags & OUTPUT_TIMESTAMP) {
		struct timespec when = event_time(flow, event);

		cell = new_cell(HELD_TEXT);
		end_cell(cell,
			put_moment(text_of(cell), (uint64_t)when.tv_sec, (uint64_t)when.tv_nsec));
	}
	cell = new_cell(HELD_TEXT);
	end_cell(cell, put_name(text_of(cell), event_name(event->type)));
}

/* --- cells out -------------------------------------------------------- */

/* Its text, or the name that was found for it. */
static const char *shown_text(struct output *o, const struct held_cell *cell, size_t *length)
{
	const char *name = NULL;

	if (o->names != NULL && cell->type == HELD_ADDRESS)
		name = o->names->address(o->names, cell->value.family, &cell->value.address);
	if (o->names != NULL && cell->type == HELD_PORT)
		name = o->names->port(o->names, cell->value.protocol, (uint16_t)cell->value.number);
	*length = name != NULL ? strnlen(name, SHEET_CELL_MAX) : cell->length;
	return name != NULL ? name : (const char *)(cell + 1);
}

typedef void (*cell_fn)(struct output *o, unsigned column, const struct held_cell *cell);

static void for_cells(struct output *o, cell_fn fn)
{
	size_t at = 0;

	for (unsigned row = 0; row < table.rows; row++) {
		for (unsigned column = 0; column < table.sheet.count; column++) {
			const struct held_cell *cell =
				(const struct held_cell *)(void *)(table.held + at);

			fn(o, column, cell);
			at += size_of(cell);
		}
	}
}

static void note_cell(struct output *o, unsigned column, const struct held_cell *cell)
{
	size_t length;
	const char *text = shown_text(o, cell, &length);

	sheet_note(&table.sheet, column, text, length);
	/* A column that nobody asked for and that says nothing is not missed. */
	if (!cell->dull)
		table.sheet.column[column].hidden = false;
}

static void put_cell(struct output *o, unsigned column, const struct held_cell *cell)
{
	size_t length;
	const char *text = shown_text(o, cell, &length);

	sheet_put(&table.sheet, o->writer, column, text, length, (enum sheet_style)cell->style,
		column == sheet_last(&table.sheet));
}

/* `more`: rows may come that nothing was learned from. */
static void fit(struct output *o, bool more)
{
	for (unsigned i = 0; i < table.sheet.count; i++) {
		struct sheet_column *column = &table.sheet.column[i];

		column->hidden = table.sheet.terminal.there && column->rank > SHEET_RANK_BASIC &&
				 o->subject != SUBJECT_EVENTS;
		if (more && table.sheet.terminal.there && column->most > 0)
			column->width = larger(column->width, PUT_IPV4_MAX);
	}
	for_cells(o, note_cell);
	sheet_fit(&table.sheet);
	if (more)
		sheet_spread(&table.sheet);
	sheet_put_head(&table.sheet, o->writer);
	table.fitted = true;
}

static void release(struct output *o, bool more)
{
	if (o->names != NULL && o->subject != SUBJECT_EVENTS)
		o->names->wait(o->names);
	if (!table.fitted)
		fit(o, more);
	for_cells(o, put_cell);
	table.rows = 0;
	table.used = 0;
}

/* Whether rows still go together: to learn from, or to wait for names. */
static bool is_holding(const struct output *o)
{
	const size_t row_size =
		SHEET_COLUMNS_MAX * (sizeof(struct held_cell) + VALUE_ROOM + sizeof(max_align_t));

	if (o->subject == SUBJECT_EVENTS || (table.fitted && o->names == NULL))
		return false;
	return table.rows < HELD_ROWS && table.used + row_size <= sizeof(table.held);
}

static void table_flow(struct output *o, const struct flow *flow, const struct event *event)
{
	if (table.before > 0)
		hold_event(o, flow, event);
	for (unsigned i = 0; i < table.columns.count; i++)
		hold_field(o, table.columns.field[i], flow, event);
	table.rows++;
	if (!is_holding(o))
		release(o, true);
}

static void table_end(struct output *o)
{
	if (table.rows > 0)
		release(o, false);
}

const struct output_format output_table = {
	.name = "table",
	.begin = table_begin,
	.flow = table_flow,
	.expectation = text_expectation,
	.end = table_end,
	.stats = text_stats,
	.count = text_count,
	.summary = text_summary,
};
