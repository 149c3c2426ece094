/* SPDX-License-Identifier: MIT */
/* A summary in JSON: an object a group, one for the others, one for the total (doc/json.md). */
#include <sys/socket.h>

#include "output/parts.h"
#include "output/summary.h"
#include "output/value.h"

static char *put_count(char *p, const char *key, uint64_t count)
{
	if (count == GROUP_UNKNOWN)
		return p;
	return put_character(put_u64(put_json_key(p, key), count), ',');
}

/* A number with so many decimals, given in units of the last one. */
static char *put_decimal(
	char *p, const char *key, uint64_t number, uint64_t unit, unsigned decimals)
{
	p = put_character(put_u64(put_json_key(p, key), number / unit), '.');
	return put_character(put_u64_padded(p, number % unit, decimals), ',');
}

/* An address that is cut is a network, and so a text of another form. */
static char *put_key(
	struct output *o, char *p, const struct group_key *key, const struct field_value *value)
{
	const struct value_style style = {.labels = o->labels};

	if (key->field->type != FIELD_ADDRESS)
		return put_json_value(o, p, key->field, value);
	p = put_key_value(put_character(p, '"'), &style, key, value);
	return put_string(p, "\",");
}

static char *put_keys(struct output *o, char *p, const struct view *view, const struct group *group)
{
	const char *before = "\"key\":{";

	for (unsigned i = 0; i < view->key_count; i++) {
		if (!group->known[i])
			continue;
		p = put_string(record_room(o->writer, p), before);
		p = put_json_key(p, view->key[i].field->name);
		p = put_key(o, p, &view->key[i], &group->key[i]);
		before = "";
	}
	if (*before != '\0')
		return put_string(p, "\"key\":{},");
	/* Every value ends in its comma; behind the last one it is the brace's. */
	p[-1] = '}';
	return put_character(p, ',');
}

static char *put_counts(char *p, const struct summary *summary, const struct group_counts *counts)
{
	const struct view *view = summary->table->view;

	p = put_count(p, "flows", counts->flows);
	for (unsigned i = 0; i < view->sum_count; i++)
		p = put_count(p, view->sum[i]->name, counts->sum[i]);
	if (summary->nanoseconds > 0)
		p = put_decimal(p, "per_second", summary_rate(summary, counts), 100, 2);
	if (summary_weight(summary, counts) != GROUP_UNKNOWN)
		p = put_decimal(p, "share", summary_share(summary, counts), 1000000, 6);
	return p;
}

static void end_line(struct output *o, char *p)
{
	p[-1] = '}';
	writer_commit(o->writer, put_character(p, '\n'));
}

static void put_group(struct output *o, const struct summary *summary, const struct group *group)
{
	char *p = writer_reserve(o->writer, RECORD_ROOM);

	p = put_string(p, "{\"summary\":\"group\",");
	p = put_keys(o, p, summary->table->view, group);
	p = put_counts(p, summary, &group->counts);
	if (group->off > 0)
		p = put_count(p, "off", group->off);
	end_line(o, p);
}

static char *put_rest(char *p, const struct summary *summary, const char *what, size_t groups,
	const struct group_counts *counts)
{
	p = put_string(put_name(put_string(p, "{\"summary\":\""), what), "\",");
	if (!summary_is_approximate(summary))
		p = put_count(p, "groups", groups);
	return put_counts(p, summary, counts);
}

void json_summary(struct output *o, const struct summary *summary)
{
	struct group_counts others;
	struct group group;
	size_t rest;
	char *p;

	if (summary->table->total.flows == 0)
		return;
	for (size_t i = 0; i < summary->shown; i++) {
		group_read(summary->table, summary->order[i], &group);
		put_group(o, summary, &group);
	}
	rest = summary_others(summary, &others);
	p = writer_reserve(o->writer, RECORD_ROOM);
	if (rest > 0) {
		end_line(o, put_rest(p, summary, "others", rest, &others));
		p = writer_reserve(o->writer, RECORD_ROOM);
	}
	p = put_rest(p, summary, "total", group_count(summary->table), &summary->table->total);
	if (summary->nanoseconds > 0)
		p = put_decimal(p, "seconds", summary->nanoseconds / 1000000, 1000, 3);
	if (summary->table->sketch.limit > 0)
		p = put_string(p, summary_is_approximate(summary) ? "\"approximate\":true,"
								  : "\"approximate\":false,");
	end_line(o, p);
}
