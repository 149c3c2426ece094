/* SPDX-License-Identifier: MIT */
/*
 * usage: generate SHELL TEMPLATE
 *
 * Write the completion script of bash, zsh or fish: the template, in which each
 * @NAME@ gives way to what the option table has to say there.
 */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/options.h"
#include "cli/values.h"
#include "flow/field.h"

enum shell { BASH, ZSH, FISH, SHELLS };

static const char *const shell_names[SHELLS] = {"bash", "zsh", "fish"};

static const char *const kind_names[] = {
	[VALUE_FREE] = "none",
	[VALUE_PROTOCOL] = "protocol",
	[VALUE_FAMILY] = "family",
	[VALUE_STATUS] = "status",
	[VALUE_OUTPUT] = "output",
	[VALUE_EVENT] = "event",
	[VALUE_LABEL] = "label",
	[VALUE_FILE] = "file",
	[VALUE_NETNS] = "netns",
	[VALUE_STATE] = "state",
	[VALUE_ROLE] = "role",
	[VALUE_FIELD] = "field",
	[VALUE_AMOUNT] = "amount",
	[VALUE_SORT] = "sort",
	[VALUE_TCP_FLAG] = "tcp_flag",
};

/* What the scripts call a kind; one that they know nothing of is free. */
static const char *kind_name(enum value_kind kind)
{
	bool known = (size_t)kind < sizeof(kind_names) / sizeof(kind_names[0]);

	return known && kind_names[kind] != NULL ? kind_names[kind] : kind_names[VALUE_FREE];
}

static void put_words(const struct value_word *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		printf("%s%s", i > 0 ? " " : "", words[i].name);
}

/* Names of fields; what groups are sorted by besides them. */
static void put_fields(enum value_kind kind)
{
	for (size_t i = 0; i < field_count; i++) {
		if (kind != VALUE_AMOUNT || fields[i].type == FIELD_AMOUNT)
			printf("%s ", fields[i].name);
	}
	if (kind == VALUE_SORT)
		printf("flows");
}

/* Where an option stands whose words are not the same everywhere; 0: they are. */
static uint32_t varying_places(enum value_kind kind)
{
	switch (kind) {
	case VALUE_STATUS:
		return option_rows[OPTION_STATUS].takes;
	case VALUE_OUTPUT:
		return option_rows[OPTION_OUTPUT].takes;
	default:
		return 0;
	}
}

static void put_names(const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		printf("%s%s", i > 0 ? " " : "", names[i]);
}

/*
 * The words of a kind, parted by blanks, at a place (0: at any) if that makes a
 * difference; nothing for a kind that has no list of its own.
 */
static void put_values(enum value_kind kind, uint32_t place)
{
	const char *names[VALUE_WORDS_MAX];

	switch (kind) {
	case VALUE_PROTOCOL:
		for (size_t i = 0; i < protocol_count; i++)
			printf("%s%s", i > 0 ? " " : "", protocols[i].name);
		break;
	case VALUE_FAMILY:
		printf("ipv4 ipv6");
		break;
	case VALUE_STATUS:
		put_names(names, status_words_at(place, names));
		break;
	case VALUE_OUTPUT:
		put_names(names, output_words_at(place, names));
		break;
	case VALUE_EVENT:
		put_words(event_words, event_word_count);
		break;
	case VALUE_ROLE:
		for (uint8_t role = 0; field_role_name(role) != NULL; role++)
			printf("%s%s", role > 0 ? " " : "", field_role_name(role));
		break;
	case VALUE_FIELD:
	case VALUE_AMOUNT:
	case VALUE_SORT:
		put_fields(kind);
		break;
	case VALUE_TCP_FLAG:
		for (unsigned i = 0; i < TCP_FLAG_COUNT; i++)
			printf("%s ", tcp_flag_names[i]);
		printf(TCP_FLAG_NONE);
		break;
	default: /* of VALUE_STATE, by protocol: put_states() */
		break;
	}
}

static void put_states(const struct protocol *p)
{
	for (unsigned i = 0; i < p->state_count; i++)
		printf("%s%s", i > 0 ? " " : "", p->states[i]);
}

