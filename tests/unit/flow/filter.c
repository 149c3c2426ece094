/* SPDX-License-Identifier: MIT */
#include "flow/filter.h"

#include <arpa/inet.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/writer.h"
#include "flow/labels.h"

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

static union address address_of(const char *text)
{
	union address address = {.halves = {0, 0}};

	assert_int_equal(inet_pton(strchr(text, ':') ? AF_INET6 : AF_INET, text, address.bytes), 1);
	return address;
}

static uint8_t family_of(const char *text)
{
	return strchr(text, ':') ? AF_INET6 : AF_INET;
}

static struct tuple tuple_of(
	uint8_t protocol, const char *source, const char *destination, uint16_t p0, uint16_t p1)
{
	struct tuple tuple = {
		.source = address_of(source),
		.destination = address_of(destination),
		.part = {p0, p1},
		.family = family_of(source),
		.protocol = protocol,
		.present = TUPLE_ADDRESSES | TUPLE_PROTOCOL | TUPLE_PART | TUPLE_PART << 1,
	};

	return tuple;
}

/* 192.0.2.1:1000 to 198.51.100.1:80, answered, nothing translated. */
static struct flow plain_flow(void)
{
	struct flow flow = {
		.present = FLOW_STATUS | FLOW_TIMEOUT | FLOW_MARK | FLOW_ID | FLOW_STATE,
		.status = 0x0e,
		.timeout = 100,
		.mark = 0x1234,
		.id = 0x80000001,
		.state = 3,
	};

	flow.tuple[ORIGINAL] = tuple_of(IPPROTO_TCP, "192.0.2.1", "198.51.100.1", 1000, 80);
	tuple_invert(&flow.tuple[REPLY], &flow.tuple[ORIGINAL]);
	return flow;
}

/* Whether the flow passes a filter of this one term, masks all ones if `mask` is NULL. */
static bool number_matches(const struct flow *flow, enum term_kind kind, enum direction direction,
	uint32_t number, const uint32_t *mask)
{
	struct filter filter = {.count = 0};
	struct term *term = filter_add(&filter, kind);

	term->direction = direction;
	term->number = number;
	if (mask != NULL)
		term->mask = *mask;
	return filter_matches(&filter, flow);
}

static void empty_filter_takes_all(void **state)
{
	const struct filter filter = {.count = 0};
	const struct flow nothing = {.present = 0};
	const struct flow flow = plain_flow();

	(void)state;
	assert_true(filter_matches(&filter, &nothing));
	assert_true(filter_matches(&filter, &flow));
}

static void plain_numbers(void **state)
{
	static const struct {
		enum term_kind kind;
		uint32_t number;
		bool expected;
	} rows[] = {
		{TERM_FAMILY, AF_INET, true},
		{TERM_FAMILY, AF_INET6, false},
		{TERM_PROTOCOL, IPPROTO_TCP, true},
		{TERM_PROTOCOL, IPPROTO_UDP, false},
		{TERM_PROTOCOL, IPPROTO_TCP + 256, false},
		{TERM_STATE, 3, true},
		{TERM_STATE, 0, false},
		{TERM_ID, 0x80000001, true},
		{TERM_ID, 1, false},
		{TERM_TIMEOUT, 100, true},
		{TERM_TIMEOUT, 0, false},
		/* what the flow does not have */
		{TERM_SECMARK, 0, false},
		{TERM_VTAG, 0, false},
	};
	const struct flow flow = plain_flow();

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_int_equal(
			number_matches(&flow, rows[i].kind, ORIGINAL, rows[i].number, NULL),
			rows[i].expected);
}

static void absent_is_not_zero(void **state)
{
	static const enum term_kind kinds[] = {TERM_PROTOCOL, TERM_PART, TERM_STATE, TERM_VTAG,
		TERM_STATUS, TERM_SECMARK, TERM_ID, TERM_TIMEOUT, TERM_SOURCE, TERM_DESTINATION,
		TERM_LABELS, TERM_NAT};
	const struct flow nothing = {.present = 0};

	(void)state;
	for (size_t i = 0; i < COUNT(kinds); i++)
		assert_false(number_matches(&nothing, kinds[i], ORIGINAL, 0, NULL));
}

