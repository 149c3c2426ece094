/* SPDX-License-Identifier: MIT */
/* -R against a kernel that refuses, loses and forgets, at each place of a file. */
#include "commands/load.h"

#include <errno.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "seams/transport_fault.h"
#include "unit/commands/fake.h"

#define CT(message) (NFNL_SUBSYS_CTNETLINK << 8 | (message))

enum { LINES = 5 };

static void load(const char *text, const char *options)
{
	const char *path = fake_file(text);

	fake_run("-R %s%s", path, options);
	unlink(path);
}

/* Lines that create flows 1 to n. */
static const char *creates(unsigned n, const char *command)
{
	static char text[65536];
	size_t used = 0;

	for (unsigned i = 1; i <= n; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used,
			"%s -s 10.0.0.%u -d 10.9.0.1 -p udp --sport %u --dport 53 -t 100\n",
			command, i, 1000 + i);
	return text;
}

/* Lines that delete the flows 1 to n by their whole tuples. */
static const char *exact_deletes(unsigned n)
{
	static char text[65536];
	size_t used = 0;

	for (unsigned i = 1; i <= n; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used,
			"-D -s 10.0.0.%u -d 10.9.0.1 -p udp --sport %u --dport 53\n", i, 1000 + i);
	return text;
}

/* ------------------------------------------------------------------ creates */

static void test_creates(void **state)
{
	(void)state;
	load(creates(LINES, "-I"), " --explain");
	check_outcome(0, 0, ": 5 entries created, 0 changed");
	assert_int_equal(fault_messages(), LINES);
	assert_int_equal(fault_acks_asked(), 1);
}

/* What was made behind the line that was refused is taken back. */
static void test_create_refused(void **state)
{
	static const struct {
		int error;
		const char *words;
	} rows[] = {
		{EEXIST, "exists already"},
		{ENOMEM, "the table is full"},
		{EPERM, "CAP_NET_ADMIN"},
		{ENOSPC, "hash table"},
		{EINVAL, "invalid parameters"},
	};

	for (unsigned n = 1; n <= LINES; n++) {
		for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
			char place[32];

			fake_setup(state);
			fault_refuse(n, rows[i].error, "");
			load(creates(LINES, "-I"), n == 1 ? " --strict" : "");
			check_outcome(1, 0, rows[i].words);
			snprintf(place, sizeof(place), ":%u: Operation failed: ", n);
			check_outcome(1, 0, place);
			assert_int_equal(fake_sent(CT(IPCTNL_MSG_CT_DELETE)), LINES - n);
		}
	}
	fake_setup(state);
	fault_refuse(2, EPERM, "");
	load(creates(LINES, "-I"), " --strict");
	check_outcome(3, 0, ":2: Operation failed: ");
}

/* What cannot be taken back is told. */
static void test_not_taken_back(void **state)
{
	(void)state;
	fault_refuse(3, EEXIST, "");
	fault_refuse(LINES + 1, EBUSY, "");
	load(creates(LINES, "-I"), "");
	check_outcome(1, 0, ":4: this entry stays, although a line before it was refused");
	assert_null(strstr(outcome.err, ":5: this entry stays"));
}

/* -A of what exists is sent again, as a change. */
static void test_add_existing(void **state)
{
	(void)state;
	fault_refuse(2, EEXIST, "");
	load(creates(3, "-A"), " --explain");
	check_outcome(0, 0, ": 2 entries created, 1 changed by -A");
	assert_int_equal(fault_messages(), 4);
	assert_int_equal(fault_message(4)->nlmsg_flags & NLM_F_EXCL, 0);

	fake_setup(state);
	fault_refuse(2, EEXIST, "");
	fault_refuse(4, EBUSY, "");
	load(creates(3, "-A"), "");
	check_outcome(1, 0, ":2: Operation failed: ");
	assert_int_equal(fake_sent(CT(IPCTNL_MSG_CT_DELETE)), 1);
}

static void test_creates_unanswered(void **state)
{
	(void)state;
	fault_swallow(LINES);
	load(creates(LINES, "-I"), "");
	check_outcome(1, 0, "of 5 more entries it is not known whether they were created");
	fake_setup(state);
	fault_receive(1, -ENOBUFS);
	load(creates(LINES, "-I"), "");
	check_outcome(1, 0, "of 5 more entries it is not known whether they were created");
	fake_setup(state);
	fault_send(1, -ENOMEM);
	load(creates(LINES, "-I"), "");
	assert_int_equal(outcome.code, 1);
	assert_null(strstr(outcome.err, "not known"));
}

