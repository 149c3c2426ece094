/* SPDX-License-Identifier: MIT */
/* Layout of the messages: decode.c draws it. */
#include "ctnetlink/encode.h"

#include <errno.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nf_conntrack_tcp.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/netlink.h>
#include <string.h>
#include <sys/socket.h>

#include "ctnetlink/attributes.h"
#include "ctnetlink/walk.h"
#include "flow/protocol.h"

void encode_begin(struct packet *p, unsigned message, unsigned flags, uint8_t family)
{
	packet_begin(p, (uint16_t)(NFNL_SUBSYS_CTNETLINK << 8 | message),
		(uint16_t)(NLM_F_REQUEST | flags), family, NFNETLINK_V0);
}

static void begin_expectation(struct packet *p, unsigned message, unsigned flags, uint8_t family)
{
	packet_begin(p, (uint16_t)(NFNL_SUBSYS_CTNETLINK_EXP << 8 | message),
		(uint16_t)(NLM_F_REQUEST | flags), family, NFNETLINK_V0);
}

static void put_addresses(struct packet *p, const struct tuple *t)
{
	bool ipv4 = t->family == AF_INET;
	size_t length = ipv4 ? 4 : 16;
	size_t nest = packet_nest(p, CTA_TUPLE_IP);
	if (t->present & TUPLE_SOURCE)
		packet_put(p, ipv4 ? CTA_IP_V4_SRC : CTA_IP_V6_SRC, t->source.bytes, length);
	if (t->present & TUPLE_DESTINATION)
		packet_put(p, ipv4 ? CTA_IP_V4_DST : CTA_IP_V6_DST, t->destination.bytes, length);
	packet_nest_end(p, nest);
}

static void put_protocol(struct packet *p, const struct tuple *t)
{
	size_t nest = packet_nest(p, CTA_TUPLE_PROTO);
	packet_put_u8(p, CTA_PROTO_NUM, t->protocol);
	const struct protocol *row = protocol_by_number(t->protocol);
	for (unsigned i = 0; row && i < row->part_count; i++) {
		const struct protocol_part *part = &row->part[i];
		if (!(t->present & TUPLE_PART << i))
			continue;
		if (part->bytes == 1)
			packet_put_u8(p, part->attribute, (uint8_t)t->part[i]);
		else
			packet_put_be16(p, part->attribute, t->part[i]);
	}
	packet_nest_end(p, nest);
}

void encode_tuple(struct packet *p, uint16_t type, const struct tuple *t)
{
	size_t nest = packet_nest(p, type);
	if (t->present & TUPLE_ADDRESSES)
		put_addresses(p, t);
	if (t->present & TUPLE_PROTOCOL)
		put_protocol(p, t);
	if (t->present & TUPLE_ZONE)
		packet_put_be16(p, CTA_TUPLE_ZONE, t->zone);
	packet_nest_end(p, nest);
}

/* What the kernel finds an entry by; false when the flow has no tuple. */
static bool put_key(struct packet *p, const struct flow *f)
{
	if (f->tuple[ORIGINAL].present & TUPLE_ADDRESSES)
		encode_tuple(p, CTA_TUPLE_ORIG, &f->tuple[ORIGINAL]);
	else if (f->tuple[REPLY].present & TUPLE_ADDRESSES)
		encode_tuple(p, CTA_TUPLE_REPLY, &f->tuple[REPLY]);
	else
		return false;
	if (f->present & FLOW_ZONE)
		packet_put_be16(p, CTA_ZONE, f->zone);
	return true;
}

/* Drop the message being built. */
static int give_up(struct packet *p, int error)
{
	p->used = p->start;
	p->overflow = false;
	return error;
}

