/* SPDX-License-Identifier: MIT */
#include "commands/recent.h"

#include <string.h>

#define SLOTS (2 * RECENT_ENTRIES)

static uint64_t mix(uint64_t hash, uint64_t value)
{
	hash = (hash ^ value) * UINT64_C(0x9e3779b97f4a7c15);
	return hash ^ hash >> 29;
}

/*
 * Id, tuple and zone as one number. The id alone is a hash of 32 bits since
 * Linux 5.2: of a million entries a hundred share one.
 */
static uint64_t entry_key(const struct flow *flow)
{
	const struct tuple *t = &flow->tuple[ORIGINAL];
	uint64_t key = mix(flow->id, flow->present & FLOW_ZONE ? flow->zone : 0);

	key = mix(key, t->source.halves[0]);
	key = mix(key, t->source.halves[1]);
	key = mix(key, t->destination.halves[0]);
	key = mix(key, t->destination.halves[1]);
	key = mix(key, (uint64_t)t->part[0] << 48 | (uint64_t)t->part[1] << 32 |
			       (uint64_t)t->part[2] << 16 | t->protocol);
	return key ? key : 1;
}

/* Where the key is, or the free place for it: there are more slots than entries. */
static uint64_t *find(struct recent_set *set, uint64_t key)
{
	unsigned i = key % SLOTS;

	while (set->slot[i] != 0 && set->slot[i] != key)
		i = (i + 1) % SLOTS;
	return &set->slot[i];
}

bool recent_seen(struct recent *r, const struct flow *flow)
{
	struct recent_set *set = &r->set[r->current];
	uint64_t key, *slot;

	if ((flow->present & FLOW_ID) == 0)
		return false;
	key = entry_key(flow);
	slot = find(set, key);
	if (*slot == key || *find(&r->set[1 - r->current], key) == key)
		return true;
	*slot = key;
	if (++set->count == RECENT_ENTRIES) {
		r->current = 1 - r->current;
		memset(&r->set[r->current], 0, sizeof(r->set[0]));
	}
	return false;
}
