/* SPDX-License-Identifier: MIT */
#include "flow/expression.h"

#include <errno.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "base/clock.h"
#include "flow/address_set.h"
#include "flow/protocol.h"

/* Estimated nanoseconds of a term by kind; only their order matters. */
static const uint8_t term_costs[TERM_KINDS] = {
	[TERM_FAMILY] = 1,
	[TERM_PROTOCOL] = 1,
	[TERM_SOURCE] = 2,
	[TERM_DESTINATION] = 2,
	[TERM_PART] = 1,
	[TERM_STATE] = 1,
	[TERM_VTAG] = 1,
	[TERM_STATUS] = 1,
	[TERM_MARK] = 1,
	[TERM_SECMARK] = 1,
	[TERM_ID] = 1,
	[TERM_TIMEOUT] = 1,
	[TERM_ZONE] = 2,
	[TERM_TUPLE_ZONE] = 2,
	[TERM_BARE_ZONE] = 2,
	[TERM_LABELS] = 5,
	[TERM_NAT] = 6,
	[TERM_NUMBER] = 3,
	[TERM_NUMBERS] = 5,
	[TERM_ADDRESSES] = 10,
	[TERM_STATES] = 3,
	[TERM_HELPER] = 5,
	[TERM_LABELED] = 5,
};

#define COST_MAX UINT16_MAX

/* --- making a tree ---------------------------------------------------- */

struct expression *expression_new(void)
{
	struct expression *e = calloc(1, sizeof(*e));

	if (e == NULL)
		return NULL;
	e->context = arena_take(&e->arena, sizeof(*e->context));
	if (e->context != NULL)
		return e;
	expression_free(e);
	return NULL;
}

void expression_free(struct expression *e)
{
	if (e == NULL)
		return;
	arena_free(&e->arena);
	free(e);
}

static struct node *new_node(struct expression *e, enum node_kind kind)
{
	struct node *node = arena_take(&e->arena, sizeof(*node));

	if (node != NULL)
		node->kind = kind;
	return node;
}

struct node *node_term(struct expression *e, enum term_kind kind)
{
	struct node *node = new_node(e, NODE_TERM);

	if (node == NULL)
		return NULL;
	node->term.kind = kind;
	memset(&node->term.address_mask, 0xff, sizeof(node->term.address_mask));
	return node;
}

static struct node *node_constant(struct expression *e, bool value)
{
	return new_node(e, value ? NODE_TRUE : NODE_FALSE);
}

struct node *node_join(struct expression *e, enum node_kind kind)
{
	return new_node(e, kind);
}

void node_add(struct node *parent, struct node *child)
{
	if (parent->last != NULL)
		parent->last->next = child;
	else
		parent->first = child;
	parent->last = child;
	parent->count++;
}

struct node *node_not(struct expression *e, struct node *child)
{
	struct node *node = new_node(e, NODE_NOT);

	if (node != NULL)
		node_add(node, child);
	return node;
}

/* --- finishing -------------------------------------------------------- */

static bool is_power_of_two(uint32_t value)
{
	return value != 0 && (value & (value - 1)) == 0;
}

/* A number that every flow has and that no flow has outside of the range. */
static bool always_holds(const struct term *t)
{
	if (t->kind == TERM_MARK)
		return t->mask == 0 && t->number == 0;
	return t->kind == TERM_NUMBER && t->index == NUMBER_MARK && t->range.low == 0 &&
	       t->range.high >= number_rows[NUMBER_MARK].maximum;
}

static bool never_holds(const struct term *t)
{
	if (t->kind == TERM_MARK)
		return (t->number & ~t->mask) != 0;
	return (t->kind == TERM_NUMBER && t->range.low > t->range.high) ||
	       (t->kind == TERM_NUMBERS && t->numbers->count == 0);
}

/* The opposite of a term that has one of its own, which the kernel can test too. */
static void invert_itself(struct node *node)
{
	struct term *t = &node->term;

	if (t->kind == TERM_STATUS && is_power_of_two(t->mask))
		t->number ^= t->mask;
	else if (t->kind == TERM_FAMILY)
		t->number = t->number == AF_INET ? AF_INET6 : AF_INET;
	else
		return;
	node->negated = false;
}

