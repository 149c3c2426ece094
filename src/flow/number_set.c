/* SPDX-License-Identifier: MIT */
#include "flow/number_set.h"

#include <stdlib.h>
#include <string.h>

/* Up to so many ranges a search by halves is as fast as the bits are. */
#define FEW_RANGES 4

static int by_low_end(const void *left, const void *right)
{
	const struct number_range *a = left;
	const struct number_range *b = right;

	return (a->low > b->low) - (a->low < b->low);
}

/* Join ranges that overlap or touch. Returns how many are left. */
static size_t join(struct number_range *range, size_t count)
{
	size_t kept = 0;

	for (size_t i = 0; i < count; i++) {
		struct number_range *last = kept > 0 ? &range[kept - 1] : NULL;

		if (range[i].low > range[i].high)
			continue;
		if (last != NULL && (last->high == UINT64_MAX || range[i].low <= last->high + 1)) {
			if (range[i].high > last->high)
				last->high = range[i].high;
		} else {
			range[kept++] = range[i];
		}
	}
	return kept;
}

static const uint8_t *make_bits(struct arena *arena, const struct number_set *set)
{
	uint8_t *bits = arena_take(arena, (UINT16_MAX + 1) / 8);

	for (size_t i = 0; bits != NULL && i < set->count; i++) {
		for (uint64_t n = set->range[i].low; n <= set->range[i].high; n++)
			bits[n / 8] |= (uint8_t)(1u << n % 8);
	}
	return bits;
}

const struct number_set *number_set_new(
	struct arena *arena, const struct number_range *ranges, size_t count)
{
	struct number_set *set = arena_take(arena, sizeof(*set));
	struct number_range *own = arena_take(arena, (count > 0 ? count : 1) * sizeof(*own));

	if (set == NULL || own == NULL)
		return NULL;
	if (count > 0)
		memcpy(own, ranges, count * sizeof(*own));
	qsort(own, count, sizeof(*own), by_low_end);
	set->count = join(own, count);
	set->range = own;
	if (set->count <= FEW_RANGES || own[set->count - 1].high > UINT16_MAX)
		return set;
	set->bits = make_bits(arena, set);
	return set->bits != NULL ? set : NULL;
}

bool number_set_has(const struct number_set *set, uint64_t number)
{
	size_t from = 0;
	size_t to = set->count;

	if (set->bits != NULL)
		return number <= UINT16_MAX && (set->bits[number / 8] >> number % 8 & 1) != 0;
	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (number > set->range[middle].high)
			from = middle + 1;
		else
			to = middle;
	}
	return from < set->count && number >= set->range[from].low;
}
