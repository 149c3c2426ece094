/* SPDX-License-Identifier: MIT */
/*
 * The loop of -E: one poll(2) a turn for signals, events and the output; many
 * events a turn, one write behind them. Whoever else has to wait or has much to
 * do (event_sync.c) takes turns of it in between.
 */
#ifndef COMMANDS_EVENT_WATCH_H
#define COMMANDS_EVENT_WATCH_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "commands/event_loss.h"
#include "commands/event_queue.h"
#include "commands/event_sync.h"
#include "commands/session.h"
#include "commands/summary.h"
#include "ctnetlink/event_socket.h"

/*
 * Returned when enough events are shown, or when another signal wants an end at
 * once: beyond every errno (MAX_ERRNO of the kernel), for either passes through
 * what tells the errors of a socket apart.
 */
#define EVENT_WATCH_ENOUGH (-5000)
#define EVENT_WATCH_ABORT  (-5001)

struct watch {
	struct session *session;
	struct event_socket socket;
	struct event_queue queue;
	struct event_loss loss;
	struct event_sync sync;
	struct summary_run *summary; /* NULL: events are shown, not counted by groups */
	struct timespec received;    /* when what is at hand was read */
	uint64_t deadline;           /* CLOCK_MONOTONIC in nanoseconds; 0: none */
	uint64_t came;               /* likewise: when events came last */
	uint64_t stopped;            /* likewise: when the end came; 0: it has not */
	uint64_t older;              /* entries that may never speak, as counted before */
	int buffer;                  /* the receive buffer as granted; 0 or less: not known */
	uint64_t left;               /* events that an early end did not let be shown */
	int failed;                  /* why an event could not be shown: all ends; 0: none */
	int signals;                 /* signalfd(2), or -1 */
	unsigned broken;             /* datagrams of this turn that could not be read */
	bool can_rest;               /* the receive buffer holds what comes in a rest */
	bool resting;                /* events come fast: the next turn begins with a rest */
	bool names;                  /* programs behind events can be looked up */
	bool silent;                 /* no entry speaks */
	bool tell_found;             /* entries that the first walk finds may never speak */
	bool stalled;                /* the reader of the output takes nothing now */
	bool drained;                /* the kernel had no more events in the last turn */
	bool reopen;                 /* SIGHUP came */
	bool moved;    /* and its file could not be opened anew: the old one goes on */
	bool stopping; /* the end has come: what is queued is still shown */
	bool flushing; /* what is shown is written, and nothing more is read */
};

/*
 * The receive buffer, as granted, from which on a watch may rest: it has then
 * room for the events of half a millisecond at a million a second, twice.
 */
#define EVENT_WATCH_REST_BUFFER (2 * 1024 * 1024)

/* Nanoseconds of CLOCK_MONOTONIC. */
uint64_t event_watch_now(void);

/*
 * Show an event if it is wanted. 0, EVENT_WATCH_ENOUGH, or the negative errno
 * of the output.
 */
int event_watch_show(struct watch *watch, const struct flow *flow, struct event *event);

/*
 * One turn: write, wait until something happens (unless !wait and the queue has
 * room; `until` in nanoseconds of CLOCK_MONOTONIC ends the wait, 0: never), see to
 * signals, read events, write. When events come fast the wait for one is a short
 * rest instead, so that many are read at once: no process that sleeps has to be
 * woken by each packet. 0, or a negative errno that ends it all.
 */
int event_watch_turn(struct watch *watch, bool wait, uint64_t until);

/* Turns until the end has come (watch->stopping). 0 or as event_watch_turn(). */
int event_watch_run(struct watch *watch);

/* What the kernel has queued by now is shown; nothing new is queued. */
int event_watch_drain(struct watch *watch);

/* What the kernel has queued by now is read, and only counted: nothing is shown any more. */
void event_watch_leave(struct watch *watch);

/* Write all that is queued, and read no more events. 0, or as event_watch_turn(). */
int event_watch_flush(struct watch *watch);

#endif
