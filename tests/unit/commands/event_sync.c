/* SPDX-License-Identifier: MIT */
/*
 * --snapshot and --resync with a table and events that come in an order of our
 * choice. What happens during a walk is given to it before its entries come,
 * with the mark that a walk is on.
 */
#include "commands/event_sync.h"

#include <errno.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "commands/event_watch.h"
#include "ctnetlink/encode.h"
#include "seams/transport_fault.h"

static struct request request;
static struct session session;
static struct watch watch;
static char path[64];
static char text[8192];

/* --- the table that the next dump tells of --------------------------------- */

static _Alignas(struct nlmsghdr) uint8_t bytes[4096];
static struct packet packet;
static uint16_t end_flags; /* of the end of dumps */

static struct flow entry(unsigned n)
{
	struct flow flow = {.present = FLOW_ID | FLOW_STATUS | FLOW_MARK,
		.id = 1000 + n,
		.status = IPS_CONFIRMED};
	struct tuple *t = &flow.tuple[ORIGINAL];

	t->family = AF_INET;
	t->protocol = IPPROTO_UDP;
	t->present = TUPLE_ADDRESSES | TUPLE_PROTOCOL | TUPLE_PART | TUPLE_PART << 1;
	t->source.bytes[0] = 10;
	t->destination.bytes[0] = 11;
	t->part[0] = (uint16_t)n;
	t->part[1] = 53;
	tuple_invert(&flow.tuple[REPLY], t);
	return flow;
}

static void table_begin(void)
{
	packet_init(&packet, bytes, sizeof(bytes));
}

static void table_has(const struct flow *flow)
{
	packet_begin(&packet, NFNL_SUBSYS_CTNETLINK << 8, NLM_F_MULTI, AF_INET, 0);
	encode_tuple(&packet, CTA_TUPLE_ORIG, &flow->tuple[ORIGINAL]);
	encode_tuple(&packet, CTA_TUPLE_REPLY, &flow->tuple[REPLY]);
	packet_put_be32(&packet, CTA_STATUS, flow->status);
	packet_put_be32(&packet, CTA_MARK, flow->mark);
	packet_put_be32(&packet, CTA_ID, flow->id);
	assert_int_equal(packet_end(&packet), 0);
}

static void table_end(void)
{
	struct {
		struct nlmsghdr header;
		int code;
	} done = {.header = {.nlmsg_len = sizeof(done),
			  .nlmsg_type = NLMSG_DONE,
			  .nlmsg_flags = end_flags}};

	memcpy(bytes + packet.used, &done, sizeof(done));
	fault_answer(bytes, packet.used + sizeof(done), true);
}

/* Entries first to last. */
static void table(unsigned first, unsigned last)
{
	table_begin();
	for (unsigned n = first; n <= last; n++) {
		struct flow flow = entry(n);

		table_has(&flow);
	}
	table_end();
}

/* --- the watch ------------------------------------------------------------- */

static void open_watch(bool snapshot, bool resync)
{
	request.command = COMMAND_EVENT;
	request.event_mask = EVENTS_ALL;
	request.format = &output_text;
	request.output_flags = OUTPUT_ID;
	request.events.snapshot = snapshot;
	request.events.resync = resync;
	session_start(&session, &request);
	session_begin(&session, &request);
	watch.session = &session;
	watch.signals = -1;
	assert_int_equal(event_queue_open(&watch.queue, path, 0), 0);
	session.output.writer = &watch.queue.writer;
	assert_int_equal(event_socket_open(&watch.socket), 0);
	assert_int_equal(event_sync_open(&watch), 0);
}

static int setup(void **state)
{
	int descriptor;
	(void)state;

	fault_reset();
	end_flags = 0;
	memset(&request, 0, sizeof(request));
	memset(&watch, 0, sizeof(watch));
	snprintf(path, sizeof(path), "%s/event-sync-XXXXXX",
		getenv("TMPDIR") ? getenv("TMPDIR") : P_tmpdir);
	descriptor = mkstemp(path);
	if (descriptor < 0)
		return -1;
	close(descriptor);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	event_sync_close(&watch.sync);
	event_socket_close(&watch.socket);
	event_queue_close(&watch.queue);
	session_close(&session);
	unlink(path);
	return 0;
}

