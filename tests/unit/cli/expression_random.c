/* SPDX-License-Identifier: MIT */
/*
 * Random expressions over random flows: what the engine says of each, whole
 * and with its plain parts moved into the filter's list, against a naive
 * evaluator of what doc/expressions.md says. The evaluator knows three values
 * and walks the tree as it was written; it shares no code with the engine.
 */
#include <inttypes.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "expression_text.h"

#define TREES          20000
#define FLOWS_PER_TREE 10

#include "expression_vocabulary.h"

/* --- randomness ------------------------------------------------------- */

static uint64_t seed;

static uint32_t random_number(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (uint32_t)(seed >> 16);
}

/* 0 … below-1. */
static unsigned pick(unsigned below)
{
	return random_number() % below;
}

static bool once_in(unsigned times)
{
	return pick(times) == 0;
}

/* --- conditions ------------------------------------------------------- */

enum kind {
	AND,
	OR,
	NOT,
	FAMILY,
	PROTOCOL,
	ADDRESS,
	NUMBER,
	MASKED_MARK,
	STATE,
	FLAG,
	NAT,
	NAT_ADDRESS,
	NAT_PORT,
	LABEL,
	HELPER,
	KINDS,
};

#define ITEMS 3

struct condition {
	enum kind kind;
	struct condition *left, *right;
	unsigned what; /* index into the tables above, or a bit mask of ends */
	int direction; /* -1: not said */
	unsigned compare;
	bool opposite; /* != */
	unsigned count;
	unsigned item[ITEMS];
	uint64_t low[ITEMS], high[ITEMS];
};

static const char *const comparisons[] = {"", "=", "<", "<=", ">", ">="};

static struct condition pool[64];
static unsigned pool_used;

static void random_items(struct condition *c, unsigned choices)
{
	c->count = once_in(3) ? 1 + pick(ITEMS) : 1;
	for (unsigned i = 0; i < c->count; i++)
		c->item[i] = pick(choices);
	c->opposite = once_in(5);
}

static void random_number_condition(struct condition *c)
{
	c->what = pick(NUMBERS);
	c->compare = pick(6);
	c->direction = numbers[c->what].directed && once_in(2) ? (int)pick(2) : -1;
	c->count = c->compare < 2 && once_in(3) ? 1 + pick(ITEMS) : 1;
	c->opposite = c->compare < 2 && once_in(5);
	for (unsigned i = 0; i < c->count; i++) {
		c->low[i] = pick(6);
		c->high[i] = c->compare < 2 && once_in(3) ? c->low[i] + pick(4) : c->low[i];
	}
}

static void random_leaf(struct condition *c)
{
	switch (c->kind) {
	case FAMILY:
		random_items(c, 2);
		break;
	case PROTOCOL:
		random_items(c, sizeof(protocols_used));
		break;
	case ADDRESS:
		c->what = 1 + pick(3); /* bit 0: source, bit 1: destination */
		c->direction = once_in(2) ? (int)pick(2) : -1;
		random_items(c, sizeof(specs) / sizeof(specs[0]));
		break;
	case NUMBER:
		random_number_condition(c);
		break;
	case MASKED_MARK:
		c->low[0] = pick(4);
		c->high[0] = c->low[0] | pick(8);
		break;
	case STATE:
		random_items(c, sizeof(states_used) / sizeof(states_used[0]));
		break;
	case FLAG:
		c->what = pick(sizeof(flags_used) / sizeof(flags_used[0]));
		break;
	case NAT_ADDRESS:
		c->what = 1 + pick(3);
		random_items(c, sizeof(specs) / sizeof(specs[0]));
		break;
	case NAT_PORT:
		c->what = 1 + pick(3);
		c->low[0] = pick(6);
		c->high[0] = c->low[0] + pick(3);
		break;
	case LABEL:
		random_items(c, 2);
		break;
	case HELPER:
		random_items(c, 2);
		break;
	default:
		c->what = 1 + pick(3);
		break;
	}
}

