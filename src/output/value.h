/* SPDX-License-Identifier: MIT */
/* Values of fields as text for people: cells of tables, lines of summaries. */
#ifndef OUTPUT_VALUE_H
#define OUTPUT_VALUE_H

#include <stdbool.h>
#include <stdint.h>

#include "flow/field.h"
#include "flow/view.h"
#include "output/output.h"

/* Room that a value takes at most: texts and lists of labels are cut and end in "...". */
#define VALUE_ROOM 512

/* What stands for a value that is not known. */
#define VALUE_UNKNOWN "-"

/* How values are wanted. */
struct value_style {
	bool human;                     /* see put_amount() and put_span() */
	const struct label_map *labels; /* names of labels; NULL: their numbers */
};

/* A label by its number; as "bit:40" beside names, of which one may be "40". */
char *put_unnamed_label(char *p, bool beside_names, unsigned bit);

char *put_value(char *p, const struct value_style *style, const struct field *field,
	const struct field_value *value);

/* Likewise what a summary groups by: an address that is cut is a network. */
char *put_key_value(char *p, const struct value_style *style, const struct group_key *key,
	const struct field_value *value);

/* 999, 1.23k, 45.6M, in steps of 1000. */
char *put_amount(char *p, uint64_t amount);

/* 59s, 59m59s, 23h59m, 364d23h. */
char *put_span(char *p, uint64_t seconds);

/* Whether a column of it is aligned on the right. */
bool value_is_number(const struct field *field);

#endif
