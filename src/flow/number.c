/* SPDX-License-Identifier: MIT */
#include "flow/number.h"

#include "flow/protocol.h"

/* --- readers ---------------------------------------------------------- */

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

static inline const struct tuple *tuple_of(struct number_choice which, const struct flow *flow)
{
	return &flow->tuple[which.direction < DIRECTIONS ? which.direction : ORIGINAL];
}

static inline bool read_part(const struct tuple *tuple, unsigned index, uint64_t *out)
{
	*out = tuple->part[index];
	return (tuple->present & TUPLE_PART << index) != 0;
}

static inline bool read_own_part(
	struct number_choice which, const struct flow *flow, unsigned index, uint64_t *out)
{
	const struct tuple *tuple = tuple_of(which, flow);

	return tuple->protocol == which.protocol && read_part(tuple, index, out);
}

static bool read_part0(struct number_choice which, const struct flow *flow,
	struct match_context *context, uint64_t *out)
{
	(void)context;
	return read_own_part(which, flow, 0, out);
}

static bool read_part1(struct number_choice which, const struct flow *flow,
	struct match_context *context, uint64_t *out)
{
	(void)context;
	return read_own_part(which, flow, 1, out);
}

static bool read_part2(struct number_choice which, const struct flow *flow,
	struct match_context *context, uint64_t *out)
{
	(void)context;
	return read_own_part(which, flow, 2, out);
}

static inline bool read_port(const struct tuple *tuple, unsigned index, uint64_t *out)
{
	const struct protocol *p = protocol_by_number(tuple->protocol);

	return p != NULL && p->part[0].kind == PART_PORT && read_part(tuple, index, out);
}

static inline bool read_source_port(struct number_choice which, const struct flow *flow,
	struct match_context *context, uint64_t *out)
{
	(void)context;
	return read_port(tuple_of(which, flow), 0, out);
}

static inline bool read_destination_port(struct number_choice which, const struct flow *flow,
	struct match_context *context, uint64_t *out)
{
	(void)context;
	return read_port(tuple_of(which, flow), 1, out);
}

/*
 * An entry has a zone of both directions or of single ones; what it has none
 * of is 0, as the kernel names no zone 0.
 */
static bool read_zone(struct number_choice which, const struct flow *flow,
	struct match_context *context, uint64_t *out)
{
	const struct tuple *tuple = tuple_of(which, flow);

	(void)context;
	if (which.direction < DIRECTIONS && tuple->present & TUPLE_ZONE)
		return found(out, tuple->zone);
	return found(out, flow->present & FLOW_ZONE ? flow->zone : 0);
}

static inline bool read_mark(struct number_choice which, const struct flow *flow,
	struct match_context *context, uint64_t *out)
{
	(void)which;
	(void)context;
	return found(out, flow->present & FLOW_MARK ? flow->mark : 0);
}

static bool read_secmark(struct number_choice which, const struct flow *flow,
	struct match_context *context, uint64_t *out)
{
	(void)which;
	(void)context;
	*out = flow->secmark;
	return (flow->present & FLOW_SECMARK) != 0;
}

static bool read_id(struct number_choice which, const struct flow *flow,
	struct match_context *context, uint64_t *out)
{
	(void)which;
	(void)context;
	*out = flow->id;
	return (flow->present & FLOW_ID) != 0;
}

static bool read_use(struct number_choice which, const struct flow *flow,
	struct match_context *context, uint64_t *out)
{
	(void)which;
	(void)context;
	*out = flow->use;
	return (flow->present & FLOW_USE) != 0;
}

static inline bool read_timeout(struct number_choice which, const struct flow *flow,
	struct match_context *context, uint64_t *out)
{
	(void)which;
	(void)context;
	*out = flow->timeout;
	return (flow->present & FLOW_TIMEOUT) != 0;
}

/* Whole seconds from the first packet to the end, or to now. */
static bool read_age(struct number_choice which, const struct flow *flow,
	struct match_context *context, uint64_t *out)
{
	(void)which;
	if ((flow->present & FLOW_START) == 0)
		return missing(context, UNKNOWN_TIMES);
	if ((flow->present & FLOW_STOP) == 0 && context == NULL)
		return false;
	return found(out, flow_lifetime(flow, context != NULL ? context->now : 0));
}

static bool read_idle(struct number_choice which, const struct flow *flow,
	struct match_context *context, uint64_t *out)
{
	(void)which;
	return context != NULL && flow_idle(&context->idle, flow, out);
}

static inline uint64_t sum(uint64_t a, uint64_t b)
{
	return a + b < a ? UINT64_MAX : a + b;
}

static inline bool counted(
	struct number_choice which, const struct flow *flow, struct match_context *context)
{
	uint64_t wanted = which.direction < DIRECTIONS ? FLOW_COUNTERS << which.direction
						       : FLOW_COUNTERS | FLOW_COUNTERS << REPLY;

