/* SPDX-License-Identifier: MIT */
/*
 * The program sees one event as it lies in the datagram:
 *
 *   0      4     6      8    12   16       20
 *   length type  flags  seq  pid  nfgenmsg attributes ...
 *          (host order)           [0] family
 *
 * Loads turn network order into numbers, so the type and the flags, which are
 * in host order, are compared with htons() of what they should be. Attributes
 * are searched by two extensions (Documentation/networking/filter.rst of the
 * kernel): "nlattr" looks for type X from offset A on, "nlattr nest" inside the
 * attribute at offset A; both put the offset found, or 0, into A.
 *
 * A test that fails is followed by its own "ret 0", so no jump is longer than a
 * few instructions, whatever the length of the program.
 */
#include "ctnetlink/event_filter.h"

#include <arpa/inet.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "ctnetlink/socket.h"
#include "flow/protocol.h"

#define OFFSET_TYPE       4
#define OFFSET_FLAGS      6
#define OFFSET_FAMILY     16
#define OFFSET_ATTRIBUTES 20

#define PASS UINT32_MAX /* all bytes of it */
#define DROP 0

#define EXTENSION(number) ((uint32_t)(SKF_AD_OFF + (number)))

static void put_jump(struct event_filter *f, uint16_t code, uint32_t k, uint8_t yes, uint8_t no)
{
	if (f->length == EVENT_FILTER_MAX) {
		f->full = true;
		return;
	}
	f->code[f->length++] = (struct sock_filter){.code = code, .jt = yes, .jf = no, .k = k};
}

static void put(struct event_filter *f, uint16_t code, uint32_t k)
{
	put_jump(f, code, k, 0, 0);
}

static void drop_unless_equal(struct event_filter *f, uint32_t number)
{
	put_jump(f, BPF_JMP | BPF_JEQ | BPF_K, number, 1, 0);
	put(f, BPF_RET | BPF_K, DROP);
}

static void drop_if_equal(struct event_filter *f, uint32_t number)
{
	put_jump(f, BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1);
	put(f, BPF_RET | BPF_K, DROP);
}

/* A becomes the offset of a top-level attribute, or 0. */
static void find(struct event_filter *f, uint32_t type)
{
	put(f, BPF_LD | BPF_IMM, OFFSET_ATTRIBUTES);
	put(f, BPF_LDX | BPF_IMM, type);
	put(f, BPF_LD | BPF_W | BPF_ABS, EXTENSION(SKF_AD_NLATTR));
}

/* A, the offset of a nest that is there, becomes that of an attribute in it, or 0. */
static void find_inside(struct event_filter *f, uint32_t type)
{
	put(f, BPF_LDX | BPF_IMM, type);
	put(f, BPF_LD | BPF_W | BPF_ABS, EXTENSION(SKF_AD_NLATTR_NEST));
}

/* A becomes a number of the payload of the attribute that A is the offset of. */
static void load(struct event_filter *f, uint16_t size, uint32_t offset)
{
	put(f, BPF_MISC | BPF_TAX, 0);
	put(f, BPF_LD | size | BPF_IND, NLA_HDRLEN + offset);
}

static uint32_t tuple_type(const struct term *term)
{
	return term->direction == ORIGINAL ? CTA_TUPLE_ORIG : CTA_TUPLE_REPLY;
}

/* A becomes the offset of an attribute two nests down; dropped when there is none. */
static void find_below(struct event_filter *f, uint32_t outer, uint32_t inner, uint32_t type)
{
	find(f, outer);
	drop_if_equal(f, 0);
	find_inside(f, inner);
	drop_if_equal(f, 0);
	find_inside(f, type);
	drop_if_equal(f, 0);
}

/*
 * The number of an attribute, 0 for one that is missing, under the mask. A is
 * the attribute's offset, or 0.
 */
static void drop_unless_masked(
	struct event_filter *f, uint16_t size, uint32_t mask, uint32_t number)
{
	put_jump(f, BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 1);
	if (number == 0)
		put(f, BPF_JMP | BPF_JA, 5); /* behind this test */
	else
		put(f, BPF_RET | BPF_K, DROP);
	load(f, size, 0);
	put(f, BPF_ALU | BPF_AND | BPF_K, mask);
	drop_unless_equal(f, number);
}

static void put_address(struct event_filter *f, const struct term *term, bool source)
{
	bool ipv4 = term->family == AF_INET;
	uint32_t type = ipv4 ? (source ? CTA_IP_V4_SRC : CTA_IP_V4_DST)
			     : (source ? CTA_IP_V6_SRC : CTA_IP_V6_DST);

	find_below(f, tuple_type(term), CTA_TUPLE_IP, type);
	put(f, BPF_MISC | BPF_TAX, 0);
	for (unsigned at = 0; at < (ipv4 ? 4 : 16); at += 4) {
		uint32_t address, mask;

		memcpy(&address, term->address.bytes + at, sizeof(address));
		memcpy(&mask, term->address_mask.bytes + at, sizeof(mask));
		if (mask == 0)
			continue;
		put(f, BPF_LD | BPF_W | BPF_IND, NLA_HDRLEN + at);
		if (mask != UINT32_MAX)
			put(f, BPF_ALU | BPF_AND | BPF_K, ntohl(mask));
		drop_unless_equal(f, ntohl(address & mask));
	}
}

/* What a part is in the message is known by the protocol, which the filter names too. */
static bool put_part(struct event_filter *f, const struct term *term, const struct protocol *p)
{
	if (p == NULL || term->index >= p->part_count)
		return false;
	find_below(f, tuple_type(term), CTA_TUPLE_PROTO, p->part[term->index].attribute);
	load(f, p->part[term->index].bytes == 1 ? BPF_B : BPF_H, 0);
	drop_unless_equal(f, term->number);
	return true;
}

