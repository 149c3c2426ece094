/* SPDX-License-Identifier: MIT */
/*
 * The hot path of the program: a dump decodes each entry here, on the stack.
 *
 *   nlmsghdr  nfgenmsg  CTA_TUPLE_ORIG { CTA_TUPLE_IP { CTA_IP_V4_SRC, … }
 *                                        CTA_TUPLE_PROTO { CTA_PROTO_NUM, … }
 *                                        CTA_TUPLE_ZONE }
 *                       CTA_TUPLE_REPLY { … }  CTA_STATUS  CTA_TIMEOUT
 *                       CTA_PROTOINFO { CTA_PROTOINFO_TCP { … } }
 *                       CTA_COUNTERS_ORIG { CTA_COUNTERS_PACKETS, … }  …
 *
 * The order is the kernel's business: nothing here relies on it. Only what a
 * present bit vouches for is written.
 */
#include "ctnetlink/decode.h"

#include <arpa/inet.h>
#include <linux/netfilter/nf_conntrack_tcp.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <string.h>
#include <sys/socket.h>

#include "ctnetlink/attributes.h"
#include "ctnetlink/decode_tuple.h"
#include "ctnetlink/walk.h"

enum message_kind decode_kind(const struct nlmsghdr *message)
{
	unsigned subsystem = NFNL_SUBSYS_ID(message->nlmsg_type);
	if (subsystem != NFNL_SUBSYS_CTNETLINK && subsystem != NFNL_SUBSYS_CTNETLINK_EXP)
		return MESSAGE_OTHER;
	/* Both subsystems give these two the same numbers. */
	switch (NFNL_MSG_TYPE(message->nlmsg_type)) {
	case IPCTNL_MSG_CT_NEW:
		return message->nlmsg_flags & NLM_F_CREATE ? MESSAGE_NEW : MESSAGE_UPDATE;
	case IPCTNL_MSG_CT_DELETE:
		return MESSAGE_DESTROY;
	default:
		return MESSAGE_OTHER;
	}
}

size_t decode_length(const struct nlmsghdr *message)
{
	return message->nlmsg_len;
}

uint32_t decode_port(const struct nlmsghdr *message)
{
	return message->nlmsg_pid;
}

bool decode_is_expectation(const struct nlmsghdr *message)
{
	return NFNL_SUBSYS_ID(message->nlmsg_type) == NFNL_SUBSYS_CTNETLINK_EXP;
}

/* Plain attributes: present when long enough. */
static inline void decode_u8(
	const struct attribute *a, uint8_t *out, struct flow *f, uint64_t present)
{
	if (a->length < sizeof(*out))
		return;
	*out = a->payload[0];
	f->present |= present;
}

static inline void decode_u16(
	const struct attribute *a, uint16_t *out, struct flow *f, uint64_t present)
{
	if (a->length < sizeof(*out))
		return;
	*out = read_be16(a->payload);
	f->present |= present;
}

static inline void decode_u32(
	const struct attribute *a, uint32_t *out, struct flow *f, uint64_t present)
{
	if (a->length < sizeof(*out))
		return;
	*out = read_be32(a->payload);
	f->present |= present;
}

static inline void decode_u64(
	const struct attribute *a, uint64_t *out, struct flow *f, uint64_t present)
{
	if (a->length < sizeof(*out))
		return;
	*out = read_be64(a->payload);
	f->present |= present;
}

static void decode_tcp_flags(const struct attribute *a, enum direction direction, struct flow *f)
{
	struct nf_ct_tcp_flags flags;
	if (a->length < sizeof(flags))
		return;
	memcpy(&flags, a->payload, sizeof(flags));
	f->tcp_flags[direction] = (struct tcp_flags){.flags = flags.flags, .mask = flags.mask};
	f->present |= FLOW_TCP_FLAGS << direction;
}

