/* SPDX-License-Identifier: MIT */
/* Sets of options that have a row: more of them than a machine's word has bits. */
#ifndef CLI_OPTION_SET_H
#define CLI_OPTION_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OPTION_SET_WORDS 2

typedef struct {
	uint64_t word[OPTION_SET_WORDS];
} option_set;

/* OPTION_SET(OPTION_SOURCE, OPTION_MARK): the set of these. */
#define OPTION_SET(...)                                                                            \
	option_set_of((const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}))

static inline void option_set_add(option_set *set, unsigned id)
{
	set->word[id / 64] |= (uint64_t)1 << id % 64;
}

static inline bool option_set_has(option_set set, unsigned id)
{
	return (set.word[id / 64] >> id % 64 & 1) != 0;
}

static inline option_set option_set_of(const uint8_t *ids, size_t count)
{
	option_set set = {0};

	for (size_t i = 0; i < count; i++)
		option_set_add(&set, ids[i]);
	return set;
}

/* From the first to before the end. */
static inline option_set option_set_range(unsigned first, unsigned end)
{
	option_set set = {0};

	for (unsigned id = first; id < end; id++)
		option_set_add(&set, id);
	return set;
}

static inline option_set option_set_both(option_set a, option_set b)
{
	for (int i = 0; i < OPTION_SET_WORDS; i++)
		a.word[i] &= b.word[i];
	return a;
}

/* What of the first is not in the second. */
static inline option_set option_set_without(option_set a, option_set b)
{
	for (int i = 0; i < OPTION_SET_WORDS; i++)
		a.word[i] &= ~b.word[i];
	return a;
}

static inline bool option_set_empty(option_set set)
{
	return (set.word[0] | set.word[1]) == 0;
}

/* Whether they have an option in common. */
static inline bool option_set_meet(option_set a, option_set b)
{
	return !option_set_empty(option_set_both(a, b));
}

/* The lowest option of a set that is not empty. */
static inline unsigned option_set_first(option_set set)
{
	return set.word[0] != 0 ? (unsigned)__builtin_ctzll(set.word[0])
				: 64 + (unsigned)__builtin_ctzll(set.word[1]);
}

static inline void option_set_remove(option_set *set, unsigned id)
{
	set->word[id / 64] &= ~((uint64_t)1 << id % 64);
}

#endif
