/* SPDX-License-Identifier: MIT */
/* -D, -U and -F against a kernel that refuses, loses and forgets: counts, exit codes, words. */
#include "commands/changes.h"

#include <errno.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/netlink.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "ctnetlink/decode.h"
#include "seams/transport_fault.h"
#include "unit/commands/fake.h"

#define CT(message) (NFNL_SUBSYS_CTNETLINK << 8 | (message))

enum { ENTRIES = 5 };

/* The dump is message 1, the change of entry n is message 1 + n. */
#define CHANGE_OF(n) (1 + (n))

static void run_on_table(const char *line)
{
	fake_table(ENTRIES);
	fake_run("%s", line);
}

/* ------------------------------------------------------------------- delete */

static void test_delete(void **state)
{
	(void)state;
	run_on_table("-D");
	check_outcome(0, ENTRIES, ": 5 flow entries have been deleted.");
	assert_int_equal(fake_sent(CT(IPCTNL_MSG_CT_DELETE)), ENTRIES);
	assert_int_equal(fault_acks_asked(), 1);
}

/* An entry that is gone meanwhile is neither shown nor counted, and no failure. */
static void test_gone(void **state)
{
	char gone[32], count[64];

	for (unsigned n = 1; n <= ENTRIES; n++) {
		fake_setup(state);
		fault_refuse(CHANGE_OF(n), ENOENT, "");
		run_on_table("-D");
		snprintf(count, sizeof(count), ": %u flow entries have been deleted.", ENTRIES - 1);
		check_outcome(0, ENTRIES - 1, count);
		snprintf(gone, sizeof(gone), "src=10.0.0.%u ", n);
		assert_null(strstr(outcome.out, gone));
	}
	fake_setup(state);
	for (unsigned n = 1; n <= ENTRIES; n++)
		fault_refuse(CHANGE_OF(n), ENOENT, "");
	run_on_table("-D");
	check_outcome(1, 0, ": 0 flow entries have been deleted.");
}

/* Refused at each place: the others are deleted, shown and counted; the entry is named. */
static void test_refused(void **state)
{
	static const struct {
		int error;
		const char *words;
	} rows[] = {
		{EPERM, "CAP_NET_ADMIN"},
		{EBUSY, "Device or resource busy"},
		{ENOMEM, "table is full"},
		{EINVAL, "Invalid argument"},
	};

	for (unsigned n = 1; n <= ENTRIES; n++) {
		for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
			char entry[32];

			fake_setup(state);
			fault_refuse(CHANGE_OF(n), rows[i].error, "");
			run_on_table("-D");
			check_outcome(1, ENTRIES - 1, rows[i].words);
			check_outcome(1, ENTRIES - 1, ": 4 flow entries have been deleted.");
			snprintf(entry, sizeof(entry), "src=10.0.0.%u ", n);
			assert_non_null(strstr(outcome.err, entry));
			assert_null(strstr(outcome.out, entry));
		}
	}
}

/* A thousand refusals are not a thousand lines. */
static void test_many_refused(void **state)
{
	(void)state;
	for (unsigned n = 1; n <= 30; n++)
		fault_refuse(CHANGE_OF(n), EPERM, "");
	fake_table(40);
	fake_run("-D");
	check_outcome(1, 10, ": 10 more entries were refused");
	check_outcome(1, 10, ": 10 flow entries have been deleted.");
}

static void test_strict(void **state)
{
	(void)state;
	fault_refuse(CHANGE_OF(2), EPERM, "");
	run_on_table("-D --strict");
	check_outcome(3, ENTRIES - 1, ": 4 flow entries have been deleted.");
	fake_setup(state);
	fault_refuse(2, EPERM, "");
	fake_table(1);
	fake_run("-D --strict");
	check_outcome(1, 0, ": 0 flow entries have been deleted.");
	fake_setup(state);
	fake_end(0);
	fake_run("-D --strict");
	check_outcome(0, 0, ": 0 flow entries have been deleted.");
}

/* The last message's ACK is lost: nothing is claimed. */
static void test_unanswered(void **state)
{
	(void)state;
	fault_swallow(CHANGE_OF(ENTRIES));
	run_on_table("-D");
	check_outcome(1, 0, "of 5 more entries it is not known whether they were deleted");
	assert_null(strstr(outcome.err, "0 flow entries"));
}

