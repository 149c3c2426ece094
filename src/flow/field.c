/* SPDX-License-Identifier: MIT */
#include "flow/field.h"

#include <string.h>

#include "flow/filter.h"
#include "flow/protocol.h"

#define ACCOUNTING "net.netfilter.nf_conntrack_acct"
#define TIMESTAMPS "net.netfilter.nf_conntrack_timestamp"

static const struct tuple *known_tuple(const struct flow *flow, uint8_t wanted)
{
	const struct tuple *original = &flow->tuple[ORIGINAL];

	return original->present & wanted ? original : &flow->tuple[REPLY];
}

static bool read_source(
	const struct field *field, const struct flow *flow, uint64_t now, struct field_value *value)
{
	const struct tuple *tuple = &flow->tuple[field->direction];

	(void)now;
	value->address = tuple->source;
	value->family = tuple->family;
	return tuple->present & TUPLE_SOURCE;
}

static bool read_destination(
	const struct field *field, const struct flow *flow, uint64_t now, struct field_value *value)
{
	const struct tuple *tuple = &flow->tuple[field->direction];

	(void)now;
	value->address = tuple->destination;
	value->family = tuple->family;
	return tuple->present & TUPLE_DESTINATION;
}

/* A part of the tuple, if the protocol's part of that index is of this kind. */
static bool read_part(
	const struct field *field, const struct flow *flow, enum part_kind kind, uint64_t *number)
{
	const struct tuple *tuple = &flow->tuple[field->direction];
	const struct protocol *protocol = protocol_by_number(tuple->protocol);

	*number = tuple->part[field->index];
	return tuple->present & TUPLE_PART << field->index && protocol != NULL &&
	       field->index < protocol->part_count && protocol->part[field->index].kind == kind;
}

static bool read_port(
	const struct field *field, const struct flow *flow, uint64_t now, struct field_value *value)
{
	(void)now;
	value->protocol = flow->tuple[field->direction].protocol;
	return read_part(field, flow, PART_PORT, &value->number);
}

static bool read_icmp(
	const struct field *field, const struct flow *flow, uint64_t now, struct field_value *value)
{
	(void)now;
	return read_part(field, flow, PART_NUMBER, &value->number);
}

static bool read_key(
	const struct field *field, const struct flow *flow, uint64_t now, struct field_value *value)
{
	(void)now;
	return read_part(field, flow, PART_KEY, &value->number);
}

static bool read_protocol(
	const struct field *field, const struct flow *flow, uint64_t now, struct field_value *value)
{
	const struct tuple *tuple = known_tuple(flow, TUPLE_PROTOCOL);

	(void)field;
	(void)now;
	value->number = tuple->protocol;
	return tuple->present & TUPLE_PROTOCOL;
}

static bool read_family(
	const struct field *field, const struct flow *flow, uint64_t now, struct field_value *value)
{
	(void)field;
	(void)now;
	value->number = flow_family(flow);
	return value->number != 0;
}

/* Where they are 0 the kernel names no zone, and in events no mark. */
static bool read_zero_if_not_named(
	const struct field *field, const struct flow *flow, uint64_t now, struct field_value *value)
{
	(void)now;
	value->number = field_present(field, flow) ? field_number(field, flow) : 0;
	return true;
}

static bool read_tuple_zone(
	const struct field *field, const struct flow *flow, uint64_t now, struct field_value *value)
{
	const struct tuple *tuple = &flow->tuple[field->direction];

	(void)now;
	if (tuple->present & TUPLE_ZONE)
		value->number = tuple->zone;
	else
		value->number = flow->present & FLOW_ZONE ? flow->zone : 0;
	return true;
}

static uint64_t amount_of(const struct field *field, const struct counters *counters)
{
	const char *start = (const char *)counters;

	return *(const uint64_t *)(const void *)(start + field->offset);
}

/* One direction's counter. */
static bool read_counter(
	const struct field *field, const struct flow *flow, uint64_t now, struct field_value *value)
{
	(void)now;
	value->number = amount_of(field, &flow->counters[field->direction]);
	return flow->present & FLOW_COUNTERS << field->direction;
}

/* Both directions', as far as they are known. */
static bool read_counters(
	const struct field *field, const struct flow *flow, uint64_t now, struct field_value *value)
{
	bool known = false;

	(void)now;
	value->number = 0;
	for (unsigned d = ORIGINAL; d < DIRECTIONS; d++) {
		if (!(flow->present & FLOW_COUNTERS << d))
			continue;
		value->number += amount_of(field, &flow->counters[d]);
		known = true;
	}
	return known;
}

static bool read_age(
	const struct field *field, const struct flow *flow, uint64_t now, struct field_value *value)
{
	(void)field;
	value->number = flow_lifetime(flow, now);
	return flow->present & FLOW_START;
}

static bool read_nat(
	const struct field *field, const struct flow *flow, uint64_t now, struct field_value *value)
{
	(void)field;
	(void)now;
	value->number = 0;
	for (unsigned kind = 0; kind < NAT_KINDS; kind++)
		value->number |= (uint64_t)flow_has_nat(flow, (enum nat_kind)kind) << kind;
	return true;
}