int encode_dump(struct packet *p, enum dump_kind kind, const struct kernel_filter *filter)
{
	static const uint8_t message[] = {
		[DUMP_TABLE] = IPCTNL_MSG_CT_GET,
		[DUMP_TABLE_ZERO] = IPCTNL_MSG_CT_GET_CTRZERO,
		[DUMP_DYING] = IPCTNL_MSG_CT_GET_DYING,
		[DUMP_UNCONFIRMED] = IPCTNL_MSG_CT_GET_UNCONFIRMED,
	};
	bool family = filter && filter->parts & KERNEL_FAMILY;
	encode_begin(p, message[kind], NLM_F_DUMP, family ? filter->family : AF_UNSPEC);
	/* The other two lists know no filter but the family. */
	if (filter && (kind == DUMP_TABLE || kind == DUMP_TABLE_ZERO))
		kernel_filter_put(filter, p);
	return packet_end(p);
}

int encode_get(struct packet *p, const struct flow *flow)
{
	encode_begin(p, IPCTNL_MSG_CT_GET, 0, flow_family(flow));
	if (!put_key(p, flow))
		return give_up(p, -EINVAL);
	return packet_end(p);
}

static void put_tcp(struct packet *p, const struct flow *f)
{
	static const uint8_t scale[] = {
		CTA_PROTOINFO_TCP_WSCALE_ORIGINAL, CTA_PROTOINFO_TCP_WSCALE_REPLY};
	static const uint8_t flags[] = {
		CTA_PROTOINFO_TCP_FLAGS_ORIGINAL, CTA_PROTOINFO_TCP_FLAGS_REPLY};
	size_t nest = packet_nest(p, CTA_PROTOINFO_TCP);
	if (f->present & FLOW_STATE)
		packet_put_u8(p, CTA_PROTOINFO_TCP_STATE, f->state);
	for (unsigned d = 0; d < DIRECTIONS; d++) {
		if (f->present & FLOW_WINDOW_SCALE << d)
			packet_put_u8(p, scale[d], f->window_scale[d]);
		if (f->present & FLOW_TCP_FLAGS << d) {
			struct nf_ct_tcp_flags value = {
				.flags = f->tcp_flags[d].flags, .mask = f->tcp_flags[d].mask};
			packet_put(p, flags[d], &value, sizeof(value));
		}
	}
	packet_nest_end(p, nest);
}

static void put_sctp(struct packet *p, const struct flow *f)
{
	size_t nest = packet_nest(p, CTA_PROTOINFO_SCTP);
	if (f->present & FLOW_STATE)
		packet_put_u8(p, CTA_PROTOINFO_SCTP_STATE, f->state);
	if (f->present & FLOW_VTAG)
		packet_put_be32(p, CTA_PROTOINFO_SCTP_VTAG_ORIGINAL, f->vtag[ORIGINAL]);
	if (f->present & FLOW_VTAG << REPLY)
		packet_put_be32(p, CTA_PROTOINFO_SCTP_VTAG_REPLY, f->vtag[REPLY]);
	packet_nest_end(p, nest);
}

static void put_dccp(struct packet *p, const struct flow *f)
{
	size_t nest = packet_nest(p, CTA_PROTOINFO_DCCP);
	if (f->present & FLOW_STATE)
		packet_put_u8(p, CTA_PROTOINFO_DCCP_STATE, f->state);
	if (f->present & FLOW_ROLE)
		packet_put_u8(p, CTA_PROTOINFO_DCCP_ROLE, f->role);
	if (f->present & FLOW_HANDSHAKE)
		packet_put_be64(p, CTA_PROTOINFO_DCCP_HANDSHAKE_SEQ, f->handshake_sequence);
	packet_nest_end(p, nest);
}

