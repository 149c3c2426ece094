/* SPDX-License-Identifier: MIT */
/* A dump that is cut, interrupted, sent twice: what is shown is right, and what is not is said. */
#include "commands/walk.h"

#include <errno.h>
#include <linux/netlink.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "commands/recent.h"
#include "seams/transport_fault.h"
#include "unit/commands/fake.h"

static void test_whole(void **state)
{
	(void)state;
	fake_table(50);
	fake_run("-L");
	check_outcome(0, 50, ": 50 flow entries have been shown.");
	assert_null(strstr(outcome.err, "WARNING"));
}

static void test_nothing(void **state)
{
	(void)state;
	fake_end(0);
	fake_run("-L");
	check_outcome(0, 0, ": 0 flow entries have been shown.");
}

/* NLM_F_DUMP_INTR on an entry or on the end mark. */
static void test_interrupted(void **state)
{
	(void)state;
	fake_entry(1);
	fake_end(NLM_F_DUMP_INTR);
	fake_run("-L");
	check_outcome(0, 1, "WARNING: the table was changed while it was read");
}

/* The bucket at which the kernel wanted to go on comes again from its start. */
static void test_bucket_again(void **state)
{
	(void)state;
	for (unsigned n = 1; n <= 12; n++)
		fake_entry(n);
	fake_chunk();
	for (unsigned n = 8; n <= 20; n++)
		fake_entry(n);
	fake_end(0);
	fake_run("-L");
	check_outcome(0, 20, ": 20 flow entries have been shown.");
}

/* The same tuple under another id is another entry, and so is the same id of another. */
static void test_not_twice_the_same(void **state)
{
	struct flow flow;

	(void)state;
	fake_entry(1);
	fake_flow(&flow, 1);
	flow.id++;
	fake_entry_of(&flow);
	fake_flow(&flow, 1);
	flow.tuple[ORIGINAL].part[0]++;
	fake_entry_of(&flow);
	fake_flow(&flow, 1);
	flow.tuple[ORIGINAL].protocol = 6;
	fake_entry_of(&flow);
	fake_end(0);
	fake_run("-L -o id");
	check_outcome(0, 4, ": 4 flow entries have been shown.");
}

static void test_resized(void **state)
{
	(void)state;
	fake_buckets[1] = 8192;
	fake_table(2);
	fake_run("-L");
	check_outcome(0, 2,
		"WARNING: the hash table was resized while it was read (4096 buckets, then 8192); "
		"entries may be missing or come twice");
}

/* What was shown before the dump broke stays, and the exit code says so. (156 would end a message.)
 */
static void test_short(void **state)
{
	(void)state;
	for (size_t length = 0; length < 250; length += 11) {
		fake_setup(state);
		fake_entry(1);
		fake_chunk();
		fake_entry(2);
		fake_entry(3);
		fake_end(0);
		fault_cut(2, length);
		fake_run("-L");
		if (outcome.code != 1)
			fail_msg("cut at %zu: exit %d\n%s%s", length, outcome.code, outcome.out,
				outcome.err);
		assert_non_null(strstr(outcome.out, "src=10.0.0.1 "));
		assert_null(strstr(outcome.out, "src=10.0.0.3 "));
		assert_non_null(strstr(outcome.err, "Operation failed: "));
	}
}

static void test_errors(void **state)
{
	static const struct {
		int error;
		const char *words;
	} rows[] = {
		{-ENOBUFS, "did not fit the receive buffer"},
		{-EMSGSIZE, "longer than any should be"},
		{-ENOMEM, "failed: out of memory"},
		{-EIO, "Input/output error"},
	};

	for (unsigned nth = 1; nth <= 3; nth++) {
		for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
			fake_setup(state);
			fake_entry(1);
			fake_chunk();
			fake_entry(2);
			fake_end(0);
			fault_receive(nth, rows[i].error);
			fake_run("-L");
			check_outcome(1, nth - 1, rows[i].words);
		}
	}
}

static void test_signals(void **state)
{
	(void)state;
	for (unsigned nth = 1; nth <= 7; nth += 2)
		fault_receive(nth, -EINTR);
	fake_entry(1);
	fake_chunk();
	fake_entry(2);
	fake_end(0);
	fake_run("-L");
	check_outcome(0, 2, ": 2 flow entries have been shown.");
}

