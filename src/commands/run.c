/* SPDX-License-Identifier: MIT */
#include "commands/run.h"

#include <unistd.h>

#include "base/message.h"
#include "cli/cli.h"
#include "commands/commands.h"
#include "commands/netns.h"
#include "commands/resolve.h"
#include "commands/undo.h"

static int run_version(struct session *s)
{
	writer_string(s->output.writer, message_program);
	writer_string(s->output.writer, "\n");
	return session_flush(s);
}

static int run_help(struct session *s)
{
	cli_help(s->output.writer, s->request);
	return session_flush(s);
}

typedef int (*run_fn)(struct session *s);

/* By command: what runs it on the tables of flows, and on that of expectations. */
static const struct {
	run_fn flows;
	run_fn expectations;
} runners[COMMANDS] = {
	[COMMAND_LIST] = {run_list, run_list_expectations},
	[COMMAND_GET] = {run_get, run_get_expectation},
	[COMMAND_DELETE] = {run_delete, run_delete_expectation},
	[COMMAND_CREATE] = {run_create, run_create_expectation},
	[COMMAND_ADD] = {run_create, NULL},
	[COMMAND_UPDATE] = {run_update, NULL},
	[COMMAND_EVENT] = {run_events, run_events},
	[COMMAND_FLUSH] = {run_flush, run_flush_expectations},
	[COMMAND_COUNT] = {run_count, run_count_expectations},
	[COMMAND_STATS] = {run_stats, run_stats},
	[COMMAND_VERSION] = {run_version, run_version},
	[COMMAND_HELP] = {run_help, run_help},
};

/*
 * -D and -U of everything: scripts do it, but a person on a terminal is asked
 * to say so. True when it may go on.
 */
static bool all_is_meant(const struct session *s)
{
	const struct request *request = s->request;

	if ((request->command != COMMAND_DELETE && request->command != COMMAND_UPDATE) ||
		!filter_is_empty(&request->filter) || request->table != TABLE_CONNTRACK ||
		request->all || s->loading || s->mode != CHANGE_REAL || !isatty(STDIN_FILENO) ||
		!isatty(STDOUT_FILENO))
		return true;
	message("%s without any condition is about every entry of the table: add --all if that is "
		"meant, or --dry-run to see them",
		cli_command_option(request->command));
	return false;
}

/* Whether a command changes entries by commands/changes.h, which knows what is not to be done. */
static bool is_bulk(const struct request *request)
{
	return request->table == TABLE_CONNTRACK &&
	       (request->command == COMMAND_DELETE || request->command == COMMAND_UPDATE ||
		       request->command == COMMAND_FLUSH);
}

static int run_here(struct session *s, void *data)
{
	run_fn *fn = data;

	return (*fn)(s);
}

/* Lists walk the namespaces by themselves, because they end but once. */
static bool is_run_in_each(const struct request *request)
{
	return netns_is_all(request->netns) && request->command != COMMAND_LIST;
}

int run_request(struct session *s, const struct request *request)
{
	bool expectations = request->table == TABLE_EXPECT;
	run_fn fn = expectations ? runners[request->command].expectations
				 : runners[request->command].flows;

	session_begin(s, request);
	if (fn == NULL) {
		message("%s%s does not act on this table", s->place,
			cli_command_option(request->command));
		return EXIT_USAGE;
	}
	if (!all_is_meant(s))
		return EXIT_USAGE;
	if (s->loading && s->mode != CHANGE_REAL && !is_bulk(request)) {
		s->touched++;
		s->untried++;
		return EXIT_DONE;
	}
	return is_run_in_each(request) ? netns_each(s, run_here, &fn) : fn(s);
}

/* The command, with what it deletes kept if that is asked for. */
static int run_given(struct session *s, struct cli *cli)
{
	int code = undo_open(s);

	if (code != EXIT_DONE)
		return code;
	if (s->given->command == COMMAND_LOAD) {
		session_begin(s, s->given);
		code = run_load(s, cli);
	} else {
		code = run_request(s, s->given);
	}
	return undo_close(s, code);
}

/*
 * Names are looked up where the program was started: its resolver, not that of
 * the namespace, which may reach nobody. 0 or EXIT_REFUSED.
 */
static int prepare(struct session *s, const struct request *request)
{
	if (request->view.resolve)
		s->names = resolve_start();
	if (request->netns == NULL || netns_is_all(request->netns))
		return 0;
	return netns_enter(s, request->netns);
}

int command_run(struct cli *cli, const struct request *request)
{
	struct session session;
	int code;

	session_start(&session, request);
	code = prepare(&session, request);
	if (code == 0)
		code = run_given(&session, cli);
	session_close(&session);
	if (code == EXIT_DONE && message_failed())
		code = EXIT_REFUSED;
	return code;
}