/* What was told before stays told: a batch of 32 and one that is lost. */
static void test_unanswered_later(void **state)
{
	(void)state;
	fault_receive_buffer(32 * 1280);
	fault_swallow(CHANGE_OF(40));
	fake_table(40);
	fake_run("-D");
	check_outcome(1, 32, "of 8 more entries it is not known whether they were deleted");
	check_outcome(1, 32, ": 32 flow entries have been deleted.");
}

/* The answers overran, in the middle of the walk: what was asked for so far is unknown. */
static void test_overrun(void **state)
{
	(void)state;
	/* Receives 1 and 2 are the dump's. */
	fault_receive(3, -ENOBUFS);
	run_on_table("-D");
	check_outcome(1, 0, "of 5 more entries it is not known");
}

static void test_not_sent(void **state)
{
	(void)state;
	fault_send(2, -ENOMEM);
	run_on_table("-D");
	check_outcome(1, 0, "Operation failed: ");
	assert_null(strstr(outcome.err, "not known"));
	assert_null(strstr(outcome.err, "0 flow entries"));
}

static void test_signals(void **state)
{
	(void)state;
	for (unsigned nth = 1; nth < 8; nth += 2)
		fault_receive(nth, -EINTR);
	run_on_table("-D");
	check_outcome(0, ENTRIES, ": 5 flow entries have been deleted.");
}

/* The dump breaks: what it had sent is deleted all the same, and counted. */
static void test_walk_breaks(void **state)
{
	(void)state;
	fake_entry(1);
	fake_entry(2);
	fake_chunk();
	fake_entry(3);
	fake_end(0);
	fault_receive(2, -ENOBUFS);
	fake_run("-D");
	check_outcome(1, 2, ": 2 flow entries have been deleted.");
	check_outcome(1, 2, "did not fit the receive buffer");
}

static void test_no_socket(void **state)
{
	for (unsigned nth = 1; nth <= 2; nth++) {
		fake_setup(state);
		fault_open_nth(nth, -EMFILE);
		run_on_table("-D");
		assert_int_equal(outcome.code, 1);
		assert_non_null(strstr(outcome.err, "cannot open a netlink socket"));
		assert_int_equal(fake_sent(CT(IPCTNL_MSG_CT_DELETE)), 0);
	}
}

/* Each names the entry by its id, so that another one in its place is left alone. */
static void test_ids(void **state)
{
	struct flow flow;
	bool found = false;

	(void)state;
	run_on_table("-D -s 10.0.0.3");
	for (unsigned n = 1; n <= fault_messages(); n++) {
		if (fault_message(n)->nlmsg_type != CT(IPCTNL_MSG_CT_DELETE))
			continue;
		assert_int_equal(decode_flow(fault_message(n), &flow), 0);
		assert_true(flow.present & FLOW_ID);
		assert_int_equal(flow.id, 4096 + 3);
		found = true;
	}
	assert_true(found);
}

/* ------------------------------------------------------------------- guards */

static void test_dry_run(void **state)
{
	static const char *const lines[] = {"-D --dry-run", "-U -m 99 --dry-run"};

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		fake_setup(state);
		run_on_table(lines[i]);
		check_outcome(0, ENTRIES, ": 5 flow entries would have been ");
		assert_int_equal(fault_messages(), 1);
	}
	/* Nothing to be found is no failure with --strict, in a dry run as in earnest. */
	for (size_t i = 0; i < 2; i++) {
		fake_setup(state);
		fake_table(0);
		fake_run("-D --strict%s", i == 0 ? " --dry-run" : "");
		check_outcome(0, 0, ": 0 flow entries ");
	}
	fake_setup(state);
	run_on_table("-F --dry-run");
	check_outcome(0, 0, ": 5 flow entries would have been flushed.");
	assert_int_equal(fault_messages(), 1);
}

static void test_maximum(void **state)
{
	(void)state;
	run_on_table("-D --max 4");
	check_outcome(1, 0, ": more than 4 entries match; none was deleted");
	assert_int_equal(fake_sent(CT(IPCTNL_MSG_CT_DELETE)), 0);
}

