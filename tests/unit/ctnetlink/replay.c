/* SPDX-License-Identifier: MIT */
/* What a real kernel said (tests/recordings), decoded, whole and cut anywhere. */
#include <errno.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ctnetlink/decode.h"
#include "ctnetlink/encode.h"
#include "ctnetlink/event_socket.h"
#include "ctnetlink/socket.h"
#include "edge.h"
#include "seams/transport_replay.h"

static struct ct_socket s;
static struct ct_answer answer;
static struct packet request;
static _Alignas(struct nlmsghdr) uint8_t bytes[256];

/* What was seen, put together over a whole recording. */
static struct {
	unsigned messages, of_kind[4], expectations, of_protocol[256];
	uint64_t present;
	unsigned tuple_present[DIRECTIONS];
	uint32_t status;
} seen;

static void open_recording(const char *name)
{
	static char path[4096];
	const char *folder = getenv("CONNTRACK_RECORDINGS");
	assert_non_null(folder);
	snprintf(path, sizeof(path), "%s/%s.nl", folder, name);
	transport_replay_file(path);
	assert_int_equal(ct_open(&s), 0);
	packet_init(&request, bytes, sizeof(bytes));
	memset(&seen, 0, sizeof(seen));
}

/* All of it that a message cut to this length still gives is true. */
static void check_cut(const struct nlmsghdr *message, size_t length, const struct flow *whole)
{
	struct flow flow;
	assert_int_equal(decode_flow(at_edge(message, length), &flow), 0);
	assert_int_equal(flow.present & ~whole->present, 0);
	if (flow.present & FLOW_ID)
		assert_int_equal(flow.id, whole->id);
	for (unsigned d = 0; d < DIRECTIONS; d++)
		assert_int_equal(flow.tuple[d].present & ~whole->tuple[d].present, 0);
}

static void see_flow(const struct nlmsghdr *message)
{
	struct flow flow;
	assert_int_equal(decode_flow(message, &flow), 0);
	for (unsigned d = 0; d < DIRECTIONS; d++) {
		const struct tuple *t = &flow.tuple[d];
		assert_int_equal(t->present & (TUPLE_ADDRESSES | TUPLE_PROTOCOL),
			TUPLE_ADDRESSES | TUPLE_PROTOCOL);
		seen.tuple_present[d] |= t->present;
	}
	assert_int_not_equal(flow_family(&flow), AF_UNSPEC);
	assert_true(flow.present & FLOW_STATUS);
	assert_true(flow.present & FLOW_ID);
	seen.present |= flow.present;
	seen.status |= flow.status;
	seen.of_protocol[flow.tuple[ORIGINAL].protocol]++;
	for (size_t length = 20; length < message->nlmsg_len; length++)
		check_cut(message, length, &flow);
}

static void see_expectation(const struct nlmsghdr *message)
{
	struct expectation e;
	const uint32_t all = EXPECTATION_TUPLE | EXPECTATION_MASK | EXPECTATION_MASTER |
			     EXPECTATION_TIMEOUT | EXPECTATION_ID | EXPECTATION_HELPER |
			     EXPECTATION_FLAGS | EXPECTATION_CLASS;
	assert_int_equal(decode_expectation(message, &e), 0);
	assert_int_equal(e.present & all, all);
	assert_string_equal(e.helper, "ftp");
	assert_int_equal(e.tuple.part[1], 160 * 256 + 99);
	assert_int_equal(e.mask.part[1], 0xffff);
	assert_int_equal(e.master.part[1], 2121);
	seen.expectations++;
}

static int see(const struct nlmsghdr *message, void *data)
{
	(void)data;
	seen.messages++;
	seen.of_kind[decode_kind(message)]++;
	if (decode_is_expectation(message))
		see_expectation(message);
	else
		see_flow(message);
	return 0;
}

static void test_dump(void **state)
{
	static const uint8_t protocols[] = {IPPROTO_TCP, IPPROTO_UDP, IPPROTO_UDPLITE, IPPROTO_SCTP,
		IPPROTO_DCCP, IPPROTO_GRE, IPPROTO_ICMP, IPPROTO_ICMPV6, IPPROTO_ESP, 253};
	const uint64_t all = FLOW_STATUS | FLOW_TIMEOUT | FLOW_MARK | FLOW_USE | FLOW_ID |
			     FLOW_ZONE | FLOW_STATE | FLOW_COUNTERS | FLOW_COUNTERS << REPLY |
			     FLOW_START | FLOW_HELPER | FLOW_LABELS | FLOW_SEQUENCE |
			     FLOW_SEQUENCE << REPLY | FLOW_SYNPROXY | FLOW_WINDOW_SCALE |
			     FLOW_WINDOW_SCALE << REPLY | FLOW_TCP_FLAGS | FLOW_TCP_FLAGS << REPLY |
			     FLOW_VTAG | FLOW_VTAG << REPLY | FLOW_MASTER;
	(void)state;
	open_recording("dump");
	assert_int_equal(encode_dump(&request, DUMP_TABLE, NULL), 0);
	assert_int_equal(ct_dump(&s, &request, see, NULL, &answer), 0);
	assert_true(seen.messages > 30);
	assert_int_equal(seen.messages, seen.of_kind[MESSAGE_UPDATE]);
	assert_int_equal(seen.present, all);
	assert_true(seen.tuple_present[ORIGINAL] & TUPLE_ZONE);
	assert_true(seen.tuple_present[REPLY] & TUPLE_ZONE);
	assert_true(seen.status & IPS_SRC_NAT && seen.status & IPS_DST_NAT);
	for (size_t i = 0; i < sizeof(protocols); i++)
		assert_true(seen.of_protocol[protocols[i]] > 0);
	ct_close(&s);
}

