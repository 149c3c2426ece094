/* SPDX-License-Identifier: MIT */
#include "commands/event_sync.h"

#include "base/clock.h"
#include "commands/event_watch.h"
#include "commands/sysctl.h"
#include "ctnetlink/decode.h"
#include "ctnetlink/encode.h"
#include "ctnetlink/kernel_filter.h"

/* Entries of the walk between two looks at the events. */
#define ENTRIES_A_TURN 32

/* How long an event that was overtaken may take to come, by whole seconds of the clock. */
#define OVERTAKEN_SECONDS 1

/*
 * How long the kernel may take to send an end again that was not delivered
 * (--reliable, of this listener or another), in nanoseconds: until all listeners
 * have read on.
 */
#define SENT_AGAIN UINT64_C(60000000000)

/*
 * How long the kernel may take to tell of an entry that is in the table already
 * (nf_conntrack_confirm() does it next; a process that makes one may be put off).
 * What comes later is shown as another entry, which it nearly always is.
 */
#define SETTLING (NANOSECONDS / 10)

/* The least time between the ends of two walks, and no more walking than resting. */
#define PAUSE NANOSECONDS

/* Ask for the whole table, as far as the kernel can filter it. */
static int send_dump(struct watch *watch)
{
	const struct request *request = watch->session->request;
	struct kernel_filter filter;
	struct packet packet;
	_Alignas(PACKET_ALIGNMENT) uint8_t bytes[1024];
	int error;

	kernel_filter_from(&request->filter, &filter);
	packet_init(&packet, bytes, sizeof(bytes));
	error = encode_dump(&packet, DUMP_TABLE, &filter);
	return error ? error : ct_dump_send(&watch->sync.dump, &packet);
}

int event_sync_open(struct watch *watch)
{
	const struct event_options *options = &watch->session->request->events;
	struct event_sync *sync = &watch->sync;
	long count;
	int error;

	sync->buckets = -1;
	if (!options->snapshot && !options->resync)
		return 0;
	sync->keep = options->resync;
	sync->quiet = !options->snapshot;
	sync->source = options->snapshot ? EVENT_SNAPSHOT : EVENT_RESYNC;
	sync->active = true;
	sync->buckets = sysctl_open("nf_conntrack_buckets");
	count = sysctl_number("nf_conntrack_count");
	error = image_open(&sync->image, count > 0 ? (uint64_t)count : 0);
	if (error == 0)
		error = image_open(&sync->ended, 0);
	if (error == 0)
		error = ct_open(&sync->dump);
	return error ? error : send_dump(watch);
}

void event_sync_close(struct event_sync *sync)
{
	image_close(&sync->image);
	image_close(&sync->ended);
	image_close(&sync->swept);
	ct_close(&sync->dump);
	sysctl_close(sync->buckets);
	*sync = (struct event_sync){.buckets = -1};
}

/* --- showing --------------------------------------------------------------- */

static int show(struct watch *watch, const struct flow *flow, enum event_type type)
{
	struct event event = {.type = type, .source = watch->sync.source};
	struct flow shown = *flow;

	/* An entry of the table has a count of references, an event never. */
	shown.present &= ~FLOW_USE;
	return event_watch_show(watch, &shown, &event);
}

static int show_end(const struct flow *flow, void *data)
{
	return show(data, flow, EVENT_DESTROY);
}

/* --- events ---------------------------------------------------------------- */

static void note(struct watch *watch, const struct flow *flow, bool is_first, bool is_end)
{
	struct event_sync *sync = &watch->sync;

	if (flow->present & FLOW_ID)
		sync->latest[flow->id % EVENT_SYNC_LATEST] =
			(struct event_latest){.tuple = flow->tuple[ORIGINAL],
				.id = flow->id,
				.when = watch->received.tv_sec,
				.is_first = is_first,
				.is_end = is_end};
}

