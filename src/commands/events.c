/* SPDX-License-Identifier: MIT */
/* -E: show events as they happen, until a signal. */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "base/message.h"
#include "base/sandbox.h"
#include "commands/event_setting.h"
#include "commands/event_watch.h"
#include "commands/matching.h"
#include "commands/name_helper.h"
#include "commands/report.h"
#include "commands/run.h"

/*
 * Receive buffer that is asked for without -b: a share of the machine's memory
 * up to a limit, which is room for the events of a burst of 200000 before the
 * first is read (some 1280 bytes each, and twice is granted). It costs memory
 * only while events wait in it; 166 events fill the kernel's default one.
 */
#define BUFFER_SHARE 64
#define BUFFER_LIMIT (128 * 1024 * 1024)

static int default_buffer(void)
{
	long page = sysconf(_SC_PAGESIZE), pages = sysconf(_SC_PHYS_PAGES);

	if (page <= 0 || pages <= 0 || pages / BUFFER_SHARE >= BUFFER_LIMIT / page)
		return BUFFER_LIMIT;
	return (int)(pages / BUFFER_SHARE * page);
}

static unsigned groups_of(const struct request *request)
{
	unsigned groups = 0;

	if (request->table == TABLE_EXPECT)
		return CT_GROUPS_EXPECTATION;
	/* What --resync compares has to be known, shown or not. */
	if (request->event_mask & EVENTS_NEW || request->events.resync)
		groups |= CT_GROUP_NEW;
	if (request->event_mask & EVENTS_UPDATE)
		groups |= CT_GROUP_UPDATE;
	if (request->event_mask & EVENTS_DESTROY || request->events.resync)
		groups |= CT_GROUP_DESTROY;
	return groups;
}

static int wanted_buffer(const struct watch *watch)
{
	int asked = watch->session->request->buffer_size;

	return asked ? asked : default_buffer();
}

static void size_buffer(struct watch *watch)
{
	watch->buffer = event_socket_buffer(&watch->socket, wanted_buffer(watch));
	watch->can_rest = watch->buffer >= EVENT_WATCH_REST_BUFFER;
}

static void tell_buffer(const struct watch *watch)
{
	int asked = watch->session->request->buffer_size;
	int wanted = wanted_buffer(watch);
	int granted = watch->buffer;

	if (asked != 0 && granted > 0)
		message_plain(
			"NOTICE: Netlink socket buffer size has been set to %d bytes.", granted);
	/* The kernel reports twice what it took, and no more than an int holds. */
	if (granted > 0 && granted / 2 < wanted && granted < INT_MAX - 1)
		message_plain("WARNING: the receive buffer has %d bytes only; "
			      "net.core.rmem_max limits it without CAP_NET_ADMIN in the first user "
			      "namespace",
			granted);
}

static sigset_t end_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	return set;
}

/*
 * Signals as a descriptor, so that none is missed between two reads. SIGHUP ends
 * the program as ever unless there is a file to open anew.
 */
static int open_signals(const struct event_options *options)
{
	sigset_t set = end_signals();
	int descriptor;

	if (options->output_path != NULL)
		sigaddset(&set, SIGHUP);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return -errno;
	descriptor = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return descriptor < 0 ? -errno : descriptor;
}

static int open_output(struct watch *watch)
{
	struct session *s = watch->session;
	const struct event_options *options = &s->request->events;
	int error = event_queue_open(&watch->queue, options->output_path, options->queue_size);

	if (error == 0) {
		s->output.writer = &watch->queue.writer;
		return 0;
	}
	if (options->output_path != NULL)
		message("--output-file: cannot open '%s': %s", options->output_path,
			error == -ENXIO ? "nobody reads this pipe" : strerror(-error));
	else
		message("%s: %s", error == -EBADF ? "standard output" : "the queue of the output",
			strerror(-error));
	return EXIT_REFUSED;
}

/* The socket as it is wanted; joining the groups comes last. 0 or a negative errno. */
static int open_socket(struct watch *watch)
{
	const struct request *request = watch->session->request;
	unsigned groups = groups_of(request);
	int error = event_socket_open(&watch->socket);

	if (error != 0)
		return error;
	size_buffer(watch);
	if (request->events.reliable)
		error = event_socket_reliable(&watch->socket);
	if (request->table != TABLE_EXPECT)
		event_socket_filter(&watch->socket, &request->filter, groups);
	/* What is lost before the first event came was lost from here on. */
	clock_gettime(CLOCK_REALTIME, &watch->received);
	return error ? error : ct_subscribe(&watch->socket.socket, groups);
}

/* From here on, what comes is read with little power over anything. */
static void give_up_privilege(const struct watch *watch)
{
	const struct event_options *options = &watch->session->request->events;
	unsigned needs = 0;

	tzset();
	if (watch->session->names != NULL)
		return; /* they are looked up in files, and by whatever the system asks */
	if (options->resync)
		needs |= SANDBOX_ADMIN;
	if (options->output_path != NULL)
		needs |= SANDBOX_OPEN;
	if (watch->queue.socket || watch->names)
		needs |= SANDBOX_SEND;
	sandbox_enter(needs);
}

/*
 * --group-by: what was counted. It is written at one go, which waits for its reader:
 * only here a signal has to end the program as ever, but for those that came before.
 */
