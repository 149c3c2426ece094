/* SPDX-License-Identifier: MIT */
/* From words to a request. */
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/message.h"
#include "base/writer.h"
#include "cli/request.h"

/*
 * State that outlives one request: the label list, read at most once a path.
 * Zero it before first use; cli_free() at the end.
 */
struct cli {
	struct label_map labels;
	char *labels_path;  /* path that labels was read from, NULL: not yet */
	int labels_error;   /* 0 or the negative errno of that */
	bool labels_warned; /* the person has been told of it */

	/* What the person was told does nothing: a file may have it in each line. */
	uint32_t status_warned; /* flags that the kernel ignores */
	bool flags_warned;      /* flags of flows, of an expectation */
	bool range_warned;      /* --nat-range */

	/* Of the request in hand. */
	struct expression *expression; /* NULL: none */
	char *words;                   /* those that no option took, blanks between them */
	size_t words_length;
	size_t words_room;
};

/*
 * Read argv[1..argc-1] into a request, which points into argv and cli. 0, or
 * -1 with a complaint that names the option and the word and says what is
 * accepted. loading: the words are a line of a -R file, where only the
 * commands of -R are known.
 */
int cli_parse(struct cli *cli, int argc, char **argv, bool loading, struct request *request,
	struct complaint *complaint);

void cli_free(struct cli *cli);

/* Whether -R may contain this command. */
bool cli_loadable(enum command command, enum table table);

/* The text of --help for what request->help_… says. */
void cli_help(struct writer *w, const struct request *request);

/* Past tense, for summaries: "shown", "deleted", …; and "-D" of a command. */
const char *cli_command_done(enum command command);
const char *cli_command_option(enum command command);

#endif
