/* SPDX-License-Identifier: MIT */
#include "commands/event_watch.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/message.h"
#include "commands/name_helper.h"
#include "ctnetlink/decode.h"
#include "flow/expression.h"

#define MILLISECONDS UINT64_C(1000000)

/* Receives of one turn: signals and the output have to wait no longer. */
#define RECEIVES_MAX 16

/*
 * A rest, and the time between two turns with events below which the second is
 * followed by one. Every event is shown within a millisecond, hence no more.
 */
#define REST (MILLISECONDS / 2)
#define FAST MILLISECONDS

/*
 * A second signal right behind the first is the same wish: who ends a group of
 * processes may send it to each of them, and to the group.
 */
#define IMPATIENCE (100 * MILLISECONDS)

uint64_t event_watch_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return nanoseconds_of(now);
}

/* --- an event -------------------------------------------------------------- */

static bool is_wanted(const struct request *request, enum event_type type)
{
	static const unsigned masks[] = {[EVENT_NEW] = EVENTS_NEW,
		[EVENT_UPDATE] = EVENTS_UPDATE,
		[EVENT_DESTROY] = EVENTS_DESTROY};

	return (request->event_mask & masks[type]) != 0;
}

static int write_output(struct watch *watch);

/*
 * The queue is full, and stays so when the reader has been slow for long. Then
 * nothing is taken from the kernel, which has a queue of its own, until there is room.
 */
static int wait_for_room(struct watch *watch)
{
	int error = 0;

	while (error == 0 && !event_queue_has_room(&watch->queue))
		error = watch->stalled ? event_watch_turn(watch, true, 0) : write_output(watch);
	return error;
}

static int count_record(const struct watch *watch)
{
	uint64_t limit = watch->session->request->events.stop_after;

	return limit != 0 && watch->session->output.records >= limit ? EVENT_WATCH_ENOUGH : 0;
}

/* --group-by: the event is one more of its group. */
static int count_event(struct watch *watch, const struct flow *flow)
{
	int error = summary_add(watch->summary, flow);

	watch->session->output.records++;
	return error ? error : count_record(watch);
}

int event_watch_show(struct watch *watch, const struct flow *flow, struct event *event)
{
	struct session *s = watch->session;
	int error;

	if (!is_wanted(s->request, event->type))
		return 0;
	if (watch->summary != NULL)
		return count_event(watch, flow);
	error = wait_for_room(watch);
	if (error != 0)
		return error;
	event->received = watch->received;
	event->program = event->port && watch->names ? name_helper_ask(event->port) : NULL;
	output_flow(&s->output, flow, event);
	return count_record(watch);
}

static int show_expectation(
	struct watch *watch, const struct nlmsghdr *message, struct event *event)
{
	struct session *s = watch->session;
	struct expectation e;
	int error;

	if (!decode_is_expectation(message) || decode_expectation(message, &e) < 0)
		return 0;
	error = wait_for_room(watch);
	if (error != 0)
		return error;
	event->received = watch->received;
	output_expectation(&s->output, &e, event);
	return count_record(watch);
}

static enum event_type event_type_of(const struct nlmsghdr *message)
{
	switch (decode_kind(message)) {
	case MESSAGE_NEW:
		return EVENT_NEW;
	case MESSAGE_UPDATE:
		return EVENT_UPDATE;
	case MESSAGE_DESTROY:
		return EVENT_DESTROY;
	default:
		return EVENT_NONE;
	}
}

static int show_message(struct watch *watch, const struct nlmsghdr *message)
{
	const struct request *request = watch->session->request;
	struct event event = {.type = event_type_of(message), .port = decode_port(message)};
	struct flow flow;

	if (event.type == EVENT_NONE)
		return 0;
	if (request->table == TABLE_EXPECT)
		return show_expectation(watch, message, &event);
	if (decode_is_expectation(message) || decode_flow(message, &flow) < 0)
		return 0;
	if (!filter_matches(&request->filter, &flow))
		return 0;
	if (watch->sync.active)
		return event_sync_event(watch, &flow, &event);
	return event_watch_show(watch, &flow, &event);
}

/* An event that matches, and will not be shown any more, is counted. */
static int leave_event(const struct nlmsghdr *message, void *data)
{
	struct watch *watch = data;
	const struct request *request = watch->session->request;
	enum event_type type = event_type_of(message);
	bool expects = request->table == TABLE_EXPECT;
	struct flow flow;

	if (type == EVENT_NONE || decode_is_expectation(message) != expects)
		return 0;
	if (!expects && (!is_wanted(request, type) || decode_flow(message, &flow) < 0 ||
				!filter_matches(&request->filter, &flow)))
		return 0;
	watch->left++;
	return 0;
}

