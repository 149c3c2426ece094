/* SPDX-License-Identifier: MIT */
/* --help says what the table says, and its examples work. */
#include "cli/cli.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "cli/options.h"
#include "cli/values.h"
#include "lines.h"

#define HELP_MAX 32768

/* The help of a command line; text lives until the next call. */
static const char *help_of(const char *line)
{
	static char text[HELP_MAX];
	static char buffer[2 * WRITER_RESERVE_MAX];
	struct parsed *p = parse_line(line);
	int fd = memfd_create("help", MFD_CLOEXEC);
	struct writer w;
	ssize_t n;

	assert_true(fd >= 0);
	if (p->result != 0)
		fail_msg("%s: %s", line, p->complaint.text);
	assert_int_equal(p->request.command, COMMAND_HELP);
	writer_open(&w, fd, buffer, sizeof(buffer));
	cli_help(&w, &p->request);
	assert_int_equal(writer_flush(&w), 0);
	n = pread(fd, text, sizeof(text) - 1, 0);
	assert_in_range(n, 1, sizeof(text) - 2);
	text[n] = '\0';
	close(fd);
	forget_line(p);
	return text;
}

/* Whether a long option stands in a text, whole. */
static bool names(const char *text, const char *name)
{
	char option[64];
	int length = snprintf(option, sizeof(option), "--%s", name);

	for (const char *at = strstr(text, option); at != NULL; at = strstr(at + 1, option)) {
		if (strchr(" ,\n", at[length]) != NULL)
			return true;
	}
	return false;
}

/* Whether a row of the table begins a line of a text. */
static bool has_row(const char *text, const struct option_row *row)
{
	char start[64];
	const char *at;

	if (row->letter != '\0')
		snprintf(start, sizeof(start), "\n  -%c, --%s", row->letter, row->name);
	else
		snprintf(start, sizeof(start), "\n  --%s", row->name);
	at = strstr(text, start);
	return at != NULL && strchr(" ,\n", at[strlen(start)]) != NULL;
}

static void check_command(enum command command, enum table table)
{
	const struct command_row *row = &command_rows[command];
	option_set taken = options_taken(option_place(command, table), false);
	char line[64];
	const char *text;

	snprintf(line, sizeof(line), "%s %s --help", row->option, table_names[table]);
	text = help_of(line);
	for (int id = 0; id < OPTION_STATE; id++) {
		bool shown = has_row(text, &option_rows[id]);

		if (shown != option_set_has(taken, (unsigned)id))
			fail_msg("%s: --%s is %s", line, option_rows[id].name,
				shown ? "shown" : "missing");
	}
	for (int i = 0; i < 2; i++)
		assert_non_null(strstr(
			text, table == TABLE_EXPECT ? row->expect_examples[i] : row->examples[i]));
}

/* Every row that a command takes stands in its help, and no other. */
static void a_command_shows_what_it_takes(void **state)
{
	(void)state;
	for (int command = 1; command < COMMANDS; command++) {
		for (int table = 0; table < TABLES; table++) {
			if (command_rows[command].tables >> table & 1)
				check_command((enum command)command, (enum table)table);
		}
	}
}

/* Whether a word stands in a text, whole. */
static bool has_word(const char *text, const char *word)
{
	static const char ends[] = " ,;:\n";
	size_t length = strlen(word);

	for (const char *at = strstr(text, word); at != NULL; at = strstr(at + 1, word)) {
		if ((at == text || strchr(ends, at[-1]) != NULL) &&
			strchr(ends, at[length]) != NULL)
			return true;
	}
	return false;
}

