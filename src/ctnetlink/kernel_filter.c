/* SPDX-License-Identifier: MIT */
#include "ctnetlink/kernel_filter.h"

#include <linux/netfilter/nfnetlink_conntrack.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/utsname.h>

#include "ctnetlink/attributes.h"
#include "ctnetlink/encode.h"
#include "ctnetlink/packet.h"
#include "flow/protocol.h"

/*
 * The bits of CTA_FILTER that the kernel heeds: a row for each protocol whose
 * parts it compares. Others it accepts and ignores.
 */
static const struct {
	uint8_t protocol;
	uint16_t attribute; /* CTA_PROTO_… */
	uint32_t flag;
} part_flags[] = {
	{IPPROTO_TCP, CTA_PROTO_SRC_PORT, FILTER_SRC_PORT},
	{IPPROTO_TCP, CTA_PROTO_DST_PORT, FILTER_DST_PORT},
	{IPPROTO_UDP, CTA_PROTO_SRC_PORT, FILTER_SRC_PORT},
	{IPPROTO_UDP, CTA_PROTO_DST_PORT, FILTER_DST_PORT},
	{IPPROTO_ICMP, CTA_PROTO_ICMP_TYPE, FILTER_ICMP_TYPE},
	{IPPROTO_ICMP, CTA_PROTO_ICMP_CODE, FILTER_ICMP_CODE},
	{IPPROTO_ICMP, CTA_PROTO_ICMP_ID, FILTER_ICMP_ID},
	{IPPROTO_ICMPV6, CTA_PROTO_ICMPV6_TYPE, FILTER_ICMPV6_TYPE},
	{IPPROTO_ICMPV6, CTA_PROTO_ICMPV6_CODE, FILTER_ICMPV6_CODE},
	{IPPROTO_ICMPV6, CTA_PROTO_ICMPV6_ID, FILTER_ICMPV6_ID},
};

/* The CTA_FILTER bit of a part, or 0. */
static uint32_t part_flag(uint8_t protocol, uint16_t attribute)
{
	for (size_t i = 0; i < sizeof(part_flags) / sizeof(part_flags[0]); i++)
		if (part_flags[i].protocol == protocol && part_flags[i].attribute == attribute)
			return part_flags[i].flag;
	return 0;
}

/* The kernel looks up the answer of the type and refuses one that has none. */
static bool has_answer(uint8_t protocol, uint16_t attribute, uint32_t type)
{
	if (attribute != CTA_PROTO_ICMP_TYPE && attribute != CTA_PROTO_ICMPV6_TYPE)
		return true;
	return protocol_icmp_answer(protocol, (uint8_t)type) != type;
}

/* The first family that a term asks for. */
static void take_family(struct kernel_filter *out, uint8_t family)
{
	if (out->parts & KERNEL_FAMILY || (family != AF_INET && family != AF_INET6))
		return;
	out->parts |= KERNEL_FAMILY;
	out->family = family;
}

/*
 * (word & term mask) == number, together with what is asked already. A term
 * that can never hold, or one that always does, or one at odds with another,
 * leaves things as they are: our own filter has the last word.
 */
static bool merge_bits(uint32_t *value, uint32_t *mask, const struct term *t)
{
	uint32_t common = *mask & t->mask;
	if (t->mask == 0 || t->number & ~t->mask || (*value ^ t->number) & common)
		return false;
	*value |= t->number;
	*mask |= t->mask;
	return true;
}

/*
 * The kernel compares the entry's one zone, whichever directions it is for. So
 * what it says of zone 0 leaves out entries that have a zone in one direction
 * and are in zone 0 for us, and of other zones it is never the last word.
 */
static void take_zone(struct kernel_filter *out, const struct term *t)
{
	if (out->parts & KERNEL_ZONE || t->number > UINT16_MAX || t->number == 0)
		return;
	out->parts |= KERNEL_ZONE;
	out->zone = (uint16_t)t->number;
}

