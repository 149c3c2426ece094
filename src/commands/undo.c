/* SPDX-License-Identifier: MIT */
#include "commands/undo.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/message.h"

#define BUFFER_SIZE (64 * 1024)

struct undo {
	struct writer writer;
	struct output output;
	bool failed; /* and the person has been told */
	char bytes[BUFFER_SIZE];
};

static int cannot(const struct session *s, const char *what, int error)
{
	message("--undo: cannot %s '%s': %s", what, s->given->undo_path, strerror(error));
	return EXIT_REFUSED;
}

int undo_open(struct session *s)
{
	const char *path = s->given->undo_path;
	struct undo *undo;
	int fd;

	if (path == NULL || s->given->dry_run)
		return EXIT_DONE;
	/* What an earlier run deleted stays in the file. */
	fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (fd < 0)
		return cannot(s, "open", errno);
	undo = malloc(sizeof(*undo));
	if (undo == NULL) {
		close(fd);
		return cannot(s, "open", ENOMEM);
	}
	writer_open(&undo->writer, fd, undo->bytes, sizeof(undo->bytes));
	undo->output = (struct output){
		.format = &output_save,
		.writer = &undo->writer,
		.flags = OUTPUT_FULL,
		.subject = SUBJECT_LIST,
	};
	undo->failed = false;
	s->undo = undo;
	return EXIT_DONE;
}

void undo_write(struct session *s, const struct flow *flow)
{
	if (s->undo == NULL)
		return;
	s->undo->output.labels = s->request->labels;
	output_flow(&s->undo->output, flow, NULL);
}

int undo_flush(struct session *s)
{
	struct undo *undo = s->undo;
	int error = undo != NULL ? writer_flush(&undo->writer) : 0;

	if (error == 0)
		return 0;
	if (!undo->failed)
		cannot(s, "write", -error);
	undo->failed = true;
	return -ECANCELED;
}

int undo_close(struct session *s)
{
	struct undo *undo = s->undo;
	bool failed;

	if (undo == NULL)
		return EXIT_DONE;
	failed = undo_flush(s) < 0;
	if (close(undo->writer.fd) < 0 && !failed) {
		failed = true;
		cannot(s, "write", errno);
	}
	s->undo = NULL;
	free(undo);
	return failed ? EXIT_REFUSED : EXIT_DONE;
}
