/* SPDX-License-Identifier: MIT */
/*
 * -o csv: RFC 4180 but for the line end, which is that of text files: a head
 * with the names of the fields, then a line a record. What is not known is
 * empty. Texts are always in quotes.
 */
#include <string.h>

#include "output/columns.h"
#include "output/output.h"
#include "output/parts.h"
#include "output/summary.h"
#include "output/value.h"

/* A quote is doubled; what a terminal could act on is shown as in text. */
static char *put_csv_special(char *p, uint32_t code, const uint8_t *bytes, unsigned length)
{
	if (code == '"')
		return put_string(p, "\"\"");
	return put_plain_special(p, code, bytes, length);
}

static char *put_text(struct output *o, char *p, const void *bytes, size_t length)
{
	return put_escaped(o->writer, p, bytes, length, "\"", put_csv_special);
}

static char *put_quoted(struct output *o, char *p, struct slice text)
{
	p = put_text(o, put_character(p, '"'), text.bytes, text.length);
	return put_character(p, '"');
}

static char *put_labels(struct output *o, char *p, const uint8_t labels[static LABEL_BYTES])
{
	const char *before = "";

	p = put_character(p, '"');
	for (unsigned bit = 0; bit < LABEL_BITS; bit++) {
		const char *name = o->labels != NULL ? o->labels->name[bit] : NULL;

		if (!label_is_set(labels, bit))
			continue;
		p = put_string(p, before);
		p = name != NULL ? put_text(o, p, name, strlen(name))
				 : put_unnamed_label(p, o->labels != NULL, bit);
		before = ",";
	}
	return put_character(p, '"');
}

static char *put_csv_value(
	struct output *o, char *p, const struct field *field, const struct field_value *value)
{
	const struct value_style style = {.human = false};

	if (field->type == FIELD_BYTES)
		return put_hex_bytes(o->writer, p, value->text.bytes, value->text.length);
	if (field_is_text(field))
		return put_quoted(o, p, value->text);
	if (field->type == FIELD_LABELS)
		return put_labels(o, p, value->labels);
	if (field->type != FIELD_STATUS)
		return put_value(p, &style, field, value);
	p = put_value(put_character(p, '"'), &style, field, value);
	return put_character(p, '"');
}

/* --- flows ------------------------------------------------------------ */

static struct columns columns;

static void csv_begin(struct output *o)
{
	char *p = writer_reserve(o->writer, RECORD_ROOM);

	columns_of(o, &columns);
	if (o->subject == SUBJECT_EVENTS)
		p = put_string(p, "event,received,");
	for (unsigned i = 0; i < columns.count; i++)
		p = put_character(put_name(p, columns.field[i]->name), ',');
	p[-1] = '\n';
	writer_commit(o->writer, p);
}

static void csv_flow(struct output *o, const struct flow *flow, const struct event *event)
{
	char *p = writer_reserve(o->writer, RECORD_ROOM);

	if (event != NULL) {
		p = put_character(put_name(p, event_name(event->type)), ',');
		p = put_moment(
			p, (uint64_t)event->received.tv_sec, (uint64_t)event->received.tv_nsec);
		p = put_character(p, ',');
	}
	for (unsigned i = 0; i < columns.count; i++) {
		struct field_value value;

		if (field_read(columns.field[i], flow, output_now(o, event), &value))
			p = put_csv_value(o, p, columns.field[i], &value);
		p = put_character(p, ',');
	}
	p[-1] = '\n';
	writer_commit(o->writer, p);
}

/* --- summaries -------------------------------------------------------- */

static void put_summary_head(struct output *o, const struct summary *summary)
{
	const struct view *view = summary->table->view;
	char *p = put_string(writer_reserve(o->writer, RECORD_ROOM), "row,");

	for (unsigned i = 0; i < view->key_count; i++)
		p = put_character(put_name(p, view->key[i].field->name), ',');
	p = put_string(p, "flows");
	for (unsigned i = 0; i < view->sum_count; i++)
		p = put_name(put_character(p, ','), view->sum[i]->name);
	if (summary->nanoseconds > 0)
		p = put_string(p, ",per_second");
	p = put_string(p, ",share");
	if (summary->table->sketch.limit > 0)
		p = put_string(p, ",off");
	writer_commit(o->writer, put_character(p, '\n'));
}

static char *put_count(char *p, uint64_t count)
{
	p = put_character(p, ',');
	return count != GROUP_UNKNOWN ? put_u64(p, count) : p;
}

static char *put_decimal(char *p, uint64_t number, uint64_t unit, unsigned decimals)
{
	p = put_character(put_u64(put_character(p, ','), number / unit), '.');
	return put_u64_padded(p, number % unit, decimals);
}

static void end_row(struct output *o, char *p, const struct summary *summary,
	const struct group_counts *counts, uint64_t off)
{
	const struct view *view = summary->table->view;

	p = put_count(p, counts->flows);
	for (unsigned i = 0; i < view->sum_count; i++)
		p = put_count(p, counts->sum[i]);
	if (summary->nanoseconds > 0)
		p = put_decimal(p, summary_rate(summary, counts), 100, 2);
	if (summary_weight(summary, counts) != GROUP_UNKNOWN)
		p = put_decimal(p, summary_share(summary, counts), 1000000, 6);
	else
		p = put_character(p, ',');
	if (summary->table->sketch.limit > 0)
		p = put_count(p, off);
	writer_commit(o->writer, put_character(p, '\n'));
}

static void put_group(struct output *o, const struct summary *summary, const struct group *group)
{
	const struct view *view = summary->table->view;
	const struct value_style style = {.human = false};
	char *p = put_string(writer_reserve(o->writer, RECORD_ROOM), "group");

	for (unsigned i = 0; i < view->key_count; i++) {
		const struct group_key *key = &view->key[i];

		p = put_character(p, ',');
		if (!group->known[i])
			continue;
		p = key->field->type == FIELD_ADDRESS
			    ? put_key_value(p, &style, key, &group->key[i])
			    : put_csv_value(o, p, key->field, &group->key[i]);
	}
	end_row(o, p, summary, &group->counts, group->off);
}

static void put_rest(struct output *o, const struct summary *summary, const char *what,
	const struct group_counts *counts)
{
	char *p = put_name(writer_reserve(o->writer, RECORD_ROOM), what);

	for (unsigned i = 0; i < summary->table->view->key_count; i++)
		p = put_character(p, ',');
	end_row(o, p, summary, counts, 0);
}

void csv_summary(struct output *o, const struct summary *summary)
{
	struct group_counts others;
	struct group group;

	if (summary->table->total.flows == 0)
		return;
	put_summary_head(o, summary);
	for (size_t i = 0; i < summary->shown; i++) {
		group_read(summary->table, summary->order[i], &group);
		put_group(o, summary, &group);
	}
	if (summary_others(summary, &others) > 0)
		put_rest(o, summary, "others", &others);
	put_rest(o, summary, "total", &summary->table->total);
}

const struct output_format output_csv = {
	.name = "csv",
	.begin = csv_begin,
	.flow = csv_flow,
	.expectation = text_expectation,
	.stats = text_stats,
	.count = text_count,
	.summary = csv_summary,
};
