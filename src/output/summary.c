/* SPDX-License-Identifier: MIT */
/* A summary as aligned columns, and what its formats work out alike. */
#include "output/summary.h"

#include <string.h>
#include <sys/socket.h>

#include "output/parts.h"
#include "output/sheet.h"
#include "output/value.h"

/* Addresses and texts are cut to this if the terminal is too small. */
#define LEAST_KEY 12

/* The bar takes what is left of the line, within these. */
enum { BAR_LEAST = 5, BAR_MOST = 40 };

/* --- numbers ---------------------------------------------------------- */

uint64_t summary_weight(const struct summary *summary, const struct group_counts *counts)
{
	unsigned sum = group_weight(summary->table->view);

	return sum == 0 ? counts->flows : counts->sum[sum - 1];
}

uint32_t summary_share(const struct summary *summary, const struct group_counts *counts)
{
	uint64_t part = summary_weight(summary, counts);
	uint64_t whole = summary_weight(summary, &summary->table->total);

	if (part == GROUP_UNKNOWN || whole == GROUP_UNKNOWN || whole == 0)
		return 0;
	return (uint32_t)((double)part / (double)whole * 1e6 + 0.5);
}

uint64_t summary_rate(const struct summary *summary, const struct group_counts *counts)
{
	return (uint64_t)((double)counts->flows * 100e9 / (double)summary->nanoseconds + 0.5);
}

/* How many groups know each sum. */
struct knowing {
	size_t groups[VIEW_SUMS_MAX];
};

static void count_knowing(const struct group_table *table, struct knowing *knowing)
{
	memset(knowing, 0, sizeof(*knowing));
	for (size_t n = 0; n < group_count(table); n++) {
		const uint64_t *words = group_words(table, n);

		for (unsigned i = 0; i < table->view->sum_count; i++)
			knowing->groups[i] += words[1 + i] != GROUP_UNKNOWN;
	}
}

/* A sum is not known any more when the last group that knew it is taken off. */
static void subtract(const struct view *view, struct group_counts *from, struct knowing *knowing,
	const uint64_t *words)
{
	from->flows -= words[0];
	for (unsigned i = 0; i < view->sum_count; i++) {
		if (words[1 + i] == GROUP_UNKNOWN)
			continue;
		from->sum[i] -= words[1 + i];
		if (--knowing->groups[i] == 0)
			from->sum[i] = GROUP_UNKNOWN;
	}
}

size_t summary_others(const struct summary *summary, struct group_counts *others)
{
	const struct group_table *table = summary->table;
	struct knowing knowing;

	*others = table->total;
	count_knowing(table, &knowing);
	for (size_t i = 0; i < summary->shown; i++)
		subtract(table->view, others, &knowing, group_words(table, summary->order[i]));
	return group_count(table) - summary->shown;
}

bool summary_is_approximate(const struct summary *summary)
{
	return summary->table->sketch.gave_up;
}

/* --- lines ------------------------------------------------------------ */

enum row_kind { ROW_GROUP, ROW_OTHERS, ROW_TOTAL };

/* A line: what it is of, and its numbers. */
struct row {
	enum row_kind kind;
	struct group group; /* of a ROW_GROUP; of the others only its counts are filled */
	size_t groups;
};

/* The sheet of a summary while it is written. */
struct page {
	struct output *o;
	const struct summary *summary;
	const struct view *view;
	struct sheet sheet;
	struct value_style style;
	uint32_t largest; /* share, which a full bar stands for */
	unsigned bar;     /* width; 0: none */
};

typedef void (*row_fn)(struct page *page, const struct row *row);

static void for_rows(struct page *page, row_fn fn)
{
	const struct summary *summary = page->summary;
	struct row row = {.kind = ROW_GROUP};

	for (size_t i = 0; i < summary->shown; i++) {
		group_read(summary->table, summary->order[i], &row.group);
		fn(page, &row);
	}
	row.group.off = 0;
	row.kind = ROW_OTHERS;
	row.groups = summary_others(summary, &row.group.counts);
	if (row.groups > 0)
		fn(page, &row);
	row.kind = ROW_TOTAL;
	row.groups = group_count(summary->table);
	row.group.counts = summary->table->total;
	fn(page, &row);
}

