/* SPDX-License-Identifier: MIT */
/*
 * What several formats share. All put_* functions follow base/put.h: they
 * write at p and return the place behind the last byte.
 *
 * Room: a format begins a record with writer_reserve() of RECORD_ROOM bytes.
 * All members of a record whose size has a bound fit in that together.
 * What has no bound (names, security contexts) goes through put_escaped(),
 * which gives RECORD_ROOM bytes anew behind what it has written. Bytes written
 * before a call that takes the writer may be gone to the file: do not look back
 * across it.
 */
#ifndef OUTPUT_PARTS_H
#define OUTPUT_PARTS_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "base/put.h"
#include "base/utf8.h"
#include "base/writer.h"
#include "flow/field.h"
#include "flow/flow.h"
#include "flow/protocol.h"
#include "output/output.h"

#define RECORD_ROOM WRITER_RESERVE_MAX

/*
 * Within a record: all before `end` is put, and there are RECORD_ROOM bytes anew
 * behind the returned place.
 */
static inline char *record_room(struct writer *w, const char *end)
{
	writer_commit(w, end);
	return writer_reserve(w, RECORD_ROOM);
}

static inline char *put_character(char *p, char c)
{
	*p = c;
	return p + 1;
}

/*
 * Names out of tables, kept ready to be copied in one go: strlen(3) and
 * memcpy(3) for each of a line's twenty short names would take more time than
 * all its numbers. A slot belongs to the name whose address leads to it last.
 */
struct ready_name {
	const char *name;
	uint8_t length;
	char text[23];
};

#define READY_NAMES 1024
extern struct ready_name ready_names[READY_NAMES];

/* The slow way of put_name(): makes the name ready. */
char *put_new_name(char *p, const char *name, struct ready_name *ready);

/*
 * A name that lives unchanged as long as the program (a literal, a row of a
 * table): its address stands for its text. Any length is right; up to 23 bytes
 * are fast. May use 23 bytes of room even if the name is shorter.
 */
static inline char *put_name(char *p, const char *name)
{
	/* Literals lie close together: the low bits of their addresses differ. */
	struct ready_name *ready = &ready_names[(uintptr_t)name % READY_NAMES];

	if (__builtin_expect(ready->name != name, 0))
		return put_new_name(p, name, ready);
	memcpy(p, ready->text, sizeof(ready->text));
	return p + ready->length;
}

/* Decimal, for numbers that mostly have one digit: marks, reference counts. */
static inline char *put_small(char *p, uint32_t value)
{
	if (value < 10)
		return put_character(p, (char)('0' + value));
	return put_u32(p, value);
}

static inline char *put_address(char *p, uint8_t family, const union address *address)
{
	return family == AF_INET6 ? put_ipv6(p, address->bytes) : put_ipv4(p, address->bytes);
}

/* "0x" and hexadecimal for a key, else decimal. */
static inline char *put_part(char *p, enum part_kind kind, uint16_t value)
{
	if (kind == PART_KEY)
		return put_hex(put_string(p, "0x"), value);
	return put_u32(p, value);
}

/* Decimal, of 32 bits that are signed (two's complement). */
static inline char *put_signed(char *p, uint32_t value)
{
	return value > INT32_MAX ? put_u32(put_character(p, '-'), -value) : put_u32(p, value);
}

/* A name out of a table, or the number that has none (NULL). */
static inline char *put_name_or_number(char *p, const char *name, uint64_t number)
{
	return name ? put_name(p, name) : put_u64(p, number);
}

/* A key of JSON out of a table, and its colon. */
static inline char *put_json_key(char *p, const char *key)
{
	return put_string(put_name(put_character(p, '"'), key), "\":");
}

/* The name of a protocol's row; NULL: it has none (protocol_name() says "unknown"). */
static inline const char *protocol_row_name(uint8_t number)
{
	const struct protocol *protocol = protocol_by_number(number);

	return protocol ? protocol->name : NULL;
}

/* The number of the protocol, by whichever tuple is there. */
static inline uint8_t protocol_number(const struct flow *flow)
{
	bool original = flow->tuple[ORIGINAL].present & TUPLE_PROTOCOL;

	return flow->tuple[original ? ORIGINAL : REPLY].protocol;
}

static inline bool tuple_has_part(const struct tuple *tuple, unsigned index)
{
	return tuple->present & TUPLE_PART << index;
}

/* "new", "update", "destroy", or "" for what is no event. */
const char *event_name(enum event_type type);

/* How it is known: "live", "snapshot", "resync". */
const char *event_source_name(enum event_source source);

/* "ipv4", "ipv6", or "unknown". */
const char *family_name(uint8_t family);

/* The state's name, or its number when it has none. */
char *put_state(char *p, const struct protocol *protocol, uint8_t state);

/*
 * One character of a text that is not a printable ASCII character: `code` is
 * its number, `bytes` its UTF-8 form of `length` bytes. A byte that is no part
 * of valid UTF-8 comes alone, with code INVALID_BYTE. At most 6 bytes may be
 * written for each byte of `bytes`.
 */
typedef char *(*put_special_fn)(char *p, uint32_t code, const uint8_t *bytes, unsigned length);

/*
 * A text of any bytes and any length. Printable ASCII goes out as it is, but
 * for those in `marked`; the rest is given to `special`.
 */
char *put_escaped(struct writer *w, char *p, const uint8_t *bytes, size_t length,
	const char *marked, put_special_fn special);

/* Likewise for plain text: what a terminal could act on is shown as \xHH. */
char *put_plain(struct writer *w, char *p, const void *bytes, size_t length);

/* The put_special_fn of that. */
char *put_plain_special(char *p, uint32_t code, const uint8_t *bytes, unsigned length);

/* Bytes of any number that are no text, in hexadecimal; gives room anew as put_escaped() does. */
char *put_hex_bytes(struct writer *w, char *p, const uint8_t *bytes, size_t length);

/* A value in JSON, and the comma behind it. */
char *put_json_value(
	struct output *o, char *p, const struct field *field, const struct field_value *value);

/* The next set label from `bit` on that has a name in the map, or LABEL_BITS. */
unsigned next_named_label(
	const uint8_t labels[static LABEL_BYTES], const struct label_map *map, unsigned bit);

/*
 * Local time of a second since the epoch; the last answer is kept, so that a
 * run of equal seconds costs one conversion. Valid until the next call.
 */
const struct tm *local_time(time_t second);

/* RFC 3339 in UTC with all nine digits: at most 35 bytes, in room for 64. */
char *put_moment(char *p, uint64_t second, uint64_t nanosecond);

/* When it happened: the kernel's time of the event if it has one, else when it was read. */
struct timespec event_time(const struct flow *flow, const struct event *event);

/*
 * Seconds from the start of a flow to its end, or to now while it lives, as
 * 1.4.9 counts them for delta-time: between the seconds in which the two lie,
 * which may be one more than flow_lifetime().
 */
uint64_t flow_age(const struct output *o, const struct flow *flow, const struct event *event);

/* The time to print with an expectation: of its event, or the present one. */
struct timespec expectation_time(const struct event *event);

/* The text forms that other formats fall back to. */
void text_expectation(struct output *o, const struct expectation *e, const struct event *event);
void text_stats(struct output *o, const struct stats *stats);
void text_count(struct output *o, uint64_t entries);

#endif
