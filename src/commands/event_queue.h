/* SPDX-License-Identifier: MIT */
/*
 * Where the bytes of events wait until their reader takes them: a writer whose
 * buffer is a bounded queue, and a descriptor that is never waited for in a
 * write. Invariant: outside of the printing of a record, what is queued ends
 * with a whole record.
 */
#ifndef COMMANDS_EVENT_QUEUE_H
#define COMMANDS_EVENT_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/writer.h"

/* Room that every record finds, however long its names are. */
#define EVENT_QUEUE_RECORD (64 * 1024)

struct event_queue {
	struct writer writer; /* what is queued, from writer.bytes on */
	char *region;         /* writer.bytes lies in here */
	size_t region_size;
	const char *path; /* of the output file, or NULL: standard output */
	int opened;       /* a descriptor of our own, or -1 */
	bool regular;     /* a plain file: what does not fit on the disk can be cut off */
	bool socket;
	bool careful; /* a descriptor that may block: little at a time */
	size_t torn;  /* bytes behind the last newline that was written */
	size_t lost;  /* bytes that a failed write has left, or that were taken back behind it */
};

/*
 * Open the output: the file of that path (NULL: standard output), and `size`
 * bytes to queue in. 0 or a negative errno; -ENOMEM: the address space has no such
 * room, -EBADF: it is closed, or not to be
 * written, which shows before the first event and not behind it.
 */
int event_queue_open(struct event_queue *q, const char *path, uint64_t size);
void event_queue_close(struct event_queue *q);

/* Whether one more record can be printed. */
bool event_queue_has_room(struct event_queue *q);

static inline bool event_queue_is_empty(const struct event_queue *q)
{
	return q->writer.used == 0;
}

static inline int event_queue_descriptor(const struct event_queue *q)
{
	return q->writer.fd;
}

/*
 * Write what the reader takes. 0: all is written; -EAGAIN: the rest has to wait
 * for POLLOUT; else the negative errno of a failed write. Then a line that the
 * output file has only the beginning of is taken from it again, and nothing is
 * written any more.
 */
int event_queue_write(struct event_queue *q);

/*
 * Open the output file again by its path, for log rotation; what is queued has
 * been written. 0, or a negative errno: the old file goes on.
 */
int event_queue_reopen(struct event_queue *q);

#endif