static void secmark_and_tags(void **state)
{
	struct flow flow = plain_flow();

	(void)state;
	flow.present |= FLOW_SECMARK | FLOW_VTAG << REPLY;
	flow.secmark = 77;
	flow.vtag[REPLY] = 5;
	assert_true(number_matches(&flow, TERM_SECMARK, ORIGINAL, 77, NULL));
	assert_false(number_matches(&flow, TERM_SECMARK, ORIGINAL, 78, NULL));
	assert_true(number_matches(&flow, TERM_VTAG, REPLY, 5, NULL));
	assert_false(number_matches(&flow, TERM_VTAG, REPLY, 0, NULL));
	assert_false(number_matches(&flow, TERM_VTAG, ORIGINAL, 0, NULL));
}

static void mark_and_status_with_mask(void **state)
{
	static const struct {
		enum term_kind kind;
		uint32_t number;
		uint32_t mask;
		bool expected;
	} rows[] = {
		{TERM_MARK, 0x1234, UINT32_MAX, true}, {TERM_MARK, 0x34, 0xff, true},
		{TERM_MARK, 0x1234, 0xff, false}, /* the number is not masked */
		{TERM_MARK, 0, 0, true}, {TERM_MARK, 5, 0, false},
		{TERM_MARK, 0, UINT32_MAX, false}, {TERM_STATUS, 0x02, 0x02, true}, /* SEEN_REPLY */
		{TERM_STATUS, 0x00, 0x02, false}, {TERM_STATUS, 0x06, 0x06, true},
		{TERM_STATUS, 0x02, 0x06, false}, /* SEEN_REPLY and not ASSURED */
		{TERM_STATUS, 0x00, 0x400, true}, /* not FIXED_TIMEOUT */
	};
	const struct flow flow = plain_flow();
	struct flow event = plain_flow();

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_int_equal(number_matches(&flow, rows[i].kind, ORIGINAL, rows[i].number,
					 &rows[i].mask),
			rows[i].expected);

	event.present &= ~FLOW_MARK;
	assert_true(number_matches(&event, TERM_MARK, ORIGINAL, 0, NULL));
	assert_false(number_matches(&event, TERM_MARK, ORIGINAL, 0x1234, NULL));
}

static void addresses(void **state)
{
	static const struct {
		enum term_kind kind;
		enum direction direction;
		const char *address;
		const char *mask; /* NULL: none */
		bool expected;
	} rows[] = {
		{TERM_SOURCE, ORIGINAL, "192.0.2.1", NULL, true},
		{TERM_SOURCE, ORIGINAL, "192.0.2.2", NULL, false},
		{TERM_SOURCE, REPLY, "198.51.100.1", NULL, true},
		{TERM_SOURCE, REPLY, "192.0.2.1", NULL, false},
		{TERM_DESTINATION, ORIGINAL, "198.51.100.1", NULL, true},
		{TERM_DESTINATION, ORIGINAL, "192.0.2.1", NULL, false},
		{TERM_DESTINATION, REPLY, "192.0.2.1", NULL, true},
		{TERM_SOURCE, ORIGINAL, "192.0.2.0", "255.255.255.0", true},
		{TERM_SOURCE, ORIGINAL, "192.0.2.99", "255.255.255.0",
			true}, /* both sides masked */
		{TERM_SOURCE, ORIGINAL, "192.0.3.1", "255.255.255.0", false},
		{TERM_SOURCE, ORIGINAL, "10.9.9.1", "0.0.0.255", true},
		{TERM_SOURCE, ORIGINAL, "0.0.0.0", "0.0.0.0", true},
		{TERM_SOURCE, ORIGINAL, "::", "::", false},         /* the other family */
		{TERM_SOURCE, ORIGINAL, "c000:201::", NULL, false}, /* the same bytes in it */
	};
	const struct flow flow = plain_flow();

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct filter filter = {.count = 0};
		struct term *term = filter_add(&filter, rows[i].kind);

		term->direction = rows[i].direction;
		term->address = address_of(rows[i].address);
		term->family = family_of(rows[i].address);
		if (rows[i].mask != NULL)
			term->address_mask = address_of(rows[i].mask);
		assert_int_equal(filter_matches(&filter, &flow), rows[i].expected);
	}
}

