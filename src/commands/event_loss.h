/* SPDX-License-Identifier: MIT */
/*
 * Lost events as a number: each overrun of the receive buffer and each event
 * that the kernel dropped is counted once, told to the output as a gap, to the
 * person once a second at the most, and at the end as a sum.
 */
#ifndef COMMANDS_EVENT_LOSS_H
#define COMMANDS_EVENT_LOSS_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "output/output.h"

struct event_loss {
	struct gap gap;    /* since the queue of the kernel was empty last */
	struct gap unsaid; /* what the person was not told yet */
	struct gap total;
	uint64_t broken; /* of the total: events that came, but could not be read */
	uint64_t said;   /* CLOCK_MONOTONIC in nanoseconds; 0: never */
};

/* Events were lost: `last` is when one was read last, now is when that was seen. */
void event_loss_overrun(struct event_loss *loss, struct timespec last, struct timespec now);
void event_loss_broken(struct event_loss *loss, unsigned count, struct timespec now);

/* Whether a gap is open, which the queue's end will close. */
static inline bool event_loss_is_open(const struct event_loss *loss)
{
	return loss->gap.overruns > 0 || loss->gap.lost > 0;
}

/*
 * The queue is empty: the gap of now, with as many dropped events as the kernel
 * says (known: it does). It is then over.
 */
struct gap event_loss_close(
	struct event_loss *loss, uint32_t dropped, bool known, struct timespec now);

/* Tell the person, unless that was done within the last second. remedy ends the line. */
void event_loss_say(struct event_loss *loss, const char *remedy);

/* Whether event_loss_say() has still something to say. */
static inline bool event_loss_is_unsaid(const struct event_loss *loss)
{
	return loss->unsaid.overruns > 0 || loss->unsaid.lost > 0;
}

/* The sum, at the end; nothing when nothing was lost. */
void event_loss_sum_up(const struct event_loss *loss);

static inline bool event_loss_any(const struct event_loss *loss)
{
	return loss->total.overruns > 0 || loss->total.lost > 0;
}

#endif
