/* SPDX-License-Identifier: MIT */
/*
 * Expressions: a tree of and, or, not over terms.
 *
 * A term may be unknown (enum truth in flow/number.h), and what is unknown is
 * neither itself nor its opposite. When all nots have been pushed down to the
 * terms, an unknown term simply does not hold, negated or not, and what is
 * left is plain and and or. expression_finish() brings a tree into this form
 * and nothing else is ever matched.
 *
 * A tree is made by a parser, finished once and not changed after that. All of
 * it lies in one arena. Matching takes no memory.
 */
#ifndef FLOW_EXPRESSION_H
#define FLOW_EXPRESSION_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/writer.h"
#include "flow/filter.h"

enum node_kind { NODE_TERM, NODE_AND, NODE_OR, NODE_NOT, NODE_TRUE, NODE_FALSE };

struct node {
	enum node_kind kind;
	bool negated; /* NODE_TERM */
	uint16_t cost;
	/* NODE_TERM, finished: how it is tested, and what that must come to. */
	enum truth wanted;
	term_test test;
	number_test within; /* in the place of test; NULL: none */
	unsigned count;     /* NODE_AND, NODE_OR: children; NODE_NOT: 1 */
	struct node *next;  /* of the same parent, while the tree is made */
	union {
		struct {
			struct node *first; /* while the tree is made */
			struct node *last;
			const struct node **child; /* when it is finished */
		};
		struct {
			struct term term;
			const char *text; /* how the value is written, where the term cannot say */
		};
	};
};

struct expression {
	struct arena arena;
	const struct node *root; /* finished */
	struct match_context *context;
};

/* ------------------------------------------------------------ making a tree */

/* An empty expression, to be freed; NULL: no memory. */
struct expression *expression_new(void);

/* NULL is fine. What expression_split() gave a filter goes too. */
void expression_free(struct expression *e);

/*
 * A node; NULL: no memory. That of a term is zeroed and its masks are all
 * ones, the caller fills it in.
 */
struct node *node_term(struct expression *e, enum term_kind kind);
struct node *node_not(struct expression *e, struct node *child);

/* NODE_AND or NODE_OR without children yet; without any they are true and false. */
struct node *node_join(struct expression *e, enum node_kind kind);

/* A node becomes the last child; it may be nobody's other child. */
void node_add(struct node *parent, struct node *child);

/*
 * Push the nots down, fold what is constant, join nested ands and ors, put
 * what is cheap first. 0 or -ENOMEM.
 */
int expression_finish(struct expression *e, const struct node *root);

/*
 * Move what must hold by itself and is a plain comparison into the filter's
 * list, together with the family and protocol that all the rest has in common;
 * the rest becomes filter->rest. 0 or -ENOMEM.
 */
int expression_split(struct expression *e, struct filter *filter);

/* ----------------------------------------------------------------- matching */

bool expression_matches(const struct expression *e, const struct flow *flow);

/*
 * Before flows are matched: read the clock and, where they matter, the time
 * limits of the network namespace; forget what was unknown. NULL is fine.
 */
void expression_start(const struct expression *e);

/* Read the clock again, for one that goes on for long. NULL is fine. */
void expression_tick(const struct expression *e);

/* enum unknown_fact: what was asked for and flows did not have. NULL is fine. */
unsigned expression_unknown(const struct expression *e);

/* ----------------------------------------------------------------- printing */

/*
 * The expression in the language of doc/expressions.md, in one line without a
 * newline. What is printed reads back as an expression that prints the same.
 */
void expression_print(struct writer *w, const struct expression *e);

/*
 * One term; text is how its value is written where the term cannot say. Kinds
 * that only options make print nothing.
 */
void term_print(struct writer *w, const struct term *term, const char *text);

#endif
