/* SPDX-License-Identifier: MIT */
/* --help, out of the option table. */
#include <stdio.h>
#include <string.h>

#include "base/writer.h"
#include "cli/cli.h"
#include "cli/options.h"
#include "cli/values.h"
#include "flow/field.h"

/* Texts begin in this column and end before the other. */
#define TEXT_COLUMN 28
#define LAST_COLUMN 80

/* Write a text from `column` on, broken at blanks, further lines indented. */
static void put_text(struct writer *w, const char *text, unsigned column)
{
	while (*text != '\0') {
		size_t length = strcspn(text, " ");

		if (column > TEXT_COLUMN && column + 1 + length > LAST_COLUMN) {
			writer_string(w, "\n");
			column = 0;
		}
		if (column < TEXT_COLUMN) {
			for (; column < TEXT_COLUMN; column++)
				writer_string(w, " ");
		} else if (column > TEXT_COLUMN) {
			writer_string(w, " ");
			column++;
		}
		writer_bytes(w, text, length);
		column += (unsigned)length;
		text += length;
		text += strspn(text, " ");
	}
	writer_string(w, "\n");
}

/* A row: what is written, and what it does. */
static void put_row(struct writer *w, const char *what, const char *text)
{
	unsigned column = 2 + (unsigned)strlen(what);

	writer_string(w, "  ");
	writer_string(w, what);
	if (column >= TEXT_COLUMN) {
		writer_string(w, "\n");
		column = 0;
	}
	put_text(w, text, column);
}

/* Append "-L -G -D" of a set of places on one table (shift 0 or 16), as far as they have it. */
static size_t name_places(char *text, size_t size, size_t used, uint32_t places, unsigned shift)
{
	for (int command = COMMAND_NONE + 1; command < COMMANDS && used < size; command++) {
		bool has_table = shift == 0 || command_rows[command].tables & 1u << TABLE_EXPECT;

		if (has_table && places >> shift & ON(command))
			used += (size_t)snprintf(text + used, size - used, "%s%s",
				text[used - 1] == '[' ? "" : " ",
				cli_command_option((enum command)command));
	}
	return used;
}

/* Who takes an option, for the help on everything: "[-L -D; expect -G]". */
static void name_takers(char *text, size_t size, uint32_t takes)
{
	size_t used = (size_t)snprintf(text, size, "[");

	used = name_places(text, size, used, takes & UINT16_MAX, 0);
	if (takes >> 16 != 0) {
		used += (size_t)snprintf(
			text + used, size - used, "%sexpect", takes & UINT16_MAX ? "; " : "");
		used = name_places(text, size, used, takes, 16);
	}
	if (used < size)
		snprintf(text + used, size - used, "]");
}

/* "-s, --orig-src, --src ADDRESS[/BITS]" */
static void spell_row(char *text, size_t size, const struct option_row *row)
{
	bool optional = row->argument == ARGUMENT_OPTIONAL;
	size_t used = 0;

	if (row->letter != '\0')
		used += (size_t)snprintf(text, size, "-%c, ", row->letter);
	used += (size_t)snprintf(text + used, size - used, "--%s", row->name);
	if (row->alias != NULL)
		used += (size_t)snprintf(text + used, size - used, ", --%s", row->alias);
	if (row->argument != ARGUMENT_NONE)
		snprintf(text + used, size - used, optional ? " [%s]" : " %s", row->argument_name);
}

/* What an option is for; of -o, its words at that place too. */
static void describe_row(char *text, size_t size, const struct option_row *row, uint32_t place)
{
	const char *names[VALUE_WORDS_MAX];
	char known[160];

	if (row->values != VALUE_OUTPUT) {
		snprintf(text, size, "%s", row->help);
		return;
	}
	list_words(known, sizeof(known), names, output_words_at(place, names), ", ");
	snprintf(text, size, "%s: %s", row->help, known);
}