/* A failure leaves the rest of what was received with it, up to its end. */
static int take_event(const struct nlmsghdr *message, void *data)
{
	struct watch *watch = data;
	int error = watch->failed ? watch->failed : show_message(watch, message);

	if (error == 0 || error == EVENT_WATCH_ENOUGH)
		return error;
	watch->failed = error;
	return leave_event(message, watch);
}

/* --- what was lost --------------------------------------------------------- */

/* The gap that is open ends here. */
static struct gap end_gap(struct watch *watch)
{
	struct timespec now;
	uint32_t dropped;
	bool known;

	clock_gettime(CLOCK_REALTIME, &now);
	known = event_socket_lost(&watch->socket, &dropped);
	/* An end that is sent again was dropped each time before. */
	if (watch->session->request->events.reliable)
		known = false;
	return event_loss_close(&watch->loss, known ? dropped : 0, known, now);
}

/*
 * The kernel's queue is empty, so the hole that an overrun makes behind the
 * events that were queued has come to its end (netlink_rcv_wake() in
 * af_netlink.c ends the congestion then).
 */
static int close_gap(struct watch *watch)
{
	struct gap gap;
	int error;

	watch->drained = true;
	if (!event_loss_is_open(&watch->loss))
		return 0;
	gap = end_gap(watch);
	event_sync_lost(&watch->sync);
	error = wait_for_room(watch);
	if (error == 0)
		output_gap(&watch->session->output, &gap);
	return error;
}

static void say_loss(struct watch *watch)
{
	const struct event_options *options = &watch->session->request->events;

	event_loss_say(&watch->loss, options->resync     ? "; what is missed comes as [RESYNC]"
				     : options->reliable ? "; a DESTROY among them is sent again"
							 : "; -b makes it larger");
}

/* --- a turn ---------------------------------------------------------------- */

/* Events came, and all of them are read: whether there is reason to rest. */
static void note_pace(struct watch *watch)
{
	uint64_t now = event_watch_now();

	watch->resting = watch->can_rest && now - watch->came < FAST;
	watch->came = now;
}

/* One receive, as event_socket_receive(), and what was lost before it. */
static int receive(struct watch *watch, ct_message_fn fn)
{
	struct timespec last = watch->received;
	int got;

	clock_gettime(CLOCK_REALTIME, &watch->received);
	got = event_socket_receive(&watch->socket, fn, watch, &watch->broken);
	event_loss_broken(&watch->loss, watch->broken, watch->received);
	watch->broken = 0;
	if (got == -ENOBUFS)
		event_loss_overrun(&watch->loss, last, watch->received);
	return got;
}

static int take_events(struct watch *watch)
{
	bool came = false;

	watch->drained = false;
	watch->resting = false;
	for (unsigned i = 0; i < RECEIVES_MAX && event_queue_has_room(&watch->queue); i++) {
		int got;

		expression_tick(watch->session->request->filter.rest);
		got = receive(watch, take_event);
		if (watch->failed != 0)
			return watch->failed;
		if (got == -ENOBUFS)
			continue;
		if (got < 0 && got != -EAGAIN && got != -EINTR)
			return got;
		came |= got > 0;
		if (got == EVENT_SOCKET_BATCH || got == -EINTR)
			continue;
		if (came)
			note_pace(watch);
		return close_gap(watch);
	}
	return 0;
}

static void stop(struct watch *watch)
{
	if (watch->stopping)
		return;
	watch->stopping = true;
	watch->stopped = event_watch_now();
	(void)event_socket_mute(&watch->socket);
}

static int take_signals(struct watch *watch)
{
	struct signalfd_siginfo signal;

	while (read(watch->signals, &signal, sizeof(signal)) == (ssize_t)sizeof(signal)) {
		if (signal.ssi_signo == SIGHUP)
			watch->reopen = true;
		else if (!watch->stopping)
			stop(watch);
		else if (watch->stalled || event_watch_now() - watch->stopped > IMPATIENCE)
			return EVENT_WATCH_ABORT;
	}
	return 0;
}

/* Rotation: what was printed goes to the old file, whole, and the next record to a new one. */
static int reopen_output(struct watch *watch)
{
	int error;

	output_continue(&watch->session->output);
	error = event_queue_write(&watch->queue);
	watch->stalled = error == -EAGAIN;
	if (error != 0)
		return watch->stalled ? 0 : error;
	watch->reopen = false;
	error = event_queue_reopen(&watch->queue);
	watch->moved = error != 0;
	if (error != 0)
		message("%s: cannot be opened again, the old file goes on: %s", watch->queue.path,
			strerror(-error));
	return 0;
}

static int write_output(struct watch *watch)
{
	int error;

	if (watch->reopen)
		return reopen_output(watch);
	error = event_queue_write(&watch->queue);
	watch->stalled = error == -EAGAIN;
	return watch->stalled ? 0 : error;
}

