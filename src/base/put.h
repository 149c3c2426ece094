/* SPDX-License-Identifier: MIT */
/*
 * Numbers and addresses as text, as fast as they go: each function writes at
 * p, writes no NUL, and returns the place behind the last byte. p must have
 * room for the constant of its name, however short the text turns out: the
 * bytes between the returned place and that room may be overwritten.
 */
#ifndef BASE_PUT_H
#define BASE_PUT_H

#include <endian.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum {
	PUT_U32_MAX = 10,
	PUT_U64_MAX = 20,
	PUT_HEX_MAX = 8,
	PUT_IPV4_MAX = 15,
	PUT_IPV6_MAX = 45,
};

/* Decimal. */
char *put_u32(char *p, uint32_t value);
char *put_u64(char *p, uint64_t value);

/* A number below 10^8 made ready to be put several times. */
struct digits {
	uint64_t text; /* the digits, the first in the lowest byte */
	unsigned length;
};

struct digits digits_of(uint32_t value);

/* Writes eight bytes, whatever the length. */
static inline char *put_digits(char *p, struct digits digits)
{
	uint64_t text = htole64(digits.text);

	memcpy(p, &text, sizeof(text));
	return p + digits.length;
}

/* Decimal, zeros on the left to make `digits` digits; room: PUT_U64_MAX behind the zeros. */
char *put_u64_padded(char *p, uint64_t value, unsigned digits);

/* Lower case hexadecimal without prefix and without leading zeros. */
char *put_hex(char *p, uint32_t value);

/* A byte as two digits, lower case; writes two bytes. */
char *put_hex_byte(char *p, uint8_t byte);

/* Dotted quad; address as in memory (network order). */
char *put_ipv4(char *p, const uint8_t address[static 4]);

/* RFC 5952 text, the same that inet_ntop(3) of glibc gives. */
char *put_ipv6(char *p, const uint8_t address[static 16]);

static inline char *put_bytes(char *p, const char *bytes, size_t n)
{
	memcpy(p, bytes, n);
	return p + n;
}

/* A string; costs one memcpy of known size when text is a literal. */
static inline __attribute__((always_inline)) char *put_string(char *p, const char *text)
{
	return put_bytes(p, text, strlen(text));
}

#endif
