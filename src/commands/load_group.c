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
#include "commands/change.h"
#include "commands/load.h"
#include "commands/report.h"
#include "commands/walk.h"
#include "ctnetlink/decode.h"
#include "ctnetlink/encode.h"

/* Bounds of what a group holds: memory stays flat however long the file is. */
#define GROUP_BYTES (8u * 1024 * 1024)

/* A line number in front of an entry, as it goes through a batch. */
#define TAG_SIZE 8

static uint32_t tag_of(const void *context)
{
	uint32_t number;

	memcpy(&number, context, sizeof(number));
	return number;
}

static const struct nlmsghdr *entry_of(const void *context)
{
	return (const void *)((const uint8_t *)context + TAG_SIZE);
}

/* Put a message about an entry into a batch, the line's number with it. */
static int put_tagged(struct load_group *g, struct batch *batch, encode_fn encode,
	const struct flow *flow, uint32_t number, const struct nlmsghdr *entry)
{
	size_t length = entry ? decode_length(entry) : 0;
	int error = encode(&batch->packet, flow);

	if (error == -EMSGSIZE) {
		error = batch_flush(batch);
		if (error == 0)
			error = encode(&batch->packet, flow);
	}
	if (error != 0)
		return error;
	if (length > CT_RECEIVE_SIZE)
		return -EMSGSIZE;
	memcpy(g->scratch, &number, sizeof(number));
	if (length > 0)
		memcpy(g->scratch + TAG_SIZE, entry, length);
	return batch_commit(batch, g->scratch, TAG_SIZE + length);
}

/* An entry that a line did something to, in that line's output. */
static int show(struct load_group *g, struct load_line *line, const struct flow *flow)
{
	struct output *o = &g->session->output;

	line->count++;
	o->format = line->format;
	o->flags = line->output_flags;
	o->labels = line->labels;
	output_flow(o, flow, NULL);
	return o->writer->error ? -ECANCELED : 0;
}

static void refused(struct load_group *g, const struct load_line *line,
	const struct ct_answer *answer, const struct flow *flow)
{
	load_at(g->place, line->line);
	report_entry(g->session, -answer->error, answer, flow);
}

/* ---------------------------------------------------------------- delete */

static int deleted(const struct ct_answer *answer, const void *context, size_t length, void *data)
{
	struct load_group *g = data;
	struct load_line *line = &g->lines[tag_of(context)];
	struct flow flow;

	(void)length;
	if (answer->error == ENOENT)
		return 0;
	if (decode_flow(entry_of(context), &flow) < 0)
		return -EBADMSG;
	if (answer->error == 0)
		return show(g, line, &flow);
	refused(g, line, answer, &flow);
	return 0;
}

/* Of several lines that match, the first one would have deleted it. */
static int delete_match(
	struct session *s, const struct flow *flow, const struct nlmsghdr *message, void *data)
{
	struct load_group *g = data;
	size_t number = filter_set_match(&g->filters, flow, 0);

	(void)s;
	if (number == FILTER_SET_NONE)
		return 0;
	return put_tagged(g, g->batch, encode_delete, flow, (uint32_t)number, message);
}

/* ----------------------------------------------------------------- exact */

/* An entry was looked up; delete it by its id when the rest of the line fits too. */
static int found(const struct nlmsghdr *message, const void *context, size_t length, void *data)
{
	struct load_group *g = data;
	uint32_t number = tag_of(context);
	struct flow flow;

	(void)length;
	if (decode_flow(message, &flow) < 0 || !filter_set_matches(&g->filters, number, &flow))
		return 0;
	return put_tagged(g, g->delete_batch, encode_delete, &flow, number, message);
}

static int looked_up(const struct ct_answer *answer, const void *context, size_t length, void *data)
{
	struct load_group *g = data;

	(void)length;
	if (answer->error != 0 && answer->error != ENOENT)
		refused(g, &g->lines[tag_of(context)], answer, NULL);
	return 0;
}

/*
 * Look each line's tuple up, many to a send, and delete what was found. Two
 * lines that name one entry: the second one's deletion finds it gone.
 */
