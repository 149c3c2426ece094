/* SPDX-License-Identifier: MIT */
#include "commands/undo.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/message.h"

#define BUFFER_SIZE (64 * 1024)

/* How often the file is opened that is another one as soon as it is locked. */
#define OPENINGS 100

struct undo {
	struct writer writer;
	struct output output;
	off_t whole;  /* length of a regular file up to its last whole line; -1: it is none */
	bool failed;  /* and the person has been told */
	bool created; /* the file was not there before */
	bool begun;   /* something was about to be changed */
	char bytes[BUFFER_SIZE];
};

static int cannot(const struct session *s, const char *what, int error)
{
	message("--undo: cannot %s '%s': %s", what, s->given->undo_path, strerror(error));
	return EXIT_REFUSED;
}

/* The length of a regular file, or -1. */
static off_t length_of(int fd)
{
	struct stat status;

	return fstat(fd, &status) == 0 && S_ISREG(status.st_mode) ? status.st_size : -1;
}

/*
 * What an earlier run deleted stays in the file. A pipe that nobody reads is an
 * error (O_NONBLOCK); of one that is read the writer waits for room.
 */
static int open_file(const char *path, bool *created)
{
	const int flags = O_WRONLY | O_CREAT | O_APPEND | O_NONBLOCK | O_CLOEXEC;
	int fd = open(path, flags | O_EXCL, 0600);

	*created = fd >= 0;
	return fd < 0 && errno == EEXIST ? open(path, flags, 0600) : fd;
}

static bool same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/*
 * A regular file belongs to one run at a time: another's lines could be taken off
 * with what this one could not write, and its file be removed as unused. Where
 * there are no locks it goes without. 1; 0 when the path has become another file
 * since it was opened; or a negative errno.
 */
static int lock_file(int fd, const char *path)
{
	struct stat file, there;

	if (length_of(fd) < 0)
		return 1;
	if (flock(fd, LOCK_EX | LOCK_NB) < 0)
		return errno == EWOULDBLOCK ? -EWOULDBLOCK : 1;
	return fstat(fd, &file) == 0 && stat(path, &there) == 0 && same_file(&file, &there);
}

/*
 * The file, opened and ours alone; or a negative errno. What is another file each
 * time is on a file system that tells no file from another, or is taken away at once.
 */
static int take_file(const char *path, bool *created)
{
	for (unsigned i = 0; i < OPENINGS; i++) {
		int fd = open_file(path, created), locked;

		if (fd < 0)
			return -errno;
		locked = lock_file(fd, path);
		if (locked > 0)
			return fd;
		close(fd);
		if (locked < 0)
			return locked;
	}
	return -EBUSY;
}

int undo_open(struct session *s)
{
	const char *path = s->given->undo_path;
	struct undo *undo;
	off_t length;
	bool created;
	int fd;

	if (path == NULL || s->given->dry_run)
		return EXIT_DONE;
	fd = take_file(path, &created);
	if (fd == -EWOULDBLOCK) {
		message("--undo: another run writes to '%s'; give each a file of its own", path);
		return EXIT_REFUSED;
	}
	if (fd < 0)
		return cannot(s, "open", -fd);
	length = length_of(fd);
	if (file_ends_within_line(path, length)) {
		close(fd);
		message("--undo: '%s' ends within a line that an earlier run could not finish; "
			"take it off first",
			path);
		return EXIT_REFUSED;
	}
	undo = malloc(sizeof(*undo));
	if (undo == NULL) {
		close(fd);
		return cannot(s, "open", ENOMEM);
	}
	writer_open(&undo->writer, fd, undo->bytes, sizeof(undo->bytes));
	/* Labels by number: the list that names them need not be the one that -R reads. */
	undo->output = (struct output){
		.format = &output_save,
		.writer = &undo->writer,
		.flags = OUTPUT_FULL | OUTPUT_OVER,
		.subject = SUBJECT_LIST,
	};
	undo->whole = length;
	undo->failed = undo->begun = false;
	undo->created = created;
	s->undo = undo;
	return EXIT_DONE;
}

void undo_begin(struct session *s)
{
	if (s->undo != NULL)
		s->undo->begun = true;
}

void undo_write(struct session *s, const struct flow *flow)
{
	if (s->undo != NULL)
		output_flow(&s->undo->output, flow, NULL);
}

/*
 * A part of what is held was written, and nothing of it will be deleted: take it
 * off again. A torn line could be whole to -R, and make another entry.
 */
static void take_back(const struct session *s)
{
	const struct undo *undo = s->undo;

	if (undo->whole < 0 || length_of(undo->writer.fd) == undo->whole)
		return;
	if (ftruncate(undo->writer.fd, undo->whole) < 0)
		message("--undo: what was written of '%s' behind %lld bytes is not whole: %s",
			s->given->undo_path, (long long)undo->whole, strerror(errno));
}

int undo_flush(struct session *s)
{
	struct undo *undo = s->undo;
	int error = undo != NULL ? writer_flush(&undo->writer) : 0;

	if (error == 0) {
		if (undo != NULL && undo->whole >= 0)
			undo->whole = length_of(undo->writer.fd);
		return 0;
	}
	if (!undo->failed) {
		cannot(s, "write", -error);
		take_back(s);
	}
	undo->failed = true;
	return -ECANCELED;
}

/* Whether the path still is the file that is open. */
static bool is_at(int fd, const char *path)
{
	struct stat file, there;

	return fstat(fd, &file) == 0 && lstat(path, &there) == 0 && same_file(&file, &there);
}

/* A command that was refused before it did anything leaves no file. */
static void remove_unused(const struct session *s, int code)
{
	const struct undo *undo = s->undo;
	int fd = undo->writer.fd;

	if (code != EXIT_DONE && undo->created && !undo->begun && length_of(fd) == 0 &&
		is_at(fd, s->given->undo_path))
		unlink(s->given->undo_path);
}

int undo_close(struct session *s, int code)
{
	struct undo *undo = s->undo;
	bool failed;

	if (undo == NULL)
		return code;
	failed = undo_flush(s) < 0;
	remove_unused(s, code);
	if (close(undo->writer.fd) < 0 && !failed) {
		failed = true;
		cannot(s, "write", errno);
	}
	s->undo = NULL;
	free(undo);
	return failed ? EXIT_REFUSED : code;
}
