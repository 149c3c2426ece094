/* SPDX-License-Identifier: MIT */
#include "flow/group_store.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define FIRST_ROOM 256

void group_store_start(struct group_store *store, unsigned key_words, unsigned counts)
{
	memset(store, 0, sizeof(*store));
	store->key_words = key_words;
	store->stride = key_words + counts;
	if (getrandom(&store->seed, sizeof(store->seed), GRND_NONBLOCK) < 0)
		store->seed = (uintptr_t)store;
}

void group_store_free(struct group_store *store)
{
	free(store->groups);
	free(store->slots);
	store->groups = NULL;
	store->slots = NULL;
	store->count = 0;
	store->room = 0;
}

static inline uint32_t hash_of(const struct group_store *store, const uint64_t *key)
{
	uint64_t hash = store->seed;

	for (unsigned i = 0; i < store->key_words; i++) {
		hash = (hash ^ key[i]) * UINT64_C(0x9e3779b97f4a7c15);
		hash ^= hash >> 32;
	}
	hash *= UINT64_C(0xbf58476d1ce4e5b9);
	return (uint32_t)(hash >> 32);
}

/* Where the key is, or where it would be. */
static uint32_t *slot_of(const struct group_store *store, const uint64_t *key)
{
	uint32_t mask = store->slot_count - 1;

	for (uint32_t i = hash_of(store, key) & mask;; i = (i + 1) & mask) {
		uint32_t *slot = &store->slots[i];
		const uint64_t *group;

		if (*slot == 0)
			return slot;
		group = group_at(store, *slot - 1);
		if (group[0] == key[0] && memcmp(group, key, store->key_words * sizeof(*key)) == 0)
			return slot;
	}
}

int64_t group_store_find(const struct group_store *store, const uint64_t *key)
{
	if (store->slot_count == 0)
		return -1;
	return (int64_t)*slot_of(store, key) - 1;
}

/* Twice as much room, at most half of the slots taken. */
static bool grow(struct group_store *store)
{
	uint32_t room = store->room > 0 ? store->room * 2 : FIRST_ROOM;
	uint64_t *groups;
	uint32_t *slots;

	if (room > UINT32_MAX / 4)
		return false;
	groups = realloc(store->groups, (size_t)room * store->stride * sizeof(*groups));
	if (groups == NULL)
		return false;
	store->groups = groups;
	slots = calloc(room, 2 * sizeof(*slots));
	if (slots == NULL)
		return false;
	free(store->slots);
	store->slots = slots;
	store->slot_count = 2 * room;
	store->room = room;
	for (uint32_t n = 0; n < store->count; n++)
		*slot_of(store, group_at(store, n)) = n + 1;
	return true;
}

int64_t group_store_add(struct group_store *store, const uint64_t *key)
{
	size_t key_size = store->key_words * sizeof(*key);
	uint64_t *group;

	if (store->count == store->room && !grow(store))
		return -ENOMEM;
	group = group_at(store, store->count);
	memcpy(group, key, key_size);
	memset(group + store->key_words, 0, store->stride * sizeof(*group) - key_size);
	*slot_of(store, key) = store->count + 1;
	return store->count++;
}

/*
 * Take a key out of the slots: what lies behind it, up to a free slot, moves
 * forward as far as its own hash allows (Knuth, TAOCP 3, 6.4, algorithm R).
 */
static void forget(struct group_store *store, const uint64_t *key)
{
	uint32_t mask = store->slot_count - 1;
	uint32_t hole = (uint32_t)(slot_of(store, key) - store->slots);

	for (uint32_t i = (hole + 1) & mask; store->slots[i] != 0; i = (i + 1) & mask) {
		uint32_t home = hash_of(store, group_at(store, store->slots[i] - 1)) & mask;

		if (((i - home) & mask) < ((i - hole) & mask))
			continue;
		store->slots[hole] = store->slots[i];
		hole = i;
	}
	store->slots[hole] = 0;
}

void group_store_rename(struct group_store *store, uint32_t n, const uint64_t *key)
{
	uint64_t *group = group_at(store, n);

	forget(store, group);
	memcpy(group, key, store->key_words * sizeof(*key));
	*slot_of(store, key) = n + 1;
}
