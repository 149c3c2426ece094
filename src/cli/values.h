/* SPDX-License-Identifier: MIT */
/*
 * The words that values are made of, for complaints, help and completion, and
 * how to read those that options and expressions have in common.
 */
#ifndef CLI_VALUES_H
#define CLI_VALUES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct output_format;

struct value_word {
	const char *name;
	uint32_t value;
	const struct output_format *format; /* of -o: a format, else NULL */
	bool added;                         /* of -o: not a word of 1.4.9 */
	uint32_t takes;                     /* of -o: ON… that may have it */
	bool negated;                       /* of -u: that the flag is not set */
};

extern const struct value_word output_words[];
extern const size_t output_word_count;
extern const struct value_word event_words[];
extern const size_t event_word_count;

/*
 * Names of the words that an option takes at a place (option_place(); 0: at
 * any), and how many they are.
 */
#define VALUE_WORDS_MAX 24
size_t output_words_at(uint32_t place, const char *names[static VALUE_WORDS_MAX]);
size_t status_words_at(uint32_t place, const char *names[static VALUE_WORDS_MAX]);

/*
 * Write words in a row, "a, b or c": commas between them, and before the last
 * one what `last` says. What does not fit into size bytes is cut off. text.
 */
const char *list_words(
	char *text, size_t size, const char *const *words, size_t count, const char *last);

/*
 * The bit of a label that is written as bit:NUMBER: -1 for a name (which has no
 * colon), -2 for a number that is not label_number_form.
 */
int label_number(const char *text);
extern const char label_number_form[];

/* A protocol by its name, number or name in /etc/protocols; -1: there is none. */
int protocol_number_of(const char *text);

/* Words of -u that are no status bits. */
#define STATUS_UNREPLIED "UNREPLIED"
#define STATUS_UNSET     "UNSET"

#endif
