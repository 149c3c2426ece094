/* SPDX-License-Identifier: MIT */
#include "flow/protocol.h"

#include <linux/netfilter/nf_conntrack_tcp.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <netinet/in.h>
#include <string.h>
#include <strings.h>

/* enum tcp_conntrack, uapi nf_conntrack_tcp.h; SYN_SENT2 was LISTEN once. */
static const char *const tcp_states[] = {
	"NONE",
	"SYN_SENT",
	"SYN_RECV",
	"ESTABLISHED",
	"FIN_WAIT",
	"CLOSE_WAIT",
	"LAST_ACK",
	"TIME_WAIT",
	"CLOSE",
	"SYN_SENT2",
};

/* IP_CT_TCP_FLAG_… and the rest of uapi nf_conntrack_tcp.h. */
const char *const tcp_flag_names[TCP_FLAG_COUNT] = {
	"WINDOW_SCALE",
	"SACK_PERM",
	"CLOSE_INIT",
	"BE_LIBERAL",
	"DATA_UNACKNOWLEDGED",
	"MAXACK_SET",
	"EXP_CHALLENGE_ACK",
	"SIMULTANEOUS_OPEN",
};

uint8_t tcp_usual_flags(uint8_t state)
{
	uint8_t flags = IP_CT_TCP_FLAG_BE_LIBERAL | IP_CT_TCP_FLAG_SACK_PERM;

	if (state == TCP_CONNTRACK_TIME_WAIT || state == TCP_CONNTRACK_CLOSE ||
		state == TCP_CONNTRACK_SYN_SENT2)
		flags |= IP_CT_TCP_FLAG_CLOSE_INIT;
	return flags;
}

/* enum sctp_conntrack, uapi nf_conntrack_sctp.h. */
static const char *const sctp_states[] = {
	"NONE",
	"CLOSED",
	"COOKIE_WAIT",
	"COOKIE_ECHOED",
	"ESTABLISHED",
	"SHUTDOWN_SENT",
	"SHUTDOWN_RECD",
	"SHUTDOWN_ACK_SENT",
	"HEARTBEAT_SENT",
	"HEARTBEAT_ACKED",
};

/* enum ct_dccp_states of the kernels up to 6.14. */
static const char *const dccp_states[] = {
	"NONE",
	"REQUEST",
	"RESPOND",
	"PARTOPEN",
	"OPEN",
	"CLOSEREQ",
	"CLOSING",
	"TIMEWAIT",
	"IGNORE",
	"INVALID",
};

static const struct protocol_part port_parts[] = {
	{
		.key = "sport",
		.json = "source_port",
		.kind = PART_PORT,
		.bytes = 2,
		.attribute = CTA_PROTO_SRC_PORT,
		.option = {"sport", "reply-port-src", "mask-port-src", "tuple-port-src"},
		.alias = "orig-port-src",
		.help = "source port",
	},
	{
		.key = "dport",
		.json = "destination_port",
		.kind = PART_PORT,
		.bytes = 2,
		.attribute = CTA_PROTO_DST_PORT,
		.option = {"dport", "reply-port-dst", "mask-port-dst", "tuple-port-dst"},
		.alias = "orig-port-dst",
		.help = "destination port",
	},
};

/* The kernel carries GRE keys in the attributes of ports. */
static const struct protocol_part key_parts[] = {
	{
		.key = "srckey",
		.json = "source_key",
		.kind = PART_KEY,
		.bytes = 2,
		.attribute = CTA_PROTO_SRC_PORT,
		.option = {"srckey", "reply-key-src", "mask-key-src", "tuple-key-src"},
		.alias = "orig-key-src",
		.help = "source key",
	},
	{
		.key = "dstkey",
		.json = "destination_key",
		.kind = PART_KEY,
		.bytes = 2,
		.attribute = CTA_PROTO_DST_PORT,
		.option = {"dstkey", "reply-key-dst", "mask-key-dst", "tuple-key-dst"},
		.alias = "orig-key-dst",
		.help = "destination key",
	},
};

