/* SPDX-License-Identifier: MIT */
/*
 * Groups by key: words of 64 bits, one group behind the other, found by a hash
 * table of their numbers.
 */
#ifndef FLOW_GROUP_STORE_H
#define FLOW_GROUP_STORE_H

#include <stddef.h>
#include <stdint.h>

struct group_store {
	unsigned key_words;
	unsigned stride; /* words a group, the key first */
	uint32_t count;
	uint32_t room;
	uint64_t *groups;
	uint32_t *slots; /* by hash: 1 + the group, or 0 */
	uint32_t slot_count;
	uint64_t seed; /* of the hash: who makes flows must not know where they go */
};

enum { GROUP_KEY_WORDS_MAX = 17 };

void group_store_start(struct group_store *store, unsigned key_words, unsigned counts);
void group_store_free(struct group_store *store);

static inline uint64_t *group_at(const struct group_store *store, uint32_t n)
{
	return store->groups + (size_t)n * store->stride;
}

/* The group of a key, or -1. */
int64_t group_store_find(const struct group_store *store, const uint64_t *key);

/* A new group at the end, all words behind its key 0; the key must be new. Its number, or -ENOMEM.
 */
int64_t group_store_add(struct group_store *store, const uint64_t *key);

/* Give a group another key, which must be new; the words behind it stay. */
void group_store_rename(struct group_store *store, uint32_t n, const uint64_t *key);

#endif
