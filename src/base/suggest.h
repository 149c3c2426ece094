/* SPDX-License-Identifier: MIT */
/* The nearest known word to a mistyped one. */
#ifndef BASE_SUGGEST_H
#define BASE_SUGGEST_H

#include <stddef.h>

/* No word of the program is longer; what a person types may be. */
#define SUGGEST_LONGEST 48

/*
 * A running choice: offer every known word, then read `best`, which is NULL
 * when none was near (distance over a third of the typed length, at least 1).
 * Letters are compared without case; a swap of neighbours counts as one, and so
 * does all that follows a beginning of two letters or more. A word that other
 * programs have for one of ours is that one. What is offered need not outlive
 * the call; best points into the choice, which must not be copied.
 */
struct suggestion {
	const char *typed;
	const char *best;
	unsigned distance;
	char word[SUGGEST_LONGEST + 1];
};

void suggest_start(struct suggestion *s, const char *typed);
void suggest_offer(struct suggestion *s, const char *known);

/*
 * ", did you mean 'WORD'?" into out (size bytes), or "" when nothing is near.
 * Returns out.
 */
const char *suggest_text(const struct suggestion *s, char *out, size_t size);

#endif
