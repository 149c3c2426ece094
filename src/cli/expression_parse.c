/* SPDX-License-Identifier: MIT */
/*
 * The grammar of expressions by recursive descent, a function a rule:
 *
 *   either    = all { ("or" | "||") all }
 *   all       = condition { ("and" | "&&") condition }
 *   condition = ("not" | "!") condition | "(" either ")" | test
 *   test      = [ "orig" | "reply" ] WORD value
 *
 * What may stand behind which word, doc/expressions.md says.
 */
#include "cli/expression_parse.h"

#include <ctype.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "base/suggest.h"
#include "cli/expression_value.h"
#include "cli/options.h"
#include "flow/protocol.h"

/* Parentheses and nots within each other; more are no person's. */
#define DEPTH_MAX 100

/* --- the token in hand ------------------------------------------------ */

void parser_advance(struct parser *p)
{
	p->token = token_next(p->source, &p->next);
}

void *parser_fail(struct parser *p, const struct token *token, const char *format, ...)
{
	char what[sizeof(p->complaint->text)];
	va_list arguments;

	va_start(arguments, format);
	if (vsnprintf(what, sizeof(what), format, arguments) < 0)
		what[0] = '\0';
	va_end(arguments);
	token_complain(p->source, token, p->complaint, what);
	return NULL;
}

void *parser_no_memory(struct parser *p)
{
	complain(p->complaint, "%s: no memory for the expression", p->source->name);
	return NULL;
}

/* Those that are wrong wherever they stand: whether it was one. */
static bool fail_stray(struct parser *p)
{
	const struct token *t = &p->token;
	const char *behind = t->text;

	if (t->kind == TOKEN_STRAY)
		behind += 1 + strspn(t->text + 1, " \t");
	if (t->kind == TOKEN_OPEN_QUOTE)
		parser_fail(p, t, "a quotation (\") that is not closed");
	else if (t->kind == TOKEN_STRAY && *t->text == '&' && isdigit((unsigned char)*behind))
		parser_fail(
			p, t, "'&' stands for nothing; a mask stands behind a slash: MARK/MASK");
	else if (t->kind == TOKEN_STRAY)
		parser_fail(p, t, "'%.*s' stands for nothing, did you mean '%.*s%.*s'?", 1, t->text,
			1, t->text, 1, t->text);
	return t->kind == TOKEN_OPEN_QUOTE || t->kind == TOKEN_STRAY;
}

void *parser_expected(struct parser *p, const char *what)
{
	const struct token *t = &p->token;

	if (fail_stray(p))
		return NULL;
	return parser_fail(
		p, t, "expected %s behind '%.*s'", what, (int)p->subject.length, p->subject.text);
}

/* --- comparisons and lists -------------------------------------------- */

static const struct {
	const char *word;
	enum comparison comparison;
} comparison_words[] = {
	{"eq", COMPARE_EQUAL},
	{"in", COMPARE_EQUAL},
	{"ne", COMPARE_NOT_EQUAL},
	{"lt", COMPARE_LESS},
	{"le", COMPARE_LESS_EQUAL},
	{"gt", COMPARE_GREATER},
	{"ge", COMPARE_GREATER_EQUAL},
};

static const size_t comparison_word_count = sizeof(comparison_words) / sizeof(comparison_words[0]);

bool parser_is_comparison(const char *word)
{
	for (size_t i = 0; i < comparison_word_count; i++) {
		if (strcasecmp(comparison_words[i].word, word) == 0)
			return true;
	}
	return false;
}

/* What a token compares by: false when it does not. */
static bool token_comparison(const struct token *token, enum comparison *out)
{
	if (token->kind >= TOKEN_EQUAL && token->kind <= TOKEN_GREATER_EQUAL) {
		*out = (enum comparison)(token->kind - TOKEN_EQUAL);
		return true;
	}
	for (size_t i = 0; i < comparison_word_count; i++) {
		if (!token_is(token, comparison_words[i].word))
			continue;
		*out = comparison_words[i].comparison;
		return true;
	}
	return false;
}

