/* SPDX-License-Identifier: MIT */
/*
 * The words of the command that makes the entry again, a line each: a table of
 * words in their order. What the kernel does not take back (the flag EXPECTED,
 * a secmark, counters) is left out, and what has its usual value, too.
 */
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nf_conntrack_tcp.h>
#include <string.h>

#include "flow/field.h"
#include "flow/filter.h"
#include "flow/labels.h"
#include "flow/protocol.h"
#include "flow/status.h"
#include "output/output.h"
#include "output/parts.h"

/* One line's subject. */
struct saved {
	const struct flow *flow;
	const struct protocol *protocol; /* NULL: a number without a row */
	struct output *o;
	bool deletes; /* the line is a -D: it selects, it makes nothing */
	bool updates; /* the line is a -U: it cannot give what only creation gives */
};

/*
 * A word of the line, with what stands behind it: put() is called when one of
 * the bits is present (0: always) and writes nothing if there is nothing.
 */
struct saved_word {
	const char *option; /* with the blanks around it; NULL: put() knows */
	uint64_t present;
	char *(*put)(char *p, const char *option, const struct saved *saved);
};

/*
 * The kernel does not tell the time and state of an entry in a flow table
 * (ctnetlink_fill_info()), and no entry is made without them: they are those
 * of a connection that is established, which is what a flow table takes.
 */
#define OFFLOADED_TCP_TIMEOUT   432000
#define OFFLOADED_OTHER_TIMEOUT 120

static bool is_offloaded(const struct saved *saved)
{
	return saved->flow->present & FLOW_STATUS && saved->flow->status & IPS_OFFLOAD &&
	       !saved->deletes && !saved->updates;
}

static bool is_tcp(const struct saved *saved)
{
	return saved->protocol && saved->protocol->extra & PROTOCOL_TCP;
}

static char *put_word_special(char *p, uint32_t code, const uint8_t *bytes, unsigned length)
{
	if (code == '"' || code == '\\')
		return put_character(put_character(p, '\\'), (char)code);
	return put_plain_special(p, code, bytes, length);
}

/*
 * A word of any length, in quotes where -R (not a shell) would take it for two or
 * for the beginning of some; in them, only, a backslash keeps the sign behind it.
 */
static char *put_word(struct output *o, char *p, const char *option, const char *word)
{
	p = put_name(p, option);
	if (strpbrk(word, " \t\"") == NULL)
		return put_plain(o->writer, p, word, strlen(word));
	p = put_escaped(o->writer, put_character(p, '"'), (const uint8_t *)word, strlen(word),
		"\"\\", put_word_special);
	return put_character(p, '"');
}

static char *put_timeout(char *p, const char *option, const struct saved *saved)
{
	const uint32_t fixed = saved->updates ? IPS_FIXED_TIMEOUT : 0;

	if (saved->flow->present & FLOW_STATUS && saved->flow->status & fixed)
		return p; /* the kernel refuses another one */
	if (saved->flow->present & FLOW_TIMEOUT)
		return put_u32(put_name(p, option), saved->flow->timeout);
	if (!is_offloaded(saved))
		return p;
	return put_u32(put_name(p, option),
		is_tcp(saved) ? OFFLOADED_TCP_TIMEOUT : OFFLOADED_OTHER_TIMEOUT);
}

static char *put_status(char *p, const char *option, const struct saved *saved)
{
	char *start = p = put_name(p, option);

	for (uint32_t left = saved->flow->status; left; left &= left - 1) {
		const struct status_bit *row = status_by_bit(left & -left);

		if (row && row->saved)
			p = put_character(put_name(p, row->name), ',');
	}
	return p > start ? p - 1 : put_string(p, "UNSET");
}

static char *put_zone(char *p, const char *option, const struct saved *saved)
{
	uint16_t zone = saved->flow->zone;

	return zone ? put_u32(put_name(p, option), zone) : p;
}

static char *put_tuple_zone(char *p, const char *option, const struct tuple *tuple)
{
	bool known = tuple->present & TUPLE_ZONE && tuple->zone;

	return known ? put_u32(put_name(p, option), tuple->zone) : p;
}

