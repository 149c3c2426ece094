/* SPDX-License-Identifier: MIT */
/* The language of doc/expressions.md into the tree of flow/expression.h. */
#ifndef CLI_EXPRESSION_PARSE_H
#define CLI_EXPRESSION_PARSE_H

#include "cli/expression_token.h"
#include "flow/expression.h"
#include "flow/labels.h"

/*
 * The list of labels, read when the first label is named; NULL: there is none,
 * and *why says so.
 */
struct label_source {
	const struct label_map *(*list)(void *data, const char **why);
	void *data;
};

/*
 * A tree, not finished, in e's arena; labels may be NULL. NULL: with a
 * complaint that points at the wrong place and says what was expected.
 */
struct node *expression_parse(struct expression *e, const struct expression_source *source,
	const struct label_source *labels, struct complaint *complaint);

#endif