static void addresses_of_16_bytes(void **state)
{
	struct flow flow = plain_flow();
	struct filter filter = {.count = 0};
	struct term *term = filter_add(&filter, TERM_SOURCE);

	(void)state;
	flow.tuple[ORIGINAL] = tuple_of(IPPROTO_UDP, "2001:db8::1:2", "2001:db8::3", 1, 2);
	term->family = AF_INET6;
	term->address = address_of("2001:db8::1:2");
	assert_true(filter_matches(&filter, &flow));
	term->address = address_of("2001:db8::1:3"); /* the low half */
	assert_false(filter_matches(&filter, &flow));
	term->address = address_of("2001:db9::1:2"); /* the high half */
	assert_false(filter_matches(&filter, &flow));
	term->address_mask = address_of("ffff:fff0::");
	assert_true(filter_matches(&filter, &flow));
	assert_true(number_matches(&flow, TERM_FAMILY, ORIGINAL, AF_INET6, NULL));
}

static void parts(void **state)
{
	static const struct {
		enum direction direction;
		uint8_t index;
		uint32_t number;
		bool expected;
	} rows[] = {
		{ORIGINAL, 0, 1000, true}, {ORIGINAL, 1, 80, true}, {ORIGINAL, 1, 1000, false},
		{REPLY, 0, 80, true}, {REPLY, 1, 1000, true}, {ORIGINAL, 1, 65536 + 80, false},
		{ORIGINAL, 2, 0, false}, /* TCP has no third part */
	};
	const struct flow flow = plain_flow();

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct filter filter = {.count = 0};
		struct term *term = filter_add(&filter, TERM_PART);

		term->direction = rows[i].direction;
		term->index = rows[i].index;
		term->number = rows[i].number;
		assert_int_equal(filter_matches(&filter, &flow), rows[i].expected);
	}
}

static void zones(void **state)
{
	/* Zone of both directions, of the original, of the reply; -1: absent. */
	static const struct {
		int zone[3];
		enum term_kind kind;
		enum direction direction;
		uint32_t number;
		bool expected;
	} rows[] = {
		{{-1, -1, -1}, TERM_ZONE, ORIGINAL, 0, true},
		{{-1, -1, -1}, TERM_ZONE, ORIGINAL, 4, false},
		{{4, -1, -1}, TERM_ZONE, ORIGINAL, 4, true},
		{{4, -1, -1}, TERM_ZONE, ORIGINAL, 0, false},
		{{-1, 4, -1}, TERM_ZONE, ORIGINAL, 4, false},
		{{-1, 4, -1}, TERM_ZONE, ORIGINAL, 0, true}, /* it is in none of both directions */
		{{-1, -1, 4}, TERM_ZONE, ORIGINAL, 0, true},
		{{-1, 4, -1}, TERM_TUPLE_ZONE, ORIGINAL, 4, true},
		{{-1, 4, -1}, TERM_TUPLE_ZONE, REPLY, 4, false},
		{{-1, 4, -1}, TERM_TUPLE_ZONE, REPLY, 0, true},
		{{-1, 4, -1}, TERM_TUPLE_ZONE, ORIGINAL, 0, false},
		{{-1, -1, 8}, TERM_TUPLE_ZONE, REPLY, 8, true},
		{{4, -1, -1}, TERM_TUPLE_ZONE, ORIGINAL, 4, false},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct flow flow = plain_flow();

		if (rows[i].zone[0] >= 0) {
			flow.present |= FLOW_ZONE;
			flow.zone = (uint16_t)rows[i].zone[0];
		}
		for (int direction = ORIGINAL; direction < DIRECTIONS; direction++) {
			if (rows[i].zone[1 + direction] < 0)
				continue;
			flow.tuple[direction].present |= TUPLE_ZONE;
			flow.tuple[direction].zone = (uint16_t)rows[i].zone[1 + direction];
		}
		assert_int_equal(number_matches(&flow, rows[i].kind, rows[i].direction,
					 rows[i].number, NULL),
			rows[i].expected);
	}
}

