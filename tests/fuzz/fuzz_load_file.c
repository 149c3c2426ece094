/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as a -R file: its lines end in words that lie in the line, or in a
 * complaint, and a second reading, from a pipe that does not block, finds the same.
 * What cannot be read ends in a complaint, too.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/load_file.h"
#include "fuzz/memory_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What a pipe holds at the least, but for one whose owner has too many. */
#define PIPE_ROOM 4096

static void check(bool holds)
{
	if (!holds)
		abort();
}

/* What a reading came to; two of one file are equal. */
struct sum {
	unsigned lines;
	unsigned last_line;
	uint64_t words;
	int result;
};

/* The words one by one make the same line, as -R does it with lines it has kept. */
static void check_copy(const struct load_file *f)
{
	static struct load_file copy;

	load_file_begin(&copy, f->line);
	for (int i = 1; i < f->count; i++)
		check(load_file_add(&copy, f->words[i]) == 0);
	check(copy.count == f->count && copy.line == f->line && copy.words[copy.count] == NULL);
	for (int i = 0; i < f->count; i++)
		check(strcmp(copy.words[i], f->words[i]) == 0);
}

static void check_line(const struct load_file *f, struct sum *sum)
{
	check(f->count >= 2 && f->words[f->count] == NULL);
	check(strcmp(f->words[0], "conntrack") == 0);
	for (int i = 1; i < f->count; i++) {
		const char *word = f->words[i];

		check(word >= f->text && word < f->text + f->size);
		for (; *word != '\0'; word++) {
			check(*word != '\n');
			sum->words = sum->words * 31 + (unsigned char)*word;
		}
		sum->words = sum->words * 31 + 1;
	}
	check_copy(f);
	sum->lines++;
	check(f->line > sum->last_line);
	sum->last_line = f->line;
}

static struct sum read_all(struct load_file *f)
{
	struct complaint complaint = {.text = ""};
	struct sum sum = {0};

	while ((sum.result = load_file_next(f, &complaint)) > 0)
		check_line(f, &sum);
	check((sum.result < 0) == (complaint.text[0] != '\0'));
	return sum;
}

static struct sum read_file(const char *path)
{
	struct load_file f;
	struct sum sum;

	check(load_file_open(&f, path) == 0);
	sum = read_all(&f);
	load_file_close(&f);
	return sum;
}

/* The bytes fit a pipe. */
static struct sum read_pipe(const uint8_t *data, size_t size)
{
	int ends[2];

	check(pipe2(ends, O_NONBLOCK | O_CLOEXEC) == 0);
	check(size == 0 || write(ends[1], data, size) == (ssize_t)size);
	close(ends[1]);
	check(dup2(ends[0], STDIN_FILENO) == STDIN_FILENO);
	if (ends[0] != STDIN_FILENO)
		close(ends[0]);
	return read_file("-");
}

/* A folder: not a file by its path, and no byte to be had where it is the standard input. */
static void check_unreadable(void)
{
	int folder = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct complaint complaint = {.text = ""};
	struct load_file f;

	check(load_file_open(&f, "/") == -EISDIR);
	check(folder >= 0 && dup2(folder, STDIN_FILENO) == STDIN_FILENO);
	close(folder);
	check(load_file_open(&f, "-") == 0);
	check(load_file_next(&f, &complaint) < 0 && f.broken && complaint.text[0] != '\0');
	load_file_close(&f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct memory_file file = memory_file_make(data, size);
	struct sum first = read_file(file.path), second;

	second = size <= PIPE_ROOM ? read_pipe(data, size) : read_file(file.path);
	memory_file_close(&file);
	if (size == 0)
		check_unreadable();
	check(first.lines == second.lines && first.words == second.words &&
		first.result == second.result && first.last_line == second.last_line);
	return 0;
}
