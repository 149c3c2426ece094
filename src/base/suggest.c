/* SPDX-License-Identifier: MIT */
#include "base/suggest.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* Words of other programs, and of the outputs, for which ours are spelled otherwise. */
static const struct {
	const char *typed, *word;
} aliases[] = {
	{"replied", "SEEN_REPLY"},
	{"icmp6", "icmpv6"},
	{"protocol", "protonum"},
	{"source", "src"},
	{"destination", "dst"},
	{"source-port", "sport"},
	{"destination-port", "dport"},
};

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/*
 * Optimal string alignment distance: insertions, deletions, substitutions and
 * swaps of neighbours. Row i holds the distances of the first i letters of a
 * to each beginning of b; three rows are enough. Both fit in SUGGEST_LONGEST.
 */
static unsigned word_distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
	unsigned rows[3][SUGGEST_LONGEST + 1];

	for (size_t j = 0; j <= b_length; j++)
		rows[0][j] = (unsigned)j;
	for (size_t i = 1; i <= a_length; i++) {
		unsigned *row = rows[i % 3];
		const unsigned *above = rows[(i + 2) % 3];
		const unsigned *above_that = rows[(i + 1) % 3];

		row[0] = (unsigned)i;
		for (size_t j = 1; j <= b_length; j++) {
			char x = lower(a[i - 1]);
			char y = lower(b[j - 1]);

			row[j] = least(above[j], row[j - 1]) + 1;
			row[j] = least(row[j], above[j - 1] + (x != y));
			if (i > 1 && j > 1 && x == lower(b[j - 2]) && lower(a[i - 2]) == y)
				row[j] = least(row[j], above_that[j - 2] + 1);
		}
	}
	return rows[a_length % 3][b_length];
}

static bool is_alias(const char *typed, const char *known)
{
	for (size_t i = 0; i < sizeof(aliases) / sizeof(aliases[0]); i++) {
		if (strcasecmp(aliases[i].typed, typed) == 0 && strcmp(aliases[i].word, known) == 0)
			return true;
	}
	return false;
}

void suggest_start(struct suggestion *s, const char *typed)
{
	size_t tolerated = strlen(typed) / 3;

	s->typed = typed;
	s->best = NULL;
	/* One more than what still counts as near. */
	s->distance =
		(tolerated > 1 ? (unsigned)least((unsigned)tolerated, SUGGEST_LONGEST) : 1) + 1;
}

void suggest_offer(struct suggestion *s, const char *known)
{
	size_t typed_length = strlen(s->typed);
	size_t known_length = strlen(known);

	if (typed_length == 0 || typed_length > SUGGEST_LONGEST || known_length > SUGGEST_LONGEST)
		return;

	unsigned distance = word_distance(s->typed, typed_length, known, known_length);
	if (typed_length >= 2 && strncasecmp(known, s->typed, typed_length) == 0)
		distance = least(distance, 1);
	if (is_alias(s->typed, known))
		distance = 0;
	if (distance < s->distance) {
		s->distance = distance;
		s->best = memcpy(s->word, known, known_length + 1);
	}
}

const char *suggest_text(const struct suggestion *s, char *out, size_t size)
{
	if (size == 0)
		return "";
	out[0] = '\0';
	if (s->best != NULL)
		snprintf(out, size, ", did you mean '%s'?", s->best);
	return out;
}
