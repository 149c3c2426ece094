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

int parse_units(const char *text, const struct parse_unit *units, unsigned count, uint64_t max,
	uint64_t *out)
{
	char digits[24];
	size_t length = strspn(text, "0123456789");
	uint64_t number;
	int error;

	if (length >= sizeof(digits))
		return -ERANGE;
	memcpy(digits, text, length);
	digits[length] = '\0';
	for (unsigned i = 0; i < count; i++) {
		if (strcmp(text + length, units[i].name) != 0)
			continue;
		error = parse_decimal(digits, 0, max / units[i].factor, &number);
		if (error == 0)
			*out = number * units[i].factor;
		return error;
	}
	return -EINVAL;
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
