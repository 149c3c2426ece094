/* SPDX-License-Identifier: MIT */
/*
 * -D and -U lines of a -R file: all of a group are carried out in one walk of
 * the table, or, when each names a whole tuple, with look-ups and no walk.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/message.h"
#include "cli/cli.h"
#include "commands/change.h"
#include "commands/explain.h"
#include "commands/load.h"
#include "commands/report.h"
#include "commands/walk.h"
#include "ctnetlink/decode.h"
#include "ctnetlink/encode.h"

/* Bounds of what a group holds: memory stays flat however long the file is. */
#define GROUP_BYTES (8u * 1024 * 1024)

/* An entry that a line did something to, in that line's output. */
static void show(struct load_group *g, struct load_line *line, const struct flow *flow)
{
	struct output *o = &g->session->output;

	line->count++;
	o->format = line->format;
	o->flags = line->output_flags;
	o->labels = line->labels;
	output_flow(o, flow, NULL);
}

/*
 * A line whose entry the kernel refuses is carried out to its end, as it would
 * be by itself; none behind it is from here on.
 */
static void refused(struct load_group *g, uint32_t number, const struct ct_answer *answer,
	const struct flow *flow)
{
	if (number < g->last)
		g->last = number;
	load_at(g->place, g->lines[number].line);
	report_entry(g->session, -answer->error, answer, flow);
}

/* ---------------------------------------------------------------- delete */

static int deleted(
	const struct ct_answer *answer, const struct nlmsghdr *entry, uint32_t number, void *data)
{
	struct load_group *g = data;
	struct flow flow;

	if (answer->error == ENOENT)
		return 0;
	if (decode_flow(entry, &flow) < 0)
		return -EBADMSG;
	if (answer->error == 0)
		show(g, &g->lines[number], &flow);
	else
		refused(g, number, answer, &flow);
	return 0;
}

/* Of several lines that match, the first one would have deleted it. */
static int delete_match(
	struct session *s, const struct flow *flow, const struct nlmsghdr *message, void *data)
{
	struct load_group *g = data;
	size_t number = filter_set_match(&g->filters, flow, 0);

	(void)s;
	if (number == FILTER_SET_NONE || number > g->last)
		return 0;
	return changes_put(&g->changes, encode_delete, flow, (uint32_t)number, message);
}

/* ----------------------------------------------------------------- exact */

static uint32_t number_of(const void *context)
{
	uint32_t number;

	memcpy(&number, context, sizeof(number));
	return number;
}

/* An entry was looked up; delete it by its id when the rest of the line fits too. */
static int found(const struct nlmsghdr *message, const void *context, size_t length, void *data)
{
	struct load_group *g = data;
	uint32_t number = number_of(context);
	struct flow flow;

	(void)length;
	g->session->account.walked++;
	if (number > g->last || decode_flow(message, &flow) < 0 ||
		filter_set_match(&g->filters, &flow, 0) != number)
		return 0;
	g->session->account.matched++;
	return changes_put(&g->changes, encode_delete, &flow, number, message);
}

static int looked_up(const struct ct_answer *answer, const void *context, size_t length, void *data)
{
	(void)length;
	if (answer->error != 0 && answer->error != ENOENT)
		refused(data, number_of(context), answer, NULL);
	return 0;
}

static int look_up(struct batch *batch, const struct flow *flow, uint32_t number)
{
	int error = batch_encode(batch, encode_get, flow);

	return error ? error : batch_commit(batch, &number, sizeof(number));
}

/*
 * Look each line's tuple up, many to a send, and delete what was found. Of two
 * lines that name one entry the first deletes it.
 */
static int run_look_ups(struct load_group *g)
{
	struct session *s = g->session;
	struct batch batch;
	int error = 0;

	if (session_open(s, &s->dump) != 0)
		return -ECANCELED;
	error = batch_open(&batch, &s->dump, looked_up, g);
	if (error != 0)
		return error;
	batch.reply = found;
	for (size_t i = 0; error == 0 && i < g->filters.count && i <= g->last; i++)
		error = look_up(&batch, &g->flows[i], (uint32_t)i);
	if (error == 0)
		error = batch_flush(&batch);
	batch_close(&batch);
	return error;
}

/* ---------------------------------------------------------------- update */

/*
 * Give the entry through the lines that match it, in their order, as it is
 * after each; fn may stop the walk through the lines with a negative errno.
 */
struct step {
	struct load_group *group;
	size_t last; /* line to stop behind */
	const struct nlmsghdr *message;
	int (*fn)(struct step *step, size_t number, const struct flow *change);
};

/* Whether this line's change of this entry was refused: it is as if it had not matched. */
static bool was_refused(const struct load_line *line, const struct flow *flow)
{
	return line->refused && line->refused_id == flow->id;
}

static int each_update(struct step *step, struct flow *flow)
{
	struct load_group *g = step->group;
	struct flow change;
	size_t number = filter_set_match(&g->filters, flow, 0);
	int error;

	while (number != FILTER_SET_NONE && number <= step->last) {
		change_plan(&g->flows[number], flow, &change);
		error = change.present && step->fn ? step->fn(step, number, &change) : 0;
		if (error != 0)
			return error;
		if (!was_refused(&g->lines[number], flow))
			change_apply(flow, &change);
		number = filter_set_match(&g->filters, flow, number + 1);
	}
	return 0;
}