static void put_protocol_info(struct packet *p, const struct flow *f)
{
	const uint64_t both = 1 | 1 << REPLY;
	const uint64_t any = FLOW_STATE | FLOW_ROLE | FLOW_HANDSHAKE | FLOW_WINDOW_SCALE * both |
			     FLOW_TCP_FLAGS * both | FLOW_VTAG * both;
	const struct tuple *t = &f->tuple[f->tuple[ORIGINAL].present ? ORIGINAL : REPLY];
	const struct protocol *row = protocol_by_number(t->protocol);
	if (!(f->present & any) || !(t->present & TUPLE_PROTOCOL) || !row || !row->extra)
		return;
	size_t nest = packet_nest(p, CTA_PROTOINFO);
	if (row->extra & PROTOCOL_TCP)
		put_tcp(p, f);
	if (row->extra & PROTOCOL_SCTP)
		put_sctp(p, f);
	if (row->extra & PROTOCOL_DCCP)
		put_dccp(p, f);
	packet_nest_end(p, nest);
}

/* A bounded string with its NUL. */
static void put_string(struct packet *p, uint16_t type, const char *text, size_t size)
{
	packet_put(p, type, text, strnlen(text, size - 1) + 1);
}

static void put_help(struct packet *p, const struct flow *f)
{
	if (!(f->present & FLOW_HELPER))
		return;
	size_t nest = packet_nest(p, CTA_HELP);
	put_string(p, CTA_HELP_NAME, f->helper, sizeof(f->helper));
	if (f->present & FLOW_HELPER_INFO)
		packet_put(p, CTA_HELP_INFO, f->helper_info.bytes, f->helper_info.length);
	packet_nest_end(p, nest);
}

static void put_label_bits(struct packet *p, uint16_t type, const uint8_t bits[static LABEL_BYTES])
{
	uint8_t wire[LABEL_BYTES];
	for (size_t i = 0; i < LABEL_BYTES; i++)
		wire[label_byte_on_wire(i)] = bits[i];
	packet_put(p, type, wire, sizeof(wire));
}

static void put_labels(struct packet *p, const struct flow *f)
{
	if (!(f->present & FLOW_LABELS))
		return;
	put_label_bits(p, CTA_LABELS, f->labels);
	if (f->present & FLOW_LABELS_MASK)
		put_label_bits(p, CTA_LABELS_MASK, f->labels_mask);
}

/* Three 32-bit numbers of types 1 to 3. */
static void put_three(struct packet *p, uint16_t type, const uint32_t value[static 3])
{
	size_t nest = packet_nest(p, type);
	for (uint16_t i = 0; i < 3; i++)
		packet_put_be32(p, i + 1, value[i]);
	packet_nest_end(p, nest);
}

static void put_sequence(struct packet *p, uint16_t type, const struct sequence_adjustment *s)
{
	const uint32_t value[3] = {
		[CTA_SEQADJ_CORRECTION_POS - 1] = s->correction_position,
		[CTA_SEQADJ_OFFSET_BEFORE - 1] = s->offset_before,
		[CTA_SEQADJ_OFFSET_AFTER - 1] = s->offset_after,
	};
	put_three(p, type, value);
}

static void put_synproxy(struct packet *p, const struct flow *f)
{
	const uint32_t value[3] = {
		[NEWER_SYNPROXY_ISN - 1] = f->synproxy.initial_sequence,
		[NEWER_SYNPROXY_ITS - 1] = f->synproxy.initial_timestamp,
		[NEWER_SYNPROXY_TSOFF - 1] = f->synproxy.timestamp_offset,
	};
	put_three(p, NEWER_SYNPROXY, value);
}

/* All that a create and an update may both set. */
static void put_settable(struct packet *p, const struct flow *f)
{
	/* Without IPS_CONFIRMED the kernel takes any status for a forbidden change. */
	if (f->present & FLOW_STATUS)
		packet_put_be32(p, CTA_STATUS, f->status | IPS_CONFIRMED);
	if (f->present & FLOW_TIMEOUT)
		packet_put_be32(p, CTA_TIMEOUT, f->timeout);
	if (f->present & FLOW_MARK)
		packet_put_be32(p, CTA_MARK, f->mark);
	if (f->present & FLOW_MARK && f->present & FLOW_MARK_MASK)
		packet_put_be32(p, CTA_MARK_MASK, f->mark_mask);
	put_protocol_info(p, f);
	put_help(p, f);
	put_labels(p, f);
	if (f->present & FLOW_SEQUENCE)
		put_sequence(p, CTA_SEQ_ADJ_ORIG, &f->sequence[ORIGINAL]);
	if (f->present & FLOW_SEQUENCE << REPLY)
		put_sequence(p, CTA_SEQ_ADJ_REPLY, &f->sequence[REPLY]);
	if (f->present & FLOW_SYNPROXY)
		put_synproxy(p, f);
}