static void all_labels_are_wanted(void **state)
{
	struct flow flow = plain_flow();
	struct filter filter = {.count = 0};
	struct term *term = filter_add(&filter, TERM_LABELS);

	(void)state;
	flow.present |= FLOW_LABELS;
	flow.labels[0] = 0x03;
	flow.labels[15] = 0x80;
	assert_true(filter_matches(&filter, &flow));
	term->labels[0] = 0x01;
	assert_true(filter_matches(&filter, &flow));
	term->labels[15] = 0x80;
	assert_true(filter_matches(&filter, &flow));
	term->labels[7] = 0x10;
	assert_false(filter_matches(&filter, &flow));
	flow.present &= ~FLOW_LABELS;
	assert_false(filter_matches(&filter, &flow));
}

/* What the kernel makes of one connection: by address, by both, by port alone. */
enum nat_flow { PLAIN, SNAT, SNAT_PORT, MASQUERADE, DNAT, DNAT_PORT, REDIRECT, BOTH, NAT_FLOWS };

static struct flow nat_flow(uint8_t protocol, enum nat_flow which)
{
	static const struct {
		const char *source;
		const char *destination;
		uint16_t part[2];
	} replies[NAT_FLOWS] = {
		[PLAIN] = {"198.51.100.1", "192.0.2.1", {80, 1000}},
		[SNAT] = {"198.51.100.1", "203.0.113.5", {80, 1000}},
		[SNAT_PORT] = {"198.51.100.1", "203.0.113.5", {80, 99}},
		[MASQUERADE] = {"198.51.100.1", "192.0.2.1", {80, 99}},
		[DNAT] = {"203.0.113.6", "192.0.2.1", {80, 1000}},
		[DNAT_PORT] = {"203.0.113.6", "192.0.2.1", {8080, 1000}},
		[REDIRECT] = {"198.51.100.1", "192.0.2.1", {8080, 1000}},
		[BOTH] = {"203.0.113.6", "203.0.113.7", {8080, 70}},
	};
	struct flow flow = {.present = 0};

	flow.tuple[ORIGINAL] = tuple_of(protocol, "192.0.2.1", "198.51.100.1", 1000, 80);
	flow.tuple[REPLY] = tuple_of(protocol, replies[which].source, replies[which].destination,
		replies[which].part[0], replies[which].part[1]);
	return flow;
}

static bool nat_matches(
	const struct flow *flow, uint8_t wanted, const char *address, int minimum, int maximum)
{
	struct filter filter = {.count = 0};
	struct term *term = filter_add(&filter, TERM_NAT);

	term->nat.wanted = wanted;
	if (address != NULL) {
		term->nat.has_address = true;
		term->nat.address = address_of(address);
		term->nat.family = family_of(address);
	}
	if (minimum >= 0) {
		term->nat.has_port = true;
		term->nat.port_minimum = (uint16_t)minimum;
		term->nat.port_maximum = (uint16_t)maximum;
	}
	return filter_matches(&filter, flow);
}

/* Bit i of a set is enum nat_flow i. */
#define SOURCE_FLOWS      (1 << SNAT | 1 << SNAT_PORT | 1 << MASQUERADE | 1 << BOTH)
#define DESTINATION_FLOWS (1 << DNAT | 1 << DNAT_PORT | 1 << REDIRECT | 1 << BOTH)

