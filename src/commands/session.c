/* SPDX-License-Identifier: MIT */
#include "commands/session.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "base/message.h"
#include "base/sandbox.h"
#include "cli/cli.h"
#include "commands/explain.h"
#include "commands/netns.h"
#include "commands/report.h"

void session_start(struct session *s, const struct request *given)
{
	memset(s, 0, sizeof(*s));
	s->given = given;
	s->mode = given->dry_run ? CHANGE_DRY : CHANGE_REAL;
	s->place = "";
}

void session_drop(struct ct_socket *socket)
{
	ct_close(socket);
}

void session_close(struct session *s)
{
	session_drop(&s->dump);
	session_drop(&s->change);
}

static enum output_subject subject_of(enum command command)
{
	switch (command) {
	case COMMAND_DELETE:
		return SUBJECT_DELETE;
	case COMMAND_EVENT:
		return SUBJECT_EVENTS;
	default:
		return SUBJECT_LIST;
	}
}

void session_begin(struct session *s, const struct request *request)
{
	s->request = request;
	s->failures = 0;
	s->skipped = 0;
	s->broken = false;
	s->account = (struct walk_account){0};
	s->output = (struct output){
		.format = request->format ? request->format : &output_text,
		.writer = writer_stdout(),
		.flags = request->output_flags,
		.subject = subject_of(request->command),
		.expectations = request->table == TABLE_EXPECT,
		.labels = request->labels,
		.view = &request->view,
		.names = s->names,
	};
}

void session_look_only(struct session *s)
{
	const struct request *request = s->request;

	s->looks_only = !netns_is_all(request->netns) && !request->view.resolve;
	/* What the time zone is cannot be read later on. */
	if (request->output_flags & (OUTPUT_TIMESTAMP | OUTPUT_KTIMESTAMP))
		tzset();
}

void session_confine(const struct session *s, bool asks)
{
	if (s->looks_only)
		sandbox_enter(asks ? SANDBOX_ADMIN : 0);
}

void session_forget(struct session *s)
{
	s->touched = 0;
	s->done = 0;
	s->untried = 0;
	s->account = (struct walk_account){0};
}

int session_open(struct session *s, struct ct_socket *socket)
{
	int error;

	if (socket->transport != NULL)
		return 0;
	error = ct_open(socket);
	if (error == 0)
		return 0;
	session_drop(socket);
	return report_socket(s, error);
}

int session_flush(struct session *s)
{
	int error = writer_flush(s->output.writer);

	if (error == 0)
		return 0;
	if (!s->unwritten)
		message("%sstandard output: %s", s->place, strerror(-error));
	s->unwritten = true;
	return EXIT_REFUSED;
}

static const char *subject_name(const struct session *s)
{
	bool events = s->request->command == COMMAND_EVENT;

	if (s->request->table == TABLE_EXPECT)
		return events ? "expectation events" : "expectations";
	return events ? "flow events" : "flow entries";
}

/* --strict: nothing hit is no failure, and some failures are told from all. */
static int exit_code(const struct session *s, uint64_t count, bool need_hit)
{
	bool strict = s->given->strict;

	if (s->failures > 0 || s->broken)
		return strict && count > 0 && s->mode == CHANGE_REAL ? EXIT_PARTLY : EXIT_REFUSED;
	if (need_hit && count == 0 && !s->loading &&
		!(strict && s->request->command != COMMAND_GET))
		return EXIT_REFUSED;
	return EXIT_DONE;
}

/* Whether the count is of what was written; of the others, it is of what was done. */
static bool counts_output(enum command command)
{
	return command == COMMAND_LIST || command == COMMAND_GET || command == COMMAND_EVENT;
}

/* What was refused as a whole counts nothing: "0" would say that nothing was there. */
static bool has_count(const struct session *s, uint64_t count, int written)
{
	if (written != EXIT_DONE && counts_output(s->request->command))
		return false;
	return !s->loading && (!s->broken || s->failures + count > 0);
}

int session_end(struct session *s, uint64_t count, bool need_hit)
{
	bool dry = s->mode == CHANGE_DRY;
	int code;

	output_end(&s->output);
	/* The lines of a load share their writes; run_load() flushes. */
	code = s->loading ? EXIT_DONE : session_flush(s);
	if (s->skipped > 0)
		message("%s%" PRIu64 " more entries were refused", s->place, s->skipped);
	s->done += count;
	if (has_count(s, count, code))
		message("%" PRIu64 " %s %s %s.", count, subject_name(s),
			dry ? "would have been" : "have been",
			cli_command_done(s->request->command));
	if (!s->loading && s->given->explain)
		explain_walk(s, count);
	return code != EXIT_DONE ? code : exit_code(s, count, need_hit);
}
