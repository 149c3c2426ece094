/* SPDX-License-Identifier: MIT */
/*
 * The default text: one line a record, words parted by one blank. Each piece
 * ends in its blank; the last one becomes the newline.
 */
#include <linux/netfilter/nf_conntrack_common.h>
#include <string.h>

#include "base/clock.h"
#include "flow/labels.h"
#include "flow/status.h"
#include "output/output.h"
#include "output/parts.h"
#include "output/summary.h"

static char *put_time_prefix(char *p, struct timespec when)
{
	p = put_u64(put_character(p, '['), (uint64_t)when.tv_sec);
	p = put_u64_padded(put_character(p, '.'), (uint64_t)when.tv_nsec / 1000, 6);
	return put_string(p, "]\t");
}

static char *put_event_type(char *p, enum event_type type)
{
	switch (type) {
	case EVENT_NEW:
		return put_string(p, "    [NEW] ");
	case EVENT_UPDATE:
		return put_string(p, " [UPDATE] ");
	case EVENT_DESTROY:
		return put_string(p, "[DESTROY] ");
	case EVENT_NONE:
		break;
	}
	return p;
}

/* A name padded to 8, and its number. */
static inline char *put_named_number(char *p, const char *name, uint8_t number)
{
	char *padded_end = p + 9;

	/* Nine blanks under the name; it is at most eight long. */
	memcpy(put_name(p, name), "         ", 9);
	return put_character(put_small(padded_end, number), ' ');
}

/* prefix: "" or what stands before src and dst in an expectation. */
static inline __attribute__((always_inline)) char *put_addresses(
	char *p, const struct tuple *tuple, const char *prefix)
{
	if (tuple->present & TUPLE_SOURCE) {
		p = put_string(put_string(p, prefix), "src=");
		p = put_character(put_address(p, tuple->family, &tuple->source), ' ');
	}
	if (tuple->present & TUPLE_DESTINATION) {
		p = put_string(put_string(p, prefix), "dst=");
		p = put_character(put_address(p, tuple->family, &tuple->destination), ' ');
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
		p = put_character(put_name(p, part->key), '=');
		p = put_character(put_part(p, part->kind, tuple->part[i]), ' ');
	}
	return p;
}

/* The ports of the original direction: mostly those of the reply, the other way round. */
struct ports {
	const struct tuple *tuple; /* NULL when there are none */
	struct digits source, destination;
};

static inline bool has_pair(const struct tuple *tuple)
{
	return tuple_has_part(tuple, 0) && tuple_has_part(tuple, 1);
}

static inline bool is_mirrored(const struct tuple *tuple, const struct tuple *other)
{
	return has_pair(tuple) && tuple->part[0] == other->part[1] &&
	       tuple->part[1] == other->part[0];
}

static struct ports ports_of(const struct flow *flow, const struct protocol *protocol)
{
	const struct tuple *tuple = &flow->tuple[ORIGINAL];

	if (!protocol || !protocol->pairs || protocol->part[0].kind != PART_PORT ||
		!has_pair(tuple))
		return (struct ports){.tuple = NULL};
	return (struct ports){
		.tuple = tuple,
		.source = digits_of(tuple->part[0]),
		.destination = digits_of(tuple->part[1]),
	};
}

static inline char *put_ports(
	char *p, const struct protocol *protocol, struct digits source, struct digits destination)
{
	p = put_character(put_name(p, protocol->part[0].key), '=');
	p = put_character(put_digits(p, source), ' ');
	p = put_character(put_name(p, protocol->part[1].key), '=');
	return put_character(put_digits(p, destination), ' ');
}

