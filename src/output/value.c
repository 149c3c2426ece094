/* SPDX-License-Identifier: MIT */
#include "output/value.h"

#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "flow/labels.h"
#include "flow/status.h"
#include "output/parts.h"

/* Bytes of a text that are shown; each may become six. */
#define TEXT_SHOWN 64

#define CUT "..."

static uint64_t rounded(uint64_t number, uint64_t unit)
{
	return number / unit + (number % unit >= unit - unit / 2);
}

char *put_amount(char *p, uint64_t amount)
{
	static const char units[] = "kMGTPE";
	uint64_t unit = 1000, shown;
	unsigned decimals = 2, scale = 100; /* 1.00 to 9.99, 10.0 to 99.9, 100 to 999 */
	const char *letter = units;

	if (amount < 1000)
		return put_u64(p, amount);
	while ((shown = rounded(amount, unit / scale)) >= 1000) {
		if (decimals > 0) {
			decimals--;
			scale /= 10;
			continue;
		}
		unit *= 1000;
		letter++;
		decimals = 2;
		scale = 100;
	}
	p = put_u64(p, shown / scale);
	if (decimals > 0)
		p = put_u64_padded(put_character(p, '.'), shown % scale, decimals);
	return put_character(p, *letter);
}

/* Two units of a span: the larger one, and the smaller one with two digits. */
static char *put_units(char *p, uint64_t large, char large_unit, uint64_t small, char small_unit)
{
	p = put_character(put_u64(p, large), large_unit);
	return put_character(put_u64_padded(p, small, 2), small_unit);
}

char *put_span(char *p, uint64_t seconds)
{
	if (seconds < 60)
		return put_character(put_u64(p, seconds), 's');
	if (seconds < 3600)
		return put_units(p, seconds / 60, 'm', seconds % 60, 's');
	if (seconds < 86400)
		return put_units(p, seconds / 3600, 'h', seconds / 60 % 60, 'm');
	return put_units(p, seconds / 86400, 'd', seconds / 3600 % 24, 'h');
}

/* The beginning of a text, what a terminal could act on escaped. */
static char *put_start_of(char *p, const void *bytes, size_t length)
{
	static char block[2 * WRITER_RESERVE_MAX];
	struct writer scratch;
	char *end;

	writer_open(&scratch, -1, block, sizeof(block));
	end = put_plain(&scratch, writer_reserve(&scratch, RECORD_ROOM), bytes,
		length < TEXT_SHOWN ? length : TEXT_SHOWN);
	p = put_bytes(p, block, (size_t)(end - block));
	return length > TEXT_SHOWN ? put_string(p, CUT) : p;
}

static char *put_bytes_value(char *p, struct slice slice)
{
	for (unsigned i = 0; i < slice.length && i < TEXT_SHOWN; i++)
		p = put_hex_byte(p, slice.bytes[i]);
	return slice.length > TEXT_SHOWN ? put_string(p, CUT) : p;
}

/* Names joined by commas; "-" for none of them. */
static char *put_status(char *p, uint32_t status)
{
	char *start = p;

	for (; status != 0; status &= status - 1) {
		const struct status_bit *row = status_by_bit(status & -status);

		p = row != NULL ? put_name(p, row->name)
				: put_u32(p, (uint32_t)__builtin_ctz(status));
		p = put_character(p, ',');
	}
	return p > start ? p - 1 : put_character(p, '-');
}

char *put_unnamed_label(char *p, bool beside_names, unsigned bit)
{
	return put_u32(beside_names ? put_string(p, "bit:") : p, bit);
}

static char *put_labels(
	char *p, const struct value_style *style, const uint8_t labels[static LABEL_BYTES])
{
	/* A label's own text and what stands behind it. */
	const char *const last = p + VALUE_ROOM - 6 * TEXT_SHOWN - (sizeof(CUT) + 4);
	char *start = p;

	for (unsigned bit = 0; bit < LABEL_BITS; bit++) {
		const char *name = style->labels != NULL ? style->labels->name[bit] : NULL;

		if (!label_is_set(labels, bit))
			continue;
		if (p > last)
			return put_string(p, CUT);
		p = name != NULL ? put_start_of(p, name, strlen(name))
				 : put_unnamed_label(p, style->labels != NULL, bit);
		p = put_character(p, ',');
	}
	return p > start ? p - 1 : put_character(p, '-');
}

char *put_value(char *p, const struct value_style *style, const struct field *field,
	const struct field_value *value)
{
	uint64_t number = value->number;

	switch (field->type) {
	case FIELD_ADDRESS:
		return put_address(p, value->family, &value->address);
	case FIELD_TEXT:
	case FIELD_SLICE:
	case FIELD_NAME:
		return put_start_of(p, value->text.bytes, value->text.length);
	case FIELD_BYTES:
		return put_bytes_value(p, value->text);
	case FIELD_LABELS:
		return put_labels(p, style, value->labels);
	case FIELD_STATUS:
		return put_status(p, (uint32_t)number);
	case FIELD_PROTOCOL:
		return put_name_or_number(p, protocol_row_name((uint8_t)number), number);
	case FIELD_FAMILY:
		return put_name(p, family_name((uint8_t)number));
	case FIELD_STATE:
		return put_state(p, protocol_by_number(value->protocol), (uint8_t)number);
	case FIELD_ROLE:
		return put_name_or_number(p, field_role_name((uint8_t)number), number);
	case FIELD_NAT:
		return put_name(p, field_nat_name(number));
	case FIELD_CONFIDENCE:
		return put_name_or_number(p, field_confidence_name(number), number);
	case FIELD_TIME:
		return put_moment(p, number / NANOSECONDS, number % NANOSECONDS);
	case FIELD_SECONDS:
	case FIELD_TIMEOUT:
		return style->human ? put_span(p, number) : put_u64(p, number);
	case FIELD_AMOUNT:
		return style->human ? put_amount(p, number) : put_u64(p, number);
	case FIELD_U8:
	case FIELD_U16:
	case FIELD_U32:
	case FIELD_U64:
	case FIELD_PORT:
		break;
	}
	return put_u64(p, number);
}

char *put_key_value(char *p, const struct value_style *style, const struct group_key *key,
	const struct field_value *value)
{
	bool is_ipv4 = value->family == AF_INET;
	unsigned bits = key->bits[is_ipv4 ? ADDRESS_IPV4 : ADDRESS_IPV6];

	p = put_value(p, style, key->field, value);
	if (key->field->type != FIELD_ADDRESS || bits == (is_ipv4 ? 32 : 128))
		return p;
	return put_u32(put_character(p, '/'), bits);
}

bool value_is_number(const struct field *field)
{
	switch (field->type) {
	case FIELD_U8:
	case FIELD_U16:
	case FIELD_U32:
	case FIELD_U64:
	case FIELD_PORT:
	case FIELD_SECONDS:
	case FIELD_TIMEOUT:
	case FIELD_AMOUNT:
		return true;
	default:
		return false;
	}
}
