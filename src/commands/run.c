/* SPDX-License-Identifier: MIT */
#include "commands/run.h"

#include <errno.h>

#include "base/message.h"
#include "cli/cli.h"
#include "commands/commands.h"

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
	return fn(s);
}

int command_run(struct cli *cli, const struct request *request)
{
	struct session session;
	int code;

	session_start(&session);
	if (request->command == COMMAND_LOAD) {
		session_begin(&session, request);
		code = run_load(&session, cli);
	} else {
		code = run_request(&session, request);
	}
	session_close(&session);
	if (code == EXIT_DONE && message_failed())
		code = EXIT_REFUSED;
	return code;
}
