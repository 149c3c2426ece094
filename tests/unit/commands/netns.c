/* SPDX-License-Identifier: MIT */
/* --netns: what is no namespace is refused in words, before anything is asked of a kernel. */
#include "commands/netns.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "seams/transport_fault.h"
#include "unit/commands/fake.h"

static void check_refused(const char *netns, const char *why)
{
	fake_run("-C --netns %s", netns);
	check_outcome(1, 0, why);
	assert_non_null(strstr(outcome.err, netns));
	assert_int_equal(fault_messages(), 0);
}

static void test_names(void **state)
{
	(void)state;
	check_refused("no-such-name", "there is none of that name, process or path");
	check_refused("/nonexistent/net", "there is none of that name, process or path");
}

/* More than the kernel gives to a process, and what is no number at all, is a name. */
static void test_processes(void **state)
{
	(void)state;
	check_refused("4194304", "there is none of that name, process or path");
	check_refused("99999999999999999999", "there is none of that name, process or path");
	check_refused("0", "there is none of that name, process or path");
	check_refused("-1", "there is none of that name, process or path");
}

/* Files are not namespaces, and namespaces of other kinds not those of networks. */
static void test_paths(void **state)
{
	(void)state;
	check_refused("/proc/self/status", "that is no network namespace");
	check_refused("/proc/self/ns/uts", "that is no network namespace");
	check_refused("/proc/self/ns", "that is no network namespace");
}

/* Long ones are cut nowhere so that they would mean something else. */
static void test_long(void **state)
{
	char name[600];

	(void)state;
	memset(name, 'n', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	check_refused(name, "--netns: 'nnn");
}

/* Only what reads can go to all. */
static void test_all(void **state)
{
	static const char *const commands[] = {"-D", "-F", "-U -m 5", "-E", "-C expect"};

	(void)state;
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		fake_run("%s --netns all", commands[i]);
		check_outcome(2, 0, "'all' goes with -L, -C and -S of flows alone");
		assert_int_equal(fault_messages(), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_names, fake_setup),
		cmocka_unit_test_setup(test_processes, fake_setup),
		cmocka_unit_test_setup(test_paths, fake_setup),
		cmocka_unit_test_setup(test_long, fake_setup),
		cmocka_unit_test_setup(test_all, fake_setup),
	};

	return cmocka_run_group_tests_name("netns", tests, NULL, NULL);
}