/* What was shown since the last call: "NEW 1 SNAPSHOT, DESTROY 2, ". */
static const char *shown(void)
{
	char line[512], *out = text;
	FILE *file;

	assert_int_equal(event_queue_write(&watch.queue), 0);
	file = fopen(path, "r+");
	assert_non_null(file);
	*out = '\0';
	while (fgets(line, sizeof(line), file) != NULL) {
		char kind[16];
		const char *id = strstr(line, " id=");

		assert_int_equal(sscanf(line, " [%15[A-Z]]", kind), 1);
		assert_non_null(id);
		out += sprintf(out, "%s %ld%s%s, ", kind, atol(id + 4) - 1000,
			strstr(line, "[SNAPSHOT]") ? " SNAPSHOT" : "",
			strstr(line, "[RESYNC]") ? " RESYNC" : "");
	}
	assert_int_equal(ftruncate(fileno(file), 0), 0);
	fclose(file);
	return text;
}

static void happens(enum event_type type, unsigned n)
{
	struct flow flow = entry(n);
	struct event event = {.type = type};

	assert_int_equal(event_sync_event(&watch, &flow, &event), 0);
}

/* The time just behind a walk, however slow the test is, and that after it. */
static void walk_is_just_over(void)
{
	watch.sync.settled = UINT64_MAX;
}

static void walk_is_long_over(void)
{
	watch.sync.settled = 0;
}

static void first_walk(void)
{
	assert_int_equal(event_sync_first(&watch), 0);
	walk_is_just_over();
}

static void lose_and_walk(void)
{
	event_sync_lost(&watch.sync);
	assert_int_equal(event_sync_finish(&watch), 0);
	walk_is_just_over();
}

/* --- tests ----------------------------------------------------------------- */

static void test_snapshot(void **state)
{
	(void)state;
	table(1, 3);
	open_watch(true, false);
	first_walk();
	assert_string_equal(shown(), "NEW 1 SNAPSHOT, NEW 2 SNAPSHOT, NEW 3 SNAPSHOT, ");
	assert_false(watch.sync.active);
	assert_int_equal(watch.sync.found, 3);
}

/* Sent twice by the kernel, shown once. */
static void test_duplicate(void **state)
{
	struct flow flow = entry(1);
	(void)state;

	table_begin();
	table_has(&flow);
	table_has(&flow);
	table_end();
	open_watch(true, false);
	first_walk();
	assert_string_equal(shown(), "NEW 1 SNAPSHOT, ");
}

/* The table is known to the reader of --resync alone: only what is new is shown. */
static void test_resync_is_quiet(void **state)
{
	(void)state;
	table(1, 3);
	open_watch(false, true);
	watch.sync.walking = true;
	happens(EVENT_DESTROY, 9); /* older than us, and not walked yet */
	happens(EVENT_UPDATE, 8);
	first_walk();
	assert_string_equal(shown(), "DESTROY 9, UPDATE 8, ");
	happens(EVENT_NEW, 3); /* was made between joining and walking */
	happens(EVENT_DESTROY, 1);
	assert_string_equal(shown(), "NEW 3, DESTROY 1, ");
}

static void test_event_before_its_entry(void **state)
{
	(void)state;
	table(1, 3);
	open_watch(true, true);
	watch.sync.walking = true;
	happens(EVENT_NEW, 1);
	happens(EVENT_UPDATE, 2);
	assert_string_equal(shown(), "NEW 1, NEW 2 SNAPSHOT, ");
	first_walk();
	assert_string_equal(shown(), "NEW 3 SNAPSHOT, ");
}

static void test_event_behind_its_entry(void **state)
{
	(void)state;
	table(1, 2);
	open_watch(true, true);
	first_walk();
	shown();
	happens(EVENT_NEW, 1);
	assert_string_equal(shown(), "");
	happens(EVENT_UPDATE, 1);
	happens(EVENT_DESTROY, 1);
	happens(EVENT_NEW, 1);
	assert_string_equal(shown(), "UPDATE 1, DESTROY 1, NEW 1, ");
}

static void happens_marked(enum event_type type, unsigned n, uint32_t mark)
{
	struct flow flow = entry(n);
	struct event event = {.type = type};

	flow.mark = mark;
	assert_int_equal(event_sync_event(&watch, &flow, &event), 0);
}

/* The walk met it, then it changed, or was another: the reader has the last that was said. */
static void test_other_event_behind_its_entry(void **state)
{
	(void)state;
	table(1, 1);
	open_watch(true, true);
	first_walk();
	shown();
	happens_marked(EVENT_NEW, 1, 77);
	assert_string_equal(shown(), "UPDATE 1, ");
	happens_marked(EVENT_DESTROY, 1, 77);
	assert_string_equal(shown(), "DESTROY 1, ");
}

