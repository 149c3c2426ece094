/* SPDX-License-Identifier: MIT */
/* Values of expressions that are numbers: plain, with a unit, ranges, lists. */
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "base/parse.h"
#include "cli/expression_value.h"

/* Longer than any number, range or name of a service. */
#define NUMBER_TEXT 64

static const struct parse_unit amounts[] = {
	{"k", UINT64_C(1000)},
	{"M", UINT64_C(1000000)},
	{"G", UINT64_C(1000000000)},
	{"T", UINT64_C(1000000000000)},
	{"P", UINT64_C(1000000000000000)},
	{"Ki", UINT64_C(1) << 10},
	{"Mi", UINT64_C(1) << 20},
	{"Gi", UINT64_C(1) << 30},
	{"Ti", UINT64_C(1) << 40},
	{"Pi", UINT64_C(1) << 50},
};

static const struct parse_unit durations[] = {
	{"", 1},
	{"s", 1},
	{"m", 60},
	{"h", 3600},
	{"d", 86400},
	{"w", 604800},
};

/* 10M, 10MiB; the B of bytes may stand behind it. */
static int parse_amount(const char *text, uint64_t *out)
{
	uint64_t factor = 1;
	const char *unit = text;
	int error = parse_leading(&unit, out);
	size_t length = strlen(unit);

	if (error < 0)
		return error;
	if (length > 0 && unit[length - 1] == 'B')
		length--;
	if (length == 1 && unit[0] == 'K')
		factor = 1000;
	else if (length > 0)
		factor = parse_factor(amounts, sizeof(amounts) / sizeof(amounts[0]), unit, length);
	if (factor == 0)
		return -EINVAL;
	return __builtin_mul_overflow(*out, factor, out) ? -ERANGE : 0;
}

static int parse_quantity(const char *text, const struct number_row *row, uint64_t *out)
{
	int error;

	switch (row->unit) {
	case UNIT_AMOUNT:
		error = parse_amount(text, out);
		break;
	case UNIT_DURATION:
		error = parse_spans(
			text, durations, sizeof(durations) / sizeof(durations[0]), UINT64_MAX, out);
		break;
	case UNIT_PORT:
		error = parse_decimal(text, 0, UINT64_MAX, out);
		break;
	default:
		error = parse_number(text, 0, UINT64_MAX, out);
		break;
	}
	if (error == 0 && *out > row->maximum)
		return -ERANGE;
	return error;
}

/* FIRST-LAST; text is cut at the dash. */
static int parse_range(char *text, const struct number_row *row, struct number_range *range)
{
	char *dash = strchr(text, '-');
	int error;

	if (dash == NULL)
		return -EINVAL;
	*dash = '\0';
	error = parse_quantity(text, row, &range->low);
	if (error == 0)
		error = parse_quantity(dash + 1, row, &range->high);
	return error == 0 && range->low > range->high ? -ERANGE : error;
}

static int parse_service(const char *name, struct number_range *range)
{
	const struct servent *service = getservbyname(name, NULL);

	if (service == NULL)
		return -EINVAL;
	range->low = range->high = ntohs((uint16_t)service->s_port);
	return 0;
}

static int parse_item(
	const struct token *token, const struct number_row *row, struct number_range *range)
{
	char text[NUMBER_TEXT];
	char cut[NUMBER_TEXT];
	int error;

	if (token->kind != TOKEN_WORD || !token_copy(token, text, sizeof(text)))
		return -EINVAL;
	range->low = 0;
	error = parse_quantity(text, row, &range->low);
	range->high = range->low;
	if (error != -EINVAL)
		return error;
	memcpy(cut, text, sizeof(cut));
	error = parse_range(cut, row, range);
	if (error == -EINVAL && row->unit == UNIT_PORT)
		error = parse_service(text, range);
	return error;
}

bool parser_port_range(const struct token *token, struct number_range *range)
{
	return parse_item(token, &number_rows[NUMBER_SOURCE_PORT], range) == 0;
}

/* --- complaints ------------------------------------------------------- */

