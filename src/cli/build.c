/* SPDX-License-Identifier: MIT */
/* What is given, and checked, into a request: filter terms, tuples, a whole new entry. */
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nf_conntrack_tcp.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>

#include "cli/given.h"
#include "cli/options.h"

/* An ICMP type that the kernel tracks no flow of (nf_conntrack_proto_icmp.c). */
#define ICMP_TYPE_UNTRACKED 255

/* --- filter ----------------------------------------------------------- */

struct terms {
	const struct given *g;
	struct filter *filter;
	struct term spare; /* takes what does not fit */
	bool full;
};

static struct term *add(struct terms *t, enum term_kind kind)
{
	struct term *term = filter_ask(t->filter, kind);

	if (term != NULL)
		return term;
	t->full = true;
	return &t->spare;
}

static void add_number(
	struct terms *t, enum term_kind kind, enum direction direction, uint32_t number)
{
	struct term *term = add(t, kind);

	term->direction = direction;
	term->number = number;
}

/* An address, within its /BITS or the mask of its own option (-1: it has none). */
static void add_address(
	struct terms *t, enum term_kind kind, enum direction direction, int id, int mask)
{
	const struct given *g = t->g;

	if (!is_given(g, id))
		return;

	const union address *bits =
		mask >= 0 && is_given(g, mask) ? &g->address[mask].address : &g->address[id].mask;
	struct term *term = add(t, kind);

	term->direction = direction;
	term->family = g->address[id].family;
	term->address_mask = *bits;
	for (unsigned i = 0; i < 2; i++)
		term->address.halves[i] = g->address[id].address.halves[i] & bits->halves[i];
}

static void add_parts(struct terms *t, enum part_place place, enum direction direction)
{
	const struct given *g = t->g;

	for (unsigned i = 0; i < TUPLE_PART_COUNT; i++) {
		if (!is_given(g, option_of_part(place, i)))
			continue;

		struct term *term = add(t, TERM_PART);

		term->direction = direction;
		term->index = (uint8_t)i;
		term->number = g->part[place][i];
	}
}

static void add_nat(struct terms *t, int id, enum nat_wanted wanted)
{
	const struct given_nat *nat = &t->g->nat[id - OPTION_SOURCE_NAT];

	if (!is_given(t->g, id))
		return;

	struct nat_term *term = &add(t, TERM_NAT)->nat;

	term->wanted = wanted;
	term->has_address = nat->family != AF_UNSPEC;
	term->has_port = nat->has_port;
	term->icmp = is_given(t->g, OPTION_PROTOCOL) && protocol_is_icmp(t->g->protocol_number);
	term->family = nat->family;
	term->address = nat->address;
	term->port_minimum = nat->port_minimum;
	term->port_maximum = nat->port_maximum;
}

/* What identifies a flow: family, tuples, zones, id, NAT. Every selecting command has these. */
static void add_identity(struct terms *t)
{
	const struct given *g = t->g;

	if (g->family != AF_UNSPEC)
		add_number(t, TERM_FAMILY, ORIGINAL, g->family);
	if (is_given(g, OPTION_PROTOCOL))
		add_number(t, TERM_PROTOCOL, ORIGINAL, g->protocol_number);
	add_address(t, TERM_SOURCE, ORIGINAL, OPTION_SOURCE, OPTION_MASK_SOURCE);
	add_address(t, TERM_DESTINATION, ORIGINAL, OPTION_DESTINATION, OPTION_MASK_DESTINATION);
	add_address(t, TERM_SOURCE, REPLY, OPTION_REPLY_SOURCE, -1);
	add_address(t, TERM_DESTINATION, REPLY, OPTION_REPLY_DESTINATION, -1);
	add_parts(t, PART_ORIGINAL, ORIGINAL);
	add_parts(t, PART_REPLY, REPLY);
	if (is_given(g, OPTION_ZONE))
		add_number(t, TERM_ZONE, ORIGINAL, g->zone);
	if (is_given(g, OPTION_ORIGINAL_ZONE))
		add_number(t, TERM_TUPLE_ZONE, ORIGINAL, g->tuple_zone[ORIGINAL]);
	if (is_given(g, OPTION_REPLY_ZONE))
		add_number(t, TERM_TUPLE_ZONE, REPLY, g->tuple_zone[REPLY]);
	if (is_given(g, OPTION_ID))
		add_number(t, TERM_ID, ORIGINAL, g->id);
	if (is_given(g, OPTION_SECMARK))
		add_number(t, TERM_SECMARK, ORIGINAL, g->secmark);
	add_nat(t, OPTION_SOURCE_NAT, NAT_WANT_SOURCE);
	add_nat(t, OPTION_DESTINATION_NAT, NAT_WANT_DESTINATION);
	add_nat(t, OPTION_ANY_NAT, NAT_WANT_ANY);
}

