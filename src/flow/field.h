/* SPDX-License-Identifier: MIT */
/*
 * The fields of a flow that are not part of a tuple and are a plain fact: a
 * row each. JSON, and later sorting, grouping and columns, walk the rows.
 */
#ifndef FLOW_FIELD_H
#define FLOW_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "flow/flow.h"

enum field_type {
	FIELD_U8,
	FIELD_U16,
	FIELD_U32,
	FIELD_U64,
	FIELD_TIME,  /* uint64_t, nanoseconds since the epoch */
	FIELD_TEXT,  /* NUL terminated char array */
	FIELD_SLICE, /* struct slice of text */
	FIELD_BYTES, /* struct slice that is no text */
	FIELD_STATE,   /* uint8_t, named by the protocol */
	FIELD_ROLE,    /* uint8_t, named by field_role_name() */
	FIELD_STATUS,  /* uint32_t of status bits */
	FIELD_LABELS,  /* label bitmap */
};

struct field {
	const char *name;  /* what a person calls it, and its JSON key: "mark" */
	const char *about; /* one line for documents and help */
	enum field_type type;
	uint64_t present; /* its bit in flow.present */
	uint16_t offset;  /* in struct flow */
};

extern const struct field fields[];
extern const size_t field_count;

/* The row of a name, or NULL. */
const struct field *field_by_name(const char *name);

/* Whether the flow has it. */
static inline bool field_present(const struct field *field, const struct flow *flow)
{
	return (flow->present & field->present) != 0;
}

/* Where it lies in the flow; what is there, its type says. */
static inline const void *field_value(const struct field *field, const struct flow *flow)
{
	return (const char *)flow + field->offset;
}

/* A number field's value (U8 to U64, TIME, STATE, ROLE, STATUS); 0 for other types. */
uint64_t field_number(const struct field *field, const struct flow *flow);

/* "client" or "server", or NULL for a role that is neither. */
const char *field_role_name(uint8_t role);

#endif