/* When a wait is to end; 0: never. */
static uint64_t end_of_wait(const struct watch *watch, uint64_t until)
{
	if (watch->deadline != 0 && !watch->stopping && (until == 0 || watch->deadline < until))
		until = watch->deadline;
	if (event_loss_is_unsaid(&watch->loss)) {
		uint64_t next = event_watch_now() + NANOSECONDS;

		if (until == 0 || next < until)
			until = next;
	}
	return until;
}

/* The time that ppoll(2) may take, put into *time; NULL when it has no limit. */
static const struct timespec *wait_time(
	const struct watch *watch, bool wait, uint64_t until, struct timespec *time)
{
	uint64_t end, now;

	*time = (struct timespec){0};
	if (!wait)
		return time;
	end = end_of_wait(watch, until);
	if (end == 0)
		return NULL;
	now = event_watch_now();
	if (end > now) {
		time->tv_sec = (time_t)((end - now) / NANOSECONDS);
		time->tv_nsec = (long)((end - now) % NANOSECONDS);
	}
	return time;
}

/*
 * The reader went away while there was nothing to write: as if there had been. Not
 * by raise(3), for which some libcs take a call that the sandbox does not leave.
 */
static int reader_gone(struct watch *watch)
{
	(void)syscall(SYS_tgkill, getpid(), gettid(), SIGPIPE);
	watch->queue.writer.error = EPIPE;
	return -EPIPE;
}

static int take_turn(struct watch *watch, bool wait, uint64_t until)
{
	bool room = event_queue_has_room(&watch->queue) && !watch->flushing;
	bool rest = wait && room && watch->resting;
	struct pollfd wanted[] = {
		{.fd = watch->signals, .events = POLLIN},
		{.fd = room && !rest ? event_socket_descriptor(&watch->socket) : -1,
			.events = POLLIN},
		{.fd = event_queue_descriptor(&watch->queue),
			.events = watch->stalled ? POLLOUT : 0},
	};
	struct timespec time = {.tv_nsec = REST};
	int error = 0;

	if (ppoll(wanted, 3, rest ? &time : wait_time(watch, wait, until, &time), NULL) < 0 &&
		errno != EINTR)
		return -errno;
	if (wanted[0].revents != 0)
		error = take_signals(watch);
	/* A pipe has POLLERR then, a socket of the machine itself POLLHUP alone. */
	if (error == 0 && (wanted[2].revents & (POLLERR | POLLHUP)) &&
		event_queue_is_empty(&watch->queue))
		error = reader_gone(watch);
	if (error == 0 && wanted[2].revents != 0)
		error = write_output(watch);
	if (error == 0 && (wanted[1].revents != 0 || rest))
		error = take_events(watch);
	else if (room)
		watch->drained = true;
	if (error == 0 && !watch->stalled)
		error = write_output(watch);
	say_loss(watch);
	if (watch->deadline != 0 && !watch->stopping && event_watch_now() >= watch->deadline)
		stop(watch);
	return error;
}

int event_watch_turn(struct watch *watch, bool wait, uint64_t until)
{
	/* What was shown since the last turn does not wait for an event. */
	int error = watch->stalled ? 0 : write_output(watch);

	if (error != 0)
		return error;
	/* With a full queue there is nothing to do but wait for its reader. */
	return take_turn(watch, wait || !event_queue_has_room(&watch->queue), until);
}

int event_watch_run(struct watch *watch)
{
	int error = 0;

	/* A replay has no descriptor to wait for, and an end. */
	if (event_socket_descriptor(&watch->socket) < 0) {
		watch->stopping = true;
		return 0;
	}
	while (error == 0 && !watch->stopping) {
		error = event_sync_run(watch);
		if (error == 0 && !watch->stopping)
			error = event_watch_turn(watch, true, event_sync_due(watch));
	}
	return error;
}

int event_watch_drain(struct watch *watch)
{
	int error = 0;

	stop(watch);
	watch->drained = false;
	while (error == 0 && !watch->drained) {
		error = wait_for_room(watch);
		if (error == 0)
			error = take_events(watch);
		if (error == 0 && !watch->stalled)
			error = write_output(watch);
	}
	return error;
}

void event_watch_leave(struct watch *watch)
{
	int got;

	stop(watch); /* so there is an end of what is there */
	do
		got = receive(watch, leave_event);
	while (got > 0 || got == -EINTR || got == -ENOBUFS);
	if (event_loss_is_open(&watch->loss))
		(void)end_gap(watch);
}

int event_watch_flush(struct watch *watch)
{
	int error = write_output(watch);

	watch->flushing = true;
	while (error == 0 && !event_queue_is_empty(&watch->queue))
		error = event_watch_turn(watch, true, 0);
	return error;
}