static bool is_list(enum value_kind kind)
{
	switch (kind) {
	case VALUE_STATUS:
	case VALUE_OUTPUT:
	case VALUE_EVENT:
	case VALUE_LABEL:
	case VALUE_FIELD:
	case VALUE_AMOUNT:
	case VALUE_SORT:
	case VALUE_TCP_FLAG:
		return true;
	default:
		return false;
	}
}

/* Help inside single quotes: zsh parts a description at a colon. */
static void put_help(enum shell shell, const char *help)
{
	for (; *help != '\0'; help++) {
		if (*help == '\'')
			printf(shell == FISH ? "\\'" : "'\\''");
		else if (*help == ':' && shell == ZSH)
			printf("\\:");
		else
			putchar(*help);
	}
}

/* The places of a command on a table; "-L dying" and so on take what -L takes. */
static void put_places(enum shell shell, uint32_t places)
{
	const char *before = "";

	for (int command = COMMAND_NONE + 1; command < COMMANDS; command++) {
		const struct command_row *row = &command_rows[command];

		for (int table = 0; table < TABLES; table++) {
			if (!(places & option_place((enum command)command, (enum table)table)))
				continue;
			if (table != TABLE_CONNTRACK && !(row->tables >> table & 1))
				continue;
			printf("%s\"%s%s%s\"", before, row->option,
				table != TABLE_CONNTRACK ? " " : "",
				table != TABLE_CONNTRACK ? table_names[table] : "");
			before = shell == FISH ? " " : "|";
		}
	}
}

/* --- @COMMANDS@: which command the line has --------------------------- */

static void commands(enum shell shell)
{
	const char *indent = shell == BASH ? "\t\t" : "\t";
	const char *open = shell == ZSH ? "(" : "";

	for (int command = COMMAND_NONE + 1; command < COMMANDS; command++) {
		const struct command_row *row = &command_rows[command];
		bool tables = row->tables != 0;

		if (command == COMMAND_HELP) /* behind a command it is none */
			continue;
		if (shell == FISH) {
			printf("            case %s --%s\n                set command %s\n",
				row->option, row->name, row->option);
			if (tables)
				printf("                set after 1\n");
			printf("            case '%s*'\n                set command %s\n",
				row->option, row->option);
			continue;
		}
		printf("%s%s%s|--%s) command=%s%s ;;\n", indent, open, row->option, row->name,
			row->option, tables ? " after=1" : "");
		printf("%s%s%s*) command=%s ;;\n", indent, open, row->option, row->option);
	}
}

/* --- @KINDS@: what kind of value the word before wants ---------------- */

/* Parts are numbers; protocols share their names, so each is written at its first. */
static void part_kinds(const char *indent, const char *open, size_t row)
{
	struct option_name known;
	unsigned cursor = 0;

	while (option_next_name(&cursor, &protocols[row], &known)) {
		bool before = known.id < OPTION_PART || known.id >= OPTIONS;

		for (size_t i = 0; i < row && !before; i++)
			before = option_by_name(known.name, strlen(known.name), &protocols[i]) >= 0;
		if (!before)
			printf("%s%s--%s) kind=none ;;\n", indent, open, known.name);
	}
}

static void kinds(enum shell shell)
{
	const char *indent = shell == BASH ? "\t" : "";
	const char *open = shell == ZSH ? "(" : "";

	for (int id = 0; id < OPTION_ROWS; id++) {
		const struct option_row *row = &option_rows[id];

		if (row->argument != ARGUMENT_REQUIRED)
			continue;
		printf("%s%s--%s", indent, open, row->name);
		if (row->alias != NULL)
			printf("|--%s", row->alias);
		if (row->letter != '\0')
			printf("|-%c", row->letter);
		printf(") kind=%s ;;\n", kind_name(row->values));
	}
	printf("%s%s%s|--%s) kind=%s ;;\n", indent, open, command_rows[COMMAND_LOAD].option,
		command_rows[COMMAND_LOAD].name, kind_name(VALUE_FILE));
	for (size_t i = 0; i < protocol_count; i++)
		part_kinds(indent, open, i);
}