static void decode_tcp(const struct attribute *nest, struct flow *f)
{
	struct walk w = walk_nest(nest);
	struct attribute a;
	while (walk_attribute(&w, &a)) {
		switch (a.type) {
		case CTA_PROTOINFO_TCP_STATE:
			decode_u8(&a, &f->state, f, FLOW_STATE);
			break;
		case CTA_PROTOINFO_TCP_WSCALE_ORIGINAL:
			decode_u8(&a, &f->window_scale[ORIGINAL], f, FLOW_WINDOW_SCALE);
			break;
		case CTA_PROTOINFO_TCP_WSCALE_REPLY:
			decode_u8(&a, &f->window_scale[REPLY], f, FLOW_WINDOW_SCALE << REPLY);
			break;
		case CTA_PROTOINFO_TCP_FLAGS_ORIGINAL:
			decode_tcp_flags(&a, ORIGINAL, f);
			break;
		case CTA_PROTOINFO_TCP_FLAGS_REPLY:
			decode_tcp_flags(&a, REPLY, f);
			break;
		}
	}
}

static void decode_sctp(const struct attribute *nest, struct flow *f)
{
	struct walk w = walk_nest(nest);
	struct attribute a;
	while (walk_attribute(&w, &a)) {
		switch (a.type) {
		case CTA_PROTOINFO_SCTP_STATE:
			decode_u8(&a, &f->state, f, FLOW_STATE);
			break;
		case CTA_PROTOINFO_SCTP_VTAG_ORIGINAL:
			decode_u32(&a, &f->vtag[ORIGINAL], f, FLOW_VTAG);
			break;
		case CTA_PROTOINFO_SCTP_VTAG_REPLY:
			decode_u32(&a, &f->vtag[REPLY], f, FLOW_VTAG << REPLY);
			break;
		}
	}
}

static void decode_dccp(const struct attribute *nest, struct flow *f)
{
	struct walk w = walk_nest(nest);
	struct attribute a;
	while (walk_attribute(&w, &a)) {
		switch (a.type) {
		case CTA_PROTOINFO_DCCP_STATE:
			decode_u8(&a, &f->state, f, FLOW_STATE);
			break;
		case CTA_PROTOINFO_DCCP_ROLE:
			decode_u8(&a, &f->role, f, FLOW_ROLE);
			break;
		case CTA_PROTOINFO_DCCP_HANDSHAKE_SEQ:
			decode_u64(&a, &f->handshake_sequence, f, FLOW_HANDSHAKE);
			break;
		}
	}
}

/* CTA_PROTOINFO of TCP as every kernel so far lays it out; else false. */
static inline bool decode_usual_tcp(const struct attribute *nest, struct flow *f)
{
	const uint8_t *at = nest->payload;
	if (nest->length != 44)
		return false;
	uint32_t differs = (word_at(at) ^ header_word(40, CTA_PROTOINFO_TCP | NLA_F_NESTED)) |
			   (word_at(at + 4) ^ header_word(1, CTA_PROTOINFO_TCP_STATE)) |
			   (word_at(at + 12) ^ header_word(1, CTA_PROTOINFO_TCP_WSCALE_ORIGINAL)) |
			   (word_at(at + 20) ^ header_word(1, CTA_PROTOINFO_TCP_WSCALE_REPLY)) |
			   (word_at(at + 28) ^ header_word(2, CTA_PROTOINFO_TCP_FLAGS_ORIGINAL)) |
			   (word_at(at + 36) ^ header_word(2, CTA_PROTOINFO_TCP_FLAGS_REPLY));
	if (differs)
		return false;
	f->state = at[8];
	f->window_scale[ORIGINAL] = at[16];
	f->window_scale[REPLY] = at[24];
	f->tcp_flags[ORIGINAL] = (struct tcp_flags){at[32], at[33]};
	f->tcp_flags[REPLY] = (struct tcp_flags){at[40], at[41]};
	f->present |= FLOW_STATE | FLOW_WINDOW_SCALE | FLOW_WINDOW_SCALE << REPLY | FLOW_TCP_FLAGS |
		      FLOW_TCP_FLAGS << REPLY;
	return true;
}