static const char *what_of(const struct number_row *row)
{
	switch (row->unit) {
	case UNIT_PORT:
		return "a port (0-65535, a name of a service, FIRST-LAST)";
	case UNIT_AMOUNT:
		return "an amount (a number, also with k, M, G, T, P or Ki, Mi, Gi, Ti, Pi)";
	case UNIT_DURATION:
		return "a time (seconds, or a number with s, m, h, d or w)";
	default:
		return "a number (decimal, 0x hexadecimal or 0 octal)";
	}
}

static bool fail_number(struct parser *p, const struct number_row *row, int error)
{
	const struct token *t = &p->token;

	if (error != -ERANGE)
		parser_fail(p, t, "'%.*s' is not %s", (int)t->length, t->text, what_of(row));
	else if (memchr(t->text, '-', t->length) != NULL)
		parser_fail(p, t, "'%.*s' is no range of numbers from 0 to %llu, lowest first",
			(int)t->length, t->text, (unsigned long long)row->maximum);
	else
		parser_fail(p, t, "'%.*s' is more than %llu, the highest there can be",
			(int)t->length, t->text, (unsigned long long)row->maximum);
	return false;
}

/* --- numbers ---------------------------------------------------------- */

struct ranges {
	const struct number_row *row;
	struct number_range *range;
	size_t count;
	size_t room;
};

static bool add_range(struct parser *p, struct ranges *r, const struct number_range *range)
{
	if (r->count == r->room) {
		size_t room = r->room > 0 ? 2 * r->room : 8;
		struct number_range *larger = realloc(r->range, room * sizeof(*larger));

		if (larger == NULL)
			return parser_no_memory(p);
		r->range = larger;
		r->room = room;
	}
	r->range[r->count++] = *range;
	return true;
}

static bool read_range(struct parser *p, void *data)
{
	struct ranges *r = data;
	struct number_range range;
	int error = parse_item(&p->token, r->row, &range);

	if (error < 0)
		return fail_number(p, r->row, error);
	return add_range(p, r, &range);
}

/* What lies below, above or at a number. */
static struct number_range range_of(
	enum comparison comparison, uint64_t number, const struct number_row *row)
{
	const struct number_range nothing = {1, 0};

	switch (comparison) {
	case COMPARE_LESS:
		return number > 0 ? (struct number_range){0, number - 1} : nothing;
	case COMPARE_LESS_EQUAL:
		return (struct number_range){0, number};
	case COMPARE_GREATER:
		return number < row->maximum ? (struct number_range){number + 1, row->maximum}
					     : nothing;
	case COMPARE_GREATER_EQUAL:
		return (struct number_range){number, row->maximum};
	default:
		return (struct number_range){number, number};
	}
}

/* A single number behind < <= > >=. */
static bool read_bound(struct parser *p, enum comparison comparison, struct ranges *r)
{
	struct number_range range;
	int error;

	if (p->token.kind != TOKEN_WORD)
		return parser_expected(p, what_of(r->row));
	error = parse_item(&p->token, r->row, &range);
	if (error < 0)
		return fail_number(p, r->row, error);
	if (range.low != range.high)
		return parser_fail(p, &p->token,
			"a range is compared with = or !=, a single number with < or >");
	range = range_of(comparison, range.low, r->row);
	parser_advance(p);
	return add_range(p, r, &range);
}

static struct node *range_node(struct parser *p, const struct ranges *r)
{
	struct node *node = node_term(p->e, r->count == 1 ? TERM_NUMBER : TERM_NUMBERS);
	const struct number_set *set;

	if (node == NULL)
		return parser_no_memory(p);
	if (r->count == 1) {
		node->term.range = r->range[0];
		return node;
	}
	set = number_set_new(&p->e->arena, r->range, r->count);
	if (set == NULL)
		return parser_no_memory(p);
	/* One range can be left of several, and is simpler to test. */
	if (set->count == 1) {
		node->term.kind = TERM_NUMBER;
		node->term.range = set->range[0];
	} else {
		node->term.numbers = set;
	}
	return node;
}

/* The comparison and what it is with, as ranges: 0 any, 1 none of them, -1 complaint. */
static int read_ranges(struct parser *p, struct ranges *r)
{
	enum comparison comparison = parser_comparison(p);

	if (comparison == COMPARE_EQUAL || comparison == COMPARE_NOT_EQUAL)
		return parser_each(p, what_of(r->row), read_range, r)
			       ? comparison == COMPARE_NOT_EQUAL
			       : -1;
	return read_bound(p, comparison, r) ? 0 : -1;
}

