/* SPDX-License-Identifier: MIT */
/*
 * Memory of many sizes that is given back in one piece: what a parsed text is
 * made of. Nothing in it is freed by itself.
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

struct arena_block;

/* Zero it before first use. */
struct arena {
	struct arena_block *blocks; /* the newest first */
	size_t used;                /* bytes of the newest that are taken */
};

/* size bytes, zeroed, aligned for any type; NULL: no memory. */
void *arena_take(struct arena *arena, size_t size);

/* Free all of it and zero it again. */
void arena_free(struct arena *arena);

#endif
