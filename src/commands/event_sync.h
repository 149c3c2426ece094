/* SPDX-License-Identifier: MIT */
/*
 * --snapshot and --resync: the stream of events and the table as one truth.
 *
 * An image (flow/image.h) holds what the reader of the output has been told to
 * exist. A walk of the table is compared with it while events go on:
 *
 *   entry of the walk    not in the image: NEW, unless its DESTROY came meanwhile
 *                        different, no event of it since the walk began: UPDATE
 *   event NEW            in the image already, where the walk put it: nothing, or
 *                        UPDATE when it differs; else its end was missed: DESTROY,
 *                        then NEW
 *   event UPDATE         not in the image: NEW, with what the event says
 *   event DESTROY        not in the image: NEW, then DESTROY
 *   end of the walk      in the image, in no event and not in the walk: DESTROY
 *   event DESTROY        of what a walk found to be gone: nothing
 *
 * So NEW and DESTROY always come in pairs. A walk begins when the kernel's queue
 * is empty, hence all events that are read during the walk happened after the
 * hole that it has to mend. It ends when the queue is empty again, hence the end
 * of an entry that the walk did not find any more is known by then: the kernel
 * queues the event of an end before it takes the entry from the table
 * (nf_ct_delete() in nf_conntrack_core.c).
 *
 * Events of one entry come from several processors, so when one deletes it while
 * another is about to tell of a packet, the end can come before that event. What
 * comes behind an end that was shown a moment ago would be an entry for ever:
 *
 *   event UPDATE         of an entry that just ended: nothing
 *   event NEW            likewise, when nobody had heard of it at its end: nothing
 *   event NEW            behind an UPDATE that was shown as NEW a moment ago: nothing
 *
 * The kernel gives the memory of an entry to another at once, and the number is a
 * hash of where that is, and of the tuple: the next connection of the same ends
 * often has the number of the one before.
 */
#ifndef COMMANDS_EVENT_SYNC_H
#define COMMANDS_EVENT_SYNC_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "ctnetlink/socket.h"
#include "flow/image.h"
#include "output/output.h"

struct watch;

/* Events of a moment ago that are remembered, one for each id modulo this number. */
#define EVENT_SYNC_LATEST 128

/* What came before another event of its entry that it may have overtaken. */
struct event_latest {
	struct tuple tuple; /* the original one */
	uint32_t id;
	time_t when;   /* 0: none */
	bool is_first; /* the entry was not known: what is to come may be its NEW */
	bool is_end;
};

struct event_sync {
	struct image image;
	struct image ended; /* what came to its end during the walk */
	struct image swept; /* what walks found to be gone, until `forget` */
	struct event_latest latest[EVENT_SYNC_LATEST];
	struct ct_socket dump;
	uint64_t found;   /* entries of the walk that the filter lets pass */
	uint64_t taken;   /* entries of all walks */
	uint64_t forget;  /* CLOCK_MONOTONIC */
	uint64_t next;    /* CLOCK_MONOTONIC, not before which the next walk begins */
	uint64_t settled; /* likewise, from when on no NEW comes of what the last walk met */
	int buckets;      /* descriptor of the number of buckets, or -1 */
	enum event_source source; /* how what a walk finds is marked */
	bool active;              /* events go by the image */
	bool keep;                /* behind the first walk, too: --resync */
	bool quiet; /* the first walk of --resync alone: the reader knows of no table */
	bool walking;
	bool wanted; /* a walk has to come */
};

/*
 * Before privilege is given up and behind joining the groups: make ready what a
 * walk needs and ask for the first one. 0 or a negative errno.
 */
int event_sync_open(struct watch *watch);
void event_sync_close(struct event_sync *sync);

/* The first walk. 0, or a negative errno that ends it all. */
int event_sync_first(struct watch *watch);

/* Show an event that came (a flow that the filter lets pass), as the image says. */
int event_sync_event(struct watch *watch, const struct flow *flow, struct event *event);

/* Events were lost. */
static inline void event_sync_lost(struct event_sync *sync)
{
	sync->wanted = sync->keep;
}

/* Walk if it is time to. 0, or a negative errno that ends it all. */
int event_sync_run(struct watch *watch);

/* Likewise without waiting for that time: at the end. */
int event_sync_finish(struct watch *watch);

/* When a walk has to come, on CLOCK_MONOTONIC; 0: none. */
uint64_t event_sync_due(const struct watch *watch);

#endif
