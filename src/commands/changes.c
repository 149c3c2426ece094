/* SPDX-License-Identifier: MIT */
#include "commands/changes.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/message.h"
#include "cli/cli.h"
#include "commands/report.h"
#include "commands/undo.h"
#include "ctnetlink/decode.h"

/* The number in front of an entry; the entry stays aligned behind it. */
#define NUMBER_SIZE 8

static int outcome(const struct ct_answer *answer, const void *context, size_t length, void *data)
{
	struct changes *c = data;
	uint32_t number;

	(void)length;
	memcpy(&number, context, sizeof(number));
	return c->done(
		answer, (const void *)((const uint8_t *)context + NUMBER_SIZE), number, c->data);
}

/* What will be deleted is written down before. */
static int before_send(void *data)
{
	const struct changes *c = data;

	return undo_flush(c->session);
}

int changes_open(struct changes *c, struct session *s, change_fn done, void *data)
{
	int error;

	*c = (struct changes){.session = s, .done = done, .data = data};
	if (s->mode != CHANGE_REAL)
		return 0;
	undo_begin(s);
	if (session_open(s, &s->change) != 0)
		return EXIT_REFUSED;
	c->context = malloc(NUMBER_SIZE + CT_RECEIVE_SIZE);
	error = c->context ? batch_open(&c->batch, &s->change, outcome, c) : -ENOMEM;
	c->batch.before = before_send;
	if (error == 0)
		return 0;
	free(c->context);
	c->context = NULL;
	return report_refusal(s, error, NULL, NULL);
}

/* More than --max allows: what was counted before has changed since. */
static int stop_at_maximum(struct session *s)
{
	if (!s->stopped)
		message("%smore entries match than the %" PRIu64 " of --max; no more are %s",
			s->place, s->given->maximum, cli_command_done(s->request->command));
	s->stopped = true;
	return -ECANCELED;
}

static int put_message(struct changes *c, encode_fn encode, const struct flow *flow,
	uint32_t number, const struct nlmsghdr *entry)
{
	size_t length = decode_length(entry);
	int error = batch_encode(&c->batch, encode, flow);

	if (error != 0)
		return error;
	if (length > CT_RECEIVE_SIZE)
		return -EMSGSIZE;
	memcpy(c->context, &number, sizeof(number));
	memcpy(c->context + NUMBER_SIZE, entry, length);
	return batch_commit(&c->batch, c->context, NUMBER_SIZE + length);
}

int changes_put(struct changes *c, encode_fn encode, const struct flow *flow, uint32_t number,
	const struct nlmsghdr *entry)
{
	static const struct ct_answer as_if_done;
	struct session *s = c->session;

	if (s->touched >= s->given->maximum && s->mode == CHANGE_REAL)
		return stop_at_maximum(s);
	s->touched++;
	switch (s->mode) {
	case CHANGE_COUNT:
		return s->touched > s->given->maximum ? -ECANCELED : 0;
	case CHANGE_DRY:
		return c->done(&as_if_done, entry, number, c->data);
	default:
		break;
	}
	if (encode == encode_delete)
		undo_write(s, flow);
	return put_message(c, encode, flow, number, entry);
}

int changes_flush(struct changes *c)
{
	return c->session->mode == CHANGE_REAL ? batch_flush(&c->batch) : 0;
}

void changes_close(struct changes *c)
{
	struct session *s = c->session;

	s->account.sends += c->batch.sends;
	if (c->batch.unknown > 0)
		message("%sof %" PRIu64 " more entries it is not known whether they were %s",
			s->place, c->batch.unknown, cli_command_done(s->request->command));
	batch_close(&c->batch);
	free(c->context);
	c->context = NULL;
}

/* One pass through the table, real or not. Exit code. */
static int pass(struct session *s, const struct bulk *bulk)
{
	struct changes changes;
	int code = changes_open(&changes, s, bulk->done, bulk->data);
	int error;

	if (code != EXIT_DONE)
		return code;
	code = walk_table(s, DUMP_TABLE, bulk->put, &changes);
	/* A walk that broke off has still asked for what is held. */
	error = changes_flush(&changes);
	if (bulk->finish != NULL && s->mode == CHANGE_REAL) {
		int last = bulk->finish(bulk->data);

		error = error ? error : last;
	}
	if (error != 0 && error != -ECANCELED)
		report_refusal(s, error, NULL, NULL);
	changes_close(&changes);
	return error ? EXIT_REFUSED : code;
}

/* --max: whether so few match that the pass may be real. */
static bool few_enough(struct session *s, const struct bulk *bulk)
{
	int code;

	s->mode = CHANGE_COUNT;
	code = pass(s, bulk);
	s->mode = CHANGE_REAL;
	if (s->touched > s->given->maximum) {
		message("more than %" PRIu64 " entries match; none was %s", s->given->maximum,
			cli_command_done(s->request->command));
		code = EXIT_REFUSED;
	}
	session_forget(s);
	return code == EXIT_DONE;
}

/* --dry-run: what --max would say of as many, once. */
static bool would_be_too_many(struct session *s)
{
	if (s->mode != CHANGE_DRY || s->loading || s->touched <= s->given->maximum)
		return false;
	if (!s->stopped)
		message("more than the %" PRIu64 " of --max match: none would be %s",
			s->given->maximum, cli_command_done(s->request->command));
	s->stopped = true;
	return true;
}

int walk_and_change(struct session *s, const struct bulk *bulk)
{
	/* A load counts all of its lines together. */
	bool counts = s->given->maximum != UINT64_MAX && s->mode == CHANGE_REAL && !s->loading;

	if (counts && !few_enough(s, bulk))
		return EXIT_REFUSED;
	s->broken = pass(s, bulk) != EXIT_DONE;
	s->broken |= would_be_too_many(s);
	return session_end(s, s->output.records, s->request->command != COMMAND_FLUSH);
}
