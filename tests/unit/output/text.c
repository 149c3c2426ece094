/* SPDX-License-Identifier: MIT */
#include "sample.h"

static void check(const struct flow *flow, unsigned flags, const char *expected)
{
	struct output how = {.format = &output_text, .flags = flags};

	check_flow_with(&how, flow, NULL, expected);
}

static void check_event(
	const struct flow *flow, const struct event *event, unsigned flags, const char *expected)
{
	struct output how = {.format = &output_text, .flags = flags, .subject = SUBJECT_EVENTS};

	check_flow_with(&how, flow, event, expected);
}

static void test_each_protocol(void **state)
{
	struct flow flow = make_tcp();

	(void)state;
	check(&flow, 0,
		"tcp      6 99 ESTABLISHED src=192.0.2.1 dst=198.51.100.1 sport=1000 dport=80 "
		"src=198.51.100.1 dst=192.0.2.1 sport=80 dport=1000 [ASSURED] mark=0 use=1\n");
	flow = make_udp();
	check(&flow, 0,
		"udp      17 99 src=192.0.2.3 dst=198.51.100.2 sport=1000 dport=53 [UNREPLIED] "
		"src=198.51.100.2 dst=192.0.2.3 sport=53 dport=1000 mark=0 use=1\n");
	flow = make_flow(IPPROTO_UDPLITE, "2001:db8::1", "2001:db8::2", 5, 6);
	check(&flow, 0,
		"udplite  136 99 src=2001:db8::1 dst=2001:db8::2 sport=5 dport=6 [UNREPLIED] "
		"src=2001:db8::2 dst=2001:db8::1 sport=6 dport=5\n");
	flow = make_icmp();
	check(&flow, 0,
		"icmp     1 99 src=192.0.2.200 dst=198.51.100.2 type=8 code=0 id=7 [UNREPLIED] "
		"src=198.51.100.2 dst=192.0.2.200 type=0 code=0 id=7 mark=0 use=1\n");
	flow = make_icmpv6();
	check(&flow, 0,
		"icmpv6   58 99 src=2001:db8::1 dst=2001:db8::2 type=128 code=0 id=5 [UNREPLIED] "
		"src=2001:db8::2 dst=2001:db8::1 type=129 code=0 id=5 mark=0 use=1\n");
	flow = make_flow(IPPROTO_GRE, "192.0.2.15", "198.51.100.20", 10, 32);
	check(&flow, 0,
		"gre      47 99 src=192.0.2.15 dst=198.51.100.20 srckey=0xa dstkey=0x20 "
		"[UNREPLIED] "
		"src=198.51.100.20 dst=192.0.2.15 srckey=0x20 dstkey=0xa\n");
	flow = make_sctp(8);
	check(&flow, 0,
		"sctp     132 99 HEARTBEAT_SENT src=192.0.2.1 dst=198.51.100.1 sport=1 dport=2 "
		"[UNREPLIED] src=198.51.100.1 dst=192.0.2.1 sport=2 dport=1 mark=0 use=1\n");
	flow = make_dccp();
	check(&flow, 0,
		"dccp     33 99 OPEN src=192.0.2.13 dst=198.51.100.20 sport=4003 dport=56 "
		"[UNREPLIED] src=198.51.100.20 dst=192.0.2.13 sport=56 dport=4003 mark=0 use=1\n");
	flow = make_unknown();
	check(&flow, 0,
		"unknown  89 99 src=192.0.2.7 dst=198.51.100.2 [UNREPLIED] "
		"src=198.51.100.2 dst=192.0.2.7 mark=0 use=1\n");
}

