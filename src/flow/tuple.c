/* SPDX-License-Identifier: MIT */
#include "flow/tuple.h"

#include "flow/protocol.h"

/* The bit of the other member of the first two, kept where it is otherwise. */
static uint8_t swapped_bits(uint8_t present, uint8_t a, uint8_t b)
{
	uint8_t rest = (uint8_t)(present & ~(a | b));

	return (uint8_t)(rest | (present & a ? b : 0) | (present & b ? a : 0));
}

static void invert_parts(struct tuple *out, const struct tuple *in)
{
	const struct protocol *protocol = protocol_by_number(in->protocol);
	unsigned parts = in->present & TUPLE_PARTS;

	if (protocol == NULL)
		return;
	if (protocol->pairs)
		parts = swapped_bits((uint8_t)parts, TUPLE_PART << 0, TUPLE_PART << 1);
	for (unsigned i = 0; i < TUPLE_PART_COUNT; i++) {
		unsigned from = protocol->pairs && i < 2 ? 1 - i : i;

		if (parts & TUPLE_PART << i)
			out->part[i] = in->part[from];
	}
	out->present |= (uint8_t)parts;
	/* A protocol without pairs is ICMP or ICMPv6, whose type comes first. */
	if (!protocol->pairs && parts & TUPLE_PART)
		out->part[0] = protocol_icmp_answer(in->protocol, (uint8_t)in->part[0]);
}

bool tuple_equal(const struct tuple *a, const struct tuple *b)
{
	if (a->family != b->family || a->present != b->present)
		return false;
	if (a->present & TUPLE_PROTOCOL && a->protocol != b->protocol)
		return false;
	if (a->present & TUPLE_ZONE && a->zone != b->zone)
		return false;
	for (unsigned i = 0; i < TUPLE_PART_COUNT; i++) {
		if (a->present & TUPLE_PART << i && a->part[i] != b->part[i])
			return false;
	}
	if (a->present & TUPLE_SOURCE && !address_equal(&a->source, &b->source))
		return false;
	return !(a->present & TUPLE_DESTINATION) || address_equal(&a->destination, &b->destination);
}

void tuple_invert(struct tuple *out, const struct tuple *in)
{
	struct tuple inverse = {.family = in->family};

	inverse.present = in->present & (TUPLE_ADDRESSES | TUPLE_PROTOCOL);
	inverse.present = swapped_bits(inverse.present, TUPLE_SOURCE, TUPLE_DESTINATION);
	if (in->present & TUPLE_SOURCE)
		inverse.destination = in->source;
	if (in->present & TUPLE_DESTINATION)
		inverse.source = in->destination;
	if (in->present & TUPLE_PROTOCOL) {
		inverse.protocol = in->protocol;
		invert_parts(&inverse, in);
	}
	*out = inverse;
}
