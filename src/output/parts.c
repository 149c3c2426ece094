/* SPDX-License-Identifier: MIT */
#include "output/parts.h"

#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "flow/labels.h"

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

const char *event_name(enum event_type type)
{
	static const char *const names[] = {
		[EVENT_NONE] = "",
		[EVENT_NEW] = "new",
		[EVENT_UPDATE] = "update",
		[EVENT_DESTROY] = "destroy",
	};

	return names[type];
}

const char *event_source_name(enum event_source source)
{
	static const char *const names[] = {
		[EVENT_LIVE] = "live",
		[EVENT_SNAPSHOT] = "snapshot",
		[EVENT_RESYNC] = "resync",
	};

	return names[source];
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

char *put_plain_special(char *p, uint32_t code, const uint8_t *bytes, unsigned length)
{
	if (code >= 0xa0 && code != INVALID_BYTE)
		return put_bytes(p, (const char *)bytes, length);
	for (unsigned i = 0; i < length; i++)
		p = put_hex_byte(put_string(p, "\\x"), bytes[i]);
	return p;
}

char *put_plain(struct writer *w, char *p, const void *bytes, size_t length)
{
	return put_escaped(w, p, bytes, length, "", put_plain_special);
}

char *put_hex_bytes(struct writer *w, char *p, const uint8_t *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (i % (RECORD_ROOM / 4) == 0)
			p = record_room(w, p);
		p = put_hex_byte(p, bytes[i]);
	}
	return record_room(w, p);
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

/*
 * The date of a day since 1970-01-01, Gregorian: years are counted from March
 * 1st of the year 0, so that the leap day is the last one of its year.
 */
static char *put_date(char *p, uint64_t day)
{
	enum { DAYS_IN_ERA = 146097, DAYS_TO_1970 = 719468 };
	uint64_t from_zero = day + DAYS_TO_1970;
	uint32_t era = (uint32_t)(from_zero / DAYS_IN_ERA);
	uint32_t day_of_era = (uint32_t)(from_zero % DAYS_IN_ERA);
	uint32_t year_of_era =
		(day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	uint32_t day_of_year =
		day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	uint32_t month = (5 * day_of_year + 2) / 153; /* 0: March */
	uint32_t day_of_month = day_of_year - (153 * month + 2) / 5 + 1;
	uint32_t year = era * 400 + year_of_era + (month >= 10);

	p = put_character(put_u64_padded(p, year, 4), '-');
	p = put_character(put_u64_padded(p, month < 10 ? month + 3 : month - 9, 2), '-');
	return put_u64_padded(p, day_of_month, 2);
}

char *put_moment(char *p, uint64_t second, uint64_t nanosecond)
{
	uint32_t of_day = (uint32_t)(second % 86400);

	p = put_date(p, second / 86400);
	p = put_u64_padded(put_character(p, 'T'), of_day / 3600, 2);
	p = put_u64_padded(put_character(p, ':'), of_day / 60 % 60, 2);
	p = put_u64_padded(put_character(p, ':'), of_day % 60, 2);
	p = put_u64_padded(put_character(p, '.'), nanosecond, 9);
	return put_character(p, 'Z');
}

uint64_t flow_age(const struct output *o, const struct flow *flow, const struct event *event)
{
	uint64_t end, start = flow->start / NANOSECONDS;

	if (flow->present & FLOW_STOP)
		end = flow->stop / NANOSECONDS;
	else
		end = (uint64_t)(event ? event->received.tv_sec : o->now);
	return end > start ? end - start : 0;
}

struct timespec expectation_time(const struct event *event)
{
	struct timespec now;

	if (event)
		return event->received;
	clock_gettime(CLOCK_REALTIME, &now);
	return now;
}