static char *put_original_zone(char *p, const char *option, const struct saved *saved)
{
	return put_tuple_zone(p, option, &saved->flow->tuple[ORIGINAL]);
}

static char *put_reply_zone(char *p, const char *option, const struct saved *saved)
{
	return put_tuple_zone(p, option, &saved->flow->tuple[REPLY]);
}

static char *put_tuple_addresses(
	char *p, const struct tuple *tuple, const char *source, const char *destination)
{
	if (tuple->present & TUPLE_SOURCE)
		p = put_address(put_name(p, source), tuple->family, &tuple->source);
	if (tuple->present & TUPLE_DESTINATION)
		p = put_address(put_name(p, destination), tuple->family, &tuple->destination);
	return p;
}

static char *put_original_addresses(char *p, const char *option, const struct saved *saved)
{
	(void)option;
	return put_tuple_addresses(p, &saved->flow->tuple[ORIGINAL], " -s ", " -d ");
}

/* What source and destination NAT change in the reply tuple, and how it is said. */
struct translation {
	uint8_t kind;        /* enum nat_kind */
	uint8_t part;        /* index of the port in the reply tuple */
	uint16_t tuple_bit;  /* enum tuple_present, of the reply tuple */
	uint32_t status;     /* the kernel's word for it */
	const char *plain;   /* option for an address as it is */
	const char *changed; /* option for one that was translated to */
};

static const struct translation source_nat = {
	NAT_SOURCE, 1, TUPLE_DESTINATION, IPS_SRC_NAT, " -q ", " -n "};
static const struct translation destination_nat = {
	NAT_DESTINATION, 0, TUPLE_SOURCE, IPS_DST_NAT, " -r ", " -g "};

/*
 * The port to write behind a translated address, -1 for none: where no option
 * of the reply tuple says it, or where the port is all that was translated.
 */
static int port_behind(const struct saved *saved, const struct translation *t, bool port_alone)
{
	const struct protocol *protocol = saved->protocol;
	const struct tuple *reply = &saved->flow->tuple[REPLY];
	unsigned index = t->part;
	bool needed = port_alone;

	if (!protocol)
		return -1;
	if (!protocol->pairs) {
		/* ICMP: no reply option has the id. */
		index = ICMP_ID_PART;
		needed = flow_has_icmp_nat(saved->flow, t->kind);
	}
	if (!needed || index >= protocol->part_count || !tuple_has_part(reply, index))
		return -1;
	return reply->part[index];
}

static char *put_translated(
	char *p, const struct tuple *reply, const union address *address, int port)
{
	bool brackets = port >= 0 && reply->family == AF_INET6;

	if (brackets)
		p = put_character(p, '[');
	p = put_address(p, reply->family, address);
	if (brackets)
		p = put_character(p, ']');
	return port >= 0 ? put_u32(put_character(p, ':'), (uint32_t)port) : p;
}

/*
 * A translation gives a key its mirror (nf_nat_proto.c translates none of GRE), so a
 * reply with another one was made as it is, unless the kernel says it was translated.
 */
static bool has_own_key(const struct saved *saved, const struct translation *t)
{
	const struct tuple *tuple = saved->flow->tuple;

	return saved->protocol && saved->protocol->part[t->part].kind == PART_KEY &&
	       !(saved->flow->present & FLOW_STATUS && saved->flow->status & t->status) &&
	       tuple_has_part(&tuple[REPLY], t->part) &&
	       tuple_has_part(&tuple[ORIGINAL], !t->part) &&
	       tuple[REPLY].part[t->part] != tuple[ORIGINAL].part[!t->part];
}

/*
 * One address of the reply tuple. Another address than the original one's is a
 * translation; another port alone is one only where the kernel says so.
 */
