/* SPDX-License-Identifier: MIT */
#include "commands/sort.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/clock.h"
#include "commands/netns.h"
#include "commands/report.h"
#include "commands/summary.h"
#include "ctnetlink/decode.h"

/* Entries that are held are given room for a somewhat longer one in their place. */
#define ROOM_STEP 64

/*
 * One entry that is held: what it is sorted by, and behind that its message
 * and the bytes of values that are text.
 */
struct held {
	uint64_t number; /* in the order of the kernel */
	const char *netns;
	uint32_t room; /* bytes behind the values */
	uint8_t known; /* bit i: value[i] is */
	struct field_value value[];
};

struct sorting {
	struct session *session;
	const struct view *view;
	uint64_t now;
	uint64_t seen;
	uint64_t missing[VIEW_SORTS_MAX];
	struct arena arena;
	/* With a limit a heap, with what would be shown last on top. */
	struct held **held;
	size_t count;
	size_t room;
	struct held *candidate; /* room for the values of the flow in hand */
};

/* --- order ------------------------------------------------------------ */

/* Below 0: a comes first. What is not known comes last, equal ones as the kernel gave them. */
static int compare(const struct view *view, const struct held *a, const struct held *b)
{
	for (unsigned i = 0; i < view->sort_count; i++) {
		int known_a = a->known >> i & 1, known_b = b->known >> i & 1;
		int result;

		if (!known_a || !known_b) {
			if (known_a != known_b)
				return known_b - known_a;
			continue;
		}
		result = field_compare(view->sort[i].field, &a->value[i], &b->value[i]);
		if (result != 0)
			return view->sort[i].descending ? -result : result;
	}
	return a->number < b->number ? -1 : 1;
}

static int compare_held(const void *a, const void *b, void *data)
{
	const struct sorting *sorting = data;

	return compare(sorting->view, *(struct held *const *)a, *(struct held *const *)b);
}

static void rise(struct sorting *sorting, size_t place)
{
	struct held **heap = sorting->held, *held = heap[place];

	while (place > 0 && compare(sorting->view, held, heap[(place - 1) / 2]) > 0) {
		heap[place] = heap[(place - 1) / 2];
		place = (place - 1) / 2;
	}
	heap[place] = held;
}

static void sink(struct sorting *sorting)
{
	struct held **heap = sorting->held, *held = heap[0];
	size_t place = 0;

	for (size_t child; (child = 2 * place + 1) < sorting->count; place = child) {
		if (child + 1 < sorting->count &&
			compare(sorting->view, heap[child + 1], heap[child]) > 0)
			child++;
		if (compare(sorting->view, heap[child], held) <= 0)
			break;
		heap[place] = heap[child];
	}
	heap[place] = held;
}

/* --- what is held ----------------------------------------------------- */

static size_t values_size(const struct view *view)
{
	return view->sort_count * sizeof(struct field_value);
}

static char *bytes_of(const struct view *view, struct held *held)
{
	return (char *)&held->value[view->sort_count];
}

/* What the flow is sorted by; texts are still where the flow has them. */
static void read_values(struct sorting *sorting, const struct flow *flow)
{
	const struct view *view = sorting->view;
	struct held *candidate = sorting->candidate;

	candidate->number = sorting->seen++;
	candidate->netns = flow->present & FLOW_NETNS ? flow->netns : NULL;
	candidate->known = 0;
	for (unsigned i = 0; i < view->sort_count; i++) {
		if (field_read(view->sort[i].field, flow, sorting->now, &candidate->value[i]))
			candidate->known |= (uint8_t)(1u << i);
		else
			sorting->missing[i]++;
	}
}

static bool has_text(const struct view *view, const struct held *held, unsigned i)
{
	return held->known >> i & 1 && field_is_text(view->sort[i].field);
}

/* Bytes behind the values: the message, aligned as the kernel aligns, and texts. */
static size_t size_behind(const struct sorting *sorting, const struct nlmsghdr *message)
{
	size_t size = (decode_length(message) + 7) / 8 * 8;

	for (unsigned i = 0; i < sorting->view->sort_count; i++) {
		if (has_text(sorting->view, sorting->candidate, i))
			size += sorting->candidate->value[i].text.length;
	}
	return size;
}