static void decode_protocol_info(const struct attribute *nest, struct flow *f)
{
	if (decode_usual_tcp(nest, f))
		return;
	struct walk w = walk_nest(nest);
	struct attribute a;
	while (walk_attribute(&w, &a)) {
		switch (a.type) {
		case CTA_PROTOINFO_TCP:
			decode_tcp(&a, f);
			break;
		case CTA_PROTOINFO_SCTP:
			decode_sctp(&a, f);
			break;
		case CTA_PROTOINFO_DCCP:
			decode_dccp(&a, f);
			break;
		}
	}
}

/* A counter of 64 bits, or of 32 as kernels before 2.6.29 sent it. */
static void decode_counters(const struct attribute *nest, enum direction direction, struct flow *f)
{
	struct counters *c = &f->counters[direction];
	bool packets = false, bytes = false;
	struct walk w = walk_nest(nest);
	struct attribute a;
	while (walk_attribute(&w, &a)) {
		bool wide = a.type == CTA_COUNTERS_PACKETS || a.type == CTA_COUNTERS_BYTES;
		if (a.length < (wide ? sizeof(uint64_t) : sizeof(uint32_t)))
			continue;
		uint64_t value = wide ? read_be64(a.payload) : read_be32(a.payload);
		if (a.type == CTA_COUNTERS_PACKETS || a.type == CTA_COUNTERS32_PACKETS) {
			c->packets = value;
			packets = true;
		} else if (a.type == CTA_COUNTERS_BYTES || a.type == CTA_COUNTERS32_BYTES) {
			c->bytes = value;
			bytes = true;
		}
	}
	if (packets && bytes)
		f->present |= FLOW_COUNTERS << direction;
}

static void decode_times(const struct attribute *nest, struct flow *f)
{
	struct walk w = walk_nest(nest);
	struct attribute a;
	while (walk_attribute(&w, &a)) {
		if (a.type == CTA_TIMESTAMP_START)
			decode_u64(&a, &f->start, f, FLOW_START);
		else if (a.type == CTA_TIMESTAMP_STOP)
			decode_u64(&a, &f->stop, f, FLOW_STOP);
	}
}

/* A bounded string, NUL terminated or not; false when it is empty. */
static bool decode_string(const struct attribute *a, char *out, size_t size)
{
	size_t length = strnlen((const char *)a->payload, a->length);
	if (length >= size)
		length = size - 1;
	memcpy(out, a->payload, length);
	out[length] = '\0';
	return length > 0;
}

static void decode_help(const struct attribute *nest, struct flow *f)
{
	struct walk w = walk_nest(nest);
	struct attribute a;
	while (walk_attribute(&w, &a)) {
		if (a.type == CTA_HELP_NAME && decode_string(&a, f->helper, sizeof(f->helper))) {
			f->present |= FLOW_HELPER;
		} else if (a.type == CTA_HELP_INFO && a.length > 0) {
			f->helper_info = (struct slice){a.payload, a.length};
			f->present |= FLOW_HELPER_INFO;
		}
	}
}

static void decode_security(const struct attribute *nest, struct flow *f)
{
	struct walk w = walk_nest(nest);
	struct attribute a;
	while (walk_attribute(&w, &a)) {
		if (a.type != CTA_SECCTX_NAME)
			continue;
		uint16_t length = a.length;
		while (length > 0 && a.payload[length - 1] == '\0')
			length--;
		if (length == 0)
			continue;
		f->secctx = (struct slice){a.payload, length};
		f->present |= FLOW_SECCTX;
	}
}

static void decode_labels(const struct attribute *a, struct flow *f)
{
	if (a->length == 0)
		return;
	for (size_t i = 0; i < LABEL_BYTES; i++) {
		size_t at = label_byte_on_wire(i);
		f->labels[i] = at < a->length ? a->payload[at] : 0;
	}
	f->present |= FLOW_LABELS;
}

/*
 * A nest of three 32-bit numbers, of types 1 to 3, that mean something only
 * together: false when one is missing.
 */