static void test_creates_interrupted(void **state)
{
	(void)state;
	fault_receive(1, -EINTR);
	fault_receive(2, -EINTR);
	load(creates(LINES, "-I"), "");
	check_outcome(0, 0, "");
}

static void test_no_socket(void **state)
{
	(void)state;
	fault_open(-EMFILE);
	load(creates(1, "-I"), "");
	check_outcome(1, 0, "cannot open a netlink socket");
}

/* ------------------------------------------------------------ whole tuples */

static void find_all(unsigned n)
{
	struct flow flow;

	for (unsigned i = 1; i <= n; i++) {
		fake_flow(&flow, i);
		fake_found(i, &flow);
	}
}

static void test_exact(void **state)
{
	(void)state;
	find_all(LINES);
	load(exact_deletes(LINES), " --explain");
	check_outcome(0, LINES, ":5: 1 deleted");
	assert_int_equal(fake_sent(CT(IPCTNL_MSG_CT_GET)), LINES);
	assert_int_equal(fake_sent(CT(IPCTNL_MSG_CT_DELETE)), LINES);
}

/* Not there, or gone before it is deleted: no failure, and not counted. */
static void test_exact_gone(void **state)
{
	(void)state;
	find_all(LINES);
	fault_refuse(2, ENOENT, "");
	fault_refuse(LINES + 3, ENOENT, "");
	load(exact_deletes(LINES), " --explain");
	check_outcome(0, LINES - 2, ":2: 0 deleted");
	check_outcome(0, LINES - 2, ":4: 0 deleted");
}

/* The look-up finds the reply tuple of another entry: that is not what the line names. */
static void test_exact_other(void **state)
{
	struct flow flow;

	(void)state;
	fake_flow(&flow, 9);
	fake_found(1, &flow);
	load(exact_deletes(1), "");
	check_outcome(0, 0, "");
	assert_int_equal(fake_sent(CT(IPCTNL_MSG_CT_DELETE)), 0);
}

/* A whole tuple is that of zone 0, whichever way the line is carried out. */
static void test_exact_zone(void **state)
{
	static const struct {
		const char *line;
		unsigned deleted;
	} rows[] = {
		{"-D -s 10.0.0.1 -d 10.9.0.1 -p udp --sport 1001 --dport 53", 1},
		{"-D -s 10.0.0.1 -d 10.9.0.1 -p udp --sport 1001 --dport 53 -w 0", 1},
		{"-D -s 10.0.0.1 -d 10.9.0.1 -p udp --sport 1001 --dport 53 -w 7", 1},
		{"-D -s 10.0.0.1 -d 10.9.0.1 -p udp --sport 1001", 3},
	};
	static const struct {
		const char *before, *behind;
	} ways[] = {{"", "\n"}, {"", " -o xml\n"}, {"-D -s 10.0.0.99\n", "\n"}, {"", " udp\n"},
		{"", " --filter udp\n"}};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		for (size_t way = 0; way < sizeof(ways) / sizeof(ways[0]); way++) {
			char text[256];
			struct flow flow;
			bool exact = i < 3 && way == 0;

			fake_setup(state);
			fake_flow(&flow, 1);
			flow.zone = i == 2 ? 7 : 0;
			if (exact)
				fake_found(1, &flow);
			else
				fake_zones();
			snprintf(text, sizeof(text), "%s%s%s", ways[way].before, rows[i].line,
				ways[way].behind);
			load(text, "");
			assert_int_equal(outcome.code, 0);
			assert_int_equal(fake_sent(CT(IPCTNL_MSG_CT_DELETE)), rows[i].deleted);
		}
	}
}