/* A whole IPv4 address. Those of IPv6 the kernel compares the wrong way round. */
static void take_address(struct kernel_filter *out, const struct term *t)
{
	bool source = t->kind == TERM_SOURCE;
	uint32_t flag = source ? FILTER_IP_SRC : FILTER_IP_DST;
	if (t->family != AF_INET || !term_is_exact(t) || out->tuple_flags[t->direction] & flag)
		return;
	struct tuple *tuple = &out->tuple[t->direction];
	*(source ? &tuple->source : &tuple->destination) = t->address;
	tuple->present |= source ? TUPLE_SOURCE : TUPLE_DESTINATION;
	out->tuple_flags[t->direction] |= flag;
}

/* What does not depend on the protocol. */
static void take_term(struct kernel_filter *out, const struct term *t, uint8_t *protocol)
{
	switch (t->kind) {
	case TERM_FAMILY:
		take_family(out, (uint8_t)t->number);
		break;
	case TERM_PROTOCOL:
		if (out->tuple_flags[ORIGINAL] & FILTER_PROTO_NUM || t->number > UINT8_MAX)
			break;
		*protocol = (uint8_t)t->number;
		out->tuple_flags[ORIGINAL] |= FILTER_PROTO_NUM;
		break;
	case TERM_SOURCE:
	case TERM_DESTINATION:
		take_family(out, t->family);
		take_address(out, t);
		break;
	case TERM_MARK:
		if (merge_bits(&out->mark, &out->mark_mask, t))
			out->parts |= KERNEL_MARK;
		break;
	case TERM_STATUS:
		if (merge_bits(&out->status, &out->status_mask, t))
			out->parts |= KERNEL_STATUS;
		break;
	case TERM_ZONE:
	case TERM_TUPLE_ZONE:
		take_zone(out, t);
		break;
	default:
		break;
	}
}

/* A part of a protocol whose parts the kernel compares; both tuples have the protocol. */
static void take_part(struct kernel_filter *out, const struct term *t, uint8_t protocol)
{
	const struct protocol *row = protocol_by_number(protocol);
	if (t->kind != TERM_PART || !row || t->index >= row->part_count)
		return;
	uint16_t attribute = row->part[t->index].attribute;
	uint32_t flag = part_flag(protocol, attribute);
	uint32_t maximum = row->part[t->index].bytes == 1 ? UINT8_MAX : UINT16_MAX;
	if (!flag || out->tuple_flags[t->direction] & flag || t->number > maximum ||
		!has_answer(protocol, attribute, t->number))
		return;
	out->tuple_flags[t->direction] |= flag | FILTER_PROTO_NUM;
	out->tuple[t->direction].part[t->index] = (uint16_t)t->number;
	out->tuple[t->direction].present |= (uint8_t)(TUPLE_PART << t->index);
}

/*
 * Linux 5.8 to 5.14 parse the members of CTA_TUPLE_REPLY by the bits for the
 * original tuple, so that a reply filter of its own matches nothing.
 */
static bool kernel_reads_reply_flags(void)
{
	struct utsname name;
	char *rest;
	if (uname(&name) < 0)
		return false;
	unsigned long major = strtoul(name.release, &rest, 10);
	unsigned long minor = *rest == '.' ? strtoul(rest + 1, NULL, 10) : 0;
	return major > 5 || (major == 5 && minor >= 15);
}

/*
 * Say what is in the tuples, or leave them out: CTA_FILTER needs a family, and
 * addresses of IPv4 a family that is theirs.
 */