/* The event that another of its entry overtook comes behind it: see the head of event_sync.h. */
static bool is_overtaken(struct watch *watch, const struct flow *flow, enum event_type type)
{
	struct event_latest *latest = &watch->sync.latest[flow->id % EVENT_SYNC_LATEST];

	if (!(flow->present & FLOW_ID) || latest->id != flow->id ||
		watch->received.tv_sec - latest->when > OVERTAKEN_SECONDS)
		return false;
	if (latest->when == 0 || !tuple_equal(&latest->tuple, &flow->tuple[ORIGINAL]))
		return false;
	if (type == EVENT_UPDATE)
		return latest->is_end && !image_has(&watch->sync.image, flow);
	if (!latest->is_first)
		return false;
	latest->when = 0;
	return true;
}

/* Whether a walk told of its end; from now on it is another entry, or over. */
static bool take_swept(struct event_sync *sync, const struct flow *flow)
{
	return sync->swept.entries > 0 && image_remove(&sync->swept, flow);
}

static int take_end(struct watch *watch, const struct flow *flow, struct event *event)
{
	struct event_sync *sync = &watch->sync;
	bool heard = image_remove(&sync->image, flow);
	struct image_put put;
	int error = 0;

	if (!heard && take_swept(sync, flow))
		return 0; /* shown already: it was not delivered then, and comes now */
	if (!heard && !sync->quiet)
		error = show(watch, flow, EVENT_NEW);
	note(watch, flow, !heard && !sync->walking && !sync->wanted, true);
	if (error == 0 && sync->walking)
		error = image_put(&sync->ended, flow, 0, &put);
	return error ? error : event_watch_show(watch, flow, event);
}

/* What is known of an entry that ended unheard, when another of its number and tuple is there. */
static int show_missed_end(struct watch *watch, const struct flow *next)
{
	struct flow ended = {.present = next->present & (FLOW_ID | FLOW_ZONE),
		.id = next->id,
		.zone = next->zone};

	ended.tuple[ORIGINAL] = next->tuple[ORIGINAL];
	return show(watch, &ended, EVENT_DESTROY);
}

/*
 * The NEW of what is in the image: the walk met the entry before its NEW was
 * sent, or it is another entry and the end of the one before was missed.
 */
static int take_known_new(struct watch *watch, const struct flow *flow, struct event *event,
	const struct image_put *put)
{
	const struct event_sync *sync = &watch->sync;
	bool is_settled = !sync->walking && event_watch_now() >= sync->settled;
	int error = 0;

	if (is_settled || !(put->marks & IMAGE_SEEN))
		error = show_missed_end(watch, flow);
	else if (!(put->marks & IMAGE_SILENT) && put->result == IMAGE_SAME)
		return 0;
	else if (!(put->marks & IMAGE_SILENT))
		event->type = EVENT_UPDATE;
	return error ? error : event_watch_show(watch, flow, event);
}

int event_sync_event(struct watch *watch, const struct flow *flow, struct event *event)
{
	struct event_sync *sync = &watch->sync;
	struct image_put put;
	int error;

	if (event->type == EVENT_DESTROY)
		return take_end(watch, flow, event);
	if (is_overtaken(watch, flow, event->type))
		return 0;
	if (event->type == EVENT_NEW && sync->walking)
		image_remove(&sync->ended, flow);
	take_swept(sync, flow);
	error = image_put(&sync->image, flow, sync->walking ? IMAGE_SEEN : 0, &put);
	if (error != 0)
		return error;
	if (event->type == EVENT_NEW && put.result != IMAGE_NEW)
		return take_known_new(watch, flow, event, &put);
	/* Its NEW was missed; where that is not asked for the change is all there is to tell. */
	if (event->type == EVENT_UPDATE && put.result == IMAGE_NEW && !sync->quiet) {
		note(watch, flow, true, false);
		if (watch->session->request->event_mask & EVENTS_NEW)
			return show(watch, flow, EVENT_NEW);
	}
	return event_watch_show(watch, flow, event);
}

/* --- the walk -------------------------------------------------------------- */