/* So it is with the line of a change. */
static void test_update_zone(void **state)
{
	static const struct {
		const char *line;
		unsigned updated;
	} rows[] = {
		{"-U -s 10.0.0.1 -d 10.9.0.1 -p udp --sport 1001 --dport 53 -m 9", 1},
		{"-U -s 10.0.0.1 -d 10.9.0.1 -p udp --sport 1001 --dport 53 -m 9 -w 7", 1},
		{"-U -s 10.0.0.1 -d 10.9.0.1 -p udp --sport 1001 -m 9", 3},
		/* Zones that are asked for otherwise stand for themselves. */
		{"-U -s 10.0.0.1 -d 10.9.0.1 -p udp --sport 1001 --dport 53 -m 9 --filter "
		 "\"zone 7 or zone 8\"",
			1},
	};
	static const char *const endings[] = {"\n", " -o xml\n", " udp\n"};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		for (size_t way = 0; way < sizeof(endings) / sizeof(endings[0]); way++) {
			char text[256];

			fake_setup(state);
			fake_zones();
			snprintf(text, sizeof(text), "%s%s", rows[i].line, endings[way]);
			load(text, "");
			assert_int_equal(outcome.code, 0);
			assert_int_equal(fake_sent(CT(IPCTNL_MSG_CT_NEW)), rows[i].updated);
		}
	}
}

/* Where the kernel does not track the protocol addresses are all there is to name. */
static void test_bare_zone(void **state)
{
	static const struct {
		const char *line;
		uint16_t type;
		bool tracked;
		unsigned changed;
	} rows[] = {
		{"-D -s 10.0.0.1 -d 10.9.0.1 -p dccp", CT(IPCTNL_MSG_CT_DELETE), false, 1},
		{"-D -s 10.0.0.1 -d 10.9.0.1 -p dccp -w 7", CT(IPCTNL_MSG_CT_DELETE), false, 1},
		{"-U -s 10.0.0.1 -d 10.9.0.1 -p dccp -m 9", CT(IPCTNL_MSG_CT_NEW), false, 1},
		{"-D -s 10.0.0.1 -p dccp", CT(IPCTNL_MSG_CT_DELETE), false, 2},
		/* Of a tracked one that is less than an entry, and so of all zones. */
		{"-D -s 10.0.0.1 -d 10.9.0.1 -p dccp", CT(IPCTNL_MSG_CT_DELETE), true, 2},
		{"-U -s 10.0.0.1 -d 10.9.0.1 -p dccp -m 9", CT(IPCTNL_MSG_CT_NEW), true, 2},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[128];

		fake_setup(state);
		for (uint16_t zone = 0; zone <= 7; zone += 7) {
			struct flow flow;

			fake_flow(&flow, 1);
			flow.zone = zone;
			flow.id += zone;
			flow.tuple[ORIGINAL].protocol = IPPROTO_DCCP;
			if (!rows[i].tracked)
				flow.tuple[ORIGINAL].present &= ~TUPLE_PARTS;
			tuple_invert(&flow.tuple[REPLY], &flow.tuple[ORIGINAL]);
			fake_entry_of(&flow);
		}
		fake_end(0);
		snprintf(text, sizeof(text), "%s\n", rows[i].line);
		load(text, "");
		assert_int_equal(outcome.code, 0);
		assert_int_equal(fake_sent(rows[i].type), rows[i].changed);
	}
}

static void test_exact_refused(void **state)
{
	(void)state;
	find_all(LINES);
	fault_refuse(LINES + 2, EBUSY, "");
	load(exact_deletes(LINES), "");
	check_outcome(1, LINES - 1, ":2: Operation failed: ");
	check_outcome(1, LINES - 1, ":5: 1 entries were deleted before line 2 was refused");
	fake_setup(state);
	fault_refuse(1, EPERM, "");
	load(exact_deletes(LINES), "");
	check_outcome(1, 0, ":1: Operation failed: ");
}

/* ----------------------------------------------------------------- one walk */

static const char lines_of_a_walk[] = "-U -s 10.0.0.0/30 -m 50\n"
				      "-U -d 10.9.0.1 -m 60\n"
				      "-U -s 10.0.0.5 -m 70\n";

static void test_updates(void **state)
{
	(void)state;
	fake_table(LINES);
	load(lines_of_a_walk, " --explain");
	/* Entries 1 to 3 by the first line, all by the second, entry 5 by the third. */
	check_outcome(0, 3 + 5 + 1, ":1: 3 updated");
	check_outcome(0, 3 + 5 + 1, ":2: 5 updated");
	check_outcome(0, 3 + 5 + 1, ":3: 1 updated");
	assert_int_equal(fault_messages(), 1 + 9);
}

