/* SPDX-License-Identifier: MIT */
#include "base/parse.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>

/* The value of a digit in any base up to 16, or 16. */
static unsigned digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0');
	if (c >= 'a' && c <= 'f')
		return (unsigned)(c - 'a') + 10;
	if (c >= 'A' && c <= 'F')
		return (unsigned)(c - 'A') + 10;
	return 16;
}

/* Digits of one base, at least one, and nothing behind them. */
static int parse_digits(const char *text, unsigned base, uint64_t min, uint64_t max, uint64_t *out)
{
	uint64_t value = 0;
	bool too_large = false;

	if (*text == '\0')
		return -EINVAL;
	for (; *text != '\0'; text++) {
		unsigned digit = digit_value(*text);

		if (digit >= base)
			return -EINVAL;
		/* Read on: what is no number at all is not out of range. */
		too_large |= __builtin_mul_overflow(value, base, &value);
		too_large |= __builtin_add_overflow(value, digit, &value);
	}
	if (too_large || value < min || value > max)
		return -ERANGE;
	*out = value;
	return 0;
}

/* So many decimal digits cannot be too large for 64 bits. */
#define SURE_DIGITS 19

int parse_decimal(const char *text, uint64_t min, uint64_t max, uint64_t *out)
{
	uint64_t value = 0;
	const char *p = text;
	unsigned digit;

	while ((digit = (unsigned)(*p - '0')) <= 9 && p - text < SURE_DIGITS) {
		value = 10 * value + digit;
		p++;
	}
	if (*p != '\0' || p == text)
		return parse_digits(text, 10, min, max, out);
	if (value < min || value > max)
		return -ERANGE;
	*out = value;
	return 0;
}

int parse_number(const char *text, uint64_t min, uint64_t max, uint64_t *out)
{
	if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X'))
		return parse_digits(text + 2, 16, min, max, out);
	return text[0] == '0' ? parse_digits(text, 8, min, max, out)
			      : parse_decimal(text, min, max, out);
}

/* Four decimal numbers up to 255, without leading zeros, parted by dots. */
static bool parse_ipv4(const char *text, uint8_t bytes[static 4])
{
	for (unsigned i = 0; i < 4; i++) {
		unsigned value = (unsigned)(*text - '0');
		unsigned digit;

		if (value > 9)
			return false;
		for (text++; (digit = (unsigned)(*text - '0')) <= 9; text++) {
			value = 10 * value + digit;
			if (value < 10 || value > UINT8_MAX)
				return false;
		}
		bytes[i] = (uint8_t)value;
		if (*text++ != (i < 3 ? '.' : '\0'))
			return false;
	}
	return true;
}

uint64_t parse_factor(
	const struct parse_unit *units, unsigned count, const char *name, size_t length)
{
	for (unsigned i = 0; i < count; i++) {
		if (strlen(units[i].name) == length && strncmp(units[i].name, name, length) == 0)
			return units[i].factor;
	}
	return 0;
}

int parse_leading(const char **text, uint64_t *out)
{
	const char *start = *text;
	uint64_t value = 0;
	bool too_large = false;
	unsigned digit;

	for (; (digit = (unsigned)(**text - '0')) <= 9; ++*text) {
		too_large |= __builtin_mul_overflow(value, 10, &value);
		too_large |= __builtin_add_overflow(value, digit, &value);
	}
	if (*text == start)
		return -EINVAL;
	if (too_large)
		return -ERANGE;
	*out = value;
	return 0;
}

int parse_units(const char *text, const struct parse_unit *units, unsigned count, uint64_t max,
	uint64_t *out)
{
	uint64_t number = 0, factor;
	int error = parse_leading(&text, &number);

	factor = parse_factor(units, count, text, strlen(text));
	if (error == -EINVAL || factor == 0)
		return -EINVAL;
	if (error < 0 || number > max / factor)
		return -ERANGE;
	*out = number * factor;
	return 0;
}

int parse_spans(const char *text, const struct parse_unit *units, unsigned count, uint64_t max,
	uint64_t *out)
{
	uint64_t total = 0;
	bool first = true;
	bool too_long = false;

	do {
		uint64_t number = 0;
		int error = parse_leading(&text, &number);
		size_t length = strcspn(text, "0123456789");
		uint64_t factor = parse_factor(units, count, text, length);

		if (error == -EINVAL || factor == 0 || (length == 0 && !first))
			return -EINVAL;
		too_long |= error < 0 || __builtin_mul_overflow(number, factor, &number);
		too_long |= __builtin_add_overflow(total, number, &total);
		text += length;
		first = false;
	} while (*text != '\0');
	if (too_long || total > max)
		return -ERANGE;
	*out = total;
	return 0;
}

int parse_address(const char *text, uint8_t bytes[static 16], uint8_t *family)
{
	uint8_t parsed[16] = {0};
	/* Of inet_pton(3) only the half that is worth its call. */
	bool ipv6 = strchr(text, ':') != NULL;

	if (ipv6 ? inet_pton(AF_INET6, text, parsed) != 1 : !parse_ipv4(text, parsed))
		return -EINVAL;
	memcpy(bytes, parsed, sizeof(parsed));
	*family = ipv6 ? AF_INET6 : AF_INET;
	return 0;
}