struct node *parser_number(
	struct parser *p, enum number_field field, uint8_t direction, uint8_t protocol)
{
	struct ranges r = {.row = &number_rows[field]};
	struct node *node = NULL;
	int opposite = read_ranges(p, &r);

	if (opposite >= 0)
		node = range_node(p, &r);
	free(r.range);
	if (node == NULL)
		return NULL;
	node->term.index = (uint8_t)field;
	node->term.direction = direction;
	node->term.protocol = protocol;
	return parser_negate(p, node, opposite == 1);
}

struct node *parser_any_port(struct parser *p, uint8_t direction)
{
	struct ranges r = {.row = &number_rows[NUMBER_SOURCE_PORT]};
	int opposite = read_ranges(p, &r);
	struct node *source = opposite >= 0 ? range_node(p, &r) : NULL;
	struct node *destination = source != NULL ? node_term(p->e, source->term.kind) : NULL;
	struct node *either = destination != NULL ? node_join(p->e, NODE_OR) : NULL;

	free(r.range);
	if (source == NULL)
		return NULL;
	if (either == NULL)
		return parser_no_memory(p);
	source->term.direction = direction;
	destination->term = source->term;
	source->term.index = NUMBER_SOURCE_PORT;
	destination->term.index = NUMBER_DESTINATION_PORT;
	node_add(either, source);
	node_add(either, destination);
	return parser_negate(p, either, opposite == 1);
}

/* --- marks ------------------------------------------------------------ */

/* MARK/MASK; -EINVAL for anything else, -ERANGE when it can never be. */
static int parse_masked(const struct token *token, struct term *term)
{
	char text[NUMBER_TEXT];
	char *slash;
	uint64_t mark;
	uint64_t mask;

	if (!token_copy(token, text, sizeof(text)))
		return -EINVAL;
	slash = strchr(text, '/');
	if (slash == NULL)
		return -EINVAL;
	*slash = '\0';
	if (parse_number(text, 0, UINT32_MAX, &mark) < 0 ||
		parse_number(slash + 1, 0, UINT32_MAX, &mask) < 0)
		return -EINVAL;
	term->number = (uint32_t)mark;
	term->mask = (uint32_t)mask;
	return mark & ~mask ? -ERANGE : 0;
}

static struct node *masked_mark(struct parser *p)
{
	struct node *node = node_term(p->e, TERM_MARK);
	const struct token *t = &p->token;
	int error;

	if (node == NULL)
		return parser_no_memory(p);
	error = parse_masked(t, &node->term);
	if (error == -ERANGE)
		return parser_fail(p, t,
			"'%.*s' can never be: the mark has bits outside of the mask",
			(int)t->length, t->text);
	if (error < 0)
		return parser_fail(p, t, "'%.*s' is not a mark (MARK, MARK/MASK or FIRST-LAST)",
			(int)t->length, t->text);
	return node;
}

static struct node *one_mark(struct parser *p)
{
	struct number_range range;
	struct node *node;
	int error;

	if (memchr(p->token.text, '/', p->token.length) != NULL)
		return masked_mark(p);
	error = parse_item(&p->token, &number_rows[NUMBER_MARK], &range);
	if (error == -ERANGE) {
		fail_number(p, &number_rows[NUMBER_MARK], error);
		return NULL;
	}
	if (error < 0)
		return masked_mark(p); /* whose complaint it is */
	node = node_term(p->e, TERM_NUMBER);
	if (node == NULL)
		return parser_no_memory(p);
	node->term.index = NUMBER_MARK;
	node->term.direction = number_rows[NUMBER_MARK].plain;
	node->term.range = range;
	return node;
}

struct node *parser_mark(struct parser *p)
{
	if (parser_at_order(p))
		return parser_number(p, NUMBER_MARK, number_rows[NUMBER_MARK].plain, 0);
	return parser_items(p, "a mark (MARK, MARK/MASK or FIRST-LAST)", one_mark);
}