static void test_events(void **state)
{
	struct event_socket events;
	unsigned broken = 0;
	int got;
	(void)state;
	open_recording("events");
	ct_close(&s);
	assert_int_equal(event_socket_open(&events), 0);
	assert_int_equal(event_socket_receive(&events, see, NULL, &broken), -EAGAIN);
	assert_int_equal(ct_subscribe(&events.socket, 1), 0);
	while ((got = event_socket_receive(&events, see, NULL, &broken)) > 0)
		;
	assert_int_equal(got, -EAGAIN);
	assert_int_equal(broken, 0);
	assert_true(seen.of_kind[MESSAGE_NEW] > 20);
	assert_true(seen.of_kind[MESSAGE_UPDATE] > 5);
	assert_true(seen.of_kind[MESSAGE_DESTROY] > 0);
	assert_int_equal(seen.of_kind[MESSAGE_OTHER], 0);
	assert_true(seen.expectations > 0);
	/* What only the end of an entry has. */
	assert_true(seen.present & FLOW_STOP);
	event_socket_close(&events);
}

static void test_expectations(void **state)
{
	(void)state;
	open_recording("expect");
	assert_int_equal(encode_expectation_dump(&request, AF_UNSPEC), 0);
	assert_int_equal(ct_dump(&s, &request, see, NULL, &answer), 0);
	assert_int_equal(seen.expectations, 1);
	ct_close(&s);
}

static int see_stats(const struct nlmsghdr *message, void *data)
{
	struct stats stats;
	const enum stats_table *table = data;
	assert_int_equal(decode_stats(message, *table, &stats), 0);
	assert_int_equal(stats.cpu, seen.messages);
	assert_int_equal(stats.count, *table == STATS_EXPECT ? 3 : 10);
	seen.messages++;
	return 0;
}

static void test_stats(void **state)
{
	(void)state;
	for (enum stats_table table = STATS_CONNTRACK; table < STATS_TABLES; table++) {
		open_recording(table == STATS_EXPECT ? "stats-expect" : "stats");
		assert_int_equal(encode_stats(&request, table), 0);
		assert_int_equal(ct_dump(&s, &request, see_stats, &table, &answer), 0);
		assert_true(seen.messages > 0);
		ct_close(&s);
	}
}

static int see_global(const struct nlmsghdr *message, void *data)
{
	uint32_t *entries = data;
	uint32_t maximum;
	assert_int_equal(decode_global(message, entries, &maximum), 0);
	assert_true(maximum > 0);
	return 0;
}

static void test_global(void **state)
{
	uint32_t entries = 0;
	(void)state;
	open_recording("global");
	assert_int_equal(encode_global(&request), 0);
	assert_int_equal(ct_ask(&s, &request, see_global, &entries, &answer), 0);
	assert_true(entries > 30);
	ct_close(&s);
}

static void test_refusal(void **state)
{
	(void)state;
	open_recording("refused");
	assert_int_equal(encode_global(&request), 0);
	assert_int_equal(ct_ask(&s, &request, see_global, NULL, &answer), -ERANGE);
	assert_int_equal(answer.error, ERANGE);
	assert_string_equal(answer.text, "Attribute failed policy validation");
	assert_true(answer.has_offset);
	assert_int_equal(answer.offset, 20);
	ct_close(&s);
}

/* A change is acknowledged, and the recording can be asked for again. */
static void test_change(void **state)
{
	(void)state;
	open_recording("dump");
	for (unsigned i = 0; i < 2; i++) {
		packet_init(&request, bytes, sizeof(bytes));
		assert_int_equal(encode_flush(&request, NULL), 0);
		assert_int_equal(ct_ask(&s, &request, NULL, NULL, &answer), 0);
		packet_init(&request, bytes, sizeof(bytes));
		assert_int_equal(encode_dump(&request, DUMP_TABLE, NULL), 0);
		assert_int_equal(ct_dump(&s, &request, see, NULL, &answer), 0);
	}
	assert_true(seen.messages > 60);
	ct_close(&s);
}

static void test_no_recording(void **state)
{
	(void)state;
	transport_replay_file("/nonexistent/recording");
	assert_int_equal(ct_open(&s), -ENOENT);
	ct_close(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dump),
		cmocka_unit_test(test_events),
		cmocka_unit_test(test_expectations),
		cmocka_unit_test(test_stats),
		cmocka_unit_test(test_global),
		cmocka_unit_test(test_refusal),
		cmocka_unit_test(test_change),
		cmocka_unit_test(test_no_recording),
	};
	return cmocka_run_group_tests_name("replay", tests, open_edge, NULL);
}