static bool put_state(struct event_filter *f, const struct term *term, const struct protocol *p)
{
	unsigned extra = p != NULL ? p->extra : 0;

	if (extra & PROTOCOL_TCP)
		find_below(f, CTA_PROTOINFO, CTA_PROTOINFO_TCP, CTA_PROTOINFO_TCP_STATE);
	else if (extra & PROTOCOL_SCTP)
		find_below(f, CTA_PROTOINFO, CTA_PROTOINFO_SCTP, CTA_PROTOINFO_SCTP_STATE);
	else if (extra & PROTOCOL_DCCP)
		find_below(f, CTA_PROTOINFO, CTA_PROTOINFO_DCCP, CTA_PROTOINFO_DCCP_STATE);
	else
		return false;
	load(f, BPF_B, 0);
	drop_unless_equal(f, term->number);
	return true;
}

/* Of both directions; an event without it is in zone 0. */
static void put_zone(struct event_filter *f, const struct term *term)
{
	find(f, CTA_ZONE);
	drop_unless_masked(f, BPF_H, UINT16_MAX, term->number);
}

static void put_tuple_zone(struct event_filter *f, const struct term *term)
{
	find(f, tuple_type(term));
	drop_if_equal(f, 0);
	find_inside(f, CTA_TUPLE_ZONE);
	drop_unless_masked(f, BPF_H, UINT16_MAX, term->number);
}

/* One term; false when it cannot be expressed. p is the protocol that the filter names. */
static bool put_term(struct event_filter *f, const struct term *term, const struct protocol *p)
{
	switch (term->kind) {
	case TERM_FAMILY:
		put(f, BPF_LD | BPF_B | BPF_ABS, OFFSET_FAMILY);
		drop_unless_equal(f, term->number);
		return true;
	case TERM_PROTOCOL:
		find_below(f, CTA_TUPLE_ORIG, CTA_TUPLE_PROTO, CTA_PROTO_NUM);
		load(f, BPF_B, 0);
		drop_unless_equal(f, term->number);
		return true;
	case TERM_SOURCE:
	case TERM_DESTINATION:
		put_address(f, term, term->kind == TERM_SOURCE);
		return true;
	case TERM_PART:
		return put_part(f, term, p);
	case TERM_STATE:
		return put_state(f, term, p);
	case TERM_STATUS:
		find(f, CTA_STATUS);
		drop_if_equal(f, 0);
		drop_unless_masked(f, BPF_W, term->mask, term->number);
		return true;
	case TERM_MARK:
		find(f, CTA_MARK);
		drop_unless_masked(f, BPF_W, term->mask, term->number);
		return true;
	case TERM_ZONE:
		put_zone(f, term);
		return true;
	case TERM_TUPLE_ZONE:
		put_tuple_zone(f, term);
		return true;
	default:
		return false;
	}
}

/* Of the three kinds of events only those wanted; what is none of them passes. */
static void put_kinds(struct event_filter *f, unsigned groups)
{
	const uint16_t subsystem = NFNL_SUBSYS_CTNETLINK << 8;
	bool news = groups & CT_GROUP_NEW, updates = groups & CT_GROUP_UPDATE;

	put(f, BPF_LD | BPF_H | BPF_ABS, OFFSET_TYPE);
	put_jump(f, BPF_JMP | BPF_JEQ | BPF_K, htons(subsystem | IPCTNL_MSG_CT_NEW), 3, 0);
	put_jump(f, BPF_JMP | BPF_JEQ | BPF_K, htons(subsystem | IPCTNL_MSG_CT_DELETE), 1, 0);
	put(f, BPF_RET | BPF_K, PASS);
	if (groups & CT_GROUP_DESTROY)
		put(f, BPF_JMP | BPF_JA, news && updates ? 0 : news || updates ? 3 : 1);
	else
		put(f, BPF_RET | BPF_K, DROP);
	if (news && updates)
		return;
	if (news || updates) {
		put(f, BPF_LD | BPF_H | BPF_ABS, OFFSET_FLAGS);
		put_jump(f, BPF_JMP | BPF_JSET | BPF_K, htons(NLM_F_CREATE), news, !news);
	}
	put(f, BPF_RET | BPF_K, DROP);
}

static const struct protocol *protocol_of(const struct filter *filter)
{
	for (unsigned i = 0; i < filter->count; i++) {
		if (filter->term[i].kind == TERM_PROTOCOL && filter->term[i].number <= UINT8_MAX)
			return protocol_by_number((uint8_t)filter->term[i].number);
	}
	return NULL;
}

bool event_filter_build(const struct filter *filter, unsigned groups, struct event_filter *out)
{
	const struct protocol *protocol = protocol_of(filter);
	bool useful = false;

	out->length = 0;
	out->full = false;
	/* Groups leave out kinds as well, so these alone are no reason to have a program. */
	put_kinds(out, groups);
	/* An event without a tuple is nothing that we know. */
	find(out, CTA_TUPLE_ORIG);
	put_jump(out, BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 1);
	put(out, BPF_RET | BPF_K, PASS);
	for (unsigned i = 0; i < filter->count; i++)
		useful |= put_term(out, &filter->term[i], protocol);
	put(out, BPF_RET | BPF_K, PASS);
	return useful && !out->full;
}

void event_filter_nothing(struct event_filter *out)
{
	out->length = 0;
	out->full = false;
	put(out, BPF_RET | BPF_K, DROP);
}
