/* SPDX-License-Identifier: MIT */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#define FIRST_ROOM 4096

/* Read on to the end: 0 or a negative errno. *text is always the caller's to free. */
static int read_all(int fd, size_t maximum, char **text, size_t *length)
{
	size_t room = 0;
	ssize_t n;

	*length = 0;
	do {
		if (*length + 1 >= room) {
			char *larger;

			room = room == 0 ? FIRST_ROOM : 2 * room;
			larger = realloc(*text, room);
			if (larger == NULL)
				return -ENOMEM;
			*text = larger;
		}
		n = read(fd, *text + *length, room - 1 - *length);
		if (n < 0 && errno != EINTR)
			return -errno;
		*length += n > 0 ? (size_t)n : 0;
		if (*length > maximum)
			return -EFBIG;
	} while (n != 0);
	(*text)[*length] = '\0';
	return 0;
}

int file_read(const char *path, size_t maximum, char **text, size_t *length)
{
	char *bytes = NULL;
	size_t size;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int error;

	if (fd < 0)
		return -errno;
	error = read_all(fd, maximum, &bytes, &size);
	close(fd);
	if (error < 0) {
		free(bytes);
		return error;
	}
	*text = bytes;
	*length = size;
	return 0;
}

bool file_ends_within_line(const char *path, off_t size)
{
	int fd = size > 0 ? open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC) : -1;
	char last = '\n';

	if (fd < 0)
		return false; /* it need not be readable */
	if (pread(fd, &last, 1, size - 1) != 1)
		last = '\n';
	close(fd);
	return last != '\n';
}