static void choose_test(struct node *node)
{
	const struct term *t = &node->term;

	node->wanted = node->negated ? TRUTH_NO : TRUTH_YES;
	node->test = term_tests[t->kind];
	if (t->kind == TERM_NUMBER)
		node->within = number_rows[t->index].within;
}

static const struct node *finish_term(struct expression *e, const struct node *raw, bool negate)
{
	struct node *node = new_node(e, NODE_TERM);
	const struct term *t = &raw->term;
	bool negated = raw->negated != negate;

	if (always_holds(t))
		return node_constant(e, !negated);
	/* Its opposite holds where there is something to compare: that stays. */
	if (never_holds(t) && !negated)
		return node_constant(e, false);
	if (node == NULL)
		return NULL;
	node->term = *t;
	node->text = raw->text;
	node->negated = negated;
	node->cost = term_costs[t->kind];
	if (t->kind == TERM_NUMBER && (t->index == NUMBER_IDLE || t->index == NUMBER_AGE))
		node->cost += term_costs[TERM_NUMBER];
	if (negated)
		invert_itself(node);
	choose_test(node);
	return node;
}

struct ranked {
	const struct node *node;
	unsigned place;
};

static int by_cost(const void *left, const void *right)
{
	const struct ranked *a = left;
	const struct ranked *b = right;

	if (a->node->cost != b->node->cost)
		return a->node->cost - b->node->cost;
	return a->place < b->place ? -1 : 1;
}

/* Cheap ones first, those of one cost in the order in which they were written. */
static int sort_children(struct expression *e, const struct node **child, unsigned count)
{
	struct ranked *ranked = arena_take(&e->arena, count * sizeof(*ranked));

	if (ranked == NULL)
		return -ENOMEM;
	for (unsigned i = 0; i < count; i++)
		ranked[i] = (struct ranked){child[i], i};
	qsort(ranked, count, sizeof(*ranked), by_cost);
	for (unsigned i = 0; i < count; i++)
		child[i] = ranked[i].node;
	return 0;
}

static void add_cost(struct node *node)
{
	unsigned cost = 1;

	for (unsigned i = 0; i < node->count; i++)
		cost += node->child[i]->cost;
	node->cost = cost < COST_MAX ? (uint16_t)cost : COST_MAX;
}

/* An and or or of these children, which are finished and of another kind. */
static const struct node *finished_join(
	struct expression *e, enum node_kind kind, const struct node **child, unsigned count)
{
	struct node *node;

	if (count == 0)
		return node_constant(e, kind == NODE_AND);
	if (count == 1)
		return child[0];
	node = new_node(e, kind);
	if (node == NULL || sort_children(e, child, count) < 0)
		return NULL;
	node->child = child;
	node->count = count;
	add_cost(node);
	return node;
}

static const struct node *finish(struct expression *e, const struct node *raw, bool negate);

/* How many children come of one, when those of the same kind take its place. */
static unsigned width(const struct node *node, enum node_kind kind)
{
	return node->kind == kind ? node->count : 1;
}

static const struct node *finish_join(struct expression *e, const struct node *raw, bool negate)
{
	/* not (a and b) is not a or not b. */
	bool is_and = (raw->kind == NODE_AND) != negate;
	enum node_kind kind = is_and ? NODE_AND : NODE_OR;
	enum node_kind neutral = is_and ? NODE_TRUE : NODE_FALSE;
	enum node_kind decisive = is_and ? NODE_FALSE : NODE_TRUE;
	const struct node **part = arena_take(&e->arena, (raw->count + 1) * sizeof(*part));
	const struct node **child;
	unsigned parts = 0;
	unsigned count = 0;

	if (part == NULL)
		return NULL;
	for (const struct node *n = raw->first; n != NULL; n = n->next) {
		const struct node *finished = finish(e, n, negate);

		if (finished == NULL)
			return NULL;
		if (finished->kind == decisive)
			return finished;
		if (finished->kind == neutral)
			continue;
		part[parts++] = finished;
		count += width(finished, kind);
	}
	child = arena_take(&e->arena, (count + 1) * sizeof(*child));
	if (child == NULL)
		return NULL;
	count = 0;
	for (unsigned i = 0; i < parts; i++) {
		if (part[i]->kind != kind) {
			child[count++] = part[i];
			continue;
		}
		memcpy(child + count, part[i]->child, part[i]->count * sizeof(*child));
		count += part[i]->count;
	}
	return finished_join(e, kind, child, count);
}

