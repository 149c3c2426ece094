/* SPDX-License-Identifier: MIT */
/*
 * A request as one line of text, so that a test row is a command line and what
 * it must mean: whatever is in the request and not the default is in the line.
 */
#ifndef TESTS_UNIT_CLI_DESCRIBE_H
#define TESTS_UNIT_CLI_DESCRIBE_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "flow/expression.h"
#include "flow/protocol.h"

struct line {
	size_t used;
	char text[2048];
};

static void say(struct line *l, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void say(struct line *l, const char *format, ...)
{
	va_list arguments;

	if (l->used >= sizeof(l->text))
		return;
	va_start(arguments, format);
	l->used +=
		(size_t)vsnprintf(l->text + l->used, sizeof(l->text) - l->used, format, arguments);
	va_end(arguments);
}

static void say_address(struct line *l, const union address *address, uint8_t family)
{
	char text[INET6_ADDRSTRLEN];

	say(l, "%s", inet_ntop(family, address->bytes, text, sizeof(text)));
}

static void say_tuple(struct line *l, const char *name, const struct tuple *t)
{
	if (t->present == 0)
		return;
	say(l, " %s{", name);
	if (t->present & TUPLE_SOURCE)
		say_address(l, &t->source, t->family);
	say(l, ">");
	if (t->present & TUPLE_DESTINATION)
		say_address(l, &t->destination, t->family);
	if (t->present & TUPLE_PROTOCOL)
		say(l, " p%u", t->protocol);
	for (unsigned i = 0; i < TUPLE_PART_COUNT; i++) {
		if (t->present & TUPLE_PART << i)
			say(l, " %u", t->part[i]);
	}
	if (t->present & TUPLE_ZONE)
		say(l, " zone=%u", t->zone);
	say(l, "}");
}

static void say_labels(struct line *l, const uint8_t *labels)
{
	const char *before = "";

	for (unsigned bit = 0; bit < LABEL_BITS; bit++) {
		if (!label_is_set(labels, bit))
			continue;
		say(l, "%s%u", before, bit);
		before = ",";
	}
}

static void say_nat(struct line *l, const struct nat_term *nat)
{
	static const char *const wanted[] = {[NAT_WANT_SOURCE] = "snat",
		[NAT_WANT_DESTINATION] = "dnat",
		[NAT_WANT_ANY] = "nat"};

	say(l, " %s", wanted[nat->wanted]);
	if (nat->has_address) {
		say(l, "=");
		say_address(l, &nat->address, nat->family);
	}
	if (nat->has_port)
		say(l, ":%u-%u", nat->port_minimum, nat->port_maximum);
}

static void say_address_term(struct line *l, const struct term *t)
{
	union address all;
	unsigned length = t->family == AF_INET ? 4 : 16;

	memset(&all, 0xff, sizeof(all));
	say_address(l, &t->address, t->family);
	if (memcmp(&t->address_mask, &all, length) == 0)
		return;
	say(l, "/");
	say_address(l, &t->address_mask, t->family);
}

static void say_term(struct line *l, const struct term *t)
{
	const char *side = t->direction == ORIGINAL ? "o" : "r";

	switch (t->kind) {
	case TERM_FAMILY:
		say(l, " family=%s", t->number == AF_INET ? "ipv4" : "ipv6");
		break;
	case TERM_PROTOCOL:
		say(l, " p%u", t->number);
		break;
	case TERM_SOURCE:
	case TERM_DESTINATION:
		say(l, " %s.%s=", side, t->kind == TERM_SOURCE ? "src" : "dst");
		say_address_term(l, t);
		break;
	case TERM_PART:
		say(l, " %s.part%u=%u", side, t->index, t->number);
		break;
	case TERM_STATE:
		say(l, " state=%u", t->number);
		break;
	case TERM_VTAG:
		say(l, " %s.vtag=%u", side, t->number);
		break;
	case TERM_STATUS:
		say(l, " status=%x/%x", t->number, t->mask);
		break;
	case TERM_MARK:
		say(l, " mark=%x/%x", t->number, t->mask);
		break;
	case TERM_SECMARK:
		say(l, " secmark=%u", t->number);
		break;
	case TERM_ID:
		say(l, " id=%u", t->number);
		break;
	case TERM_TIMEOUT:
		say(l, " timeout=%u", t->number);
		break;
	case TERM_ZONE:
		say(l, " zone=%u", t->number);
		break;
	case TERM_TUPLE_ZONE:
		say(l, " %s.zone=%u", side, t->number);
		break;
	case TERM_LABELS:
		say(l, " labels=");
		say_labels(l, t->labels);
		break;
	case TERM_NAT:
		say_nat(l, &t->nat);
		break;
	default:
		say(l, " kind%d", t->kind); /* only the tree of an expression has those */
		break;
	}
}

static void say_nat_request(struct line *l, const char *name, const struct nat_request *nat)
{
	say(l, " %s=", name);
	say_address(l, &nat->minimum, nat->family);
	if (memcmp(&nat->minimum, &nat->maximum, sizeof(nat->minimum)) != 0) {
		say(l, "-");
		say_address(l, &nat->maximum, nat->family);
	}
	if (nat->has_port)
		say(l, ":%u-%u", nat->port_minimum, nat->port_maximum);
}

/* What makes an entry whole. */
static void say_whole(struct line *l, const struct flow *f)
{
	for (int d = 0; d < DIRECTIONS; d++) {
		const struct sequence_adjustment *s = &f->sequence[d];

		if (f->present & FLOW_WINDOW_SCALE << d)
			say(l, " wscale:=%u", f->window_scale[d]);
		if (f->present & FLOW_SEQUENCE << d)
			say(l, " seqadj:=%u,%d,%d", s->correction_position, (int)s->offset_before,
				(int)s->offset_after);
	}
	if (f->present & FLOW_HANDSHAKE)
		say(l, " handshake:=%llu", (unsigned long long)f->handshake_sequence);
	if (f->present & FLOW_HELPER)
		say(l, " helper:=%s", f->helper);
	if (f->present & FLOW_SYNPROXY)
		say(l, " synproxy:=%u,%u,%u", f->synproxy.initial_sequence,
			f->synproxy.initial_timestamp, f->synproxy.timestamp_offset);
	if (f->present & FLOW_MASTER)
		say_tuple(l, "master", &f->master);
}

static void say_flow(struct line *l, const struct flow *f)
{
	say_tuple(l, "orig", &f->tuple[ORIGINAL]);
	say_tuple(l, "reply", &f->tuple[REPLY]);
	if (f->present & FLOW_ZONE)
		say(l, " zone:=%u", f->zone);
	if (f->present & FLOW_TIMEOUT)
		say(l, " timeout:=%u", f->timeout);
	if (f->present & FLOW_STATUS)
		say(l, " status:=%x", f->status);
	if (f->present & FLOW_MARK)
		say(l, " mark:=%x", f->mark);
	if (f->present & FLOW_MARK_MASK)
		say(l, "/%x", f->mark_mask);
	if (f->present & FLOW_STATE)
		say(l, " state:=%u", f->state);
	for (int d = 0; d < DIRECTIONS; d++) {
		if (f->present & FLOW_TCP_FLAGS << d)
			say(l, " flags:=%x/%x", f->tcp_flags[d].flags, f->tcp_flags[d].mask);
		if (f->present & FLOW_VTAG << d)
			say(l, " vtag:=%u", f->vtag[d]);
	}
	if (f->present & FLOW_ROLE)
		say(l, " role:=%u", f->role);
	say_whole(l, f);
	if (f->present & FLOW_LABELS) {
		say(l, " labels:=");
		say_labels(l, f->labels);
	}
	if (f->present & FLOW_LABELS_MASK) {
		say(l, "/");
		if (label_is_set(f->labels_mask, 126) && label_is_set(f->labels_mask, 3))
			say(l, "all");
		else
			say_labels(l, f->labels_mask);
	}
	if (f->present & FLOW_NAT << NAT_SOURCE)
		say_nat_request(l, "snat:", &f->nat[NAT_SOURCE]);
	if (f->present & FLOW_NAT << NAT_DESTINATION)
		say_nat_request(l, "dnat:", &f->nat[NAT_DESTINATION]);
}

static void say_expectation(struct line *l, const struct expectation *e)
{
	if (e->present & EXPECTATION_MASTER)
		say_tuple(l, "master", &e->master);
	if (e->present & EXPECTATION_TUPLE)
		say_tuple(l, "tuple", &e->tuple);
	if (e->present & EXPECTATION_MASK)
		say_tuple(l, "mask", &e->mask);
	if (e->present & EXPECTATION_TIMEOUT)
		say(l, " timeout:=%u", e->timeout);
	if (e->present & EXPECTATION_FLAGS)
		say(l, " flags:=%x", e->flags);
	if (e->present & EXPECTATION_ZONE)
		say(l, " zone:=%u", e->zone);
	if (e->present & EXPECTATION_CLASS)
		say(l, " class:=%u", e->class);
	if (e->present & EXPECTATION_HELPER)
		say(l, " helper:=%s", e->helper);
	if (e->present & EXPECTATION_FUNCTION)
		say(l, " function:=%s", e->function);
	if (e->present & EXPECTATION_NAT)
		say_tuple(l, e->nat_direction == REPLY ? "nat-reply" : "nat-orig", &e->nat_tuple);
}

static void say_output(struct line *l, const struct request *r)
{
	static const char *const flags[] = {
		"extended", "timestamp", "id", "ktimestamp", "labels", "userspace", "full"};

	if (r->format != &output_text)
		say(l, " -o %s", r->format->name);
	for (unsigned i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		if (r->output_flags >> i & 1)
			say(l, " +%s", flags[i]);
	}
}

static void say_rest(struct line *l, const struct expression *rest)
{
	static char bytes[2 * WRITER_RESERVE_MAX];
	struct writer w;

	writer_open(&w, -1, bytes, sizeof(bytes));
	expression_print(&w, rest);
	say(l, " rest: %.*s", (int)w.used, bytes);
}

/* The text lives until the next call. */
static const char *describe(const struct request *r)
{
	static const char *const tables[] = {"", " expect", " dying", " unconfirmed"};
	static struct line l;

	l.used = 0;
	say(&l, "%s%s", cli_command_option(r->command), tables[r->table]);
	if (r->command == COMMAND_HELP) {
		say(&l, " %s %s", cli_command_option(r->help_command),
			r->help_protocol != NULL ? r->help_protocol->name : "");
		return l.text;
	}
	if (r->load_path != NULL)
		say(&l, " load=%s", r->load_path);
	if (r->family != AF_UNSPEC)
		say(&l, " %s", r->family == AF_INET ? "ipv4" : "ipv6");
	if (!filter_is_empty(&r->filter)) {
		say(&l, " [");
		for (unsigned i = 0; i < r->filter.count; i++)
			say_term(&l, &r->filter.term[i]);
		if (r->filter.rest != NULL)
			say_rest(&l, r->filter.rest);
		say(&l, " ]");
	}
	say_flow(&l, &r->flow);
	say_expectation(&l, &r->expectation);
	if (r->zero_counters)
		say(&l, " zero");
	if (r->skip_existing)
		say(&l, " skip-existing");
	if (r->event_mask != EVENTS_ALL)
		say(&l, " events=%u", r->event_mask);
	if (r->buffer_size != 0)
		say(&l, " buffer=%d", r->buffer_size);
	say_output(&l, r);
	return l.text;
}

#endif
