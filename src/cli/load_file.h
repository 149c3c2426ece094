/* SPDX-License-Identifier: MIT */
/*
 * Lines of a -R file as words: comments, blanks, quotes. The grammar is that of
 * 1.4.9 but for ends of lines, and lines and words are of any length:
 *
 *   A line whose first sign besides blanks and tabs is # is a comment; a line
 *   of blanks is skipped. A carriage return at its end is not part of it.
 *   Words are parted by blanks and tabs. A " opens a quotation anywhere; the
 *   next " closes it, and with it the word. In a quotation \ keeps the sign
 *   behind it. Outside \ is itself, and ' is always itself.
 */
#ifndef CLI_LOAD_FILE_H
#define CLI_LOAD_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/message.h"

struct load_file {
	const char *path; /* for messages; "-" is standard input */
	FILE *stream;
	unsigned line; /* number of the line that was read last, from 1 */
	char *text;    /* that line; words point into it */
	size_t size;
	char **words; /* words[0] is the program's name, NULL behind the last */
	int count;    /* of words, [0] included */
	size_t room;
	bool broken; /* it cannot be read any further */
};

/* Open. 0 or a negative errno (-EISDIR for a directory). */
int load_file_open(struct load_file *f, const char *path);

/*
 * Read the next line that has words. 1 when there is one, 0 at the end, -1
 * with a complaint (unclosed quote, NUL byte, no memory; read error: broken).
 */
int load_file_next(struct load_file *f, struct complaint *complaint);

/* Split one line in place (no newline in it); as load_file_next(). */
int load_file_split(struct load_file *f, char *line, size_t length, struct complaint *complaint);

/*
 * Build a line of words that were kept: begin one of that number, add word
 * after word (which must live as long as the line). 0 or -ENOMEM.
 */
void load_file_begin(struct load_file *f, unsigned line);
int load_file_add(struct load_file *f, char *word);

void load_file_close(struct load_file *f);

#endif