static void test_maximum_dry(void **state)
{
	(void)state;
	run_on_table("-D --max 4 --dry-run --strict");
	check_outcome(1, ENTRIES, ": more than the 4 of --max match: none would be deleted");
	fake_setup(state);
	run_on_table("-D --max 5 --dry-run");
	check_outcome(0, ENTRIES, ": 5 flow entries would have been deleted.");
	assert_null(strstr(outcome.err, "--max"));
}

/* It is counted first; what came since is left alone. */
static void test_maximum_reached_late(void **state)
{
	(void)state;
	fake_answer_to(1);
	fake_table(2);
	fake_answer_to(2);
	fake_table(4);
	fake_run("-D --max 2");
	check_outcome(1, 2, "more entries match than the 2 of --max; no more are deleted");
	check_outcome(1, 2, ": 2 flow entries have been deleted.");
	assert_int_equal(fake_sent(CT(IPCTNL_MSG_CT_DELETE)), 2);
}

static void test_undo(void **state)
{
	char path[] = "/tmp/conntrack-undo-XXXXXX", text[4096];
	int fd = mkstemp(path);
	ssize_t length;

	(void)state;
	fake_table(ENTRIES);
	fake_run("-D -s 10.0.0.4 --undo %s", path);
	check_outcome(0, 1, ": 1 flow entries have been deleted.");
	length = read(fd, text, sizeof(text) - 1);
	assert_true(length > 0);
	text[length] = '\0';
	assert_non_null(strstr(text, "-A -t 100 "));
	assert_non_null(strstr(text, " -s 10.0.0.4 "));
	assert_non_null(strstr(text, " -m ")); /* whatever it is: -A keeps what is not given */
	assert_null(strchr(strchr(text, '\n') + 1, '\n'));
	close(fd);
	unlink(path);
}

/* What cannot be kept is not deleted. */
static void test_undo_fails(void **state)
{
	(void)state;
	run_on_table("-D --undo /dev/full");
	check_outcome(1, 0, "--undo: cannot write '/dev/full': No space left on device");
	assert_int_equal(fake_sent(CT(IPCTNL_MSG_CT_DELETE)), 0);
	fake_setup(state);
	run_on_table("-D --undo /nowhere/file");
	check_outcome(1, 0, "--undo: cannot open '/nowhere/file'");
	assert_int_equal(fault_messages(), 0);
}

/* ------------------------------------------------------------------- update */

static void test_update(void **state)
{
	(void)state;
	run_on_table("-U -m 3");
	/* Entry 3 has that mark. */
	check_outcome(0, ENTRIES - 1, ": 4 flow entries have been updated.");
	assert_int_equal(fake_sent(CT(IPCTNL_MSG_CT_NEW)), ENTRIES - 1);
	assert_null(strstr(outcome.out, "mark=5"));
}

static void test_update_refused(void **state)
{
	(void)state;
	fault_refuse(3, EPERM, "");
	fault_refuse(4, ENOENT, "");
	fault_refuse(5, ETIME, "");
	run_on_table("-U -t 7777");
	check_outcome(1, 2, "the timeout of this entry is fixed");
	check_outcome(1, 2, ": 2 flow entries have been updated.");
}

static void test_update_unanswered(void **state)
{
	(void)state;
	fault_swallow(CHANGE_OF(ENTRIES));
	run_on_table("-U -m 99");
	check_outcome(1, 0, "of 5 more entries it is not known whether they were updated");
}

/* --verify shows what an entry then is; one that took its place is told of. */
static void test_verify(void **state)
{
	struct flow flow;

	(void)state;
	/* Messages: the dump, the updates 2 to 6, the gets 7 to 11. */
	for (unsigned n = 1; n <= 3; n++) {
		fake_flow(&flow, n);
		flow.mark = n == 2 ? 42 : 99;
		flow.id += n == 3;
		fake_found(6 + n, &flow);
	}
	fault_refuse(10, ENOENT, "");
	fault_refuse(11, EPERM, "");
	run_on_table("-U -m 99 --verify");
	check_outcome(1, 2, ": 2 flow entries have been updated.");
	assert_non_null(strstr(outcome.out, "sport=1001 dport=53 [UNREPLIED]"));
	assert_non_null(strstr(outcome.out, "mark=99"));
	assert_non_null(strstr(outcome.out, "mark=42"));
	assert_non_null(strstr(outcome.err, "another entry took the place of one that matched"));
	assert_int_equal(fault_messages(), 11);
}