static const struct protocol_part icmp_parts[] = {
	{
		.key = "type",
		.json = "type",
		.kind = PART_NUMBER,
		.bytes = 1,
		.attribute = CTA_PROTO_ICMP_TYPE,
		.option = {"icmp-type"},
		.help = "ICMP type",
	},
	{
		.key = "code",
		.json = "code",
		.kind = PART_NUMBER,
		.bytes = 1,
		.attribute = CTA_PROTO_ICMP_CODE,
		.option = {"icmp-code"},
		.help = "ICMP code",
	},
	{
		.key = "id",
		.json = "id",
		.kind = PART_NUMBER,
		.bytes = 2,
		.attribute = CTA_PROTO_ICMP_ID,
		.option = {"icmp-id"},
		.help = "ICMP id",
	},
};

static const struct protocol_part icmpv6_parts[] = {
	{
		.key = "type",
		.json = "type",
		.kind = PART_NUMBER,
		.bytes = 1,
		.attribute = CTA_PROTO_ICMPV6_TYPE,
		.option = {"icmpv6-type"},
		.help = "ICMPv6 type",
	},
	{
		.key = "code",
		.json = "code",
		.kind = PART_NUMBER,
		.bytes = 1,
		.attribute = CTA_PROTO_ICMPV6_CODE,
		.option = {"icmpv6-code"},
		.help = "ICMPv6 code",
	},
	{
		.key = "id",
		.json = "id",
		.kind = PART_NUMBER,
		.bytes = 2,
		.attribute = CTA_PROTO_ICMPV6_ID,
		.option = {"icmpv6-id"},
		.help = "ICMPv6 id",
	},
};

enum row { ROW_TCP, ROW_UDP, ROW_UDPLITE, ROW_SCTP, ROW_DCCP, ROW_ICMP, ROW_ICMPV6, ROW_GRE, ROWS };

const struct protocol protocols[] = {
	[ROW_TCP] =
		{
			.name = "tcp",
			.number = IPPROTO_TCP,
			.part = port_parts,
			.part_count = 2,
			.needed = 0x3,
			.pairs = true,
			.states = tcp_states,
			.state_count = sizeof(tcp_states) / sizeof(tcp_states[0]),
			.extra = PROTOCOL_TCP,
		},
	[ROW_UDP] =
		{
			.name = "udp",
			.number = IPPROTO_UDP,
			.part = port_parts,
			.part_count = 2,
			.needed = 0x3,
			.pairs = true,
		},
	[ROW_UDPLITE] =
		{
			.name = "udplite",
			.number = IPPROTO_UDPLITE,
			.optional = true,
			.part = port_parts,
			.part_count = 2,
			.needed = 0x3,
			.pairs = true,
		},
	[ROW_SCTP] =
		{
			.name = "sctp",
			.number = IPPROTO_SCTP,
			.optional = true,
			.part = port_parts,
			.part_count = 2,
			.needed = 0x3,
			.pairs = true,
			.states = sctp_states,
			.state_count = sizeof(sctp_states) / sizeof(sctp_states[0]),
			.extra = PROTOCOL_SCTP,
		},
	[ROW_DCCP] =
		{
			.name = "dccp",
			.number = IPPROTO_DCCP,
			.optional = true,
			.part = port_parts,
			.part_count = 2,
			.needed = 0x3,
			.pairs = true,
			.states = dccp_states,
			.state_count = sizeof(dccp_states) / sizeof(dccp_states[0]),
			.extra = PROTOCOL_DCCP,
		},
	[ROW_ICMP] =
		{
			.name = "icmp",
			.number = IPPROTO_ICMP,
			.part = icmp_parts,
			.part_count = 3,
			.needed = 0x3,
		},
	[ROW_ICMPV6] =
		{
			.name = "icmpv6",
			.number = IPPROTO_ICMPV6,
			.part = icmpv6_parts,
			.part_count = 3,
			.needed = 0x3,
		},
	[ROW_GRE] =
		{
			.name = "gre",
			.number = IPPROTO_GRE,
			.optional = true,
			.part = key_parts,
			.part_count = 2,
			.needed = 0x3,
			.pairs = true,
		},
};

