/* SPDX-License-Identifier: MIT */
#include "base/message.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define PREFIX "conntrack v" PROJECT_VERSION " (conntrack): "

/* A datagram socket in place of stderr: each write(2) arrives by itself. */
static int sink = -1;
static int real_stderr = -1;

static int take_stderr(void **state)
{
	int pair[2];

	(void)state;
	if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) < 0)
		return -1;
	real_stderr = dup(STDERR_FILENO);
	sink = pair[0];
	if (real_stderr < 0 || dup2(pair[1], STDERR_FILENO) < 0)
		return -1;
	close(pair[1]);
	return 0;
}

static int give_stderr_back(void **state)
{
	(void)state;
	dup2(real_stderr, STDERR_FILENO);
	close(real_stderr);
	close(sink);
	return 0;
}

/* The next write, which must be all of `expected`. */
static void check_write(const char *expected)
{
	char text[32768];
	ssize_t length = recv(sink, text, sizeof(text), 0);

	assert_int_equal(length, strlen(expected));
	assert_memory_equal(text, expected, strlen(expected));
}

static void check_nothing_more(void)
{
	char byte;

	assert_int_equal(recv(sink, &byte, 1, 0), -1);
}

static void one_write_a_message(void **state)
{
	struct complaint c;

	(void)state;
	message("%d flow entries have been %s.", 0, "shown");
	check_write(PREFIX "0 flow entries have been shown.\n");
	message_plain("WARNING: %s", "one\ntwo");
	check_write("WARNING: one\\x0atwo\n");
	assert_int_equal(complain(&c, "option %s needs a value", "-t"), -1);
	assert_int_equal(message_usage(&c), EXIT_USAGE);
	check_write(PREFIX "option -t needs a value\n"
			   "Try 'conntrack -h' or 'conntrack --help' for more information.\n");
	complain(&c, "odd: %s", "one\ntwo");
	complain_lines(&c, "a\x1b", "  ^");
	message_usage(&c);
	check_write(PREFIX "odd: one\\x0atwo\n    a\\x1b\n      ^\n"
			   "Try 'conntrack -h' or 'conntrack --help' for more information.\n");
	complain_at(&c, "file\n:3: ");
	message_usage(&c);
	check_write(PREFIX "file\\x0a:3: odd: one\\x0atwo\n    a\\x1b\n      ^\n"
			   "Try 'conntrack -h' or 'conntrack --help' for more information.\n");
	message_complaint(&c);
	check_write(PREFIX "file\\x0a:3: odd: one\\x0atwo\n    a\\x1b\n      ^\n");
	assert_int_equal(message_pointer(), EXIT_USAGE);
	check_write("Try 'conntrack -h' or 'conntrack --help' for more information.\n");
	check_nothing_more();
	assert_int_equal(message_failed(), 0);
}

static void control_bytes_are_shown(void **state)
{
	static const struct {
		const char *text;
		const char *shown;
	} rows[] = {
		{"\x1b[31mred", "\\x1b[31mred"},
		{"a\tb\rc\x7f", "a\\x09b\\x0dc\\x7f"},
		{"\x01\x1f", "\\x01\\x1f"},
		{"zwölf ½ \xff", "zwölf ½ \\xff"},
		{"-\xc3: x\xa9\xe2\x82", "-\\xc3: x\\xa9\\xe2\\x82"},
		{"€ \xf0\x9f\x98\x80", "€ \xf0\x9f\x98\x80"},
		{"two\nlines", "two\\x0alines"},
		{"\xc2\x9b"
		 "31mred \xc2\x80\xc2\x9f",
			"\\xc2\\x9b31mred \\xc2\\x80\\xc2\\x9f"},
		{"\xc2\xa0 \xc3\x9b \xc2", "\xc2\xa0 \xc3\x9b \\xc2"},
		{"", ""},
	};
	struct complaint c;
	char expected[256];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		message_plain("%s", rows[i].text);
		stpcpy(stpcpy(expected, rows[i].shown), "\n");
		check_write(expected);
		complain(&c, "%s", rows[i].text);
		assert_string_equal(c.text, rows[i].shown);
	}
}

static void what_is_too_long_is_cut(void **state)
{
	char text[20000];
	char got[32768];
	struct complaint c;

	(void)state;
	memset(text, '\a', sizeof(text));
	text[sizeof(text) - 1] = '\0';

	complain(&c, "%s", text);
	assert_int_equal(strlen(c.text), sizeof(c.text) / 4 * 4 - 4); /* whole escapes only */
	assert_string_equal(c.text + strlen(c.text) - 4, "\\x07");

	/* Two lines, or none of them. */
	complain_lines(&c, "", "");
	assert_null(strchr(c.text, '\n'));
	text[990] = '\0';
	memset(text, 'x', 990);
	complain(&c, "%s", text);
	complain_lines(&c, "0123456789", "0123456789ab");
	assert_int_equal(strlen(c.text), sizeof(c.text) - 2);
	complain(&c, "%s", text);
	complain_lines(&c, "0123456789", "0123456789abcd");
	assert_int_equal(strlen(c.text), 990);
	memset(text, '\a', sizeof(text));
	text[sizeof(text) - 1] = '\0';

	message("%s", text);
	ssize_t length = recv(sink, got, sizeof(got), 0);
	assert_true(length > 4000);
	assert_int_equal(got[length - 1], '\n');
	assert_memory_equal(got + length - 5, "\\x07", 4);
	check_nothing_more();
}

static void failure_is_remembered(void **state)
{
	int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
	int kept = dup(STDERR_FILENO);

	(void)state;
	assert_true(full >= 0 && kept >= 0);
	assert_int_equal(message_failed(), 0);
	dup2(full, STDERR_FILENO);
	message("lost");
	dup2(kept, STDERR_FILENO);
	close(full);
	close(kept);
	assert_true(message_failed());
	message("found");
	check_write(PREFIX "found\n");
	assert_true(message_failed());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(one_write_a_message, take_stderr, give_stderr_back),
		cmocka_unit_test_setup_teardown(
			control_bytes_are_shown, take_stderr, give_stderr_back),
		cmocka_unit_test_setup_teardown(
			what_is_too_long_is_cut, take_stderr, give_stderr_back),
		/* Last: there is no way back. */
		cmocka_unit_test_setup_teardown(
			failure_is_remembered, take_stderr, give_stderr_back),
	};

	return cmocka_run_group_tests_name("message", tests, NULL, NULL);
}
