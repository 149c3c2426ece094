/* SPDX-License-Identifier: MIT */
#include "commands/name_helper.h"

#include <errno.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "commands/process_name.h"

/* The ports seen last, each at port % CACHED_PORTS. */
#define CACHED_PORTS 64

/* What is closed one by one where the kernel (before Linux 5.9) cannot do it at once. */
#define DESCRIPTORS 1024

static struct {
	uint32_t port;                /* 0: empty (no socket of a program has port 0) */
	char name[PROCESS_NAME_SIZE]; /* "": nobody was found */
} cache[CACHED_PORTS];

static struct {
	int descriptor;
	pid_t pid; /* 0: there is none */
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
	return 0;
}

static void ask(uint32_t port, char name[static PROCESS_NAME_SIZE])
{
	ssize_t n = -1;

	if (helper.pid != 0 &&
		send(helper.descriptor, &port, sizeof(port), MSG_NOSIGNAL) == (ssize_t)sizeof(port))
		n = read(helper.descriptor, name, PROCESS_NAME_SIZE);
	if (n != PROCESS_NAME_SIZE)
		n = 0;
	name[n > 0 ? n - 1 : 0] = '\0';
}

const char *name_helper_ask(uint32_t port)
{
	const size_t slot = port % CACHED_PORTS;

	if (cache[slot].port != port) {
		cache[slot].port = port;
		ask(port, cache[slot].name);
	}
	return cache[slot].name[0] ? cache[slot].name : NULL;
}

void name_helper_end(void)
{
	if (helper.pid == 0)
		return;
	close(helper.descriptor);
	while (waitpid(helper.pid, NULL, 0) < 0 && errno == EINTR)
		;
	helper.pid = 0;
}
