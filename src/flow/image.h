/* SPDX-License-Identifier: MIT */
/*
 * A compact image of a table: which entries there are, by id and original
 * tuple, and a digest of what changes about them. 20 bytes an entry in an array
 * with gaps: 24 bytes an entry at the most while their number grows, 28 when it
 * has become smaller, and half a MiB while the array is copied to another one.
 *
 * An IPv4 entry without zone is remembered with its tuple; of any other there
 * is no room for it, so only its protocol, its id and a hash can be had back.
 * The digest is of status, state and mark; it misses one change of a mark in
 * 2048 and one of rarer status bits in four.
 */
#ifndef FLOW_IMAGE_H
#define FLOW_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "flow/flow.h"

struct image {
	uint8_t *slots; /* IMAGE_SLOT_SIZE bytes each, by rising hash of the id */
	size_t homes;   /* slots that an id can hash to; more lie behind */
	size_t mapped;  /* bytes */
	uint64_t entries;
};

#define IMAGE_SLOT_SIZE 20

enum image_result {
	IMAGE_NEW,     /* was not there */
	IMAGE_CHANGED, /* was there, but different */
	IMAGE_SAME,
};

enum image_mark {
	IMAGE_SEEN = 1 << 0,   /* stays until image_unmark() */
	IMAGE_SILENT = 1 << 1, /* stays until the next image_put() */
};

/* What image_put() found. */
struct image_put {
	enum image_result result;
	unsigned marks; /* that the entry had, enum image_mark */
};

/* An empty image with room for about so many entries. 0 or -ENOMEM. */
int image_open(struct image *image, uint64_t expected);
void image_close(struct image *image);

/* The entry is there, as the flow says, and has these marks. 0 or -ENOMEM. */
int image_put(struct image *image, const struct flow *flow, unsigned marks, struct image_put *out);

/* Whether the entry is there. */
bool image_has(const struct image *image, const struct flow *flow);

/* The entry is gone: whether it was there. */
bool image_remove(struct image *image, const struct flow *flow);

/* Take IMAGE_SEEN from all entries. */
void image_unmark(struct image *image);

/*
 * Remove every entry without IMAGE_SEEN, put it into `gone` and give it to fn, as far as it is
 * known: id and protocol, for most also the original tuple. fn returns 0, or a negative errno that
 * ends the sweep and is returned; so does -ENOMEM.
 */
typedef int (*image_fn)(const struct flow *flow, void *data);
int image_sweep(struct image *image, struct image *gone, image_fn fn, void *data);

#endif
