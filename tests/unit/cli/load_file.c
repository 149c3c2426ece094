/* SPDX-License-Identifier: MIT */
/* The grammar of a -R file, row by row, and how files are read. */
#include "cli/load_file.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

/* The words of a line as "[a][b]"; NULL where a complaint is due. */
static const struct {
	const char *line;
	const char *words;
} rows[] = {
	/* empty lines and comments */
	{"", ""},
	{" \t ", ""},
	{"# note", ""},
	{" \t# note", ""},
	{"#", ""},
	{"\r", ""},
	{"  \r", ""},
	{"# an open \" quote", ""},
	{"-F # note", "[-F][#][note]"},
	{"-F #note", "[-F][#note]"},
	/* words are parted by blanks and tabs */
	{"-F", "[-F]"},
	{" -F", "[-F]"},
	{"\t-A  -s\t \t1.1.1.1  ", "[-A][-s][1.1.1.1]"},
	{"a b", "[a][b]"},
	/* a carriage return at the end only */
	{"-F\r", "[-F]"},
	{"a\rb", "[a\rb]"},
	{"a\r ", "[a\r]"},
	/* quotes */
	{"\"a b\"", "[a b]"},
	{"-l \"two words\" x", "[-l][two words][x]"},
	{"9\".\"9", "[9.][9]"},
	{"\"a\"\"b\"", "[a][b]"},
	{"x\"a\"\"b\"y", "[xa][b][y]"},
	{"\"\"", "[]"},
	{"a \"\" b", "[a][][b]"},
	{"\"#\"", "[#]"},
	{"\"a\tb\"", "[a\tb]"},
	{"'a b'", "['a][b']"},
	{"it's", "[it's]"},
	/* the backslash counts in quotes only */
	{"a\\b", "[a\\b]"},
	{"a\\ b", "[a\\][b]"},
	{"\"a\\\"b\"", "[a\"b]"},
	{"\"a\\\\\"", "[a\\]"},
	{"\"192.0.2.\\2\"", "[192.0.2.2]"},
	{"\\\"a b\"", "[\\a b]"},
	/* what is not closed */
	{"\"", NULL},
	{"a \"b", NULL},
	{"\"a\\\"", NULL},
	{"\"a\\", NULL},
	{"\"a\" \"", NULL},
};

static const char *join(const struct load_file *f, char *text, size_t size)
{
	size_t used = 0;

	text[0] = '\0';
	assert_string_equal(f->words[0], "conntrack");
	assert_null(f->words[f->count]);
	for (int i = 1; i < f->count; i++)
		used += (size_t)snprintf(text + used, size - used, "[%s]", f->words[i]);
	return text;
}

static void every_row(void **state)
{
	struct load_file f = {0};
	struct complaint c;
	char text[256];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		size_t length = strlen(rows[i].line);
		char *line = malloc(length + 1); /* so that a step over its end is seen */
		int result;

		assert_non_null(line);
		memcpy(line, rows[i].line, length + 1);
		result = load_file_split(&f, line, length, &c);
		if (rows[i].words == NULL) {
			assert_int_equal(result, -1);
			assert_non_null(strstr(c.text, "not closed"));
		} else if (rows[i].words[0] == '\0') {
			assert_int_equal(result, 0);
		} else {
			assert_int_equal(result, 1);
			assert_string_equal(join(&f, text, sizeof(text)), rows[i].words);
		}
		free(line);
	}
	load_file_close(&f);
}

/* A file of this test's own; path lives until the next call. */
static const char *file_of(const char *text, size_t length)
{
	static char path[] = "/tmp/load_file.XXXXXX";
	int fd;

	strcpy(path + strlen(path) - 6, "XXXXXX");
	fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, length), (ssize_t)length);
	close(fd);
	return path;
}

static void next_is(struct load_file *f, unsigned line, const char *words)
{
	struct complaint c;
	char text[256];

	assert_int_equal(load_file_next(f, &c), 1);
	assert_int_equal(f->line, line);
	assert_string_equal(join(f, text, sizeof(text)), words);
}

static void lines_of_a_file(void **state)
{
	static const char text[] = "# comment\n\n-F\r\n  \n-D -s \"a b\"\n   ";
	const char *path = file_of(text, sizeof(text) - 1);
	struct load_file f;
	struct complaint c;

	(void)state;
	assert_int_equal(load_file_open(&f, path), 0);
	next_is(&f, 3, "[-F]");
	next_is(&f, 5, "[-D][-s][a b]");
	assert_int_equal(load_file_next(&f, &c), 0);
	assert_int_equal(load_file_next(&f, &c), 0);
	load_file_close(&f);
	unlink(path);
}

static void the_last_line_needs_no_newline(void **state)
{
	const char *path = file_of("-C\n-F", 5);
	struct load_file f;
	struct complaint c;

	(void)state;
	assert_int_equal(load_file_open(&f, path), 0);
	next_is(&f, 1, "[-C]");
	next_is(&f, 2, "[-F]");
	assert_int_equal(load_file_next(&f, &c), 0);
	load_file_close(&f);
	unlink(path);
}

