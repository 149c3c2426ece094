/* SPDX-License-Identifier: MIT */
/* Characters in UTF-8 (RFC 3629). */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A byte of UTF-8 that does not begin a character (RFC 3629). */
static inline bool utf8_continues(uint8_t byte)
{
	return (byte & 0xc0) == 0x80;
}

/* The most bytes that a character has. */
#define UTF8_MAX 4

/*
 * The character at bytes, of which there are `left` (at least one): its length,
 * and its number in *code. A byte that is no part of valid UTF-8 is one by
 * itself, with code INVALID_BYTE.
 */
#define INVALID_BYTE UINT32_MAX
unsigned utf8_next(const uint8_t *bytes, size_t left, uint32_t *code);

#endif