static struct condition *random_condition(unsigned depth)
{
	struct condition *c = &pool[pool_used++];
	bool leaf = depth == 0 || pool_used > 40 || once_in(3);

	memset(c, 0, sizeof(*c));
	c->kind = leaf ? (enum kind)(FAMILY + pick(KINDS - FAMILY)) : (enum kind)pick(FAMILY);
	if (leaf) {
		random_leaf(c);
		return c;
	}
	c->left = random_condition(depth - 1);
	if (c->kind != NOT)
		c->right = random_condition(depth - 1);
	return c;
}

/* --- as text ---------------------------------------------------------- */

static char text[1 << 16];
static size_t text_used;

__attribute__((format(printf, 1, 2))) static void say(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	text_used +=
		(size_t)vsnprintf(text + text_used, sizeof(text) - text_used, format, arguments);
	va_end(arguments);
	assert_true(text_used < sizeof(text));
}

static const char *item_text(const struct condition *c, unsigned i)
{
	static char buffer[64];

	switch (c->kind) {
	case FAMILY:
		return c->item[i] ? "ipv6" : "ipv4";
	case PROTOCOL:
		snprintf(buffer, sizeof(buffer), "%u", protocols_used[c->item[i]]);
		return buffer;
	case STATE:
		return states_used[c->item[i]].name;
	case LABEL:
		return c->item[i] ? "one" : "bit:0";
	case HELPER:
		return helpers_used[c->item[i]];
	case NUMBER:
		if (c->low[i] == c->high[i])
			snprintf(buffer, sizeof(buffer), "%" PRIu64, c->low[i]);
		else
			snprintf(buffer, sizeof(buffer), "%" PRIu64 "-%" PRIu64, c->low[i],
				c->high[i]);
		return buffer;
	default:
		return specs[c->item[i]].text;
	}
}

static void say_items(const struct condition *c)
{
	bool braces = c->count > 1 && once_in(2);

	say(" %s", c->opposite ? "!= " : once_in(3) ? "= " : "");
	say("%s", braces || once_in(9) ? "{" : "");
	braces = text[text_used - 1] == '{';
	for (unsigned i = 0; i < c->count; i++)
		say("%s%s", i == 0 ? "" : braces && once_in(2) ? " " : ",", item_text(c, i));
	say("%s", braces ? "}" : "");
}

static void say_direction(const struct condition *c)
{
	if (c->direction >= 0)
		say("%s ", c->direction ? "reply" : "orig");
}

static void say_leaf(const struct condition *c)
{
	static const char *const ends[] = {"", "src", "dst", "host"};
	static const char *const nats[] = {"", "snat", "dnat", "nat"};

	switch (c->kind) {
	case FAMILY:
		say("family");
		say_items(c);
		break;
	case PROTOCOL:
		say("proto");
		say_items(c);
		break;
	case ADDRESS:
		say_direction(c);
		say("%s", ends[c->what]);
		say_items(c);
		break;
	case NUMBER:
		say_direction(c);
		say("%s", numbers[c->what].name);
		if (c->compare < 2)
			say_items(c);
		else
			say(" %s %" PRIu64, comparisons[c->compare], c->low[0]);
		break;
	case MASKED_MARK:
		say("mark %" PRIu64 "/%#" PRIx64, c->low[0], c->high[0]);
		break;
	case STATE:
		say("state");
		say_items(c);
		break;
	case FLAG:
		say("%s", flags_used[c->what].name);
		break;
	case NAT_ADDRESS:
		say("%s", nats[c->what]);
		say_items(c);
		break;
	case NAT_PORT:
		say("%s port %" PRIu64 "-%" PRIu64, nats[c->what], c->low[0], c->high[0]);
		break;
	case LABEL:
		say("label");
		say_items(c);
		break;
	case HELPER:
		say("helper");
		say_items(c);
		break;
	default:
		say("%s", nats[c->what]);
		break;
	}
}

