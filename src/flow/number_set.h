/* SPDX-License-Identifier: MIT */
/* Sets of numbers, made of ranges: `{80, 443, 8000-8999}`. */
#ifndef FLOW_NUMBER_SET_H
#define FLOW_NUMBER_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

/* Both ends are in it; empty when low is above high. */
struct number_range {
	uint64_t low;
	uint64_t high;
};

static inline bool number_range_has(const struct number_range *range, uint64_t number)
{
	return number >= range->low && number <= range->high;
}

struct number_set {
	const struct number_range *range; /* rising, apart from each other */
	size_t count;
	const uint8_t *bits; /* one a number up to UINT16_MAX, or NULL */
};

/*
 * A set of these ranges, which are put in order and joined where they touch;
 * empty ones are left out. NULL: no memory.
 */
const struct number_set *number_set_new(
	struct arena *arena, const struct number_range *ranges, size_t count);

/* Constant time in sets of small numbers, else a search by halves. */
bool number_set_has(const struct number_set *set, uint64_t number);

#endif