static void finish_tuples(struct kernel_filter *out, uint8_t protocol)
{
	bool ipv4 = out->parts & KERNEL_FAMILY && out->family == AF_INET;
	uint32_t *flags = out->tuple_flags;
	for (unsigned d = 0; d < DIRECTIONS; d++) {
		struct tuple *t = &out->tuple[d];
		if (!ipv4) {
			flags[d] &= ~(uint32_t)(FILTER_IP_SRC | FILTER_IP_DST);
			t->present &= (uint8_t)~TUPLE_ADDRESSES;
		}
		t->family = out->family;
		t->protocol = protocol;
		if (flags[d] & FILTER_PROTO_NUM)
			t->present |= TUPLE_PROTOCOL;
	}
	if (flags[REPLY] && flags[REPLY] != flags[ORIGINAL] && !kernel_reads_reply_flags())
		flags[REPLY] = 0;
	if (!(out->parts & KERNEL_FAMILY))
		flags[ORIGINAL] = flags[REPLY] = 0;
	if (flags[ORIGINAL] | flags[REPLY])
		out->parts |= KERNEL_TUPLE;
}

void kernel_filter_from(const struct filter *filter, struct kernel_filter *out)
{
	*out = (struct kernel_filter){0};
	uint8_t protocol = 0;
	for (unsigned i = 0; i < filter->count; i++)
		take_term(out, &filter->term[i], &protocol);
	if (out->tuple_flags[ORIGINAL] & FILTER_PROTO_NUM)
		for (unsigned i = 0; i < filter->count; i++)
			take_part(out, &filter->term[i], protocol);
	finish_tuples(out, protocol);
}

/* Whether the tuple's member is asked for with that very value. */
static bool says_address(const struct kernel_filter *k, const struct term *t)
{
	const struct tuple *tuple = &k->tuple[t->direction];
	bool source = t->kind == TERM_SOURCE;
	uint32_t flag = source ? FILTER_IP_SRC : FILTER_IP_DST;
	return k->tuple_flags[t->direction] & flag && term_is_exact(t) && t->family == k->family &&
	       address_equal(source ? &tuple->source : &tuple->destination, &t->address);
}

static bool says_part(const struct kernel_filter *k, const struct term *t)
{
	const struct tuple *tuple = &k->tuple[t->direction];
	return k->tuple_flags[t->direction] && tuple->present & TUPLE_PART << t->index &&
	       tuple->part[t->index] == t->number;
}

static bool says_bits(uint32_t value, uint32_t mask, const struct term *t)
{
	return t->mask != 0 && (mask & t->mask) == t->mask && (value & t->mask) == t->number;
}

static bool says_term(const struct kernel_filter *k, const struct term *t)
{
	switch (t->kind) {
	case TERM_FAMILY:
		return k->parts & KERNEL_FAMILY && k->family == t->number;
	case TERM_PROTOCOL:
		return k->tuple_flags[ORIGINAL] & FILTER_PROTO_NUM &&
		       k->tuple[ORIGINAL].protocol == t->number;
	case TERM_SOURCE:
	case TERM_DESTINATION:
		return says_address(k, t);
	case TERM_PART:
		return says_part(k, t);
	case TERM_MARK:
		return k->parts & KERNEL_MARK && says_bits(k->mark, k->mark_mask, t);
	case TERM_STATUS:
		return k->parts & KERNEL_STATUS && says_bits(k->status, k->status_mask, t);
	default:
		return false;
	}
}

bool kernel_filter_is_exact(const struct filter *filter, const struct kernel_filter *kernel)
{
	for (unsigned i = 0; i < filter->count; i++)
		if (!says_term(kernel, &filter->term[i]))
			return false;
	return filter->rest == NULL;
}

void kernel_filter_left(
	const struct filter *filter, const struct kernel_filter *kernel, struct filter *left)
{
	left->count = 0;
	left->rest = filter->rest;
	for (unsigned i = 0; i < filter->count; i++)
		if (!says_term(kernel, &filter->term[i]))
			left->term[left->count++] = filter->term[i];
}

static void add_number(
	struct filter *filter, enum term_kind kind, unsigned direction, uint32_t number)
{
	struct term *term = filter_add(filter, kind);
	if (!term)
		return;
	term->direction = (uint8_t)direction;
	term->number = number;
}