static bool decode_three(const struct attribute *nest, uint32_t value[static 3])
{
	const uint8_t *at = nest->payload;
	unsigned seen = 0;
	/* As every kernel so far lays them out. */
	if (nest->length == 24 && word_at(at) == header_word(4, 1) &&
		word_at(at + 8) == header_word(4, 2) && word_at(at + 16) == header_word(4, 3)) {
		value[0] = read_be32(at + 4);
		value[1] = read_be32(at + 12);
		value[2] = read_be32(at + 20);
		return true;
	}
	struct walk w = walk_nest(nest);
	struct attribute a;
	while (walk_attribute(&w, &a)) {
		if (a.type < 1 || a.type > 3 || a.length < sizeof(value[0]))
			continue;
		value[a.type - 1] = read_be32(a.payload);
		seen |= 1u << a.type;
	}
	return seen == (1u << 1 | 1u << 2 | 1u << 3);
}

static void decode_sequence(const struct attribute *nest, enum direction direction, struct flow *f)
{
	uint32_t value[3];
	if (!decode_three(nest, value))
		return;
	f->sequence[direction] = (struct sequence_adjustment){
		.correction_position = value[CTA_SEQADJ_CORRECTION_POS - 1],
		.offset_before = value[CTA_SEQADJ_OFFSET_BEFORE - 1],
		.offset_after = value[CTA_SEQADJ_OFFSET_AFTER - 1],
	};
	f->present |= FLOW_SEQUENCE << direction;
}

static void decode_synproxy(const struct attribute *nest, struct flow *f)
{
	uint32_t value[3];
	if (!decode_three(nest, value))
		return;
	f->synproxy.initial_sequence = value[NEWER_SYNPROXY_ISN - 1];
	f->synproxy.initial_timestamp = value[NEWER_SYNPROXY_ITS - 1];
	f->synproxy.timestamp_offset = value[NEWER_SYNPROXY_TSOFF - 1];
	f->present |= FLOW_SYNPROXY;
}

static void decode_nat_address(
	const struct attribute *a, uint8_t family, struct nat_request *nat, union address *out)
{
	const size_t length = family == AF_INET ? 4 : 16;
	if (a->length < length)
		return;
	nat->family = family;
	memcpy(out->bytes, a->payload, length);
}

static void decode_nat_ports(const struct attribute *nest, struct nat_request *nat)
{
	struct walk w = walk_nest(nest);
	struct attribute a;
	while (walk_attribute(&w, &a)) {
		bool minimum = a.type == CTA_PROTONAT_PORT_MIN;
		if ((!minimum && a.type != CTA_PROTONAT_PORT_MAX) || a.length < sizeof(uint16_t))
			continue;
		*(minimum ? &nat->port_minimum : &nat->port_maximum) = read_be16(a.payload);
		nat->has_port = true;
	}
}

/* The kernel tells no NAT: this is of a message that a load keeps. */
static void decode_nat(const struct attribute *nest, enum nat_kind kind, struct flow *f)
{
	struct nat_request *nat = &f->nat[kind];
	*nat = (struct nat_request){.family = AF_UNSPEC};
	struct walk w = walk_nest(nest);
	struct attribute a;
	while (walk_attribute(&w, &a)) {
		switch (a.type) {
		case CTA_NAT_V4_MINIP:
			decode_nat_address(&a, AF_INET, nat, &nat->minimum);
			break;
		case CTA_NAT_V4_MAXIP:
			decode_nat_address(&a, AF_INET, nat, &nat->maximum);
			break;
		case CTA_NAT_V6_MINIP:
			decode_nat_address(&a, AF_INET6, nat, &nat->minimum);
			break;
		case CTA_NAT_V6_MAXIP:
			decode_nat_address(&a, AF_INET6, nat, &nat->maximum);
			break;
		case CTA_NAT_PROTO:
			decode_nat_ports(&a, nat);
			break;
		}
	}
	f->present |= FLOW_NAT << kind;
}

static void decode_master(const struct attribute *nest, struct flow *f)
{
	decode_tuple(nest, &f->master);
	if ((f->master.present & TUPLE_ADDRESSES) == TUPLE_ADDRESSES)
		f->present |= FLOW_MASTER;
}