static char *put_direction(char *p, const struct flow *flow, enum direction direction,
	const struct protocol *protocol, const struct ports *ports)
{
	const struct tuple *tuple = &flow->tuple[direction];

	p = put_addresses(p, tuple, "");
	if (direction == ORIGINAL && ports->tuple)
		p = put_ports(p, protocol, ports->source, ports->destination);
	else if (ports->tuple && is_mirrored(tuple, ports->tuple))
		p = put_ports(p, protocol, ports->destination, ports->source);
	else
		p = put_parts(p, tuple, protocol);
	if (tuple->present & TUPLE_ZONE && tuple->zone) {
		p = put_string(p, direction == ORIGINAL ? "zone-orig=" : "zone-reply=");
		p = put_character(put_u32(p, tuple->zone), ' ');
	}
	if (flow->present & FLOW_COUNTERS << direction) {
		p = put_u64(put_string(p, "packets="), flow->counters[direction].packets);
		p = put_u64(put_string(p, " bytes="), flow->counters[direction].bytes);
		p = put_character(p, ' ');
	}
	return p;
}

/* One word at the most; [UNREPLIED] stands elsewhere. */
static char *put_confidence(char *p, uint32_t status)
{
	switch (status_confidence(status)) {
	case CONFIDENCE_HW_OFFLOAD:
		return put_string(p, "[HW_OFFLOAD] ");
	case CONFIDENCE_OFFLOAD:
		return put_string(p, "[OFFLOAD] ");
	case CONFIDENCE_ASSURED:
		return put_string(p, "[ASSURED] ");
	default:
		return p;
	}
}

static char *put_tuples(char *p, const struct flow *flow, const struct protocol *protocol)
{
	struct ports ports = ports_of(flow, protocol);

	p = put_direction(p, flow, ORIGINAL, protocol, &ports);
	if (flow->present & FLOW_STATUS && !(flow->status & IPS_SEEN_REPLY))
		p = put_string(p, "[UNREPLIED] ");
	p = put_direction(p, flow, REPLY, protocol, &ports);
	return flow->present & FLOW_STATUS ? put_confidence(p, flow->status) : p;
}

static char *put_security(struct output *o, char *p, const struct flow *flow)
{
	if (flow->present & FLOW_SECMARK)
		p = put_character(put_u32(put_string(p, "secmark="), flow->secmark), ' ');
	if (flow->present & FLOW_SECCTX) {
		p = put_string(p, "secctx=");
		p = put_plain(o->writer, p, flow->secctx.bytes, flow->secctx.length);
		p = put_character(p, ' ');
	}
	return p;
}

/* As ctime(3): Mon Nov 24 22:07:23 2025. */
static char *put_calendar(char *p, const char *key, uint64_t nanoseconds)
{
	static const char days[] = "SunMonTueWedThuFriSat";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	const struct tm *tm = local_time((time_t)(nanoseconds / NANOSECONDS));

	p = put_character(put_bytes(put_string(p, key), days + 3 * tm->tm_wday, 3), ' ');
	p = put_character(put_bytes(p, months + 3 * tm->tm_mon, 3), ' ');
	if (tm->tm_mday < 10)
		p = put_character(p, ' ');
	p = put_character(put_u32(p, (uint32_t)tm->tm_mday), ' ');
	p = put_character(put_u64_padded(p, (uint64_t)tm->tm_hour, 2), ':');
	p = put_character(put_u64_padded(p, (uint64_t)tm->tm_min, 2), ':');
	p = put_character(put_u64_padded(p, (uint64_t)tm->tm_sec, 2), ' ');
	p = put_u32(p, (uint32_t)(tm->tm_year + 1900));
	return put_string(p, "] ");
}

static char *put_times(
	struct output *o, char *p, const struct flow *flow, const struct event *event)
{
	if (flow->present & FLOW_START) {
		p = put_u64(put_string(p, "delta-time="), flow_age(o, flow, event));
		p = put_character(p, ' ');
	}
	if (!(o->flags & OUTPUT_KTIMESTAMP))
		return p;
	if (flow->present & FLOW_START)
		p = put_calendar(p, "[start=", flow->start);
	if (flow->present & FLOW_STOP)
		p = put_calendar(p, "[stop=", flow->stop);
	return p;
}

static char *put_helper(struct output *o, char *p, const char *helper)
{
	p = put_string(p, "helper=");
	p = put_plain(o->writer, p, helper, strnlen(helper, HELPER_NAME_SIZE));
	return put_character(p, ' ');
}