static bool read_confidence(
	const struct field *field, const struct flow *flow, uint64_t now, struct field_value *value)
{
	(void)field;
	(void)now;
	value->number = status_confidence(flow->status);
	return flow->present & FLOW_STATUS;
}

#define FACT(bit, member) .present = (bit), .offset = offsetof(struct flow, member)
#define COUNTER(member)   .offset = offsetof(struct counters, member), .sysctl = ACCOUNTING

/* Plain facts stand at the end, in the order in which JSON has them. */
const struct field fields[] = {
	{"src", "source address", FIELD_ADDRESS, .read = read_source, .alias = "orig_src"},
	{"dst", "destination address", FIELD_ADDRESS, .read = read_destination,
		.alias = "orig_dst"},
	{"sport", "source port", FIELD_PORT, .read = read_port, .alias = "orig_sport"},
	{"dport", "destination port", FIELD_PORT, .index = 1, .read = read_port,
		.alias = "orig_dport"},
	{"reply_src", "source address of the reply", FIELD_ADDRESS, .direction = REPLY,
		.read = read_source},
	{"reply_dst", "destination address of the reply", FIELD_ADDRESS, .direction = REPLY,
		.read = read_destination},
	{"reply_sport", "source port of the reply", FIELD_PORT, .direction = REPLY,
		.read = read_port},
	{"reply_dport", "destination port of the reply", FIELD_PORT, .direction = REPLY, .index = 1,
		.read = read_port},
	{"proto", "layer-4 protocol", FIELD_PROTOCOL, .read = read_protocol, .alias = "protocol"},
	{"family", "ipv4 or ipv6", FIELD_FAMILY, .read = read_family},
	{"icmp_type", "ICMP type", FIELD_U8, .read = read_icmp},
	{"icmp_code", "ICMP code", FIELD_U8, .index = 1, .read = read_icmp},
	{"icmp_id", "ICMP identifier", FIELD_U16, .index = 2, .read = read_icmp},
	{"srckey", "GRE key of the source", FIELD_U16, .read = read_key},
	{"dstkey", "GRE key of the destination", FIELD_U16, .index = 1, .read = read_key},
	{"confidence", "unreplied, replied, assured, offload or hw_offload", FIELD_CONFIDENCE,
		.read = read_confidence},
	{"nat", "what is translated: none, source, destination or both", FIELD_NAT,
		.read = read_nat},
	{"packets", "packets of both directions", FIELD_AMOUNT, COUNTER(packets),
		.read = read_counters},
	{"bytes", "bytes of both directions", FIELD_AMOUNT, COUNTER(bytes), .read = read_counters},
	{"orig_packets", "packets of the original direction", FIELD_AMOUNT, COUNTER(packets),
		.read = read_counter},
	{"orig_bytes", "bytes of the original direction", FIELD_AMOUNT, COUNTER(bytes),
		.read = read_counter},
	{"reply_packets", "packets of the reply direction", FIELD_AMOUNT, COUNTER(packets),
		.direction = REPLY, .read = read_counter},
	{"reply_bytes", "bytes of the reply direction", FIELD_AMOUNT, COUNTER(bytes),
		.direction = REPLY, .read = read_counter},
	{"age", "seconds since the first packet", FIELD_SECONDS, .read = read_age,
		.sysctl = TIMESTAMPS},
	{"orig_zone", "zone of the original direction", FIELD_U16, .read = read_tuple_zone},
	{"reply_zone", "zone of the reply direction", FIELD_U16, .direction = REPLY,
		.read = read_tuple_zone},
	{"status", "status flags", FIELD_STATUS, FACT(FLOW_STATUS, status)},
	{"timeout", "seconds left", FIELD_TIMEOUT, FACT(FLOW_TIMEOUT, timeout)},
	{"state", "state of the protocol", FIELD_STATE, FACT(FLOW_STATE, state)},
	{"mark", "mark", FIELD_U32, FACT(FLOW_MARK, mark), .read = read_zero_if_not_named},
	{"secmark", "security mark", FIELD_U32, FACT(FLOW_SECMARK, secmark)},
	{"secctx", "security context", FIELD_SLICE, FACT(FLOW_SECCTX, secctx)},
	{"zone", "zone of both directions", FIELD_U16, FACT(FLOW_ZONE, zone),
		.read = read_zero_if_not_named},
	{"use", "reference count", FIELD_U32, FACT(FLOW_USE, use)},
	{"id", "id of the entry", FIELD_U32, FACT(FLOW_ID, id)},
	{"labels", "labels", FIELD_LABELS, FACT(FLOW_LABELS, labels), .alias = "label"},
	{"helper", "helper", FIELD_TEXT, FACT(FLOW_HELPER, helper)},
	{"helper_info", "data of a helper in user space", FIELD_BYTES,
		FACT(FLOW_HELPER_INFO, helper_info)},
	{"start", "time of the first packet", FIELD_TIME, FACT(FLOW_START, start),
		.sysctl = TIMESTAMPS},
	{"stop", "time of the end", FIELD_TIME, FACT(FLOW_STOP, stop), .sysctl = TIMESTAMPS},
	{"event_time", "time of the event", FIELD_TIME, FACT(FLOW_EVENT_TIME, event_time)},
	{"role", "role of the original side, DCCP", FIELD_ROLE, FACT(FLOW_ROLE, role)},
	{"handshake_sequence", "sequence number of the handshake, DCCP", FIELD_U64,
		FACT(FLOW_HANDSHAKE, handshake_sequence)},
	{"netns", "network namespace, with --netns all", FIELD_NAME, FACT(FLOW_NETNS, netns)},
};