/* One row; place 0: for the help on everything. */
static void put_option(struct writer *w, const struct option_row *row, uint32_t place)
{
	char what[96];
	char about[240];
	char takers[160];
	char text[sizeof(about) + sizeof(takers)];

	spell_row(what, sizeof(what), row);
	describe_row(about, sizeof(about), row, place);
	if (place != 0) {
		snprintf(text, sizeof(text), "%s%s", about, row->needs & place ? " (needed)" : "");
	} else {
		name_takers(takers, sizeof(takers), row->takes);
		snprintf(text, sizeof(text), "%s %s", about,
			row == &option_rows[OPTION_NAT_RANGE] ? "" : takers);
	}
	put_row(w, what, text);
}

/* The options of one protocol, a row each. */
static void put_protocol(struct writer *w, const struct protocol *p, uint32_t place)
{
	char text[320];
	char what[96];

	writer_string(w, "\nOptions behind -p ");
	writer_string(w, p->name);
	writer_string(w, ":\n");
	for (int id = OPTION_PART; id < OPTIONS; id++) {
		unsigned at = (unsigned)(id - OPTION_PART) / TUPLE_PART_COUNT;
		const struct protocol_part *part = &p->part[(id - OPTION_PART) % TUPLE_PART_COUNT];

		if (!option_of_protocol(id, p))
			continue;

		const struct part_rule *rule = &part_rules[part->kind][at];

		if (place != 0 && !(rule->takes & place))
			continue;

		bool alias = at == PART_ORIGINAL && part->alias != NULL;

		snprintf(what, sizeof(what), "--%s%s%s %s", part->option[at], alias ? ", --" : "",
			alias ? part->alias : "", part->kind == PART_PORT ? "PORT" : "NUMBER");
		snprintf(text, sizeof(text), "%s %s%s", part->help, part_place_help[at],
			rule->needs & place ? " (needed)" : "");
		put_row(w, what, text);
	}
	for (int id = OPTION_STATE; id < OPTION_ROWS; id++) {
		const struct option_row *row = &option_rows[id];

		if (option_of_protocol(id, p) && (place == 0 || row->takes & place))
			put_option(w, row, place);
	}
	if (p->state_count == 0)
		return;

	size_t used = (size_t)snprintf(text, sizeof(text), "States:");

	for (unsigned i = 0; i < p->state_count && used < sizeof(text); i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, " %s", p->states[i]);
	writer_string(w, "  ");
	put_text(w, text, 2);
}

/* A line a protocol: the names that go with a place. */
static void put_protocol_names(struct writer *w, uint32_t place)
{
	bool first = true;

	for (size_t i = 0; i < protocol_count; i++) {
		const struct protocol *p = &protocols[i];
		char text[400];
		size_t used = 0;

		for (int id = OPTION_STATE; id < OPTIONS && used < sizeof(text); id++) {
			if (!option_of_protocol(id, p))
				continue;

			uint32_t takes =
				id < OPTION_ROWS
					? option_rows[id].takes
					: part_rules[p->part[(id - OPTION_PART) % TUPLE_PART_COUNT]
							     .kind]
						    [(id - OPTION_PART) / TUPLE_PART_COUNT]
							    .takes;

			if (takes & place)
				used += (size_t)snprintf(text + used, sizeof(text) - used, "%s--%s",
					used > 0 ? " " : "", option_name(id, p));
		}
		if (used == 0)
			continue;
		if (first)
			writer_string(w, "\nOptions of protocols, to the right of -p:\n");
		first = false;
		put_row(w, p->name, text);
	}
}

/* What stands right behind a command. */
static const char *command_argument(enum command command)
{
	if (command == COMMAND_LOAD)
		return " FILE";
	return command_rows[command].tables != 0 ? " [TABLE]" : "";
}

static void put_commands(struct writer *w)
{
	writer_string(w, "\nCommands:\n");
	for (int command = COMMAND_NONE + 1; command < COMMANDS; command++) {
		const struct command_row *row = &command_rows[command];
		char what[64];

		snprintf(what, sizeof(what), "%s, --%s%s", row->option, row->name,
			command_argument((enum command)command));
		put_row(w, what, row->help);
	}
}

