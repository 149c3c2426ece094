/* SPDX-License-Identifier: MIT */
#include "output/parts.h"

#include <string.h>
#include <sys/socket.h>

#include "flow/labels.h"

#define NANOSECONDS UINT64_C(1000000000)

const char *family_name(uint8_t family)
{
	switch (family) {
	case AF_INET:
		return "ipv4";
	case AF_INET6:
		return "ipv6";
	default:
		return "unknown";
	}
}

struct ready_name ready_names[READY_NAMES];

char *put_new_name(char *p, const char *name, struct ready_name *ready)
{
	size_t length = strlen(name);

	if (length > sizeof(ready->text))
		return put_bytes(p, name, length);
	ready->name = name;
	ready->length = (uint8_t)length;
	memcpy(ready->text, name, length);
	return put_bytes(p, name, length);
}

char *put_state(char *p, const struct protocol *protocol, uint8_t state)
{
	const char *name = protocol ? protocol_state_name(protocol, state) : NULL;

	return name ? put_name(p, name) : put_u32(p, state);
}

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
		if ((bytes[i] & 0xc0) != 0x80)
			return false;
	}
	return true;
}

/* The character at bytes; its length is 1 and its code INVALID_BYTE if it is none. */
static unsigned utf8_next(const uint8_t *bytes, size_t left, uint32_t *code)
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

char *put_escaped(struct writer *w, char *p, const uint8_t *bytes, size_t length,
	const char *marked, put_special_fn special)
{
	/* Each byte in makes 6 bytes out at most. */
	enum { BLOCK = RECORD_ROOM / 6 - 4 };

	for (size_t i = 0, block_end = 0; i < length;) {
		uint32_t code = bytes[i];
		unsigned n = 1;

		if (i >= block_end) {
			p = record_room(w, p);
			block_end = i + BLOCK;
		}
		if (code >= ' ' && code < 0x7f && !strchr(marked, (int)code)) {
			*p++ = (char)code;
		} else {
			n = utf8_next(bytes + i, length - i, &code);
			p = special(p, code, bytes + i, n);
		}
		i += n;
	}
	return record_room(w, p);
}

static char *put_plain_special(char *p, uint32_t code, const uint8_t *bytes, unsigned length)
{
	static const char digits[] = "0123456789abcdef";

	if (code >= 0xa0 && code != INVALID_BYTE)
		return put_bytes(p, (const char *)bytes, length);
	for (unsigned i = 0; i < length; i++) {
		p = put_string(p, "\\x");
		*p++ = digits[bytes[i] >> 4];
		*p++ = digits[bytes[i] & 15];
	}
	return p;
}

char *put_plain(struct writer *w, char *p, const void *bytes, size_t length)
{
	return put_escaped(w, p, bytes, length, "", put_plain_special);
}

unsigned next_named_label(
	const uint8_t labels[static LABEL_BYTES], const struct label_map *map, unsigned bit)
{
	while (bit < LABEL_BITS && !(label_is_set(labels, bit) && map->name[bit]))
		bit++;
	return bit;
}

const struct tm *local_time(time_t second)
{
	static struct tm tm;
	static time_t converted;
	static bool known;

	if (!known || second != converted) {
		if (!localtime_r(&second, &tm))
			memset(&tm, 0, sizeof(tm));
		converted = second;
		known = true;
	}
	return &tm;
}

struct timespec event_time(const struct flow *flow, const struct event *event)
{
	if (!(flow->present & FLOW_EVENT_TIME))
		return event->received;
	return (struct timespec){
		.tv_sec = (time_t)(flow->event_time / NANOSECONDS),
		.tv_nsec = (long)(flow->event_time % NANOSECONDS),
	};
}

uint64_t flow_age(const struct output *o, const struct flow *flow, const struct event *event)
{
	uint64_t now, start = flow->start / NANOSECONDS;

	if (flow->present & FLOW_STOP)
		return flow->stop > flow->start ? (flow->stop - flow->start) / NANOSECONDS : 0;
	now = (uint64_t)(event ? event->received.tv_sec : o->now);
	return now > start ? now - start : 0;
}

struct timespec expectation_time(const struct event *event)
{
	struct timespec now;

	if (event)
		return event->received;
	clock_gettime(CLOCK_REALTIME, &now);
	return now;
}