static char *put_labels(struct output *o, char *p, const struct flow *flow)
{
	unsigned bit = next_named_label(flow->labels, o->labels, 0);
	const char *before = "labels=";

	if (bit == LABEL_BITS)
		return p;
	for (; bit < LABEL_BITS; bit = next_named_label(flow->labels, o->labels, bit + 1)) {
		const char *name = o->labels->name[bit];

		p = put_plain(o->writer, put_string(p, before), name, strlen(name));
		before = ",";
	}
	return put_character(p, ' ');
}

static char *put_netns(struct output *o, char *p, const char *netns)
{
	p = put_plain(o->writer, put_string(p, "netns="), netns, strlen(netns));
	return put_character(p, ' ');
}

/* Who asked for the change, when it was a program. */
static char *put_origin(struct output *o, char *p, const struct event *event)
{
	p = put_u32(put_string(p, "[USERSPACE] portid="), event->port);
	if (event->program) {
		p = put_string(p, " progname=");
		p = put_plain(o->writer, p, event->program, strlen(event->program));
	}
	return put_character(p, ' ');
}

static char *put_received(char *p, const struct event *event)
{
	p = put_u64(put_string(p, "received="), (uint64_t)event->received.tv_sec);
	p = put_character(p, '.');
	p = put_u64_padded(p, (uint64_t)event->received.tv_nsec / 1000, 6);
	return put_character(p, ' ');
}

/* An event that was found by comparing with the table; asked for by --snapshot and --resync. */
static char *put_source(char *p, enum event_source source)
{
	return put_string(p, source == EVENT_SNAPSHOT ? "[SNAPSHOT] " : "[RESYNC] ");
}

/* What stands between the reply tuple and the reference count. */
static char *put_facts(
	struct output *o, char *p, const struct flow *flow, const struct event *event)
{
	if (flow->present & FLOW_MARK)
		p = put_character(put_small(put_string(p, "mark="), flow->mark), ' ');
	if (flow->present & (FLOW_SECMARK | FLOW_SECCTX))
		p = put_security(o, p, flow);
	if (flow->present & FLOW_ZONE && flow->zone)
		p = put_character(put_u32(put_string(p, "zone="), flow->zone), ' ');
	if (flow->present & (FLOW_START | FLOW_STOP))
		p = put_times(o, p, flow, event);
	if (flow->present & FLOW_HELPER)
		p = put_helper(o, p, flow->helper);
	if (event && o->flags & OUTPUT_RECEIVED)
		p = put_received(p, event);
	return p;
}

static char *put_prefix(
	struct output *o, char *p, const struct flow *flow, const struct event *event)
{
	if (event && o->flags & OUTPUT_TIMESTAMP)
		p = put_time_prefix(p, event_time(flow, event));
	if (event)
		p = put_event_type(p, event->type);
	if (o->flags & OUTPUT_EXTENDED)
		p = put_named_number(p, family_name(flow_family(flow)), flow_family(flow));
	return p;
}

static void text_flow(struct output *o, const struct flow *flow, const struct event *event)
{
	uint8_t number = protocol_number(flow);
	const struct protocol *protocol = protocol_by_number(number);
	char *p = put_prefix(o, writer_reserve(o->writer, RECORD_ROOM), flow, event);

	p = put_named_number(p, protocol_name(number), number);
	if (flow->present & FLOW_TIMEOUT)
		p = put_character(put_u32(p, flow->timeout), ' ');
	if (flow->present & FLOW_STATE)
		p = put_character(put_state(p, protocol, flow->state), ' ');
	p = put_tuples(p, flow, protocol);
	p = put_facts(o, p, flow, event);
	if (flow->present & FLOW_USE)
		p = put_character(put_small(put_string(p, "use="), flow->use), ' ');
	if (flow->present & FLOW_ID && o->flags & OUTPUT_ID)
		p = put_character(put_u32(put_string(p, "id="), flow->id), ' ');
	if (flow->present & FLOW_LABELS && o->flags & OUTPUT_LABELS && o->labels)
		p = put_labels(o, p, flow);
	if (event && event->source != EVENT_LIVE)
		p = put_source(p, event->source);
	if (flow->present & FLOW_NETNS)
		p = put_netns(o, p, flow->netns);
	if (event && event->port)
		p = put_origin(o, p, event);
	p[-1] = '\n';
	writer_commit(o->writer, p);
}

