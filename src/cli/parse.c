/* SPDX-License-Identifier: MIT */
/*
 * Words into struct given, the way getopt_long(3) with permutation does it,
 * and the whole way to a request.
 *
 * What differs from getopt: an optional argument (-n -g -j --label-del and the
 * table behind a command) may also be the next word, if that begins with
 * neither '-' nor '!'; a protocol's options are known to the right of -p only;
 * and a command's letter takes no attached table (-Lo id is -L -o id).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "base/suggest.h"
#include "cli/cli.h"
#include "cli/given.h"
#include "cli/options.h"
#include "cli/values.h"
#include "flow/expression.h"
#include "flow/status.h"

struct words {
	char **word; /* argv */
	int count;
	int next;        /* index of the word that is read next */
	bool only_words; /* behind -- */
	struct cli *cli;
};

/* Of a long option's word: up to the = or the end. Shorter than a call of strcspn(3). */
static size_t name_length(const char *word)
{
	size_t length = 0;

	while (word[length] != '\0' && word[length] != '=')
		length++;
	return length;
}

static const char *spell(struct spelling *s, const char *word, const char *name, char letter)
{
	if (word != NULL)
		snprintf(s->text, sizeof(s->text), "%.*s", (int)name_length(word), word);
	else if (letter != '\0')
		snprintf(s->text, sizeof(s->text), "-%c", letter);
	else
		snprintf(s->text, sizeof(s->text), "--%s", name ? name : "");
	return s->text;
}

const char *option_spelled(struct spelling *s, const struct given *g, int id)
{
	const char *word = is_given(g, id) ? g->word[id] : NULL;
	char letter = '\0';

	/* Nobody wrote --filter where the words stand by themselves. */
	if (id == OPTION_FILTER && is_given(g, id) && word == NULL && g->left_over != NULL) {
		snprintf(s->text, sizeof(s->text), "'%.40s'", g->left_over);
		return s->text;
	}
	if (id < OPTION_ROWS)
		letter = option_rows[id].letter != '\0' || !is_given(g, id)
				 ? option_rows[id].letter
				 : option_rows[id].letter2;
	return spell(s, word, option_name(id, g->protocol), letter);
}

const char *command_spelled(struct spelling *s, const struct given *g)
{
	return spell(s, g->command_word, NULL, g->command_letter);
}

static void given_start(struct given *g, bool loading)
{
	g->options = (option_set){0};
	g->parts = 0;
	g->command = COMMAND_NONE;
	g->table = TABLE_CONNTRACK;
	g->loading = loading;
	g->help = false;
	g->family = AF_UNSPEC;
	g->protocol = NULL;
	g->protocol_value = NULL;
	g->status_set = 0;
	g->status_clear = 0;
	g->expectation_flags = 0;
	g->event_mask = 0;
	g->format = NULL;
	g->output_flags = 0;
	g->label_map_path = NULL;
	g->label_count = 0;
	g->left_over = NULL;
	g->filter_count = 0;
	view_start(&g->view);
}

/* A word that is no option and nobody's argument. */
static int left_over(const char *word, struct complaint *c)
{
	if (is_table_name(word))
		return complain(c, "'%s': %s", word, table_misplaced);
	return complain(c, "'%s': a word that belongs to no option", word);
}

/* Whether the command may be given an expression. */
static bool takes_expression(const struct given *g)
{
	return g->command != COMMAND_NONE && g->command != COMMAND_HELP && !g->help &&
	       option_set_has(options_taken(option_place(g->command, g->table), g->loading),
		       OPTION_FILTER);
}

/* The words that no option took are an expression, or should not be there. */
static int judge_left_over(struct given *g, struct complaint *c)
{
	if (g->left_over == NULL)
		return 0;
	if (is_table_name(g->left_over) || !takes_expression(g))
		return left_over(g->left_over, c);
	if (!is_given(g, OPTION_FILTER))
		g->word[OPTION_FILTER] = NULL;
	mark_given(g, OPTION_FILTER);
	return 0;
}

/* The next word if it can be an optional argument, else NULL. */
static const char *take_optional(struct words *w)
{
	if (w->next >= w->count || w->word[w->next][0] == '-' || w->word[w->next][0] == '!')
		return NULL;
	return w->word[w->next++];
}

static int take_command(
	struct given *g, enum command command, const char *word, struct complaint *c)
{
	struct spelling before;
	struct spelling now;
	struct loadable_names names;
	const struct command_row *row = &command_rows[command];

