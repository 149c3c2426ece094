/* SPDX-License-Identifier: MIT */
#include "flow/filter_set.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "flow/hash.h"

#define NO_ENTRY UINT32_MAX

/* Buckets of a new shape; doubled when there are more entries than buckets. */
#define BUCKETS_FIRST 64

struct filter_entry {
	uint32_t first_term;
	uint16_t term_count;
	uint64_t hash; /* of the exact values */
	uint32_t next; /* in its bucket, in rising order; NO_ENTRY at the end */
};

/*
 * The facts that a hash is made of, a bit each: what a flow has one exact
 * value of and a filter is likely to name.
 */
enum shape_fact {
	FACT_PROTOCOL,
	FACT_SOURCE,                                 /* two, by direction */
	FACT_DESTINATION = FACT_SOURCE + DIRECTIONS, /* two, by direction */
	FACT_PART = FACT_DESTINATION + DIRECTIONS,   /* by direction, then index */
	FACT_ID = FACT_PART + DIRECTIONS * TUPLE_PART_COUNT,
	FACTS,
};

struct filter_shape {
	uint32_t facts;  /* 1 << enum shape_fact */
	uint32_t *first; /* by bucket */
	uint32_t *last;
	size_t buckets; /* a power of two */
	size_t count;
};

static uint64_t mix_address(uint64_t hash, const union address *address)
{
	return hash_mix(hash_mix(hash, address->halves[0]), address->halves[1]);
}

/* The fact that a term fixes, or FACTS for one that a hash cannot use. */
static unsigned fact_of(const struct term *t)
{
	switch (t->kind) {
	case TERM_PROTOCOL:
		return FACT_PROTOCOL;
	case TERM_SOURCE:
		return term_is_exact(t) ? FACT_SOURCE + t->direction : FACTS;
	case TERM_DESTINATION:
		return term_is_exact(t) ? FACT_DESTINATION + t->direction : FACTS;
	case TERM_PART:
		return FACT_PART + t->direction * TUPLE_PART_COUNT + t->index;
	case TERM_ID:
		return FACT_ID;
	default:
		return FACTS;
	}
}

static bool is_address_fact(unsigned fact)
{
	return fact >= FACT_SOURCE && fact < FACT_PART;
}

/* Facts are mixed in the order of their numbers, for filters and flows alike. */
static uint64_t hash_filter(const struct filter *filter, uint32_t *facts)
{
	const struct term *by_fact[FACTS] = {NULL};
	uint64_t hash = 0;

	*facts = 0;
	for (unsigned i = 0; i < filter->count; i++) {
		unsigned fact = fact_of(&filter->term[i]);

		if (fact == FACTS || by_fact[fact] != NULL)
			continue;
		by_fact[fact] = &filter->term[i];
		*facts |= 1u << fact;
	}
	for (unsigned fact = 0; fact < FACTS; fact++) {
		if (by_fact[fact] == NULL)
			continue;
		hash = is_address_fact(fact) ? mix_address(hash, &by_fact[fact]->address)
					     : hash_mix(hash, by_fact[fact]->number);
	}
	return hash;
}

static uint64_t mix_flow_fact(uint64_t hash, const struct flow *flow, unsigned fact)
{
	const struct tuple *tuples = flow->tuple;

	if (fact == FACT_PROTOCOL)
		return hash_mix(hash, tuples[ORIGINAL].protocol);
	if (fact == FACT_ID)
		return hash_mix(hash, flow->id);
	if (fact >= FACT_PART)
		return hash_mix(hash, tuples[(fact - FACT_PART) / TUPLE_PART_COUNT]
					      .part[(fact - FACT_PART) % TUPLE_PART_COUNT]);
	if (fact >= FACT_DESTINATION)
		return mix_address(hash, &tuples[fact - FACT_DESTINATION].destination);
	return mix_address(hash, &tuples[fact - FACT_SOURCE].source);
}

static uint32_t missing_facts(const struct flow *flow)
{
	uint32_t missing = flow->present & FLOW_ID ? 0 : 1u << FACT_ID;

	for (unsigned d = 0; d < DIRECTIONS; d++) {
		unsigned present = flow->tuple[d].present;

		missing |= present & TUPLE_SOURCE ? 0 : 1u << (FACT_SOURCE + d);
		missing |= present & TUPLE_DESTINATION ? 0 : 1u << (FACT_DESTINATION + d);
		for (unsigned i = 0; i < TUPLE_PART_COUNT; i++)
			missing |= present & TUPLE_PART << i
					   ? 0
					   : 1u << (FACT_PART + d * TUPLE_PART_COUNT + i);
	}
	if ((flow->tuple[ORIGINAL].present & TUPLE_PROTOCOL) == 0)
		missing |= 1u << FACT_PROTOCOL;
	return missing;
}

static uint64_t hash_flow(const struct flow *flow, uint32_t facts)
{
	uint64_t hash = 0;

	for (; facts != 0; facts &= facts - 1)
		hash = mix_flow_fact(hash, flow, (unsigned)__builtin_ctz(facts));
	return hash;
}

