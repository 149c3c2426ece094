/* SPDX-License-Identifier: MIT */
#include "base/utf8.h"

/* RFC 3629: the lead bytes, and for which the second byte has its own range. */
struct utf8_lead {
	uint8_t first, last;
	uint8_t second_first, second_last;
	uint8_t length;
};

static const struct utf8_lead utf8_leads[] = {
	{0xc2, 0xdf, 0x80, 0xbf, 2},
	{0xe0, 0xe0, 0xa0, 0xbf, 3},
	{0xe1, 0xec, 0x80, 0xbf, 3},
	{0xed, 0xed, 0x80, 0x9f, 3},
	{0xee, 0xef, 0x80, 0xbf, 3},
	{0xf0, 0xf0, 0x90, 0xbf, 4},
	{0xf1, 0xf3, 0x80, 0xbf, 4},
	{0xf4, 0xf4, 0x80, 0x8f, 4},
};

static bool utf8_valid(const struct utf8_lead *lead, const uint8_t *bytes, size_t left)
{
	if (bytes[0] < lead->first || bytes[0] > lead->last || left < lead->length)
		return false;
	if (bytes[1] < lead->second_first || bytes[1] > lead->second_last)
		return false;
	for (unsigned i = 2; i < lead->length; i++) {
		if (!utf8_continues(bytes[i]))
			return false;
	}
	return true;
}

unsigned utf8_next(const uint8_t *bytes, size_t left, uint32_t *code)
{
	if (bytes[0] < 0x80) {
		*code = bytes[0];
		return 1;
	}
	for (size_t i = 0; i < sizeof(utf8_leads) / sizeof(utf8_leads[0]); i++) {
		const struct utf8_lead *lead = &utf8_leads[i];

		if (!utf8_valid(lead, bytes, left))
			continue;
		*code = bytes[0] & (0xffu >> (lead->length + 1));
		for (unsigned n = 1; n < lead->length; n++)
			*code = *code << 6 | (bytes[n] & 0x3f);
		return lead->length;
	}
	*code = INVALID_BYTE;
	return 1;
}