	if (g->loading && row->loadable == 0)
		return complain(c, "%s: has no place in a file; %s have",
			spell(&now, word, row->name, row->option[1]),
			loadable_spelled(&names, UINT8_MAX));
	if (command == COMMAND_HELP && g->command != COMMAND_NONE && g->command != COMMAND_HELP &&
		g->command != COMMAND_VERSION && !g->help) {
		g->help = true;
		return 0;
	}
	if (g->command != COMMAND_NONE)
		return complain(c, "%s and %s are two commands; only one can be given at a time",
			command_spelled(&before, g), spell(&now, word, row->name, row->option[1]));
	g->command = command;
	g->command_word = word;
	g->command_letter = row->option[1];
	return 0;
}

/*
 * One option that was found: attached is what is written behind it in the same
 * word, or NULL. word is NULL for one that was written as a letter.
 */
static int take_option(struct given *g, struct words *w, int id, const char *word,
	const char *attached, struct complaint *c)
{
	struct spelling s;
	const char *value = attached;

	if (id >= OPTION_COMMAND) {
		enum command command = (enum command)(id - OPTION_COMMAND);

		if (take_command(g, command, word, c) < 0)
			return -1;
		if (command_rows[command].tables == 0)
			return value == NULL ? 0
					     : complain(c, "%s: takes no argument",
						       spell(&s, word, NULL, '\0'));
		if (value != NULL)
			return given_table(g, value, c);
		value = take_optional(w);
		if (value != NULL && !given_names_table(value) && takes_expression(g))
			return given_word(g, w->cli, value, c);
		return value != NULL ? given_table(g, value, c) : 0;
	}
	mark_given(g, id);
	g->word[id] = word;
	switch (option_argument(id)) {
	case ARGUMENT_NONE:
		if (value != NULL)
			return complain(c, "%s: takes no argument", option_spelled(&s, g, id));
		break;
	case ARGUMENT_REQUIRED:
		if (value == NULL && w->next < w->count)
			value = w->word[w->next++];
		if (value == NULL)
			return complain(c, "%s: needs an argument (%s)", option_spelled(&s, g, id),
				id < OPTION_ROWS ? option_rows[id].argument_name : "NUMBER");
		break;
	case ARGUMENT_OPTIONAL:
		if (value == NULL)
			value = take_optional(w);
		break;
	}
	return given_value(g, id, value, c);
}

/* The protocols that know an option, as "tcp, udp"; "" when none does. */
static void whose_option(const char *name, size_t length, char *text, size_t size)
{
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < protocol_count && used < size; i++) {
		if (option_by_name(name, length, &protocols[i]) >= 0)
			used += (size_t)snprintf(text + used, size - used, "%s%s",
				used > 0 ? ", " : "", protocols[i].name);
	}
}

static void offer_options(struct suggestion *nearest, const struct protocol *protocol)
{
	struct option_name known;
	unsigned cursor = 0;

	while (option_next_name(&cursor, protocol, &known))
		suggest_offer(nearest, known.name);
}

/* An option that no protocol knows either. */
static int nobodys_option(
	const struct given *g, const char *name, size_t length, struct complaint *c)
{
	struct suggestion nearest;
	char typed[64];

	snprintf(typed, sizeof(typed), "%.*s", (int)length, name);
	suggest_start(&nearest, typed);
	offer_options(&nearest, g->protocol);
	suggest_offer(&nearest, command_rows[COMMAND_LOAD].name);
	/* Those of a protocol that is not named yet. */
	for (size_t i = 0; g->protocol == NULL && i < protocol_count; i++)
		offer_options(&nearest, &protocols[i]);
	for (size_t i = 0; nearest.best == NULL && i < output_word_count; i++) {
		if (strcasecmp(output_words[i].name, typed) == 0)
			return complain(c, "--%s: unknown option, did you mean '-o %s'?", typed,
				output_words[i].name);
	}
	if (nearest.best == NULL)
		return complain(c, "--%s: unknown option", typed);
	return complain(c, "--%s: unknown option, did you mean '--%s'?", typed, nearest.best);
}

static int unknown_option(const struct given *g, const char *word, struct complaint *c)
{
	const char *name = word + 2;
	size_t length = name_length(name);
	char owners[96];

	if (length == strlen("load-file") && memcmp(name, "load-file", length) == 0)
		return complain(
			c, "--load-file: stands in the first place only (conntrack -R FILE)");
	whose_option(name, length, owners, sizeof(owners));
	if (owners[0] != '\0' && g->protocol_value == NULL)
		return complain(c, "--%.*s: is known to the right of -p only (-p %s)", (int)length,
			name, owners);
	if (owners[0] != '\0')
		return complain(c, "--%.*s: is not an option of -p %s (but of %s)", (int)length,
			name, g->protocol_value, owners);
	return nobodys_option(g, name, length, c);
}