/* Make room for one more element of `size` bytes; 0 or -ENOMEM. */
static int make_room(void **array, size_t *room, size_t wanted, size_t size)
{
	size_t grown = *room ? *room : 16;
	void *larger;

	if (wanted <= *room)
		return 0;
	while (grown < wanted)
		grown *= 2;
	larger = realloc(*array, grown * size);
	if (larger == NULL)
		return -ENOMEM;
	*array = larger;
	*room = grown;
	return 0;
}

static void append_to_bucket(struct filter_set *set, struct filter_shape *shape, uint32_t number)
{
	struct filter_entry *entry = &set->entries[number];
	size_t bucket = entry->hash & (shape->buckets - 1);

	entry->next = NO_ENTRY;
	if (shape->first[bucket] == NO_ENTRY)
		shape->first[bucket] = number;
	else
		set->entries[shape->last[bucket]].next = number;
	shape->last[bucket] = number;
}

/* Buckets anew, twice as many; entries stay in rising order. */
static int grow_buckets(struct filter_set *set, struct filter_shape *shape)
{
	struct filter_shape grown = *shape;
	size_t bytes;

	grown.buckets = shape->buckets ? 2 * shape->buckets : BUCKETS_FIRST;
	bytes = grown.buckets * sizeof(uint32_t);
	grown.first = malloc(bytes);
	grown.last = malloc(bytes);
	if (grown.first == NULL || grown.last == NULL) {
		free(grown.first);
		free(grown.last);
		return -ENOMEM;
	}
	memset(grown.first, 0xff, bytes);
	for (size_t bucket = 0; bucket < shape->buckets; bucket++) {
		uint32_t next, number = shape->first[bucket];

		for (; number != NO_ENTRY; number = next) {
			next = set->entries[number].next;
			append_to_bucket(set, &grown, number);
		}
	}
	free(shape->first);
	free(shape->last);
	*shape = grown;
	return 0;
}

static struct filter_shape *shape_for(struct filter_set *set, uint32_t facts)
{
	for (size_t i = 0; i < set->shape_count; i++) {
		if (set->shapes[i].facts == facts)
			return &set->shapes[i];
	}
	if (make_room((void **)&set->shapes, &set->shapes_room, set->shape_count + 1,
		    sizeof(*set->shapes)) < 0)
		return NULL;
	set->shapes[set->shape_count] = (struct filter_shape){.facts = facts};
	return &set->shapes[set->shape_count++];
}

int filter_set_add(struct filter_set *set, const struct filter *filter)
{
	uint32_t facts;
	uint64_t hash = hash_filter(filter, &facts);
	struct filter_shape *shape = shape_for(set, facts);

	if (shape == NULL ||
		make_room((void **)&set->entries, &set->entries_room, set->count + 1,
			sizeof(*set->entries)) < 0 ||
		make_room((void **)&set->terms, &set->terms_room, set->term_count + filter->count,
			sizeof(*set->terms)) < 0)
		return -ENOMEM;
	if (shape->count >= shape->buckets && grow_buckets(set, shape) < 0)
		return -ENOMEM;
	if (filter->count > 0)
		memcpy(set->terms + set->term_count, filter->term,
			filter->count * sizeof(filter->term[0]));
	set->entries[set->count] = (struct filter_entry){
		.first_term = (uint32_t)set->term_count,
		.term_count = (uint16_t)filter->count,
		.hash = hash,
	};
	append_to_bucket(set, shape, (uint32_t)set->count);
	shape->count++;
	set->count++;
	set->term_count += filter->count;
	return 0;
}

static bool matches(const struct filter_set *set, size_t number, const struct flow *flow)
{
	const struct filter_entry *entry = &set->entries[number];

	return filter_terms_match(set->terms + entry->first_term, entry->term_count, flow);
}

size_t filter_set_match(const struct filter_set *set, const struct flow *flow, size_t from)
{
	uint32_t missing = missing_facts(flow);
	size_t best = FILTER_SET_NONE;

	for (size_t i = 0; i < set->shape_count; i++) {
		const struct filter_shape *shape = &set->shapes[i];
		uint64_t hash;
		uint32_t number;

		if ((shape->facts & missing) != 0)
			continue;
		hash = hash_flow(flow, shape->facts);
		number = shape->first[hash & (shape->buckets - 1)];
		for (; number != NO_ENTRY && number < best; number = set->entries[number].next) {
			if (number >= from && set->entries[number].hash == hash &&
				matches(set, number, flow)) {
				best = number;
				break;
			}
		}
	}
	return best;
}

size_t filter_set_bytes(const struct filter_set *set)
{
	size_t bytes = set->entries_room * sizeof(*set->entries) +
		       set->terms_room * sizeof(*set->terms) +
		       set->shapes_room * sizeof(*set->shapes);

	for (size_t i = 0; i < set->shape_count; i++)
		bytes += set->shapes[i].buckets * 2 * sizeof(uint32_t);
	return bytes;
}

void filter_set_clear(struct filter_set *set)
{
	for (size_t i = 0; i < set->shape_count; i++) {
		free(set->shapes[i].first);
		free(set->shapes[i].last);
	}
	free(set->shapes);
	free(set->entries);
	free(set->terms);
	memset(set, 0, sizeof(*set));
}