static void test_refused(void **state)
{
	(void)state;
	fault_refuse(1, EPERM, "");
	fake_run("-L");
	check_outcome(1, 0, "CAP_NET_ADMIN");
	fake_setup(state);
	fault_refuse(1, EINVAL, "of the kernel");
	fake_run("-L");
	check_outcome(1, 0, "the kernel says 'of the kernel'");
}

static void test_no_socket(void **state)
{
	(void)state;
	fault_open(-EPROTONOSUPPORT);
	fake_run("-L");
	check_outcome(1, 0, "cannot open a netlink socket");
}

static void test_not_sent(void **state)
{
	(void)state;
	fault_send(1, -ENOBUFS);
	fake_run("-L");
	check_outcome(1, 0, "Operation failed");
}

/* ------------------------------------------------------------------- recent */

/* Entries whose ids are this far apart: all in chains of their own, or all in one. */
static void check_window(uint32_t apart)
{
	static struct recent recent;
	struct flow flow;

	memset(&recent, 0, sizeof(recent));
	fake_flow(&flow, 1);
	for (unsigned n = 0; n < 10000; n++) {
		flow.id = n * apart;
		assert_false(recent_seen(&recent, &flow));
		/* All of so many before are still known. */
		for (unsigned back = 0; back < RECENT_ENTRIES && back <= n; back += 7) {
			flow.id = (n - back) * apart;
			assert_true(recent_seen(&recent, &flow));
		}
	}
	flow.present &= ~FLOW_ID;
	assert_false(recent_seen(&recent, &flow));
	assert_false(recent_seen(&recent, &flow));
}

static void test_window(void **state)
{
	(void)state;
	check_window(1);
}

static void test_chain(void **state)
{
	(void)state;
	check_window(RECENT_CHAINS);
}

/* Decoding leaves as it was what an entry does not have. */
static void test_parts_not_there(void **state)
{
	static struct recent recent;
	struct flow flow;
	struct tuple *t = &flow.tuple[ORIGINAL];

	(void)state;
	memset(&recent, 0, sizeof(recent));
	fake_flow(&flow, 1);
	t->present &= (uint8_t) ~(TUPLE_PART << 2);
	t->part[2] = 7;
	assert_false(recent_seen(&recent, &flow));
	t->part[2] = 9;
	assert_true(recent_seen(&recent, &flow));
	t->part[0]++;
	assert_false(recent_seen(&recent, &flow));
}

static void test_expectations(void **state)
{
	static struct recent recent;
	struct flow flow;
	struct expectation e = {.present = EXPECTATION_TUPLE | EXPECTATION_ID, .id = 5};

	(void)state;
	memset(&recent, 0, sizeof(recent));
	fake_flow(&flow, 1);
	e.tuple = flow.tuple[ORIGINAL];
	assert_false(recent_expectation_seen(&recent, &e));
	assert_true(recent_expectation_seen(&recent, &e));
	e.id++;
	assert_false(recent_expectation_seen(&recent, &e));
	e.tuple.part[0]++;
	assert_false(recent_expectation_seen(&recent, &e));
	e.present = EXPECTATION_TUPLE;
	assert_false(recent_expectation_seen(&recent, &e));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_whole, fake_setup),
		cmocka_unit_test_setup(test_nothing, fake_setup),
		cmocka_unit_test_setup(test_interrupted, fake_setup),
		cmocka_unit_test_setup(test_bucket_again, fake_setup),
		cmocka_unit_test_setup(test_not_twice_the_same, fake_setup),
		cmocka_unit_test_setup(test_resized, fake_setup),
		cmocka_unit_test_setup(test_short, fake_setup),
		cmocka_unit_test_setup(test_errors, fake_setup),
		cmocka_unit_test_setup(test_signals, fake_setup),
		cmocka_unit_test_setup(test_refused, fake_setup),
		cmocka_unit_test_setup(test_no_socket, fake_setup),
		cmocka_unit_test_setup(test_not_sent, fake_setup),
		cmocka_unit_test(test_window),
		cmocka_unit_test(test_chain),
		cmocka_unit_test(test_parts_not_there),
		cmocka_unit_test(test_expectations),
	};
	return cmocka_run_group_tests_name("walk", tests, NULL, NULL);
}