enum comparison parser_comparison(struct parser *p)
{
	enum comparison comparison;

	if (!token_comparison(&p->token, &comparison))
		return COMPARE_EQUAL;
	parser_advance(p);
	return comparison;
}

bool parser_at_order(const struct parser *p)
{
	enum comparison comparison;

	return token_comparison(&p->token, &comparison) && comparison >= COMPARE_LESS;
}

int parser_equality(struct parser *p)
{
	struct token token = p->token;
	enum comparison comparison = parser_comparison(p);

	if (comparison == COMPARE_EQUAL || comparison == COMPARE_NOT_EQUAL)
		return comparison == COMPARE_NOT_EQUAL;
	parser_fail(p, &token, "'%.*s' is not less or more than something: expected = or !=",
		(int)p->subject.length, p->subject.text);
	return -1;
}

bool parser_at_value(const struct parser *p)
{
	enum comparison comparison;

	switch (p->token.kind) {
	case TOKEN_WORD:
	case TOKEN_STRING:
	case TOKEN_FILE:
	case TOKEN_LIST_OPEN:
		return true;
	default:
		return token_comparison(&p->token, &comparison);
	}
}

/* One item, which then is used up. */
static bool one_item(
	struct parser *p, const char *what, bool (*fn)(struct parser *p, void *data), void *data)
{
	switch (p->token.kind) {
	case TOKEN_WORD:
	case TOKEN_STRING:
	case TOKEN_FILE:
		if (!fn(p, data))
			return false;
		parser_advance(p);
		return true;
	default:
		return parser_expected(p, what);
	}
}

/* { ITEM, ITEM }: commas or blanks between them. */
static bool braced_items(
	struct parser *p, const char *what, bool (*fn)(struct parser *p, void *data), void *data)
{
	struct token open = p->token;

	parser_advance(p);
	do {
		if (!one_item(p, what, fn, data))
			return false;
		if (p->token.kind == TOKEN_COMMA) {
			parser_advance(p);
			if (p->token.kind == TOKEN_LIST_CLOSE)
				return parser_expected(p, what);
		}
	} while (p->token.kind != TOKEN_LIST_CLOSE && p->token.kind != TOKEN_END);
	if (p->token.kind == TOKEN_END)
		return parser_fail(p, &open, "a list that is not closed: expected '}'");
	parser_advance(p);
	return true;
}

bool parser_each(
	struct parser *p, const char *what, bool (*fn)(struct parser *p, void *data), void *data)
{
	if (p->token.kind == TOKEN_LIST_OPEN)
		return braced_items(p, what, fn, data);
	for (;;) {
		if (!one_item(p, what, fn, data))
			return false;
		if (p->token.kind != TOKEN_COMMA)
			return true;
		parser_advance(p);
	}
}

struct node *parser_negate(struct parser *p, struct node *node, bool negate)
{
	struct node *opposite;

	if (!negate)
		return node;
	opposite = node_not(p->e, node);
	return opposite != NULL ? opposite : parser_no_memory(p);
}

struct items {
	item_fn fn;
	struct node *any;
};

static bool add_item(struct parser *p, void *data)
{
	struct items *items = data;
	struct node *node = items->fn(p);

	if (node != NULL)
		node_add(items->any, node);
	return node != NULL;
}

struct node *parser_items(struct parser *p, const char *what, item_fn item)
{
	struct items items = {.fn = item, .any = node_join(p->e, NODE_OR)};
	int opposite = parser_equality(p);

	if (opposite < 0)
		return NULL;
	if (items.any == NULL)
		return parser_no_memory(p);
	if (!parser_each(p, what, add_item, &items))
		return NULL;
	return parser_negate(p, items.any, opposite == 1);
}

/* --- words ------------------------------------------------------------ */