/* --name, --name=value, --beginning-of-a-name. */
static int scan_long(struct given *g, struct words *w, const char *word, struct complaint *c)
{
	const char *name = word + 2;
	size_t length = name_length(name);
	const char *attached = name[length] == '=' ? name + length + 1 : NULL;
	int id = option_by_name(name, length, g->protocol);
	char fits[256];

	if (id < 0)
		id = length > 0
			     ? option_by_abbreviation(name, length, g->protocol, fits, sizeof(fits))
			     : -1;
	if (id == -2)
		return complain(c, "--%.*s: is the beginning of more than one option (%s)",
			(int)length, name, fits);
	if (id < 0)
		return unknown_option(g, word, c);
	return take_option(g, w, id, word, attached, c);
}

/* -abc: letters until one takes the rest of the word. */
static int scan_letters(struct given *g, struct words *w, const char *word, struct complaint *c)
{
	for (const char *p = word + 1; *p != '\0'; p++) {
		int id = option_by_letter(*p);
		const char *attached = NULL;

		if (*p == 'R')
			return complain(
				c, "-R: stands in the first place only (conntrack -R FILE)");
		if (id < 0)
			return complain(c, "-%c: unknown option", *p);

		bool takes_rest = id < OPTION_COMMAND && option_argument(id) != ARGUMENT_NONE;

		if (takes_rest && p[1] != '\0')
			attached = p + 1;
		/* A table may only follow the last letter of the word. */
		if (id >= OPTION_COMMAND && p[1] != '\0') {
			if (take_command(g, (enum command)(id - OPTION_COMMAND), NULL, c) < 0)
				return -1;
			continue;
		}
		if (take_option(g, w, id, NULL, attached, c) < 0)
			return -1;
		if (takes_rest)
			return 0;
	}
	return 0;
}

/* Who caused an event: 1.4.9 wrote that behind the options of a saved line. */
static bool is_origin(const struct given *g, const struct words *w, const char *word)
{
	return word[0] == '[' && g->loading && strcmp(word, "[USERSPACE]") == 0 &&
	       w->next < w->count && strncmp(w->word[w->next], "portid=", strlen("portid=")) == 0;
}

static int scan(struct given *g, struct words *w, struct complaint *c)
{
	while (w->next < w->count) {
		const char *word = w->word[w->next++];
		int result = 0;

		if (is_origin(g, w, word))
			break;
		if (word[0] != '-' || word[1] == '\0' || w->only_words)
			result = given_word(g, w->cli, word, c);
		else if (word[1] != '-')
			result = scan_letters(g, w, word, c);
		else if (word[2] != '\0')
			result = scan_long(g, w, word, c);
		else
			w->only_words = true;
		if (result < 0)
			return -1;
	}
	return judge_left_over(g, c);
}

/* --- all of it -------------------------------------------------------- */

static void request_start(struct request *request)
{
	request->command = COMMAND_NONE;
	request->table = TABLE_CONNTRACK;
	request->family = AF_UNSPEC;
	request->filter.count = 0;
	request->filter.rest = NULL;
	request->expression = NULL;
	request->flow.present = 0;
	request->flow.tuple[ORIGINAL] = (struct tuple){0};
	request->flow.tuple[REPLY] = (struct tuple){0};
	request->expectation.present = 0;
	request->skip_existing = false;
	request->zero_counters = false;
	request->event_mask = EVENTS_ALL;
	request->buffer_size = 0;
	request->format = &output_text;
	request->output_flags = 0;
	view_start(&request->view);
	request->netns = NULL;
	request->labels = NULL;
	request->load_path = NULL;
	request->explain = request->verify = request->dry_run = false;
	request->all = request->strict = false;
	request->maximum = UINT64_MAX;
	request->undo_path = NULL;
	request->help_command = COMMAND_NONE;
	request->help_protocol = NULL;
}

/* Flags to set that the kernel does not set: once, as a file may have many. */
static void warn_of_status(struct cli *cli, const struct flow *flow)
{
	uint32_t asked = flow->present & FLOW_STATUS ? flow->status & ~cli->status_warned : 0;

	for (size_t i = 0; i < status_bit_count; i++) {
		if (!status_bits[i].ignored || (asked & status_bits[i].bit) == 0)
			continue;
		message_plain("WARNING: %s can only be asked for, the kernel does not set it",
			status_bits[i].name);
		cli->status_warned |= status_bits[i].bit;
	}
}

/* Help asks nothing of the other words but that they are words. */
static void build_help(const struct given *g, struct request *request)
{
	request->command = COMMAND_HELP;
	request->table = g->table;
	request->help_command = g->help ? g->command : COMMAND_NONE;
	request->help_protocol = g->protocol;
}