/* A number and a tuple again, and nothing was heard of the end of the entry before. */
static void test_end_missed_without_a_gap(void **state)
{
	(void)state;
	table(1, 2);
	open_watch(true, true);
	first_walk();
	shown();
	walk_is_long_over();
	happens_marked(EVENT_NEW, 1, 77);
	assert_string_equal(shown(), "DESTROY 1 RESYNC, NEW 1, ");
	happens(EVENT_NEW, 3);
	happens(EVENT_NEW, 3);
	assert_string_equal(shown(), "NEW 3, DESTROY 3 RESYNC, NEW 3, ");
	assert_int_equal(watch.sync.image.entries, 3);
	/* During a walk: of what it has not met it knows as little. */
	image_unmark(&watch.sync.image);
	watch.sync.walking = true;
	happens(EVENT_NEW, 2);
	assert_string_equal(shown(), "DESTROY 2 RESYNC, NEW 2, ");
}

/* So it is with what the reader of --resync alone knew of itself. */
static void test_end_missed_of_what_was_there(void **state)
{
	(void)state;
	table(1, 1);
	open_watch(false, true);
	first_walk();
	walk_is_long_over();
	happens(EVENT_NEW, 1);
	assert_string_equal(shown(), "DESTROY 1 RESYNC, NEW 1, ");
}

/* Another processor told of a change first. */
static void test_new_behind_its_change(void **state)
{
	(void)state;
	table(1, 0);
	open_watch(true, true);
	first_walk();
	walk_is_long_over();
	happens(EVENT_UPDATE, 5);
	happens(EVENT_NEW, 5);
	happens(EVENT_UPDATE, 5);
	assert_string_equal(shown(), "NEW 5 RESYNC, UPDATE 5, ");
	happens(EVENT_NEW, 5);
	assert_string_equal(shown(), "DESTROY 5 RESYNC, NEW 5, ");
	happens(EVENT_UPDATE, 6);
	watch.received.tv_sec += 2;
	happens(EVENT_NEW, 6);
	assert_string_equal(shown(), "NEW 6 RESYNC, DESTROY 6 RESYNC, NEW 6, ");
}

/* The walk was told of it before it ended. */
static void test_ended_meanwhile(void **state)
{
	(void)state;
	table(1, 2);
	open_watch(true, true);
	watch.sync.walking = true;
	happens(EVENT_DESTROY, 1);
	assert_string_equal(shown(), "NEW 1 SNAPSHOT, DESTROY 1, ");
	first_walk();
	assert_string_equal(shown(), "NEW 2 SNAPSHOT, ");
}

static void test_ended_and_came_again(void **state)
{
	(void)state;
	table(1, 2);
	open_watch(true, true);
	watch.sync.walking = true;
	happens(EVENT_DESTROY, 1);
	happens(EVENT_NEW, 1);
	shown();
	first_walk();
	assert_string_equal(shown(), "NEW 2 SNAPSHOT, ");
	happens(EVENT_DESTROY, 1);
	assert_string_equal(shown(), "DESTROY 1, ");
}

static void test_events_of_the_unknown(void **state)
{
	(void)state;
	table(1, 0);
	open_watch(true, true);
	first_walk();
	happens(EVENT_UPDATE, 5);
	happens(EVENT_UPDATE, 5);
	happens(EVENT_DESTROY, 5);
	happens(EVENT_DESTROY, 6);
	assert_string_equal(
		shown(), "NEW 5 RESYNC, UPDATE 5, DESTROY 5, NEW 6 RESYNC, DESTROY 6, ");
}

/* Deleted by one processor while another was about to tell that it is new, or has changed. */
static void test_overtaken_by_the_end(void **state)
{
	(void)state;
	table(1, 1);
	open_watch(true, true);
	first_walk();
	shown();
	happens(EVENT_DESTROY, 5);
	happens(EVENT_NEW, 5);
	assert_string_equal(shown(), "NEW 5 RESYNC, DESTROY 5, ");
	happens(EVENT_DESTROY, 1);
	happens(EVENT_UPDATE, 1);
	assert_string_equal(shown(), "DESTROY 1, ");
	assert_int_equal(watch.sync.image.entries, 0);
	happens(EVENT_NEW, 5); /* the same once more is an entry again */
	happens(EVENT_NEW, 1);
	happens(EVENT_UPDATE, 1);
	assert_string_equal(shown(), "NEW 5, NEW 1, UPDATE 1, ");
}

