/* SPDX-License-Identifier: MIT */
/*
 * Between the files that read an expression: the parser's state, and the
 * values that stand behind a word.
 */
#ifndef CLI_EXPRESSION_VALUE_H
#define CLI_EXPRESSION_VALUE_H

#include "cli/expression_parse.h"

struct parser {
	struct expression *e;
	const struct expression_source *source;
	const struct label_source *labels;
	struct complaint *complaint;
	const char *next;     /* behind the token in hand */
	struct token token;   /* in hand: not used up yet */
	struct token subject; /* the word whose value is being read */
	unsigned depth;       /* of parentheses and nots */
};

/* Use the token in hand up. */
void parser_advance(struct parser *p);

/* Complain of a token. Always NULL, for functions that return a node. */
void *parser_fail(struct parser *p, const struct token *token, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Complain that there is no memory. Always NULL. */
void *parser_no_memory(struct parser *p);

/* Complain of the token in hand where a value should stand. Always NULL. */
void *parser_expected(struct parser *p, const char *what);

/* Whether a value, or a comparison, may begin with the token in hand. */
bool parser_at_value(const struct parser *p);

/* ------------------------------------------------------------- by the subject */

/* A number of a row of flow/number.h; protocol: for a NUMBER_PART… */
struct node *parser_number(
	struct parser *p, enum number_field field, uint8_t direction, uint8_t protocol);

/* A port at either end. */
struct node *parser_any_port(struct parser *p, uint8_t direction);
struct node *parser_mark(struct parser *p);

/* Addresses at the ends (bits 1 << enum address_end), any of which is enough. */
struct node *parser_addresses(struct parser *p, unsigned ends, uint8_t direction);

/* What a translated address, with or without port, or a port became. */
struct node *parser_nat(struct parser *p, enum nat_wanted wanted);
struct node *parser_nat_ports(struct parser *p, enum nat_wanted wanted);

struct node *parser_state(struct parser *p);
struct node *parser_status(struct parser *p);
struct node *parser_protocol(struct parser *p);
struct node *parser_family(struct parser *p);
struct node *parser_label(struct parser *p);
struct node *parser_helper(struct parser *p);

/* ---------------------------------------------------------- one value by another */

/* Reads the token in hand, without using it up, into a node. */
typedef struct node *(*item_fn)(struct parser *p);

/*
 * [= | != | in] ITEM {, ITEM} or { ITEM … }: any of the items, or none.
 * what: "an address", for complaints.
 */
struct node *parser_items(struct parser *p, const char *what, item_fn item);

/* A comparison, which is used up. */
enum comparison {
	COMPARE_EQUAL,
	COMPARE_NOT_EQUAL,
	COMPARE_LESS,
	COMPARE_LESS_EQUAL,
	COMPARE_GREATER,
	COMPARE_GREATER_EQUAL,
};

/* The one in hand, COMPARE_EQUAL when there is none. */
enum comparison parser_comparison(struct parser *p);

/* Whether the one in hand is less or more than something, or equal to it. */
bool parser_at_order(const struct parser *p);

/* Whether a word is a comparison where one may stand: eq, ne, lt, le, gt, ge, in. */
bool parser_is_comparison(const char *word);

/* Likewise where sizes mean nothing: 0 equal, 1 not equal, -1 with a complaint. */
int parser_equality(struct parser *p);

/*
 * Give each item of a list, or the only one, to fn, which returns false after
 * a complaint. False as well when there is none.
 */
bool parser_each(
	struct parser *p, const char *what, bool (*fn)(struct parser *p, void *data), void *data);

/* A node, or its opposite. */
struct node *parser_negate(struct parser *p, struct node *node, bool negate);

/* Ports as 80, http, 8000-8999 out of a token: false for anything else. */
bool parser_port_range(const struct token *token, struct number_range *range);

#endif