/* What -U sets and the other commands select by. */
static void add_condition(struct terms *t)
{
	const struct given *g = t->g;

	if (is_given(g, OPTION_STATE))
		add_number(t, TERM_STATE, ORIGINAL, g->state);
	if (is_given(g, OPTION_ORIGINAL_VTAG))
		add_number(t, TERM_VTAG, ORIGINAL, g->vtag[ORIGINAL]);
	if (is_given(g, OPTION_REPLY_VTAG))
		add_number(t, TERM_VTAG, REPLY, g->vtag[REPLY]);
	if (is_given(g, OPTION_STATUS) && (g->status_set | g->status_clear) != 0) {
		struct term *term = add(t, TERM_STATUS);

		term->number = g->status_set;
		term->mask = g->status_set | g->status_clear;
	}
	if (is_given(g, OPTION_MARK)) {
		struct term *term = add(t, TERM_MARK);

		term->number = g->mark;
		term->mask = g->mark_mask;
	}
}

static int build_filter(const struct given *g, const struct label_map *map, struct request *request,
	struct complaint *c)
{
	struct terms t = {.g = g, .filter = &request->filter};

	add_identity(&t);
	if (g->command != COMMAND_UPDATE)
		add_condition(&t);
	if (is_given(g, OPTION_LABEL) &&
		given_label_bits(g, OPTION_LABEL, map, add(&t, TERM_LABELS)->labels, c) < 0)
		return -1;
	return t.full ? complain(c, "more conditions than can be tested at once") : 0;
}

/* --- tuples ----------------------------------------------------------- */

static void set_source(struct tuple *tuple, const union address *address)
{
	tuple->source = *address;
	tuple->present |= TUPLE_SOURCE;
}

static void set_destination(struct tuple *tuple, const union address *address)
{
	tuple->destination = *address;
	tuple->present |= TUPLE_DESTINATION;
}

static void set_part(struct tuple *tuple, unsigned index, uint16_t value)
{
	tuple->part[index] = value;
	tuple->present |= (uint8_t)(TUPLE_PART << index);
}

/*
 * The original tuple: what is given of it, else the mirror of what is given of
 * the reply. A part that may be left out (the ICMP id) is 0.
 */
static void build_original(const struct given *g, struct tuple *tuple)
{
	bool direct = is_given(g, OPTION_SOURCE);
	const struct protocol *p = g->protocol;

	tuple->family = g->family;
	tuple->protocol = g->protocol_number;
	tuple->present |= TUPLE_PROTOCOL;
	set_source(tuple, &g->address[direct ? OPTION_SOURCE : OPTION_REPLY_DESTINATION].address);
	set_destination(
		tuple, &g->address[direct ? OPTION_DESTINATION : OPTION_REPLY_SOURCE].address);
	if (given_is_generic(g))
		return;
	for (unsigned i = 0; p != NULL && i < p->part_count; i++) {
		if (is_given(g, option_of_part(PART_ORIGINAL, i)))
			set_part(tuple, i, g->part[PART_ORIGINAL][i]);
		else if (p->pairs && is_given(g, option_of_part(PART_REPLY, 1 - i)))
			set_part(tuple, i, g->part[PART_REPLY][1 - i]);
		else
			set_part(tuple, i, 0);
	}
}

/* The reply tuple: the mirror of the original one, but for what is given of it. */
static void build_reply(const struct given *g, const struct tuple *original, struct tuple *tuple)
{
	const struct protocol *p = g->protocol;

	tuple_invert(tuple, original);
	/*
	 * The kernel does not ask whether ICMP goes with the family; a type
	 * without an answer makes it refuse, as it always did.
	 */
	if ((original->protocol == IPPROTO_ICMP && original->family == AF_INET6) ||
		(original->protocol == IPPROTO_ICMPV6 && original->family == AF_INET))
		tuple->part[0] = ICMP_TYPE_UNTRACKED;
	if (is_given(g, OPTION_REPLY_SOURCE))
		set_source(tuple, &g->address[OPTION_REPLY_SOURCE].address);
	if (is_given(g, OPTION_REPLY_DESTINATION))
		set_destination(tuple, &g->address[OPTION_REPLY_DESTINATION].address);
	for (unsigned i = 0; p != NULL && i < p->part_count; i++) {
		if (is_given(g, option_of_part(PART_REPLY, i)))
			set_part(tuple, i, g->part[PART_REPLY][i]);
	}
}

