/* SPDX-License-Identifier: MIT */
/*
 * The checked lines of a -R file, until the last of them is checked: creates
 * as the messages that they will be, other lines as their words. Kept in
 * memory while they are few, in an unlinked file when they are many.
 */
#ifndef COMMANDS_LOAD_SPOOL_H
#define COMMANDS_LOAD_SPOOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum spool_flag {
	SPOOL_MESSAGE = 1 << 0, /* bytes are a create message; else words, each with its NUL */
	SPOOL_ADD = 1 << 1,     /* of -A: changes the entry that exists */
	SPOOL_LABELS = 1 << 2,  /* the entry has labels */
	SPOOL_SKIP = 1 << 3,    /* an entry that exists is no failure and is left as it is */
	SPOOL_MASTER = 1 << 4,  /* the entry was expected by another, its master */
};

struct spool_record {
	uint32_t line;
	uint32_t flags;    /* enum spool_flag */
	uint32_t length;   /* of bytes */
	const void *bytes; /* valid until the next record is read */
};

struct spool {
	FILE *file; /* NULL while all is in memory */
	uint8_t *memory;
	size_t used, room;
	size_t at;       /* where reading in memory is */
	uint8_t *record; /* the bytes of the record read last, from the file */
	size_t record_room;
};

/* Zero it before use. */
void spool_close(struct spool *s);

/* Append one record. 0 or a negative errno. */
int spool_put(struct spool *s, const struct spool_record *record);

/* Go to the first record; nothing may be appended then. 0 or a negative errno. */
int spool_rewind(struct spool *s);

/* Read the next record: 1, 0 at the end, or a negative errno. */
int spool_next(struct spool *s, struct spool_record *record);

#endif
