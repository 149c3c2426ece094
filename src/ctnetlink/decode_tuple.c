/* SPDX-License-Identifier: MIT */
#include "ctnetlink/decode_tuple.h"

#include <linux/netfilter/nfnetlink_conntrack.h>
#include <sys/socket.h>

#include "flow/protocol.h"

/* An IPv4 or IPv6 address; a tuple is of one family, the one that came first. */
static inline void decode_address(const struct attribute *a, uint8_t family, struct tuple *t,
	union address *out, uint8_t present)
{
	size_t length = family == AF_INET ? 4 : 16;
	if (a->length < length || (t->family != AF_UNSPEC && t->family != family))
		return;
	t->family = family;
	t->present |= present;
	*out = (union address){.halves = {0, 0}};
	memcpy(out->bytes, a->payload, length);
}

/* CTA_TUPLE_IP */
static void decode_addresses(const struct attribute *nest, struct tuple *t)
{
	struct walk w = walk_nest(nest);
	struct attribute a;
	while (walk_attribute(&w, &a)) {
		switch (a.type) {
		case CTA_IP_V4_SRC:
			decode_address(&a, AF_INET, t, &t->source, TUPLE_SOURCE);
			break;
		case CTA_IP_V4_DST:
			decode_address(&a, AF_INET, t, &t->destination, TUPLE_DESTINATION);
			break;
		case CTA_IP_V6_SRC:
			decode_address(&a, AF_INET6, t, &t->source, TUPLE_SOURCE);
			break;
		case CTA_IP_V6_DST:
			decode_address(&a, AF_INET6, t, &t->destination, TUPLE_DESTINATION);
			break;
		}
	}
}

/* Room for the attributes of CTA_TUPLE_PROTO, by number. */
#define PART_ATTRIBUTES (CTA_PROTO_ICMPV6_CODE + 1)

/* CTA_TUPLE_PROTO: what its attributes mean is known once the number is. */
static void decode_protocol(const struct attribute *nest, struct tuple *t)
{
	const uint8_t *found[PART_ATTRIBUTES];
	unsigned has_byte = 0, has_two = 0; /* bits by attribute */
	struct walk w = walk_nest(nest);
	struct attribute a;
	while (walk_attribute(&w, &a)) {
		if (a.type >= PART_ATTRIBUTES)
			continue;
		/* Of one that comes twice the second holds, with its length. */
		found[a.type] = a.payload;
		has_byte &= ~(1u << a.type);
		has_two &= ~(1u << a.type);
		has_byte |= (unsigned)(a.length >= 1) << a.type;
		has_two |= (unsigned)(a.length >= 2) << a.type;
	}
	if (!(has_byte >> CTA_PROTO_NUM & 1))
		return;

	t->protocol = *found[CTA_PROTO_NUM];
	t->present |= TUPLE_PROTOCOL;
	const struct protocol *p = protocol_by_number(t->protocol);
	for (unsigned i = 0; p && i < p->part_count; i++) {
		const struct protocol_part *part = &p->part[i];
		if (!((part->bytes == 1 ? has_byte : has_two) >> part->attribute & 1))
			continue;
		const uint8_t *value = found[part->attribute];
		t->part[i] = part->bytes == 1 ? *value : read_be16(value);
		t->present |= (uint8_t)(TUPLE_PART << i);
	}
}

void tuple_clear(struct tuple *t)
{
	t->present = 0;
	t->family = AF_UNSPEC;
	t->protocol = 0;
}

/*
 * A tuple with ports, laid out as every kernel so far does it: half of all the
 * attributes of a dump, compared at once and not walked one by one. False when
 * it is anything else; then nothing is written. `size` is that of an address.
 */
static inline bool decode_usual_tuple(
	const struct attribute *nest, struct tuple *t, uint8_t family, uint16_t size)
{
	const bool ipv4 = family == AF_INET;
	if (nest->length != 40 + 2 * size)
		return false;
	const uint8_t *source = nest->payload + NLA_HDRLEN;
	const uint8_t *destination = source + NLA_HDRLEN + size;
	const uint8_t *members = destination + NLA_HDRLEN + size;
	uint32_t differs =
		(word_at(nest->payload) ^
			header_word(2 * (NLA_HDRLEN + size), CTA_TUPLE_IP | NLA_F_NESTED)) |
		(word_at(source) ^ header_word(size, ipv4 ? CTA_IP_V4_SRC : CTA_IP_V6_SRC)) |
		(word_at(destination) ^ header_word(size, ipv4 ? CTA_IP_V4_DST : CTA_IP_V6_DST)) |
		(word_at(members) ^ header_word(24, CTA_TUPLE_PROTO | NLA_F_NESTED)) |
		(word_at(members + 4) ^ header_word(1, CTA_PROTO_NUM)) |
		(word_at(members + 12) ^ header_word(2, CTA_PROTO_SRC_PORT)) |
		(word_at(members + 20) ^ header_word(2, CTA_PROTO_DST_PORT));
	const struct protocol *row = protocol_by_number(members[8]);
	if (differs || !row || row->part_count != 2 ||
		row->part[0].attribute != CTA_PROTO_SRC_PORT ||
		row->part[1].attribute != CTA_PROTO_DST_PORT)
		return false;

	t->source = t->destination = (union address){.halves = {0, 0}};
	memcpy(t->source.bytes, source + NLA_HDRLEN, size);
	memcpy(t->destination.bytes, destination + NLA_HDRLEN, size);
	t->part[0] = read_be16(members + 16);
	t->part[1] = read_be16(members + 24);
	t->family = family;
	t->protocol = members[8];
	t->present = TUPLE_ADDRESSES | TUPLE_PROTOCOL | TUPLE_PART | TUPLE_PART << 1;
	return true;
}

void decode_tuple(const struct attribute *nest, struct tuple *t)
{
	if (decode_usual_tuple(nest, t, AF_INET, 4) || decode_usual_tuple(nest, t, AF_INET6, 16))
		return;
	tuple_clear(t);
	struct walk w = walk_nest(nest);
	struct attribute a;
	while (walk_attribute(&w, &a)) {
		switch (a.type) {
		case CTA_TUPLE_IP:
			decode_addresses(&a, t);
			break;
		case CTA_TUPLE_PROTO:
			decode_protocol(&a, t);
			break;
		case CTA_TUPLE_ZONE:
			if (a.length < sizeof(t->zone))
				break;
			t->zone = read_be16(a.payload);
			t->present |= TUPLE_ZONE;
			break;
		}
	}
}
