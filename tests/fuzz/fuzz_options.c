/* SPDX-License-Identifier: MIT */
/*
 * Any words as a command line, and as a line of a -R file: each is a request
 * that can be run, or has a complaint of one line.
 */
#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "fuzz/no_files.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* More words than anybody writes. */
#define WORDS_MAX 128

static void check_complaint(const struct complaint *c)
{
	size_t length = strnlen(c->text, sizeof(c->text));

	check(length > 0 && length < sizeof(c->text));
	/* Errors of expressions have lines: the text, and what is underlined. */
	for (size_t i = 0; i < length; i++)
		check(c->text[i] == '\n' || !iscntrl((unsigned char)c->text[i]));
}

static void check_request(const struct request *r, bool loading)
{
	static char buffer[2 * WRITER_RESERVE_MAX];
	struct writer w;

	check(r->command > COMMAND_NONE && r->command < COMMANDS && r->table < TABLES);
	check(r->filter.count <= FILTER_TERMS_MAX);
	check(r->format != NULL && r->buffer_size >= 0);
	check(!loading || cli_loadable(r->command, r->table));
	check((r->command == COMMAND_LOAD) == (r->load_path != NULL));
	if (r->command == COMMAND_CREATE && r->table == TABLE_CONNTRACK)
		check(r->flow.tuple[ORIGINAL].present & r->flow.tuple[REPLY].present &
			TUPLE_ADDRESSES);
	if (r->command != COMMAND_HELP)
		return;
	writer_open(&w, -1, buffer, sizeof(buffer));
	cli_help(&w, r);
	(void)writer_flush(&w); /* cannot be written anywhere */
}

static void parse(struct cli *cli, int argc, char **argv, bool loading)
{
	static struct request request;
	struct complaint complaint;

	memset(&complaint, 0xff, sizeof(complaint));
	files_forbid();
	if (cli_parse(cli, argc, argv, loading, &request, &complaint) < 0)
		check_complaint(&complaint);
	else
		check_request(&request, loading);
	files_allow();
}

/* A list of labels as if the default one had been read. */
static void have_labels(struct cli *cli)
{
	static const char list[] = "0 zero\n1 one\n2 two words\n127 last\n";

	*cli = (struct cli){.labels_path = strdup(LABEL_MAP_DEFAULT)};
	check(cli->labels_path != NULL);
	check(label_map_parse(&cli->labels, list, strlen(list), NULL, NULL) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char program[] = "conntrack";
	char *argv[WORDS_MAX + 2] = {program};
	char *text = malloc(size + 1);
	int argc = 1;

	check(text != NULL);
	for (size_t i = 0; i < size; i++)
		text[i] = data[i] == '\n' ? '\0' : (char)data[i];
	text[size] = '\0';
	for (size_t at = 0; at < size && argc <= WORDS_MAX; at += strlen(text + at) + 1)
		argv[argc++] = text + at;
	for (int loading = 0; loading <= 1; loading++) {
		struct cli cli;

		have_labels(&cli);
		parse(&cli, argc, argv, loading);
		cli_free(&cli);
	}
	free(text);
	return 0;
}
