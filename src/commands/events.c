/* SPDX-License-Identifier: MIT */
/* -E: show events as they happen, until a signal. */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "base/message.h"
#include "commands/process_name.h"
#include "commands/report.h"
#include "commands/run.h"
#include "ctnetlink/decode.h"
#include "ctnetlink/transport.h"

/*
 * Receive buffer that is asked for without -b. It costs memory only while
 * events wait in it; 166 events fill the kernel's default one.
 */
#define DEFAULT_BUFFER (32 * 1024 * 1024)

struct watch {
	struct session *session;
	struct timespec received; /* when the datagram in hand was read */
	uint64_t overruns;        /* of the receive buffer */
	uint64_t overruns_said;
	time_t said; /* when overruns were last spoken of */
};

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

static int show_event(const struct nlmsghdr *message, void *data)
{
	const struct watch *watch = data;
	struct session *s = watch->session;
	const struct request *request = s->request;
	struct event event = {.type = event_type_of(message), .received = watch->received};
	struct expectation e;
	struct flow flow;

	if (event.type == EVENT_NONE)
		return 0;
	if (request->table == TABLE_EXPECT) {
		if (decode_is_expectation(message) && decode_expectation(message, &e) == 0)
			output_expectation(&s->output, &e, &event);
		return 0;
	}
	if (decode_is_expectation(message) || decode_flow(message, &flow) < 0)
		return 0;
	if (request->family != 0 && flow_family(&flow) != request->family)
		return 0;
	if (!filter_matches(&request->filter, &flow))
		return 0;
	event.port = decode_port(message);
	event.program = event.port ? process_name(event.port) : NULL;
	output_flow(&s->output, &flow, &event);
	return 0;
}

static void say_overruns(struct watch *watch)
{
	uint64_t overruns = watch->overruns - watch->overruns_said;

	if (overruns == 0)
		return;
	message_plain("WARNING: events were lost: the receive buffer overran %" PRIu64
		      " times; -b makes it larger",
		overruns);
	watch->overruns_said = watch->overruns;
	watch->said = watch->received.tv_sec;
}

/* At most once a second, however fast events are lost. */
static void note_overrun(struct watch *watch)
{
	watch->overruns++;
	clock_gettime(CLOCK_REALTIME, &watch->received);
	if (watch->received.tv_sec != watch->said)
		say_overruns(watch);
}

/*
 * Read all that waits, then write it out: one event is seen at once, a flood
 * costs few writes. 0, or a negative errno.
 */
static int drain(struct watch *watch, struct ct_socket *socket, bool wait)
{
	int count;

	do {
		clock_gettime(CLOCK_REALTIME, &watch->received);
		count = ct_receive(socket, wait, show_event, watch);
		if (count == -ENOBUFS)
			note_overrun(watch);
		if (watch->session->output.writer->error != 0)
			return -EPIPE;
	} while (count >= 0 || count == -ENOBUFS);
	if (writer_flush(watch->session->output.writer) != 0)
		return -EPIPE;
	return count == -EAGAIN ? 0 : count;
}

/* Until SIGINT or SIGTERM; what the kernel has queued by then is shown. */
static int watch_events(struct watch *watch, struct ct_socket *socket, int signals)
{
	struct pollfd wanted[] = {
		{.fd = signals, .events = POLLIN},
		{.fd = transport_descriptor(socket->transport), .events = POLLIN},
	};
	int error;

	if (wanted[1].fd < 0)
		return drain(watch, socket, true);
	do {
		if (poll(wanted, 2, -1) < 0 && errno != EINTR)
			return -errno;
		error = drain(watch, socket, false);
	} while (error == 0 && wanted[0].revents == 0);
	return error;
}

static unsigned groups_of(const struct request *request)
{
	unsigned groups = 0;

	if (request->table == TABLE_EXPECT)
		return CT_GROUPS_EXPECTATION;
	if (request->event_mask & EVENTS_NEW)
		groups |= CT_GROUP_NEW;
	if (request->event_mask & EVENTS_UPDATE)
		groups |= CT_GROUP_UPDATE;
	if (request->event_mask & EVENTS_DESTROY)
		groups |= CT_GROUP_DESTROY;
	return groups;
}

static void size_buffer(const struct session *s, struct ct_socket *socket)
{
	int asked = s->request->buffer_size;
	int granted = transport_receive_buffer(socket->transport, asked ? asked : DEFAULT_BUFFER);

	if (asked != 0 && granted > 0)
		message_plain(
			"NOTICE: Netlink socket buffer size has been set to %d bytes.", granted);
}

/* SIGINT and SIGTERM as a descriptor, so that none is missed between two reads. */
static int open_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return -errno;
	return signalfd(-1, &set, SFD_CLOEXEC);
}

int run_events(struct session *s)
{
	struct watch watch = {.session = s};
	int signals, error;

	if (session_open(s, &s->dump) != 0)
		return EXIT_REFUSED;
	size_buffer(s, &s->dump);
	signals = open_signals();
	error = ct_subscribe(&s->dump, groups_of(s->request));
	if (error == 0)
		error = watch_events(&watch, &s->dump, signals);
	if (signals >= 0)
		close(signals);
	say_overruns(&watch);
	if (error != 0 && error != -EINTR && error != -EPIPE)
		return report_refusal(s, error, NULL, NULL);
	return session_end(s, s->output.records, false);
}