/* The candidate and its message into an entry that has the room. */
static void fill(const struct sorting *sorting, struct held *held, const struct nlmsghdr *message)
{
	const struct view *view = sorting->view;
	uint32_t room = held->room;
	char *bytes = bytes_of(view, held);
	size_t length = decode_length(message);

	memcpy(held, sorting->candidate, sizeof(*held) + values_size(view));
	held->room = room;
	memcpy(bytes, message, length);
	bytes += (length + 7) / 8 * 8;
	for (unsigned i = 0; i < view->sort_count; i++) {
		struct slice *text = &held->value[i].text;

		if (!has_text(view, held, i))
			continue;
		memcpy(bytes, text->bytes, text->length);
		text->bytes = (const uint8_t *)bytes;
		bytes += text->length;
	}
}

static struct held *new_held(struct sorting *sorting, size_t behind)
{
	size_t room = sorting->view->limit > 0 ? (behind + ROOM_STEP - 1) / ROOM_STEP * ROOM_STEP
					       : behind;
	struct held *held =
		arena_take(&sorting->arena, sizeof(*held) + values_size(sorting->view) + room);

	if (held != NULL)
		held->room = (uint32_t)room;
	return held;
}

static bool grow(struct sorting *sorting)
{
	size_t room = sorting->room > 0 ? 2 * sorting->room : 256;
	struct held **held = realloc(sorting->held, room * sizeof(struct held *));

	if (held == NULL)
		return false;
	sorting->held = held;
	sorting->room = room;
	return true;
}

static int hold(struct sorting *sorting, const struct nlmsghdr *message)
{
	struct held *held = new_held(sorting, size_behind(sorting, message));

	if (held == NULL || (sorting->count == sorting->room && !grow(sorting)))
		return -ENOMEM;
	fill(sorting, held, message);
	sorting->held[sorting->count++] = held;
	if (sorting->view->limit > 0)
		rise(sorting, sorting->count - 1);
	return 0;
}

/* In the place of what would be shown last, in its memory if that is enough. */
static int hold_instead(struct sorting *sorting, const struct nlmsghdr *message)
{
	size_t behind = size_behind(sorting, message);
	struct held *held = sorting->held[0];

	if (held->room < behind)
		held = new_held(sorting, behind);
	if (held == NULL)
		return -ENOMEM;
	fill(sorting, held, message);
	sorting->held[0] = held;
	sink(sorting);
	return 0;
}

static int hold_flow(
	struct session *s, const struct flow *flow, const struct nlmsghdr *message, void *data)
{
	struct sorting *sorting = data;

	(void)s;
	read_values(sorting, flow);
	if (sorting->view->limit == 0 || sorting->count < sorting->view->limit)
		return hold(sorting, message);
	if (compare(sorting->view, sorting->candidate, sorting->held[0]) > 0)
		return 0;
	return hold_instead(sorting, message);
}

/* --- the list --------------------------------------------------------- */

static void show(const struct sorting *sorting)
{
	struct session *s = sorting->session;

	for (size_t i = 0; i < sorting->count && s->output.writer->error == 0; i++) {
		struct held *held = sorting->held[i];
		struct flow flow;

		if (decode_flow((const struct nlmsghdr *)(void *)bytes_of(sorting->view, held),
			    &flow) < 0)
			continue;
		if (held->netns != NULL) {
			flow.netns = held->netns;
			flow.present |= FLOW_NETNS;
		}
		output_flow(&s->output, &flow, NULL);
	}
}

static int sort_and_end(struct sorting *sorting, int code)
{
	struct session *s = sorting->session;
	const struct view *view = sorting->view;

	if (code != 0)
		return code;
	qsort_r(sorting->held, sorting->count, sizeof(struct held *), compare_held, sorting);
	show(sorting);
	for (unsigned i = 0; i < view->sort_count; i++)
		say_missing(view->sort[i].field, sorting->missing[i], sorting->seen);
	return session_end(s, s->output.records, false);
}

int run_sorted(struct session *s, enum dump_kind kind)
{
	struct sorting sorting = {.session = s, .view = &s->request->view};
	struct timespec now;
	int code;

	clock_gettime(CLOCK_REALTIME, &now);
	sorting.now = nanoseconds_of(now);
	sorting.candidate = new_held(&sorting, 0);
	if (sorting.candidate == NULL || !grow(&sorting))
		code = report_refusal(s, -ENOMEM, NULL, NULL);
	else
		code = sort_and_end(&sorting, netns_walk(s, kind, hold_flow, &sorting));
	free(sorting.held);
	arena_free(&sorting.arena);
	return code;
}
