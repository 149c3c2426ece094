/* SPDX-License-Identifier: MIT */
/*
 * JSON: one object a line, keys in a fixed order; doc/json.md says what each
 * is. Every member ends in its comma; closing an object or array takes the
 * last one back.
 */
#include <string.h>

#include "base/clock.h"
#include "flow/field.h"
#include "flow/filter.h"
#include "flow/labels.h"
#include "flow/status.h"
#include "output/output.h"
#include "output/parts.h"
#include "output/summary.h"

/* Only after something was put since the last call that takes the writer. */
static char *put_close(char *p, char bracket)
{
	if (p[-1] == ',')
		p--;
	p = put_character(p, bracket);
	return put_character(p, ',');
}

/* A literal key; inlined, so that it is copied as one. */
static inline __attribute__((always_inline)) char *put_key(char *p, const char *key)
{
	return put_string(put_string(put_character(p, '"'), key), "\":");
}

static inline char *put_number_value(char *p, uint64_t value)
{
	return put_character(put_u64(p, value), ',');
}

static inline __attribute__((always_inline)) char *put_number(
	char *p, const char *key, uint64_t value)
{
	return put_number_value(put_key(p, key), value);
}

static inline char *put_named_number(char *p, const char *key, uint64_t value)
{
	return put_number_value(put_json_key(p, key), value);
}

/* Names out of tables, none of which needs escapes. */
static inline char *put_word_value(char *p, const char *word)
{
	return put_string(put_name(put_character(p, '"'), word), "\",");
}

static inline __attribute__((always_inline)) char *put_word(
	char *p, const char *key, const char *word)
{
	return put_word_value(put_key(p, key), word);
}

/* RFC 8259, 7; also the controls from U+007F to U+009F. No UTF-8: U+FFFD. */
static char *put_json_special(char *p, uint32_t code, const uint8_t *bytes, unsigned length)
{
	if (code == INVALID_BYTE)
		return put_string(p, "\xef\xbf\xbd");
	if (code >= 0xa0)
		return put_bytes(p, (const char *)bytes, length);
	if (code == '"' || code == '\\')
		return put_character(put_character(p, '\\'), (char)code);
	if (code == '\n')
		return put_string(p, "\\n");
	if (code == '\t')
		return put_string(p, "\\t");
	return put_hex_byte(put_string(p, "\\u00"), (uint8_t)code);
}

/* A string of any bytes, with its comma. */
static char *put_text_value(struct output *o, char *p, const void *bytes, size_t length)
{
	p = put_character(p, '"');
	p = put_escaped(o->writer, p, bytes, length, "\"\\", put_json_special);
	return put_string(p, "\",");
}

static inline __attribute__((always_inline)) char *put_text(
	struct output *o, char *p, const char *key, const void *bytes, size_t length)
{
	return put_text_value(o, put_key(p, key), bytes, length);
}

/* Bytes that are no text, in hexadecimal. */
static char *put_hex_value(struct output *o, char *p, const uint8_t *bytes, size_t length)
{
	p = put_hex_bytes(o->writer, put_character(p, '"'), bytes, length);
	return put_string(p, "\",");
}

static char *put_time_value(char *p, uint64_t second, uint64_t nanosecond)
{
	return put_string(put_moment(put_character(p, '"'), second, nanosecond), "\",");
}

static char *put_protocol(char *p, uint8_t number)
{
	const struct protocol *protocol = protocol_by_number(number);

	if (protocol)
		p = put_word(p, "protocol", protocol->name);
	return put_number(p, "protocol_number", number);
}

static char *put_family(char *p, uint8_t family)
{
	return family == AF_UNSPEC ? p : put_word(p, "family", family_name(family));
}

static inline __attribute__((always_inline)) char *put_address_member(
	char *p, const char *key, uint8_t family, const union address *address)
{
	p = put_address(put_character(put_key(p, key), '"'), family, address);
	return put_string(p, "\",");
}

/* The members of a tuple but for family and protocol; parts by that protocol. */
static char *put_tuple(char *p, const struct tuple *tuple, const struct protocol *protocol)
{
	if (tuple->present & TUPLE_SOURCE)
		p = put_address_member(p, "source", tuple->family, &tuple->source);
	if (tuple->present & TUPLE_DESTINATION)
		p = put_address_member(p, "destination", tuple->family, &tuple->destination);
	for (unsigned i = 0; protocol && i < protocol->part_count; i++) {
		if (tuple_has_part(tuple, i))
			p = put_named_number(p, protocol->part[i].json, tuple->part[i]);
	}
	return tuple->present & TUPLE_ZONE ? put_number(p, "zone", tuple->zone) : p;
}