static int run_exact(struct load_group *g)
{
	struct session *s = g->session;
	int error = 0;

	if (session_open(s, &s->dump) != 0)
		return -ECANCELED;
	error = batch_open(g->batch, &s->dump, looked_up, g);
	if (error != 0)
		return error;
	g->batch->reply = found;
	for (size_t i = 0; error == 0 && i < g->filters.count; i++)
		error = put_tagged(g, g->batch, encode_get, &g->flows[i], (uint32_t)i, NULL);
	if (error == 0)
		error = batch_flush(g->batch);
	batch_close(g->batch);
	return error;
}

/* ---------------------------------------------------------------- update */

/*
 * Give the entry through all lines that match it, in their order, as it is
 * after each; fn may stop the walk through the lines with a negative errno.
 */
struct step {
	struct load_group *group;
	size_t last; /* line to stop behind */
	const struct nlmsghdr *message;
	int (*fn)(struct step *step, size_t number, const struct flow *change);
};

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
		change_apply(flow, &change);
		number = filter_set_match(&g->filters, flow, number + 1);
	}
	return 0;
}

static int put_update(struct step *step, size_t number, const struct flow *change)
{
	struct load_group *g = step->group;

	return put_tagged(g, g->batch, encode_update, change, (uint32_t)number, step->message);
}

static int update_match(
	struct session *s, const struct flow *flow, const struct nlmsghdr *message, void *data)
{
	struct step step = {.group = data, .last = SIZE_MAX, .message = message, .fn = put_update};
	struct flow evolving = *flow;

	(void)s;
	return each_update(&step, &evolving);
}

static int updated(const struct ct_answer *answer, const void *context, size_t length, void *data)
{
	struct load_group *g = data;
	uint32_t number = tag_of(context);
	struct step step = {.group = g, .last = number};
	struct flow flow;

	(void)length;
	if (answer->error == ENOENT || answer->error == ETIME)
		return 0;
	if (decode_flow(entry_of(context), &flow) < 0)
		return -EBADMSG;
	if (answer->error != 0) {
		refused(g, &g->lines[number], answer, &flow);
		return 0;
	}
	each_update(&step, &flow);
	return show(g, &g->lines[number], &flow);
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

static int run_walk(struct load_group *g, walk_fn fn, batch_result_fn done)
{
	struct session *s = g->session;
	int error = batch_open(g->batch, &s->change, done, g);
	int code;

	if (error != 0)
		return error;
	code = walk_table(s, DUMP_TABLE, fn, g);
	error = batch_flush(g->batch);
	batch_close(g->batch);
	return code != 0 && error == 0 ? -ECANCELED : error;
}

/* Deletions of run_exact() wait in a batch of their own. */
static int run_look_ups(struct load_group *g)
{
	struct batch deletions;
	int error = batch_open(&deletions, &g->session->change, deleted, g);

	if (error != 0)
		return error;
	g->delete_batch = &deletions;
	error = run_exact(g);
	if (error == 0)
		error = batch_flush(&deletions);
	batch_close(&deletions);
	return error;
}

static int run_kind(struct load_group *g)
{
	if (session_open(g->session, &g->session->change) != 0)
		return -ECANCELED;
	switch (g->kind) {
	case LOAD_EXACT:
		return run_look_ups(g);
	case LOAD_DELETE:
		return run_walk(g, delete_match, deleted);
	default:
		return run_walk(g, update_match, updated);
	}
}

int load_group_run(struct load_group *g)
{
	struct session *s = g->session;
	struct batch batch;
	struct request request = {
		.command = g->kind == LOAD_UPDATE ? COMMAND_UPDATE : COMMAND_DELETE,
	};
	int error, code;

	if (g->filters.count == 0)
		return EXIT_DONE;
	if (g->scratch == NULL)
		g->scratch = malloc(TAG_SIZE + CT_RECEIVE_SIZE);
	session_begin(s, &request);
	g->batch = &batch;
	error = g->scratch ? run_kind(g) : -ENOMEM;
	if (error != 0 && error != -ECANCELED)
		report_refusal(s, error, NULL, NULL);
	code = session_end(s, s->output.records, false);
	filter_set_clear(&g->filters);
	g->kind = LOAD_NONE;
	return error ? EXIT_REFUSED : code;
}

void load_group_close(struct load_group *g)
{
	filter_set_clear(&g->filters);
	free(g->lines);
	free(g->flows);
	free(g->scratch);
	memset(g, 0, sizeof(*g));
}