static int compare_entry(struct watch *watch, const struct flow *flow)
{
	struct event_sync *sync = &watch->sync;
	struct image_put put;
	int error;

	if (image_has(&sync->ended, flow))
		return 0;
	error = image_put(&sync->image, flow, IMAGE_SEEN | (sync->quiet ? IMAGE_SILENT : 0), &put);
	if (error != 0 || sync->quiet)
		return error;
	take_swept(sync, flow);
	if (put.result == IMAGE_NEW)
		return show(watch, flow, EVENT_NEW);
	if (put.result == IMAGE_CHANGED && !(put.marks & IMAGE_SEEN))
		return show(watch, flow, EVENT_UPDATE);
	return 0;
}

static int take_entry(const struct nlmsghdr *message, void *data)
{
	struct watch *watch = data;
	struct event_sync *sync = &watch->sync;
	const struct request *request = watch->session->request;
	struct flow flow;
	int error = 0;

	if (decode_flow(message, &flow) == 0 && filter_matches(&request->filter, &flow)) {
		sync->found++;
		error = compare_entry(watch, &flow);
	}
	if (error == 0 && ++sync->taken % ENTRIES_A_TURN == 0) {
		error = event_watch_turn(watch, false, 0);
		clock_gettime(CLOCK_REALTIME, &watch->received);
	}
	return error;
}

/* Until the kernel has no more events, but no longer than the end of it all. */
static int take_turns(struct watch *watch)
{
	int error;

	do
		error = event_watch_turn(watch, false, 0);
	while (error == 0 && !watch->drained);
	return error;
}

/* What is in the image and was not met is gone. */
static int sweep(struct watch *watch)
{
	struct event_sync *sync = &watch->sync;
	int error = sync->swept.slots == NULL ? image_open(&sync->swept, 0) : 0;

	if (error == 0)
		error = image_sweep(&sync->image, &sync->swept, show_end, watch);
	sync->forget = event_watch_now() + SENT_AGAIN;
	return error;
}

/*
 * Walk and compare. When events are lost or the table is rebuilt meanwhile, what
 * is in the image cannot be said to be all, and another walk has to follow.
 */
static int walk(struct watch *watch)
{
	struct event_sync *sync = &watch->sync;
	uint64_t begin = event_watch_now(), spent;
	long buckets = sysctl_read(sync->buckets);
	struct ct_answer answer = {0};
	int error;

	sync->found = 0;
	sync->walking = true;
	clock_gettime(CLOCK_REALTIME, &watch->received);
	error = ct_dump_receive(&sync->dump, take_entry, watch, &answer);
	if (error == 0)
		error = take_turns(watch);
	sync->walking = false;
	if (answer.interrupted || buckets != sysctl_read(sync->buckets))
		event_sync_lost(sync);
	if (error == 0 && !sync->wanted && !sync->quiet)
		error = sweep(watch);
	image_close(&sync->ended);
	sync->settled = event_watch_now() + SETTLING;
	spent = event_watch_now() - begin;
	sync->next = begin + spent + (spent > PAUSE ? spent : PAUSE);
	return error;
}

int event_sync_first(struct watch *watch)
{
	struct event_sync *sync = &watch->sync;
	int error;

	if (!sync->active)
		return 0;
	error = walk(watch);
	sync->quiet = false;
	sync->source = EVENT_RESYNC;
	if (!sync->keep) {
		sync->active = false;
		image_close(&sync->image);
	}
	return error;
}

int event_sync_finish(struct watch *watch)
{
	struct event_sync *sync = &watch->sync;
	int error;

	if (!sync->wanted)
		return 0;
	sync->wanted = false;
	image_unmark(&sync->image);
	error = image_open(&sync->ended, 0);
	if (error == 0)
		error = send_dump(watch);
	return error ? error : walk(watch);
}

int event_sync_run(struct watch *watch)
{
	struct event_sync *sync = &watch->sync;

	if (sync->swept.slots != NULL && event_watch_now() > sync->forget)
		image_close(&sync->swept);
	if (!sync->wanted || !watch->drained || event_watch_now() < sync->next)
		return 0;
	return event_sync_finish(watch);
}

uint64_t event_sync_due(const struct watch *watch)
{
	return watch->sync.wanted && watch->drained ? watch->sync.next : 0;
}
