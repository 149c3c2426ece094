/* SPDX-License-Identifier: MIT */
#include "base/sandbox.h"

#include <errno.h>
#include <limits.h>
#include <linux/capability.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <cmocka.h>

/* Where the filter is known to be made and taken; elsewhere nothing is forbidden. */
#if WITH_SECCOMP && defined(__x86_64__) && defined(__LP64__)
#define FILTERED true
#else
#define FILTERED false
#endif

/* An errno, or 0 when what it tries is done. */
typedef int attempt(void);

static int reason(long result)
{
	return result < 0 ? errno : 0;
}

/* As needs: no sandbox. */
#define FREE UINT_MAX

/* What an attempt comes to for a process in the sandbox. */
static int in_sandbox(unsigned needs, attempt *try)
{
	int status;
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0) {
		if (needs != FREE)
			sandbox_enter(needs);
		_exit(try());
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static int write_nothing(void)
{
	return reason(write(STDERR_FILENO, "", 0));
}

static int signal_itself(void)
{
	return reason(syscall(SYS_tgkill, getpid(), gettid(), 0));
}

/* What qsort() of glibc asks for. */
static int ask_for_memory(void)
{
	struct sysinfo info;

	return reason(sysinfo(&info));
}

/* The process of the test. */
static pid_t tester;

static int signal_another(void)
{
	return reason(syscall(SYS_tgkill, tester, tester, 0));
}

static int kill_another(void)
{
	return reason(kill(tester, 0));
}

static int open_to_read(void)
{
	return reason(open("/dev/null", O_RDONLY | O_CLOEXEC));
}

static int open_output(void)
{
	return reason(open("/dev/null", SANDBOX_OPEN_FLAGS, 0666));
}

static int make_socket(void)
{
	return reason(socket(AF_NETLINK, SOCK_RAW, 0));
}

static int start_program(void)
{
	char name[] = "true", *words[] = {name, NULL};

	return reason(execve("/bin/true", words, environ));
}

static int type_into_terminal(void)
{
	return reason(ioctl(STDIN_FILENO, TIOCSTI, ""));
}

/* As isatty(3) may; a descriptor that is none is another reason than the sandbox. */
static int ask_terminal(void)
{
	return reason(ioctl(-1, TCGETS, NULL));
}

static int ask_terminal_anew(void)
{
	return reason(ioctl(-1, _IOR('T', 0x2a, char[44]), NULL));
}

static int send_on_none(void)
{
	return reason(sendto(-1, "", 0, 0, NULL, 0));
}

static void calls(void **state)
{
	static const struct {
		attempt *try;
		unsigned needs;
		int result;
	} rows[] = {
		{write_nothing, 0, 0},
		{signal_itself, 0, 0},
		{ask_for_memory, 0, 0},
		{signal_another, 0, EPERM},
		{kill_another, 0, EPERM},
		{open_to_read, 0, EPERM},
		{open_to_read, SANDBOX_OPEN, EPERM},
		{open_output, 0, EPERM},
		{open_output, SANDBOX_OPEN, 0},
		{make_socket, SANDBOX_SEND | SANDBOX_ADMIN | SANDBOX_OPEN, EPERM},
		{start_program, SANDBOX_SEND | SANDBOX_ADMIN | SANDBOX_OPEN, EPERM},
		{type_into_terminal, 0, EPERM},
		{ask_terminal, 0, EBADF},
		{ask_terminal_anew, 0, EBADF},
		{send_on_none, 0, EPERM},
		{send_on_none, SANDBOX_SEND, EBADF},
		{send_on_none, SANDBOX_ADMIN, EBADF},
	};

	tester = getpid();
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int result = in_sandbox(rows[i].needs, rows[i].try);
		int wanted = FILTERED ? rows[i].result : in_sandbox(FREE, rows[i].try);

		if (result != wanted)
			fail_msg("row %zu: %d, not %d", i, result, wanted);
	}
	(void)state;
}

/* Those that could be used; the words of the two sets are one here. */
static uint32_t capabilities(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3] = {0};

	if (syscall(SYS_capget, &header, sets) < 0)
		return UINT32_MAX;
	return sets[0].effective | sets[0].permitted | sets[1].effective | sets[1].permitted;
}

static int has_any(void)
{
	return capabilities() != 0;
}

static int has_more_than_net_admin(void)
{
	return (capabilities() & ~(1u << CAP_NET_ADMIN)) != 0;
}

/* Once given up, no second call brings it back. */
static int has_any_again(void)
{
	sandbox_enter(SANDBOX_ADMIN);
	return capabilities() != 0;
}

static int has_more_than_override(void)
{
	return (capabilities() & ~(1u << CAP_DAC_OVERRIDE)) != 0;
}

static void rights(void **state)
{
	assert_int_equal(in_sandbox(SANDBOX_OPEN, has_more_than_override), 0);
	assert_int_equal(in_sandbox(0, has_any), 0);
	assert_int_equal(in_sandbox(0, has_any_again), 0);
	assert_int_equal(in_sandbox(SANDBOX_ADMIN, has_more_than_net_admin), 0);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(calls),
		cmocka_unit_test(rights),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