static void set_tuple_zone(const struct given *g, struct flow *flow, enum direction direction)
{
	if (!is_given(g, direction == ORIGINAL ? OPTION_ORIGINAL_ZONE : OPTION_REPLY_ZONE))
		return;
	flow->tuple[direction].zone = g->tuple_zone[direction];
	flow->tuple[direction].present |= TUPLE_ZONE;
}

static void set_zone(const struct given *g, struct flow *flow)
{
	if (!is_given(g, OPTION_ZONE))
		return;
	flow->zone = g->zone;
	flow->present |= FLOW_ZONE;
}

/* -G: the tuple that is looked up is the original one, else the reply one. */
static int build_get(const struct given *g, const struct label_map *map, struct request *request,
	struct complaint *c)
{
	struct flow *flow = &request->flow;
	bool direct = is_given(g, OPTION_SOURCE);

	build_original(g, &flow->tuple[ORIGINAL]);
	if (!direct) {
		build_reply(g, &flow->tuple[ORIGINAL], &flow->tuple[REPLY]);
		flow->tuple[ORIGINAL] = (struct tuple){0};
	}
	set_zone(g, flow);
	set_tuple_zone(g, flow, direct ? ORIGINAL : REPLY);
	return build_filter(g, map, request, c);
}

/* --- what to set ------------------------------------------------------ */

/*
 * Flags and window scale of TCP. The kernel takes a scale only where the flags
 * of both directions have WINDOW_SCALE (nlattr_to_tcp()), so a scale says that
 * too, unless the flags are said by themselves.
 */
static void set_tcp(const struct given *g, struct flow *flow)
{
	for (int d = 0; d < DIRECTIONS; d++) {
		struct tcp_flags *flags = &flow->tcp_flags[d];

		*flags = (struct tcp_flags){0};
		if (is_given(g, OPTION_STATE))
			flags->flags = tcp_usual_flags(g->state);
		if (is_given(g, OPTION_ORIGINAL_WSCALE + d)) {
			flow->window_scale[d] = g->window_scale[d];
			flow->present |= FLOW_WINDOW_SCALE << d;
			flags->flags |= IP_CT_TCP_FLAG_WINDOW_SCALE;
		}
		flags->mask = flags->flags;
		if (is_given(g, OPTION_ORIGINAL_TCP_FLAGS + d))
			*flags = (struct tcp_flags){g->tcp_flags[d], UINT8_MAX};
		if (flags->mask != 0)
			flow->present |= FLOW_TCP_FLAGS << d;
	}
}

static void set_protocol_state(const struct given *g, struct flow *flow)
{
	if (is_given(g, OPTION_STATE)) {
		flow->state = g->state;
		flow->present |= FLOW_STATE;
	}
	if (g->protocol != NULL && g->protocol->extra & PROTOCOL_TCP)
		set_tcp(g, flow);
	for (int direction = 0; direction < DIRECTIONS; direction++) {
		if (!is_given(g, OPTION_ORIGINAL_VTAG + direction))
			continue;
		flow->vtag[direction] = g->vtag[direction];
		flow->present |= FLOW_VTAG << direction;
	}
	if (is_given(g, OPTION_ROLE)) {
		flow->role = g->role;
		flow->present |= FLOW_ROLE;
	}
	if (is_given(g, OPTION_HANDSHAKE)) {
		flow->handshake_sequence = g->handshake_sequence;
		flow->present |= FLOW_HANDSHAKE;
	}
}

static void set_adjustments(const struct given *g, struct flow *flow)
{
	for (int d = 0; d < DIRECTIONS; d++) {
		if (!is_given(g, OPTION_ORIGINAL_SEQADJ + d))
			continue;
		flow->sequence[d] = g->sequence[d];
		flow->present |= FLOW_SEQUENCE << d;
	}
	if (is_given(g, OPTION_SYNPROXY)) {
		flow->synproxy.initial_sequence = g->synproxy[0];
		flow->synproxy.initial_timestamp = g->synproxy[1];
		flow->synproxy.timestamp_offset = g->synproxy[2];
		flow->present |= FLOW_SYNPROXY;
	}
}

