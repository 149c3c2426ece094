/* SPDX-License-Identifier: MIT */
/* Files that are read whole, and files that lines are added to. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * All of a file, with a NUL behind it that length does not count; the caller
 * frees *text. 0, the negative errno of open or read, -ENOMEM, or -EFBIG for
 * more than maximum bytes. The size that the file system tells is not trusted.
 */
int file_read(const char *path, size_t maximum, char **text, size_t *length);

/*
 * Whether a regular file of that size ends within a line, as a run that was killed leaves
 * it: what is added would be read as the rest of that line. Not of one that cannot be read.
 */
bool file_ends_within_line(const char *path, off_t size);

#endif