/* --- @VALUES@: the words of a kind ------------------------------------ */

/* How a shell of the two writes the words of an arm of a case. */
struct arm {
	enum shell shell;
	const char *indent, *open, *start, *end;
};

/* Those of a kind that differ by place: each command and table, then all of them. */
static void put_varying(const struct arm *arm, enum value_kind kind)
{
	uint32_t places = varying_places(kind);

	printf("%s%s%s)\n%s\tcase $command$table in\n", arm->indent, arm->open, kind_name(kind),
		arm->indent);
	for (; places != 0; places &= places - 1) {
		uint32_t place = places & -places;

		printf("%s\t%s", arm->indent, arm->open);
		put_places(arm->shell, place);
		printf(") %s", arm->start);
		put_values(kind, place);
		printf("%s ;;\n", arm->end);
	}
	printf("%s\t%s*) %s", arm->indent, arm->open, arm->start);
	put_values(kind, 0);
	printf("%s ;;\n%s\tesac\n%s\t;;\n", arm->end, arm->indent, arm->indent);
}

static void values(enum shell shell)
{
	const char *indent = shell == BASH ? "\t" : "";
	const char *open = shell == ZSH ? "(" : "";
	const char *start = shell == BASH ? "words='" : "values=(";
	const char *end = shell == BASH ? "'" : ")";

	for (int kind = VALUE_FREE + 1; kind < (int)(sizeof(kind_names) / sizeof(kind_names[0]));
		kind++) {
		if (kind == VALUE_LABEL || kind == VALUE_FILE || kind == VALUE_NETNS ||
			kind == VALUE_STATE || kind_names[kind] == NULL)
			continue;
		if (varying_places((enum value_kind)kind) != 0) {
			put_varying(&(struct arm){shell, indent, open, start, end},
				(enum value_kind)kind);
			continue;
		}
		printf("%s%s%s) %s", indent, open, kind_name((enum value_kind)kind), start);
		put_values((enum value_kind)kind, 0);
		printf("%s ;;\n", end);
	}
	printf("%s%sstate)\n%s\tcase $protocol in\n", indent, open, indent);
	for (size_t i = 0; i < protocol_count; i++) {
		if (protocols[i].state_count == 0)
			continue;
		printf("%s\t%s%s) %s", indent, open, protocols[i].name, start);
		put_states(&protocols[i]);
		printf("%s ;;\n", end);
	}
	printf("%s\tesac\n%s\t;;\n", indent, indent);
}

/* --- @TAKES@: the options of a place ---------------------------------- */

static void put_option(enum shell shell, const struct option_row *row)
{
	const char *names[] = {row->name, row->alias};

	if (row->letter != '\0' && shell == BASH)
		printf(" -%c", row->letter);
	for (size_t i = 0; i < 2 && names[i] != NULL; i++) {
		if (shell == BASH) {
			printf(" --%s", names[i]);
			continue;
		}
		printf("\t\t'--%s:", names[i]);
		put_help(shell, row->help);
		printf("'\n");
	}
	if (row->letter != '\0' && shell == ZSH) {
		printf("\t\t'-%c:", row->letter);
		put_help(shell, row->help);
		printf("'\n");
	}
}

/* A row for fish at some places. */
static void put_fish_option(const struct option_row *row, uint32_t places)
{
	printf("complete -c conntrack -n '__conntrack_at ");
	put_places(FISH, places);
	printf("'");
	if (row->letter != '\0')
		printf(" -s %c", row->letter);
	printf(" -l %s", row->name);
	if (row->alias != NULL)
		printf(" -l %s", row->alias);
	if (row->values == VALUE_FILE)
		printf(" -r -F");
	else if (row->argument == ARGUMENT_REQUIRED)
		printf(" -x");
	if (row->values != VALUE_FREE && row->values != VALUE_FILE && row->values != VALUE_STATE) {
		printf(is_list(row->values) ? " -a '(__conntrack_list " : " -a '");
		if (row->values == VALUE_LABEL)
			printf("(__conntrack_labels)");
		if (row->values == VALUE_NETNS)
			printf("(__conntrack_netns)");
		put_values(row->values, places);
		printf(is_list(row->values) ? ")'" : "'");
	}
	printf(" -d '");
	put_help(FISH, row->help);
	printf("'\n");
}

