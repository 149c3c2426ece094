/* SPDX-License-Identifier: MIT */
/*
 * What a process may still do while it reads what the kernel sends: without
 * capabilities, and with a few system calls.
 */
#ifndef BASE_SANDBOX_H
#define BASE_SANDBOX_H

#include <fcntl.h>

/* What is still to be done in the sandbox, besides reading, writing and waiting. */
enum sandbox_need {
	SANDBOX_SEND = 1 << 0,  /* send on a socket that is open */
	SANDBOX_ADMIN = 1 << 1, /* requests to the kernel: CAP_NET_ADMIN stays */
	SANDBOX_OPEN = 1 << 2,  /* open files with SANDBOX_OPEN_FLAGS, and CAP_DAC_OVERRIDE stays */
	SANDBOX_LOOK = 1 << 3,  /* see what other processes have open: two capabilities stay */
};

/* How an output file is opened. O_NONBLOCK is for a FIFO, whose reader may be missing. */
#define SANDBOX_OPEN_FLAGS (O_WRONLY | O_CREAT | O_APPEND | O_NOCTTY | O_CLOEXEC | O_NONBLOCK)

/*
 * Give up all capabilities but those needed, for good, and every system call
 * that the table in sandbox.c does not name (it then fails with EPERM). What
 * this kernel or this build cannot do is left out in silence: the program works
 * the same without. Can be called again with fewer needs.
 */
void sandbox_enter(unsigned needs);

/* Give up the capabilities alone. */
void sandbox_drop(unsigned needs);

#endif