/* The offsets are signed in the kernel (struct nf_ct_seqadj). */
static char *put_offset(char *p, const char *key, uint32_t value)
{
	return put_character(put_signed(put_key(p, key), value), ',');
}

static char *put_sequence(char *p, const struct sequence_adjustment *sequence)
{
	p = put_character(put_key(p, "sequence_adjustment"), '{');
	p = put_number(p, "correction_position", sequence->correction_position);
	p = put_offset(p, "offset_before", sequence->offset_before);
	p = put_offset(p, "offset_after", sequence->offset_after);
	return put_close(p, '}');
}

static char *put_tcp_flags(char *p, uint8_t flags)
{
	p = put_character(put_key(p, "tcp_flags"), '[');
	for (unsigned bit = 0; bit < TCP_FLAG_COUNT; bit++) {
		if (flags & 1u << bit)
			p = put_word_value(p, tcp_flag_names[bit]);
	}
	return put_close(p, ']');
}

static char *put_direction(
	char *p, const struct flow *flow, enum direction d, const struct protocol *protocol)
{
	p = put_character(put_key(p, d == ORIGINAL ? "original" : "reply"), '{');
	p = put_tuple(p, &flow->tuple[d], protocol);
	if (flow->present & FLOW_COUNTERS << d) {
		p = put_number(p, "packets", flow->counters[d].packets);
		p = put_number(p, "bytes", flow->counters[d].bytes);
	}
	if (flow->present & FLOW_WINDOW_SCALE << d)
		p = put_number(p, "window_scale", flow->window_scale[d]);
	if (flow->present & FLOW_TCP_FLAGS << d)
		p = put_tcp_flags(p, flow->tcp_flags[d].flags);
	if (flow->present & FLOW_VTAG << d)
		p = put_number(p, "vtag", flow->vtag[d]);
	if (flow->present & FLOW_SEQUENCE << d)
		p = put_sequence(p, &flow->sequence[d]);
	return put_close(p, '}');
}

/* A bit that has no name is shown as its number. */
static char *put_status_value(char *p, uint32_t status)
{
	p = put_character(p, '[');
	for (; status; status &= status - 1) {
		const struct status_bit *row = status_by_bit(status & -status);

		p = row ? put_word_value(p, row->name)
			: put_character(put_u32(p, (uint32_t)__builtin_ctz(status)), ',');
	}
	return put_close(p, ']');
}

static char *put_label(struct output *o, char *p, unsigned bit)
{
	const char *name = o->labels ? o->labels->name[bit] : NULL;

	p = put_number(put_character(p, '{'), "bit", bit);
	if (name)
		p = put_text(o, p, "name", name, strlen(name));
	return put_close(p, '}');
}

static char *put_labels_value(struct output *o, char *p, const uint8_t *labels)
{
	p = put_character(p, '[');
	for (unsigned bit = 0; bit < LABEL_BITS; bit++) {
		if (label_is_set(labels, bit))
			p = put_label(o, p, bit);
	}
	return put_close(p, ']');
}

static char *put_word_or_number(char *p, const char *name, uint64_t number)
{
	return name ? put_word_value(p, name) : put_number_value(p, number);
}

static char *put_state_value(char *p, uint8_t protocol, uint64_t state)
{
	const struct protocol *row = protocol_by_number(protocol);

	return put_word_or_number(p, row ? protocol_state_name(row, (uint8_t)state) : NULL, state);
}

static char *put_address_value(char *p, uint8_t family, const union address *address)
{
	return put_string(put_address(put_character(p, '"'), family, address), "\",");
}

char *put_json_value(
	struct output *o, char *p, const struct field *field, const struct field_value *value)
{
	uint64_t number = value->number;

