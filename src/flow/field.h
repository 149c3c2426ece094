/* SPDX-License-Identifier: MIT */
/*
 * The fields of a flow that are not part of a tuple and are a plain fact: a
 * row each. JSON, and later sorting, grouping and columns, walk the rows.
 */
#ifndef FLOW_FIELD_H
#define FLOW_FIELD_H

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
	FIELD_SLICE, /* struct slice */
	FIELD_STATE,   /* uint8_t, named by the protocol */
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

/* A number field's value (U8 to U64, TIME, STATE, STATUS). */
uint64_t field_number(const struct field *field, const struct flow *flow);

#endif
