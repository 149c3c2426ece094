/* SPDX-License-Identifier: MIT */
/* Which groups to show, and in which order. */
#include <errno.h>
#include <stdlib.h>

#include "flow/group.h"

/* Where the value of a sort key is: a word behind the key, or a value of the key. */
struct place {
	bool is_key;
	unsigned index;
};

struct order {
	const struct group_table *table;
	struct place place[VIEW_SORTS_MAX];
};

static struct place place_of(const struct view *view, const struct field *field)
{
	for (unsigned i = 0; i < view->sum_count; i++) {
		if (view->sum[i] == field)
			return (struct place){.index = 1 + i};
	}
	for (unsigned i = 0; i < view->key_count; i++) {
		if (view->key[i].field == field)
			return (struct place){.is_key = true, .index = i};
	}
	return (struct place){.index = 0};
}

/* What is not known comes last, whichever way it is sorted. */
static int compare_known(bool a, bool b)
{
	return (int)b - (int)a;
}

static int compare_words(uint64_t a, uint64_t b, bool descending)
{
	if (a == GROUP_UNKNOWN || b == GROUP_UNKNOWN)
		return compare_known(a != GROUP_UNKNOWN, b != GROUP_UNKNOWN);
	return descending ? (a < b) - (a > b) : (a > b) - (a < b);
}

static int compare_values(const struct view *view, unsigned i, const struct group *a,
	const struct group *b, bool descending)
{
	int result;

	if (!a->known[i] || !b->known[i])
		return compare_known(a->known[i], b->known[i]);
	result = field_compare(view->key[i].field, &a->key[i], &b->key[i]);
	return descending ? -result : result;
}

/* Equal ones come in the order of their keys, so that the answer is always the same. */
static int compare_whole(const struct order *order, uint32_t a, uint32_t b)
{
	const struct view *view = order->table->view;
	const uint64_t *words_a = group_words(order->table, a);
	const uint64_t *words_b = group_words(order->table, b);
	struct group group_a, group_b;
	int result = 0;

	group_read(order->table, a, &group_a);
	group_read(order->table, b, &group_b);
	for (unsigned i = 0; result == 0 && i < view->sort_count; i++) {
		unsigned index = order->place[i].index;
		bool descending = view->sort[i].descending;

		if (order->place[i].is_key)
			result = compare_values(view, index, &group_a, &group_b, descending);
		else
			result = compare_words(words_a[index], words_b[index], descending);
	}
	for (unsigned i = 0; result == 0 && i < view->key_count; i++)
		result = compare_values(view, i, &group_a, &group_b, false);
	return result;
}

/* Below 0: a comes before b. Keys are read only if the first count has not decided. */
static int compare(const struct order *order, uint32_t a, uint32_t b)
{
	const struct view *view = order->table->view;
	int result = 0;

	if (view->sort_count > 0 && !order->place[0].is_key) {
		unsigned index = order->place[0].index;

		result = compare_words(group_words(order->table, a)[index],
			group_words(order->table, b)[index], view->sort[0].descending);
	}
	return result != 0 ? result : compare_whole(order, a, b);
}

static int compare_numbers(const void *a, const void *b, void *order)
{
	return compare(order, *(const uint32_t *)a, *(const uint32_t *)b);
}

/* The first of a heap is what would be shown last: down to its place. */
static void sink(const struct order *order, uint32_t *heap, size_t count)
{
	uint32_t n = heap[0];
	size_t place = 0;

	for (size_t child; (child = 2 * place + 1) < count; place = child) {
		if (child + 1 < count && compare(order, heap[child + 1], heap[child]) > 0)
			child++;
		if (compare(order, heap[child], n) <= 0)
			break;
		heap[place] = heap[child];
	}
	heap[place] = n;
}

static void rise(const struct order *order, uint32_t *heap, size_t place)
{
	uint32_t n = heap[place];

	while (place > 0 && compare(order, n, heap[(place - 1) / 2]) > 0) {
		heap[place] = heap[(place - 1) / 2];
		place = (place - 1) / 2;
	}
	heap[place] = n;
}

int group_order(const struct group_table *table, uint32_t **out, size_t *count)
{
	const struct view *view = table->view;
	struct order order = {.table = table};
	size_t all = group_count(table);
	size_t room = view->top > 0 && view->top < all ? view->top : all;
	/* Zeroed, as an analyzer cannot see that only what is filled is read. */
	uint32_t *heap = calloc(room > 0 ? room : 1, sizeof(*heap));

	if (heap == NULL)
		return -ENOMEM;
	for (unsigned i = 0; i < view->sort_count; i++)
		order.place[i] = place_of(view, view->sort[i].field);
	*count = 0;
	for (size_t n = 0; n < all; n++) {
		if (group_words(table, n)[0] < view->minimum)
			continue;
		if (*count < room) {
			heap[*count] = (uint32_t)n;
			if (room < all)
				rise(&order, heap, *count);
			++*count;
		} else if (compare(&order, (uint32_t)n, heap[0]) < 0) {
			heap[0] = (uint32_t)n;
			sink(&order, heap, room);
		}
	}
	qsort_r(heap, *count, sizeof(*heap), compare_numbers, &order);
	*out = heap;
	return 0;
}
