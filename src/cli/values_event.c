/* SPDX-License-Identifier: MIT */
/* The values of options that only -E has. */

#include "base/clock.h"
#include "base/parse.h"
#include "cli/readers.h"

/* More than any machine has, and far from the ends of the types. */
#define QUEUE_MAX    (UINT64_C(1) << 40)
#define DURATION_MAX (UINT64_C(1) << 62)

int value_stop_after(struct given *g, int id, const char *text, struct complaint *c)
{
	if (parse_decimal(text, 1, UINT64_MAX, &g->stop_after) < 0)
		return value_not_a(g, id, text, "a number of events (1 or more)", c);
	return 0;
}

int value_duration(struct given *g, int id, const char *text, struct complaint *c)
{
	static const uint64_t second = NANOSECONDS;
	const struct parse_unit units[] = {
		{"", second},
		{"s", second},
		{"ms", second / 1000},
		{"m", 60 * second},
		{"h", 3600 * second},
		{"d", 86400 * second},
		{"w", 604800 * second},
	};

	if (parse_spans(text, units, COUNT(units), DURATION_MAX, &g->duration) < 0 ||
		g->duration == 0)
		return value_not_a(g, id, text,
			"a time (seconds, or numbers with ms, s, m, h, d or w, as 1h30m; more than "
			"0)",
			c);
	return 0;
}

int value_queue(struct given *g, int id, const char *text, struct complaint *c)
{
	static const struct parse_unit units[] = {
		{"", 1},
		{"K", 1 << 10},
		{"M", 1 << 20},
		{"G", 1 << 30},
	};

	if (parse_units(text, units, COUNT(units), QUEUE_MAX, &g->queue_size) < 0)
		return value_not_a(
			g, id, text, "a number of bytes (also with K, M or G; at most 1024G)", c);
	return 0;
}

int value_output_file(struct given *g, int id, const char *text, struct complaint *c)
{
	return value_file(g, id, text, &g->output_path, c);
}