static const struct node *finish(struct expression *e, const struct node *raw, bool negate)
{
	switch (raw->kind) {
	case NODE_TERM:
		return finish_term(e, raw, negate);
	case NODE_AND:
	case NODE_OR:
		return finish_join(e, raw, negate);
	case NODE_NOT:
		return finish(e, raw->first, !negate);
	case NODE_TRUE:
	case NODE_FALSE:
		break;
	}
	return node_constant(e, (raw->kind == NODE_TRUE) != negate);
}

int expression_finish(struct expression *e, const struct node *root)
{
	e->root = finish(e, root, false);
	return e->root != NULL ? 0 : -ENOMEM;
}

/* --- splitting -------------------------------------------------------- */

/* What a flow must be so that a node can hold. */
struct node_facts {
	uint8_t family;   /* AF_UNSPEC: any */
	int16_t protocol; /* -1: any */
};

static const struct node_facts no_facts = {.family = AF_UNSPEC, .protocol = -1};

/* Of the protocols that have states, the one whose states alone can be it. */
static int16_t states_protocol(const struct term *t)
{
	int16_t found = -1;

	for (int row = 0; row < STATE_PROTOCOLS; row++) {
		if (t->states[row] == 0)
			continue;
		if (found != -1)
			return -1;
		found = state_protocols[row];
	}
	return found;
}

static struct node_facts term_facts(const struct term *t, bool negated)
{
	struct node_facts facts = no_facts;

	/* Only flows of that protocol have such a part, whatever its value. */
	if ((t->kind == TERM_NUMBER || t->kind == TERM_NUMBERS) && t->index <= NUMBER_PART2)
		facts.protocol = t->protocol;
	if (negated)
		return facts;
	switch (t->kind) {
	case TERM_FAMILY:
		facts.family = (uint8_t)t->number;
		break;
	case TERM_PROTOCOL:
		facts.protocol = (int16_t)t->number;
		break;
	case TERM_SOURCE:
	case TERM_DESTINATION:
		facts.family = t->family;
		break;
	case TERM_ADDRESSES:
		facts.family = address_set_family(t->addresses);
		break;
	case TERM_NAT:
		if (t->nat.has_address)
			facts.family = t->nat.family;
		break;
	case TERM_STATES:
		facts.protocol = states_protocol(t);
		break;
	default:
		break;
	}
	return facts;
}

static struct node_facts node_facts(const struct node *node);

static struct node_facts join_facts(const struct node *node)
{
	struct node_facts all = node_facts(node->child[0]);

	for (unsigned i = 1; i < node->count; i++) {
		struct node_facts one = node_facts(node->child[i]);

		if (node->kind == NODE_AND) {
			all.family = all.family != AF_UNSPEC ? all.family : one.family;
			all.protocol = all.protocol != -1 ? all.protocol : one.protocol;
		} else {
			all.family = all.family == one.family ? all.family : AF_UNSPEC;
			all.protocol = all.protocol == one.protocol ? all.protocol : -1;
		}
	}
	return all;
}

static struct node_facts node_facts(const struct node *node)
{
	if (node->kind == NODE_TERM)
		return term_facts(&node->term, node->negated);
	if (node->kind == NODE_AND || node->kind == NODE_OR)
		return join_facts(node);
	return no_facts;
}

static bool has_ports(int16_t protocol)
{
	const struct protocol *p = protocol >= 0 ? protocol_by_number((uint8_t)protocol) : NULL;

	return p != NULL && p->part[0].kind == PART_PORT;
}

