/* SPDX-License-Identifier: MIT */
#include "output/output.h"

#include "base/clock.h"

static void output_begin(struct output *o)
{
	if (o->begun)
		return;
	o->begun = true;
	if (o->now == 0) {
		struct timespec now;

		clock_gettime(CLOCK_REALTIME, &now);
		o->now = now.tv_sec;
		o->moment = nanoseconds_of(now);
	}
	if (o->format->begin)
		o->format->begin(o);
}

void output_flow(struct output *o, const struct flow *flow, const struct event *event)
{
	output_begin(o);
	o->format->flow(o, flow, event);
	o->records++;
}

void output_expectation(struct output *o, const struct expectation *e, const struct event *event)
{
	output_begin(o);
	o->format->expectation(o, e, event);
	o->records++;
}

void output_end(struct output *o)
{
	if (o->begun && o->format->end)
		o->format->end(o);
}

void output_summary(struct output *o, const struct summary *summary)
{
	o->format->summary(o, summary);
}

void output_gap(struct output *o, const struct gap *gap)
{
	if (!o->format->gap)
		return;
	output_begin(o);
	o->format->gap(o, gap);
}

void output_continue(struct output *o)
{
	output_end(o);
	o->begun = false;
}

void output_stats(struct output *o, const struct stats *stats)
{
	o->format->stats(o, stats);
}

void output_count(struct output *o, uint64_t entries)
{
	o->format->count(o, entries);
}
