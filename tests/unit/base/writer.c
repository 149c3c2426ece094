/* SPDX-License-Identifier: MIT */
#include "base/writer.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define SIZE (WRITER_RESERVE_MAX + 64)

static char buffer[SIZE];

static int new_file(void)
{
	int fd = memfd_create("writer", MFD_CLOEXEC);

	assert_true(fd >= 0);
	return fd;
}

/* The byte that belongs at a place of a long output. */
static char byte_at(size_t place)
{
	return (char)(place * 31 + place / 251);
}

static void check_file(int fd, const char *expected, size_t length)
{
	char *content = malloc(length + 1);

	assert_non_null(content);
	assert_int_equal(pread(fd, content, length + 1, 0), length);
	assert_memory_equal(content, expected, length);
	free(content);
	close(fd);
}

static void holds_until_flushed(void **state)
{
	struct writer w;
	int fd = new_file();

	(void)state;
	writer_open(&w, fd, buffer, sizeof(buffer));
	writer_string(&w, "one ");
	writer_bytes(&w, "two\0", 4);
	writer_commit(&w, stpcpy(writer_reserve(&w, 5), "three"));
	assert_int_equal(lseek(fd, 0, SEEK_END), 0);
	assert_int_equal(writer_flush(&w), 0);
	assert_int_equal(writer_flush(&w), 0);
	check_file(fd, "one two\0three", 13);
}

static void reserve_makes_room(void **state)
{
	struct writer w;
	int fd = new_file();
	char *all = calloc(1, 40 * WRITER_RESERVE_MAX);
	size_t length = 0;

	(void)state;
	assert_non_null(all);
	writer_open(&w, fd, buffer, sizeof(buffer));
	for (size_t i = 0; i < 40; i++) {
		size_t n = i % 3 == 0 ? WRITER_RESERVE_MAX : i * 97;
		char *p = writer_reserve(&w, n);

		assert_true(p >= buffer && p + n <= buffer + SIZE);
		for (size_t j = 0; j < n; j++)
			p[j] = all[length + j] = byte_at(length + j);
		writer_commit(&w, p + n);
		length += n;
	}
	assert_int_equal(writer_flush(&w), 0);
	check_file(fd, all, length);
	free(all);
}

static void bytes_larger_than_the_buffer(void **state)
{
	enum { LENGTH = 5 * SIZE + 17 };
	struct writer w;
	int fd = new_file();
	char *all = malloc(LENGTH);

	(void)state;
	assert_non_null(all);
	for (size_t i = 0; i < LENGTH; i++)
		all[i] = byte_at(i);
	writer_open(&w, fd, buffer, sizeof(buffer));
	writer_bytes(&w, all, 10);
	writer_bytes(&w, all + 10, LENGTH - 10);
	writer_bytes(&w, all, 0);
	assert_int_equal(writer_flush(&w), 0);
	check_file(fd, all, LENGTH);
	free(all);
}

static void first_error_sticks(void **state)
{
	struct writer w;
	int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
	int good = new_file();

	(void)state;
	assert_true(full >= 0);
	writer_open(&w, full, buffer, sizeof(buffer));
	assert_int_equal(writer_flush(&w), 0); /* nothing to write, nothing lost */
	writer_string(&w, "lost");
	assert_int_equal(writer_flush(&w), -ENOSPC);
	assert_int_equal(w.error, ENOSPC);

	/* Even a descriptor that is well again gets no text with a hole in it. */
	w.fd = good;
	for (int i = 0; i < 3; i++) {
		char *p = writer_reserve(&w, WRITER_RESERVE_MAX);

		memset(p, 'x', WRITER_RESERVE_MAX);
		writer_commit(&w, p + WRITER_RESERVE_MAX);
	}
	assert_int_equal(writer_flush(&w), -ENOSPC);
	close(full);
	check_file(good, "", 0);
}

static void closed_descriptor(void **state)
{
	struct writer w;

	(void)state;
	writer_open(&w, -1, buffer, sizeof(buffer));
	writer_string(&w, "x");
	assert_int_equal(writer_flush(&w), -EBADF);
	assert_int_equal(write_all(-1, "x", 1), -EBADF);
	assert_int_equal(write_all(-1, "x", 0), 0);
}

#define SLOW_LENGTH ((size_t)300000)

/* A reader in small sips; its exit code says whether all bytes were right. */
static pid_t slow_reader(const int ends[static 2])
{
	pid_t child = fork();
	size_t place = 0;
	char sip[5000];
	ssize_t n;

	if (child != 0)
		return child;
	close(ends[1]);
	while ((n = read(ends[0], sip, sizeof(sip))) > 0) {
		for (ssize_t i = 0; i < n; i++) {
			if (sip[i] != byte_at(place++))
				_exit(1);
		}
		usleep(500);
	}
	_exit(place == SLOW_LENGTH ? 0 : 2);
}

static void ignore_tick(int signal)
{
	(void)signal;
}

/* Through a pipe whose reader is slow, with a signal every millisecond. */
static void check_slow_pipe(int flags)
{
	const struct sigaction action = {.sa_handler = ignore_tick}; /* no SA_RESTART */
	const struct itimerval ticking = {{0, 1000}, {0, 1000}};
	const struct itimerval still = {{0, 0}, {0, 0}};
	struct writer w;
	int status = -1;
	int ends[2];

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	pid_t child = slow_reader(ends);
	assert_true(child > 0);
	close(ends[0]);
	assert_true(fcntl(ends[1], F_SETFL, flags) == 0);
	assert_int_equal(sigaction(SIGALRM, &action, NULL), 0);
	assert_int_equal(setitimer(ITIMER_REAL, &ticking, NULL), 0);

	writer_open(&w, ends[1], buffer, sizeof(buffer));
	for (size_t i = 0; i < SLOW_LENGTH; i++)
		writer_bytes(&w, &(char){byte_at(i)}, 1);
	assert_int_equal(writer_flush(&w), 0);

	setitimer(ITIMER_REAL, &still, NULL);
	close(ends[1]);
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	assert_int_equal(status, 0);
}

static void waits_for_a_slow_reader(void **state)
{
	(void)state;
	check_slow_pipe(0);
}

static void waits_where_the_descriptor_would_not(void **state)
{
	(void)state;
	check_slow_pipe(O_NONBLOCK);
}

static void standard_output_is_one(void **state)
{
	struct writer *w = writer_stdout();

	(void)state;
	assert_ptr_equal(w, writer_stdout());
	assert_int_equal(w->fd, STDOUT_FILENO);
	assert_int_equal(w->size, WRITER_BLOCK);
	assert_true(w->size > WRITER_RESERVE_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(holds_until_flushed),
		cmocka_unit_test(reserve_makes_room),
		cmocka_unit_test(bytes_larger_than_the_buffer),
		cmocka_unit_test(first_error_sticks),
		cmocka_unit_test(closed_descriptor),
		cmocka_unit_test(waits_for_a_slow_reader),
		cmocka_unit_test(waits_where_the_descriptor_would_not),
		cmocka_unit_test(standard_output_is_one),
	};

	return cmocka_run_group_tests_name("writer", tests, NULL, NULL);
}
