/* SPDX-License-Identifier: MIT */
/* Bytes as a file that can be opened by its path, for targets that read files. */
#ifndef FUZZ_MEMORY_FILE_H
#define FUZZ_MEMORY_FILE_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

struct memory_file {
	int descriptor;
	char path[40];
};

/* The caller closes it. */
static inline struct memory_file memory_file_make(const uint8_t *bytes, size_t size)
{
	struct memory_file file = {.descriptor = memfd_create("fuzz", MFD_CLOEXEC)};

	if (file.descriptor < 0 ||
		(size > 0 && write(file.descriptor, bytes, size) != (ssize_t)size))
		abort();
	snprintf(file.path, sizeof(file.path), "/proc/self/fd/%d", file.descriptor);
	return file;
}

static inline void memory_file_close(const struct memory_file *file)
{
	close(file->descriptor);
}

#endif
