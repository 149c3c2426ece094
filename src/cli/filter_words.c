/* SPDX-License-Identifier: MIT */
/*
 * The expressions of a command line: the words that no option takes, --filter
 * and --filter-file. All of them must hold, besides the options.
 */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "cli/cli.h"
#include "cli/expression_parse.h"
#include "cli/given.h"

/* Of --filter-file; lists of addresses have files of their own. */
#define FILTER_FILE_MAX ((size_t)16 * 1024 * 1024)

int given_word(struct given *g, struct cli *cli, const char *word, struct complaint *c)
{
	size_t length = strlen(word);
	size_t used = g->left_over != NULL ? cli->words_length : 0;

	if (cli->words_room < used + length + 2) {
		size_t room = 2 * cli->words_room + length + 2;
		char *larger = realloc(cli->words, room);

		if (larger == NULL)
			return complain(c, "no memory for the expression");
		cli->words = larger;
		cli->words_room = room;
	}
	if (used > 0)
		cli->words[used++] = ' ';
	memcpy(cli->words + used, word, length + 1);
	cli->words_length = used + length;
	if (g->left_over == NULL)
		g->left_over = word;
	return 0;
}

/* What expressions of one command line share. */
struct filter_words {
	const struct given *g;
	struct cli *cli;
	struct expression *e;
	struct node *all; /* NODE_AND */
	struct complaint *c;
};

static const struct label_map *label_list(void *data, const char **why)
{
	const struct filter_words *f = data;

	return given_label_list(f->g, f->cli, why);
}

static int add_text(struct filter_words *f, const struct expression_source *source)
{
	const struct label_source labels = {.list = label_list, .data = f};
	struct node *node = expression_parse(f->e, source, &labels, f->c);

	if (node == NULL)
		return -1;
	node_add(f->all, node);
	return 0;
}

static int add_file(struct filter_words *f, const struct given_filter *filter)
{
	struct spelling s;
	struct expression_source source = {.is_file = true};
	char name[256];
	char *text;
	size_t length;
	int error = file_read(filter->text, FILTER_FILE_MAX, &text, &length);

	option_spelled(&s, f->g, filter->id);
	if (error < 0)
		return complain(f->c, "%s: '%s' cannot be read: %s", s.text, filter->text,
			strerror(-error));
	snprintf(name, sizeof(name), "%s", filter->text);
	source.name = name;
	source.text = text;
	/* What stands behind it would be left out, and less would be asked for. */
	if (memchr(text, '\0', length) != NULL)
		error = complain(f->c, "%s: '%s' has a NUL byte", s.text, filter->text);
	else
		error = add_text(f, &source);
	free(text);
	return error;
}

static int add_all(struct filter_words *f)
{
	const struct given *g = f->g;

	if (g->left_over != NULL) {
		const struct expression_source source = {
			.name = "expression",
			.text = f->cli->words,
			.is_words = true,
		};

		if (add_text(f, &source) < 0)
			return -1;
	}
	for (unsigned i = 0; i < g->filter_count; i++) {
		const struct given_filter *filter = &g->filter[i];
		struct spelling s;
		const struct expression_source source = {
			.name = option_spelled(&s, g, filter->id),
			.text = filter->text,
		};
		int result = filter->id == OPTION_FILTER_FILE ? add_file(f, filter)
							      : add_text(f, &source);

		if (result < 0)
			return -1;
	}
	return 0;
}

/* As check_resync() of the options. */
static int check_resync(const struct given *g, const struct request *request, struct complaint *c)
{
	const char *changing = filter_changing(&request->filter);
	struct spelling s;

	if (!is_given(g, OPTION_RESYNC) || changing == NULL)
		return 0;
	return complain(c, "%s: does not go with an expression that asks for %s, which may change",
		option_spelled(&s, g, OPTION_RESYNC), changing);
}

int given_filter(
	const struct given *g, struct cli *cli, struct request *request, struct complaint *c)
{
	struct filter_words f = {.g = g, .cli = cli, .c = c};

	expression_free(cli->expression);
	cli->expression = NULL;
	if (g->left_over == NULL && g->filter_count == 0)
		return 0;
	cli->expression = f.e = expression_new();
	f.all = f.e != NULL ? node_join(f.e, NODE_AND) : NULL;
	if (f.all == NULL)
		return complain(c, "no memory for the expression");
	if (add_all(&f) < 0)
		return -1;
	if (expression_finish(f.e, f.all) < 0 || expression_split(f.e, &request->filter) < 0)
		return complain(c, "no memory for the expression");
	request->expression = f.e;
	return check_resync(g, request, c);
}
