/* SPDX-License-Identifier: MIT */
/* When and from where the list of labels is read. */
#include "cli/cli.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* A folder of this test's own, which it runs in. */
static int enter_folder(void **state)
{
	static char folder[] = "/tmp/labels.XXXXXX";
	FILE *map;

	if (mkdtemp(folder) == NULL || chdir(folder) != 0)
		return -1;
	*state = folder;
	map = fopen("map", "w");
	if (map == NULL || fputs("0 zero\n1 one\njunk\n", map) < 0 || fclose(map) != 0)
		return -1;
	map = fopen("other", "w");
	return map == NULL || fputs("5 one\n", map) < 0 || fclose(map) != 0 ? -1 : 0;
}

static int leave_folder(void **state)
{
	return unlink("map") != 0 || unlink("other") != 0 || chdir("/") != 0 || rmdir(*state) != 0
		       ? -1
		       : 0;
}

/* Words up to a NULL behind the program's name. */
static int parse(
	struct cli *cli, struct request *request, struct complaint *c, const char *const *words)
{
	char *argv[16] = {(char[]){"conntrack"}};
	char copy[15][32];
	int count = 1;

	for (; words[count - 1] != NULL; count++) {
		snprintf(copy[count - 1], sizeof(copy[0]), "%s", words[count - 1]);
		argv[count] = copy[count - 1];
	}
	return cli_parse(cli, count, argv, false, request, c);
}

#define PARSE(cli, request, c, ...) parse(cli, request, c, (const char *const[]){__VA_ARGS__, NULL})

static void only_when_it_is_needed(void **state)
{
	struct cli cli = {0};
	struct request r;
	struct complaint c;

	(void)state;
	assert_int_equal(PARSE(&cli, &r, &c, "-L", "-o", "xml"), 0);
	assert_null(cli.labels_path);
	assert_null(r.labels);
	assert_int_equal(PARSE(&cli, &r, &c, "-L", "-l", "one", "--labelmap", "map"), 0);
	assert_string_equal(cli.labels_path, "map");
	assert_ptr_equal(r.labels, &cli.labels);
	assert_true(label_is_set(r.filter.term[0].labels, 1));
	cli_free(&cli);
}

/* A second list is read in the place of the first. */
static void one_list_after_the_other(void **state)
{
	struct cli cli = {0};
	struct request r;
	struct complaint c;

	(void)state;
	assert_int_equal(PARSE(&cli, &r, &c, "-L", "-l", "one", "--labelmap", "map"), 0);
	assert_true(label_is_set(r.filter.term[0].labels, 1));
	assert_int_equal(PARSE(&cli, &r, &c, "-L", "-l", "one", "--labelmap", "other"), 0);
	assert_true(label_is_set(r.filter.term[0].labels, 5));
	assert_false(label_is_set(r.filter.term[0].labels, 1));
	assert_int_equal(PARSE(&cli, &r, &c, "-L", "-l", "zero", "--labelmap", "other"), -1);
	assert_non_null(strstr(c.text, "'zero' is not in the list of labels (other)"));
	cli_free(&cli);
}

/* Without a list a label is an error, -o labels is not. */
static void without_a_list(void **state)
{
	struct cli cli = {0};
	struct request r;
	struct complaint c;

	(void)state;
	assert_int_equal(PARSE(&cli, &r, &c, "-L", "-o", "labels", "--labelmap", "none"), 0);
	assert_null(r.labels);
	assert_true(cli.labels_warned);
	assert_int_equal(r.output_flags, OUTPUT_LABELS);
	assert_int_equal(PARSE(&cli, &r, &c, "-U", "--labelmap", "none", "--label-del"), 0);
	assert_true(r.flow.present & FLOW_LABELS_MASK);
	assert_int_equal(PARSE(&cli, &r, &c, "-U", "--labelmap", "none", "--label-del", "one"), -1);
	assert_non_null(strstr(c.text, "--label-del: the list of labels cannot be read: none"));
	/* And a list that is there is read after one that was not. */
	assert_int_equal(PARSE(&cli, &r, &c, "-L", "-o", "labels", "--labelmap", "map"), 0);
	assert_ptr_equal(r.labels, &cli.labels);
	cli_free(&cli);
}

/* A number needs no list; -o save takes names if there are any, and says nothing if not. */
static void numbers_and_saves(void **state)
{
	struct cli cli = {0};
	struct request r;
	struct complaint c;

	(void)state;
	assert_int_equal(PARSE(&cli, &r, &c, "-I", "-s", "1.1.1.1", "-d", "1.1.1.2", "-p", "89",
				 "-t", "5", "--label-add", "bit:5,bit:127"),
		0);
	assert_true(label_is_set(r.flow.labels, 5) && label_is_set(r.flow.labels, 127));
	assert_int_equal(PARSE(&cli, &r, &c, "-L", "-o", "save"), 0);
	assert_false(cli.labels_warned);
	assert_int_equal(PARSE(&cli, &r, &c, "-L", "-o", "save", "--labelmap", "map"), 0);
	assert_null(r.labels); /* -R reads the default list */
	assert_int_equal(PARSE(&cli, &r, &c, "-L", "-l", "one,bit:9", "--labelmap", "map"), 0);
	assert_true(label_is_set(r.filter.term[0].labels, 1));
	assert_true(label_is_set(r.filter.term[0].labels, 9));
	assert_int_equal(PARSE(&cli, &r, &c, "-L", "-l", "bit:9,two", "--labelmap", "none"), -1);
	assert_non_null(strstr(c.text, "-l: the list of labels cannot be read: none"));
	assert_int_equal(PARSE(&cli, &r, &c, "-L", "-l", "bit:-1", "--labelmap", "map"), -1);
	assert_non_null(strstr(c.text, "'bit:-1' is not the number of a label"));
	cli_free(&cli);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_when_it_is_needed),
		cmocka_unit_test(one_list_after_the_other),
		cmocka_unit_test(without_a_list),
		cmocka_unit_test(numbers_and_saves),
	};

	return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