/* How tightly it binds: or, and, not and the rest. */
static int strength(const struct condition *c)
{
	return c->kind == OR ? 0 : c->kind == AND ? 1 : 2;
}

static void say_condition(const struct condition *c, int around)
{
	bool parentheses = strength(c) < around || once_in(8);

	say("%s", parentheses ? "(" : "");
	if (c->kind == NOT) {
		say("%s", once_in(2) ? "not " : "!");
		say_condition(c->left, 2);
	} else if (c->kind == AND || c->kind == OR) {
		say_condition(c->left, strength(c));
		say("%s", c->kind == AND ? (once_in(2) ? " and " : "&&")
					 : (once_in(2) ? " or " : "||"));
		say_condition(c->right, strength(c));
	} else {
		say_leaf(c);
	}
	say("%s", parentheses ? ")" : "");
}

/* --- what is true ----------------------------------------------------- */

enum { NO, UNKNOWN, YES };

static int known(bool is_known, bool holds)
{
	return !is_known ? UNKNOWN : holds ? YES : NO;
}

static bool in_spec(const struct spec *s, uint8_t family, const union address *a)
{
	return s->family == family && memcmp(a->bytes, s->first, 16) >= 0 &&
	       memcmp(a->bytes, s->last, 16) <= 0;
}

static bool has_part(const struct tuple *t, unsigned i)
{
	return (t->present & TUPLE_PART << i) != 0;
}

static bool is_ported(uint8_t protocol)
{
	return protocol == IPPROTO_TCP || protocol == IPPROTO_UDP || protocol == IPPROTO_SCTP;
}

static uint64_t NOW;

/* The number of a flow: false when it has none. */
static bool number_of(const struct flow *f, unsigned what, int direction, uint64_t *out)
{
	const struct tuple *t = &f->tuple[direction > 0];
	const struct tuple *o = &f->tuple[ORIGINAL];
	bool both = direction < 0;

	switch (what) {
	case SPORT:
	case DPORT:
		*out = t->part[what == DPORT];
		return is_ported(t->protocol) && has_part(t, what == DPORT);
	case MARK:
		*out = f->present & FLOW_MARK ? f->mark : 0;
		return true;
	case ZONE:
		*out = f->present & FLOW_ZONE ? f->zone : 0;
		if (!both && t->present & TUPLE_ZONE)
			*out = t->zone;
		return true;
	case ID:
		*out = f->id;
		return (f->present & FLOW_ID) != 0;
	case TIMEOUT:
		*out = f->timeout;
		return (f->present & FLOW_TIMEOUT) != 0;
	case AGE:
		*out = ((f->present & FLOW_STOP ? f->stop : NOW) - f->start) / 1000000000;
		return (f->present & FLOW_START) != 0;
	case PACKETS:
	case BYTES:
		*out = 0;
		for (int d = 0; d < 2; d++) {
			if (!both && direction != d)
				continue;
			if (!(f->present & FLOW_COUNTERS << d))
				return false;
			*out += what == BYTES ? f->counters[d].bytes : f->counters[d].packets;
		}
		return true;
	case ICMP_TYPE:
		*out = o->part[0];
		return o->protocol == IPPROTO_ICMP && has_part(o, 0);
	default:
		*out = f->use;
		return (f->present & FLOW_USE) != 0;
	}
}

static bool compare(const struct condition *c, uint64_t n)
{
	switch (c->compare) {
	case 2:
		return n < c->low[0];
	case 3:
		return n <= c->low[0];
	case 4:
		return n > c->low[0];
	case 5:
		return n >= c->low[0];
	default:
		break;
	}
	for (unsigned i = 0; i < c->count; i++) {
		if (n >= c->low[i] && n <= c->high[i])
			return true;
	}
	return false;
}

