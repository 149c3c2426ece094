/* SPDX-License-Identifier: MIT */
/* Values of the options that say how flows are shown: groups, sums, order, columns. */
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "base/suggest.h"
#include "cli/readers.h"
#include "flow/field.h"

/* What a group is sorted by if not by a field. */
#define FLOWS "flows"

/* The longest word that is looked up; no field's name is near it. */
#define WORD_SIZE 64

static void copy_part(char word[static WORD_SIZE], struct part_text part)
{
	size_t length = part.length < WORD_SIZE ? part.length : WORD_SIZE - 1;

	memcpy(word, part.text, length);
	word[length] = '\0';
}

static int no_such_field(const struct given *g, int id, const char *word, struct complaint *c)
{
	struct spelling s;
	struct suggestion nearest;
	char hint[96];

	suggest_start(&nearest, word);
	for (size_t i = 0; i < field_count; i++)
		suggest_offer(&nearest, fields[i].name);
	return complain(c, "%s: '%s' is not a field (conntrack -L --help lists them)%s",
		option_spelled(&s, g, id), word, suggest_text(&nearest, hint, sizeof(hint)));
}

static int too_many(const struct given *g, int id, unsigned maximum, struct complaint *c)
{
	struct spelling s;

	return complain(c, "%s: more than %u fields", option_spelled(&s, g, id), maximum);
}

/* A name is a key of JSON, which an object has once. */
static int named_twice(
	const struct given *g, int id, const struct field *field, struct complaint *c)
{
	struct spelling s;

	return complain(c, "%s: '%s' is named twice", option_spelled(&s, g, id), field->name);
}

/* --- groups ----------------------------------------------------------- */

/*
 * What stands behind the field of an address: "/24", "/64", "/24/64". Which family
 * a single number is of is known when all options are: given_complete_view().
 */
static int read_bits(const char *text, struct group_key *key)
{
	const char *slash = strchr(text, '/');
	char first[WORD_SIZE];
	uint64_t ipv4 = 32, ipv6 = 128;

	if (slash != NULL) {
		copy_part(first, (struct part_text){text, (size_t)(slash - text)});
		if (parse_decimal(first, 0, 32, &ipv4) < 0 ||
			parse_decimal(slash + 1, 0, 128, &ipv6) < 0)
			return -1;
	} else if (parse_decimal(text, 0, 128, &ipv6) < 0) {
		return -1;
	}
	key->bits[ADDRESS_IPV4] = (uint8_t)ipv4;
	key->bits[ADDRESS_IPV6] = (uint8_t)ipv6;
	return 0;
}

static int read_group_key(
	struct given *g, int id, char *word, struct group_key *key, struct complaint *c)
{
	struct spelling s;
	char *slash = strchr(word, '/');

	if (slash != NULL)
		*slash = '\0';
	*key = (struct group_key){field_by_name(word), {32, 128}};
	g->one_length[key - g->view.key] = slash != NULL && strchr(slash + 1, '/') == NULL;
	if (key->field == NULL)
		return no_such_field(g, id, word, c);
	if (slash == NULL)
		return 0;
	if (key->field->type != FIELD_ADDRESS)
		return complain(c, "%s: '%s' is not an address, so it cannot be cut to /%s",
			option_spelled(&s, g, id), word, slash + 1);
	if (read_bits(slash + 1, key) < 0)
		return complain(c,
			"%s: '/%s' is not a length of addresses (/BITS, or /BITS/BITS for IPv4 "
			"and IPv6)",
			option_spelled(&s, g, id), slash + 1);
	return 0;
}

int value_group_by(struct given *g, int id, const char *text, struct complaint *c)
{
	struct view *view = &g->view;
	struct part_text part;
	char word[WORD_SIZE];

	while (value_next_part(&text, &part)) {
		struct group_key *key = &view->key[view->key_count];

		if (view->key_count == VIEW_KEYS_MAX)
			return too_many(g, id, VIEW_KEYS_MAX, c);
		copy_part(word, part);
		if (read_group_key(g, id, word, key, c) < 0)
			return -1;
		for (unsigned i = 0; i < view->key_count; i++) {
			if (view->key[i].field == key->field)
				return named_twice(g, id, key->field, c);
		}
		view->key_count++;
	}
	return 0;
}

int value_sum(struct given *g, int id, const char *text, struct complaint *c)
{
	struct view *view = &g->view;
	struct part_text part;
	char word[WORD_SIZE];
	struct spelling s;

	view->sums_given = true;
	while (value_next_part(&text, &part)) {
		const struct field *field;

		copy_part(word, part);
		if (strcmp(word, FLOWS) == 0)
			continue; /* they are always counted */
		if (view->sum_count == VIEW_SUMS_MAX)
			return too_many(g, id, VIEW_SUMS_MAX, c);
		field = field_by_name(word);
		if (field == NULL)
			return no_such_field(g, id, word, c);
		if (field->type != FIELD_AMOUNT)
			return complain(c, "%s: '%s' is not an amount that can be summed up",
				option_spelled(&s, g, id), word);
		for (unsigned i = 0; i < view->sum_count; i++) {
			if (view->sum[i] == field)
				return named_twice(g, id, field, c);
		}
		view->sum[view->sum_count++] = field;
	}
	return 0;
}

/* --- order and columns ------------------------------------------------ */

int value_sort(struct given *g, int id, const char *text, struct complaint *c)
{
	struct view *view = &g->view;
	struct part_text part;
	char word[WORD_SIZE];

	while (value_next_part(&text, &part)) {
		struct sort_key *key = &view->sort[view->sort_count];
		const char *name = word;
		bool is_signed;

		if (view->sort_count == VIEW_SORTS_MAX)
			return too_many(g, id, VIEW_SORTS_MAX, c);
		copy_part(word, part);
		is_signed = *word == '-' || *word == '+';
		name += is_signed;
		key->field = strcmp(name, FLOWS) == 0 ? NULL : field_by_name(name);
		if (key->field == NULL && strcmp(name, FLOWS) != 0)
			return no_such_field(g, id, name, c);
		key->descending = key->field == NULL || field_largest_first(key->field);
		if (is_signed)
			key->descending = *word == '-';
		view->sort_count++;
	}
	return 0;
}

int value_columns(struct given *g, int id, const char *text, struct complaint *c)
{
	struct view *view = &g->view;
	struct part_text part;
	char word[WORD_SIZE];

	while (value_next_part(&text, &part)) {
		const struct field *field;

		if (view->column_count == VIEW_COLUMNS_MAX)
			return too_many(g, id, VIEW_COLUMNS_MAX, c);
		copy_part(word, part);
		field = field_by_name(word);
		if (field == NULL)
			return no_such_field(g, id, word, c);
		view->column[view->column_count++] = field;
	}
	return 0;
}

int value_how_many(struct given *g, int id, const char *text, struct complaint *c)
{
	uint64_t number;

	if (parse_decimal(text, 1, UINT32_MAX - 1, &number) < 0)
		return value_not_a(g, id, text, "a number from 1 to 4294967294", c);
	if (id == OPTION_TOP)
		g->view.top = number;
	else if (id == OPTION_MINIMUM)
		g->view.minimum = number;
	else
		g->view.limit = number;
	return 0;
}

int value_netns(struct given *g, int id, const char *text, struct complaint *c)
{
	if (*text == '\0')
		return value_not_a(
			g, id, text, "a network namespace (a name, a process id, a path, all)", c);
	g->netns = text;
	return 0;
}
