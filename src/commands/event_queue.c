/* SPDX-License-Identifier: MIT */
#include "commands/event_queue.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/sandbox.h"

/* What the queue has room for besides the size that is asked for: a block to write. */
#define BLOCK (256 * 1024)

/* Part of the region that must be free at its front before the rest is moved there. */
#define FRONT_SHARE 4

static int open_file(const char *path)
{
	int fd = open(path, SANDBOX_OPEN_FLAGS, 0644);

	return fd < 0 ? -errno : fd;
}

/*
 * Standard output without waiting in it. The flag O_NONBLOCK belongs to the open
 * file, which others share, so a pipe or terminal is opened anew by its link in
 * /proc; a socket takes the wish with each call. Where neither can be had, no
 * more than PIPE_BUF bytes are written when poll(2) says that there is room.
 */
static void open_standard(struct event_queue *q, mode_t mode)
{
	q->socket = S_ISSOCK(mode);
	if (!S_ISFIFO(mode) && !S_ISCHR(mode))
		return;
	q->opened = open("/proc/self/fd/1", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (q->opened >= 0)
		q->writer.fd = q->opened;
	else
		q->careful = true;
}

/* A line that an earlier run could not finish gets its end, so that ours is one. */
static int end_line(const struct event_queue *q, off_t size)
{
	return q->regular && file_ends_within_line(q->path, size) ? write_all(q->opened, "\n", 1)
								  : 0;
}

/* Whether standard output was given as something to write to. */
static bool can_be_written(void)
{
	int flags = fcntl(STDOUT_FILENO, F_GETFL);

	return flags >= 0 && (flags & O_ACCMODE) != O_RDONLY && !(flags & O_PATH);
}

int event_queue_open(struct event_queue *q, const char *path, uint64_t size)
{
	struct stat status;
	int fd = STDOUT_FILENO, error;

	*q = (struct event_queue){.path = path, .opened = -1};
	if (size > SIZE_MAX / 2)
		return -ENOMEM;
	if (path != NULL) {
		fd = open_file(path);
		if (fd < 0)
			return fd;
		q->opened = fd;
	} else if (!can_be_written()) {
		return -EBADF;
	}
	q->region_size = (size_t)size + BLOCK + EVENT_QUEUE_RECORD;
	q->region = malloc(q->region_size);
	if (q->region == NULL) {
		event_queue_close(q);
		return -ENOMEM;
	}
	writer_open(&q->writer, fd, q->region, q->region_size);
	if (fstat(fd, &status) < 0)
		return 0; /* a closed descriptor: the first write says so */
	q->regular = path != NULL && S_ISREG(status.st_mode);
	if (path == NULL)
		open_standard(q, status.st_mode);
	error = end_line(q, status.st_size);
	if (error != 0)
		event_queue_close(q);
	return error;
}

void event_queue_close(struct event_queue *q)
{
	if (q->opened >= 0)
		close(q->opened);
	free(q->region);
	*q = (struct event_queue){.opened = -1};
}

/* What is queued moves to the front of the region, and the room behind it grows. */
static void move_to_front(struct event_queue *q)
{
	memmove(q->region, q->writer.bytes, q->writer.used);
	q->writer.bytes = q->region;
	q->writer.size = q->region_size;
}

bool event_queue_has_room(struct event_queue *q)
{
	if (q->writer.size - q->writer.used >= EVENT_QUEUE_RECORD)
		return true;
	/* Moving costs time, so it is done when it frees much. */
	if ((size_t)(q->writer.bytes - q->region) < q->region_size / FRONT_SHARE)
		return false;
	move_to_front(q);
	return true;
}

static ssize_t write_some(const struct event_queue *q)
{
	const struct writer *w = &q->writer;

	if (q->socket)
		return send(w->fd, w->bytes, w->used, MSG_DONTWAIT);
	return write(w->fd, w->bytes, q->careful && w->used > PIPE_BUF ? PIPE_BUF : w->used);
}

/* n bytes from the front are written. */
static void take_written(struct event_queue *q, size_t n)
{
	struct writer *w = &q->writer;
	const char *newline = memrchr(w->bytes, '\n', n);

	q->torn = newline != NULL ? (size_t)(w->bytes + n - newline - 1) : q->torn + n;
	w->bytes += n;
	w->size -= n;
	w->used -= n;
	if (w->used == 0) {
		w->bytes = q->region;
		w->size = q->region_size;
	}
}

/* Take the beginning of a line from the file again; the rest of it will not come. */
static void cut_torn(struct event_queue *q)
{
	struct stat status;

	if (!q->regular || q->torn == 0 || fstat(q->writer.fd, &status) < 0 ||
		(size_t)status.st_size < q->torn)
		return;
	if (ftruncate(q->writer.fd, status.st_size - (off_t)q->torn) != 0)
		return;
	q->lost += q->torn;
	q->torn = 0;
}

int event_queue_write(struct event_queue *q)
{
	struct writer *w = &q->writer;

	while (w->error == 0 && w->used > 0) {
		ssize_t n = write_some(q);

		if (n > 0) {
			take_written(q, (size_t)n);
			if (q->careful && w->used > 0)
				return -EAGAIN; /* ask poll(2) again */
		} else if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
			return -EAGAIN;
		} else if (n == 0 || errno != EINTR) {
			w->error = n == 0 ? EIO : errno;
			cut_torn(q);
		}
	}
	if (w->error != 0) {
		q->lost += w->used;
		w->used = 0;
	}
	return -w->error;
}

int event_queue_reopen(struct event_queue *q)
{
	int fd = open_file(q->path);
	struct stat status;

	if (fd < 0)
		return fd;
	close(q->opened);
	q->opened = fd;
	q->writer.fd = fd;
	q->regular = fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
	q->torn = 0;
	return 0;
}