static void add_columns(struct page *page)
{
	const struct view *view = page->view;

	for (unsigned i = 0; i < view->key_count; i++) {
		const struct field *field = view->key[i].field;
		struct sheet_column *column = sheet_add(&page->sheet, field->name);

		/* The first holds "total", too. */
		column->right = i > 0 && value_is_number(field);
		if (field->type == FIELD_ADDRESS || field_is_text(field))
			column->least = LEAST_KEY;
	}
	sheet_add(&page->sheet, "flows")->right = true;
	for (unsigned i = 0; i < view->sum_count; i++)
		sheet_add(&page->sheet, view->sum[i]->name)->right = true;
	if (page->summary->nanoseconds > 0)
		sheet_add(&page->sheet, "flows/s")->right = true;
	sheet_add(&page->sheet, "share")->right = true;
}

/* The protocol of a group of ports, if it is grouped by that, too; else 0. */
static uint8_t protocol_of(const struct view *view, const struct group *group)
{
	for (unsigned i = 0; i < view->key_count; i++) {
		if (view->key[i].field->type == FIELD_PROTOCOL && group->known[i])
			return (uint8_t)group->key[i].number;
	}
	return 0;
}

/* Whether an address has a name: a network has none. */
static bool is_host(const struct group_key *key, const struct field_value *value)
{
	return key->field->type == FIELD_ADDRESS &&
	       (value->family == AF_INET ? key->bits[ADDRESS_IPV4] == 32
					 : key->bits[ADDRESS_IPV6] == 128);
}

static const char *name_of(const struct page *page, const struct row *row, unsigned i)
{
	const struct group_key *key = &page->view->key[i];
	const struct field_value *value = &row->group.key[i];
	struct names *names = page->o->names;

	if (names == NULL)
		return NULL;
	if (is_host(key, value))
		return names->address(names, value->family, &value->address);
	if (key->field->type != FIELD_PORT)
		return NULL;
	return names->port(names, protocol_of(page->view, &row->group), (uint16_t)value->number);
}

static char *put_key(char *p, const struct page *page, const struct row *row, unsigned i)
{
	const char *name;

	if (row->kind == ROW_GROUP && !row->group.known[i])
		return put_string(p, VALUE_UNKNOWN);
	if (row->kind == ROW_GROUP) {
		name = name_of(page, row, i);
		if (name != NULL)
			return put_bytes(p, name, strnlen(name, VALUE_ROOM));
		return put_key_value(p, &page->style, &page->view->key[i], &row->group.key[i]);
	}
	if (i > 0)
		return p;
	if (row->kind == ROW_TOTAL)
		return put_string(p, "total");
	p = put_string(p, "others");
	if (summary_is_approximate(page->summary))
		return p;
	return put_character(put_u64(put_string(p, " ("), row->groups), ')');
}

/* "~": it may be less. */
static char *put_count(char *p, const struct page *page, const struct row *row, uint64_t count)
{
	if (count == GROUP_UNKNOWN)
		return put_string(p, VALUE_UNKNOWN);
	if (row->group.off > 0)
		p = put_character(p, '~');
	return page->style.human ? put_amount(p, count) : put_u64(p, count);
}

static char *put_share(char *p, uint32_t share)
{
	uint32_t tenths = (share + 500) / 1000;

	p = put_character(put_u32(p, tenths / 10), '.');
	return put_character(put_character(p, (char)('0' + tenths % 10)), '%');
}

static char *put_rate(char *p, uint64_t hundredths)
{
	p = put_character(put_u64(p, hundredths / 100), '.');
	return put_u64_padded(p, hundredths % 100, 2);
}