static void nat_of_ports_and_keys(void **state)
{
	static const struct {
		uint8_t wanted;
		const char *address;
		int minimum, maximum; /* -1: no port */
		unsigned expected;    /* set of flows */
	} rows[] = {
		{NAT_WANT_SOURCE, NULL, -1, -1, SOURCE_FLOWS},
		{NAT_WANT_DESTINATION, NULL, -1, -1, DESTINATION_FLOWS},
		{NAT_WANT_ANY, NULL, -1, -1, SOURCE_FLOWS | DESTINATION_FLOWS},
		{NAT_WANT_SOURCE, "203.0.113.5", -1, -1, 1 << SNAT | 1 << SNAT_PORT},
		{NAT_WANT_DESTINATION, "203.0.113.5", -1, -1, 0},
		{NAT_WANT_ANY, "203.0.113.5", -1, -1, 1 << SNAT | 1 << SNAT_PORT},
		{NAT_WANT_DESTINATION, "203.0.113.6", -1, -1,
			1 << DNAT | 1 << DNAT_PORT | 1 << BOTH},
		/* the port that was asked for, changed or not */
		{NAT_WANT_DESTINATION, "203.0.113.6", 80, 80, 1 << DNAT},
		{NAT_WANT_DESTINATION, "203.0.113.6", 8080, 8080, 1 << DNAT_PORT | 1 << BOTH},
		{NAT_WANT_DESTINATION, "203.0.113.6", 80, 8080,
			1 << DNAT | 1 << DNAT_PORT | 1 << BOTH},
		{NAT_WANT_DESTINATION, "203.0.113.6", 81, 8079, 0},
		{NAT_WANT_SOURCE, "203.0.113.5", 99, 99, 1 << SNAT_PORT},
		{NAT_WANT_ANY, "203.0.113.7", 70, 70, 1 << BOTH},
		{NAT_WANT_SOURCE, "203.0.113.5", 0, 0, 0},
		/* a port alone, and never a flow that is not translated */
		{NAT_WANT_SOURCE, NULL, 99, 99, 1 << SNAT_PORT | 1 << MASQUERADE},
		{NAT_WANT_DESTINATION, NULL, 80, 80, 1 << DNAT},
		{NAT_WANT_DESTINATION, "198.51.100.1", -1, -1, 1 << REDIRECT},
		{NAT_WANT_SOURCE, "192.0.2.1", -1, -1, 1 << MASQUERADE},
		/* the same bytes in the other family */
		{NAT_WANT_SOURCE, "cb00:7105::", -1, -1, 0},
	};
	static const uint8_t protocols[] = {IPPROTO_TCP, IPPROTO_UDP, IPPROTO_SCTP, IPPROTO_GRE};

	(void)state;
	for (size_t i = 0; i < COUNT(rows) * COUNT(protocols); i++) {
		size_t row = i / COUNT(protocols);

		for (unsigned which = PLAIN; which < NAT_FLOWS; which++) {
			struct flow flow = nat_flow(protocols[i % COUNT(protocols)], which);
			bool matched = nat_matches(&flow, rows[row].wanted, rows[row].address,
				rows[row].minimum, rows[row].maximum);

			if (matched != (rows[row].expected >> which & 1))
				fail_msg("row %zu, flow %u: %d", row, which, matched);
		}
	}
}

static void source_and_destination_are_two_terms(void **state)
{
	struct filter filter = {.count = 0};

	(void)state;
	filter_add(&filter, TERM_NAT)->nat.wanted = NAT_WANT_SOURCE;
	filter_add(&filter, TERM_NAT)->nat.wanted = NAT_WANT_DESTINATION;
	for (unsigned which = PLAIN; which < NAT_FLOWS; which++) {
		struct flow flow = nat_flow(IPPROTO_UDP, which);

		assert_int_equal(filter_matches(&filter, &flow), which == BOTH);
	}
}

static void nat_of_ipv6(void **state)
{
	struct flow flow = {.present = 0};

	(void)state;
	flow.tuple[ORIGINAL] = tuple_of(IPPROTO_UDP, "fd00::1", "fd00::2", 1, 2);
	flow.tuple[REPLY] = tuple_of(IPPROTO_UDP, "fd00::2", "fd00::77", 2, 1);
	assert_true(nat_matches(&flow, NAT_WANT_SOURCE, NULL, -1, -1));
	assert_true(nat_matches(&flow, NAT_WANT_SOURCE, "fd00::77", -1, -1));
	assert_true(nat_matches(&flow, NAT_WANT_SOURCE, "fd00::77", 1, 1));
	assert_false(nat_matches(&flow, NAT_WANT_SOURCE, "fd00::78", -1, -1));
	assert_false(nat_matches(&flow, NAT_WANT_DESTINATION, "fd00::77", -1, -1));
}