	switch (field->type) {
	case FIELD_TIME:
		return put_time_value(p, number / NANOSECONDS, number % NANOSECONDS);
	case FIELD_TEXT:
	case FIELD_SLICE:
	case FIELD_NAME:
		return put_text_value(o, p, value->text.bytes, value->text.length);
	case FIELD_BYTES:
		return put_hex_value(o, p, value->text.bytes, value->text.length);
	case FIELD_STATE:
		return put_state_value(p, value->protocol, number);
	case FIELD_STATUS:
		return put_status_value(p, (uint32_t)number);
	case FIELD_ROLE:
		return put_word_or_number(p, field_role_name((uint8_t)number), number);
	case FIELD_LABELS:
		return put_labels_value(o, p, value->labels);
	case FIELD_ADDRESS:
		return put_address_value(p, value->family, &value->address);
	case FIELD_PROTOCOL:
		return put_word_or_number(p, protocol_row_name((uint8_t)number), number);
	case FIELD_FAMILY:
		return put_word_value(p, family_name((uint8_t)number));
	case FIELD_NAT:
		return put_word_value(p, field_nat_name(number));
	case FIELD_CONFIDENCE:
		return put_word_or_number(p, field_confidence_name(number), number);
	default:
		return put_number_value(p, number);
	}
}

static char *put_field(
	struct output *o, char *p, const struct field *field, const struct flow *flow)
{
	struct field_value value;

	if (!field_read(field, flow, 0, &value))
		return p;
	return put_json_value(o, put_json_key(p, field->name), field, &value);
}

static char *put_nat(char *p, const struct flow *flow)
{
	bool source = flow_has_nat(flow, NAT_SOURCE);
	bool destination = flow_has_nat(flow, NAT_DESTINATION);

	if (!source && !destination)
		return p;
	p = put_character(put_key(p, "nat"), '[');
	if (source)
		p = put_word_value(p, "source");
	if (destination)
		p = put_word_value(p, "destination");
	return put_close(p, ']');
}

static char *put_synproxy(char *p, const struct flow *flow)
{
	p = put_character(put_key(p, "synproxy"), '{');
	p = put_number(p, "initial_sequence", flow->synproxy.initial_sequence);
	p = put_number(p, "initial_timestamp", flow->synproxy.initial_timestamp);
	p = put_number(p, "timestamp_offset", flow->synproxy.timestamp_offset);
	return put_close(p, '}');
}

/* A tuple that stands for another connection: with its protocol. */
static char *put_whole_tuple(char *p, const char *key, const struct tuple *tuple)
{
	p = put_character(put_key(p, key), '{');
	if (tuple->present & TUPLE_PROTOCOL)
		p = put_protocol(p, tuple->protocol);
	p = put_tuple(p, tuple, protocol_by_number(tuple->protocol));
	return put_close(p, '}');
}

static char *put_clock(char *p, const char *key, struct timespec time)
{
	return put_time_value(put_key(p, key), (uint64_t)time.tv_sec, (uint64_t)time.tv_nsec);
}

static char *put_event(struct output *o, char *p, const struct event *event)
{
	if (event->type == EVENT_NONE)
		return p;
	p = put_word(p, "event", event_name(event->type));
	if (event->source != EVENT_LIVE)
		p = put_word(p, "from", event_source_name(event->source));
	p = put_clock(p, "received", event->received);
	if (event->port)
		p = put_number(p, "port_id", event->port);
	if (event->port && event->program)
		p = put_text(o, p, "program", event->program, strlen(event->program));
	return p;
}

static void json_flow(struct output *o, const struct flow *flow, const struct event *event)
{
	uint8_t number = protocol_number(flow);
	const struct protocol *protocol = protocol_by_number(number);
	char *p = put_character(writer_reserve(o->writer, RECORD_ROOM), '{');

	if (event)
		p = put_event(o, p, event);
	p = put_protocol(put_family(p, flow_family(flow)), number);
	for (unsigned d = ORIGINAL; d < DIRECTIONS; d++) {
		if (flow->tuple[d].present)
			p = put_direction(p, flow, d, protocol);
	}
	for (size_t i = field_first_fact; i < field_count; i++) {
		if (flow->present & fields[i].present)
			p = put_field(o, p, &fields[i], flow);
	}
	p = put_nat(p, flow);
	if (flow->present & FLOW_SYNPROXY)
		p = put_synproxy(p, flow);
	if (flow->present & FLOW_MASTER)
		p = put_whole_tuple(p, "master", &flow->master);
	p = put_close(p, '}');
	p[-1] = '\n';
	writer_commit(o->writer, p);
}

static char *put_expectation_tuples(char *p, const struct expectation *e)
{
	const struct protocol *protocol = protocol_by_number(e->tuple.protocol);

	p = put_protocol(put_family(p, e->tuple.family), e->tuple.protocol);
	if (e->present & EXPECTATION_TUPLE) {
		p = put_tuple(put_character(put_key(p, "expected"), '{'), &e->tuple, protocol);
		p = put_close(p, '}');
	}
	if (e->present & EXPECTATION_MASK) {
		p = put_tuple(put_character(put_key(p, "mask"), '{'), &e->mask, protocol);
		p = put_close(p, '}');
	}
	if (e->present & EXPECTATION_MASTER)
		p = put_whole_tuple(p, "master", &e->master);
	return p;
}