static int number_is(const struct condition *c, const struct flow *f)
{
	uint64_t n;
	int best = NO;

	if (c->what != PORT)
		return number_of(f, c->what, c->direction, &n) ? known(true, compare(c, n))
							       : UNKNOWN;
	for (unsigned end = SPORT; end <= DPORT; end++) {
		bool there = number_of(f, end, c->direction, &n);
		int is = known(there, there && compare(c, n));

		best = is > best ? is : best;
	}
	return best;
}

static int address_is(const struct condition *c, const struct flow *f)
{
	const struct tuple *t = &f->tuple[c->direction > 0];
	int best = NO;

	for (int end = 0; end < 2; end++) {
		const union address *a = end ? &t->destination : &t->source;
		bool there = (t->present & (end ? TUPLE_DESTINATION : TUPLE_SOURCE)) != 0;
		bool any = false;

		if (!(c->what >> end & 1))
			continue;
		for (unsigned i = 0; i < c->count; i++)
			any |= in_spec(&specs[c->item[i]], t->family, a);
		if (known(there, any) > best)
			best = known(there, any);
	}
	return best;
}

/* What the address and port of a side became, and whether one changed. */
struct translation {
	bool changed;
	bool has_address, has_port;
	const union address *address;
	uint16_t port;
};

static struct translation translation_of(const struct flow *f, bool destination)
{
	const struct tuple *o = &f->tuple[ORIGINAL];
	const struct tuple *r = &f->tuple[REPLY];
	const union address *was = destination ? &o->destination : &o->source;
	bool icmp = o->protocol == IPPROTO_ICMP;
	bool destination_alone = (f->present & FLOW_STATUS) != 0 &&
				 (f->status & IPS_DST_NAT) != 0 && (f->status & IPS_SRC_NAT) == 0;
	unsigned before = destination, after = !destination;
	struct translation t = {
		.address = destination ? &r->source : &r->destination,
		.has_address = (r->present & (destination ? TUPLE_SOURCE : TUPLE_DESTINATION)) != 0,
		.port = r->part[after],
		.has_port = r->protocol != IPPROTO_ICMP && has_part(r, after),
	};

	t.changed = (o->present & (destination ? TUPLE_DESTINATION : TUPLE_SOURCE)) != 0 &&
		    t.has_address && memcmp(was, t.address, 16) != 0;
	if (icmp)
		t.changed |= destination == destination_alone && has_part(o, 2) && has_part(r, 2) &&
			     o->part[2] != r->part[2];
	else
		t.changed |= has_part(o, before) && has_part(r, after) &&
			     o->part[before] != r->part[after];
	return t;
}

static bool nat_is(const struct condition *c, const struct flow *f)
{
	for (int side = 0; side < 2; side++) {
		struct translation t = translation_of(f, side);
		bool fits = c->kind == NAT;

		if (!(c->what >> side & 1) || !t.changed)
			continue;
		for (unsigned i = 0; c->kind == NAT_ADDRESS && i < c->count; i++)
			fits |= t.has_address &&
				in_spec(&specs[c->item[i]], f->tuple[REPLY].family, t.address);
		if (c->kind == NAT_PORT)
			fits = t.has_port && t.port >= c->low[0] && t.port <= c->high[0];
		if (fits)
			return true;
	}
	return false;
}

static int state_is(const struct condition *c, const struct flow *f)
{
	uint8_t protocol = f->tuple[ORIGINAL].protocol;
	bool any = false;

	for (unsigned i = 0; i < c->count; i++) {
		int state = protocol == IPPROTO_TCP    ? states_used[c->item[i]].tcp
			    : protocol == IPPROTO_SCTP ? states_used[c->item[i]].sctp
						       : -1;

		any |= state == f->state;
	}
	return known(
		f->present & FLOW_STATE && (protocol == IPPROTO_TCP || protocol == IPPROTO_SCTP),
		any);
}

