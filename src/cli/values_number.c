/* SPDX-License-Identifier: MIT */
/* The values of options that are one number: a mark, a zone, a time. */
#include <arpa/inet.h>
#include <limits.h>
#include <netdb.h>
#include <string.h>

#include "base/parse.h"
#include "base/suggest.h"
#include "cli/readers.h"

int value_timeout(struct given *g, int id, const char *text, struct complaint *c)
{
	return value_u32(g, id, text, DECIMAL, UINT32_MAX, "a number of seconds (0-4294967295)",
		&g->timeout, c);
}

int value_mark(struct given *g, int id, const char *text, struct complaint *c)
{
	static const char what[] = "a mark (MARK or MARK/MASK, each 0-4294967295, also as 0x "
				   "hexadecimal or 0 octal)";
	const char *slash = strchr(text, '/');
	char value[32];
	uint64_t mark;
	uint64_t mask = UINT32_MAX;

	if (slash != NULL) {
		size_t length = (size_t)(slash - text);

		if (length >= sizeof(value) || parse_number(slash + 1, 0, UINT32_MAX, &mask) < 0)
			return value_not_a(g, id, text, what, c);
		memcpy(value, text, length);
		value[length] = '\0';
	}
	if (parse_number(slash != NULL ? value : text, 0, UINT32_MAX, &mark) < 0)
		return value_not_a(g, id, text, what, c);
	g->mark = (uint32_t)mark;
	g->mark_mask = (uint32_t)mask;
	return 0;
}

int value_secmark(struct given *g, int id, const char *text, struct complaint *c)
{
	return value_u32(g, id, text, ANY_BASE, UINT32_MAX, "a security mark (0-4294967295)",
		&g->secmark, c);
}

int value_id(struct given *g, int id, const char *text, struct complaint *c)
{
	return value_u32(
		g, id, text, ANY_BASE, UINT32_MAX, "an identifier (0-4294967295)", &g->id, c);
}

int value_zone(struct given *g, int id, const char *text, struct complaint *c)
{
	uint16_t *out = id == OPTION_ZONE            ? &g->zone
			: id == OPTION_ORIGINAL_ZONE ? &g->tuple_zone[ORIGINAL]
						     : &g->tuple_zone[REPLY];

	return value_u16(g, id, text, ANY_BASE, UINT16_MAX, "a zone (0-65535)", out, c);
}

int value_buffer_size(struct given *g, int id, const char *text, struct complaint *c)
{
	uint64_t size;

	if (parse_number(text, 1, INT_MAX, &size) < 0)
		return value_not_a(g, id, text, "a number of bytes (1-2147483647)", c);
	g->buffer_size = (int)size;
	return 0;
}

/* The nearest service of the protocol, out of services(5). */
static int not_a_port(
	const struct given *g, int id, const char *text, const char *what, struct complaint *c)
{
	struct suggestion nearest;
	struct spelling s;
	char hint[96];
	const struct servent *service;

	suggest_start(&nearest, text);
	setservent(1);
	while (*text != '\0' && (service = getservent()) != NULL) {
		if (strcmp(service->s_proto, g->protocol->name) == 0)
			suggest_offer(&nearest, service->s_name);
	}
	endservent();
	return complain(c, "%s: '%s' is not %s%s", option_spelled(&s, g, id), text, what,
		suggest_text(&nearest, hint, sizeof(hint)));
}

int value_port(const struct given *g, int id, const char *text, uint16_t *out, struct complaint *c)
{
	static const char what[] = "a port (0-65535 or a service name)";
	static const char one[] =
		"a port (0-65535 or a service name); an expression takes several, "
		"as 'port 80-90' or 'port {80, 443}'";

	if (text[0] >= '0' && text[0] <= '9')
		return value_u16(g, id, text, DECIMAL, UINT16_MAX,
			strpbrk(text, "-,:") != NULL ? one : what, out, c);

	const struct servent *service =
		*text != '\0' ? getservbyname(text, g->protocol->name) : NULL;

	if (service == NULL)
		return not_a_port(g, id, text, what, c);
	*out = ntohs((uint16_t)service->s_port);
	return 0;
}