static char *put_reply_address(char *p, const struct saved *saved, const struct translation *t)
{
	const struct flow *flow = saved->flow;
	const struct tuple *original = &flow->tuple[ORIGINAL], *reply = &flow->tuple[REPLY];
	bool source = t->kind == NAT_SOURCE;
	const union address *address = source ? &reply->destination : &reply->source;
	const union address *from = source ? &original->source : &original->destination;
	bool known = original->present & (source ? TUPLE_SOURCE : TUPLE_DESTINATION);

	if (!(reply->present & t->tuple_bit))
		return p;
	if (known && !address_equal(address, from) && !has_own_key(saved, t))
		return put_translated(
			put_name(p, t->changed), reply, address, port_behind(saved, t, false));
	if (flow->present & FLOW_STATUS && flow->status & t->status && flow_has_nat(flow, t->kind))
		return put_translated(
			put_name(p, t->changed), reply, address, port_behind(saved, t, true));
	return put_address(put_name(p, t->plain), reply->family, address);
}

static char *put_reply_addresses(char *p, const char *option, const struct saved *saved)
{
	(void)option;
	p = put_reply_address(p, saved, &destination_nat);
	return put_reply_address(p, saved, &source_nat);
}

/* The parts of a tuple by the options of a protocol for that place. */
static char *put_tuple_parts(
	char *p, const struct tuple *tuple, const struct protocol *protocol, enum part_place place)
{
	for (unsigned i = 0; protocol && i < protocol->part_count; i++) {
		const char *option = protocol->part[i].option[place];

		if (!option || !tuple_has_part(tuple, i))
			continue;
		p = put_character(put_name(put_string(p, " --"), option), ' ');
		p = put_u32(p, tuple->part[i]);
	}
	return p;
}

static char *put_protocol_name(char *p, uint8_t number)
{
	return put_name_or_number(p, protocol_row_name(number), number);
}

static char *put_protocol(char *p, const char *option, const struct saved *saved)
{
	const struct tuple *tuple = &saved->flow->tuple[ORIGINAL];

	if (!(tuple->present & TUPLE_PROTOCOL))
		tuple = &saved->flow->tuple[REPLY];
	if (!(tuple->present & TUPLE_PROTOCOL))
		return p;
	p = put_protocol_name(put_name(p, option), tuple->protocol);
	p = put_tuple_parts(p, &saved->flow->tuple[ORIGINAL], saved->protocol, PART_ORIGINAL);
	return put_tuple_parts(p, &saved->flow->tuple[REPLY], saved->protocol, PART_REPLY);
}

static char *put_saved_state(char *p, const char *option, const struct saved *saved)
{
	const char *name = NULL;

	if (saved->flow->present & FLOW_STATE)
		name = protocol_state_name(saved->protocol, saved->flow->state);
	else if (is_tcp(saved) && is_offloaded(saved))
		name = protocol_state_name(saved->protocol, TCP_CONNTRACK_ESTABLISHED);
	return name ? put_name(put_name(p, option), name) : p;
}

static char *put_original_vtag(char *p, const char *option, const struct saved *saved)
{
	return put_u32(put_name(p, option), saved->flow->vtag[ORIGINAL]);
}

static char *put_reply_vtag(char *p, const char *option, const struct saved *saved)
{
	return put_u32(put_name(p, option), saved->flow->vtag[REPLY]);
}

static char *put_role(char *p, const char *option, const struct saved *saved)
{
	const char *name = field_role_name(saved->flow->role);

	return name ? put_name(put_name(p, option), name) : p;
}

/*
 * Whether flags and scales of TCP windows are written. Not for a connection
 * whose packets made its entry, unless it is asked for: the old tool does not,
 * and what else the kernel knows of the windows (how far they reach) cannot be
 * saved. ctnetlink_create_conntrack() gives the entries that programs made a
 * synproxy record, by which they are known.
 */
static bool saves_windows(const struct saved *saved)
{
	const uint64_t flags = FLOW_TCP_FLAGS << ORIGINAL | FLOW_TCP_FLAGS << REPLY;
	const struct flow *flow = saved->flow;

	return is_tcp(saved) && !saved->deletes && (flow->present & flags) == flags &&
	       (saved->o->flags & OUTPUT_FULL || flow->present & FLOW_SYNPROXY);
}

