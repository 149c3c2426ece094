/* SPDX-License-Identifier: MIT */
/*
 * Bytes out: one buffer, one file descriptor, every write checked.
 *
 * Invariants: used <= size; after the first failed write `error` holds its
 * errno, all further output is dropped, and nothing crashes. The owner asks
 * writer_flush() at the end and turns an error into a message and an exit
 * code.
 *
 * The fast path of an output is: reserve room for the largest record part,
 * put bytes through the returned pointer (base/put.h), commit the end.
 */
#ifndef BASE_WRITER_H
#define BASE_WRITER_H

#include <stddef.h>
#include <stdint.h>

/* The most that writer_reserve() may be asked for. */
#define WRITER_RESERVE_MAX 8192

struct writer {
	int fd;
	int error; /* errno of the first failed write; 0 while all is well */
	size_t used;
	size_t size;
	char *bytes;
};

/* Size of the block that writer_stdout() writes in, in bytes. */
#define WRITER_BLOCK (64 * 1024)

/*
 * Start a writer on fd with the caller's buffer, which must outlive it and be
 * larger than WRITER_RESERVE_MAX.
 */
void writer_open(struct writer *w, int fd, char *bytes, size_t size);

/* The program's standard output, with a static buffer of WRITER_BLOCK bytes. */
struct writer *writer_stdout(void);

/*
 * Room for at least n bytes (n <= WRITER_RESERVE_MAX) behind the returned
 * pointer; writes the buffer out when it is too full. Always succeeds: after a
 * write error the buffer is simply reused.
 */
char *writer_reserve(struct writer *w, size_t n);

/* Say how far the room of the last writer_reserve() was used. */
static inline void writer_commit(struct writer *w, const char *end)
{
	w->used = (size_t)(end - w->bytes);
}

/* Any number of bytes; a NUL terminated string. */
void writer_bytes(struct writer *w, const void *bytes, size_t n);
void writer_string(struct writer *w, const char *text);

/*
 * Write out all that is held. Handles short writes and EINTR; a descriptor
 * that would block is waited for. Returns 0, or the negative errno of the
 * first failed write of this writer's life.
 */
int writer_flush(struct writer *w);

/*
 * Without a buffer: all n bytes to fd, in one write(2) if the descriptor takes
 * them. Interruptions, short writes and blocking as in writer_flush(). Returns
 * 0 or a negative errno.
 */
int write_all(int fd, const void *bytes, size_t n);

#endif
