/* SPDX-License-Identifier: MIT */
/*
 * Run commands by turns and say what each run cost, with nothing of the script
 * that asks in the figures: spawn, wait, two readings of the clock.
 *
 *   measure [-n ROUNDS] [-i STDIN] [-e STDERR] COMMAND [WORD...] [--- COMMAND [WORD...]]...
 *
 * One round runs every command once, in the order given. Standard output goes
 * to /dev/null, so do the other two unless named (STDERR is emptied before each
 * run, so it holds the last one's). A line is printed for each run:
 *
 *   COMMAND-NUMBER WALL-NS USER-US SYSTEM-US MAXRSS-KIB EXIT
 *
 * EXIT is 128 + the signal's number when one ended it. The first run that ends
 * with anything but 0 is the last, so that STDERR holds its words. MAXRSS is
 * never below what this program itself uses (execve() carries the figure over):
 * 1 MiB linked statically, 1.6 MiB else.
 */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "wire.h"

#define COMMANDS_MAX 16
#define SEPARATOR    "---"

struct run {
	unsigned long long wall_ns;
	struct rusage usage;
	int exit_code;
};

extern char **environ;

static unsigned long long nanoseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (unsigned long long)now.tv_sec * 1000000000 + (unsigned long long)now.tv_nsec;
}

static unsigned long long microseconds(struct timeval time)
{
	return (unsigned long long)time.tv_sec * 1000000 + (unsigned long long)time.tv_usec;
}

static struct run measure(char **command, const posix_spawn_file_actions_t *actions)
{
	struct run run;
	pid_t child;
	int status;
	unsigned long long start = nanoseconds();

	errno = posix_spawn(&child, command[0], actions, NULL, command, environ);
	if (errno)
		die(errno, "cannot run %s", command[0]);
	if (wait4(child, &status, 0, &run.usage) != child)
		die(errno, "cannot wait for %s", command[0]);
	run.wall_ns = nanoseconds() - start;
	run.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	return run;
}

static void redirect(posix_spawn_file_actions_t *actions, const char *input, const char *errors)
{
	int write_flags = O_WRONLY | O_CREAT | O_TRUNC;

	errno = posix_spawn_file_actions_init(actions);
	if (!errno)
		errno = posix_spawn_file_actions_addopen(actions, STDIN_FILENO, input, O_RDONLY, 0);
	if (!errno)
		errno = posix_spawn_file_actions_addopen(
			actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	if (!errno)
		errno = posix_spawn_file_actions_addopen(
			actions, STDERR_FILENO, errors, write_flags, 0600);
	if (errno)
		die(errno, "cannot prepare the redirections");
}

/* Cut argv at the separators; returns how many commands there are. */
static size_t split(char **words, char **commands[static COMMANDS_MAX])
{
	size_t count = 0;

	while (*words) {
		if (count == COMMANDS_MAX)
			die(0, "more than %d commands", COMMANDS_MAX);
		commands[count++] = words;
		while (*words && strcmp(*words, SEPARATOR))
			words++;
		if (*words)
			*words++ = NULL;
	}
	return count;
}

int main(int argc, char **argv)
{
	const char *input = "/dev/null", *errors = "/dev/null";
	posix_spawn_file_actions_t actions;
	char **commands[COMMANDS_MAX];
	uint32_t rounds = 1;
	int letter;

	while ((letter = getopt(argc, argv, "+n:i:e:")) != -1) {
		switch (letter) {
		case 'n':
			rounds = parse_number(optarg, 1000000, "rounds");
			break;
		case 'i':
			input = optarg;
			break;
		case 'e':
			errors = optarg;
			break;
		default:
			return 2;
		}
	}
	size_t count = split(argv + optind, commands);
	redirect(&actions, input, errors);
	for (uint32_t round = 0; round < rounds; round++) {
		for (size_t i = 0; i < count; i++) {
			struct run run = measure(commands[i], &actions);

			printf("%zu %llu %llu %llu %ld %d\n", i, run.wall_ns,
				microseconds(run.usage.ru_utime), microseconds(run.usage.ru_stime),
				run.usage.ru_maxrss, run.exit_code);
			if (run.exit_code)
				goto out;
		}
	}
out:
	posix_spawn_file_actions_destroy(&actions);
	if (fflush(stdout) || ferror(stdout))
		die(errno, "cannot write");
	return 0;
}