static int show_summary(struct watch *watch)
{
	sigset_t set = end_signals();
	struct signalfd_siginfo past;
	int error;

	while (read(watch->signals, &past, sizeof(past)) > 0)
		;
	/* Whoever started this may have it ignored: a shell does, behind "&". */
	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	error = summary_show(watch->summary, true);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return error;
}

static int watch_events(struct watch *watch)
{
	int error = event_sync_first(watch);

	event_setting_tell_found(watch);
	if (error == 0)
		error = event_watch_run(watch);
	if (error == 0)
		error = event_watch_drain(watch);
	if (error == 0)
		error = event_sync_finish(watch);
	/* Enough events are no failure: they are counted. */
	if (watch->summary != NULL && (error == 0 || error == EVENT_WATCH_ENOUGH) &&
		show_summary(watch) != 0)
		error = EVENT_WATCH_ABORT; /* it has said why */
	return error;
}

/* What is printed is written, whatever the end was, unless the output is the reason. */
static int end_output(struct watch *watch, int error)
{
	struct writer *writer = watch->session->output.writer;
	int flushed;

	if (error == EVENT_WATCH_ENOUGH)
		error = 0;
	if (error != 0)
		event_watch_leave(watch);
	if (writer->error != 0)
		return -writer->error;
	output_continue(&watch->session->output);
	if (error == EVENT_WATCH_ABORT)
		return error;
	flushed = event_watch_flush(watch);
	return flushed != 0 ? flushed : error;
}

/* What was printed, and is nowhere, and what was not even printed. */
static void tell_unwritten(struct watch *watch)
{
	struct writer *writer = &watch->queue.writer;

	if (watch->queue.lost > 0)
		message("%zu bytes could not be written and are lost", watch->queue.lost);
	if (writer->used > 0)
		message("%zu bytes were not taken by the reader and are lost", writer->used);
	writer->used = 0;
	if (watch->left > 0)
		message("%" PRIu64 " more events had come and are not shown", watch->left);
}

static int end_code(struct watch *watch, int error)
{
	struct session *s = watch->session;
	struct writer *writer = &watch->queue.writer;
	int code;

	if (writer->error == EPIPE && watch->queue.path == NULL)
		return EXIT_REFUSED; /* the reader knows that it went away */
	s->unwritten = writer->error != 0;
	if (s->unwritten)
		message("%s: %s", watch->queue.path != NULL ? watch->queue.path : "standard output",
			strerror(writer->error));
	else if (error != 0 && error != EVENT_WATCH_ABORT)
		report_refusal(s, error, NULL, NULL);
	tell_unwritten(watch);
	event_loss_sum_up(&watch->loss);
	code = session_end(s, s->output.records, false);
	if (error != 0 || writer->error != 0 || watch->moved)
		code = EXIT_REFUSED;
	if (code == EXIT_DONE && s->request->strict && event_loss_any(&watch->loss))
		code = EXIT_LOST;
	return code;
}

static bool shows_names(const struct session *s)
{
	return s->request->table != TABLE_EXPECT &&
	       (s->output.format == &output_text || s->output.format == &output_json);
}

/* Once it listens: who may not has no use for what would be missing. */
static void tell_setup(const struct watch *watch)
{
	event_setting_tell(watch);
	tell_buffer(watch);
}

static int start(struct watch *watch)
{
	struct session *s = watch->session;
	const struct event_options *options = &s->request->events;
	int error;

	/* First, for once the file is there, rotation may say so. */
	watch->signals = open_signals(options);
	if (watch->signals < 0) {
		/* They are held back by now: without the descriptor none would end us. */
		message("signals: %s", strerror(-watch->signals));
		return EXIT_REFUSED;
	}
	if (open_output(watch) != 0)
		return EXIT_REFUSED;
	event_setting_read(watch);
	if (shows_names(s))
		watch->names = name_helper_start() == 0;
	error = open_socket(watch);
	if (error == 0)
		error = event_sync_open(watch);
	if (error != 0)
		return watch->socket.socket.transport ? report_refusal(s, error, NULL, NULL)
						      : report_socket(s, error);
	tell_setup(watch);
	if (options->duration != 0)
		watch->deadline = event_watch_now() + options->duration;
	if (watch->summary != NULL && summary_start(watch->summary, s) != 0)
		return EXIT_REFUSED;
	give_up_privilege(watch);
	return 0;
}

int run_events(struct session *s)
{
	static struct watch watch;
	struct summary_run summary = {.session = NULL};
	struct matching matching;
	int code;

	watch.session = s;
	watch.signals = watch.sync.buckets = watch.queue.opened = -1;
	matching_begin(&matching, &s->request->filter);
	watch.summary = summary_is_wanted(s->request) ? &summary : NULL;
	code = start(&watch);
	if (code == 0) {
		int error = end_output(&watch, watch_events(&watch));

		matching_end(&matching, s);
		code = end_code(&watch, error);
	}
	if (watch.summary != NULL)
		summary_free(&summary);
	event_sync_close(&watch.sync);
	event_socket_close(&watch.socket);
	name_helper_end();
	s->output.writer = writer_stdout();
	event_queue_close(&watch.queue);
	if (watch.signals >= 0)
		close(watch.signals);
	return code;
}