static char *put_expectation_flags(char *p, uint32_t flags)
{
	char *start = p;

	for (unsigned i = 0; i < EXPECTATION_FLAG_COUNT; i++) {
		if (flags & 1u << i)
			p = put_character(put_name(p, expectation_flag_names[i]), ',');
	}
	if (p > start)
		p[-1] = ' ';
	return p;
}

static char *put_expected(char *p, const struct expectation *e)
{
	const struct protocol *protocol = protocol_by_number(e->tuple.protocol);

	p = put_character(put_u32(put_string(p, "proto="), e->tuple.protocol), ' ');
	if (e->present & EXPECTATION_TUPLE)
		p = put_parts(put_addresses(p, &e->tuple, ""), &e->tuple, protocol);
	if (e->present & EXPECTATION_MASK)
		p = put_parts(put_addresses(p, &e->mask, "mask-"), &e->mask, protocol);
	if (e->present & EXPECTATION_MASTER) {
		protocol = protocol_by_number(e->master.protocol);
		p = put_parts(put_addresses(p, &e->master, "master-"), &e->master, protocol);
	}
	return p;
}

void text_expectation(struct output *o, const struct expectation *e, const struct event *event)
{
	char *p = writer_reserve(o->writer, RECORD_ROOM);

	if (o->flags & OUTPUT_TIMESTAMP)
		p = put_time_prefix(p, expectation_time(event));
	if (event)
		p = put_event_type(p, event->type);
	if (e->present & EXPECTATION_TIMEOUT)
		p = put_character(put_u32(p, e->timeout), ' ');
	p = put_expected(p, e);
	if (e->present & EXPECTATION_ZONE && e->zone)
		p = put_character(put_u32(put_string(p, "zone="), e->zone), ' ');
	if (e->present & EXPECTATION_FLAGS)
		p = put_expectation_flags(p, e->flags);
	if (e->present & EXPECTATION_CLASS)
		p = put_character(put_u32(put_string(p, "class="), e->class), ' ');
	if (e->present & EXPECTATION_HELPER)
		p = put_helper(o, p, e->helper);
	if (event && o->flags & OUTPUT_RECEIVED)
		p = put_received(p, event);
	p[-1] = '\n';
	writer_commit(o->writer, p);
}

/* Unlike an entry's, this line ends in a blank. */
void text_stats(struct output *o, const struct stats *stats)
{
	char *start = put_string(writer_reserve(o->writer, RECORD_ROOM), "cpu=");
	char *p = put_u32(start, stats->cpu);

	while (p < start + 4)
		p = put_character(p, ' ');
	p = put_character(p, '\t');
	for (unsigned i = 0; i < stats->count; i++) {
		const char *name = stats_name(stats->table, stats->counter[i].type);

		p = name ? put_name(p, name)
			 : put_u32(put_string(p, "unknown"), stats->counter[i].type);
		p = put_u64(put_character(p, '='), stats->counter[i].value);
		p = put_character(p, ' ');
	}
	if (o->netns)
		p = put_netns(o, p, o->netns);
	writer_commit(o->writer, put_character(p, '\n'));
}

void text_count(struct output *o, uint64_t entries)
{
	char *p = put_character(put_u64(writer_reserve(o->writer, RECORD_ROOM), entries), ' ');

	if (o->netns)
		p = put_netns(o, p, o->netns);
	p[-1] = '\n';
	writer_commit(o->writer, p);
}

const struct output_format output_text = {
	.name = "",
	.flow = text_flow,
	.expectation = text_expectation,
	.stats = text_stats,
	.count = text_count,
	.summary = text_summary,
};