/* -R -h: no file, which could be called ./-h. */
static bool asks_help_of_load(int argc, char **argv)
{
	return argc == 3 && (strcmp(argv[2], "-h") == 0 || strcmp(argv[2], "--help") == 0);
}

/*
 * The command line of -R, which is no option like others: its options may only
 * follow the file. 1 when it is one, 0 when not, -1 with a complaint.
 */
static int parse_load(struct cli *cli, struct given *g, int argc, char **argv,
	struct request *request, struct complaint *c)
{
	static const char name[] = "--load-file";
	const char *word = argc > 1 ? argv[1] : "";
	size_t length = strlen(name);
	bool attached = strncmp(word, name, length) == 0 && word[length] == '=';
	struct words words = {.word = argv, .count = argc, .next = attached ? 2 : 3, .cli = cli};

	if (strcmp(word, "-R") != 0 && strcmp(word, name) != 0 && !attached)
		return 0;
	if (!attached && asks_help_of_load(argc, argv))
		words.next = 2;
	if (argc < words.next)
		return complain(c, "%s: needs an argument (FILE)", word);
	given_start(g, false);
	g->command = COMMAND_LOAD;
	g->command_word = word[1] == '-' ? name : NULL;
	g->command_letter = 'R';
	if (scan(g, &words, c) < 0 || (!g->help && given_check(g, c) < 0))
		return -1;
	if (g->help) {
		build_help(g, request);
		return 1;
	}
	if (given_build(g, NULL, request, c) < 0)
		return -1;
	request->load_path = attached ? word + length + 1 : argv[2];
	return 1;
}

/* What 1.4.9 takes although it does nothing. */
static void warn_of_idle_words(struct cli *cli, const struct given *g)
{
	struct spelling s;
	bool flags = is_given(g, OPTION_STATUS) && g->table == TABLE_EXPECT &&
		     (g->status_set | g->status_clear) != 0;

	if (is_given(g, OPTION_NAT_RANGE) && !cli->range_warned) {
		message_plain("WARNING: -a, --nat-range is ignored; -n and -g take addresses");
		cli->range_warned = true;
	}
	if (flags && !cli->flags_warned) {
		message_plain("WARNING: %s: flags of flows are ignored; an expectation has "
			      "PERMANENT, INACTIVE and USERSPACE",
			option_spelled(&s, g, OPTION_STATUS));
		cli->flags_warned = true;
	}
}

static int no_command(bool loading, struct complaint *c)
{
	struct loadable_names names;

	if (loading)
		return complain(c, "no command given; %s have a place in a file",
			loadable_spelled(&names, UINT8_MAX));
	return complain(c, "no command given (-L lists, -h shows all)");
}

int cli_parse(struct cli *cli, int argc, char **argv, bool loading, struct request *request,
	struct complaint *complaint)
{
	static struct given g; /* as in main(): not on the stack */
	struct words words = {.word = argv, .count = argc, .next = 1, .cli = cli};

	request_start(request);
	if (!loading) {
		int load = parse_load(cli, &g, argc, argv, request, complaint);

		if (load != 0)
			return load < 0 ? -1 : 0;
	}
	given_start(&g, loading);
	if (scan(&g, &words, complaint) < 0)
		return -1;
	if (g.command == COMMAND_NONE)
		return no_command(loading, complaint);
	if (!g.help && given_check(&g, complaint) < 0)
		return -1;
	if (g.help || g.command == COMMAND_HELP) {
		build_help(&g, request);
	} else {
		if (given_labels(&g, cli, request, complaint) < 0 ||
			given_build(&g, request->labels, request, complaint) < 0 ||
			given_filter(&g, cli, request, complaint) < 0)
			return -1;
		given_labels_shown(&g, request);
		warn_of_status(cli, &request->flow);
	}
	warn_of_idle_words(cli, &g);
	return 0;
}

void cli_free(struct cli *cli)
{
	label_map_free(&cli->labels);
	free(cli->labels_path);
	expression_free(cli->expression);
	free(cli->words);
	*cli = (struct cli){0};
}

bool cli_loadable(enum command command, enum table table)
{
	return (command_rows[command].loadable >> table & 1) != 0;
}

const char *loadable_spelled(struct loadable_names *names, unsigned tables)
{
	const char *options[COMMANDS];
	size_t count = 0;

	for (int command = COMMAND_NONE + 1; command < COMMANDS; command++) {
		if (command_rows[command].loadable & tables)
			options[count++] = command_rows[command].option;
	}
	return list_words(names->text, sizeof(names->text), options, count, " and ");
}

const char *cli_command_done(enum command command)
{
	return command_rows[command].done != NULL ? command_rows[command].done : "done";
}

const char *cli_command_option(enum command command)
{
	return command_rows[command].option != NULL ? command_rows[command].option : "";
}