static void set_helper(const struct given *g, struct flow *flow)
{
	if (!is_given(g, OPTION_HELPER))
		return;
	snprintf(flow->helper, sizeof(flow->helper), "%s", g->helper);
	flow->present |= FLOW_HELPER;
}

/* The flags to set; in a saved line of the old tool EXPECTED, which nobody can set. */
static uint32_t status_to_set(const struct given *g)
{
	return g->loading ? g->status_set & ~(uint32_t)IPS_EXPECTED : g->status_set;
}

/* What -I, -A and -U set alike. */
static int build_values(
	const struct given *g, const struct label_map *map, struct flow *flow, struct complaint *c)
{
	if (is_given(g, OPTION_TIMEOUT)) {
		flow->timeout = g->timeout;
		flow->present |= FLOW_TIMEOUT;
	}
	if (is_given(g, OPTION_STATUS) && status_to_set(g) != 0) {
		flow->status = status_to_set(g);
		flow->present |= FLOW_STATUS;
	}
	if (is_given(g, OPTION_MARK)) {
		flow->mark = g->mark;
		flow->present |= FLOW_MARK;
	}
	set_protocol_state(g, flow);
	set_adjustments(g, flow);
	set_helper(g, flow);
	return given_label_change(g, map, flow, c);
}

/*
 * NAT of one kind. The kernel wants the reply tuple as the plain mirror and
 * the translation beside it: a reply tuple that is translated already makes an
 * entry that translates nothing (nf_nat_core.c, nf_nat_setup_info()).
 */
static int build_nat(
	const struct given *g, struct flow *flow, enum nat_kind kind, struct complaint *c)
{
	const bool is_source = kind == NAT_SOURCE;
	const int id = OPTION_SOURCE_NAT + (int)kind;
	const int address_id = is_source ? OPTION_REPLY_DESTINATION : OPTION_REPLY_SOURCE;
	const unsigned index = is_source ? 1 : 0; /* of the reply's part that is translated */
	const struct given_nat *given = &g->nat[kind];
	struct nat_request *nat = &flow->nat[kind];
	struct tuple *reply = &flow->tuple[REPLY];
	union address *side = is_source ? &reply->destination : &reply->source;
	struct spelling a;
	struct spelling b;
	struct tuple plain;

	if (!is_given(g, id))
		return 0;
	tuple_invert(&plain, &flow->tuple[ORIGINAL]);
	*nat = (struct nat_request){
		.minimum = given->address,
		.maximum = given->address,
		.family = given->family,
		.has_port = given->has_port,
		.port_minimum = given->port_minimum,
		.port_maximum = given->port_maximum,
	};
	flow->present |= FLOW_NAT << kind;

	const union address *plain_side = is_source ? &plain.destination : &plain.source;

	if (!address_equal(side, plain_side) && !address_equal(side, &given->address))
		return complain(c, "%s and %s name different addresses", option_spelled(&a, g, id),
			option_spelled(&b, g, address_id));
	*side = *plain_side;
	if (g->protocol == NULL || !g->protocol->pairs || reply->part[index] == plain.part[index])
		return 0;
	if (!given->has_port) {
		nat->has_port = true;
		nat->port_minimum = reply->part[index];
		nat->port_maximum = reply->part[index];
	} else if (reply->part[index] < given->port_minimum ||
		   reply->part[index] > given->port_maximum) {
		return complain(c, "%s and %s name different ports", option_spelled(&a, g, id),
			option_spelled(&b, g, option_of_part(PART_REPLY, index)));
	}
	reply->part[index] = plain.part[index];
	return 0;
}

/* The connection that expected this one. */
static void set_master(const struct given *g, struct flow *flow)
{
	struct tuple *master = &flow->master;

	if (!is_given(g, OPTION_MASTER_SOURCE))
		return;
	*master = (struct tuple){
		.family = g->family, .protocol = g->master_protocol, .present = TUPLE_PROTOCOL};
	set_source(master, &g->address[OPTION_MASTER_SOURCE].address);
	set_destination(master, &g->address[OPTION_MASTER_DESTINATION].address);
	for (unsigned i = 0; i < 2; i++) {
		if (is_given(g, OPTION_MASTER_SOURCE_PORT + (int)i))
			set_part(master, i, g->master_part[i]);
	}
	flow->present |= FLOW_MASTER;
}