enum word_kind {
	WORD_END,    /* src, dst: an address, or behind port a port */
	WORD_HOST,   /* host, net: an address at either end */
	WORD_PORT,   /* port, portrange: a port at either end */
	WORD_NUMBER, /* value: enum number_field */
	WORD_MARK,
	WORD_NAT,      /* value: enum nat_wanted */
	WORD_FLAG,     /* value: bit of the status, negated: not set */
	WORD_FAMILY,   /* value: AF_INET, AF_INET6 */
	WORD_PROTOCOL, /* value: its number */
	WORD_VALUE,    /* fn reads the rest */
};

struct word {
	const char *name;
	enum word_kind kind;
	uint32_t value;
	bool negated;
	uint8_t protocol; /* WORD_NUMBER of a part */
	struct node *(*fn)(struct parser *p);
};

static const struct word words[] = {
	{.name = "src", .kind = WORD_END, .value = END_SOURCE},
	{.name = "dst", .kind = WORD_END, .value = END_DESTINATION},
	{.name = "host", .kind = WORD_HOST},
	{.name = "net", .kind = WORD_HOST},
	{.name = "port", .kind = WORD_PORT},
	{.name = "portrange", .kind = WORD_PORT},
	{.name = "state", .kind = WORD_VALUE, .fn = parser_state},
	{.name = "status", .kind = WORD_VALUE, .fn = parser_status},
	{.name = "mark", .kind = WORD_MARK},
	{.name = "nat", .kind = WORD_NAT, .value = NAT_WANT_ANY},
	{.name = "snat", .kind = WORD_NAT, .value = NAT_WANT_SOURCE},
	{.name = "dnat", .kind = WORD_NAT, .value = NAT_WANT_DESTINATION},
	{.name = "assured", .kind = WORD_FLAG, .value = IPS_ASSURED},
	{.name = "replied", .kind = WORD_FLAG, .value = IPS_SEEN_REPLY},
	{.name = "unreplied", .kind = WORD_FLAG, .value = IPS_SEEN_REPLY, .negated = true},
	{.name = "expected", .kind = WORD_FLAG, .value = IPS_EXPECTED},
	{.name = "offload", .kind = WORD_FLAG, .value = IPS_OFFLOAD},
	{.name = "hw_offload", .kind = WORD_FLAG, .value = IPS_HW_OFFLOAD},
	{.name = "ip", .kind = WORD_FAMILY, .value = AF_INET},
	{.name = "ip4", .kind = WORD_FAMILY, .value = AF_INET},
	{.name = "ipv4", .kind = WORD_FAMILY, .value = AF_INET},
	{.name = "ip6", .kind = WORD_FAMILY, .value = AF_INET6},
	{.name = "ipv6", .kind = WORD_FAMILY, .value = AF_INET6},
	{.name = "icmp6", .kind = WORD_PROTOCOL, .value = IPPROTO_ICMPV6},
	{.name = "proto", .kind = WORD_VALUE, .fn = parser_protocol},
	{.name = "family", .kind = WORD_VALUE, .fn = parser_family},
	{.name = "label", .kind = WORD_VALUE, .fn = parser_label},
	{.name = "helper", .kind = WORD_VALUE, .fn = parser_helper},
};

#define WORDS (sizeof(words) / sizeof(words[0]))

/* A part by the name that its option has: only those that one protocol has. */
static bool part_word(size_t n, struct word *out)
{
	const struct protocol *protocol = &protocols[n / TUPLE_PART_COUNT];
	unsigned index = n % TUPLE_PART_COUNT;

	*out = (struct word){.name = NULL};
	if (index >= protocol->part_count || protocol->part[index].kind == PART_PORT)
		return true;
	out->name = protocol->part[index].option[PART_ORIGINAL];
	out->kind = WORD_NUMBER;
	out->value = NUMBER_PART0 + index;
	out->protocol = protocol->number;
	return true;
}

