/* SPDX-License-Identifier: MIT */
#include "base/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>

/* Small pieces share blocks of this size; a large one has a block to itself. */
#define BLOCK_SIZE 4096

struct arena_block {
	struct arena_block *next;
	size_t size;
	alignas(max_align_t) unsigned char bytes[];
};

static struct arena_block *new_block(size_t size)
{
	/* calloc(3) gets large pieces from the kernel, which has zeroed them. */
	struct arena_block *block = calloc(1, sizeof(*block) + size);

	if (block != NULL)
		block->size = size;
	return block;
}

/* Behind the newest block, so that what is left of that one is still used. */
static void *take_alone(struct arena *arena, size_t size)
{
	struct arena_block *block = new_block(size);

	if (block == NULL)
		return NULL;
	if (arena->blocks == NULL) {
		arena->blocks = block;
		arena->used = size;
	} else {
		block->next = arena->blocks->next;
		arena->blocks->next = block;
	}
	return block->bytes;
}

void *arena_take(struct arena *arena, size_t size)
{
	const size_t align = alignof(max_align_t);
	struct arena_block *block = arena->blocks;
	void *piece;

	if (size > SIZE_MAX / 2)
		return NULL;
	size = (size + align - 1) / align * align;
	if (size > BLOCK_SIZE / 4)
		return take_alone(arena, size);
	if (block == NULL || block->size - arena->used < size) {
		block = new_block(BLOCK_SIZE);
		if (block == NULL)
			return NULL;
		block->next = arena->blocks;
		arena->blocks = block;
		arena->used = 0;
	}
	piece = block->bytes + arena->used;
	arena->used += size;
	return piece;
}

void arena_free(struct arena *arena)
{
	struct arena_block *next;

	for (struct arena_block *block = arena->blocks; block != NULL; block = next) {
		next = block->next;
		free(block);
	}
	*arena = (struct arena){0};
}