static void test_extended_and_id(void **state)
{
	struct flow flow = make_tcp();

	(void)state;
	check(&flow, OUTPUT_EXTENDED | OUTPUT_ID | OUTPUT_USERSPACE,
		"ipv4     2 tcp      6 99 ESTABLISHED src=192.0.2.1 dst=198.51.100.1 sport=1000 "
		"dport=80 src=198.51.100.1 dst=192.0.2.1 sport=80 dport=1000 [ASSURED] mark=0 "
		"use=1 "
		"id=728964595\n");
	flow = make_icmpv6();
	flow.status |= IPS_SEEN_REPLY;
	check(&flow, OUTPUT_EXTENDED,
		"ipv6     10 icmpv6   58 99 src=2001:db8::1 dst=2001:db8::2 type=128 code=0 id=5 "
		"src=2001:db8::2 dst=2001:db8::1 type=129 code=0 id=5 mark=0 use=1\n");
}

static void test_zones(void **state)
{
	struct flow flow = make_udp();

	(void)state;
	flow.present |= FLOW_ZONE;
	flow.zone = 0;
	check(&flow, 0,
		"udp      17 99 src=192.0.2.3 dst=198.51.100.2 sport=1000 dport=53 [UNREPLIED] "
		"src=198.51.100.2 dst=192.0.2.3 sport=53 dport=1000 mark=0 use=1\n");
	flow.zone = 65535;
	set_tuple_zone(&flow.tuple[ORIGINAL], 6);
	set_tuple_zone(&flow.tuple[REPLY], 7);
	set_counters(&flow);
	check(&flow, 0,
		"udp      17 99 src=192.0.2.3 dst=198.51.100.2 sport=1000 dport=53 zone-orig=6 "
		"packets=2 bytes=156 [UNREPLIED] src=198.51.100.2 dst=192.0.2.3 sport=53 "
		"dport=1000 "
		"zone-reply=7 packets=18446744073709551615 bytes=18446744073709551615 mark=0 "
		"zone=65535 use=1\n");
}

static void test_first_of_the_status_words(void **state)
{
	struct flow flow = make_flow(IPPROTO_UDP, "1.1.1.1", "2.2.2.2", 1, 2);

	(void)state;
	flow.present &= ~(FLOW_TIMEOUT | FLOW_ID);
	flow.status = IPS_SEEN_REPLY | IPS_ASSURED | IPS_OFFLOAD;
	check(&flow, 0,
		"udp      17 src=1.1.1.1 dst=2.2.2.2 sport=1 dport=2 "
		"src=2.2.2.2 dst=1.1.1.1 sport=2 dport=1 [OFFLOAD]\n");
	flow.status |= IPS_HW_OFFLOAD;
	check(&flow, 0,
		"udp      17 src=1.1.1.1 dst=2.2.2.2 sport=1 dport=2 "
		"src=2.2.2.2 dst=1.1.1.1 sport=2 dport=1 [HW_OFFLOAD]\n");
	flow.present &= ~FLOW_STATUS;
	check(&flow, 0,
		"udp      17 src=1.1.1.1 dst=2.2.2.2 sport=1 dport=2 "
		"src=2.2.2.2 dst=1.1.1.1 sport=2 dport=1\n");
}

static void test_everything_in_its_place(void **state)
{
	struct flow flow = make_tcp();
	struct label_map map;
	struct output how = {
		.format = &output_text,
		.flags = OUTPUT_ID | OUTPUT_KTIMESTAMP | OUTPUT_LABELS,
		.labels = &map,
	};

	(void)state;
	make_label_map(&map);
	flow.present |=
		FLOW_SECMARK | FLOW_SECCTX | FLOW_ZONE | FLOW_START | FLOW_STOP | FLOW_HELPER;
	flow.mark = 4294967295;
	flow.secmark = 77;
	set_slice(&flow.secctx, "u:r:t:s0", 8);
	flow.zone = 3;
	flow.start = SAMPLE_NANOSECONDS + 1;
	flow.stop = SAMPLE_NANOSECONDS + UINT64_C(20 * 86400) * 1000000000;
	strcpy(flow.helper, "ftp");
	set_label(&flow, 40);
	set_label(&flow, 0);
	set_label(&flow, 99); /* has no name */
	check_flow_with(&how, &flow, NULL,
		"tcp      6 99 ESTABLISHED src=192.0.2.1 dst=198.51.100.1 sport=1000 dport=80 "
		"src=198.51.100.1 dst=192.0.2.1 sport=80 dport=1000 [ASSURED] mark=4294967295 "
		"secmark=77 secctx=u:r:t:s0 zone=3 delta-time=1728000 "
		"[start=Mon Nov 24 22:07:23 2025] [stop=Sun Dec 14 22:07:23 2025] helper=ftp use=1 "
		"id=728964595 labels=zero,forty\n");
}