static bool has_window_scale(const struct flow *flow, enum direction d)
{
	return flow->present & FLOW_WINDOW_SCALE << d &&
	       flow->tcp_flags[d].flags & IP_CT_TCP_FLAG_WINDOW_SCALE;
}

static char *put_flag_names(char *p, uint8_t flags)
{
	char *start = p;

	for (unsigned bit = 0; bit < TCP_FLAG_COUNT; bit++) {
		if (flags & 1u << bit)
			p = put_character(put_name(p, tcp_flag_names[bit]), ',');
	}
	return p > start ? p - 1 : put_string(p, TCP_FLAG_NONE);
}

/* The kernel takes a scale only where both directions have one. */
static char *put_windows(char *p, const char *option, const struct saved *saved)
{
	const struct flow *flow = saved->flow;
	const struct tcp_flags *flags = flow->tcp_flags;
	uint8_t usual = tcp_usual_flags(flow->present & FLOW_STATE ? flow->state : 0);

	(void)option;
	if (!saves_windows(saved) ||
		(flags[ORIGINAL].flags == usual && flags[REPLY].flags == usual))
		return p;
	p = put_flag_names(put_string(p, " --orig-tcp-flags "), flags[ORIGINAL].flags);
	p = put_flag_names(put_string(p, " --reply-tcp-flags "), flags[REPLY].flags);
	if (!has_window_scale(flow, ORIGINAL) || !has_window_scale(flow, REPLY))
		return p;
	p = put_u32(put_string(p, " --orig-wscale "), flow->window_scale[ORIGINAL]);
	return put_u32(put_string(p, " --reply-wscale "), flow->window_scale[REPLY]);
}

static char *put_handshake(char *p, const char *option, const struct saved *saved)
{
	uint64_t sequence = saved->flow->handshake_sequence;

	if (sequence == 0 || saved->deletes || saved->updates)
		return p;
	return put_u64(put_name(p, option), sequence);
}

static char *put_helper(char *p, const char *option, const struct saved *saved)
{
	if (saved->deletes || saved->updates)
		return p;
	return put_word(saved->o, p, option, saved->flow->helper);
}

/* The offsets are signed in the kernel (struct nf_ct_seqadj). */
static char *put_sequence(
	char *p, const char *option, const struct saved *saved, enum direction direction)
{
	const struct sequence_adjustment *s = &saved->flow->sequence[direction];

	if (saved->deletes)
		return p;
	p = put_u32(put_name(p, option), s->correction_position);
	p = put_signed(put_character(p, ','), s->offset_before);
	return put_signed(put_character(p, ','), s->offset_after);
}

static char *put_original_sequence(char *p, const char *option, const struct saved *saved)
{
	return put_sequence(p, option, saved, ORIGINAL);
}

static char *put_reply_sequence(char *p, const char *option, const struct saved *saved)
{
	return put_sequence(p, option, saved, REPLY);
}

static char *put_synproxy(char *p, const char *option, const struct saved *saved)
{
	const uint32_t sequence = saved->flow->synproxy.initial_sequence;
	const uint32_t timestamp = saved->flow->synproxy.initial_timestamp;
	const uint32_t offset = saved->flow->synproxy.timestamp_offset;

	if (!(sequence | timestamp | offset) || saved->deletes)
		return p;
	p = put_character(put_u32(put_name(p, option), sequence), ',');
	return put_u32(put_character(put_u32(p, timestamp), ','), offset);
}

static char *put_master(char *p, const char *option, const struct saved *saved)
{
	const struct tuple *master = &saved->flow->master;

	if (saved->deletes || saved->updates)
		return p;
	p = put_address(put_name(p, option), master->family, &master->source);
	p = put_address(put_string(p, " --master-dst "), master->family, &master->destination);
	p = put_protocol_name(put_string(p, " --master-protonum "), master->protocol);
	if (tuple_has_part(master, 0) && tuple_has_part(master, 1)) {
		p = put_u32(put_string(p, " --master-sport "), master->part[0]);
		p = put_u32(put_string(p, " --master-dport "), master->part[1]);
	}
	return p;
}

