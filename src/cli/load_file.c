/* SPDX-License-Identifier: MIT */
#include "cli/load_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char program_name[] = "conntrack";

/* read(2) that waits where the descriptor does not: that is for those who share it. */
static ssize_t read_waiting(void *cookie, char *bytes, size_t size)
{
	struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};

	(void)cookie;
	for (;;) {
		ssize_t n = read(STDIN_FILENO, bytes, size);

		if (n >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK))
			return n;
		if (poll(&in, 1, -1) < 0 && errno != EINTR)
			return -1;
	}
}

static FILE *open_standard_input(void)
{
	int flags = fcntl(STDIN_FILENO, F_GETFL);

	if (flags < 0 || !(flags & O_NONBLOCK))
		return stdin;
	return fopencookie(NULL, "r", (cookie_io_functions_t){.read = read_waiting});
}

int load_file_open(struct load_file *f, const char *path)
{
	struct stat status;
	int error = 0;

	*f = (struct load_file){.path = path};
	if (strcmp(path, "-") == 0) {
		f->stream = open_standard_input();
		return f->stream != NULL ? 0 : -errno;
	}
	f->stream = fopen(path, "re");
	if (f->stream == NULL)
		return -errno;
	if (fstat(fileno(f->stream), &status) < 0)
		error = -errno;
	else if (S_ISDIR(status.st_mode))
		error = -EISDIR;
	if (error < 0)
		load_file_close(f);
	return error;
}

/* Room for so many words, our name and the NULL behind them; 0 or -ENOMEM. */
static int make_room(struct load_file *f, size_t words)
{
	size_t room = f->room > 0 ? f->room : 64;
	char **larger;

	if (words + 2 <= f->room)
		return 0;
	while (room < words + 2)
		room *= 2;
	larger = room <= INT_MAX ? realloc(f->words, room * sizeof(*larger)) : NULL;
	if (larger == NULL)
		return -ENOMEM;
	f->words = larger;
	f->room = room;
	return 0;
}

int load_file_add(struct load_file *f, char *word)
{
	if (make_room(f, (size_t)f->count + 1) < 0)
		return -ENOMEM;
	if (f->count == 0)
		f->words[f->count++] = program_name;
	f->words[f->count++] = word;
	f->words[f->count] = NULL;
	return 0;
}

void load_file_begin(struct load_file *f, unsigned line)
{
	f->line = line;
	f->count = 0;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* What ends a run of plain characters: most of a file is looked at here. */
static const bool ends_run[256] = {['\0'] = true, [' '] = true, ['\t'] = true, ['"'] = true};

/*
 * The word at *at, unquoted in place and ended with a NUL; *at is moved behind
 * it. 0, or -1 when a quotation is not closed. Unquoting never needs more room
 * than the quotation took, so the NUL fits: at the worst it falls on the blank
 * or the closing quote behind the word, or on the NUL at the end of the line.
 */
static int take_word(char **at)
{
	char *in = *at;

	while (!ends_run[(unsigned char)*in])
		in++;

	char *out = in;

	if (*in == '"') {
		for (in++; *in != '"'; in++) {
			if (*in == '\\' && in[1] != '\0')
				in++;
			if (*in == '\0')
				return -1;
			*out++ = *in;
		}
	}
	*at = *in != '\0' ? in + 1 : in;
	*out = '\0';
	return 0;
}

int load_file_split(struct load_file *f, char *line, size_t length, struct complaint *complaint)
{
	char *at = line;

	if (memchr(line, '\0', length) != NULL)
		return complain(complaint, "a NUL byte in the line");
	if (length > 0 && line[length - 1] == '\r')
		line[length - 1] = '\0';
	f->count = 0;
	while (is_blank(*at))
		at++;
	if (*at == '\0' || *at == '#')
		return 0;
	/* No line has more words than every second sign begins one. */
	if (make_room(f, length / 2 + 1) < 0)
		return complain(complaint, "no memory for the words of the line");
	f->words[f->count++] = program_name;
	while (*at != '\0') {
		f->words[f->count++] = at;
		if (take_word(&at) < 0)
			return complain(complaint, "a quotation (\") that is not closed");
		while (is_blank(*at))
			at++;
	}
	f->words[f->count] = NULL;
	return 1;
}

int load_file_next(struct load_file *f, struct complaint *complaint)
{
	ssize_t length;

	errno = 0;
	/* A line that reading failed in is given as if it ended there. */
	while ((length = getline(&f->text, &f->size, f->stream)) >= 0 && !ferror(f->stream)) {
		f->line++;
		if (length > 0 && f->text[length - 1] == '\n')
			f->text[--length] = '\0';

		int result = load_file_split(f, f->text, (size_t)length, complaint);

		if (result != 0)
			return result;
	}
	if (length < 0 && feof(f->stream))
		return 0;
	f->line++; /* the one that cannot be had */
	f->broken = true;
	return complain(complaint, "cannot be read: %s", strerror(errno));
}

void load_file_close(struct load_file *f)
{
	if (f->stream != NULL && f->stream != stdin)
		fclose(f->stream);
	free(f->text);
	free(f->words);
	*f = (struct load_file){0};
}