/* One column's text of a row; columns are those of add_columns(). */
static char *put_text(char *p, const struct page *page, const struct row *row, unsigned column)
{
	const struct group_counts *counts = &row->group.counts;
	unsigned keys = page->view->key_count, sums = page->view->sum_count;

	if (column < keys)
		return put_key(p, page, row, column);
	column -= keys;
	if (column == 0)
		return put_count(p, page, row, counts->flows);
	if (column <= sums)
		return put_count(p, page, row, counts->sum[column - 1]);
	if (column == sums + 1 && page->summary->nanoseconds > 0)
		return put_rate(p, summary_rate(page->summary, counts));
	if (summary_weight(page->summary, counts) == GROUP_UNKNOWN)
		return put_string(p, VALUE_UNKNOWN);
	return put_share(p, summary_share(page->summary, counts));
}

/* Eighths of a character where there are some (U+2588 to U+258F). */
static char *put_bar(char *p, const struct page *page, uint32_t share)
{
	uint64_t eighths = (uint64_t)share * page->bar * 8 / (page->largest ? page->largest : 1);

	for (; eighths >= 8; eighths -= 8)
		p = page->sheet.terminal.utf8 ? put_string(p, "\xe2\x96\x88")
					      : put_character(p, '#');
	if (!page->sheet.terminal.utf8 || eighths == 0)
		return eighths >= 4 ? put_character(p, '#') : p;
	p = put_string(p, "\xe2\x96");
	return put_character(p, (char)(0x90 - eighths));
}

static void want_names(struct page *page, const struct row *row)
{
	struct names *names = page->o->names;

	for (unsigned i = 0; row->kind == ROW_GROUP && i < page->view->key_count; i++) {
		const struct field_value *value = &row->group.key[i];

		if (row->group.known[i] && is_host(&page->view->key[i], value))
			names->want(names, value->family, &value->address);
	}
}

static void note_row(struct page *page, const struct row *row)
{
	char text[VALUE_ROOM];

	for (unsigned i = 0; i < page->sheet.count; i++)
		sheet_note(&page->sheet, i, text, (size_t)(put_text(text, page, row, i) - text));
	if (row->kind == ROW_GROUP) {
		uint32_t share = summary_share(page->summary, &row->group.counts);

		page->largest = share > page->largest ? share : page->largest;
	}
}

static void put_row(struct page *page, const struct row *row)
{
	static const enum sheet_style styles[] = {
		[ROW_GROUP] = STYLE_PLAIN,
		[ROW_OTHERS] = STYLE_FAINT,
		[ROW_TOTAL] = STYLE_STRONG,
	};
	bool has_bar = page->bar > 0 && row->kind == ROW_GROUP;
	unsigned last = page->sheet.count - 1;
	char text[VALUE_ROOM];
	char *end;

	for (unsigned i = 0; i < page->sheet.count; i++) {
		if (i == last && page->bar > 0)
			break;
		end = put_text(text, page, row, i);
		sheet_put(&page->sheet, page->o->writer, i, text, (size_t)(end - text),
			styles[row->kind],
			i == last || (i + 1 == last && page->bar > 0 && !has_bar));
	}
	if (!has_bar)
		return;
	end = put_bar(text, page, summary_share(page->summary, &row->group.counts));
	sheet_put(&page->sheet, page->o->writer, last, text, (size_t)(end - text), STYLE_BAR, true);
}

/* A bar where there is a person to see it, and room. */
static void add_bar(struct page *page)
{
	unsigned used = sheet_line_width(&page->sheet) + SHEET_GAP;
	unsigned left = page->sheet.terminal.width > used ? page->sheet.terminal.width - used : 0;

	if (!page->sheet.terminal.there || left < BAR_LEAST)
		return;
	page->bar = left < BAR_MOST ? left : BAR_MOST;
	sheet_add(&page->sheet, "");
}

void text_summary(struct output *o, const struct summary *summary)
{
	struct page page = {
		.o = o,
		.summary = summary,
		.view = summary->table->view,
		.style = {.human = summary->table->view->human, .labels = o->labels},
	};

	if (summary->table->total.flows == 0)
		return;
	terminal_look(&page.sheet.terminal, o->writer->fd);
	add_columns(&page);
	if (o->names != NULL) {
		for_rows(&page, want_names);
		o->names->wait(o->names);
	}
	for_rows(&page, note_row);
	sheet_fit(&page.sheet);
	add_bar(&page);
	sheet_put_head(&page.sheet, o->writer);
	for_rows(&page, put_row);
}
