/* SPDX-License-Identifier: MIT */
#include "commands/name_helper.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/sandbox.h"
#include "commands/process_name.h"

/* The ports seen last, each at port % CACHED_PORTS. */
#define CACHED_PORTS 64

/*
 * Seconds without a word from a port after which it may be another program's: it
 * is a process id as a rule, and those come again. While it keeps speaking, its
 * name is good, though the program may be gone by the time its words are read.
 */
#define NAME_LASTS 1

/* Milliseconds that an answer may take: the signals that end us wait as long. */
#define PATIENCE 1000

/* What is closed one by one where the kernel (before Linux 5.9) cannot do it at once. */
#define DESCRIPTORS 1024

static struct {
	uint32_t port;                /* 0: empty (no socket of a program has port 0) */
	time_t until;                 /* of CLOCK_MONOTONIC */
	char name[PROCESS_NAME_SIZE]; /* "": nobody was found */
} cache[CACHED_PORTS];

static struct {
	int descriptor;
	pid_t pid;     /* 0: there is none */
	unsigned owed; /* answers that have not come yet */
} helper;

/* All but the one descriptor, which becomes number 0: nobody shall wait for us to close theirs. */
static void keep_only(int descriptor)
{
	if (dup2(descriptor, STDIN_FILENO) < 0)
		_exit(1);
#ifdef SYS_close_range
	if (syscall(SYS_close_range, 1u, ~0u, 0u) == 0)
		return;
#endif
	for (int other = 1; other < DESCRIPTORS; other++)
		close(other);
}

/* Until the other end is closed. */
__attribute__((noreturn)) static void serve(int descriptor)
{
	char name[PROCESS_NAME_SIZE];
	uint32_t port;

	keep_only(descriptor);
	sandbox_drop(SANDBOX_LOOK);
	(void)prctl(PR_SET_NAME, "conntrack-names");
	while (read(STDIN_FILENO, &port, sizeof(port)) == (ssize_t)sizeof(port)) {
		memset(name, 0, sizeof(name));
		if (!process_name(port, name))
			name[0] = '\0';
		if (write(STDIN_FILENO, name, sizeof(name)) != (ssize_t)sizeof(name))
			break;
	}
	_exit(0);
}

int name_helper_start(void)
{
	int pair[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return -errno;
	pid = fork();
	if (pid == 0)
		serve(pair[1]);
	close(pair[1]);
	if (pid < 0) {
		int error = -errno;

		close(pair[0]);
		return error;
	}
	helper.descriptor = pair[0];
	helper.pid = pid;
	helper.owed = 0;
	return 0;
}

/* An answer is read, if one comes in so many milliseconds. */
static bool take_answer(int wait, char name[static PROCESS_NAME_SIZE])
{
	struct pollfd answer = {.fd = helper.descriptor, .events = POLLIN};
	int ready;

	do
		ready = poll(&answer, 1, wait);
	while (ready < 0 && errno == EINTR);
	if (ready <= 0 || read(helper.descriptor, name, PROCESS_NAME_SIZE) != PROCESS_NAME_SIZE)
		return false;
	helper.owed--;
	return true;
}

static void ask(uint32_t port, char name[static PROCESS_NAME_SIZE])
{
	bool answered = true;

	/* Answers that came too late are those of other ports. */
	while (answered && helper.owed > 0)
		answered = take_answer(0, name);
	if (answered && send(helper.descriptor, &port, sizeof(port), MSG_NOSIGNAL) ==
				(ssize_t)sizeof(port)) {
		helper.owed++;
		answered = take_answer(PATIENCE, name);
	} else {
		answered = false;
	}
	name[answered ? PROCESS_NAME_SIZE - 1 : 0] = '\0';
}

const char *name_helper_ask(uint32_t port)
{
	const size_t slot = port % CACHED_PORTS;
	struct timespec now = {0};

	if (helper.pid == 0)
		return NULL;
	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	if (cache[slot].port != port || now.tv_sec > cache[slot].until) {
		cache[slot].port = port;
		ask(port, cache[slot].name);
	}
	cache[slot].until = now.tv_sec + NAME_LASTS;
	return cache[slot].name[0] ? cache[slot].name : NULL;
}

void name_helper_end(void)
{
	/* It ends by itself as soon as it looks; one that does not is not waited for. */
	int how = helper.owed > 0 ? WNOHANG : 0;

	if (helper.pid == 0)
		return;
	close(helper.descriptor);
	while (waitpid(helper.pid, NULL, how) < 0 && errno == EINTR)
		;
	helper.pid = 0;
}
