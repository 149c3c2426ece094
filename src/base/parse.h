/* SPDX-License-Identifier: MIT */
/*
 * Numbers and addresses out of text, whole and in range or not at all. All
 * return 0, or -EINVAL (not a number, something behind it, empty, sign) or
 * -ERANGE (a number, but outside min..max). *out is written on success only.
 */
#ifndef BASE_PARSE_H
#define BASE_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What parts the words of a line: a space or a tab. */
static inline bool char_is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Digits only. */
int parse_decimal(const char *text, uint64_t min, uint64_t max, uint64_t *out);

/* Decimal, 0x hexadecimal, 0 octal (as strtoul(3) with base 0). */
int parse_number(const char *text, uint64_t min, uint64_t max, uint64_t *out);

/* The digits that *text begins with; it is moved behind them, those out of range, too. */
int parse_leading(const char **text, uint64_t *out);

/* A unit that may stand behind a number, and how many of the smallest it is. */
struct parse_unit {
	const char *name; /* "" for a number without one */
	uint64_t factor;
};

/* Digits with one of `count` units behind them; *out is in the smallest, at most max. */
int parse_units(const char *text, const struct parse_unit *units, unsigned count, uint64_t max,
	uint64_t *out);

/*
 * Numbers with units behind them one after the other, added up (1h30m); one by
 * itself may have the unit "". *out as above.
 */
int parse_spans(const char *text, const struct parse_unit *units, unsigned count, uint64_t max,
	uint64_t *out);

/* The factor of a unit of length letters, 0: none is called so. */
uint64_t parse_factor(
	const struct parse_unit *units, unsigned count, const char *name, size_t length);

/*
 * Dotted quad with four parts, or IPv6 text (no scope). bytes gets 4 or 16
 * bytes in network order; the rest of the 16 is zeroed. *family gets AF_INET
 * or AF_INET6.
 */
int parse_address(const char *text, uint8_t bytes[static 16], uint8_t *family);

#endif