static void put_nat(struct packet *p, uint16_t type, const struct nat_request *nat)
{
	bool ipv4 = nat->family == AF_INET;
	size_t length = ipv4 ? 4 : 16;
	size_t nest = packet_nest(p, type);
	if (nat->family != AF_UNSPEC) {
		packet_put(
			p, ipv4 ? CTA_NAT_V4_MINIP : CTA_NAT_V6_MINIP, nat->minimum.bytes, length);
		packet_put(
			p, ipv4 ? CTA_NAT_V4_MAXIP : CTA_NAT_V6_MAXIP, nat->maximum.bytes, length);
	}
	if (nat->has_port) {
		size_t ports = packet_nest(p, CTA_NAT_PROTO);
		packet_put_be16(p, CTA_PROTONAT_PORT_MIN, nat->port_minimum);
		packet_put_be16(p, CTA_PROTONAT_PORT_MAX, nat->port_maximum);
		packet_nest_end(p, ports);
	}
	packet_nest_end(p, nest);
}

int encode_create(struct packet *p, const struct flow *flow, bool exclusive)
{
	encode_begin(p, IPCTNL_MSG_CT_NEW, NLM_F_CREATE | (exclusive ? NLM_F_EXCL : 0),
		flow_family(flow));
	for (unsigned d = 0; d < DIRECTIONS; d++)
		if (flow->tuple[d].present)
			encode_tuple(p, d == ORIGINAL ? CTA_TUPLE_ORIG : CTA_TUPLE_REPLY,
				&flow->tuple[d]);
	if (flow->present & FLOW_ZONE)
		packet_put_be16(p, CTA_ZONE, flow->zone);
	put_settable(p, flow);
	if (flow->present & FLOW_NAT << NAT_SOURCE)
		put_nat(p, CTA_NAT_SRC, &flow->nat[NAT_SOURCE]);
	if (flow->present & FLOW_NAT << NAT_DESTINATION)
		put_nat(p, CTA_NAT_DST, &flow->nat[NAT_DESTINATION]);
	if (flow->present & FLOW_MASTER)
		encode_tuple(p, CTA_TUPLE_MASTER, &flow->master);
	return packet_end(p);
}

int encode_copy(struct packet *p, const void *message, size_t length)
{
	if (length < NLMSG_HDRLEN || length > p->size - p->used)
		return -EMSGSIZE;
	p->start = p->used;
	memcpy(p->bytes + p->start, message, length);
	p->used += length;
	return 0;
}

int encode_create_again(struct packet *p, const void *message, size_t length)
{
	int error = encode_copy(p, message, length);
	if (error == 0)
		packet_message(p, p->start)->nlmsg_flags &= (uint16_t)~NLM_F_EXCL;
	return error;
}

/* Without the attributes whose bits are set in `left_out`. */
static int copy_without(struct packet *p, const void *message, size_t length, uint32_t left_out)
{
	const size_t head = NLMSG_HDRLEN + NLMSG_ALIGN(sizeof(struct nfgenmsg));
	if (length < head)
		return -EMSGSIZE;
	int error = encode_copy(p, message, head);
	struct walk w = walk_bytes((const uint8_t *)message + head, length - head);
	struct attribute a;
	while (error == 0 && walk_attribute(&w, &a)) {
		if (a.type < 32 && left_out >> a.type & 1)
			continue;
		size_t size = NLA_ALIGN((size_t)NLA_HDRLEN + a.length);
		if (size > p->size - p->used)
			return give_up(p, -EMSGSIZE);
		memcpy(p->bytes + p->used, a.payload - NLA_HDRLEN, size);
		p->used += size;
	}
	return error ? error : packet_end(p);
}