static void put_tables(const struct command_row *row)
{
	for (int table = 0, n = 0; table < TABLES; table++) {
		if (row->tables >> table & 1)
			printf("%s%s", n++ > 0 ? " " : "", table_names[table]);
	}
}

static void fish_takes(void)
{
	for (int id = 0; id < OPTION_STATE; id++) {
		const struct option_row *row = &option_rows[id];
		uint32_t places = varying_places(row->values);

		if (places == 0)
			put_fish_option(row, row->takes);
		for (; places != 0; places &= places - 1)
			put_fish_option(row, places & -places);
	}
	for (int command = COMMAND_NONE + 1; command < COMMANDS; command++) {
		const struct command_row *row = &command_rows[command];

		if (row->tables == 0)
			continue;
		printf("complete -c conntrack -n '__conntrack_after %s --%s' -a '", row->option,
			row->name);
		put_tables(row);
		printf("' -d table\n");
	}
}

/* Every place once: a command on the table conntrack, and on expect. */
static void takes(enum shell shell)
{
	const char *indent = shell == BASH ? "\t" : "";

	for (unsigned bit = 0; shell != FISH && bit < 32; bit++) {
		enum command command = (enum command)(bit % 16);
		uint32_t place = UINT32_C(1) << bit;

		if (command == COMMAND_NONE || command >= COMMANDS || command == COMMAND_HELP ||
			(bit >= 16 && !(command_rows[command].tables >> TABLE_EXPECT & 1)))
			continue;
		printf("%s%s", indent, shell == ZSH ? "(" : "");
		put_places(shell, place);
		printf(")\n%s\ttables='", indent);
		put_tables(&command_rows[command]);
		if (shell == ZSH)
			printf("'\n\ttables=(${=tables})");
		printf(shell == BASH
				? "'\n\t\twords='-h --help"
				: "\n\toptions=(\n\t\t'--help:show what this command takes'\n");
		for (int id = 0; id < OPTION_STATE; id++) {
			if (option_rows[id].takes & place)
				put_option(shell, &option_rows[id]);
		}
		printf(shell == BASH ? "'\n\t\t;;\n" : "\t)\n\t;;\n");
	}
	if (shell == FISH)
		fish_takes();
}

/* --- @PROTOCOLS@: the options of a place and a protocol --------------- */

static uint32_t taken_at(int id, const struct protocol *p)
{
	unsigned n = (unsigned)(id - OPTION_PART);

	if (id < OPTION_ROWS)
		return option_rows[id].takes;
	return part_rules[p->part[n % TUPLE_PART_COUNT].kind][n / TUPLE_PART_COUNT].takes;
}

static const char *help_of(int id, const struct protocol *p)
{
	static char text[128];
	unsigned n = (unsigned)(id - OPTION_PART);

	if (id < OPTION_ROWS)
		return option_rows[id].help;
	snprintf(text, sizeof(text), "%s %s", p->part[n % TUPLE_PART_COUNT].help,
		part_place_help[n / TUPLE_PART_COUNT]);
	return text;
}

static bool is_protocols(const struct option_name *known)
{
	return known->id >= OPTION_STATE && known->id < OPTIONS;
}

static void fish_protocol(const struct protocol *p)
{
	struct option_name known;
	unsigned cursor = 0;

	while (option_next_name(&cursor, p, &known)) {
		if (!is_protocols(&known))
			continue;
		printf("complete -c conntrack -n '__conntrack_protocol_at %s ", p->name);
		put_places(FISH, taken_at(known.id, p));
		printf("' -l %s -x", known.name);
		if (known.id == OPTION_STATE) {
			printf(" -a '");
			put_states(p);
			printf("'");
		} else if (known.id == OPTION_ROLE) {
			printf(" -a '");
			put_values(VALUE_ROLE, 0);
			printf("'");
		}
		printf(" -d '");
		put_help(FISH, help_of(known.id, p));
		printf("'\n");
	}
}