static int leaf_is(const struct condition *c, const struct flow *f)
{
	const struct tuple *o = &f->tuple[ORIGINAL];
	bool any = false;

	switch (c->kind) {
	case FAMILY:
		for (unsigned i = 0; i < c->count; i++)
			any |= o->family == (c->item[i] ? AF_INET6 : AF_INET);
		return known(true, any);
	case PROTOCOL:
		for (unsigned i = 0; i < c->count; i++)
			any |= o->protocol == protocols_used[c->item[i]];
		return known(o->present & TUPLE_PROTOCOL, any);
	case ADDRESS:
		return address_is(c, f);
	case NUMBER:
		return number_is(c, f);
	case MASKED_MARK:
		return known(
			true, ((f->present & FLOW_MARK ? f->mark : 0) & c->high[0]) == c->low[0]);
	case STATE:
		return state_is(c, f);
	case FLAG:
		return known(f->present & FLOW_STATUS,
			((f->status & flags_used[c->what].bit) != 0) == flags_used[c->what].set);
	case LABEL:
		for (unsigned i = 0; i < c->count; i++)
			any |= f->present & FLOW_LABELS && f->labels[0] >> c->item[i] & 1;
		return known(true, any);
	case HELPER:
		for (unsigned i = 0; i < c->count; i++)
			any |= f->present & FLOW_HELPER &&
			       strcmp(f->helper, helpers_used[c->item[i]]) == 0;
		return known(true, any);
	default:
		return known(true, nat_is(c, f));
	}
}

static int condition_is(const struct condition *c, const struct flow *f)
{
	int left, right;

	if (c->kind > NOT) {
		left = leaf_is(c, f);
		return c->opposite ? YES - left : left;
	}
	left = condition_is(c->left, f);
	if (c->kind == NOT)
		return YES - left;
	right = condition_is(c->right, f);
	if (c->kind == AND)
		return left < right ? left : right;
	return left > right ? left : right;
}

/* --- flows ------------------------------------------------------------ */

static void random_host(union address *a, uint8_t family)
{
	memcpy(a, family == AF_INET ? hosts4[pick(4)] : hosts6[pick(4)], 16);
}

static void random_tuple(struct tuple *t, uint8_t family, uint8_t protocol)
{
	*t = (struct tuple){.family = family, .protocol = protocol};
	random_host(&t->source, family);
	random_host(&t->destination, family);
	t->present = once_in(20) ? 0 : TUPLE_ADDRESSES;
	t->present |= TUPLE_PROTOCOL;
	for (unsigned i = 0; i < TUPLE_PART_COUNT; i++)
		t->part[i] = (uint16_t)pick(6);
	if (protocol == IPPROTO_ICMP)
		t->present |= TUPLE_PARTS;
	else if (protocol != 99 && !once_in(20))
		t->present |= TUPLE_PART | TUPLE_PART << 1;
}

/* The reply mirrors the original one, but where it is translated. */
static void random_reply(struct tuple *r, const struct tuple *o)
{
	*r = *o;
	r->source = o->destination;
	r->destination = o->source;
	if (o->protocol != IPPROTO_ICMP) {
		r->part[0] = o->part[1];
		r->part[1] = o->part[0];
	}
	if (once_in(3))
		random_host(&r->source, o->family);
	if (once_in(3))
		random_host(&r->destination, o->family);
	for (unsigned i = 0; i < TUPLE_PART_COUNT; i++) {
		if (once_in(4))
			r->part[i] = (uint16_t)pick(6);
	}
}