/* A refusal of one line: those before are carried out, what came of those behind is told. */
static void test_updates_refused(void **state)
{
	(void)state;
	/* The dump, entry 1 by line 1 and 2, entry 2 by line 1 … */
	fault_refuse(5, EPERM, "");
	fake_table(LINES);
	load(lines_of_a_walk, "");
	check_outcome(1, 3 + 4 + 1, ":2: Operation failed: ");
	check_outcome(1, 3 + 4 + 1, ":3: 1 entries were updated before line 2 was refused");
	assert_null(strstr(outcome.err, ":1:"));
}

/* A change that was refused is in no entry that is shown. */
static void test_refused_change_not_shown(void **state)
{
	(void)state;
	fault_refuse(2, EPERM, "");
	fake_table(1);
	load("-U -s 10.0.0.1 -t 7777\n-U -d 10.9.0.1 -m 60\n", "");
	assert_int_equal(outcome.code, 1);
	assert_null(strstr(outcome.out, "7777"));
	assert_non_null(strstr(outcome.out, "mark=60"));
}

static void test_deletes(void **state)
{
	(void)state;
	fault_refuse(3, ENOENT, "");
	fake_table(LINES);
	load("-D -m 2\n-D -s 10.0.0.0/30\n-D -s 10.0.0.3\n", " --explain");
	check_outcome(0, 2, ":1: 0 deleted");
	check_outcome(0, 2, ":2: 2 deleted");
	check_outcome(0, 2, ":3: 0 deleted");
}

static void test_walk_breaks(void **state)
{
	(void)state;
	fake_entry(1);
	fake_chunk();
	fake_entry(2);
	fake_end(0);
	fault_receive(2, -ENOBUFS);
	load("-D -s 10.0.0.0/24\n-I -s 10.0.0.9 -d 10.0.0.8 -p 50 -t 9\n", "");
	check_outcome(1, 1, "did not fit the receive buffer");
	assert_int_equal(fake_sent(CT(IPCTNL_MSG_CT_NEW)), 0);
}

static void test_group_unanswered(void **state)
{
	(void)state;
	fault_swallow(1 + LINES);
	fake_table(LINES);
	load("-D -s 10.0.0.0/24\n-D -d 10.9.0.1\n", "");
	check_outcome(1, 0, "of 5 more entries it is not known whether they were deleted");
}

/* ------------------------------------------------------------------- guards */

/* Of the messages sent, those that make entries; all others here only ask. */
static unsigned creates_sent(void)
{
	unsigned count = 0;

	for (unsigned nth = 1; nth <= fault_messages(); nth++)
		count += fault_message(nth)->nlmsg_type ==
			 (NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_NEW);
	return count;
}

static void test_dry_run(void **state)
{
	(void)state;
	fake_table(LINES);
	load("-D -s 10.0.0.0/30\n-I -s 10.0.0.9 -d 10.0.0.8 -p 50 -t 9\n", " --dry-run");
	check_outcome(0, 3,
		": 1 flow entries would have been created or changed, 3 updated, "
		"deleted or flushed.");
	assert_int_equal(fault_messages(), 2);
	assert_int_equal(creates_sent(), 0);
}

/* What a dry run cannot ask for it does not claim. */
static void test_dry_run_refused(void **state)
{
	(void)state;
	fault_refuse(1, EPERM, "");
	load("-I -s 10.0.0.9 -d 10.0.0.8 -p 50 -t 9\n", " --dry-run");
	check_outcome(1, 0, ":1: Operation failed: not permitted");
	assert_int_equal(creates_sent(), 0);
}

static void test_maximum(void **state)
{
	(void)state;
	load(creates(LINES, "-I"), " --max 4");
	check_outcome(1, 0, ": more than 4 entries would be changed; nothing was done");
	assert_int_equal(creates_sent(), 0);
	load(creates(LINES, "-I"), " --max 5");
	check_outcome(0, 0, "");
	assert_int_equal(creates_sent(), LINES);
}

#define EXPECTED                                                                                   \
	"expect -s 10.0.0.1 -d 10.9.0.1 -p tcp --sport 1 --dport 21 --tuple-src 10.0.0.1 "         \
	"--tuple-dst 10.9.0.1 --tuple-port-src 0 --tuple-port-dst 9 --mask-src 255.255.255.255 "   \
	"--mask-dst 255.255.255.255 --mask-port-src 0 --mask-port-dst 65535 -t 9"

