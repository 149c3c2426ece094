/* SPDX-License-Identifier: MIT */
/*
 * What a person can name of a flow, a row each: groups, sums, sorting, columns,
 * help and the plain members of JSON are read from the rows.
 *
 * A row with a bit in `present` is a plain fact that lies at `offset` in the
 * flow; JSON walks those. The others are part of a tuple or are worked out;
 * field_read() gives the value of either.
 */
#ifndef FLOW_FIELD_H
#define FLOW_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "flow/flow.h"
#include "flow/status.h"

enum field_type {
	FIELD_U8,
	FIELD_U16,
	FIELD_U32,
	FIELD_U64,
	FIELD_TIME,       /* uint64_t, nanoseconds since the epoch */
	FIELD_TEXT,       /* NUL terminated char array */
	FIELD_SLICE,      /* struct slice of text */
	FIELD_BYTES,      /* struct slice that is no text */
	FIELD_NAME,       /* pointer to NUL terminated text that outlives the flow */
	FIELD_STATE,      /* uint8_t, named by the protocol */
	FIELD_ROLE,       /* uint8_t, named by field_role_name() */
	FIELD_STATUS,     /* uint32_t of status bits */
	FIELD_LABELS,     /* label bitmap */
	FIELD_ADDRESS,    /* of either family */
	FIELD_PROTOCOL,   /* uint8_t, IPPROTO_… */
	FIELD_FAMILY,     /* uint8_t, AF_… */
	FIELD_PORT,       /* uint16_t that a service may have named */
	FIELD_NAT,        /* 1 << enum nat_kind, of both kinds */
	FIELD_CONFIDENCE, /* enum confidence */
	FIELD_SECONDS,    /* uint64_t, a span of time */
	FIELD_TIMEOUT,    /* uint32_t, likewise */
	FIELD_AMOUNT,     /* uint64_t, what can be summed: packets, bytes */
};

/* A value that was read; which member, the type of its field says. */
struct field_value {
	union {
		uint64_t number;
		union address address; /* FIELD_ADDRESS */
		struct slice text;     /* FIELD_TEXT, FIELD_SLICE, FIELD_BYTES, FIELD_NAME */
		uint8_t labels[LABEL_BYTES];
	};
	uint8_t family;   /* of an address */
	uint8_t protocol; /* that names a state or a port; 0: not known */
};

struct field {
	const char *name;  /* what a person calls it, and its JSON key: "mark" */
	const char *about; /* one line for documents and help */
	enum field_type type;
	uint64_t present; /* its bit in flow.present; 0: it is no plain fact */
	uint16_t offset;  /* in struct flow; of a counter: in struct counters */
	uint8_t direction;
	uint8_t index; /* of a part of the tuple */
	/* How to read what is no plain fact (or is more than that), else NULL. */
	bool (*read)(const struct field *field, const struct flow *flow, uint64_t now,
		struct field_value *value);
	const char *alias;  /* a second name, or NULL */
	const char *sysctl; /* what must be 1 for entries to have it, or NULL */
};

extern const struct field fields[];
extern const size_t field_count;
extern const size_t field_first_fact; /* plain facts go from here to the end */

/* The row of a name or alias, '-' and '_' being the same; or NULL. */
const struct field *field_by_name(const char *name);

/* Whether the flow has a plain fact. */
static inline bool field_present(const struct field *field, const struct flow *flow)
{
	return (flow->present & field->present) != 0;
}

/* Where a plain fact lies in the flow; what is there, its type says. */
static inline const void *field_value(const struct field *field, const struct flow *flow)
{
	return (const char *)flow + field->offset;
}

/* A plain number (U8 to U64, TIME, STATE, ROLE, STATUS); 0 for other types. */
uint64_t field_number(const struct field *field, const struct flow *flow);

/*
 * The value of any field; false when it is not known. Text points into the
 * flow or where the flow points. now: nanoseconds since the epoch, for ages.
 * Members of value that its type has no use for are left alone.
 */
bool field_read(const struct field *field, const struct flow *flow, uint64_t now,
	struct field_value *value);

/* Less than, equal to or greater than 0. Addresses: IPv4 comes first. */
int field_compare(
	const struct field *field, const struct field_value *a, const struct field_value *b);

/* Whether values are text: slices of somebody's memory. */
static inline bool field_is_text(const struct field *field)
{
	return field->type == FIELD_TEXT || field->type == FIELD_SLICE ||
	       field->type == FIELD_BYTES || field->type == FIELD_NAME;
}

/* Whether people want the largest first: amounts and ages. */
static inline bool field_largest_first(const struct field *field)
{
	return field->type == FIELD_AMOUNT || field->type == FIELD_SECONDS;
}

/* The roles of DCCP by their numbers: "client", "server". */
#define FIELD_ROLES 2
extern const char *const field_role_names[FIELD_ROLES];

/* One of them, or NULL for a role that is none. */
const char *field_role_name(uint8_t role);

/* "unreplied", "replied", …; NULL for a number that is none. */
const char *field_confidence_name(uint64_t confidence);

/* "none", "source", "destination", "both". */
const char *field_nat_name(uint64_t nat);

#endif
