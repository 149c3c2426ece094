/* SPDX-License-Identifier: MIT */
/* Files that are read whole. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stddef.h>

/*
 * All of a file, with a NUL behind it that length does not count; the caller
 * frees *text. 0, the negative errno of open or read, -ENOMEM, or -EFBIG for
 * more than maximum bytes. The size that the file system tells is not trusted.
 */
int file_read(const char *path, size_t maximum, char **text, size_t *length);

#endif