static void test_labels(void **state)
{
	static const char line[] =
		"udp      17 99 src=192.0.2.3 dst=198.51.100.2 sport=1000 dport=53 "
		"[UNREPLIED] src=198.51.100.2 dst=192.0.2.3 sport=53 dport=1000 "
		"mark=0 use=1";
	struct flow flow = make_udp();
	struct label_map map;
	struct output how = {.format = &output_text, .flags = OUTPUT_LABELS, .labels = &map};
	char expected[256];

	(void)state;
	make_label_map(&map);
	set_label(&flow, 127);
	snprintf(expected, sizeof(expected), "%s\n", line);
	check_flow_with(&how, &flow, NULL, expected); /* no bit has a name */
	set_label(&flow, 2);
	check(&flow, OUTPUT_LABELS, expected); /* no list */
	how.flags = 0;
	check_flow_with(&how, &flow, NULL, expected); /* not asked for */
	how.flags = OUTPUT_LABELS;
	snprintf(expected, sizeof(expected), "%s labels=two words\n", line);
	check_flow_with(&how, &flow, NULL, expected);
}

static void test_age(void **state)
{
	struct flow flow = make_flow(IPPROTO_UDP, "1.1.1.1", "2.2.2.2", 1, 2);
	char expected[256];
	const struct {
		uint64_t start;
		const char *age;
	} rows[] = {
		{SAMPLE_NANOSECONDS, "9"},
		{SAMPLE_NANOSECONDS + 999999999, "9"},
		{SAMPLE_NANOSECONDS + UINT64_C(60000000000), "0"}, /* a clock set back */
		{0, "1764022052"},
	};

	(void)state;
	flow.present |= FLOW_START;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		flow.start = rows[i].start;
		snprintf(expected, sizeof(expected),
			"udp      17 99 src=1.1.1.1 dst=2.2.2.2 sport=1 dport=2 [UNREPLIED] "
			"src=2.2.2.2 dst=1.1.1.1 sport=2 dport=1 delta-time=%s\n",
			rows[i].age);
		check(&flow, 0, expected);
	}
}

static void test_day_of_the_month(void **state)
{
	static const char line[] = "udp      17 src=1.1.1.1 dst=2.2.2.2 sport=1 dport=2 "
				   "src=2.2.2.2 dst=1.1.1.1 sport=2 dport=1 delta-time=0 [start=";
	static const struct {
		uint64_t start;
		const char *date;
	} rows[] = {
		{UINT64_C(1764547200), "Mon Dec  1 00:00:00 2025"},
		{UINT64_C(1765324799), "Tue Dec  9 23:59:59 2025"},
		{UINT64_C(1765324800), "Wed Dec 10 00:00:00 2025"},
		{UINT64_C(1767225599), "Wed Dec 31 23:59:59 2025"},
		{UINT64_C(1767225600), "Thu Jan  1 00:00:00 2026"},
	};
	struct flow flow = make_flow(IPPROTO_UDP, "1.1.1.1", "2.2.2.2", 1, 2);

	(void)state;
	flow.present = FLOW_START;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char expected[256];

		flow.start = rows[i].start * 1000000000;
		snprintf(expected, sizeof(expected), "%s%s]\n", line, rows[i].date);
		check(&flow, OUTPUT_KTIMESTAMP, expected);
	}
}

