/* SPDX-License-Identifier: MIT */
/*
 * The layer-4 protocols that conntrack knows: a row each. Parsing, checking,
 * decoding, encoding and every output read the row; a new protocol is a new
 * row. A protocol without a row has no parts, no states and the name
 * "unknown".
 */
#ifndef FLOW_PROTOCOL_H
#define FLOW_PROTOCOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "flow/tuple.h"

/* Which tuple (or mask) an option of a part fills. */
enum part_place {
	PART_ORIGINAL,
	PART_REPLY,
	PART_MASK,  /* mask of an expectation */
	PART_TUPLE, /* tuple of an expectation */
	PART_PLACES,
};

/* What kind of number a part is: how an option reads it and text shows it. */
enum part_kind {
	PART_PORT,   /* 16 bits, decimal; options take service names too */
	PART_NUMBER, /* `bytes` bytes, decimal */
	PART_KEY,    /* 16 bits, text shows hexadecimal, options any base */
};

struct protocol_part {
	const char *key;  /* text key and XML element: "sport" */
	const char *json; /* JSON key: "source_port" */
	enum part_kind kind;
	uint8_t bytes;      /* width on the wire: 1 or 2 */
	uint16_t attribute; /* CTA_PROTO_…, uapi nfnetlink_conntrack.h */
	/*
	 * Long options by enum part_place, without dashes, NULL where there is
	 * none; alias is a second name of the one at PART_ORIGINAL.
	 */
	const char *option[PART_PLACES];
	const char *alias;
	const char *help;
};

enum protocol_extra {
	PROTOCOL_TCP = 1 << 0,  /* has window scale and flags (CTA_PROTOINFO_TCP) */
	PROTOCOL_SCTP = 1 << 1, /* has verification tags */
	PROTOCOL_DCCP = 1 << 2, /* has a role and a handshake sequence */
};

struct protocol {
	const char *name;    /* "tcp" */
	uint8_t number;      /* IPPROTO_… */
	uint8_t part_count;  /* not 0: without parts a number is all there is to know */
	uint8_t state_count; /* length of states */
	uint8_t extra;       /* enum protocol_extra */
	uint8_t needed;      /* bit i: create and get need part i */
	bool optional;       /* a kernel without its tracker knows its flows by address alone */
	bool pairs;          /* parts come in pairs: a get or create may give the reply's instead */
	const struct protocol_part *part; /* part_count of them, in the order of tuple.part */
	const char *const *states;        /* names by the kernel's number, or NULL */
};

extern const struct protocol protocols[];
extern const size_t protocol_count;

/* The row of an IP protocol number, or NULL. Constant time. */
const struct protocol *protocol_by_number(uint8_t number);

/* The row of a name in any case, or NULL. */
const struct protocol *protocol_by_name(const char *name);

/* "tcp", or "unknown" for a number without a row. */
const char *protocol_name(uint8_t number);

/* Name of a state, or NULL when the protocol (or no protocol, NULL) has none of that number. */
const char *protocol_state_name(const struct protocol *p, uint8_t state);

/*
 * Number of a state by its exact upper case name (LISTEN is SYN_SENT2 of TCP),
 * or -1.
 */
int protocol_state_by_name(const struct protocol *p, const char *name);

/*
 * One pair for all states of a name, whatever protocol they are of: a pair without
 * a name stays, another becomes that of the first row which has the name.
 */
void protocol_first_state(uint8_t *number, uint8_t *state);

/* Names of the flags of one direction of TCP, in bit order. */
#define TCP_FLAG_COUNT 8
extern const char *const tcp_flag_names[TCP_FLAG_COUNT];
#define TCP_FLAG_NONE "NONE" /* how people say that there is no flag */

/*
 * Flags of both directions of an entry that is made in this state, if nobody
 * says which: without them the kernel's window check would cut a connection of
 * which it has not seen the beginning (nf_conntrack_proto_tcp.c).
 */
uint8_t tcp_usual_flags(uint8_t state);

/* Of the parts of ICMP and ICMPv6 (type, code, identifier) the one that NAT can change. */
#define ICMP_ID_PART 2

/* Whether the parts of the protocol are those. */
bool protocol_is_icmp(uint8_t number);

/*
 * The ICMP or ICMPv6 type that answers this one (8 and 0, 13 and 14, …), or
 * the type itself when it has no answer.
 */
uint8_t protocol_icmp_answer(uint8_t protocol, uint8_t type);

#endif
