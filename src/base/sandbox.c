/* SPDX-License-Identifier: MIT */
/*
 * The seccomp program is made by hand from a table: libseccomp would do the
 * same for half a millisecond of every start.
 */
#include "base/sandbox.h"

#include <asm/termbits.h>
#include <assert.h>
#include <errno.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The number by which seccomp knows the system calls of this build; 0: not taught yet. */
#if !WITH_SECCOMP
#define ARCHITECTURE 0
#elif defined(__x86_64__) && defined(__LP64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#elif defined(__riscv) && __riscv_xlen == 64
#define ARCHITECTURE AUDIT_ARCH_RISCV64
#elif defined(__powerpc64__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define ARCHITECTURE AUDIT_ARCH_PPC64LE
#else
#define ARCHITECTURE 0
#endif

/* x86-64 has a second set of numbers from here on (x32), which we do not use. */
#define FIRST_FOREIGN 0x40000000

/* What isatty(3) asks since glibc 2.42; some architectures have no second set. */
#ifndef TCGETS2
#define TCGETS2 TCGETS
#endif

#define ANY_ARGUMENT (-1)
/* As a value: the number of this process. */
#define THIS_PROCESS 0

/* One allowed system call: under which needs (0: always), and with which argument. */
struct rule {
	int number;
	unsigned needs;    /* any of them */
	int argument;      /* the index of the one that must have a value, or ANY_ARGUMENT */
	uint32_t value[3]; /* one of them, of its low 32 bits */
};

/* Of an argument with one value. */
#define EACH(only)                                                                                 \
	{                                                                                          \
		only, only, only                                                                   \
	}
#define ALWAYS(call)                                                                               \
	{                                                                                          \
		SYS_##call, 0, ANY_ARGUMENT,                                                       \
		{                                                                                  \
			0                                                                          \
		}                                                                                  \
	}
#define NEEDED(call, needs)                                                                        \
	{                                                                                          \
		SYS_##call, needs, ANY_ARGUMENT,                                                   \
		{                                                                                  \
			0                                                                          \
		}                                                                                  \
	}

static const struct rule rules[] = {
	ALWAYS(recvmsg),
	ALWAYS(recvmmsg),
	ALWAYS(write),
	ALWAYS(ppoll),
#ifdef SYS_poll
	ALWAYS(poll),
#endif
	ALWAYS(read),
	ALWAYS(pread64),
	ALWAYS(close),
	ALWAYS(getsockopt),
	ALWAYS(ftruncate),
	ALWAYS(fstat),
#ifdef SYS_newfstatat
	ALWAYS(newfstatat),
#endif
	/* Of glibc, that sorts many elements: how much memory there is. */
	ALWAYS(sysinfo),
	/* The time, where it needs a system call. */
	ALWAYS(clock_gettime),
#ifdef SYS_time
	ALWAYS(time),
#endif
	ALWAYS(gettimeofday),
	/* Memory of malloc() and of the image of --resync. */
	ALWAYS(brk),
	ALWAYS(mmap),
	ALWAYS(munmap),
	ALWAYS(mremap),
	ALWAYS(mprotect),
	ALWAYS(madvise),
	/* Signals, the wait for the helper, the end. */
	ALWAYS(rt_sigprocmask),
	ALWAYS(rt_sigaction),
	ALWAYS(rt_sigreturn),
	ALWAYS(restart_syscall),
	ALWAYS(wait4),
	ALWAYS(getpid),
	ALWAYS(gettid),
	{SYS_tgkill, 0, 0, EACH(THIS_PROCESS)},
	ALWAYS(exit),
	ALWAYS(exit_group),
	/* Is it a terminal, and how wide. */
	{SYS_ioctl, 0, 1, {TCGETS, TCGETS2, TIOCGWINSZ}},
	/* A second filter, and the muting of an event socket. */
	{SYS_seccomp, 0, 0, EACH(SECCOMP_SET_MODE_FILTER)},
	{SYS_prctl, 0, 0, EACH(PR_SET_NO_NEW_PRIVS)},
	{SYS_setsockopt, 0, 2, EACH(SO_ATTACH_FILTER)},
	ALWAYS(capget),
	ALWAYS(capset),
	NEEDED(sendto, SANDBOX_SEND | SANDBOX_ADMIN),
#ifdef SYS_send
	NEEDED(send, SANDBOX_SEND | SANDBOX_ADMIN),
#endif
	/* Both calls, and the flag that musl adds to each. */
	{SYS_openat, SANDBOX_OPEN, 2,
		{SANDBOX_OPEN_FLAGS, SANDBOX_OPEN_FLAGS, SANDBOX_OPEN_FLAGS | O_LARGEFILE}},
#ifdef SYS_open
	{SYS_open, SANDBOX_OPEN, 1,
		{SANDBOX_OPEN_FLAGS, SANDBOX_OPEN_FLAGS, SANDBOX_OPEN_FLAGS | O_LARGEFILE}},
#endif
};

#define RULES (sizeof(rules) / sizeof(rules[0]))

/* Instructions of a rule, with the one that leads to it. */
#define RULE_MAX 8