static void add_bits(struct filter *filter, enum term_kind kind, uint32_t value, uint32_t mask)
{
	struct term *term = filter_add(filter, kind);
	if (!term)
		return;
	term->number = value;
	term->mask = mask;
}

static void add_address(struct filter *filter, enum term_kind kind, unsigned direction,
	const struct kernel_filter *kernel)
{
	const struct tuple *t = &kernel->tuple[direction];
	struct term *term = filter_add(filter, kind);
	if (!term)
		return;
	term->direction = (uint8_t)direction;
	term->family = t->family;
	term->address = kind == TERM_SOURCE ? t->source : t->destination;
}

static void add_tuple(struct filter *filter, unsigned direction, const struct kernel_filter *kernel)
{
	uint32_t flags = kernel->tuple_flags[direction];
	if (flags & FILTER_IP_SRC)
		add_address(filter, TERM_SOURCE, direction, kernel);
	if (flags & FILTER_IP_DST)
		add_address(filter, TERM_DESTINATION, direction, kernel);
	for (unsigned i = 0; flags && i < TUPLE_PART_COUNT; i++) {
		if (!(kernel->tuple[direction].present & TUPLE_PART << i))
			continue;
		add_number(filter, TERM_PART, direction, kernel->tuple[direction].part[i]);
		filter->term[filter->count - 1].index = (uint8_t)i;
	}
}

void kernel_filter_terms(const struct kernel_filter *kernel, struct filter *filter)
{
	filter->count = 0;
	filter->rest = NULL;
	if (kernel->parts & KERNEL_FAMILY)
		add_number(filter, TERM_FAMILY, ORIGINAL, kernel->family);
	if ((kernel->tuple_flags[ORIGINAL] | kernel->tuple_flags[REPLY]) & FILTER_PROTO_NUM)
		add_number(filter, TERM_PROTOCOL, ORIGINAL, kernel->tuple[ORIGINAL].protocol);
	for (unsigned d = 0; d < DIRECTIONS; d++)
		add_tuple(filter, d, kernel);
	if (kernel->parts & KERNEL_ZONE)
		add_number(filter, TERM_ZONE, ORIGINAL, kernel->zone);
	if (kernel->parts & KERNEL_STATUS)
		add_bits(filter, TERM_STATUS, kernel->status, kernel->status_mask);
	if (kernel->parts & KERNEL_MARK)
		add_bits(filter, TERM_MARK, kernel->mark, kernel->mark_mask);
}

void kernel_filter_put(const struct kernel_filter *filter, struct packet *packet)
{
	if (filter->parts & KERNEL_MARK) {
		packet_put_be32(packet, CTA_MARK, filter->mark);
		packet_put_be32(packet, CTA_MARK_MASK, filter->mark_mask);
	}
	if (filter->parts & KERNEL_STATUS) {
		packet_put_be32(packet, CTA_STATUS, filter->status);
		packet_put_be32(packet, NEWER_STATUS_MASK, filter->status_mask);
	}
	if (filter->parts & KERNEL_ZONE)
		packet_put_be16(packet, CTA_ZONE, filter->zone);
	if (!(filter->parts & KERNEL_TUPLE))
		return;

	static const uint16_t tuple[] = {CTA_TUPLE_ORIG, CTA_TUPLE_REPLY};
	static const uint16_t word[] = {NEWER_FILTER_ORIG_FLAGS, NEWER_FILTER_REPLY_FLAGS};
	for (unsigned d = 0; d < DIRECTIONS; d++)
		if (filter->tuple_flags[d])
			encode_tuple(packet, tuple[d], &filter->tuple[d]);
	size_t flags = packet_nest(packet, NEWER_FILTER);
	for (unsigned d = 0; d < DIRECTIONS; d++)
		if (filter->tuple_flags[d])
			packet_put_host32(packet, word[d], filter->tuple_flags[d]);
	packet_nest_end(packet, flags);
}