/* A single number as a term of the list, which does not ask what is known. */
static bool plain_number(const struct term *t, const struct node_facts *facts, struct term *out)
{
	*out = (struct term){.number = (uint32_t)t->range.low, .direction = t->direction};
	memset(&out->address_mask, 0xff, sizeof(out->address_mask));
	if (t->range.low != t->range.high)
		return false;
	switch ((enum number_field)t->index) {
	case NUMBER_SOURCE_PORT:
	case NUMBER_DESTINATION_PORT:
		out->kind = TERM_PART;
		out->index = t->index == NUMBER_DESTINATION_PORT;
		return has_ports(facts->protocol);
	case NUMBER_PART0:
	case NUMBER_PART1:
	case NUMBER_PART2:
		out->kind = TERM_PART;
		out->index = (uint8_t)(t->index - NUMBER_PART0);
		return facts->protocol == t->protocol;
	case NUMBER_MARK:
		out->kind = TERM_MARK;
		break;
	case NUMBER_ZONE:
		out->kind = TERM_ZONE;
		if (t->direction != DIRECTIONS)
			return false;
		break;
	case NUMBER_ID:
		out->kind = TERM_ID;
		break;
	default:
		return false;
	}
	out->direction = ORIGINAL;
	return true;
}

/* Whether a node can be moved; then the term that takes its place. */
static bool plain_term(const struct node *node, const struct node_facts *facts, struct term *out)
{
	if (node->kind != NODE_TERM || node->negated)
		return false;
	switch (node->term.kind) {
	case TERM_FAMILY:
	case TERM_PROTOCOL:
	case TERM_SOURCE:
	case TERM_DESTINATION:
	case TERM_STATUS:
	case TERM_MARK:
		*out = node->term;
		return true;
	case TERM_NUMBER:
		return plain_number(&node->term, facts, out);
	default:
		return false;
	}
}

static bool filter_says(const struct filter *filter, enum term_kind kind, uint32_t number)
{
	for (unsigned i = 0; i < filter->count; i++) {
		if (filter->term[i].kind == kind && filter->term[i].number == number)
			return true;
	}
	return false;
}

/* Whether the list says a fact, now that it was added if there was room. */
static bool say_fact(struct filter *filter, enum term_kind kind, uint32_t number)
{
	struct term *term;

	if (filter_says(filter, kind, number))
		return true;
	term = filter_ask(filter, kind);
	if (term != NULL)
		term->number = number;
	return term != NULL;
}

/* Whether a node has become part of the list. */
static bool move(struct filter *filter, const struct node *node, const struct node_facts *facts)
{
	struct term plain;
	struct term *term;

	if (node->kind == NODE_TRUE)
		return true;
	if (!plain_term(node, facts, &plain))
		return false;
	if (plain.kind == TERM_FAMILY || plain.kind == TERM_PROTOCOL)
		return say_fact(filter, plain.kind, plain.number);
	term = filter_ask(filter, plain.kind);
	if (term != NULL)
		*term = plain;
	return term != NULL;
}

static int set_rest(struct expression *e, struct filter *filter, const struct node *root)
{
	struct expression *rest = arena_take(&e->arena, sizeof(*rest));

	if (rest == NULL || root == NULL)
		return -ENOMEM;
	*rest = (struct expression){.root = root, .context = e->context};
	filter->rest = rest;
	return 0;
}

int expression_split(struct expression *e, struct filter *filter)
{
	const struct node *root = e->root;
	struct node_facts facts = node_facts(root);
	const struct node *const *child =
		root->kind == NODE_AND ? (const struct node *const *)root->child : &e->root;
	unsigned count = root->kind == NODE_AND ? root->count : 1;
	const struct node **left = arena_take(&e->arena, count * sizeof(*left));
	unsigned kept = 0;

	filter->rest = NULL;
	if (left == NULL)
		return -ENOMEM;
	/* Narrows what the kernel has to send; ports mean nothing without it. */
	if (facts.family != AF_UNSPEC)
		say_fact(filter, TERM_FAMILY, facts.family);
	if (facts.protocol != -1 && !say_fact(filter, TERM_PROTOCOL, (uint32_t)facts.protocol))
		facts.protocol = -1;
	for (unsigned i = 0; i < count; i++) {
		if (!move(filter, child[i], &facts))
			left[kept++] = child[i];
	}
	if (kept == 0)
		return 0;
	return set_rest(e, filter, finished_join(e, NODE_AND, left, kept));
}

/* --- matching --------------------------------------------------------- */

static inline bool term_holds(
	const struct node *node, const struct flow *flow, struct match_context *context)
{
	const struct term *t = &node->term;
	struct number_choice which = {t->direction, t->protocol};
	enum truth truth = node->within != NULL ? node->within(&t->range, which, flow, context)
						: node->test(t, flow, context);

	return truth == node->wanted;
}