struct program {
	unsigned short length;
	struct sock_filter code[RULES * RULE_MAX + 8];
};

static void put(struct program *p, uint16_t code, uint32_t k, uint8_t yes, uint8_t no)
{
	p->code[p->length++] = (struct sock_filter){.code = code, .jt = yes, .jf = no, .k = k};
}

static void put_answer(struct program *p, uint32_t answer)
{
	put(p, BPF_RET | BPF_K, answer, 0, 0);
}

static uint32_t wanted_value(uint32_t value)
{
	return value == THIS_PROCESS ? (uint32_t)getpid() : value;
}

/* A is the number of the call: is it this rule's? */
static void put_rule(struct program *p, const struct rule *rule)
{
	const uint32_t low_word = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? 4 : 0;

	if (rule->argument == ANY_ARGUMENT) {
		put(p, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)rule->number, 0, 1);
	} else {
		put(p, BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)rule->number, 0, 5);
		put(p, BPF_LD | BPF_W | BPF_ABS,
			(uint32_t)offsetof(struct seccomp_data, args) +
				8 * (uint32_t)rule->argument + low_word,
			0, 0);
		put(p, BPF_JMP | BPF_JEQ | BPF_K, wanted_value(rule->value[0]), 2, 0);
		put(p, BPF_JMP | BPF_JEQ | BPF_K, wanted_value(rule->value[1]), 1, 0);
		put(p, BPF_JMP | BPF_JEQ | BPF_K, wanted_value(rule->value[2]), 0, 1);
	}
	put_answer(p, SECCOMP_RET_ALLOW);
	put_answer(p, SECCOMP_RET_ERRNO | EPERM);
}

/*
 * Halve the rules, which are in the order of their numbers, until one is left.
 * When a filter is set the kernel tries it with every number there is, so a long
 * row of comparisons would cost a tenth of a millisecond.
 */
static void put_rules(struct program *p, const struct rule *const *sorted, size_t count)
{
	size_t half = count / 2;
	unsigned short at = p->length;

	if (count == 1) {
		put_rule(p, sorted[0]);
		return;
	}
	put(p, BPF_JMP | BPF_JGE | BPF_K, (uint32_t)sorted[half]->number, 0, 0);
	put_rules(p, sorted, half);
	p->code[at].jt = (uint8_t)(p->length - at - 1);
	put_rules(p, sorted + half, count - half);
}

static_assert(RULES / 2 * RULE_MAX <= UINT8_MAX, "a jump over half the rules is too long");

/* The rules under these needs, by number. */
static size_t sort_rules(const struct rule **sorted, unsigned needs)
{
	size_t count = 0;

	for (size_t i = 0; i < RULES; i++) {
		size_t at = count;

		if (rules[i].needs != 0 && (rules[i].needs & needs) == 0)
			continue;
		for (; at > 0 && sorted[at - 1]->number > rules[i].number; at--)
			sorted[at] = sorted[at - 1];
		sorted[at] = &rules[i];
		count++;
	}
	return count;
}

static void make_program(struct program *p, unsigned needs)
{
	const struct rule *sorted[RULES];
	size_t count = sort_rules(sorted, needs);

	p->length = 0;
	put(p, BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch), 0, 0);
	put(p, BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0);
	put_answer(p, SECCOMP_RET_KILL_PROCESS);
	put(p, BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr), 0, 0);
	put(p, BPF_JMP | BPF_JGE | BPF_K, FIRST_FOREIGN, 0, 1);
	put_answer(p, SECCOMP_RET_KILL_PROCESS);
	put_rules(p, sorted, count);
}

static void restrict_calls(unsigned needs)
{
	struct program program;
	struct sock_fprog given;

	if (ARCHITECTURE == 0)
		return;
	make_program(&program, needs);
	given = (struct sock_fprog){.len = program.length, .filter = program.code};
	/* Before Linux 5.16 a filter also slowed the process down, unless told not to. */
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_SPEC_ALLOW, &given) <
		0)
		(void)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &given);
}

/* Sets of capabilities are two words of 32 each. */
void sandbox_drop(unsigned needs)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct sets[_LINUX_CAPABILITY_U32S_3] = {0};
	uint32_t kept =
		(needs & SANDBOX_ADMIN ? 1u << CAP_NET_ADMIN : 0) |
		(needs & SANDBOX_OPEN ? 1u << CAP_DAC_OVERRIDE : 0) |
		(needs & SANDBOX_LOOK ? 1u << CAP_SYS_PTRACE | 1u << CAP_DAC_READ_SEARCH : 0);

	if (syscall(SYS_capget, &header, sets) < 0)
		return;
	for (unsigned i = 0; i < _LINUX_CAPABILITY_U32S_3; i++) {
		sets[i].permitted &= i == 0 ? kept : 0;
		sets[i].effective = sets[i].permitted;
		sets[i].inheritable = 0;
	}
	(void)syscall(SYS_capset, &header, sets);
}

void sandbox_enter(unsigned needs)
{
	sandbox_drop(needs);
	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	restrict_calls(needs);
}