static int build_create(const struct given *g, const struct label_map *map, struct request *request,
	struct complaint *c)
{
	struct flow *flow = &request->flow;

	build_original(g, &flow->tuple[ORIGINAL]);
	build_reply(g, &flow->tuple[ORIGINAL], &flow->tuple[REPLY]);
	set_zone(g, flow);
	set_tuple_zone(g, flow, ORIGINAL);
	set_tuple_zone(g, flow, REPLY);
	set_master(g, flow);
	if (build_nat(g, flow, NAT_SOURCE, c) < 0 || build_nat(g, flow, NAT_DESTINATION, c) < 0)
		return -1;
	return build_values(g, map, flow, c);
}

static int build_update(const struct given *g, const struct label_map *map, struct request *request,
	struct complaint *c)
{
	if (is_given(g, OPTION_MARK)) {
		request->flow.mark_mask = g->mark_mask;
		request->flow.present |= FLOW_MARK_MASK;
	}
	if (build_values(g, map, &request->flow, c) < 0)
		return -1;
	return build_filter(g, map, request, c);
}

/* --- expectations ----------------------------------------------------- */

/* A tuple of two addresses and the parts of a place. */
static void build_tuple(const struct given *g, struct tuple *tuple, const union address *source,
	const union address *destination, enum part_place place)
{
	bool expected = place == PART_TUPLE || place == PART_MASK;

	*tuple = (struct tuple){.family = g->family, .present = TUPLE_PROTOCOL};
	tuple->protocol = expected && is_given(g, OPTION_TUPLE_PROTOCOL) ? g->tuple_protocol
									 : g->protocol_number;
	set_source(tuple, source);
	set_destination(tuple, destination);
	for (unsigned i = 0; i < TUPLE_PART_COUNT; i++) {
		if (is_given(g, option_of_part(place, i)))
			set_part(tuple, i, g->part[place][i]);
	}
}

/* The mask of one address: its own option, else the bits behind the address. */
static const union address *expected_mask(const struct given *g, int address, int mask)
{
	return is_given(g, mask) ? &g->address[mask].address : &g->address[address].mask;
}

/* The kernel keeps an address and a port of the tuple, but wants it whole. */
static void set_expected_nat(const struct given *g, struct expectation *e)
{
	static const union address none;

	for (int d = 0; d < DIRECTIONS; d++) {
		const struct given_nat *nat =
			&g->nat[OPTION_EXPECT_NAT_ORIGINAL + d - OPTION_SOURCE_NAT];

		if (!is_given(g, OPTION_EXPECT_NAT_ORIGINAL + d))
			continue;
		e->nat_tuple = (struct tuple){.family = g->family,
			.protocol = g->protocol_number,
			.present = TUPLE_PROTOCOL};
		set_source(&e->nat_tuple, nat->family != AF_UNSPEC ? &nat->address : &none);
		set_destination(&e->nat_tuple, &none);
		set_part(&e->nat_tuple, 0, nat->has_port ? nat->port_minimum : 0);
		set_part(&e->nat_tuple, 1, 0);
		e->nat_direction = (uint32_t)d;
		e->present |= EXPECTATION_NAT;
	}
}

/* What an expectation may have besides what it must have. */
static void set_expected_facts(const struct given *g, struct expectation *e)
{
	if (g->expectation_flags != 0) {
		e->flags = g->expectation_flags;
		e->present |= EXPECTATION_FLAGS;
	}
	if (is_given(g, OPTION_CLASS)) {
		e->class = g->class;
		e->present |= EXPECTATION_CLASS;
	}
	if (is_given(g, OPTION_HELPER)) {
		snprintf(e->helper, sizeof(e->helper), "%s", g->helper);
		e->present |= EXPECTATION_HELPER;
	}
	if (is_given(g, OPTION_FUNCTION)) {
		snprintf(e->function, sizeof(e->function), "%s", g->function);
		e->present |= EXPECTATION_FUNCTION;
	}
	set_expected_nat(g, e);
}

