/* SPDX-License-Identifier: MIT */
#include "commands/recent.h"

/* What is not present holds whatever was there before. */
static uint64_t part_of(const struct tuple *t, unsigned i)
{
	return t->present & TUPLE_PART << i ? t->part[i] : 0;
}

/*
 * Id, tuple and zone as one number: a sum of products by odd constants, which
 * the processor forms side by side. The id alone is a hash of 32 bits since
 * Linux 5.2: of a million entries a hundred share one.
 */
static uint64_t key_of(const struct tuple *t, uint32_t id, uint64_t zone)
{
	uint64_t parts =
		part_of(t, 0) << 48 | part_of(t, 1) << 32 | part_of(t, 2) << 16 | t->protocol;

	return (zone << 32 | id) * UINT64_C(0x9e3779b97f4a7c15) +
	       t->source.halves[0] * UINT64_C(0xbf58476d1ce4e5b9) +
	       t->source.halves[1] * UINT64_C(0x94d049bb133111eb) +
	       t->destination.halves[0] * UINT64_C(0xc2b2ae3d27d4eb4f) +
	       t->destination.halves[1] * UINT64_C(0x165667b19e3779f9) +
	       parts * UINT64_C(0xd6e8feb86659fd93);
}

static bool is_seen(struct recent *r, uint32_t id, uint64_t key)
{
	uint32_t *last = &r->last[id % RECENT_CHAINS];

	/* Numbers fall along a chain; what is farther back than the ring is overwritten. */
	for (uint32_t number = *last; number != 0 && r->count - number < RECENT_ENTRIES;) {
		const struct recent_entry *entry = &r->entry[(number - 1) % RECENT_ENTRIES];

		if (entry->key == key)
			return true;
		number = entry->before;
	}
	r->entry[r->count % RECENT_ENTRIES] = (struct recent_entry){key, *last};
	*last = ++r->count;
	return false;
}

bool recent_seen(struct recent *r, const struct flow *flow)
{
	uint64_t zone = flow->present & FLOW_ZONE ? flow->zone : 0;

	return flow->present & FLOW_ID &&
	       is_seen(r, flow->id, key_of(&flow->tuple[ORIGINAL], flow->id, zone));
}

bool recent_expectation_seen(struct recent *r, const struct expectation *e)
{
	uint64_t zone = e->present & EXPECTATION_ZONE ? e->zone : 0;

	return e->present & EXPECTATION_ID && e->present & EXPECTATION_TUPLE &&
	       is_seen(r, e->id, key_of(&e->tuple, e->id, zone));
}