/* As "-p icmp -n :ID". */
static bool icmp_nat_matches(const struct flow *flow, uint8_t wanted, uint16_t id)
{
	struct filter filter = {.count = 0};
	struct nat_term *nat = &filter_add(&filter, TERM_NAT)->nat;

	*nat = (struct nat_term){.wanted = wanted,
		.has_port = true,
		.icmp = true,
		.port_minimum = id,
		.port_maximum = id};
	return filter_matches(&filter, flow);
}

/* Type and code differ between request and answer; neither is NAT. */
static void nat_of_icmp_is_by_id(void **state)
{
	static const struct {
		uint8_t protocol;
		uint16_t request, answer;
	} rows[] = {{IPPROTO_ICMP, 8, 0}, {IPPROTO_ICMPV6, 128, 129}};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct flow flow = {.present = 0};

		flow.tuple[ORIGINAL] =
			tuple_of(rows[i].protocol, "192.0.2.1", "198.51.100.1", rows[i].request, 0);
		flow.tuple[ORIGINAL].part[2] = 77;
		flow.tuple[ORIGINAL].present |= TUPLE_PART << 2;
		tuple_invert(&flow.tuple[REPLY], &flow.tuple[ORIGINAL]);
		assert_int_equal(flow.tuple[REPLY].part[0], rows[i].answer);
		assert_false(nat_matches(&flow, NAT_WANT_ANY, NULL, -1, -1));

		flow.tuple[REPLY].part[2] = 78;
		assert_true(nat_matches(&flow, NAT_WANT_SOURCE, NULL, -1, -1));
		assert_false(nat_matches(&flow, NAT_WANT_DESTINATION, NULL, -1, -1));
		/* an id is no port, nor is a code */
		assert_false(nat_matches(&flow, NAT_WANT_SOURCE, NULL, 78, 78));
		assert_false(nat_matches(&flow, NAT_WANT_SOURCE, NULL, 0, 0));
		/* unless an id is what was asked for */
		assert_true(icmp_nat_matches(&flow, NAT_WANT_SOURCE, 78));
		assert_false(icmp_nat_matches(&flow, NAT_WANT_SOURCE, 77));

		/* the kernel changes the one there is for destination NAT, too */
		flow.present = FLOW_STATUS;
		flow.status = IPS_DST_NAT | IPS_SRC_NAT;
		assert_true(flow_has_nat(&flow, NAT_SOURCE));
		assert_false(flow_has_nat(&flow, NAT_DESTINATION));
		flow.status = IPS_DST_NAT;
		assert_false(flow_has_nat(&flow, NAT_SOURCE));
		assert_true(flow_has_nat(&flow, NAT_DESTINATION));
		assert_true(icmp_nat_matches(&flow, NAT_WANT_DESTINATION, 78));

		flow.tuple[REPLY].part[2] = 77;
		flow.tuple[REPLY].source = address_of("203.0.113.6");
		assert_true(nat_matches(&flow, NAT_WANT_DESTINATION, "203.0.113.6", -1, -1));
		assert_false(nat_matches(&flow, NAT_WANT_SOURCE, NULL, -1, -1));
	}
}

static void nat_of_half_a_flow(void **state)
{
	struct flow flow = nat_flow(IPPROTO_TCP, BOTH);

	(void)state;
	flow.tuple[REPLY] = (struct tuple){.present = 0};
	assert_false(flow_has_nat(&flow, NAT_SOURCE));
	assert_false(flow_has_nat(&flow, NAT_DESTINATION));
	flow = nat_flow(IPPROTO_ESP, SNAT);
	flow.tuple[ORIGINAL].present &= ~TUPLE_PARTS;
	flow.tuple[REPLY].present &= ~TUPLE_PARTS;
	assert_true(flow_has_nat(&flow, NAT_SOURCE));
	assert_false(flow_has_nat(&flow, NAT_DESTINATION));
}

static void all_terms_must_hold(void **state)
{
	const struct flow flow = plain_flow();
	struct filter filter = {.count = 0};

	(void)state;
	filter_add(&filter, TERM_PROTOCOL)->number = IPPROTO_TCP;
	filter_add(&filter, TERM_STATE)->number = 3;
	assert_true(filter_matches(&filter, &flow));
	struct term *last = filter_add(&filter, TERM_ID);
	last->number = 1;
	assert_false(filter_matches(&filter, &flow));
	last->number = 0x80000001;
	assert_true(filter_matches(&filter, &flow));
	filter.term[0].number = IPPROTO_UDP;
	assert_false(filter_matches(&filter, &flow));
}