int encode_create_orphan(struct packet *p, const void *message, size_t length)
{
	return copy_without(p, message, length, 1u << CTA_TUPLE_MASTER);
}

int encode_create_kept(struct packet *p, const void *message, size_t length)
{
	int error = copy_without(
		p, message, length, 1u << CTA_NAT_SRC | 1u << CTA_NAT_DST | 1u << CTA_TUPLE_MASTER);
	if (error == 0)
		packet_message(p, p->start)->nlmsg_flags &= (uint16_t)~NLM_F_EXCL;
	return error;
}

int encode_update(struct packet *p, const struct flow *flow)
{
	encode_begin(p, IPCTNL_MSG_CT_NEW, 0, flow_family(flow));
	if (!put_key(p, flow))
		return give_up(p, -EINVAL);
	put_settable(p, flow);
	return packet_end(p);
}

int encode_delete(struct packet *p, const struct flow *flow)
{
	/* Linux 5.2 forgets the family of a version 0 delete; others do not look. */
	packet_begin(p, NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_DELETE, NLM_F_REQUEST,
		flow_family(flow), 1);
	/* A delete without a tuple is a flush. */
	if (!put_key(p, flow))
		return give_up(p, -EINVAL);
	if (flow->present & FLOW_ID)
		packet_put_be32(p, CTA_ID, flow->id);
	return packet_end(p);
}

int encode_flush(struct packet *p, const struct kernel_filter *filter)
{
	const uint16_t type = NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_DELETE;
	if (!filter) {
		packet_begin(p, type, NLM_F_REQUEST, AF_UNSPEC, 0);
		return packet_end(p);
	}
	if (filter->parts == 0)
		return -EINVAL;
	packet_begin(p, type, NLM_F_REQUEST,
		filter->parts & KERNEL_FAMILY ? filter->family : AF_UNSPEC, 1);
	kernel_filter_put(filter, p);
	return packet_end(p);
}

int encode_global(struct packet *p)
{
	encode_begin(p, IPCTNL_MSG_CT_GET_STATS, 0, AF_UNSPEC);
	return packet_end(p);
}

int encode_stats(struct packet *p, enum stats_table table)
{
	if (table == STATS_EXPECT)
		begin_expectation(p, IPCTNL_MSG_EXP_GET_STATS_CPU, NLM_F_DUMP, AF_UNSPEC);
	else
		encode_begin(p, IPCTNL_MSG_CT_GET_STATS_CPU, NLM_F_DUMP, AF_UNSPEC);
	return packet_end(p);
}

/* Family of an expectation: of its tuple, else of its master. */
static uint8_t expectation_family(const struct expectation *e)
{
	return e->present & EXPECTATION_TUPLE ? e->tuple.family : e->master.family;
}

/* What the kernel finds an expectation by; false when there is nothing. */
static bool put_expectation_key(struct packet *p, const struct expectation *e)
{
	if (e->present & EXPECTATION_TUPLE)
		encode_tuple(p, CTA_EXPECT_TUPLE, &e->tuple);
	else if (e->present & EXPECTATION_MASTER)
		encode_tuple(p, CTA_EXPECT_MASTER, &e->master);
	else
		return false;
	if (e->present & EXPECTATION_ZONE)
		packet_put_be16(p, CTA_EXPECT_ZONE, e->zone);
	if (e->present & EXPECTATION_ID)
		packet_put_be32(p, CTA_EXPECT_ID, e->id);
	return true;
}

int encode_expectation_dump(struct packet *p, uint8_t family)
{
	begin_expectation(p, IPCTNL_MSG_EXP_GET, NLM_F_DUMP, family);
	return packet_end(p);
}

