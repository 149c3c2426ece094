/* SPDX-License-Identifier: MIT */
/* Expressions in and out as text, for tests. */
#ifndef TESTS_EXPRESSION_TEXT_H
#define TESTS_EXPRESSION_TEXT_H

#include <stdlib.h>
#include <string.h>

#include "base/writer.h"
#include "cli/expression_parse.h"

/* A finished expression, or NULL with a complaint. Labels: zero, one, "two words". */
static inline const struct label_map *test_labels(void *data, const char **why)
{
	static const struct label_map map = {.name = {"zero", "one", "two words"}};

	(void)why;
	return data == NULL ? &map : NULL;
}

static inline struct expression *read_expression(
	const struct expression_source *source, struct complaint *complaint)
{
	static const struct label_source labels = {.list = test_labels};
	struct expression *e = expression_new();
	struct node *root = e != NULL ? expression_parse(e, source, &labels, complaint) : NULL;

	if (root != NULL && expression_finish(e, root) == 0)
		return e;
	expression_free(e);
	return NULL;
}

static inline struct expression *read_text(const char *text, struct complaint *complaint)
{
	const struct expression_source source = {.name = "expression", .text = text};

	return read_expression(&source, complaint);
}

/* What is printed, NUL terminated; size must be above WRITER_RESERVE_MAX. */
static inline char *print_expression(const struct expression *e, char *out, size_t size)
{
	struct writer w;

	writer_open(&w, -1, out, size);
	expression_print(&w, e);
	out[w.used < size ? w.used : size - 1] = '\0';
	return out;
}

#endif
