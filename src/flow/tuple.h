/* SPDX-License-Identifier: MIT */
/* One direction of a flow: addresses, protocol, protocol fields, zone. */
#ifndef FLOW_TUPLE_H
#define FLOW_TUPLE_H

#include <stdbool.h>
#include <stdint.h>

/* Network order. An IPv4 address lies in bytes[0..3], the rest is zero. */
union address {
	uint8_t bytes[16];
	uint64_t halves[2];
};

/* What of a tuple is known (or was asked for). */
enum tuple_present {
	TUPLE_SOURCE = 1 << 0,
	TUPLE_DESTINATION = 1 << 1,
	TUPLE_PROTOCOL = 1 << 2,
	TUPLE_ZONE = 1 << 3, /* a zone of this direction only */
	TUPLE_PART = 1 << 4, /* TUPLE_PART << i: part[i] */
	TUPLE_PARTS = 7 << 4,
	TUPLE_ADDRESSES = TUPLE_SOURCE | TUPLE_DESTINATION,
};

#define TUPLE_PART_COUNT 3

/*
 * part[] are the protocol's own fields in host order; what part[i] means is
 * said by the i-th part of the protocol's row (flow/protocol.h): ports, ICMP
 * type, code and id, GRE keys.
 */
struct tuple {
	union address source;
	union address destination;
	uint16_t part[TUPLE_PART_COUNT];
	uint16_t zone;
	uint8_t family;   /* AF_INET, AF_INET6, or AF_UNSPEC while unknown */
	uint8_t protocol; /* IPPROTO_… */
	uint8_t present;  /* enum tuple_present */
};

static inline bool address_equal(const union address *a, const union address *b)
{
	return a->halves[0] == b->halves[0] && a->halves[1] == b->halves[1];
}

/* The same in all that is present, and the same present. */
bool tuple_equal(const struct tuple *a, const struct tuple *b);

/*
 * The mirror of a tuple: source and destination swapped, ports and keys too,
 * the ICMP type turned into its answer (flow/protocol.h says how), without
 * zone. Copies only what is present.
 */
void tuple_invert(struct tuple *out, const struct tuple *in);

#endif