static void test_events(void **state)
{
	struct flow flow = make_flow(IPPROTO_UDP, "1.1.1.1", "2.2.2.2", 1, 2);
	struct event event = {.type = EVENT_NEW, .received = {1764022043, 5432999}};

#define REST                                                                                       \
	"udp      17 99 src=1.1.1.1 dst=2.2.2.2 sport=1 dport=2 [UNREPLIED] "                      \
	"src=2.2.2.2 dst=1.1.1.1 sport=2 dport=1"
	(void)state;
	check_event(&flow, &event, 0, "    [NEW] " REST "\n");
	event.type = EVENT_UPDATE;
	check_event(&flow, &event, 0, " [UPDATE] " REST "\n");
	event.type = EVENT_DESTROY;
	check_event(&flow, &event, OUTPUT_TIMESTAMP | OUTPUT_ID,
		"[1764022043.005432]\t[DESTROY] " REST " id=728964595\n");
	flow.present |= FLOW_EVENT_TIME;
	flow.event_time = UINT64_C(1764022001999999999);
	check_event(&flow, &event, OUTPUT_TIMESTAMP, "[1764022001.999999]\t[DESTROY] " REST "\n");
	event.port = 4294967295;
	check_event(&flow, &event, 0, "[DESTROY] " REST " [USERSPACE] portid=4294967295\n");
	event.program = "con\ntrack";
	check_event(&flow, &event, OUTPUT_ID,
		"[DESTROY] " REST " id=728964595 [USERSPACE] portid=4294967295 "
		"progname=con\\x0atrack\n");
	/* Both times, and an event that is none of its own. */
	event = (struct event){
		.type = EVENT_NEW, .source = EVENT_SNAPSHOT, .received = {1764022043, 5432999}};
	check_event(&flow, &event, OUTPUT_TIMESTAMP | OUTPUT_RECEIVED | OUTPUT_ID,
		"[1764022001.999999]\t    [NEW] " REST
		" received=1764022043.005432 id=728964595 [SNAPSHOT]\n");
	event.source = EVENT_RESYNC;
	check_event(&flow, &event, 0, "    [NEW] " REST " [RESYNC]\n");
	check_event(&flow, NULL, OUTPUT_RECEIVED, REST "\n");
#undef REST
}

/* What is left of an entry that was found to be gone. */
static void test_end_of_the_unknown(void **state)
{
	struct flow flow = {.present = FLOW_ID, .id = 77};
	struct event event = {.type = EVENT_DESTROY, .source = EVENT_RESYNC};

	(void)state;
	flow.tuple[ORIGINAL].protocol = IPPROTO_UDP;
	flow.tuple[ORIGINAL].present = TUPLE_PROTOCOL;
	check_event(&flow, &event, OUTPUT_ID, "[DESTROY] udp      17 id=77 [RESYNC]\n");
}

static void test_gap_is_no_line(void **state)
{
	struct gap gap = {.overruns = 1, .lost = 2, .lost_known = true};
	struct page page;

	(void)state;
	page_open(&page, &output_text);
	output_gap(&page.output, &gap);
	assert_string_equal(page_text(&page), "");
	page_close(&page);
}

static void test_timestamp_of_a_list_is_none(void **state)
{
	struct flow flow = make_unknown();

	(void)state;
	check(&flow, OUTPUT_TIMESTAMP,
		"unknown  89 99 src=192.0.2.7 dst=198.51.100.2 [UNREPLIED] "
		"src=198.51.100.2 dst=192.0.2.7 mark=0 use=1\n");
}

static void test_little_is_known(void **state)
{
	struct flow flow = {.present = 0};

	(void)state;
	check(&flow, 0, "unknown  0\n");
	flow.tuple[REPLY] = make_tuple(IPPROTO_TCP, "1.2.3.4", "5.6.7.8", 0, NULL);
	flow.present = FLOW_STATE;
	flow.state = 200;
	check(&flow, 0, "tcp      6 200 src=1.2.3.4 dst=5.6.7.8\n");
}