static char *put_mark(char *p, const char *option, const struct saved *saved)
{
	bool present = saved->flow->present & FLOW_MARK; /* a 0 is told by some kernels only */
	uint32_t mark = present ? saved->flow->mark : 0;
	bool over = saved->o->flags & OUTPUT_OVER;

	/* An update that has a mark has a new one. */
	return (mark || over || (present && saved->updates)) && !saved->deletes
		       ? put_u32(put_name(p, option), mark)
		       : p;
}

/* By name, or by number where it has none or one that no list of labels could hold. */
static char *put_saved_labels(char *p, const char *option, const struct saved *saved)
{
	struct output *o = saved->o;

	if (saved->deletes)
		return p;
	for (unsigned bit = 0; bit < LABEL_BITS; bit++) {
		if (!label_is_set(saved->flow->labels, bit))
			continue;
		if (o->labels && o->labels->name[bit])
			p = put_word(o, p, option, o->labels->name[bit]);
		else
			p = put_u32(put_string(put_name(p, option), "bit:"), bit);
		p = record_room(o->writer, p);
	}
	return p;
}

/* Those of 1.4.9 in its order, then what it loses. */
static const struct saved_word words[] = {
	{" -t ", FLOW_TIMEOUT | FLOW_STATUS, put_timeout},
	{" -u ", FLOW_STATUS, put_status},
	{" -w ", FLOW_ZONE, put_zone},
	{" --orig-zone ", 0, put_original_zone},
	{" --reply-zone ", 0, put_reply_zone},
	{NULL, 0, put_original_addresses},
	{NULL, 0, put_reply_addresses},
	{" -p ", 0, put_protocol},
	{" --state ", FLOW_STATE | FLOW_STATUS, put_saved_state},
	{" --orig-vtag ", FLOW_VTAG << ORIGINAL, put_original_vtag},
	{" --reply-vtag ", FLOW_VTAG << REPLY, put_reply_vtag},
	{" --role ", FLOW_ROLE, put_role},
	{" --handshake-seq ", FLOW_HANDSHAKE, put_handshake},
	{NULL, FLOW_TCP_FLAGS, put_windows},
	{" -m ", 0, put_mark},
	{" --label-add ", FLOW_LABELS, put_saved_labels},
	{" --helper ", FLOW_HELPER, put_helper},
	{" --orig-seqadj ", FLOW_SEQUENCE << ORIGINAL, put_original_sequence},
	{" --reply-seqadj ", FLOW_SEQUENCE << REPLY, put_reply_sequence},
	{" --synproxy ", FLOW_SYNPROXY, put_synproxy},
	{" --master-src ", FLOW_MASTER, put_master},
};

static const char *command_word(const struct output *o, const struct event *event)
{
	switch (event ? event->type : EVENT_NONE) {
	case EVENT_NEW:
		return "-A";
	case EVENT_UPDATE:
		return "-U";
	case EVENT_DESTROY:
		return "-D";
	case EVENT_NONE:
		break;
	}
	return o->subject == SUBJECT_DELETE ? "-D" : "-A";
}

static void save_flow(struct output *o, const struct flow *flow, const struct event *event)
{
	const char *command = command_word(o, event);
	struct saved saved = {
		.flow = flow,
		.protocol = protocol_by_number(protocol_number(flow)),
		.o = o,
		.deletes = command[1] == 'D',
		.updates = command[1] == 'U',
	};
	char *p = put_string(writer_reserve(o->writer, RECORD_ROOM), command);

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (!words[i].present || flow->present & words[i].present)
			p = words[i].put(p, words[i].option, &saved);
	}
	writer_commit(o->writer, put_character(p, '\n'));
}

/* --- expectations ----------------------------------------------------- */

/* Those that the kernel takes: USERSPACE is its own (ctnetlink_alloc_expect()). */
static char *put_expectation_flags(char *p, uint32_t flags)
{
	char *start;

	flags &= EXPECTATION_PERMANENT | EXPECTATION_INACTIVE;
	if (!flags)
		return p;
	start = p = put_string(p, " -u ");
	for (unsigned i = 0; i < EXPECTATION_FLAG_COUNT; i++) {
		if (flags & 1u << i)
			p = put_character(put_name(p, expectation_flag_names[i]), ',');
	}
	return p > start ? p - 1 : p;
}