static void and_nothing_else(void **state)
{
	const char *text = help_of("-D --help");

	(void)state;
	assert_true(names(text, "orig-src"));
	assert_true(names(text, "state"));
	assert_true(names(text, "icmpv6-id"));
	assert_false(names(text, "timeout"));
	assert_false(names(text, "zero"));
	assert_false(names(text, "any-nat"));
	assert_false(names(text, "tuple-src"));
	assert_false(names(text, "role"));
	assert_false(names(text, "mask-port-src"));
	text = help_of("-D expect -h");
	assert_true(names(text, "reply-port-src"));
	assert_false(names(text, "state"));
	assert_false(names(text, "mark"));
	text = help_of("-C --help");
	assert_true(names(text, "output"));
	assert_true(names(text, "sport"));
	assert_true(names(text, "filter"));
	assert_false(names(text, "zero"));
	text = help_of("-S --help");
	assert_false(names(text, "sport"));
	assert_false(names(text, "filter"));
	assert_null(strstr(text, "reply_src"));
	assert_non_null(strstr(text, "how to show it: json\n"));
	text = help_of("-L --help");
	assert_non_null(strstr(text, "  reply_src                 source address of the reply\n"));
	assert_non_null(strstr(text, "  labels, label             labels\n"));
	text = help_of("-L expect --help");
	assert_true(has_word(text, "xml"));
	assert_false(has_word(text, "csv"));
	assert_false(has_word(text, "received"));
	assert_true(has_word(help_of("-E expect --help"), "received"));
	text = help_of("-R --help");
	assert_non_null(strstr(text, "Usage: conntrack -R FILE [OPTIONS]\n"));
	assert_string_equal(help_of("-R -h"), text);
	assert_string_equal(help_of("--load-file -h"), text);
	assert_string_equal(help_of("-R file -h"), text);
	text = help_of("-U -p gre --help");
	assert_true(names(text, "srckey"));
	assert_false(names(text, "sport"));
	assert_null(strstr(text, "(needed)"));
	assert_non_null(strstr(help_of("-I -h"), "time to live (needed)"));
}

static void the_whole(void **state)
{
	const char *text = help_of("-h");

	(void)state;
	for (int id = 0; id < OPTION_STATE; id++)
		assert_true(names(text, option_rows[id].name));
	for (int command = 1; command < COMMANDS; command++)
		assert_true(names(text, command_rows[command].name));
	assert_false(names(text, "sport"));
	text = help_of("--help -p tcp");
	assert_true(names(text, "sport"));
	assert_true(names(text, "orig-port-dst"));
	assert_true(names(text, "tuple-port-dst"));
	assert_true(names(text, "state"));
	assert_false(names(text, "role"));
	assert_non_null(strstr(text, "SYN_SENT2"));
}

/* Lines fit a terminal, but for the examples. */
static void lines_are_short(void **state)
{
	static const char *const lines[] = {"-h", "-h -p sctp", "-I --help", "-I expect -p gre -h"};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		const char *text = help_of(lines[i]);
		const char *end = strstr(text, "\nExamples:\n");

		while (text != end && *text != '\0') {
			size_t length = strcspn(text, "\n");

			if (length > 84)
				fail_msg("%s: %.*s", lines[i], (int)length, text);
			assert_int_not_equal(length > 0 ? text[length - 1] : 'x', ' ');
			text += length;
			text += *text == '\n' && text != end;
		}
	}
}

/* An example is a command line that is understood, as what it stands for. */
static void check_example(const char *example, enum command command, enum table table)
{
	static const char start[] = "conntrack ";
	const char *last = strrchr(example, '|');
	const char *line = last != NULL ? last + 2 : example;
	struct parsed *p;

	assert_int_equal(strncmp(line, start, strlen(start)), 0);
	p = parse_line(line + strlen(start));
	if (p->result != 0)
		fail_msg("%s: %s", example, p->complaint.text);
	assert_int_equal(p->request.command, command);
	assert_int_equal(p->request.table, table);
	forget_line(p);
}

static void examples_work(void **state)
{
	(void)state;
	for (int command = 1; command < COMMANDS; command++) {
		const struct command_row *row = &command_rows[command];

		for (int i = 0; i < 2; i++) {
			check_example(row->examples[i], (enum command)command,
				strstr(row->examples[i], " expect") != NULL ? TABLE_EXPECT
									    : TABLE_CONNTRACK);
			if (row->tables >> TABLE_EXPECT & 1)
				check_example(row->expect_examples[i], (enum command)command,
					TABLE_EXPECT);
		}
	}
}

/* The texts name the words that the options take. */
static void words_are_named(void **state)
{
	const char *text = help_of("-h");

	(void)state;
	for (size_t i = 0; i < output_word_count; i++)
		assert_true(has_word(text, output_words[i].name));
	for (size_t i = 0; i < event_word_count; i++)
		assert_true(has_word(option_rows[OPTION_EVENT_MASK].help, event_words[i].name));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_command_shows_what_it_takes),
		cmocka_unit_test(and_nothing_else),
		cmocka_unit_test(the_whole),
		cmocka_unit_test(lines_are_short),
		cmocka_unit_test(examples_work),
		cmocka_unit_test(words_are_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