/* Attributes of the message itself. */
static inline void decode_flow_attribute(const struct attribute *a, struct flow *f)
{
	switch (a->type) {
	case CTA_TUPLE_ORIG:
		decode_tuple(a, &f->tuple[ORIGINAL]);
		break;
	case CTA_TUPLE_REPLY:
		decode_tuple(a, &f->tuple[REPLY]);
		break;
	case CTA_STATUS:
		/* Zero bytes of it are padding where CTA_TIMESTAMP_EVENT needs some. */
		decode_u32(a, &f->status, f, FLOW_STATUS);
		break;
	case CTA_PROTOINFO:
		decode_protocol_info(a, f);
		break;
	case CTA_HELP:
		decode_help(a, f);
		break;
	case CTA_TIMEOUT:
		decode_u32(a, &f->timeout, f, FLOW_TIMEOUT);
		break;
	case CTA_MARK:
		decode_u32(a, &f->mark, f, FLOW_MARK);
		break;
	case CTA_COUNTERS_ORIG:
		decode_counters(a, ORIGINAL, f);
		break;
	case CTA_COUNTERS_REPLY:
		decode_counters(a, REPLY, f);
		break;
	case CTA_USE:
		decode_u32(a, &f->use, f, FLOW_USE);
		break;
	case CTA_ID:
		decode_u32(a, &f->id, f, FLOW_ID);
		break;
	case CTA_TUPLE_MASTER:
		decode_master(a, f);
		break;
	case CTA_NAT_SRC:
		decode_nat(a, NAT_SOURCE, f);
		break;
	case CTA_NAT_DST:
		decode_nat(a, NAT_DESTINATION, f);
		break;
	case CTA_SEQ_ADJ_ORIG:
		decode_sequence(a, ORIGINAL, f);
		break;
	case CTA_SEQ_ADJ_REPLY:
		decode_sequence(a, REPLY, f);
		break;
	case CTA_SECMARK:
		decode_u32(a, &f->secmark, f, FLOW_SECMARK);
		break;
	case CTA_ZONE:
		decode_u16(a, &f->zone, f, FLOW_ZONE);
		break;
	case CTA_SECCTX:
		decode_security(a, f);
		break;
	case CTA_TIMESTAMP:
		decode_times(a, f);
		break;
	case CTA_LABELS:
		decode_labels(a, f);
		break;
	case NEWER_SYNPROXY:
		decode_synproxy(a, f);
		break;
	case NEWER_TIMESTAMP_EVENT:
		decode_u64(a, &f->event_time, f, FLOW_EVENT_TIME);
		break;
	}
}

/* The attributes of a message behind its two headers; 0 or -EBADMSG. */
static int walk_message_attributes(const struct nlmsghdr *message, struct walk *out)
{
	const size_t headers = NLMSG_HDRLEN + sizeof(struct nfgenmsg);
	if (message->nlmsg_len < headers)
		return -EBADMSG;
	*out = walk_bytes((const uint8_t *)message + headers, message->nlmsg_len - headers);
	return 0;
}

int decode_flow(const struct nlmsghdr *message, struct flow *flow)
{
	struct walk w;
	int error = walk_message_attributes(message, &w);
	if (error)
		return error;
	flow->present = 0;
	tuple_clear(&flow->tuple[ORIGINAL]);
	tuple_clear(&flow->tuple[REPLY]);
	struct attribute a;
	while (walk_attribute(&w, &a))
		decode_flow_attribute(&a, flow);
	return 0;
}

/* CTA_EXPECT_NAT: the direction and the tuple, or nothing. */
static void decode_expectation_nat(const struct attribute *nest, struct expectation *e)
{
	bool direction = false;
	struct walk w = walk_nest(nest);
	struct attribute a;
	tuple_clear(&e->nat_tuple);
	while (walk_attribute(&w, &a)) {
		if (a.type == CTA_EXPECT_NAT_TUPLE) {
			decode_tuple(&a, &e->nat_tuple);
		} else if (a.type == CTA_EXPECT_NAT_DIR && a.length >= sizeof(uint32_t)) {
			e->nat_direction = read_be32(a.payload);
			direction = true;
		}
	}
	if (direction && e->nat_tuple.present)
		e->present |= EXPECTATION_NAT;
}

