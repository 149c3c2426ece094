/* SPDX-License-Identifier: MIT */
/*
 * What of a flow is a number that can be compared: a row each. A flow may lack
 * one (a port of ICMP, bytes while nobody counts them); it then compares with
 * nothing.
 */
#ifndef FLOW_NUMBER_H
#define FLOW_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "flow/flow.h"
#include "flow/idle.h"
#include "flow/number_set.h"

enum number_field {
	NUMBER_PART0, /* by index: a part that only one protocol has */
	NUMBER_PART1,
	NUMBER_PART2,
	NUMBER_SOURCE_PORT,
	NUMBER_DESTINATION_PORT,
	NUMBER_ZONE,
	NUMBER_MARK,
	NUMBER_SECMARK,
	NUMBER_ID,
	NUMBER_USE,
	NUMBER_TIMEOUT,
	NUMBER_AGE,
	NUMBER_IDLE,
	NUMBER_PACKETS,
	NUMBER_BYTES,
	NUMBER_FIELDS,
};

/*
 * What a comparison comes to. Unknown is what the flow has nothing to compare
 * of: neither the comparison nor its opposite holds then.
 */
enum truth { TRUTH_NO, TRUTH_YES, TRUTH_UNKNOWN };

/* Why something was not known: bits, for a warning. */
enum unknown_fact {
	UNKNOWN_COUNTERS = 1 << 0, /* net.netfilter.nf_conntrack_acct */
	UNKNOWN_TIMES = 1 << 1,    /* net.netfilter.nf_conntrack_timestamp */
};

/* What a test needs besides the flow, and what it found missing. */
struct match_context {
	uint64_t now; /* nanoseconds since the epoch */
	struct idle_timeouts idle;
	unsigned unknown; /* enum unknown_fact, all that were met */
};

/* Of which direction (DIRECTIONS: of both); for a NUMBER_PART…, of which protocol. */
struct number_choice {
	uint8_t direction;
	uint8_t protocol;
};

/*
 * The number of a flow into *out. False when it has none, which is noted in
 * the context. Age and idle need a context, others take NULL.
 */
typedef bool (*number_reader)(struct number_choice which, const struct flow *flow,
	struct match_context *context, uint64_t *out);

/* Whether the number lies in a range, without a detour. */
typedef enum truth (*number_test)(const struct number_range *range, struct number_choice which,
	const struct flow *flow, struct match_context *context);

enum number_unit {
	UNIT_NONE,
	UNIT_PORT,     /* also a name of a service */
	UNIT_AMOUNT,   /* also with k, M, G, T, P, Ki, Mi, … */
	UNIT_DURATION, /* seconds, also with s, m, h, d, w */
};

struct number_row {
	const char *name; /* NULL for a NUMBER_PART…: flow/protocol.h names it */
	enum number_unit unit;
	uint64_t maximum;
	/* Each direction has its own; what without a direction is meant: */
	bool directed;
	uint8_t plain; /* ORIGINAL, or DIRECTIONS for both (the sum of the two) */
	number_reader read;
	number_test within; /* NULL where nobody is in a hurry */
};

extern const struct number_row number_rows[NUMBER_FIELDS];

#endif