/* What is not the entry that ended, or comes too long behind it, was not overtaken. */
static void test_not_overtaken(void **state)
{
	(void)state;
	table(1, 0);
	open_watch(true, true);
	first_walk();
	happens(EVENT_DESTROY, 5);
	happens(EVENT_NEW, 5 + EVENT_SYNC_LATEST);
	assert_string_equal(shown(), "NEW 5 RESYNC, DESTROY 5, NEW 133, ");
	watch.received.tv_sec += 2;
	happens(EVENT_NEW, 5);
	assert_string_equal(shown(), "NEW 5, ");
	event_sync_lost(&watch.sync);
	happens(EVENT_DESTROY, 6); /* its beginning may be what was lost */
	happens(EVENT_NEW, 6);
	assert_string_equal(shown(), "NEW 6 RESYNC, DESTROY 6, NEW 6, ");
}

static void test_what_was_missed(void **state)
{
	struct flow changed = entry(2), same = entry(3), came = entry(4);
	(void)state;

	table(1, 3);
	open_watch(true, true);
	first_walk();
	shown();
	changed.mark = 7;
	table_begin();
	table_has(&changed);
	table_has(&same);
	table_has(&came);
	table_end();
	lose_and_walk();
	assert_string_equal(shown(), "UPDATE 2 RESYNC, NEW 4 RESYNC, DESTROY 1 RESYNC, ");
	table(2, 4);
	lose_and_walk();
	assert_string_equal(shown(), "UPDATE 2 RESYNC, "); /* its mark is 0 again */
}

/* The end of one that a walk found to be gone comes after all: --reliable sends it again. */
static void test_end_behind_its_walk(void **state)
{
	(void)state;
	table(1, 3);
	open_watch(true, true);
	first_walk();
	shown();
	table(3, 3);
	lose_and_walk();
	assert_string_equal(shown(), "DESTROY 2 RESYNC, DESTROY 1 RESYNC, "); /* by id */
	happens(EVENT_DESTROY, 1);
	assert_string_equal(shown(), "");
	/* Once: what comes behind it is of another. */
	happens(EVENT_DESTROY, 1);
	assert_string_equal(shown(), "NEW 1 RESYNC, DESTROY 1, ");
	/* And so it is when it came again. */
	happens(EVENT_NEW, 2);
	happens(EVENT_DESTROY, 2);
	assert_string_equal(shown(), "NEW 2, DESTROY 2, ");
	/* Nothing is kept without end. */
	table_begin();
	table_end();
	lose_and_walk();
	assert_string_equal(shown(), "DESTROY 3 RESYNC, ");
	watch.sync.forget = event_watch_now() - 1;
	assert_int_equal(event_sync_run(&watch), 0);
	happens(EVENT_DESTROY, 3);
	assert_string_equal(shown(), "NEW 3 RESYNC, DESTROY 3, ");
}

/* An entry that an event spoke of during the walk is there, though the walk passed it by. */
static void test_event_during_a_walk(void **state)
{
	(void)state;
	table(1, 1);
	open_watch(true, true);
	watch.sync.walking = true;
	happens(EVENT_UPDATE, 2);
	happens(EVENT_NEW, 3);
	first_walk();
	assert_string_equal(shown(), "NEW 2 SNAPSHOT, NEW 3, NEW 1 SNAPSHOT, ");
	assert_int_equal(watch.sync.image.entries, 3);
}

/* Lost again while walking: the walk cannot say what is gone, the next one can. */
static void test_lost_during_a_walk(void **state)
{
	(void)state;
	table(1, 2);
	open_watch(true, true);
	event_sync_lost(&watch.sync);
	watch.sync.walking = true;
	happens(EVENT_NEW, 9);
	image_unmark(&watch.sync.image);
	first_walk();
	assert_string_equal(shown(), "NEW 9, NEW 1 SNAPSHOT, NEW 2 SNAPSHOT, ");
	assert_true(watch.sync.wanted);
	table(1, 1);
	assert_int_equal(event_sync_finish(&watch), 0);
	assert_false(watch.sync.wanted);
	assert_true(strstr(shown(), "DESTROY 9 RESYNC, ") != NULL);
	assert_true(strstr(text, "DESTROY 2 RESYNC, ") != NULL);
}

/* So it is when the kernel says that the table changed under its hands. */
static void test_interrupted_walk(void **state)
{
	(void)state;
	table(1, 3);
	open_watch(true, true);
	first_walk();
	assert_non_null(shown());
	end_flags = NLM_F_DUMP_INTR;
	table(1, 1);
	lose_and_walk();
	assert_string_equal(shown(), "");
	assert_true(watch.sync.wanted);
	end_flags = 0;
	table(1, 2);
	assert_int_equal(event_sync_finish(&watch), 0);
	assert_string_equal(shown(), "DESTROY 3 RESYNC, ");
}