const size_t protocol_count = ROWS;

/* 1 + the row of a number, 0 where there is none. */
static const uint8_t row_behind[256] = {
	[IPPROTO_TCP] = 1 + ROW_TCP,
	[IPPROTO_UDP] = 1 + ROW_UDP,
	[IPPROTO_UDPLITE] = 1 + ROW_UDPLITE,
	[IPPROTO_SCTP] = 1 + ROW_SCTP,
	[IPPROTO_DCCP] = 1 + ROW_DCCP,
	[IPPROTO_ICMP] = 1 + ROW_ICMP,
	[IPPROTO_ICMPV6] = 1 + ROW_ICMPV6,
	[IPPROTO_GRE] = 1 + ROW_GRE,
};

const struct protocol *protocol_by_number(uint8_t number)
{
	uint8_t row = row_behind[number];

	return row != 0 ? &protocols[row - 1] : NULL;
}

const struct protocol *protocol_by_name(const char *name)
{
	for (size_t i = 0; i < protocol_count; i++) {
		if (strcasecmp(protocols[i].name, name) == 0)
			return &protocols[i];
	}
	return NULL;
}

const char *protocol_name(uint8_t number)
{
	const struct protocol *p = protocol_by_number(number);

	return p != NULL ? p->name : "unknown";
}

const char *protocol_state_name(const struct protocol *p, uint8_t state)
{
	return p != NULL && state < p->state_count ? p->states[state] : NULL;
}

int protocol_state_by_name(const struct protocol *p, const char *name)
{
	for (int state = 0; state < p->state_count; state++) {
		if (strcmp(p->states[state], name) == 0)
			return state;
	}
	if (p->extra & PROTOCOL_TCP && strcmp(name, "LISTEN") == 0)
		return TCP_CONNTRACK_SYN_SENT2;
	return -1;
}

void protocol_first_state(uint8_t *number, uint8_t *state)
{
	const struct protocol *own = protocol_by_number(*number);
	const char *name = protocol_state_name(own, *state);

	/* TCP, of which most states are, is the first row: nothing is compared. */
	for (const struct protocol *p = protocols; name != NULL && p < own; p++) {
		int same = protocol_state_by_name(p, name);

		if (same >= 0) {
			*number = p->number;
			*state = (uint8_t)same;
			return;
		}
	}
}

/* Pairs of request and answer: RFC 792, 950; RFC 4443, 4620. */
static const struct {
	uint8_t protocol;
	uint8_t request;
	uint8_t answer;
} icmp_pairs[] = {
	{IPPROTO_ICMP, 8, 0},       /* echo */
	{IPPROTO_ICMP, 13, 14},     /* timestamp */
	{IPPROTO_ICMP, 15, 16},     /* information */
	{IPPROTO_ICMP, 17, 18},     /* address mask */
	{IPPROTO_ICMPV6, 128, 129}, /* echo */
	{IPPROTO_ICMPV6, 139, 140}, /* node information */
};

bool protocol_is_icmp(uint8_t number)
{
	return number == IPPROTO_ICMP || number == IPPROTO_ICMPV6;
}

uint8_t protocol_icmp_answer(uint8_t protocol, uint8_t type)
{
	for (size_t i = 0; i < sizeof(icmp_pairs) / sizeof(icmp_pairs[0]); i++) {
		if (icmp_pairs[i].protocol != protocol)
			continue;
		if (icmp_pairs[i].request == type)
			return icmp_pairs[i].answer;
		if (icmp_pairs[i].answer == type)
			return icmp_pairs[i].request;
	}
	return type;
}