static int put_update(struct step *step, size_t number, const struct flow *change)
{
	return changes_put(
		&step->group->changes, encode_update, change, (uint32_t)number, step->message);
}

static int update_match(
	struct session *s, const struct flow *flow, const struct nlmsghdr *message, void *data)
{
	struct load_group *g = data;
	struct step step = {.group = g, .last = g->last, .message = message, .fn = put_update};
	struct flow evolving = *flow;

	(void)s;
	return each_update(&step, &evolving);
}

static int updated(
	const struct ct_answer *answer, const struct nlmsghdr *entry, uint32_t number, void *data)
{
	struct load_group *g = data;
	struct load_line *line = &g->lines[number];
	struct step step = {.group = g, .last = number};
	struct flow flow;

	if (answer->error == ENOENT || answer->error == ETIME)
		return 0;
	if (decode_flow(entry, &flow) < 0)
		return -EBADMSG;
	if (answer->error != 0) {
		line->refused = true;
		line->refused_id = flow.id;
		refused(g, number, answer, &flow);
		return 0;
	}
	each_update(&step, &flow);
	show(g, line, &flow);
	return 0;
}

/* ----------------------------------------------------------------- group */

bool load_group_full(const struct load_group *g)
{
	size_t each = sizeof(*g->lines) + (g->kind == LOAD_DELETE ? 0 : sizeof(*g->flows));

	return filter_set_bytes(&g->filters) + g->filters.count * each > GROUP_BYTES;
}

/* Room for one more line; 0 or -ENOMEM. */
static int make_room(struct load_group *g, bool with_flow)
{
	size_t wanted = g->filters.count + 1;

	if (wanted > g->lines_room) {
		size_t room = g->lines_room ? 2 * g->lines_room : 64;
		void *larger = realloc(g->lines, room * sizeof(*g->lines));

		if (larger == NULL)
			return -ENOMEM;
		g->lines = larger;
		g->lines_room = room;
	}
	if (with_flow && wanted > g->flows_room) {
		size_t room = g->flows_room ? 2 * g->flows_room : 64;
		void *larger = realloc(g->flows, room * sizeof(*g->flows));

		if (larger == NULL)
			return -ENOMEM;
		g->flows = larger;
		g->flows_room = room;
	}
	return 0;
}

int load_group_add(
	struct load_group *g, enum load_kind kind, const struct request *request, unsigned line)
{
	size_t number = g->filters.count;

	if (make_room(g, kind != LOAD_DELETE) < 0 ||
		filter_set_add(&g->filters, &request->filter) < 0)
		return -ENOMEM;
	g->kind = kind;
	g->lines[number] = (struct load_line){
		.line = line,
		.output_flags = request->output_flags,
		.format = request->format,
		.labels = request->labels,
	};
	if (kind != LOAD_DELETE)
		g->flows[number] = request->flow;
	return 0;
}

static int run_kind(struct load_group *g)
{
	struct session *s = g->session;

	switch (g->kind) {
	case LOAD_EXACT:
		return run_look_ups(g);
	case LOAD_DELETE:
		return walk_table(s, DUMP_TABLE, delete_match, g) ? -ECANCELED : 0;
	default:
		return walk_table(s, DUMP_TABLE, update_match, g) ? -ECANCELED : 0;
	}
}

/* Carry the group out; what a part that broke off has asked for is done all the same. */
static void run_changes(struct load_group *g)
{
	struct session *s = g->session;
	int error, last;

	if (changes_open(&g->changes, s, g->kind == LOAD_UPDATE ? updated : deleted, g) != 0) {
		s->broken = true;
		return;
	}
	error = run_kind(g);
	last = changes_flush(&g->changes);
	if (error == 0 || error == -ECANCELED)
		error = last ? last : error;
	s->broken = error != 0;
	if (error != 0 && error != -ECANCELED)
		report_refusal(s, error, NULL, NULL);
	changes_close(&g->changes);
}

/* What the lines did, and what was done behind one that was refused. */
static void tell_lines(struct load_group *g)
{
	struct session *s = g->session;
	const char *done = cli_command_done(s->request->command);

	for (size_t i = 0; i < g->filters.count; i++) {
		load_at(g->place, g->lines[i].line);
		if (s->given->explain)
			explain_line(s, g->lines[i].count);
		if (i > g->last && g->lines[i].count > 0)
			message("%s%" PRIu64 " entries were %s before line %u was refused",
				s->place, g->lines[i].count, done, g->lines[g->last].line);
	}
}

int load_group_run(struct load_group *g)
{
	struct session *s = g->session;
	const struct request *before = s->request;
	const struct request request = {
		.command = g->kind == LOAD_UPDATE ? COMMAND_UPDATE : COMMAND_DELETE,
		.maximum = UINT64_MAX,
	};
	int code;

	if (g->filters.count == 0)
		return EXIT_DONE;
	session_begin(s, &request);
	g->last = SIZE_MAX;
	load_at(g->place, g->lines[0].line);
	run_changes(g);
	code = session_end(s, s->output.records, false);
	tell_lines(g);
	s->request = before;
	filter_set_clear(&g->filters);
	g->kind = LOAD_NONE;
	return code;
}

void load_group_close(struct load_group *g)
{
	filter_set_clear(&g->filters);
	free(g->lines);
	free(g->flows);
	memset(g, 0, sizeof(*g));
}