/* One tuple, two ids: the first entry ended in the hole, and another took its place. */
static void test_replaced_in_a_hole(void **state)
{
	struct flow other = entry(1);
	(void)state;

	table(1, 1);
	open_watch(true, true);
	first_walk();
	shown();
	other.id = 1077;
	table_begin();
	table_has(&other);
	table_end();
	lose_and_walk();
	assert_string_equal(shown(), "NEW 77 RESYNC, DESTROY 1 RESYNC, ");
}

static void test_only_wanted_kinds(void **state)
{
	(void)state;
	table(1, 2);
	open_watch(true, true);
	request.event_mask = EVENTS_DESTROY;
	first_walk();
	happens(EVENT_NEW, 3);
	happens(EVENT_DESTROY, 4);
	assert_string_equal(shown(), "DESTROY 4, ");
	table(1, 1);
	lose_and_walk();
	assert_true(strstr(shown(), "DESTROY 2 RESYNC, ") != NULL);
	assert_true(strstr(text, "DESTROY 3 RESYNC, ") != NULL);
}

/* The NEW of its entry was missed: that a change goes with it must not be missed, too. */
static void test_updates_alone(void **state)
{
	(void)state;
	table(1, 1);
	open_watch(true, true);
	request.event_mask = EVENTS_UPDATE;
	first_walk();
	happens(EVENT_UPDATE, 1);
	happens(EVENT_UPDATE, 2);
	happens(EVENT_UPDATE, 2);
	assert_string_equal(shown(), "UPDATE 1, UPDATE 2, UPDATE 2, ");
}

static void test_enough_in_a_walk(void **state)
{
	(void)state;
	table(1, 3);
	open_watch(true, true);
	request.events.stop_after = 2;
	assert_int_equal(event_sync_first(&watch), EVENT_WATCH_ENOUGH);
	assert_string_equal(shown(), "NEW 1 SNAPSHOT, NEW 2 SNAPSHOT, ");
}

static void test_refused(void **state)
{
	(void)state;
	fault_refuse(1, EPERM, "");
	open_watch(true, true);
	assert_int_equal(event_sync_first(&watch), -EPERM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_snapshot, setup, teardown),
		cmocka_unit_test_setup_teardown(test_duplicate, setup, teardown),
		cmocka_unit_test_setup_teardown(test_resync_is_quiet, setup, teardown),
		cmocka_unit_test_setup_teardown(test_event_before_its_entry, setup, teardown),
		cmocka_unit_test_setup_teardown(test_event_behind_its_entry, setup, teardown),
		cmocka_unit_test_setup_teardown(test_other_event_behind_its_entry, setup, teardown),
		cmocka_unit_test_setup_teardown(test_end_missed_without_a_gap, setup, teardown),
		cmocka_unit_test_setup_teardown(test_end_missed_of_what_was_there, setup, teardown),
		cmocka_unit_test_setup_teardown(test_new_behind_its_change, setup, teardown),
		cmocka_unit_test_setup_teardown(test_ended_meanwhile, setup, teardown),
		cmocka_unit_test_setup_teardown(test_ended_and_came_again, setup, teardown),
		cmocka_unit_test_setup_teardown(test_events_of_the_unknown, setup, teardown),
		cmocka_unit_test_setup_teardown(test_overtaken_by_the_end, setup, teardown),
		cmocka_unit_test_setup_teardown(test_not_overtaken, setup, teardown),
		cmocka_unit_test_setup_teardown(test_what_was_missed, setup, teardown),
		cmocka_unit_test_setup_teardown(test_end_behind_its_walk, setup, teardown),
		cmocka_unit_test_setup_teardown(test_event_during_a_walk, setup, teardown),
		cmocka_unit_test_setup_teardown(test_lost_during_a_walk, setup, teardown),
		cmocka_unit_test_setup_teardown(test_interrupted_walk, setup, teardown),
		cmocka_unit_test_setup_teardown(test_replaced_in_a_hole, setup, teardown),
		cmocka_unit_test_setup_teardown(test_only_wanted_kinds, setup, teardown),
		cmocka_unit_test_setup_teardown(test_updates_alone, setup, teardown),
		cmocka_unit_test_setup_teardown(test_enough_in_a_walk, setup, teardown),
		cmocka_unit_test_setup_teardown(test_refused, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
