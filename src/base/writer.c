/* SPDX-License-Identifier: MIT */
#include "base/writer.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

/*
 * What to do after a failed write(2): 0 to try again (interrupted, or a
 * descriptor that blocks has room again), else the negative errno.
 */
static int retry_after(int fd, int error)
{
	struct pollfd waiting = {.fd = fd, .events = POLLOUT};

	if (error == EINTR)
		return 0;
	if (error != EAGAIN && error != EWOULDBLOCK)
		return -error;
	if (poll(&waiting, 1, -1) < 0 && errno != EINTR)
		return -errno;
	return 0;
}

int write_all(int fd, const void *bytes, size_t n)
{
	const char *p = bytes;

	while (n > 0) {
		ssize_t written = write(fd, p, n);

		if (written > 0) {
			p += written;
			n -= (size_t)written;
			continue;
		}
		/* Nothing written and no error either would loop for ever. */
		int error = written < 0 ? retry_after(fd, errno) : -EIO;
		if (error < 0)
			return error;
	}
	return 0;
}

void writer_open(struct writer *w, int fd, char *bytes, size_t size)
{
	*w = (struct writer){.fd = fd, .bytes = bytes, .size = size};
}

struct writer *writer_stdout(void)
{
	static char block[WRITER_BLOCK];
	static struct writer writer = {.fd = STDOUT_FILENO, .bytes = block, .size = sizeof(block)};

	return &writer;
}

char *writer_reserve(struct writer *w, size_t n)
{
	if (__builtin_expect(w->size - w->used < n, 0))
		writer_flush(w);
	return w->bytes + w->used;
}

void writer_bytes(struct writer *w, const void *bytes, size_t n)
{
	const char *p = bytes;

	while (n > 0) {
		size_t room = w->size - w->used;

		if (room == 0) {
			writer_flush(w);
			room = w->size;
		}
		if (room > n)
			room = n;
		memcpy(w->bytes + w->used, p, room);
		w->used += room;
		p += room;
		n -= room;
	}
}

void writer_string(struct writer *w, const char *text)
{
	writer_bytes(w, text, strlen(text));
}

int writer_flush(struct writer *w)
{
	if (w->error == 0)
		w->error = -write_all(w->fd, w->bytes, w->used);
	w->used = 0;
	return -w->error;
}
