/* SPDX-License-Identifier: MIT */
#include "commands/event_loss.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/clock.h"
#include "base/message.h"

void event_loss_overrun(struct event_loss *loss, struct timespec last, struct timespec now)
{
	if (!event_loss_is_open(loss))
		loss->gap.since = last;
	loss->gap.overruns++;
	loss->gap.until = now;
}

void event_loss_broken(struct event_loss *loss, unsigned count, struct timespec now)
{
	if (count == 0)
		return;
	if (!event_loss_is_open(loss))
		loss->gap.since = now;
	loss->gap.lost += count;
	loss->gap.until = now;
	loss->broken += count;
}

/* Nothing was lost before the first gap, so how much that was is known. */
static void add(struct gap *sum, const struct gap *gap)
{
	if (sum->overruns == 0 && sum->lost == 0) {
		*sum = *gap;
		return;
	}
	sum->until = gap->until;
	sum->overruns += gap->overruns;
	sum->lost += gap->lost;
	sum->lost_known &= gap->lost_known;
}

struct gap event_loss_close(
	struct event_loss *loss, uint32_t dropped, bool known, struct timespec now)
{
	struct gap gap = loss->gap;

	gap.lost += dropped;
	gap.lost_known = known;
	gap.until = now;
	add(&loss->unsaid, &gap);
	add(&loss->total, &gap);
	loss->gap = (struct gap){0};
	return gap;
}

/* Local time of day with milliseconds. */
struct clock_text {
	char text[32];
};

static const char *clock_of(struct timespec time, struct clock_text *out)
{
	struct tm tm;
	size_t used = 0;

	if (localtime_r(&time.tv_sec, &tm) != NULL)
		used = strftime(out->text, sizeof(out->text), "%H:%M:%S", &tm);
	snprintf(out->text + used, sizeof(out->text) - used, ".%03ld", time.tv_nsec / 1000000);
	return out->text;
}

/* "12 events were lost in 1 overrun of the receive buffer" */
static const char *describe(const struct gap *gap, char *text, size_t size)
{
	const char *plural = gap->overruns == 1 ? "" : "s";

	if (gap->overruns == 0)
		snprintf(text, size, "%" PRIu64 " events could not be read", gap->lost);
	else if (gap->lost_known)
		snprintf(text, size,
			"%" PRIu64 " events were lost in %" PRIu64
			" overrun%s of the receive buffer",
			gap->lost, gap->overruns, plural);
	else
		snprintf(text, size,
			"events were lost in %" PRIu64 " overrun%s of the receive buffer",
			gap->overruns, plural);
	return text;
}

void event_loss_say(struct event_loss *loss, const char *remedy)
{
	struct clock_text since, until;
	struct timespec time;
	uint64_t now;
	char text[128];

	clock_gettime(CLOCK_MONOTONIC, &time);
	now = nanoseconds_of(time);
	if (!event_loss_is_unsaid(loss) || (loss->said != 0 && now - loss->said < NANOSECONDS))
		return;
	message_plain("WARNING: %s between %s and %s%s",
		describe(&loss->unsaid, text, sizeof(text)), clock_of(loss->unsaid.since, &since),
		clock_of(loss->unsaid.until, &until), remedy);
	loss->unsaid = (struct gap){0};
	loss->said = now;
}

void event_loss_sum_up(const struct event_loss *loss)
{
	const struct gap *all = &loss->total;
	char text[128];

	if (!event_loss_any(loss))
		return;
	if (all->overruns > 0 && !all->lost_known)
		message_plain("WARNING: %" PRIu64
			      " overrun%s of the receive buffer in all; how many "
			      "events were lost is not known",
			all->overruns, all->overruns == 1 ? "" : "s");
	else
		message_plain("WARNING: in all %s", describe(all, text, sizeof(text)));
}