static void a_nul_byte_is_an_error(void **state)
{
	const char *path = file_of("-C\n-F\0x\n", 8);
	struct load_file f;
	struct complaint c;

	(void)state;
	assert_int_equal(load_file_open(&f, path), 0);
	next_is(&f, 1, "[-C]");
	assert_int_equal(load_file_next(&f, &c), -1);
	assert_int_equal(f.line, 2);
	assert_non_null(strstr(c.text, "NUL"));
	load_file_close(&f);
	unlink(path);
}

/* One word of 200,000 bytes, then a line of 20,000 words. */
static void lines_and_words_of_any_length(void **state)
{
	const size_t size = 240100;
	char *text = malloc(size);
	const char *path;
	struct load_file f;
	struct complaint c;

	(void)state;
	assert_non_null(text);
	memset(text, 'x', 200000);
	text[200000] = '\n';
	for (size_t i = 0; i < 20000; i++)
		memcpy(text + 200001 + 2 * i, "w ", 2);
	path = file_of(text, 240001);
	assert_int_equal(load_file_open(&f, path), 0);
	assert_int_equal(load_file_next(&f, &c), 1);
	assert_int_equal(f.count, 2);
	assert_int_equal(strlen(f.words[1]), 200000);
	assert_int_equal(load_file_next(&f, &c), 1);
	assert_int_equal(f.count, 20001);
	assert_null(f.words[20001]);
	assert_string_equal(f.words[20000], "w");
	assert_int_equal(load_file_next(&f, &c), 0);
	load_file_close(&f);
	unlink(path);
	free(text);
}

static void what_cannot_be_opened(void **state)
{
	struct load_file f;

	(void)state;
	assert_int_equal(load_file_open(&f, "/nonexistent/file"), -ENOENT);
	assert_int_equal(load_file_open(&f, ""), -ENOENT);
	assert_int_equal(load_file_open(&f, "/tmp"), -EISDIR);
	assert_null(f.stream);
}

/* A pipe cannot be gone through twice, and need not be. */
static void a_pipe(void **state)
{
	static const char text[] = "-F\n# note\n-C\n";
	char path[] = "/tmp/load_fifo.XXXXXX";
	struct load_file f;
	struct complaint c;
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	close(fd);
	unlink(path);
	assert_int_equal(mkfifo(path, 0600), 0);
	/* Opened for both, so that neither side waits for the other. */
	fd = open(path, O_RDWR);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, sizeof(text) - 1), (ssize_t)sizeof(text) - 1);

	FILE *hold = fopen(path, "r");

	assert_non_null(hold);
	close(fd); /* the last writer: the reader sees the end */
	assert_int_equal(dup2(fileno(hold), STDIN_FILENO), STDIN_FILENO);
	fclose(hold);
	assert_int_equal(load_file_open(&f, "-"), 0);
	next_is(&f, 1, "[-F]");
	next_is(&f, 3, "[-C]");
	assert_int_equal(load_file_next(&f, &c), 0);
	load_file_close(&f);
	unlink(path);
}

/* A connection that is reset within its second line. */
static ssize_t torn_read(void *cookie, char *bytes, size_t size)
{
	static const char text[] = "-C\n-D -p udp";
	unsigned *reads = cookie;

	if ((*reads)++ > 0 || size < sizeof(text)) {
		errno = ECONNRESET;
		return -1;
	}
	memcpy(bytes, text, sizeof(text) - 1);
	return sizeof(text) - 1;
}

static void a_line_that_cannot_be_read_to_its_end(void **state)
{
	const cookie_io_functions_t functions = {.read = torn_read};
	unsigned reads = 0;
	struct load_file f = {.path = "torn", .stream = fopencookie(&reads, "r", functions)};
	struct complaint c;

	(void)state;
	assert_non_null(f.stream);
	next_is(&f, 1, "[-C]");
	assert_int_equal(load_file_next(&f, &c), -1);
	assert_true(f.broken);
	assert_int_equal(f.line, 2);
	assert_string_equal(c.text, "cannot be read: Connection reset by peer");
	load_file_close(&f);
}

/* Words that were kept make a line again. */
static void kept_words(void **state)
{
	struct load_file f = {.path = "kept"};
	char word[100][12];

	(void)state;
	for (unsigned length = 0; length <= 100; length += 50) {
		load_file_begin(&f, length + 1);
		for (unsigned i = 0; i < length; i++) {
			snprintf(word[i], sizeof(word[i]), "w%u", i);
			assert_int_equal(load_file_add(&f, word[i]), 0);
		}
		assert_int_equal(f.line, length + 1);
		assert_int_equal(f.count, length ? length + 1 : 0);
		for (unsigned i = 0; i < length; i++)
			assert_ptr_equal(f.words[i + 1], word[i]);
		if (length > 0)
			assert_null(f.words[length + 1]);
	}
	load_file_close(&f);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row),
		cmocka_unit_test(lines_of_a_file),
		cmocka_unit_test(the_last_line_needs_no_newline),
		cmocka_unit_test(a_nul_byte_is_an_error),
		cmocka_unit_test(lines_and_words_of_any_length),
		cmocka_unit_test(what_cannot_be_opened),
		cmocka_unit_test(a_pipe),
		cmocka_unit_test(a_line_that_cannot_be_read_to_its_end),
		cmocka_unit_test(kept_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
