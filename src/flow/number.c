/* SPDX-License-Identifier: MIT */
#include "flow/number.h"

#include "flow/protocol.h"

#define NANOSECONDS UINT64_C(1000000000)

const struct number_row number_rows[NUMBER_FIELDS] = {
	[NUMBER_PART0] = {NULL, UNIT_NONE, UINT16_MAX, true, ORIGINAL},
	[NUMBER_PART1] = {NULL, UNIT_NONE, UINT16_MAX, true, ORIGINAL},
	[NUMBER_PART2] = {NULL, UNIT_NONE, UINT16_MAX, true, ORIGINAL},
	[NUMBER_SOURCE_PORT] = {"sport", UNIT_PORT, UINT16_MAX, true, ORIGINAL},
	[NUMBER_DESTINATION_PORT] = {"dport", UNIT_PORT, UINT16_MAX, true, ORIGINAL},
	[NUMBER_ZONE] = {"zone", UNIT_NONE, UINT16_MAX, true, DIRECTIONS},
	[NUMBER_MARK] = {"mark", UNIT_NONE, UINT32_MAX, false, DIRECTIONS},
	[NUMBER_SECMARK] = {"secmark", UNIT_NONE, UINT32_MAX, false, DIRECTIONS},
	[NUMBER_ID] = {"id", UNIT_NONE, UINT32_MAX, false, DIRECTIONS},
	[NUMBER_USE] = {"use", UNIT_NONE, UINT32_MAX, false, DIRECTIONS},
	[NUMBER_TIMEOUT] = {"timeout", UNIT_DURATION, UINT32_MAX, false, DIRECTIONS},
	[NUMBER_AGE] = {"age", UNIT_DURATION, UINT64_MAX, false, DIRECTIONS},
	[NUMBER_IDLE] = {"idle", UNIT_DURATION, UINT64_MAX, false, DIRECTIONS},
	[NUMBER_PACKETS] = {"packets", UNIT_AMOUNT, UINT64_MAX, true, DIRECTIONS},
	[NUMBER_BYTES] = {"bytes", UNIT_AMOUNT, UINT64_MAX, true, DIRECTIONS},
};

static inline bool found(uint64_t *out, uint64_t value)
{
	*out = value;
	return true;
}

static bool missing(struct match_context *context, enum unknown_fact fact)
{
	if (context != NULL)
		context->unknown |= fact;
	return false;
}

static inline bool read_part(const struct tuple *tuple, unsigned index, uint64_t *out)
{
	*out = tuple->part[index];
	return (tuple->present & TUPLE_PART << index) != 0;
}

static inline bool read_port(const struct tuple *tuple, unsigned index, uint64_t *out)
{
	const struct protocol *p = protocol_by_number(tuple->protocol);

	return p != NULL && p->part[0].kind == PART_PORT && read_part(tuple, index, out);
}

/*
 * An entry has a zone of both directions or of single ones; what it has none
 * of is 0, as the kernel names no zone 0.
 */
static bool read_zone(const struct flow *flow, unsigned direction, uint64_t *out)
{
	const struct tuple *tuples = flow->tuple;

	if (direction < DIRECTIONS && tuples[direction].present & TUPLE_ZONE)
		return found(out, tuples[direction].zone);
	return found(out, flow->present & FLOW_ZONE ? flow->zone : 0);
}

static uint64_t sum(uint64_t a, uint64_t b)
{
	return a + b < a ? UINT64_MAX : a + b;
}

static bool read_counter(enum number_field field, unsigned direction, const struct flow *flow,
	struct match_context *context, uint64_t *out)
{
	const struct counters *c = flow->counters;
	uint64_t wanted = direction < DIRECTIONS ? FLOW_COUNTERS << direction : FLOW_COUNTERS * 3;
	bool packets = field == NUMBER_PACKETS;

	if ((flow->present & wanted) != wanted)
		return missing(context, UNKNOWN_COUNTERS);
	if (direction < DIRECTIONS)
		return found(out, packets ? c[direction].packets : c[direction].bytes);
	return found(out, packets ? sum(c[ORIGINAL].packets, c[REPLY].packets)
				  : sum(c[ORIGINAL].bytes, c[REPLY].bytes));
}

/* Whole seconds from the first packet to the end, or to now. */
static bool read_age(const struct flow *flow, struct match_context *context, uint64_t *out)
{
	uint64_t end;

	if ((flow->present & FLOW_START) == 0)
		return missing(context, UNKNOWN_TIMES);
	if (flow->present & FLOW_STOP)
		end = flow->stop;
	else if (context != NULL)
		end = context->now;
	else
		return false;
	return found(out, end > flow->start ? (end - flow->start) / NANOSECONDS : 0);
}

bool number_read(enum number_field field, unsigned direction, uint8_t protocol,
	const struct flow *flow, struct match_context *context, uint64_t *out)
{
	const struct tuple *tuple = &flow->tuple[direction < DIRECTIONS ? direction : ORIGINAL];

	switch (field) {
	case NUMBER_PART0:
	case NUMBER_PART1:
	case NUMBER_PART2:
		return tuple->protocol == protocol && read_part(tuple, field - NUMBER_PART0, out);
	case NUMBER_SOURCE_PORT:
		return read_port(tuple, 0, out);
	case NUMBER_DESTINATION_PORT:
		return read_port(tuple, 1, out);
	case NUMBER_ZONE:
		return read_zone(flow, direction, out);
	case NUMBER_MARK:
		return found(out, flow->present & FLOW_MARK ? flow->mark : 0);
	case NUMBER_SECMARK:
		*out = flow->secmark;
		return (flow->present & FLOW_SECMARK) != 0;
	case NUMBER_ID:
		*out = flow->id;
		return (flow->present & FLOW_ID) != 0;
	case NUMBER_USE:
		*out = flow->use;
		return (flow->present & FLOW_USE) != 0;
	case NUMBER_TIMEOUT:
		*out = flow->timeout;
		return (flow->present & FLOW_TIMEOUT) != 0;
	case NUMBER_AGE:
		return read_age(flow, context, out);
	case NUMBER_IDLE:
		return context != NULL && flow_idle(&context->idle, flow, out);
	case NUMBER_PACKETS:
	case NUMBER_BYTES:
		return read_counter(field, direction, flow, context, out);
	case NUMBER_FIELDS:
		break;
	}
	return false;
}