static bool node_holds(
	const struct node *node, const struct flow *flow, struct match_context *context)
{
	bool decisive = node->kind == NODE_OR;

	if (node->kind == NODE_TERM)
		return term_holds(node, flow, context);
	if (node->kind != NODE_AND && node->kind != NODE_OR)
		return node->kind == NODE_TRUE;
	for (unsigned i = 0; i < node->count; i++) {
		const struct node *child = node->child[i];
		bool holds = child->kind == NODE_TERM ? term_holds(child, flow, context)
						      : node_holds(child, flow, context);

		if (holds == decisive)
			return decisive;
	}
	return !decisive;
}

bool expression_matches(const struct expression *e, const struct flow *flow)
{
	return node_holds(e->root, flow, e->context);
}

static bool asks_for(const struct node *node, enum number_field field)
{
	if (node->kind == NODE_TERM)
		return (node->term.kind == TERM_NUMBER || node->term.kind == TERM_NUMBERS) &&
		       node->term.index == field;
	for (unsigned i = 0; i < node->count; i++) {
		if (asks_for(node->child[i], field))
			return true;
	}
	return false;
}

/* Bits of the status that are set before anybody hears of an entry, for good. */
#define STATUS_FIXED                                                                               \
	(IPS_EXPECTED | IPS_CONFIRMED | IPS_NAT_MASK | IPS_NAT_DONE_MASK | IPS_TEMPLATE |          \
		IPS_HELPER)

static const char *number_changing(enum number_field field)
{
	static const char *const phrase[NUMBER_FIELDS] = {
		[NUMBER_MARK] = "its mark",
		[NUMBER_SECMARK] = "its secmark",
		[NUMBER_USE] = "its use",
		[NUMBER_TIMEOUT] = "its timeout",
		[NUMBER_AGE] = "its age",
		[NUMBER_IDLE] = "its idle time",
		[NUMBER_PACKETS] = "its counters",
		[NUMBER_BYTES] = "its counters",
	};

	return phrase[field];
}

static const char *term_changing(const struct term *t)
{
	switch (t->kind) {
	case TERM_STATE:
	case TERM_STATES:
		return "its state";
	case TERM_VTAG:
		return "its tags";
	case TERM_STATUS:
		return t->mask & ~(uint32_t)STATUS_FIXED ? "its status" : NULL;
	case TERM_MARK:
		return number_changing(NUMBER_MARK);
	case TERM_SECMARK:
		return number_changing(NUMBER_SECMARK);
	case TERM_TIMEOUT:
		return number_changing(NUMBER_TIMEOUT);
	case TERM_LABELS:
	case TERM_LABELED:
		return "its labels";
	case TERM_HELPER:
		return "its helper"; /* fixed, but the event of an end does not tell it */
	case TERM_NUMBER:
	case TERM_NUMBERS:
		return number_changing((enum number_field)t->index);
	default:
		return NULL;
	}
}

static const char *node_changing(const struct node *node)
{
	const char *found = NULL;

	if (node->kind == NODE_TERM)
		return term_changing(&node->term);
	for (unsigned i = 0; found == NULL && i < node->count; i++)
		found = node_changing(node->child[i]);
	return found;
}

const char *filter_changing(const struct filter *filter)
{
	const char *found = filter->rest != NULL ? node_changing(filter->rest->root) : NULL;

	for (unsigned i = 0; found == NULL && i < filter->count; i++)
		found = term_changing(&filter->term[i]);
	return found;
}

bool filter_rest_asks_zone(const struct filter *filter)
{
	return filter->rest != NULL && asks_for(filter->rest->root, NUMBER_ZONE);
}

void expression_start(const struct expression *e)
{
	if (e == NULL)
		return;
	e->context->unknown = 0;
	if (asks_for(e->root, NUMBER_IDLE))
		idle_load(&e->context->idle);
	expression_tick(e);
}

void expression_tick(const struct expression *e)
{
	struct timespec now;

	if (e == NULL)
		return;
	clock_gettime(CLOCK_REALTIME, &now);
	e->context->now = nanoseconds_of(now);
}

unsigned expression_unknown(const struct expression *e)
{
	return e != NULL ? e->context->unknown : 0;
}