static void protocol_at(enum shell shell, const struct protocol *p, unsigned bit)
{
	const struct command_row *row = &command_rows[bit % 16];
	struct option_name known;
	unsigned cursor = 0;
	bool first = true;

	while (option_next_name(&cursor, p, &known)) {
		if (!is_protocols(&known) || !(taken_at(known.id, p) >> bit & 1))
			continue;
		if (first)
			printf(shell == BASH ? "\t\"%s%s %s\") words+='"
					     : "(\"%s%s %s\")\n\toptions+=(\n",
				row->option, bit >= 16 ? " expect" : "", p->name);
		first = false;
		if (shell == BASH) {
			printf(" --%s", known.name);
			continue;
		}
		printf("\t\t'--%s:", known.name);
		put_help(shell, help_of(known.id, p));
		printf("'\n");
	}
	if (!first)
		printf(shell == BASH ? "' ;;\n" : "\t)\n\t;;\n");
}

static void protocol_options(enum shell shell)
{
	for (size_t i = 0; i < protocol_count; i++) {
		if (shell == FISH) {
			fish_protocol(&protocols[i]);
			continue;
		}
		for (unsigned bit = 0; bit < 32; bit++) {
			if (bit % 16 < COMMANDS)
				protocol_at(shell, &protocols[i], bit);
		}
	}
}

/* --- @COMMAND_WORDS@: where there is no command yet ------------------- */

/* When fish offers a command; help goes with any other. */
static const char *fish_condition(enum command command)
{
	if (command == COMMAND_HELP)
		return "";
	return command == COMMAND_LOAD ? " -n __conntrack_may_load"
				       : " -n 'not __conntrack_place >/dev/null'";
}

static void command_words(enum shell shell)
{
	for (int command = COMMAND_NONE + 1; command < COMMANDS; command++) {
		const struct command_row *row = &command_rows[command];

		if (shell == BASH) {
			printf("%s%s --%s", command > COMMAND_NONE + 1 ? " " : "", row->option,
				row->name);
			continue;
		}
		if (shell == ZSH)
			printf("\t\t'%s:", row->option);
		else
			printf("complete -c conntrack%s -s %c -l %s%s -d '",
				fish_condition((enum command)command), row->option[1], row->name,
				command == COMMAND_LOAD ? " -r -F" : "");
		put_help(shell, row->help);
		if (shell == ZSH) {
			printf("'\n\t\t'--%s:", row->name);
			put_help(shell, row->help);
		}
		printf("'\n");
	}
}

static const struct block {
	const char *name;
	void (*write)(enum shell shell);
} blocks[] = {
	{"@COMMANDS@", commands},
	{"@KINDS@", kinds},
	{"@VALUES@", values},
	{"@TAKES@", takes},
	{"@PROTOCOLS@", protocol_options},
	{"@COMMAND_WORDS@", command_words},
};

/* A line of the template: what stands before a block, the block, what stands behind. */
static void write_line(enum shell shell, const char *line)
{
	for (size_t i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++) {
		const char *at = strstr(line, blocks[i].name);
		const char *behind = at != NULL ? at + strlen(blocks[i].name) : NULL;

		if (at == NULL)
			continue;
		printf("%.*s", (int)(at - line), line);
		blocks[i].write(shell);
		if (strcmp(behind, "\n") != 0 || at != line)
			printf("%s", behind);
		return;
	}
	printf("%s", line);
}

int main(int argc, char **argv)
{
	enum shell shell = BASH;
	char line[512];
	FILE *template;

	while (argc == 3 && shell < SHELLS && strcmp(argv[1], shell_names[shell]) != 0)
		shell++;
	if (argc != 3 || shell == SHELLS) {
		fprintf(stderr, "usage: generate bash|zsh|fish TEMPLATE\n");
		return 2;
	}
	template = fopen(argv[2], "re");
	if (template == NULL) {
		perror(argv[2]);
		return 1;
	}
	while (fgets(line, sizeof(line), template) != NULL)
		write_line(shell, line);
	if (ferror(template) || fclose(template) != 0 || fflush(stdout) != 0) {
		perror(argv[2]);
		return 1;
	}
	return 0;
}
