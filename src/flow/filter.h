/* SPDX-License-Identifier: MIT */
/*
 * Does this flow match: a list of terms, all of which must hold. The classic
 * options and (later) expressions end in the same terms; the wire room reads
 * them to find what the kernel can do by itself.
 */
#ifndef FLOW_FILTER_H
#define FLOW_FILTER_H

#include <stdbool.h>
#include <stdint.h>

#include "flow/flow.h"

enum term_kind {
	TERM_FAMILY,      /* number: AF_INET or AF_INET6 */
	TERM_PROTOCOL,    /* number; of the original tuple */
	TERM_SOURCE,      /* address; of `direction` */
	TERM_DESTINATION, /* address; of `direction` */
	TERM_PART,        /* number; part[index] of `direction` */
	TERM_STATE,       /* number */
	TERM_VTAG,        /* number; of `direction` */
	TERM_STATUS,      /* (status & mask) == number */
	TERM_MARK,        /* (mark & mask) == number; number is not masked (quirk kept) */
	TERM_SECMARK,     /* number */
	TERM_ID,          /* number */
	TERM_TIMEOUT,     /* number */
	TERM_ZONE,        /* number, of both directions; 0: an entry without any zone */
	TERM_TUPLE_ZONE,  /* number, zone of one `direction`; 0: without */
	TERM_LABELS,      /* all bits of `labels` are set */
	TERM_NAT,         /* see struct nat_term */
	TERM_KINDS,
};

/* Which translations a TERM_NAT accepts. */
enum nat_wanted {
	NAT_WANT_SOURCE = 1 << NAT_SOURCE,
	NAT_WANT_DESTINATION = 1 << NAT_DESTINATION,
	NAT_WANT_ANY = NAT_WANT_SOURCE | NAT_WANT_DESTINATION, /* either is enough */
};

/*
 * The flow is translated in one of the wanted ways, as flow_has_nat() says.
 * With an address: what the address became that way (the reply destination for
 * source NAT, the reply source for destination NAT) is it. With a port: what
 * the port became is in the range. Each of the two may be the one that was not
 * changed, so DNAT of 1.1.1.1:80 to 10.0.0.2 is found by 10.0.0.2:80.
 */
struct nat_term {
	uint8_t wanted; /* enum nat_wanted */
	bool has_address;
	bool has_port;
	uint8_t family;
	union address address;
	uint16_t port_minimum; /* equal to the maximum when one port was given */
	uint16_t port_maximum;
};

struct term {
	enum term_kind kind;
	uint8_t direction; /* enum direction */
	uint8_t index;     /* TERM_PART */
	uint8_t family;    /* TERM_SOURCE, TERM_DESTINATION */
	union {
		uint32_t number;
		union address address;
		uint8_t labels[LABEL_BYTES];
		struct nat_term nat;
	};
	union {
		uint32_t mask; /* TERM_STATUS, TERM_MARK: all ones when none was given */
		union address address_mask;
	};
};

/* Both tuples' addresses and parts, and one of each other kind, fit. */
#define FILTER_TERMS_MAX 40

struct filter {
	unsigned count;
	struct term term[FILTER_TERMS_MAX];
};

/*
 * A new term of a kind, zeroed, masks all ones, at the end of the filter; the
 * caller fills it in. NULL when the filter is full (the option table cannot
 * make so many, so that is a bug or a hostile load file: report it).
 */
struct term *filter_add(struct filter *filter, enum term_kind kind);

/*
 * Whether all terms hold. What the flow does not have matches no term, except
 * that an absent zone is zone 0, and an absent mark is mark 0 in an event.
 */
bool filter_matches(const struct filter *filter, const struct flow *flow);

/* Likewise for terms that lie elsewhere. */
bool filter_terms_match(const struct term *terms, unsigned count, const struct flow *flow);

/*
 * What an exact term of a tuple (address without mask, protocol, part) fixes,
 * into the tuple; other terms leave it as it is.
 */
void term_fill_tuple(const struct term *term, struct tuple *tuple);

/* Whether an address term compares the whole address. */
bool term_is_exact(const struct term *term);

/*
 * Whether the flow is translated that way: what the tuples say, not the
 * status. Source NAT is a reply destination that is not the original source,
 * or such a port, GRE key or ICMP id; destination NAT is its mirror, without
 * the ICMP id (the kernel changes that for source NAT alone).
 */
bool flow_has_nat(const struct flow *flow, enum nat_kind kind);

#endif
