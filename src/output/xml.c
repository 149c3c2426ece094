/* SPDX-License-Identifier: MIT */
/*
 * XML: a head, one element a line without anything around it, a foot. Text is
 * escaped so that a line stays a line and each element a well-formed document.
 */
#include <linux/netfilter/nf_conntrack_common.h>
#include <string.h>

#include "base/clock.h"
#include "flow/labels.h"
#include "output/output.h"
#include "output/parts.h"

static void xml_begin(struct output *o)
{
	writer_string(o->writer, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n");
	writer_string(o->writer, o->expectations ? "<expect>\n" : "<conntrack>\n");
}

static void xml_end(struct output *o)
{
	writer_string(o->writer, o->expectations ? "</expect>\n" : "</conntrack>\n");
}

/* Inlined, so that a literal tag is copied as one. */
static inline __attribute__((always_inline)) char *put_open(char *p, const char *tag)
{
	return put_character(put_string(put_character(p, '<'), tag), '>');
}

static inline __attribute__((always_inline)) char *put_close(char *p, const char *tag)
{
	return put_character(put_string(put_string(p, "</"), tag), '>');
}

static inline __attribute__((always_inline)) char *put_number(
	char *p, const char *tag, uint64_t value)
{
	return put_close(put_u64(put_open(p, tag), value), tag);
}

/*
 * XML 1.0, 2.2: most control characters and U+FFFE, U+FFFF cannot be written
 * at all, not even as a reference; U+FFFD stands for them and for bytes that
 * are no UTF-8.
 */
static char *put_xml_special(char *p, uint32_t code, const uint8_t *bytes, unsigned length)
{
	bool reference =
		code == '\t' || code == '\n' || code == '\r' || (code >= 0x7f && code < 0xa0);

	if (code == '&')
		return put_string(p, "&amp;");
	if (code == '<')
		return put_string(p, "&lt;");
	if (code == '>')
		return put_string(p, "&gt;");
	if (reference)
		return put_character(put_u32(put_string(p, "&#"), code), ';');
	if (code < ' ' || code == 0xfffe || code == 0xffff || code == INVALID_BYTE)
		return put_string(p, "\xef\xbf\xbd");
	return put_bytes(p, (const char *)bytes, length);
}

static char *put_text(struct output *o, char *p, const char *tag, const void *bytes, size_t length)
{
	p = put_escaped(o->writer, put_open(p, tag), bytes, length, "<>&", put_xml_special);
	return put_close(p, tag);
}

static inline __attribute__((always_inline)) char *put_layer(
	char *p, const char *opening, unsigned number, const char *name)
{
	p = put_u32(put_string(p, opening), number);
	return put_string(put_name(put_string(p, "\" protoname=\""), name), "\">");
}

/* Families have the numbers of the kernel: AF_INET, AF_INET6. */
static char *put_layer3(char *p, uint8_t family)
{
	return put_layer(p, "<layer3 protonum=\"", family, family_name(family));
}

static char *put_layer4(char *p, uint8_t protocol)
{
	return put_layer(p, "<layer4 protonum=\"", protocol, protocol_name(protocol));
}

static char *put_addresses(char *p, const struct tuple *tuple)
{
	if (tuple->present & TUPLE_SOURCE) {
		p = put_address(put_string(p, "<src>"), tuple->family, &tuple->source);
		p = put_string(p, "</src>");
	}
	if (tuple->present & TUPLE_DESTINATION) {
		p = put_address(put_string(p, "<dst>"), tuple->family, &tuple->destination);
		p = put_string(p, "</dst>");
	}
	return p;
}

static char *put_parts(char *p, const struct tuple *tuple, const struct protocol *protocol)
{
	if (!protocol)
		return p;
	for (unsigned i = 0; i < protocol->part_count; i++) {
		const struct protocol_part *part = &protocol->part[i];

		if (!tuple_has_part(tuple, i))
			continue;
		p = put_character(put_name(put_character(p, '<'), part->key), '>');
		p = put_string(put_part(p, part->kind, tuple->part[i]), "</");
		p = put_character(put_name(p, part->key), '>');
	}
	return p;
}

static char *put_direction(char *p, const struct flow *flow, enum direction direction)
{
	const struct tuple *tuple = &flow->tuple[direction];

	p = put_string(p, direction == ORIGINAL ? "<meta direction=\"original\">"
						: "<meta direction=\"reply\">");
	p = put_addresses(put_layer3(p, tuple->family), tuple);
	p = put_layer4(put_string(p, "</layer3>"), tuple->protocol);
	p = put_parts(p, tuple, protocol_by_number(tuple->protocol));
	p = put_string(p, "</layer4>");
	if (tuple->present & TUPLE_ZONE && tuple->zone)
		p = put_number(p, "zone", tuple->zone);
	if (flow->present & FLOW_COUNTERS << direction) {
		p = put_number(
			put_string(p, "<counters>"), "packets", flow->counters[direction].packets);
		p = put_number(p, "bytes", flow->counters[direction].bytes);
		p = put_string(p, "</counters>");
	}
	return put_string(p, "</meta>");
}

static char *put_labels(struct output *o, char *p, const struct flow *flow)
{
	unsigned bit = next_named_label(flow->labels, o->labels, 0);

	if (bit == LABEL_BITS)
		return p;
	p = put_string(p, "<labels>");
	for (; bit < LABEL_BITS; bit = next_named_label(flow->labels, o->labels, bit + 1)) {
		const char *name = o->labels->name[bit];

		p = put_text(o, p, "label", name, strlen(name));
	}
	return put_string(p, "</labels>");
}

static char *put_times(
	struct output *o, char *p, const struct flow *flow, const struct event *event)
{
	if (o->flags & OUTPUT_KTIMESTAMP) {
		p = put_string(p, "<timestamp>");
		if (flow->present & FLOW_START)
			p = put_number(p, "start", flow->start);
		if (flow->present & FLOW_STOP)
			p = put_number(p, "stop", flow->stop);
		p = put_string(p, "</timestamp>");
	}
	if (flow->present & FLOW_START)
		p = put_number(p, "deltatime", flow_age(o, flow, event));
	return p;
}

static char *put_status(char *p, uint32_t status)
{
	if (status & IPS_ASSURED)
		p = put_string(p, "<assured/>");
	if (!(status & IPS_SEEN_REPLY))
		p = put_string(p, "<unreplied/>");
	return p;
}

/* From the state to the marks, in the order of 1.4.9. */
static char *put_facts(struct output *o, char *p, const struct flow *flow)
{
	const struct protocol *protocol = protocol_by_number(protocol_number(flow));

	if (flow->present & FLOW_STATE)
		p = put_string(
			put_state(put_string(p, "<state>"), protocol, flow->state), "</state>");
	if (flow->present & FLOW_TIMEOUT)
		p = put_number(p, "timeout", flow->timeout);
	if (flow->present & FLOW_MARK)
		p = put_number(p, "mark", flow->mark);
	if (flow->present & FLOW_LABELS && o->flags & OUTPUT_LABELS && o->labels)
		p = put_labels(o, p, flow);
	if (flow->present & FLOW_SECMARK)
		p = put_number(p, "secmark", flow->secmark);
	if (flow->present & FLOW_SECCTX)
		p = put_text(o, p, "secctx", flow->secctx.bytes, flow->secctx.length);
	if (flow->present & FLOW_ZONE && flow->zone)
		p = put_number(p, "zone", flow->zone);
	if (flow->present & FLOW_USE)
		p = put_number(p, "use", flow->use);
	if (flow->present & FLOW_ID)
		p = put_number(p, "id", flow->id);
	return p;
}

/* Local time; hours are not padded, minutes and seconds are; Sunday is 1. */
static char *put_when(char *p, time_t second)
{
	const struct tm *tm = local_time(second);

	p = put_number(put_string(p, "<when>"), "hour", (uint64_t)tm->tm_hour);
	p = put_u64_padded(put_string(p, "<min>"), (uint64_t)tm->tm_min, 2);
	p = put_u64_padded(put_string(p, "</min><sec>"), (uint64_t)tm->tm_sec, 2);
	p = put_number(put_string(p, "</sec>"), "wday", (uint64_t)tm->tm_wday + 1);
	p = put_number(p, "day", (uint64_t)tm->tm_mday);
	p = put_number(p, "month", (uint64_t)tm->tm_mon + 1);
	p = put_number(p, "year", (uint64_t)tm->tm_year + 1900);
	return put_string(p, "</when>");
}

static char *put_flow_open(char *p, const struct event *event)
{
	if (!event || event->type == EVENT_NONE)
		return put_string(p, "<flow>");
	p = put_name(put_string(p, "<flow type=\""), event_name(event->type));
	if (event->source != EVENT_LIVE)
		p = put_name(put_string(p, "\" from=\""), event_source_name(event->source));
	return put_string(p, "\">");
}

static void xml_flow(struct output *o, const struct flow *flow, const struct event *event)
{
	char *p = put_flow_open(writer_reserve(o->writer, RECORD_ROOM), event);

	if (flow->tuple[ORIGINAL].present)
		p = put_direction(p, flow, ORIGINAL);
	if (flow->tuple[REPLY].present)
		p = put_direction(p, flow, REPLY);
	p = put_facts(o, put_string(p, "<meta direction=\"independent\">"), flow);
	if (flow->present & FLOW_STATUS)
		p = put_status(p, flow->status);
	if (flow->present & (FLOW_START | FLOW_STOP))
		p = put_times(o, p, flow, event);
	p = put_string(p, "</meta>");
	if (event && o->flags & OUTPUT_TIMESTAMP)
		p = put_when(p, event_time(flow, event).tv_sec);
	if (event && o->flags & OUTPUT_RECEIVED)
		p = put_number(p, "received", nanoseconds_of(event->received));
	if (flow->present & FLOW_HELPER)
		p = put_text(o, p, "helper", flow->helper, strnlen(flow->helper, HELPER_NAME_SIZE));
	if (flow->present & FLOW_NETNS)
		p = put_text(o, p, "netns", flow->netns, strlen(flow->netns));
	writer_commit(o->writer, put_string(p, "</flow>\n"));
}

static void xml_gap(struct output *o, const struct gap *gap)
{
	char *p = put_string(writer_reserve(o->writer, RECORD_ROOM), "<gap>");

	p = put_number(p, "since", nanoseconds_of(gap->since));
	p = put_number(p, "until", nanoseconds_of(gap->until));
	p = put_number(p, "overruns", gap->overruns);
	if (gap->lost_known)
		p = put_number(p, "lost", gap->lost);
	writer_commit(o->writer, put_string(p, "</gap>\n"));
}

/* The tuples of an expectation by their names. */
struct named_tuple {
	const char *tag;
	uint32_t present; /* enum expectation_present */
	const struct tuple *tuple;
};

#define EXPECTATION_TUPLES 3

static char *put_expected(char *p, const struct expectation *e)
{
	const struct named_tuple tuples[EXPECTATION_TUPLES] = {
		{"expected", EXPECTATION_TUPLE, &e->tuple},
		{"mask", EXPECTATION_MASK, &e->mask},
		{"master", EXPECTATION_MASTER, &e->master},
	};
	const struct protocol *protocol = protocol_by_number(e->tuple.protocol);

	p = put_layer3(p, e->tuple.family);
	for (unsigned i = 0; i < EXPECTATION_TUPLES; i++) {
		if (e->present & tuples[i].present)
			p = put_close(put_addresses(put_open(p, tuples[i].tag), tuples[i].tuple),
				tuples[i].tag);
	}
	p = put_layer4(put_string(p, "</layer3>"), e->tuple.protocol);
	for (unsigned i = 0; i < EXPECTATION_TUPLES; i++) {
		if (tuples[i].tuple == &e->master)
			protocol = protocol_by_number(e->master.protocol);
		if (e->present & tuples[i].present)
			p = put_close(
				put_parts(put_open(p, tuples[i].tag), tuples[i].tuple, protocol),
				tuples[i].tag);
	}
	return put_string(p, "</layer4>");
}

static char *put_expectation_flags(char *p, uint32_t flags)
{
	if (flags & EXPECTATION_PERMANENT)
		p = put_string(p, "<permanent/>");
	if (flags & EXPECTATION_INACTIVE)
		p = put_string(p, "<inactive/>");
	if (flags & EXPECTATION_USERSPACE)
		p = put_string(p, "<userspace/>");
	return p;
}

static void xml_expectation(
	struct output *o, const struct expectation *e, const struct event *event)
{
	char *p = put_flow_open(writer_reserve(o->writer, RECORD_ROOM), event);

	p = put_string(put_expected(p, e), "<meta>");
	if (e->present & EXPECTATION_HELPER)
		p = put_text(o, p, "helper-name", e->helper, strnlen(e->helper, HELPER_NAME_SIZE));
	if (e->present & EXPECTATION_TIMEOUT)
		p = put_number(p, "timeout", e->timeout);
	if (e->present & EXPECTATION_CLASS)
		p = put_number(p, "class", e->class);
	if (e->present & EXPECTATION_ZONE && e->zone)
		p = put_number(p, "zone", e->zone);
	if (o->flags & OUTPUT_TIMESTAMP)
		p = put_when(p, expectation_time(event).tv_sec);
	if (event && o->flags & OUTPUT_RECEIVED)
		p = put_number(p, "received", nanoseconds_of(event->received));
	if (e->present & EXPECTATION_FLAGS)
		p = put_expectation_flags(p, e->flags);
	writer_commit(o->writer, put_string(p, "</meta></flow>\n"));
}

const struct output_format output_xml = {
	.name = "xml",
	.begin = xml_begin,
	.flow = xml_flow,
	.expectation = xml_expectation,
	.gap = xml_gap,
	.end = xml_end,
	.stats = text_stats,
	.count = text_count,
};