static void random_flow(struct flow *f)
{
	uint8_t family = once_in(3) ? AF_INET6 : AF_INET;

	memset(f, 0, sizeof(*f));
	random_tuple(&f->tuple[ORIGINAL], family, protocols_used[pick(sizeof(protocols_used))]);
	random_reply(&f->tuple[REPLY], &f->tuple[ORIGINAL]);
	f->present = (uint64_t)random_number() << 32 | random_number();
	f->present |= once_in(8) ? 0 : FLOW_STATUS | FLOW_TIMEOUT | FLOW_ID;
	f->present &= ~(f->present & FLOW_ZONE && once_in(2) ? FLOW_ZONE : 0);
	if (!(f->present & FLOW_ZONE) && once_in(4)) {
		f->tuple[pick(2)].present |= TUPLE_ZONE;
		f->tuple[ORIGINAL].zone = f->tuple[REPLY].zone = (uint16_t)(1 + pick(5));
	}
	f->status = random_number();
	f->timeout = pick(6);
	f->mark = pick(8);
	f->use = pick(6);
	f->id = pick(6);
	f->zone = (uint16_t)pick(6);
	f->state = (uint8_t)pick(10);
	for (int d = 0; d < DIRECTIONS; d++)
		f->counters[d] = (struct counters){pick(6), pick(6)};
	f->start = NOW - pick(7000) * UINT64_C(1000000);
	f->stop = f->start + pick(7000) * UINT64_C(1000000);
	f->labels[0] = (uint8_t)pick(4);
	snprintf(f->helper, sizeof(f->helper), "%s", helpers_used[pick(2)]);
}

/* --- the two against each other ---------------------------------------- */

static void mismatch(const char *how, int expected, const struct flow *f)
{
	print_error("seed %" PRIu64 ": %s: expected %d of\n  %s\n  protocol %u, present %" PRIx64
		    "\n",
		seed, how, expected, text, f->tuple[ORIGINAL].protocol, f->present);
	fail();
}

/* Returns whether it matched. */
static bool check_flow(const struct condition *c, const struct expression *whole,
	const struct filter *split, const struct expression *again, const struct flow *f)
{
	bool expected = condition_is(c, f) == YES;

	if (expression_matches(whole, f) != expected)
		mismatch("whole", expected, f);
	if (filter_matches(split, f) != expected)
		mismatch("split", expected, f);
	if (expression_matches(again, f) != expected)
		mismatch("printed and read back", expected, f);
	return expected;
}

static struct expression *must_read(const char *what)
{
	struct complaint complaint;
	struct expression *e = read_text(what, &complaint);

	if (e == NULL) {
		print_error("%s\n", complaint.text);
		fail();
	}
	e->context->now = NOW;
	return e;
}

static unsigned moved_terms;

static unsigned check_tree(void)
{
	static char printed[4 * WRITER_RESERVE_MAX];
	static char printed_again[4 * WRITER_RESERVE_MAX];
	struct filter filter = {0};
	struct expression *e, *again;
	struct condition *c;
	unsigned matches = 0;

	pool_used = 0;
	text_used = 0;
	c = random_condition(pick(5));
	say_condition(c, 0);
	e = must_read(text);
	again = must_read(print_expression(e, printed, sizeof(printed)));
	assert_string_equal(print_expression(again, printed_again, sizeof(printed_again)), printed);
	assert_int_equal(expression_split(e, &filter), 0);
	moved_terms += filter.count;
	for (unsigned i = 0; i < FLOWS_PER_TREE; i++) {
		struct flow flow;

		random_flow(&flow);
		matches += check_flow(c, e, &filter, again, &flow);
	}
	expression_free(e);
	expression_free(again);
	return matches;
}

static void random_trees(void **state)
{
	unsigned matches = 0;

	(void)state;
	seed = UINT64_C(0x9e3779b97f4a7c15);
	NOW = UINT64_C(1700000000) * 1000000000;
	for (unsigned i = 0; i < TREES; i++)
		matches += check_tree();
	/* Both answers are common, and so are parts that move. */
	assert_in_range(matches, TREES, TREES * (FLOWS_PER_TREE - 1));
	assert_in_range(moved_terms, TREES / 4, UINT32_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(random_trees)};

	return cmocka_run_group_tests_name("expression_random", tests, NULL, NULL);
}