/* -------------------------------------------------------------------- flush */

/* The kernel shows by refusing the probe that it reads the filter. */
static void test_flush_supported(void **state)
{
	(void)state;
	fault_refuse(1, EINVAL, "");
	fake_run("-F -m 5");
	check_outcome(0, 0, "the flow entries that match have been flushed.");
	assert_int_equal(fault_messages(), 2);
	assert_int_equal(fault_message(2)->nlmsg_type, CT(IPCTNL_MSG_CT_DELETE));
	assert_int_equal(
		((const struct nfgenmsg *)(fault_message(2) + 1))->version, NFNETLINK_V0 + 1);
}

/* One that does not is never sent a flush: it would empty the table. */
static void test_flush_not_supported(void **state)
{
	static const char *const lines[] = {"-F -m 5", "-F -f ipv6", "-F -u ASSURED", "-F -w 0",
		"-F -s 10.0.0.5", "-F -f ipv4 -p tcp --dport 80"};

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		fake_setup(state);
		/* The probe is answered by a dump, then comes the walk. */
		fake_entry(5);
		fake_end(0);
		fake_run("%s", lines[i]);
		for (unsigned n = 1; n <= fault_messages(); n++) {
			struct flow flow;

			if (fault_message(n)->nlmsg_type != CT(IPCTNL_MSG_CT_DELETE))
				continue;
			assert_int_equal(decode_flow(fault_message(n), &flow), 0);
			assert_true(flow.tuple[ORIGINAL].present & TUPLE_SOURCE);
		}
	}
}

static void test_flush_refused(void **state)
{
	(void)state;
	fault_refuse(1, EPERM, "");
	fake_run("-F");
	check_outcome(1, 0, "CAP_NET_ADMIN");
	fake_setup(state);
	fault_refuse(1, EINVAL, "");
	fault_refuse(2, EPERM, "");
	fake_run("-F -m 5");
	check_outcome(1, 0, "CAP_NET_ADMIN");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_delete, fake_setup),
		cmocka_unit_test_setup(test_gone, fake_setup),
		cmocka_unit_test_setup(test_refused, fake_setup),
		cmocka_unit_test_setup(test_many_refused, fake_setup),
		cmocka_unit_test_setup(test_strict, fake_setup),
		cmocka_unit_test_setup(test_unanswered, fake_setup),
		cmocka_unit_test_setup(test_unanswered_later, fake_setup),
		cmocka_unit_test_setup(test_overrun, fake_setup),
		cmocka_unit_test_setup(test_not_sent, fake_setup),
		cmocka_unit_test_setup(test_signals, fake_setup),
		cmocka_unit_test_setup(test_walk_breaks, fake_setup),
		cmocka_unit_test_setup(test_no_socket, fake_setup),
		cmocka_unit_test_setup(test_ids, fake_setup),
		cmocka_unit_test_setup(test_dry_run, fake_setup),
		cmocka_unit_test_setup(test_maximum, fake_setup),
		cmocka_unit_test_setup(test_maximum_dry, fake_setup),
		cmocka_unit_test_setup(test_maximum_reached_late, fake_setup),
		cmocka_unit_test_setup(test_undo, fake_setup),
		cmocka_unit_test_setup(test_undo_fails, fake_setup),
		cmocka_unit_test_setup(test_update, fake_setup),
		cmocka_unit_test_setup(test_update_refused, fake_setup),
		cmocka_unit_test_setup(test_update_unanswered, fake_setup),
		cmocka_unit_test_setup(test_verify, fake_setup),
		cmocka_unit_test_setup(test_flush_supported, fake_setup),
		cmocka_unit_test_setup(test_flush_not_supported, fake_setup),
		cmocka_unit_test_setup(test_flush_refused, fake_setup),
	};
	return cmocka_run_group_tests_name("changes", tests, NULL, NULL);
}
