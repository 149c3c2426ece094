/* SPDX-License-Identifier: MIT */
/* A command line as one text, parsed with a list of labels of its own. */
#ifndef TESTS_UNIT_CLI_LINES_H
#define TESTS_UNIT_CLI_LINES_H

#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/load_file.h"

struct parsed {
	int result; /* of cli_parse() */
	struct request request;
	struct complaint complaint;
	struct cli cli;
	struct load_file words;
	char *text; /* that request points into */
};

/*
 * Words are parted as in a -R file; a line that begins with @ is parsed as one
 * of such a file. Free with forget_line().
 */
static struct parsed *parse_line(const char *line)
{
	static const char labels[] = "0 zero\n1 one\n2 two words\n40 forty\n127 last\n";
	struct parsed *p = calloc(1, sizeof(*p));
	bool loading = line[0] == '@';
	char *empty[] = {NULL, NULL};
	int split;

	if (p == NULL)
		abort();
	/* What is not set by the parser must not be read: make it odd. */
	memset(&p->request, 0xa5, sizeof(p->request));
	p->text = strdup(line + loading);
	p->cli.labels_path = strdup(LABEL_MAP_DEFAULT);
	if (p->text == NULL || p->cli.labels_path == NULL ||
		label_map_parse(&p->cli.labels, labels, strlen(labels), NULL, NULL) < 0)
		abort();
	split = load_file_split(&p->words, p->text, strlen(p->text), &p->complaint);
	if (split < 0)
		abort();
	p->result = cli_parse(&p->cli, split == 0 ? 1 : p->words.count,
		split == 0 ? empty : p->words.words, loading, &p->request, &p->complaint);
	return p;
}

static void forget_line(struct parsed *p)
{
	cli_free(&p->cli);
	load_file_close(&p->words);
	free(p->text);
	free(p);
}

#endif