static char *put_expectation_nat(char *p, const struct expectation *e)
{
	const struct tuple *nat = &e->nat_tuple;

	if (!(e->present & EXPECTATION_NAT) || !(nat->present & TUPLE_SOURCE))
		return p;
	p = put_string(
		p, e->nat_direction == ORIGINAL ? " --expect-nat-orig " : " --expect-nat-reply ");
	return put_translated(
		p, nat, &nat->source, tuple_has_part(nat, 0) ? (int)nat->part[0] : -1);
}

/*
 * Parts by the options of the master's protocol, which the line names: those of
 * the expected one are not known to the right of it. GRE keys and ports are the
 * same to the kernel.
 */
static char *put_expected(char *p, const struct expectation *e, const struct protocol *protocol)
{
	p = put_tuple_addresses(p, &e->tuple, " --tuple-src ", " --tuple-dst ");
	if (e->tuple.protocol != e->master.protocol)
		p = put_protocol_name(put_string(p, " --tuple-protonum "), e->tuple.protocol);
	p = put_tuple_parts(p, &e->tuple, protocol, PART_TUPLE);
	p = put_tuple_addresses(p, &e->mask, " --mask-src ", " --mask-dst ");
	return put_tuple_parts(p, &e->mask, protocol, PART_MASK);
}

/* -I: the master is the tuple that the line begins with. */
static char *put_expectation_facts(struct output *o, char *p, const struct expectation *e)
{
	const struct protocol *protocol = protocol_by_number(e->master.protocol);

	if (e->present & EXPECTATION_TIMEOUT)
		p = put_u32(put_string(p, " -t "), e->timeout);
	if (e->present & EXPECTATION_FLAGS)
		p = put_expectation_flags(p, e->flags);
	if (e->present & EXPECTATION_ZONE && e->zone)
		p = put_u32(put_string(p, " -w "), e->zone);
	p = put_tuple_addresses(p, &e->master, " -s ", " -d ");
	p = put_protocol_name(put_string(p, " -p "), e->master.protocol);
	p = put_tuple_parts(p, &e->master, protocol, PART_ORIGINAL);
	p = put_expected(p, e, protocol);
	if (e->present & EXPECTATION_CLASS && e->class)
		p = put_u32(put_string(p, " --class "), e->class);
	if (e->present & EXPECTATION_HELPER)
		p = put_word(o, p, " --helper ", e->helper);
	if (e->present & EXPECTATION_FUNCTION)
		p = put_word(o, p, " --function ", e->function);
	return put_expectation_nat(p, e);
}

/* -D: the tuple that was expected, and the reply ports that have to be there. */
static char *put_expectation_key(char *p, const struct expectation *e)
{
	const struct protocol *protocol = protocol_by_number(e->tuple.protocol);
	struct tuple reply = {.present = TUPLE_PARTS};

	if (e->present & EXPECTATION_ZONE && e->zone)
		p = put_u32(put_string(p, " -w "), e->zone);
	p = put_tuple_addresses(p, &e->tuple, " -s ", " -d ");
	p = put_protocol_name(put_string(p, " -p "), e->tuple.protocol);
	p = put_tuple_parts(p, &e->tuple, protocol, PART_ORIGINAL);
	return put_tuple_parts(p, &reply, protocol, PART_REPLY);
}

static void save_expectation(
	struct output *o, const struct expectation *e, const struct event *event)
{
	bool deletes = event && event->type == EVENT_DESTROY;
	char *p = writer_reserve(o->writer, RECORD_ROOM);

	p = put_string(p, deletes ? "-D expect" : "-I expect");
	p = deletes ? put_expectation_key(p, e) : put_expectation_facts(o, p, e);
	writer_commit(o->writer, put_character(p, '\n'));
}

const struct output_format output_save = {
	.name = "save",
	.flow = save_flow,
	.expectation = save_expectation,
	.stats = text_stats,
	.count = text_count,
};
