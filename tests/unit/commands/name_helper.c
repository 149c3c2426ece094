/* SPDX-License-Identifier: MIT */
/*
 * The helper that knows names, with a search that answers as it is told: a name
 * is not another program's, and a helper that hangs holds nobody up.
 */
#include "commands/name_helper.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "commands/process_name.h"

/* What the helper's process shares with us. */
static struct {
	atomic_uint asked;
	atomic_uint round; /* a part of each name */
	atomic_bool hangs;
} * shared;

/* In place of the search in /proc: port 4 is nobody's. */
bool process_name(uint32_t port, char name[static PROCESS_NAME_SIZE])
{
	atomic_fetch_add(&shared->asked, 1);
	while (atomic_load(&shared->hangs))
		usleep(1000);
	snprintf(name, PROCESS_NAME_SIZE, "p%u-%u", port, atomic_load(&shared->round));
	return port != 4;
}

static int setup(void **state)
{
	(void)state;
	shared = mmap(
		NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	return shared == MAP_FAILED ? -1 : name_helper_start();
}

static int teardown(void **state)
{
	(void)state;
	name_helper_end();
	name_helper_end();
	return munmap(shared, sizeof(*shared));
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void names_are_kept_while_they_speak(void **state)
{
	double begin = now();

	(void)state;
	while (now() - begin < 3) {
		assert_string_equal(name_helper_ask(77), "p77-0");
		usleep(100 * 1000);
	}
	assert_int_equal(atomic_load(&shared->asked), 1);
	assert_null(name_helper_ask(4));
	assert_null(name_helper_ask(4));
	assert_int_equal(atomic_load(&shared->asked), 2);
	/* Of the same place in memory. */
	assert_string_equal(name_helper_ask(77 + 64), "p141-0");
	assert_string_equal(name_helper_ask(77), "p77-0");
	assert_int_equal(atomic_load(&shared->asked), 4);
}

/* A process id comes again. */
static void names_do_not_outlive_silence(void **state)
{
	(void)state;
	assert_string_equal(name_helper_ask(77), "p77-0");
	atomic_store(&shared->round, 1);
	assert_string_equal(name_helper_ask(77), "p77-0");
	usleep(2200 * 1000);
	assert_string_equal(name_helper_ask(77), "p77-1");
}

static void a_helper_that_hangs(void **state)
{
	const char *name = NULL;
	double begin = now();

	(void)state;
	atomic_store(&shared->hangs, true);
	assert_null(name_helper_ask(5));
	assert_true(now() - begin >= 0.9);
	begin = now();
	for (uint32_t port = 100; port < 120; port++)
		assert_null(name_helper_ask(port));
	/* They were not waited for. */
	assert_true(now() - begin < 0.9);
	assert_int_equal(atomic_load(&shared->asked), 1);
	atomic_store(&shared->hangs, false);
	for (uint32_t port = 200; name == NULL && port < 10000; port++) {
		char wanted[32];

		usleep(1000);
		name = name_helper_ask(port);
		snprintf(wanted, sizeof(wanted), "p%u-0", port);
		if (name != NULL)
			assert_string_equal(name, wanted);
	}
	assert_non_null(name);
}

static void an_end_that_is_not_waited_for(void **state)
{
	double begin;

	(void)state;
	atomic_store(&shared->hangs, true);
	assert_null(name_helper_ask(5));
	begin = now();
	name_helper_end();
	assert_true(now() - begin < 0.9);
	assert_null(name_helper_ask(6));
	atomic_store(&shared->hangs, false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(names_are_kept_while_they_speak, setup, teardown),
		cmocka_unit_test_setup_teardown(names_do_not_outlive_silence, setup, teardown),
		cmocka_unit_test_setup_teardown(a_helper_that_hangs, setup, teardown),
		cmocka_unit_test_setup_teardown(an_end_that_is_not_waited_for, setup, teardown),
	};

	return cmocka_run_group_tests_name("name_helper", tests, NULL, NULL);
}