/* The n-th of all words: false behind the last. Some have no name. */
static bool word_at(size_t n, struct word *out)
{
	if (n < WORDS) {
		*out = words[n];
		return true;
	}
	n -= WORDS;
	if (n < protocol_count) {
		*out = (struct word){.name = protocols[n].name,
			.kind = WORD_PROTOCOL,
			.value = protocols[n].number};
		return true;
	}
	n -= protocol_count;
	if (n < NUMBER_FIELDS) {
		*out = (struct word){
			.name = number_rows[n].name, .kind = WORD_NUMBER, .value = (uint32_t)n};
		return true;
	}
	n -= NUMBER_FIELDS;
	return n < protocol_count * TUPLE_PART_COUNT && part_word(n, out);
}

static bool find_word(const struct token *token, struct word *out)
{
	for (size_t n = 0; word_at(n, out); n++) {
		if (out->name != NULL && token_is(token, out->name))
			return true;
	}
	return false;
}

static bool is_directed(const struct word *word)
{
	switch (word->kind) {
	case WORD_END:
	case WORD_HOST:
	case WORD_PORT:
		return true;
	case WORD_NUMBER:
		return number_rows[word->value].directed;
	default:
		return false;
	}
}

static bool is_direction(const struct token *token, uint8_t *direction)
{
	*direction = token_is(token, "reply") ? REPLY : ORIGINAL;
	return *direction == REPLY || token_is(token, "orig") || token_is(token, "original");
}

/* --- tests ------------------------------------------------------------ */

static bool take_word(struct parser *p, const char *word)
{
	if (!token_is(&p->token, word))
		return false;
	p->subject = p->token;
	parser_advance(p);
	return true;
}

/* Behind src and dst: an address, or a port. */
static struct node *parse_end(struct parser *p, unsigned end, uint8_t direction)
{
	if (take_word(p, "port") || take_word(p, "portrange"))
		return parser_number(p,
			end == END_SOURCE ? NUMBER_SOURCE_PORT : NUMBER_DESTINATION_PORT, direction,
			0);
	if (!take_word(p, "host"))
		take_word(p, "net");
	return parser_addresses(p, 1u << end, direction);
}

static struct node *parse_host(struct parser *p, uint8_t direction)
{
	return parser_addresses(p, 1u << END_SOURCE | 1u << END_DESTINATION, direction);
}

/* nat [src | dst] [to] [[host | net] ADDRESS[:PORT] | port PORT], nat sport PORT */
static struct node *parse_nat(struct parser *p, enum nat_wanted wanted)
{
	struct node *node;

	if (wanted == NAT_WANT_ANY) {
		if (take_word(p, "sport"))
			return parser_nat_ports(p, NAT_WANT_SOURCE);
		if (take_word(p, "dport"))
			return parser_nat_ports(p, NAT_WANT_DESTINATION);
		if (take_word(p, "src"))
			wanted = NAT_WANT_SOURCE;
		else if (take_word(p, "dst"))
			wanted = NAT_WANT_DESTINATION;
	}
	take_word(p, "to");
	if (take_word(p, "port") || take_word(p, "portrange"))
		return parser_nat_ports(p, wanted);
	if (take_word(p, "host") || take_word(p, "net") || token_is(&p->subject, "to") ||
		parser_at_value(p))
		return parser_nat(p, wanted);
	node = node_term(p->e, TERM_NAT);
	if (node == NULL)
		return parser_no_memory(p);
	node->term.nat.wanted = (uint8_t)wanted;
	return node;
}

static struct node *flag_node(struct parser *p, const struct word *word)
{
	struct node *node = node_term(p->e, TERM_STATUS);

	if (node == NULL)
		return parser_no_memory(p);
	node->term.mask = word->value;
	node->term.number = word->negated ? 0 : word->value;
	return node;
}

static struct node *number_node(struct parser *p, enum term_kind kind, uint32_t number)
{
	struct node *node = node_term(p->e, kind);

	if (node == NULL)
		return parser_no_memory(p);
	node->term.number = number;
	return node;
}

static struct node *parse_test(struct parser *p);

