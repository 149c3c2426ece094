/* SPDX-License-Identifier: MIT */
#include "commands/recent.h"

/*
 * Id, tuple and zone as one number: a sum of products by odd constants, which
 * the processor forms side by side. The id alone is a hash of 32 bits since
 * Linux 5.2: of a million entries a hundred share one.
 */
static uint64_t entry_key(const struct flow *flow)
{
	const struct tuple *t = &flow->tuple[ORIGINAL];
	uint64_t parts = (uint64_t)t->part[0] << 48 | (uint64_t)t->part[1] << 32 |
			 (uint64_t)t->part[2] << 16 | t->protocol;
	uint64_t zone = flow->present & FLOW_ZONE ? flow->zone : 0;

	return (zone << 32 | flow->id) * UINT64_C(0x9e3779b97f4a7c15) +
	       t->source.halves[0] * UINT64_C(0xbf58476d1ce4e5b9) +
	       t->source.halves[1] * UINT64_C(0x94d049bb133111eb) +
	       t->destination.halves[0] * UINT64_C(0xc2b2ae3d27d4eb4f) +
	       t->destination.halves[1] * UINT64_C(0x165667b19e3779f9) +
	       parts * UINT64_C(0xd6e8feb86659fd93);
}

bool recent_seen(struct recent *r, const struct flow *flow)
{
	uint64_t key;
	uint32_t *last;

	if ((flow->present & FLOW_ID) == 0)
		return false;
	key = entry_key(flow);
	last = &r->last[flow->id % RECENT_CHAINS];
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
