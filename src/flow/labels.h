/* SPDX-License-Identifier: MIT */
/* Names of connection labels: the file connlabel.conf. */
#ifndef FLOW_LABELS_H
#define FLOW_LABELS_H

#include <stddef.h>
#include <stdint.h>

#include "base/message.h"
#include "flow/flow.h"

#define LABEL_MAP_DEFAULT "/etc/xtables/connlabel.conf"

/* name[bit] is NULL for a bit without a name. Owns text. */
struct label_map {
	const char *name[LABEL_BITS];
	char *text;
};

/* Called for each line that is skipped; line counts from 1. */
typedef void (*label_warning_fn)(unsigned line, const char *why, void *data);

/*
 * Read a list out of memory (not NUL terminated, any bytes, length trusted).
 * A line is `BIT NAME`: BIT below LABEL_BITS, decimal, 0x hexadecimal or 0
 * octal; NAME of ASCII letters, digits, dashes and blanks within. Blanks at
 * both ends of a line and a CR before its newline are cut; empty lines and
 * those that begin with # are comments. Any other line, and one whose bit or
 * name an earlier line has taken, is skipped and reported to warn (may be
 * NULL). Returns 0 or -ENOMEM. Free with label_map_free().
 */
int label_map_parse(
	struct label_map *map, const char *text, size_t length, label_warning_fn warn, void *data);

/*
 * Likewise from a file; also the negative errno of open or read, and -EFBIG
 * for one that is far too long to be a list of labels. On error the map is
 * empty and need not be freed.
 */
int label_map_load(struct label_map *map, const char *path, label_warning_fn warn, void *data);

void label_map_free(struct label_map *map);

/* The bit of a name, or -1. */
int label_bit(const struct label_map *map, const char *name);

static inline int label_is_set(const uint8_t labels[static LABEL_BYTES], unsigned bit)
{
	return labels[bit / 8] >> (bit % 8) & 1;
}

static inline void label_set(uint8_t labels[static LABEL_BYTES], unsigned bit)
{
	labels[bit / 8] |= (uint8_t)(1u << (bit % 8));
}

#endif