/* Whether a test of one end of a tuple begins here, as in "tcp port 80". */
static bool at_end_test(const struct parser *p)
{
	struct word word;
	uint8_t direction;

	if (is_direction(&p->token, &direction))
		return true;
	if (!find_word(&p->token, &word))
		return false;
	return word.kind == WORD_END || word.kind == WORD_HOST || word.kind == WORD_PORT ||
	       (word.kind == WORD_NUMBER && number_rows[word.value].unit == UNIT_PORT);
}

/* Of a protocol or a family, an end may be asked for without an and. */
static struct node *parse_qualifier(struct parser *p, struct node *qualifier)
{
	struct node *both;
	struct node *end;

	if (qualifier == NULL || !at_end_test(p))
		return qualifier;
	both = node_join(p->e, NODE_AND);
	end = parse_test(p);
	if (end == NULL)
		return NULL;
	if (both == NULL)
		return parser_no_memory(p);
	node_add(both, qualifier);
	node_add(both, end);
	return both;
}

static struct node *parse_word(struct parser *p, const struct word *word, const uint8_t *direction)
{
	uint8_t plain = direction != NULL ? *direction : ORIGINAL;

	switch (word->kind) {
	case WORD_END:
		return parse_end(p, word->value, plain);
	case WORD_HOST:
		return parse_host(p, plain);
	case WORD_PORT:
		return parser_any_port(p, plain);
	case WORD_NUMBER:
		return parser_number(p, (enum number_field)word->value,
			direction != NULL ? *direction : number_rows[word->value].plain,
			word->protocol);
	case WORD_MARK:
		return parser_mark(p);
	case WORD_NAT:
		return parse_nat(p, (enum nat_wanted)word->value);
	case WORD_FLAG:
		return flag_node(p, word);
	case WORD_FAMILY:
		return parse_qualifier(p, number_node(p, TERM_FAMILY, word->value));
	case WORD_PROTOCOL:
		return parse_qualifier(p, number_node(p, TERM_PROTOCOL, word->value));
	case WORD_VALUE:
		break;
	}
	return word->fn(p);
}

static struct node *unknown_word(struct parser *p)
{
	const struct token *t = &p->token;
	struct suggestion nearest;
	struct word word;
	char typed[64];
	char hint[96];

	snprintf(typed, sizeof(typed), "%.*s", (int)t->length, t->text);
	if (typed[0] >= '0' && typed[0] <= '9')
		return parser_fail(p, t,
			"'%s' has no word in front that says what it is (a list is written "
			"{80, 443})",
			typed);
	if (typed[0] == '#')
		return parser_fail(p, t, "'%s': a comment has a line of its own", typed);
	if (p->source->is_words && is_table_name(typed))
		return parser_fail(p, t, "'%s': %s", typed, table_misplaced);
	suggest_start(&nearest, typed);
	for (size_t n = 0; word_at(n, &word); n++) {
		if (word.name != NULL)
			suggest_offer(&nearest, word.name);
	}
	/* The first word may have been meant for the table. */
	for (int table = 0; p->source->is_words && table < TABLES; table++)
		suggest_offer(&nearest, table_names[table]);
	return parser_fail(p, t, "'%s' is not a word of expressions%s", typed,
		suggest_text(&nearest, hint, sizeof(hint)));
}

static struct node *parse_test(struct parser *p)
{
	struct token first = p->token;
	struct word word;
	uint8_t direction;
	bool directed = is_direction(&first, &direction);

	if (directed)
		parser_advance(p);
	if (p->token.kind != TOKEN_WORD && directed) {
		p->subject = first;
		return parser_expected(p, "src, dst, host, port, bytes or the like");
	}
	if (!find_word(&p->token, &word))
		return unknown_word(p);
	if (directed && !is_directed(&word))
		return parser_fail(p, &p->token,
			"'%s' has no direction: expected src, dst, host, port, bytes or the like "
			"behind '%.*s'",
			word.name, (int)first.length, first.text);
	p->subject = p->token;
	parser_advance(p);
	return parse_word(p, &word, directed ? &direction : NULL);
}