static void decode_expectation_tuple(
	const struct attribute *nest, struct tuple *t, struct expectation *e, uint32_t present)
{
	decode_tuple(nest, t);
	if (t->present)
		e->present |= present;
}

static void decode_expectation_u32(
	const struct attribute *a, uint32_t *out, struct expectation *e, uint32_t present)
{
	if (a->length < sizeof(*out))
		return;
	*out = read_be32(a->payload);
	e->present |= present;
}

static void decode_expectation_attribute(const struct attribute *a, struct expectation *e)
{
	switch (a->type) {
	case CTA_EXPECT_MASTER:
		decode_expectation_tuple(a, &e->master, e, EXPECTATION_MASTER);
		break;
	case CTA_EXPECT_TUPLE:
		decode_expectation_tuple(a, &e->tuple, e, EXPECTATION_TUPLE);
		break;
	case CTA_EXPECT_MASK:
		decode_expectation_tuple(a, &e->mask, e, EXPECTATION_MASK);
		break;
	case CTA_EXPECT_TIMEOUT:
		decode_expectation_u32(a, &e->timeout, e, EXPECTATION_TIMEOUT);
		break;
	case CTA_EXPECT_ID:
		decode_expectation_u32(a, &e->id, e, EXPECTATION_ID);
		break;
	case CTA_EXPECT_HELP_NAME:
		if (decode_string(a, e->helper, sizeof(e->helper)))
			e->present |= EXPECTATION_HELPER;
		break;
	case CTA_EXPECT_ZONE:
		if (a->length < sizeof(e->zone))
			break;
		e->zone = read_be16(a->payload);
		e->present |= EXPECTATION_ZONE;
		break;
	case CTA_EXPECT_FLAGS:
		decode_expectation_u32(a, &e->flags, e, EXPECTATION_FLAGS);
		break;
	case CTA_EXPECT_CLASS:
		decode_expectation_u32(a, &e->class, e, EXPECTATION_CLASS);
		break;
	case CTA_EXPECT_NAT:
		decode_expectation_nat(a, e);
		break;
	case CTA_EXPECT_FN:
		if (decode_string(a, e->function, sizeof(e->function)))
			e->present |= EXPECTATION_FUNCTION;
		break;
	}
}

int decode_expectation(const struct nlmsghdr *message, struct expectation *expectation)
{
	struct walk w;
	int error = walk_message_attributes(message, &w);
	if (error)
		return error;
	expectation->present = 0;
	tuple_clear(&expectation->tuple);
	tuple_clear(&expectation->mask);
	tuple_clear(&expectation->master);
	struct attribute a;
	while (walk_attribute(&w, &a))
		decode_expectation_attribute(&a, expectation);
	return 0;
}

int decode_stats(const struct nlmsghdr *message, enum stats_table table, struct stats *stats)
{
	struct walk w;
	int error = walk_message_attributes(message, &w);
	if (error)
		return error;
	struct nfgenmsg general;
	memcpy(&general, (const uint8_t *)message + NLMSG_HDRLEN, sizeof(general));
	stats->table = table;
	stats->cpu = ntohs(general.res_id);
	stats->count = 0;
	struct attribute a;
	while (stats->count < STATS_COUNTER_MAX && walk_attribute(&w, &a)) {
		if (a.length < sizeof(uint32_t))
			continue;
		stats->counter[stats->count].type = a.type;
		stats->counter[stats->count].value = read_be32(a.payload);
		stats->count++;
	}
	return 0;
}

int decode_global(const struct nlmsghdr *message, uint32_t *entries, uint32_t *maximum)
{
	struct walk w;
	int error = walk_message_attributes(message, &w);
	if (error)
		return error;
	*entries = 0;
	*maximum = 0;
	struct attribute a;
	while (walk_attribute(&w, &a)) {
		if (a.length < sizeof(uint32_t))
			continue;
		if (a.type == NEWER_STATS_GLOBAL_ENTRIES)
			*entries = read_be32(a.payload);
		else if (a.type == NEWER_STATS_GLOBAL_MAX_ENTRIES)
			*maximum = read_be32(a.payload);
	}
	return 0;
}