/* Expectations count like entries, whichever of the lines passes the limit. */
static void test_maximum_of_expectations(void **state)
{
	(void)state;
	load("-I " EXPECTED "\n", " --max 0");
	check_outcome(1, 0, ": more than 0 entries would be changed; nothing was done");
	assert_int_equal(fault_messages(), 0);
	load("-I " EXPECTED "\n-I -s 10.0.0.9 -d 10.0.0.8 -p 50 -t 9\n-I " EXPECTED "\n",
		" --max 2");
	check_outcome(1, 0, ": more than 2 entries would be changed; nothing was done");
	assert_int_equal(creates_sent(), 0);
}

/* It goes through all lines, and then says what --max would. */
static void test_maximum_dry(void **state)
{
	(void)state;
	load(creates(LINES, "-A"), " --dry-run --max 4 --strict");
	check_outcome(1, 0, ": more than the 4 of --max would be changed: nothing would be done");
	check_outcome(1, 0, ": 5 flow entries would have been created or changed");
	load(creates(LINES, "-A"), " --dry-run --max 5");
	check_outcome(0, 0, ": 5 flow entries would have been created or changed");
	assert_int_equal(creates_sent(), 0);
}

/* Of expectations nothing is kept, so none is deleted as if it were. */
static void test_undo_of_expectations(void **state)
{
	(void)state;
	load("-D -s 10.0.0.1\n-D expect -s 10.0.0.1 -d 10.9.0.1 -p tcp --sport 1 --dport 21 "
	     "--reply-port-src 21 --reply-port-dst 1\n",
		" --undo /dev/null");
	check_outcome(2, 0, ":2: -D expect: --undo does not keep it");
	assert_int_equal(fault_messages(), 0);
}

static void test_copied_from_a_shell(void **state)
{
	(void)state;
	load("# a comment\nconntrack -D -s 10.0.0.1\n", "");
	check_outcome(2, 0, ":2: 'conntrack': a line begins with its command, as -A or -D");
	assert_int_equal(fault_messages(), 0);
}

/* Options of the whole run have no place in a line. */
static void test_not_in_a_line(void **state)
{
	static const char *const options[] = {
		"--explain", "--verify", "--dry-run", "--max 1", "--all", "--undo x", "--strict"};

	(void)state;
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		char line[64];

		snprintf(line, sizeof(line), "-U -s 10.0.0.1 -m 1 %s\n", options[i]);
		load(line, "");
		check_outcome(2, 0, ":1: ");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_creates, fake_setup),
		cmocka_unit_test_setup(test_create_refused, fake_setup),
		cmocka_unit_test_setup(test_not_taken_back, fake_setup),
		cmocka_unit_test_setup(test_add_existing, fake_setup),
		cmocka_unit_test_setup(test_creates_unanswered, fake_setup),
		cmocka_unit_test_setup(test_creates_interrupted, fake_setup),
		cmocka_unit_test_setup(test_no_socket, fake_setup),
		cmocka_unit_test_setup(test_exact, fake_setup),
		cmocka_unit_test_setup(test_exact_gone, fake_setup),
		cmocka_unit_test_setup(test_exact_other, fake_setup),
		cmocka_unit_test_setup(test_exact_zone, fake_setup),
		cmocka_unit_test_setup(test_update_zone, fake_setup),
		cmocka_unit_test_setup(test_bare_zone, fake_setup),
		cmocka_unit_test_setup(test_exact_refused, fake_setup),
		cmocka_unit_test_setup(test_updates, fake_setup),
		cmocka_unit_test_setup(test_updates_refused, fake_setup),
		cmocka_unit_test_setup(test_refused_change_not_shown, fake_setup),
		cmocka_unit_test_setup(test_deletes, fake_setup),
		cmocka_unit_test_setup(test_walk_breaks, fake_setup),
		cmocka_unit_test_setup(test_group_unanswered, fake_setup),
		cmocka_unit_test_setup(test_dry_run, fake_setup),
		cmocka_unit_test_setup(test_dry_run_refused, fake_setup),
		cmocka_unit_test_setup(test_maximum, fake_setup),
		cmocka_unit_test_setup(test_maximum_of_expectations, fake_setup),
		cmocka_unit_test_setup(test_maximum_dry, fake_setup),
		cmocka_unit_test_setup(test_undo_of_expectations, fake_setup),
		cmocka_unit_test_setup(test_copied_from_a_shell, fake_setup),
		cmocka_unit_test_setup(test_not_in_a_line, fake_setup),
	};
	return cmocka_run_group_tests_name("load", tests, NULL, NULL);
}