static void new_terms(void **state)
{
	static const uint8_t ones[16] = {
		255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255};
	struct filter filter;

	(void)state;
	memset(&filter, 0xee, sizeof(filter));
	filter.count = 0;
	for (unsigned i = 0; i < FILTER_TERMS_MAX; i++) {
		bool spare = i >= FILTER_TERMS_MAX - FILTER_TERMS_SPARE;
		struct term *term;

		if (spare)
			assert_null(filter_ask(&filter, TERM_MARK));
		term = spare || i % 2 == 0 ? filter_add(&filter, TERM_MARK)
					   : filter_ask(&filter, TERM_MARK);
		assert_ptr_equal(term, &filter.term[i]);
		assert_int_equal(term->kind, TERM_MARK);
		assert_int_equal(term->number, 0);
		assert_int_equal(term->direction, ORIGINAL);
		assert_int_equal(term->mask, UINT32_MAX);
		assert_memory_equal(term->address_mask.bytes, ones, sizeof(ones));
	}
	assert_null(filter_add(&filter, TERM_MARK));
	assert_int_equal(filter.count, FILTER_TERMS_MAX);
}

static void check_printed(const struct filter *filter, uint8_t protocol, const char *expected)
{
	static char bytes[2 * WRITER_RESERVE_MAX];
	struct writer w;

	writer_open(&w, -1, bytes, sizeof(bytes));
	filter_print(&w, filter, protocol);
	bytes[w.used] = '\0';
	assert_string_equal(bytes, expected);
}

/* By number, in the words that an expression reads: "label 5" is one with that name. */
static void labels_in_words(void **state)
{
	struct filter filter = {.count = 0};
	struct term *term;

	(void)state;
	check_printed(&filter, 0, "");
	filter_add(&filter, TERM_FAMILY)->number = AF_INET;
	term = filter_add(&filter, TERM_LABELS);
	check_printed(&filter, 0, "ip");
	label_set(term->labels, 5);
	check_printed(&filter, 0, "ip and label bit:5");
	label_set(term->labels, 0);
	label_set(term->labels, 127);
	check_printed(&filter, 0, "ip and label bit:0 and label bit:5 and label bit:127");
}

/* What options can ask and the language of expressions has no words for. */
static void beyond_the_language(void **state)
{
	struct filter filter = {.count = 0};
	struct term *term = filter_add(&filter, TERM_SOURCE);

	(void)state;
	term->family = AF_INET;
	term->address = address_of("192.0.2.0");
	term->address_mask = address_of("255.0.255.0");
	check_printed(&filter, 0, "src 192.0.2.0 mask 255.0.255.0");
	term = filter_add(&filter, TERM_VTAG);
	term->number = 5;
	check_printed(&filter, 0, "src 192.0.2.0 mask 255.0.255.0 and orig vtag 5");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(empty_filter_takes_all),
		cmocka_unit_test(plain_numbers),
		cmocka_unit_test(absent_is_not_zero),
		cmocka_unit_test(secmark_and_tags),
		cmocka_unit_test(mark_and_status_with_mask),
		cmocka_unit_test(addresses),
		cmocka_unit_test(addresses_of_16_bytes),
		cmocka_unit_test(parts),
		cmocka_unit_test(zones),
		cmocka_unit_test(all_labels_are_wanted),
		cmocka_unit_test(nat_of_ports_and_keys),
		cmocka_unit_test(source_and_destination_are_two_terms),
		cmocka_unit_test(nat_of_ipv6),
		cmocka_unit_test(nat_of_icmp_is_by_id),
		cmocka_unit_test(nat_of_half_a_flow),
		cmocka_unit_test(all_terms_must_hold),
		cmocka_unit_test(new_terms),
		cmocka_unit_test(labels_in_words),
		cmocka_unit_test(beyond_the_language),
	};

	return cmocka_run_group_tests_name("filter", tests, NULL, NULL);
}
