/* SPDX-License-Identifier: MIT */
/*
 * Does this flow match: a list of terms, all of which must hold, and the rest
 * of an expression. The classic options become terms; so do those parts of an
 * expression that must hold by themselves. The wire room reads the list to find
 * what the kernel can do by itself.
 */
#ifndef FLOW_FILTER_H
#define FLOW_FILTER_H

#include <stdbool.h>
#include <stdint.h>

#include "flow/flow.h"
#include "flow/number.h"
#include "flow/number_set.h"

struct address_set;
struct expression;
struct writer;

enum term_kind {
	TERM_FAMILY,      /* number: AF_INET or AF_INET6 */
	TERM_PROTOCOL,    /* number; of the original tuple */
	TERM_SOURCE,      /* address; of `direction` */
	TERM_DESTINATION, /* address; of `direction` */
	TERM_PART,        /* number; part[index] of `direction` */
	TERM_STATE,       /* number */
	TERM_VTAG,        /* number; of `direction` */
	TERM_STATUS,      /* (status & mask) == number */
	TERM_MARK,        /* (mark & mask) == number; a number beyond its mask matches nothing */
	TERM_SECMARK,     /* number */
	TERM_ID,          /* number */
	TERM_TIMEOUT,     /* number */
	TERM_ZONE,        /* number, of both directions; 0: none of both directions */
	TERM_TUPLE_ZONE,  /* number, zone of one `direction`; 0: without */
	TERM_BARE_ZONE,   /* none of the original direction if it has no parts; with parts: any */
	TERM_LABELS,      /* all bits of `labels` are set */
	TERM_NAT,         /* see struct nat_term */
	/* Only expressions make these: */
	TERM_NUMBER,    /* number_field `index` of `direction` lies in range */
	TERM_NUMBERS,   /* … in one of numbers */
	TERM_ADDRESSES, /* the address at end `index` of `direction` is in a set */
	TERM_STATES,    /* the state is one of those of its protocol */
	TERM_HELPER,    /* the helper's name; empty: any helper */
	TERM_LABELED,   /* any label at all */
	TERM_KINDS,
};

/* Which address a TERM_ADDRESSES tests; of NAT, what the address became. */
enum address_end {
	END_SOURCE,
	END_DESTINATION,
	END_SOURCE_NAT,
	END_DESTINATION_NAT,
};

/* By enum state_protocol: bit n stands for state n. */
enum state_protocol { STATES_TCP, STATES_SCTP, STATES_DCCP, STATE_PROTOCOLS };

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
	bool icmp; /* what is asked for is ICMP: the port is its identifier */
	uint8_t family;
	union address address;
	uint16_t port_minimum; /* equal to the maximum when one port was given */
	uint16_t port_maximum;
};

struct term {
	enum term_kind kind;
	uint8_t direction; /* enum direction; DIRECTIONS: a number of both */
	uint8_t index;     /* TERM_PART, TERM_NUMBER(S), TERM_ADDRESSES */
	uint8_t family;    /* TERM_SOURCE, TERM_DESTINATION */
	uint8_t protocol;  /* TERM_NUMBER(S) of a part: whose part it is */
	union {
		uint32_t number;
		union address address;
		uint8_t labels[LABEL_BYTES];
		struct nat_term nat;
		struct number_range range;
		const struct number_set *numbers;
		const struct address_set *addresses;
		uint16_t states[STATE_PROTOCOLS];
		char helper[HELPER_NAME_SIZE];
	};
	union {
		uint32_t mask; /* TERM_STATUS, TERM_MARK: all ones when none was given */
		union address address_mask;
	};
};

/* Both tuples' addresses and parts, and one of each other kind, fit. */
#define FILTER_TERMS_MAX 40

/* Of them, those that words leave for what commands add: a family, the zones of a line. */
#define FILTER_TERMS_SPARE 3

struct filter {
	unsigned count;
	const struct expression *rest; /* what else must hold; NULL: nothing */
	struct term term[FILTER_TERMS_MAX];
};

/* Whether it lets everything through. */
static inline bool filter_is_empty(const struct filter *filter)
{
	return filter->count == 0 && filter->rest == NULL;
}

/*
 * A new term of a kind, zeroed, masks all ones, at the end of the filter; the
 * caller fills it in. NULL when the filter is full (the option table cannot
 * make so many, so that is a bug or a hostile load file: report it).
 */
struct term *filter_add(struct filter *filter, enum term_kind kind);

/* Likewise for a term that was asked for in words: NULL where only spare ones are left. */
struct term *filter_ask(struct filter *filter, enum term_kind kind);

/*
 * Whether all terms hold. What the flow does not have matches no term, except
 * that an absent zone is zone 0, and an absent mark is mark 0 in an event.
 */
bool filter_matches(const struct filter *filter, const struct flow *flow);

/* Likewise for terms that lie elsewhere. */
bool filter_terms_match(const struct term *terms, unsigned count, const struct flow *flow);

/*
 * A term of an expression. Known to be none are an absent mark (0), label,
 * helper, zone (0) and translation; what else is absent is unknown. Terms of
 * other numbers than age and idle take no context.
 */
typedef enum truth (*term_test)(
	const struct term *term, const struct flow *flow, struct match_context *context);

/* What tests the terms of a kind. */
extern const term_test term_tests[TERM_KINDS];

/* The protocols that have states, by enum state_protocol. */
extern const uint8_t state_protocols[STATE_PROTOCOLS];

/*
 * What an exact term of a tuple (address without mask, protocol, part) fixes,
 * into the tuple; other terms leave it as it is.
 */
void term_fill_tuple(const struct term *term, struct tuple *tuple);

/* Whether an address term compares the whole address. */
bool term_is_exact(const struct term *term);

/*
 * What of it may change while an entry lives, or is not told at its end, as a
 * phrase ("its mark"); NULL: nothing.
 */
const char *filter_changing(const struct filter *filter);

/* Whether what is not in the list of terms asks for zones: of one direction, several, "or". */
bool filter_rest_asks_zone(const struct filter *filter);

/*
 * Write a filter for people, in one line without a newline: its terms, those
 * of options too, and the rest; nothing for one that is empty. protocol is the
 * one whose parts and states the terms mean (0: none). It is the language of
 * doc/expressions.md but for what that has no words for and options can ask:
 * masks that are no /BITS (`src 192.0.2.0 mask 255.0.255.0`) and verification
 * tags (`orig vtag 5`). Labels are shown by number (`label bit:5`).
 */
void filter_print(struct writer *w, const struct filter *filter, uint8_t protocol);

/*
 * Whether the flow is translated that way: what the tuples say, not the
 * status. Source NAT is a reply destination that is not the original source,
 * or such a port or GRE key; destination NAT is its mirror. For an ICMP id see
 * flow_has_icmp_nat().
 */
bool flow_has_nat(const struct flow *flow, enum nat_kind kind);

/*
 * Whether that translation changed the identifier of ICMP. The kernel changes the one
 * there is for either, where two flows would have the same tuple else
 * (nf_nat_l4proto_unique_tuple() in nf_nat_core.c): it is source NAT unless the status
 * says that there was destination NAT alone.
 */
bool flow_has_icmp_nat(const struct flow *flow, enum nat_kind kind);

#endif