	return (flow->present & wanted) == wanted || missing(context, UNKNOWN_COUNTERS);
}

static inline bool read_packets(struct number_choice which, const struct flow *flow,
	struct match_context *context, uint64_t *out)
{
	const struct counters *c = flow->counters;

	*out = which.direction < DIRECTIONS ? c[which.direction].packets
					    : sum(c[ORIGINAL].packets, c[REPLY].packets);
	return counted(which, flow, context);
}

static inline bool read_bytes(struct number_choice which, const struct flow *flow,
	struct match_context *context, uint64_t *out)
{
	const struct counters *c = flow->counters;

	*out = which.direction < DIRECTIONS ? c[which.direction].bytes
					    : sum(c[ORIGINAL].bytes, c[REPLY].bytes);
	return counted(which, flow, context);
}

/* --- readers with a comparison around them ---------------------------- */

/* Inlined with its reader, so that a term costs one call. */
static inline __attribute__((always_inline)) enum truth within(number_reader read,
	const struct number_range *range, struct number_choice which, const struct flow *flow,
	struct match_context *context)
{
	uint64_t number;

	if (!read(which, flow, context, &number))
		return TRUTH_UNKNOWN;
	return (enum truth)number_range_has(range, number);
}

static enum truth source_port_within(const struct number_range *range, struct number_choice which,
	const struct flow *flow, struct match_context *context)
{
	return within(read_source_port, range, which, flow, context);
}

static enum truth destination_port_within(const struct number_range *range,
	struct number_choice which, const struct flow *flow, struct match_context *context)
{
	return within(read_destination_port, range, which, flow, context);
}

static enum truth mark_within(const struct number_range *range, struct number_choice which,
	const struct flow *flow, struct match_context *context)
{
	return within(read_mark, range, which, flow, context);
}

static enum truth timeout_within(const struct number_range *range, struct number_choice which,
	const struct flow *flow, struct match_context *context)
{
	return within(read_timeout, range, which, flow, context);
}

static enum truth packets_within(const struct number_range *range, struct number_choice which,
	const struct flow *flow, struct match_context *context)
{
	return within(read_packets, range, which, flow, context);
}

static enum truth bytes_within(const struct number_range *range, struct number_choice which,
	const struct flow *flow, struct match_context *context)
{
	return within(read_bytes, range, which, flow, context);
}

/* --- the rows --------------------------------------------------------- */

const struct number_row number_rows[NUMBER_FIELDS] = {
	[NUMBER_PART0] = {NULL, UNIT_NONE, UINT16_MAX, true, ORIGINAL, read_part0, NULL},
	[NUMBER_PART1] = {NULL, UNIT_NONE, UINT16_MAX, true, ORIGINAL, read_part1, NULL},
	[NUMBER_PART2] = {NULL, UNIT_NONE, UINT16_MAX, true, ORIGINAL, read_part2, NULL},
	[NUMBER_SOURCE_PORT] = {"sport", UNIT_PORT, UINT16_MAX, true, ORIGINAL, read_source_port,
		source_port_within},
	[NUMBER_DESTINATION_PORT] = {"dport", UNIT_PORT, UINT16_MAX, true, ORIGINAL,
		read_destination_port, destination_port_within},
	[NUMBER_ZONE] = {"zone", UNIT_NONE, UINT16_MAX, true, DIRECTIONS, read_zone, NULL},
	[NUMBER_MARK] = {"mark", UNIT_NONE, UINT32_MAX, false, DIRECTIONS, read_mark, mark_within},
	[NUMBER_SECMARK] = {"secmark", UNIT_NONE, UINT32_MAX, false, DIRECTIONS, read_secmark,
		NULL},
	[NUMBER_ID] = {"id", UNIT_NONE, UINT32_MAX, false, DIRECTIONS, read_id, NULL},
	[NUMBER_USE] = {"use", UNIT_NONE, UINT32_MAX, false, DIRECTIONS, read_use, NULL},
	[NUMBER_TIMEOUT] = {"timeout", UNIT_DURATION, UINT32_MAX, false, DIRECTIONS, read_timeout,
		timeout_within},
	[NUMBER_AGE] = {"age", UNIT_DURATION, UINT64_MAX, false, DIRECTIONS, read_age, NULL},
	[NUMBER_IDLE] = {"idle", UNIT_DURATION, UINT64_MAX, false, DIRECTIONS, read_idle, NULL},
	[NUMBER_PACKETS] = {"packets", UNIT_AMOUNT, UINT64_MAX, true, DIRECTIONS, read_packets,
		packets_within},
	[NUMBER_BYTES] = {"bytes", UNIT_AMOUNT, UINT64_MAX, true, DIRECTIONS, read_bytes,
		bytes_within},
};
