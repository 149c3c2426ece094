/* SPDX-License-Identifier: MIT */
/* The values of options that only -E has. */

#include "base/parse.h"
#include "cli/given.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* More than any machine has, and far from the ends of the types. */
#define QUEUE_MAX    (UINT64_C(1) << 40)
#define DURATION_MAX (UINT64_C(1) << 62)

static int not_a(
	const struct given *g, int id, const char *text, const char *what, struct complaint *c)
{
	struct spelling s;

	return complain(c, "%s: '%s' is not %s", option_spelled(&s, g, id), text, what);
}

static int read_stop_after(struct given *g, int id, const char *text, struct complaint *c)
{
	if (parse_decimal(text, 1, UINT64_MAX, &g->stop_after) < 0)
		return not_a(g, id, text, "a number of events (1 or more)", c);
	return 0;
}

static int read_duration(struct given *g, int id, const char *text, struct complaint *c)
{
	static const uint64_t second = 1000000000;
	const struct parse_unit units[] = {
		{"", second},
		{"s", second},
		{"ms", second / 1000},
		{"m", 60 * second},
		{"h", 3600 * second},
		{"d", 86400 * second},
	};

	if (parse_units(text, units, COUNT(units), DURATION_MAX, &g->duration) < 0 ||
		g->duration == 0)
		return not_a(g, id, text,
			"a time (seconds, or a number with ms, s, m, h or d; more than 0)", c);
	return 0;
}

static int read_queue(struct given *g, int id, const char *text, struct complaint *c)
{
	static const struct parse_unit units[] = {
		{"", 1},
		{"K", 1 << 10},
		{"M", 1 << 20},
		{"G", 1 << 30},
	};

	if (parse_units(text, units, COUNT(units), QUEUE_MAX, &g->queue_size) < 0)
		return not_a(
			g, id, text, "a number of bytes (also with K, M or G; at most 1024G)", c);
	return 0;
}

static int read_output_file(struct given *g, int id, const char *text, struct complaint *c)
{
	if (*text == '\0')
		return not_a(g, id, text, "the name of a file", c);
	g->output_path = text;
	return 0;
}

int given_event_value(struct given *g, int id, const char *text, struct complaint *c)
{
	switch (id) {
	case OPTION_STOP_AFTER:
		return read_stop_after(g, id, text, c);
	case OPTION_DURATION:
		return read_duration(g, id, text, c);
	case OPTION_QUEUE:
		return read_queue(g, id, text, c);
	default:
		return read_output_file(g, id, text, c);
	}
}