const size_t field_count = sizeof(fields) / sizeof(fields[0]);
const size_t field_first_fact = 26;

static bool same_name(const char *name, const char *known)
{
	while (*known != '\0' && (*name == '-' ? '_' : *name) == *known) {
		name++;
		known++;
	}
	return *known == *name;
}

const struct field *field_by_name(const char *name)
{
	for (size_t i = 0; i < field_count; i++) {
		if (same_name(name, fields[i].name) ||
			(fields[i].alias != NULL && same_name(name, fields[i].alias)))
			return &fields[i];
	}
	return NULL;
}

uint64_t field_number(const struct field *field, const struct flow *flow)
{
	const void *value = field_value(field, flow);

	switch (field->type) {
	case FIELD_U8:
	case FIELD_STATE:
	case FIELD_ROLE:
		return *(const uint8_t *)value;
	case FIELD_U16:
		return *(const uint16_t *)value;
	case FIELD_U32:
	case FIELD_STATUS:
	case FIELD_TIMEOUT:
		return *(const uint32_t *)value;
	case FIELD_U64:
	case FIELD_TIME:
		return *(const uint64_t *)value;
	default:
		return 0;
	}
}

static struct slice slice_of(const char *text, size_t maximum)
{
	return (struct slice){(const uint8_t *)text, (uint16_t)strnlen(text, maximum)};
}

bool field_read(
	const struct field *field, const struct flow *flow, uint64_t now, struct field_value *value)
{
	const void *there = field_value(field, flow);

	if (field->read != NULL)
		return field->read(field, flow, now, value);
	if (!field_present(field, flow))
		return false;
	switch (field->type) {
	case FIELD_TEXT:
		value->text = slice_of(there, HELPER_NAME_SIZE);
		return true;
	case FIELD_NAME:
		value->text = slice_of(*(const char *const *)there, UINT16_MAX);
		return true;
	case FIELD_SLICE:
	case FIELD_BYTES:
		value->text = *(const struct slice *)there;
		return true;
	case FIELD_LABELS:
		memcpy(value->labels, there, LABEL_BYTES);
		return true;
	case FIELD_STATE:
		value->protocol = known_tuple(flow, TUPLE_PROTOCOL)->protocol;
		break;
	default:
		break;
	}
	value->number = field_number(field, flow);
	return true;
}

static int compare_numbers(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

static int compare_text(struct slice a, struct slice b)
{
	size_t shorter = a.length < b.length ? a.length : b.length;
	int difference = shorter > 0 ? memcmp(a.bytes, b.bytes, shorter) : 0;

	return difference != 0 ? difference : compare_numbers(a.length, b.length);
}

int field_compare(
	const struct field *field, const struct field_value *a, const struct field_value *b)
{
	switch (field->type) {
	case FIELD_ADDRESS:
		if (a->family != b->family)
			return compare_numbers(a->family, b->family);
		return memcmp(&a->address, &b->address, sizeof(a->address));
	case FIELD_TEXT:
	case FIELD_SLICE:
	case FIELD_BYTES:
	case FIELD_NAME:
		return compare_text(a->text, b->text);
	case FIELD_LABELS:
		return memcmp(a->labels, b->labels, LABEL_BYTES);
	case FIELD_STATE:
		if (a->protocol != b->protocol)
			return compare_numbers(a->protocol, b->protocol);
		break;
	default:
		break;
	}
	return compare_numbers(a->number, b->number);
}

/* enum ct_dccp_roles of the kernels up to 6.14. */
const char *const field_role_names[FIELD_ROLES] = {"client", "server"};

const char *field_role_name(uint8_t role)
{
	return role < FIELD_ROLES ? field_role_names[role] : NULL;
}

const char *field_confidence_name(uint64_t confidence)
{
	static const char *const names[CONFIDENCES] = {
		[CONFIDENCE_UNREPLIED] = "unreplied",
		[CONFIDENCE_REPLIED] = "replied",
		[CONFIDENCE_ASSURED] = "assured",
		[CONFIDENCE_OFFLOAD] = "offload",
		[CONFIDENCE_HW_OFFLOAD] = "hw_offload",
	};

	return confidence < CONFIDENCES ? names[confidence] : NULL;
}

const char *field_nat_name(uint64_t nat)
{
	static const char *const names[] = {"none", "source", "destination", "both"};

	return names[nat % (sizeof(names) / sizeof(names[0]))];
}