int encode_expectation_get(struct packet *p, const struct expectation *e)
{
	begin_expectation(p, IPCTNL_MSG_EXP_GET, 0, expectation_family(e));
	if (!put_expectation_key(p, e))
		return give_up(p, -EINVAL);
	return packet_end(p);
}

/*
 * The mask as the kernel wants it, all members there: what is not present does
 * not count, that is, its bits are zero.
 */
static void put_mask(struct packet *p, const struct expectation *e)
{
	static const union address nothing;
	struct tuple mask = e->mask;
	mask.family = e->tuple.family;
	mask.protocol = e->tuple.protocol;
	if (!(mask.present & TUPLE_SOURCE))
		mask.source = nothing;
	if (!(mask.present & TUPLE_DESTINATION))
		mask.destination = nothing;
	for (unsigned i = 0; i < TUPLE_PART_COUNT; i++)
		if (!(mask.present & TUPLE_PART << i))
			mask.part[i] = 0;
	mask.present = TUPLE_ADDRESSES | TUPLE_PROTOCOL | TUPLE_PARTS;
	encode_tuple(p, CTA_EXPECT_MASK, &mask);
}

static void put_expectation_nat(struct packet *p, const struct expectation *e)
{
	size_t nest = packet_nest(p, CTA_EXPECT_NAT);
	packet_put_be32(p, CTA_EXPECT_NAT_DIR, e->nat_direction);
	encode_tuple(p, CTA_EXPECT_NAT_TUPLE, &e->nat_tuple);
	packet_nest_end(p, nest);
}

static int put_expectation(struct packet *p, const struct expectation *e, unsigned flags)
{
	begin_expectation(p, IPCTNL_MSG_EXP_NEW, flags, expectation_family(e));
	if (e->present & EXPECTATION_MASTER)
		encode_tuple(p, CTA_EXPECT_MASTER, &e->master);
	if (e->present & EXPECTATION_TUPLE)
		encode_tuple(p, CTA_EXPECT_TUPLE, &e->tuple);
	if (e->present & EXPECTATION_MASK)
		put_mask(p, e);
	if (e->present & EXPECTATION_TIMEOUT)
		packet_put_be32(p, CTA_EXPECT_TIMEOUT, e->timeout);
	if (e->present & EXPECTATION_HELPER)
		put_string(p, CTA_EXPECT_HELP_NAME, e->helper, sizeof(e->helper));
	if (e->present & EXPECTATION_ZONE)
		packet_put_be16(p, CTA_EXPECT_ZONE, e->zone);
	if (e->present & EXPECTATION_FLAGS)
		packet_put_be32(p, CTA_EXPECT_FLAGS, e->flags);
	if (e->present & EXPECTATION_CLASS)
		packet_put_be32(p, CTA_EXPECT_CLASS, e->class);
	if (e->present & EXPECTATION_NAT)
		put_expectation_nat(p, e);
	if (e->present & EXPECTATION_FUNCTION)
		put_string(p, CTA_EXPECT_FN, e->function, sizeof(e->function));
	return packet_end(p);
}

int encode_expectation_create(struct packet *p, const struct expectation *e)
{
	return put_expectation(p, e, NLM_F_CREATE | NLM_F_EXCL);
}

int encode_expectation_update(struct packet *p, const struct expectation *e)
{
	return put_expectation(p, e, 0);
}

int encode_expectation_delete(struct packet *p, const struct expectation *e)
{
	begin_expectation(p, IPCTNL_MSG_EXP_DELETE, 0, expectation_family(e));
	/* A delete without CTA_EXPECT_TUPLE is a flush, also with a master. */
	if (!(e->present & EXPECTATION_TUPLE) || !put_expectation_key(p, e))
		return give_up(p, -EINVAL);
	return packet_end(p);
}

int encode_expectation_flush(struct packet *p)
{
	begin_expectation(p, IPCTNL_MSG_EXP_DELETE, 0, AF_UNSPEC);
	return packet_end(p);
}
