/* SPDX-License-Identifier: MIT */
#include "flow/labels.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* Which lines were reported, as "2 5 ", and the last reason. */
struct warnings {
	char lines[256];
	const char *why;
};

static void note(unsigned line, const char *why, void *data)
{
	struct warnings *warnings = data;
	size_t used = strlen(warnings->lines);

	snprintf(warnings->lines + used, sizeof(warnings->lines) - used, "%u ", line);
	warnings->why = why;
}

static void list_of_the_reference(void **state)
{
	static const char list[] = "# comment\n"
				   "0 zero\n"
				   "  1   one  \n"
				   "0x2 two\n"
				   "3\tthree\n"
				   "4\n"
				   "5 five-5 x\n"
				   "6 six_6\n"
				   "1 again\n"
				   "7 zero\n"
				   "junk\n"
				   "2000 far\n";
	static const char *const names[] = {"zero", "one", "two", "three", NULL, "five-5 x"};
	static const char *const absent[] = {
		"six_6", "again", "junk", "far", "comment", "4", "five-5", ""};
	struct warnings warnings = {.lines = ""};
	struct label_map map;

	(void)state;
	assert_int_equal(label_map_parse(&map, list, sizeof(list) - 1, note, &warnings), 0);
	assert_string_equal(warnings.lines, "6 8 9 10 11 12 ");
	for (int bit = 0; bit < LABEL_BITS; bit++) {
		const char *name = bit < 6 ? names[bit] : NULL;

		assert_int_equal(map.name[bit] != NULL, name != NULL);
		if (name != NULL) {
			assert_string_equal(map.name[bit], name);
			assert_int_equal(label_bit(&map, name), bit);
		}
	}
	for (size_t i = 0; i < sizeof(absent) / sizeof(absent[0]); i++)
		assert_int_equal(label_bit(&map, absent[i]), -1);
	label_map_free(&map);
	assert_int_equal(label_bit(&map, "zero"), -1);
}

#define TEXT(literal) literal, sizeof(literal) - 1

static void single_lines(void **state)
{
	static const struct {
		const char *text;
		size_t length;
		int bit; /* that is named, -1: none */
		const char *name;
		const char *why; /* part of the reason for a warning, NULL: none */
	} rows[] = {
		{TEXT("127 last"), 127, "last", NULL},
		{TEXT("010 eight\r\n"), 8, "eight", NULL},
		{TEXT("0X7f hex\n"), 127, "hex", NULL},
		{TEXT("9 \t two  words \t\r\n"), 9, "two  words", NULL},
		{TEXT("1 -"), 1, "-", NULL},
		{TEXT("1 1"), 1, "1", NULL},
		{TEXT(""), -1, NULL, NULL},
		{TEXT("\n\n\n"), -1, NULL, NULL},
		{TEXT(" \t \r\n"), -1, NULL, NULL},
		{TEXT("#1 one"), -1, NULL, NULL},
		{TEXT("  # 1 one"), -1, NULL, NULL},
		{TEXT("128 over"), -1, NULL, "above 127"},
		{TEXT("1023 over"), -1, NULL, "above 127"},
		{TEXT("99999999999999999999999 over"), -1, NULL, "above 127"},
		{TEXT("-1 minus"), -1, NULL, "number of a bit"},
		{TEXT("08 octal"), -1, NULL, "number of a bit"},
		{TEXT("1x one"), -1, NULL, "number of a bit"},
		{TEXT("one 1"), -1, NULL, "number of a bit"},
		{TEXT("1"), -1, NULL, "no name"},
		{TEXT("1 \r\n"), -1, NULL, "no name"},
		{TEXT("1 a_b"), -1, NULL, "letters, digits"},
		{TEXT("1 one # comment"), -1, NULL, "letters, digits"},
		{TEXT("1 a\tb"), -1, NULL, "letters, digits"},
		{TEXT("1 zw\xc3\xb6lf"), -1, NULL, "letters, digits"},
		{TEXT("1 a\rb"), -1, NULL, "letters, digits"},
		{TEXT("1 a\0b"), -1, NULL, "NUL"},
		{TEXT("1\0 a"), -1, NULL, "NUL"},
		{TEXT("\0"), -1, NULL, "NUL"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct warnings warnings = {.lines = ""};
		struct label_map map;
		/* A copy without a byte to spare, for the sanitizer. */
		char *text = malloc(rows[i].length + (rows[i].length == 0));

		assert_non_null(text);
		memcpy(text, rows[i].text, rows[i].length);
		assert_int_equal(label_map_parse(&map, text, rows[i].length, note, &warnings), 0);
		free(text);
		assert_string_equal(warnings.lines, rows[i].why != NULL ? "1 " : "");
		if (rows[i].why != NULL)
			assert_non_null(strstr(warnings.why, rows[i].why));
		for (int bit = 0; bit < LABEL_BITS; bit++)
			assert_int_equal(map.name[bit] != NULL, bit == rows[i].bit);
		if (rows[i].bit >= 0)
			assert_string_equal(map.name[rows[i].bit], rows[i].name);
		label_map_free(&map);
	}
}

static void nobody_need_listen(void **state)
{
	struct label_map map;

	(void)state;
	assert_int_equal(label_map_parse(&map, TEXT("junk\n3 three"), NULL, NULL), 0);
	assert_string_equal(map.name[3], "three");
	label_map_free(&map);
}

static void from_a_file(void **state)
{
	char path[] = "/tmp/labels.XXXXXX";
	int fd = mkstemp(path);
	struct warnings warnings = {.lines = ""};
	struct label_map map;

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "1 one\njunk\n2 two", 16), 16);
	close(fd);
	int result = label_map_load(&map, path, note, &warnings);
	unlink(path);
	assert_int_equal(result, 0);
	assert_int_equal(label_bit(&map, "two"), 2);
	assert_string_equal(warnings.lines, "2 ");
	label_map_free(&map);
}

static void files_that_are_no_lists(void **state)
{
	static const struct {
		const char *path;
		int result;
	} rows[] = {
		{"/nonexistent/connlabel.conf", -ENOENT},
		{"/", -EISDIR},
		{"/dev/zero", -EFBIG},
		{"/dev/null", 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct label_map map;

		memset(&map, 0xee, sizeof(map));
		assert_int_equal(label_map_load(&map, rows[i].path, NULL, NULL), rows[i].result);
		assert_int_equal(label_bit(&map, "one"), -1);
		label_map_free(&map);
	}
}

static void bits(void **state)
{
	uint8_t labels[LABEL_BYTES] = {0};

	(void)state;
	label_set(labels, 0);
	label_set(labels, 9);
	label_set(labels, 127);
	for (unsigned bit = 0; bit < LABEL_BITS; bit++)
		assert_int_equal(label_is_set(labels, bit), bit == 0 || bit == 9 || bit == 127);
	assert_int_equal(labels[0], 0x01);
	assert_int_equal(labels[1], 0x02);
	assert_int_equal(labels[15], 0x80);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(list_of_the_reference),
		cmocka_unit_test(single_lines),
		cmocka_unit_test(nobody_need_listen),
		cmocka_unit_test(from_a_file),
		cmocka_unit_test(files_that_are_no_lists),
		cmocka_unit_test(bits),
	};

	return cmocka_run_group_tests_name("labels", tests, NULL, NULL);
}