static char *put_expectation_flags(char *p, uint32_t flags)
{
	p = put_character(put_key(p, "flags"), '[');
	for (unsigned i = 0; i < EXPECTATION_FLAG_COUNT; i++) {
		if (flags & 1u << i)
			p = put_word_value(p, expectation_flag_names[i]);
	}
	return put_close(p, ']');
}

static char *put_expectation_nat(char *p, const struct expectation *e)
{
	const struct tuple *tuple = &e->nat_tuple;

	p = put_character(put_key(p, "nat"), '{');
	p = put_word(p, "direction", e->nat_direction == ORIGINAL ? "original" : "reply");
	p = put_tuple(p, tuple, protocol_by_number(tuple->protocol));
	return put_close(p, '}');
}

static char *put_expectation_facts(struct output *o, char *p, const struct expectation *e)
{
	if (e->present & EXPECTATION_TIMEOUT)
		p = put_number(p, "timeout", e->timeout);
	if (e->present & EXPECTATION_CLASS)
		p = put_number(p, "class", e->class);
	if (e->present & EXPECTATION_ZONE)
		p = put_number(p, "zone", e->zone);
	if (e->present & EXPECTATION_ID)
		p = put_number(p, "id", e->id);
	if (e->present & EXPECTATION_FLAGS)
		p = put_expectation_flags(p, e->flags);
	if (e->present & EXPECTATION_HELPER)
		p = put_text(o, p, "helper", e->helper, strnlen(e->helper, sizeof(e->helper)));
	if (e->present & EXPECTATION_FUNCTION)
		p = put_text(
			o, p, "function", e->function, strnlen(e->function, sizeof(e->function)));
	return p;
}

static void json_expectation(
	struct output *o, const struct expectation *e, const struct event *event)
{
	char *p = put_character(writer_reserve(o->writer, RECORD_ROOM), '{');

	if (event)
		p = put_event(o, p, event);
	p = put_expectation_tuples(p, e);
	p = put_expectation_facts(o, p, e);
	if (e->present & EXPECTATION_NAT)
		p = put_expectation_nat(p, e);
	p = put_close(p, '}');
	p[-1] = '\n';
	writer_commit(o->writer, p);
}

static void json_gap(struct output *o, const struct gap *gap)
{
	char *p = put_character(writer_reserve(o->writer, RECORD_ROOM), '{');

	p = put_word(p, "event", "gap");
	p = put_clock(p, "since", gap->since);
	p = put_clock(p, "until", gap->until);
	p = put_number(p, "overruns", gap->overruns);
	if (gap->lost_known)
		p = put_number(p, "lost", gap->lost);
	p = put_close(p, '}');
	p[-1] = '\n';
	writer_commit(o->writer, p);
}

/* One object a CPU; a counter without a name has its number in its key. */
static void json_stats(struct output *o, const struct stats *stats)
{
	char *p = put_character(writer_reserve(o->writer, RECORD_ROOM), '{');

	p = put_number(p, "cpu", stats->cpu);
	for (unsigned i = 0; i < stats->count; i++) {
		const char *name = stats_name(stats->table, stats->counter[i].type);

		if (name) {
			p = put_number(p, name, stats->counter[i].value);
			continue;
		}
		p = put_u32(put_string(p, "\"unknown"), stats->counter[i].type);
		p = put_character(put_u64(put_string(p, "\":"), stats->counter[i].value), ',');
	}
	if (o->netns)
		p = put_text(o, p, "netns", o->netns, strlen(o->netns));
	p = put_close(p, '}');
	p[-1] = '\n';
	writer_commit(o->writer, p);
}

static void json_count(struct output *o, uint64_t entries)
{
	char *p = put_character(writer_reserve(o->writer, RECORD_ROOM), '{');

	p = put_number(p, "entries", entries);
	if (o->netns)
		p = put_text(o, p, "netns", o->netns, strlen(o->netns));
	p = put_close(p, '}');
	p[-1] = '\n';
	writer_commit(o->writer, p);
}

const struct output_format output_json = {
	.name = "json",
	.flow = json_flow,
	.expectation = json_expectation,
	.gap = json_gap,
	.stats = json_stats,
	.count = json_count,
	.summary = json_summary,
};
