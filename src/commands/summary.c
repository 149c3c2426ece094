/* SPDX-License-Identifier: MIT */
#include "commands/summary.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/message.h"
#include "commands/netns.h"
#include "commands/report.h"
#include "output/summary.h"

/* Groups that --approx holds at the most: 4 to 12 MiB, by their keys and sums. */
#define APPROXIMATE_GROUPS 65536

int summary_start(struct summary_run *run, struct session *s)
{
	const struct view *view = &s->request->view;
	struct timespec now;
	int error;

	run->session = s;
	clock_gettime(CLOCK_MONOTONIC, &run->start);
	clock_gettime(CLOCK_REALTIME, &now);
	run->now = nanoseconds_of(now);
	error = group_start(&run->table, view, view->approximate ? APPROXIMATE_GROUPS : 0);
	return error == 0 ? 0 : report_refusal(s, error, NULL, NULL);
}

int summary_add(struct summary_run *run, const struct flow *flow)
{
	return group_add(&run->table, flow, run->now);
}

void say_missing(const struct field *field, uint64_t missing, uint64_t all)
{
	if (missing > 0 && field->sysctl != NULL)
		message_plain("WARNING: of %" PRIu64 " entries %" PRIu64 " have no %s, which "
			      "counts for nothing; %s = 1 gives it to new entries",
			all, missing, field->name, field->sysctl);
}

/* Of events only an end carries counters and times, whatever the setting. */
static void say_missing_of_events(const struct field *field, uint64_t missing, uint64_t all)
{
	if (missing > 0 && field->sysctl != NULL)
		message_plain("WARNING: of %" PRIu64 " events %" PRIu64 " have no %s, which counts "
			      "for nothing; only DESTROY carries it (-e DESTROY), with %s = 1",
			all, missing, field->name, field->sysctl);
}

/* Only of what the person asked for. */
static void say_what_is_missing(const struct group_table *table, bool events)
{
	void (*say)(const struct field *, uint64_t, uint64_t) =
		events ? say_missing_of_events : say_missing;
	const struct view *view = table->view;

	for (unsigned i = 0; i < view->sum_count; i++) {
		bool sorts = false;

		for (unsigned j = 0; j < view->sort_count; j++)
			sorts |= view->sort[j].field == view->sum[i];
		if (view->sums_given || sorts)
			say(view->sum[i], table->missing[i], table->total.flows);
	}
}

static uint64_t since(const struct timespec *start)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return nanoseconds_of(now) - nanoseconds_of(*start);
}

int summary_show(struct summary_run *run, bool events)
{
	struct session *s = run->session;
	struct summary summary = {.table = &run->table};
	uint32_t *order;
	int error;

	if (events)
		summary.nanoseconds = since(&run->start) + 1;
	error = group_order(&run->table, &order, &summary.shown);
	if (error != 0)
		return report_refusal(s, error, NULL, NULL);
	summary.order = order;
	output_summary(&s->output, &summary);
	free(order);
	if (summary_is_approximate(&summary))
		message_plain("NOTICE: approximate: there are more than %d groups; what is marked "
			      "may be too high",
			APPROXIMATE_GROUPS);
	say_what_is_missing(&run->table, events);
	return 0;
}

void summary_free(struct summary_run *run)
{
	group_free(&run->table);
}

static int count_flow(
	struct session *s, const struct flow *flow, const struct nlmsghdr *message, void *data)
{
	(void)s;
	(void)message;
	return summary_add(data, flow);
}

int run_summary(struct session *s, enum dump_kind kind)
{
	struct summary_run run;
	int code = summary_start(&run, s);

	if (code == 0)
		code = netns_walk(s, kind, count_flow, &run);
	if (code == 0)
		code = summary_show(&run, false);
	if (code == 0)
		code = session_end(s, run.table.total.flows, false);
	else
		session_flush(s);
	summary_free(&run);
	return code;
}