static void put_whole(struct writer *w, const struct protocol *protocol)
{
	writer_string(w, message_program);
	writer_string(w,
		"\nList, create, change, delete and watch entries of the kernel's connection "
		"tracking.\n\n"
		"Usage: conntrack COMMAND [TABLE] [OPTIONS]\n"
		"       conntrack COMMAND --help\n"
		"       conntrack -R FILE\n");
	put_commands(w);
	writer_string(w, "\nTables: ");
	for (int table = 0; table < TABLES; table++) {
		writer_string(w, table > 0 ? ", " : "");
		writer_string(w, table_names[table]);
		writer_string(w, table == TABLE_CONNTRACK ? " (when none is named)" : "");
	}
	writer_string(w, "\n\nOptions, and the commands that they go with:\n");
	for (int id = 0; id < OPTION_STATE; id++)
		put_option(w, &option_rows[id], 0);
	if (protocol != NULL) {
		put_protocol(w, protocol, 0);
		return;
	}
	writer_string(w,
		"\nProtocols with options of their own (conntrack -h -p PROTOCOL shows them):\n ");
	for (size_t i = 0; i < protocol_count; i++) {
		writer_string(w, " ");
		writer_string(w, protocols[i].name);
	}
	writer_string(w, "\n");
}

/* "Usage: conntrack -D [conntrack|expect] [OPTIONS]" */
static void put_usage(struct writer *w, enum command command, enum table table)
{
	const struct command_row *row = &command_rows[command];
	bool first = true;

	writer_string(w, "Usage: conntrack ");
	writer_string(w, row->option);
	if (row->tables == 0) {
		writer_string(w, command_argument(command));
	} else if (table != TABLE_CONNTRACK) {
		writer_string(w, " ");
		writer_string(w, table_names[table]);
	} else {
		for (int t = 0; t < TABLES; t++) {
			if (!(row->tables >> t & 1))
				continue;
			writer_string(w, first ? " [" : "|");
			writer_string(w, table_names[t]);
			first = false;
		}
		writer_string(w, "]");
	}
	writer_string(w, " [OPTIONS]\n\n");
	put_row(w, row->option, row->help);
}

/* What --group-by, --sum, --sort and --columns may name. */
static void put_fields(struct writer *w)
{
	char what[64];

	writer_string(w, "\nFields, to group, sum and sort by and as columns:\n");
	for (size_t i = 0; i < field_count; i++) {
		const char *alias = fields[i].alias;

		snprintf(what, sizeof(what), "%s%s%s", fields[i].name, alias != NULL ? ", " : "",
			alias != NULL ? alias : "");
		put_row(w, what, fields[i].about);
	}
}

static void put_command(struct writer *w, const struct request *request)
{
	const struct command_row *row = &command_rows[request->help_command];
	uint32_t place = option_place(request->help_command, request->table);

	put_usage(w, request->help_command, request->table);
	writer_string(w, "\nOptions:\n");
	for (int id = 0; id < OPTION_STATE; id++) {
		if (option_rows[id].takes & place)
			put_option(w, &option_rows[id], place);
	}
	if (request->help_protocol != NULL)
		put_protocol(w, request->help_protocol, place);
	else
		put_protocol_names(w, place);
	if (option_rows[OPTION_COLUMNS].takes & place)
		put_fields(w);
	writer_string(w, "\nExamples:\n");
	for (size_t i = 0; i < sizeof(row->examples) / sizeof(row->examples[0]); i++) {
		writer_string(w, "  ");
		writer_string(w, request->table == TABLE_EXPECT ? row->expect_examples[i]
								: row->examples[i]);
		writer_string(w, "\n");
	}
}

void cli_help(struct writer *w, const struct request *request)
{
	if (request->help_command != COMMAND_NONE)
		put_command(w, request);
	else
		put_whole(w, request->help_protocol);
}