static void build_expectation(const struct given *g, struct expectation *e)
{
	const struct given_address *a = g->address;

	e->present = 0;
	if (is_given(g, OPTION_ZONE)) {
		e->zone = g->zone;
		e->present = EXPECTATION_ZONE;
	}

	if (g->command != COMMAND_CREATE) {
		build_tuple(g, &e->tuple, &a[OPTION_SOURCE].address, &a[OPTION_DESTINATION].address,
			PART_ORIGINAL);
		e->present |= EXPECTATION_TUPLE;
		return;
	}
	build_tuple(g, &e->master, &a[OPTION_SOURCE].address, &a[OPTION_DESTINATION].address,
		PART_ORIGINAL);
	build_tuple(g, &e->tuple, &a[OPTION_TUPLE_SOURCE].address,
		&a[OPTION_TUPLE_DESTINATION].address, PART_TUPLE);
	build_tuple(g, &e->mask, expected_mask(g, OPTION_TUPLE_SOURCE, OPTION_MASK_SOURCE),
		expected_mask(g, OPTION_TUPLE_DESTINATION, OPTION_MASK_DESTINATION), PART_MASK);
	e->timeout = g->timeout;
	e->present |=
		EXPECTATION_MASTER | EXPECTATION_TUPLE | EXPECTATION_MASK | EXPECTATION_TIMEOUT;
	set_expected_facts(g, e);
}

/* --- the request ------------------------------------------------------ */

/* What keeps changes from harm, and says what they took. */
static void build_guards(const struct given *g, struct request *request)
{
	request->explain = is_given(g, OPTION_EXPLAIN);
	request->verify = is_given(g, OPTION_VERIFY);
	request->dry_run = is_given(g, OPTION_DRY_RUN);
	request->all = is_given(g, OPTION_ALL);
	request->strict = is_given(g, OPTION_STRICT);
	if (is_given(g, OPTION_MAXIMUM))
		request->maximum = g->maximum;
	if (is_given(g, OPTION_UNDO))
		request->undo_path = g->undo_path;
}

/* How -E goes on and when it ends. */
static void build_events(const struct given *g, struct event_options *events)
{
	*events = (struct event_options){
		.queue_size = is_given(g, OPTION_QUEUE) ? g->queue_size : EVENT_QUEUE_DEFAULT,
		.stop_after = is_given(g, OPTION_STOP_AFTER) ? g->stop_after : 0,
		.duration = is_given(g, OPTION_DURATION) ? g->duration : 0,
		.output_path = is_given(g, OPTION_OUTPUT_FILE) ? g->output_path : NULL,
		.snapshot = is_given(g, OPTION_SNAPSHOT),
		.resync = is_given(g, OPTION_RESYNC),
		.reliable = is_given(g, OPTION_RELIABLE),
	};
}

/* What concerns no entry. */
static void build_manner(const struct given *g, struct request *request)
{
	const option_set labels = OPTION_SET(OPTION_LABEL, OPTION_LABEL_ADD, OPTION_LABEL_DELETE);

	request->command = g->command;
	request->table = g->table;
	request->family = g->family;
	request->skip_existing = is_given(g, OPTION_SKIP_EXISTING);
	request->zero_counters = is_given(g, OPTION_ZERO);
	if (is_given(g, OPTION_EVENT_MASK))
		request->event_mask = g->event_mask;
	else if (is_given(g, OPTION_GROUP_BY)) /* a flow counts once */
		request->event_mask = EVENTS_NEW;
	if (is_given(g, OPTION_BUFFER_SIZE))
		request->buffer_size = g->buffer_size;
	build_events(g, &request->events);
	if (given_format(g) != NULL)
		request->format = given_format(g);
	if (!g->loading)
		given_complete_view(g, &request->view);
	if (is_given(g, OPTION_NETNS))
		request->netns = g->netns;
	build_guards(g, request);
	request->output_flags = g->output_flags;
	/* Who speaks of labels sees them; -D never did. */
	if (option_set_meet(g->options, labels) && g->command != COMMAND_DELETE)
		request->output_flags |= OUTPUT_LABELS;
}

int given_build(const struct given *g, const struct label_map *map, struct request *request,
	struct complaint *c)
{
	build_manner(g, request);
	if (g->table == TABLE_EXPECT) {
		if (is_given(g, OPTION_PROTOCOL))
			build_expectation(g, &request->expectation);
		return 0;
	}
	switch (g->command) {
	case COMMAND_LIST:
	case COMMAND_DELETE:
	case COMMAND_EVENT:
	case COMMAND_FLUSH:
	case COMMAND_COUNT:
		return build_filter(g, map, request, c);
	case COMMAND_GET:
		return build_get(g, map, request, c);
	case COMMAND_CREATE:
	case COMMAND_ADD:
		return build_create(g, map, request, c);
	case COMMAND_UPDATE:
		return build_update(g, map, request, c);
	default:
		return 0;
	}
}
