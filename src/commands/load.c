/* SPDX-License-Identifier: MIT */
/* -R: run the commands of a file; all are checked before the first is run. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/message.h"
#include "cli/cli.h"
#include "cli/load_file.h"
#include "commands/run.h"

struct load {
	struct session *session;
	struct cli *cli;
	struct load_file file;
	char place[PATH_MAX + 32]; /* "FILE:LINE: " of the line in hand */
};

static void note_place(struct load *load)
{
	snprintf(load->place, sizeof(load->place), "%s:%u: ", load->file.path, load->file.line);
}

/*
 * Read the next line into a request: 1, 0 at the end of the file, or -1 after
 * saying what is wrong with it.
 */
static int next_request(struct load *load, struct request *request)
{
	struct complaint complaint, placed;
	int found = load_file_next(&load->file, &complaint);

	if (found == 0)
		return 0;
	note_place(load);
	if (found > 0 && cli_parse(load->cli, load->file.count, load->file.words, true, request,
				 &complaint) == 0)
		return 1;
	complain(&placed, "%s%s", load->place, complaint.text);
	message_usage(&placed);
	return -1;
}

static int check_lines(struct load *load)
{
	struct request request;
	int found;

	do {
		found = next_request(load, &request);
	} while (found > 0);
	return found < 0 ? EXIT_USAGE : EXIT_DONE;
}

/* The first line that is refused ends the load; what was done stays. */
static int run_lines(struct load *load)
{
	struct session *s = load->session;
	struct request request;
	int found, code;

	while ((found = next_request(load, &request)) > 0) {
		code = run_request(s, &request);
		if (code != EXIT_DONE)
			return code;
	}
	return found < 0 ? EXIT_USAGE : EXIT_DONE;
}

int run_load(struct session *s, struct cli *cli)
{
	struct load load = {.session = s, .cli = cli};
	const char *path = s->request->load_path;
	int code;
	int error = load_file_open(&load.file, path);

	if (error != 0) {
		/* A file that cannot be opened is a bad word of the command line. */
		message("-R: cannot open '%s': %s", path, strerror(-error));
		return EXIT_USAGE;
	}
	s->loading = true;
	s->place = load.place;
	code = check_lines(&load);
	if (code == EXIT_DONE) {
		error = load_file_rewind(&load.file);
		if (error != 0) {
			message("%s: %s", path, strerror(-error));
			code = EXIT_REFUSED;
		} else {
			code = run_lines(&load);
		}
	}
	load_file_close(&load.file);
	s->place = "";
	if (session_flush(s) != 0)
		code = EXIT_REFUSED;
	return code;
}