static void test_hostile_text(void **state)
{
	struct flow flow = {.present = FLOW_SECCTX};

	(void)state;
	set_slice(&flow.secctx, HOSTILE, HOSTILE_LENGTH);
	check(&flow, 0,
		"unknown  0 secctx=a\"b\\c<d>&'\\x0a\\x09\\x0d\\x01\\x1b\\x7f\\xc2\\x9b\xc3\xa9"
		"\\xff\\xed\\xa0\\x80\xf0\x9f\x98\x80\\xe2\\x82\n");
}

/* RFC 3629: which bytes are characters; the others are shown one by one. */
static void test_utf8(void **state)
{
	static const struct {
		const char *bytes;
		const char *shown;
	} rows[] = {
		{"\x80", "\\x80"},
		{"\xbf", "\\xbf"},
		{"\xc0\x80", "\\xc0\\x80"},
		{"\xc1\xbf", "\\xc1\\xbf"},
		{"\xc2\xa0", "\xc2\xa0"},
		{"\xc2\x9f", "\\xc2\\x9f"}, /* a control */
		{"\xc2\xc0", "\\xc2\\xc0"},
		{"\xdf\xbf", "\xdf\xbf"},
		{"\xe0\x9f\xbf", "\\xe0\\x9f\\xbf"},
		{"\xe0\xa0\x80", "\xe0\xa0\x80"},
		{"\xe1\x80\xc0", "\\xe1\\x80\\xc0"},
		{"\xed\x9f\xbf", "\xed\x9f\xbf"},
		{"\xed\xa0\x80", "\\xed\\xa0\\x80"},
		{"\xef\xbf\xbf", "\xef\xbf\xbf"},
		{"\xf0\x8f\xbf\xbf", "\\xf0\\x8f\\xbf\\xbf"},
		{"\xf0\x90\x80\x80", "\xf0\x90\x80\x80"},
		{"\xf1\x80\x80", "\\xf1\\x80\\x80"},
		{"\xf4\x8f\xbf\xbf", "\xf4\x8f\xbf\xbf"},
		{"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"},
		{"\xf5\x80\x80\x80", "\\xf5\\x80\\x80\\x80"},
		{"\xff", "\\xff"},
	};
	struct flow flow = {.present = FLOW_SECCTX};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char expected[64];

		set_slice(&flow.secctx, rows[i].bytes, strlen(rows[i].bytes));
		snprintf(expected, sizeof(expected), "unknown  0 secctx=%s\n", rows[i].shown);
		check(&flow, 0, expected);
	}
}

static void check_expectation(const struct expectation *e, unsigned flags,
	const struct event *event, const char *expected)
{
	struct page page;

	page_open(&page, &output_text);
	page.output.flags = flags;
	page.output.expectations = true;
	output_expectation(&page.output, e, event);
	output_end(&page.output);
	assert_string_equal(page_text(&page), expected);
	page_close(&page);
}

static void test_expectations(void **state)
{
	struct expectation e = make_expectation();
	struct event event = {
		.type = EVENT_NEW, .received = {1764022043, 7000}, .port = 5, .program = "x"};

#define TUPLES                                                                                     \
	"proto=6 src=192.0.2.7 dst=192.0.2.8 sport=0 dport=5000 mask-src=255.255.255.255 "         \
	"mask-dst=255.255.255.255 sport=0 dport=65535 master-src=127.0.0.1 "                       \
	"master-dst=127.0.0.1 sport=1024 dport=21 "
	(void)state;
	check_expectation(
		&e, OUTPUT_ID | OUTPUT_EXTENDED, NULL, "299 " TUPLES "class=0 helper=ftp\n");
	check_expectation(&e, 0, &event, "    [NEW] 299 " TUPLES "class=0 helper=ftp\n");
	check_expectation(&e, OUTPUT_RECEIVED, &event,
		"    [NEW] 299 " TUPLES "class=0 helper=ftp received=1764022043.000007\n");
	event.type = EVENT_DESTROY;
	check_expectation(&e, OUTPUT_TIMESTAMP, &event,
		"[1764022043.000007]\t[DESTROY] 299 " TUPLES "class=0 helper=ftp\n");
	e.flags = EXPECTATION_PERMANENT;
	e.present &= ~(uint32_t)(EXPECTATION_TIMEOUT | EXPECTATION_HELPER);
	check_expectation(&e, 0, NULL, TUPLES "PERMANENT class=0\n");
	e.flags = EXPECTATION_PERMANENT | EXPECTATION_INACTIVE | EXPECTATION_USERSPACE;
	e.present |= EXPECTATION_ZONE;
	e.zone = 9;
	e.class = 3;
	check_expectation(&e, 0, NULL, TUPLES "zone=9 PERMANENT,INACTIVE,USERSPACE class=3\n");
#undef TUPLES
}