/* --- the grammar ------------------------------------------------------ */

static struct node *parse_either(struct parser *p);

static struct node *parse_parentheses(struct parser *p)
{
	struct token open = p->token;
	struct node *node;

	parser_advance(p);
	node = parse_either(p);
	if (node == NULL)
		return NULL;
	if (p->token.kind == TOKEN_END)
		return parser_fail(p, &open, "a parenthesis that is not closed: expected ')'");
	parser_advance(p);
	return node;
}

static struct node *parse_condition(struct parser *p)
{
	bool nests = p->token.kind == TOKEN_NOT || p->token.kind == TOKEN_OPEN;
	struct node *node = NULL;

	if (nests && p->depth == DEPTH_MAX)
		return parser_fail(
			p, &p->token, "more than %d parentheses and nots in each other", DEPTH_MAX);
	p->depth++;
	switch (p->token.kind) {
	case TOKEN_NOT:
		parser_advance(p);
		node = parse_condition(p);
		if (node != NULL)
			node = parser_negate(p, node, true);
		break;
	case TOKEN_OPEN:
		node = parse_parentheses(p);
		break;
	case TOKEN_WORD:
		node = parse_test(p);
		break;
	default:
		if (!fail_stray(p))
			parser_fail(p, &p->token,
				"expected a condition, such as tcp, src ADDRESS or dport PORT");
		break;
	}
	p->depth--;
	return node;
}

/* What stands between two conditions, or ends them; else a complaint. */
static bool at_joint(struct parser *p)
{
	const struct token *t = &p->token;
	const char *end = p->depth > 0 ? "')'" : "the end";
	struct suggestion nearest;
	struct word word;
	char typed[64];
	char hint[96];

	switch (t->kind) {
	case TOKEN_AND:
	case TOKEN_OR:
	case TOKEN_END:
		return true;
	case TOKEN_CLOSE:
		return p->depth > 0 ||
		       parser_fail(p, t, "a ')' without a '(': expected 'and', 'or' or the end");
	default:
		break;
	}
	if (fail_stray(p))
		return false;
	if (t->kind == TOKEN_OPEN || t->kind == TOKEN_NOT || find_word(t, &word))
		return parser_fail(p, t, "'and' or 'or' is missing in front of '%.*s'",
			(int)t->length, t->text);
	snprintf(typed, sizeof(typed), "%.*s", (int)t->length, t->text);
	suggest_start(&nearest, typed);
	suggest_offer(&nearest, "and");
	suggest_offer(&nearest, "or");
	return parser_fail(p, t, "expected 'and', 'or' or %s, not '%s'%s", end, typed,
		suggest_text(&nearest, hint, sizeof(hint)));
}

/* Operands of one kind with that sign between them. */
static struct node *parse_joined(struct parser *p, enum node_kind kind, enum token_kind sign,
	struct node *(*operand)(struct parser *p))
{
	struct node *joined = node_join(p->e, kind);

	if (joined == NULL)
		return parser_no_memory(p);
	for (;;) {
		struct node *node = operand(p);

		if (node == NULL || !at_joint(p))
			return NULL;
		node_add(joined, node);
		if (p->token.kind != sign)
			return joined;
		parser_advance(p);
	}
}

static struct node *parse_all(struct parser *p)
{
	return parse_joined(p, NODE_AND, TOKEN_AND, parse_condition);
}

static struct node *parse_either(struct parser *p)
{
	return parse_joined(p, NODE_OR, TOKEN_OR, parse_all);
}

struct node *expression_parse(struct expression *e, const struct expression_source *source,
	const struct label_source *labels, struct complaint *complaint)
{
	struct parser p = {
		.e = e,
		.source = source,
		.labels = labels,
		.complaint = complaint,
		.next = source->text,
	};

	parser_advance(&p);
	return parse_either(&p);
}
