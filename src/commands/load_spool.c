/* SPDX-License-Identifier: MIT */
#include "commands/load_spool.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Up to here records stay in memory: most files are small. */
#define MEMORY_SIZE (1024 * 1024)

/* Buffer of the file's stream. */
#define FILE_BUFFER (128 * 1024)

/* What stands in front of the bytes of a record. */
struct head {
	uint32_t line;
	uint32_t flags;
	uint32_t length;
};

/* Records begin at multiples of this, as the messages in them need it. */
#define ALIGNMENT 4

static size_t padded(size_t length)
{
	return (length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

static int file_error(void)
{
	return errno ? -errno : -EIO;
}

/* A file that has no name: on a disk if it can be, for a load may be larger than memory. */
static FILE *nameless_file(void)
{
	FILE *file = tmpfile();
	int fd;

	if (file != NULL)
		return file;
	fd = memfd_create("load", MFD_CLOEXEC);
	if (fd < 0)
		return NULL;
	file = fdopen(fd, "w+");
	if (file == NULL)
		close(fd);
	return file;
}

/* From memory into a file. */
static int move_to_file(struct spool *s)
{
	errno = 0;
	s->file = nameless_file();
	if (s->file == NULL)
		return file_error();
	setvbuf(s->file, NULL, _IOFBF, FILE_BUFFER);
	if (fwrite(s->memory, 1, s->used, s->file) != s->used)
		return file_error();
	free(s->memory);
	s->memory = NULL;
	s->used = s->room = 0;
	return 0;
}

static int reserve(struct spool *s, size_t size)
{
	size_t room = s->room ? s->room : 16 * 1024;
	void *larger;

	if (s->used + size <= s->room)
		return 0;
	while (room < s->used + size)
		room *= 2;
	larger = realloc(s->memory, room);
	if (larger == NULL)
		return -ENOMEM;
	s->memory = larger;
	s->room = room;
	return 0;
}

int spool_put(struct spool *s, const struct spool_record *record)
{
	const struct head head = {record->line, record->flags, record->length};
	const uint8_t zeros[ALIGNMENT] = {0};
	size_t padding = padded(record->length) - record->length;
	size_t size = sizeof(head) + record->length + padding;
	int error = 0;

	if (s->file == NULL && s->used + size > MEMORY_SIZE)
		error = move_to_file(s);
	if (error == 0 && s->file == NULL)
		error = reserve(s, size);
	if (error != 0)
		return error;
	if (s->file != NULL) {
		errno = 0;
		return fwrite(&head, sizeof(head), 1, s->file) == 1 &&
				       fwrite(record->bytes, 1, record->length, s->file) ==
					       record->length &&
				       fwrite(zeros, 1, padding, s->file) == padding
			       ? 0
			       : file_error();
	}
	memcpy(s->memory + s->used, &head, sizeof(head));
	memcpy(s->memory + s->used + sizeof(head), record->bytes, record->length);
	memcpy(s->memory + s->used + sizeof(head) + record->length, zeros, padding);
	s->used += size;
	return 0;
}

int spool_rewind(struct spool *s)
{
	s->at = 0;
	errno = 0;
	if (s->file != NULL && (fflush(s->file) != 0 || fseeko(s->file, 0, SEEK_SET) != 0))
		return file_error();
	return 0;
}

static int next_in_file(struct spool *s, struct head *head, const void **bytes)
{
	size_t length;

	errno = 0;
	if (fread(head, sizeof(*head), 1, s->file) != 1)
		return feof(s->file) ? 0 : file_error();
	length = padded(head->length);
	if (length > s->record_room) {
		void *larger = realloc(s->record, length);

		if (larger == NULL)
			return -ENOMEM;
		s->record = larger;
		s->record_room = length;
	}
	if (fread(s->record, 1, length, s->file) != length)
		return file_error();
	*bytes = s->record;
	return 1;
}

static int next_in_memory(struct spool *s, struct head *head, const void **bytes)
{
	if (s->at == s->used)
		return 0;
	memcpy(head, s->memory + s->at, sizeof(*head));
	*bytes = s->memory + s->at + sizeof(*head);
	s->at += sizeof(*head) + padded(head->length);
	return 1;
}

int spool_next(struct spool *s, struct spool_record *record)
{
	struct head head;
	const void *bytes = NULL;
	int found = s->file ? next_in_file(s, &head, &bytes) : next_in_memory(s, &head, &bytes);

	if (found == 1)
		*record = (struct spool_record){head.line, head.flags, head.length, bytes};
	return found;
}

void spool_close(struct spool *s)
{
	if (s->file != NULL)
		fclose(s->file);
	free(s->memory);
	free(s->record);
	memset(s, 0, sizeof(*s));
}