static void test_time_of_a_listed_expectation(void **state)
{
	struct expectation e = make_expectation();
	struct timespec before, after;
	struct page page;
	long second, microsecond;
	int end = 0;

	(void)state;
	/* time(2) may be some milliseconds late. */
	clock_gettime(CLOCK_REALTIME, &before);
	page_open(&page, &output_text);
	page.output.flags = OUTPUT_TIMESTAMP;
	output_expectation(&page.output, &e, NULL);
	clock_gettime(CLOCK_REALTIME, &after);
	sscanf(page_text(&page), "[%ld.%6ld]\t299 proto=6 %n", &second, &microsecond, &end);
	assert_true(end > 0);
	assert_in_range(second, before.tv_sec, after.tv_sec);
	assert_in_range(microsecond, 0, 999999);
	assert_int_equal(strcspn(strchr(page.text, '.') + 1, "]"), 6);
	page_close(&page);
}

static void test_statistics(void **state)
{
	struct stats stats = {.table = STATS_CONNTRACK, .cpu = 0, .count = 3};
	struct page page;

	(void)state;
	page_open(&page, &output_text);
	stats.counter[0].type = 2; /* CTA_STATS_FOUND */
	stats.counter[0].value = 4294967295;
	stats.counter[1].type = 4; /* CTA_STATS_INVALID */
	stats.counter[2].type = 60;
	stats.counter[2].value = 5;
	output_stats(&page.output, &stats);
	stats.cpu = 12345;
	stats.count = 1;
	output_stats(&page.output, &stats);
	stats = (struct stats){.table = STATS_EXPECT, .cpu = 10, .count = 1};
	stats.counter[0].type = 1; /* CTA_STATS_EXP_NEW */
	output_stats(&page.output, &stats);
	output_count(&page.output, UINT64_MAX);
	output_end(&page.output);
	assert_string_equal(page_text(&page), "cpu=0   \tfound=4294967295 invalid=0 unknown60=5 \n"
					      "cpu=12345\tfound=4294967295 \n"
					      "cpu=10  \texpect_new=0 \n"
					      "18446744073709551615\n");
	page_close(&page);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_protocol),
		cmocka_unit_test(test_extended_and_id),
		cmocka_unit_test(test_zones),
		cmocka_unit_test(test_first_of_the_status_words),
		cmocka_unit_test(test_everything_in_its_place),
		cmocka_unit_test(test_labels),
		cmocka_unit_test(test_age),
		cmocka_unit_test(test_day_of_the_month),
		cmocka_unit_test(test_events),
		cmocka_unit_test(test_end_of_the_unknown),
		cmocka_unit_test(test_gap_is_no_line),
		cmocka_unit_test(test_timestamp_of_a_list_is_none),
		cmocka_unit_test(test_little_is_known),
		cmocka_unit_test(test_hostile_text),
		cmocka_unit_test(test_utf8),
		cmocka_unit_test(test_expectations),
		cmocka_unit_test(test_time_of_a_listed_expectation),
		cmocka_unit_test(test_statistics),
	};

	setenv("TZ", "UTC", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
