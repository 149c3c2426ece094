/* SPDX-License-Identifier: MIT */
/*
 * No file is opened while a target runs, whatever its bytes name: no descriptor
 * can be had. Included by one file of a program.
 */
#ifndef FUZZ_NO_FILES_H
#define FUZZ_NO_FILES_H

#include <stdbool.h>
#include <stdlib.h>
#include <sys/resource.h>

static struct rlimit files_before;

/* Before a crash is told: the fuzzer has to write the bytes that led to it. */
static inline void files_allow(void)
{
	if (files_before.rlim_max != 0)
		setrlimit(RLIMIT_NOFILE, &files_before);
}

static inline void check(bool holds)
{
	if (holds)
		return;
	files_allow();
	abort();
}

static inline void files_forbid(void)
{
	struct rlimit none;

	check(getrlimit(RLIMIT_NOFILE, &files_before) == 0);
	none = files_before;
	none.rlim_cur = 0;
	check(setrlimit(RLIMIT_NOFILE, &none) == 0);
}

/* The address sanitizer calls it first (asan_interface.h). */
void __asan_on_error(void);
void __asan_on_error(void)
{
	files_allow();
}

#endif
