/* SPDX-License-Identifier: MIT */
/*
 * The words of the command that makes the entry again, a line each: a table of
 * words in their order. What cannot be loaded again (an EXPECTED flag, a state
 * without a name, a label without one, a secmark) is left out.
 */
#include <linux/netfilter/nf_conntrack_common.h>
#include <string.h>

#include "flow/field.h"
#include "flow/filter.h"
#include "flow/labels.h"
#include "flow/status.h"
#include "output/output.h"
#include "output/parts.h"

/* One line's subject. */
struct saved {
	const struct flow *flow;
	const struct protocol *protocol; /* NULL: a number without a row */
	struct output *o;
	bool deletes; /* the line is a -D: it selects, it makes nothing */
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

static char *put_timeout(char *p, const char *option, const struct saved *saved)
{
	return put_u32(put_name(p, option), saved->flow->timeout);
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

static char *put_original_addresses(char *p, const char *option, const struct saved *saved)
{
	const struct tuple *tuple = &saved->flow->tuple[ORIGINAL];

	(void)option;
	if (tuple->present & TUPLE_SOURCE)
		p = put_address(put_string(p, " -s "), tuple->family, &tuple->source);
	if (tuple->present & TUPLE_DESTINATION)
		p = put_address(put_string(p, " -d "), tuple->family, &tuple->destination);
	return p;
}

#define ICMP_ID 2 /* the part of ICMP and ICMPv6 */

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
	const struct tuple *original = &saved->flow->tuple[ORIGINAL];
	const struct tuple *reply = &saved->flow->tuple[REPLY];
	unsigned index = t->part;
	bool needed = port_alone;

	if (!protocol)
		return -1;
	if (!protocol->pairs) {
		/* ICMP: source NAT changes the id (nf_nat_core.c), and no reply option has it. */
		index = ICMP_ID;
		needed = t->kind == NAT_SOURCE && reply->part[index] != original->part[index];
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
	if (known && !address_equal(address, from))
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

static char *put_parts(char *p, const struct saved *saved, enum direction direction)
{
	const struct tuple *tuple = &saved->flow->tuple[direction];
	enum part_place place = direction == ORIGINAL ? PART_ORIGINAL : PART_REPLY;

	for (unsigned i = 0; i < saved->protocol->part_count; i++) {
		const char *option = saved->protocol->part[i].option[place];

		if (!option || !tuple_has_part(tuple, i))
			continue;
		p = put_character(put_name(put_string(p, " --"), option), ' ');
		p = put_u32(p, tuple->part[i]);
	}
	return p;
}

static char *put_protocol(char *p, const char *option, const struct saved *saved)
{
	const struct tuple *tuple = &saved->flow->tuple[ORIGINAL];

	if (!(tuple->present & TUPLE_PROTOCOL))
		tuple = &saved->flow->tuple[REPLY];
	if (!(tuple->present & TUPLE_PROTOCOL))
		return p;
	p = put_name(p, option);
	if (!saved->protocol)
		return put_u32(p, tuple->protocol);
	p = put_name(p, saved->protocol->name);
	return put_parts(put_parts(p, saved, ORIGINAL), saved, REPLY);
}

static char *put_saved_state(char *p, const char *option, const struct saved *saved)
{
	const char *name =
		saved->protocol ? protocol_state_name(saved->protocol, saved->flow->state) : NULL;

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

static char *put_mark(char *p, const char *option, const struct saved *saved)
{
	uint32_t mark = saved->flow->mark;

	return mark && !saved->deletes ? put_u32(put_name(p, option), mark) : p;
}

/* In quotes where -R (not a shell) would take it for two words. */
static char *put_label(struct output *o, char *p, const char *option, const char *name)
{
	bool quoted = strpbrk(name, " \t") != NULL;

	p = put_name(p, option);
	if (quoted)
		p = put_character(p, '"');
	p = put_plain(o->writer, p, name, strlen(name));
	return quoted ? put_character(p, '"') : p;
}

static char *put_saved_labels(char *p, const char *option, const struct saved *saved)
{
	struct output *o = saved->o;
	const uint8_t *labels = saved->flow->labels;

	if (saved->deletes || !o->labels)
		return p;
	for (unsigned bit = next_named_label(labels, o->labels, 0); bit < LABEL_BITS;
		bit = next_named_label(labels, o->labels, bit + 1))
		p = put_label(o, p, option, o->labels->name[bit]);
	return p;
}

/* Those of 1.4.9 in its order, then what it loses. */
static const struct saved_word words[] = {
	{" -t ", FLOW_TIMEOUT, put_timeout},
	{" -u ", FLOW_STATUS, put_status},
	{" -w ", FLOW_ZONE, put_zone},
	{" --orig-zone ", 0, put_original_zone},
	{" --reply-zone ", 0, put_reply_zone},
	{NULL, 0, put_original_addresses},
	{NULL, 0, put_reply_addresses},
	{" -p ", 0, put_protocol},
	{" --state ", FLOW_STATE, put_saved_state},
	{" --orig-vtag ", FLOW_VTAG << ORIGINAL, put_original_vtag},
	{" --reply-vtag ", FLOW_VTAG << REPLY, put_reply_vtag},
	{" --role ", FLOW_ROLE, put_role},
	{" -m ", FLOW_MARK, put_mark},
	{" --label-add ", FLOW_LABELS, put_saved_labels},
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
	};
	char *p = put_string(writer_reserve(o->writer, RECORD_ROOM), command);

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (!words[i].present || flow->present & words[i].present)
			p = words[i].put(p, words[i].option, &saved);
	}
	writer_commit(o->writer, put_character(p, '\n'));
}

const struct output_format output_save = {
	.name = "save",
	.flow = save_flow,
	.expectation = text_expectation,
	.stats = text_stats,
	.count = text_count,
};
