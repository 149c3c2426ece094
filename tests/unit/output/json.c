/* SPDX-License-Identifier: MIT */
#include "sample.h"

static const struct output list = {.format = &output_json};

static void check(const struct flow *flow, const char *expected)
{
	check_flow_with(&list, flow, NULL, expected);
}

static void test_tcp(void **state)
{
	struct flow flow = make_tcp();

	(void)state;
	flow.present |= FLOW_WINDOW_SCALE << ORIGINAL | FLOW_WINDOW_SCALE << REPLY |
			FLOW_TCP_FLAGS << ORIGINAL | FLOW_TCP_FLAGS << REPLY;
	flow.window_scale[ORIGINAL] = 7;
	flow.window_scale[REPLY] = 14;
	flow.tcp_flags[ORIGINAL].flags = 0xff;
	flow.tcp_flags[REPLY].flags = 0;
	set_counters(&flow);
	check(&flow,
		"{\"family\":\"ipv4\",\"protocol\":\"tcp\",\"protocol_number\":6,"
		"\"original\":{\"source\":\"192.0.2.1\",\"destination\":\"198.51.100.1\","
		"\"source_port\":1000,\"destination_port\":80,\"packets\":2,\"bytes\":156,"
		"\"window_scale\":7,\"tcp_flags\":[\"WINDOW_SCALE\",\"SACK_PERM\",\"CLOSE_INIT\","
		"\"BE_LIBERAL\",\"DATA_UNACKNOWLEDGED\",\"MAXACK_SET\",\"EXP_CHALLENGE_ACK\","
		"\"SIMULTANEOUS_OPEN\"]},"
		"\"reply\":{\"source\":\"198.51.100.1\",\"destination\":\"192.0.2.1\","
		"\"source_port\":80,\"destination_port\":1000,\"packets\":18446744073709551615,"
		"\"bytes\":18446744073709551615,\"window_scale\":14,\"tcp_flags\":[]},"
		"\"status\":[\"SEEN_REPLY\",\"ASSURED\",\"CONFIRMED\"],\"timeout\":99,"
		"\"state\":\"ESTABLISHED\",\"mark\":0,\"use\":1,\"id\":728964595}\n");
}

static void test_other_protocols(void **state)
{
	struct flow flow = make_icmpv6();

	(void)state;
	check(&flow, "{\"family\":\"ipv6\",\"protocol\":\"icmpv6\",\"protocol_number\":58,"
		     "\"original\":{\"source\":\"2001:db8::1\",\"destination\":\"2001:db8::2\","
		     "\"type\":128,\"code\":0,\"id\":5},"
		     "\"reply\":{\"source\":\"2001:db8::2\",\"destination\":\"2001:db8::1\","
		     "\"type\":129,\"code\":0,\"id\":5},"
		     "\"status\":[\"CONFIRMED\"],\"timeout\":99,\"mark\":0,\"use\":1,\"id\":5}\n");
	flow = make_flow(IPPROTO_GRE, "192.0.2.6", "198.51.100.2", 1, 0xff00);
	check(&flow, "{\"family\":\"ipv4\",\"protocol\":\"gre\",\"protocol_number\":47,"
		     "\"original\":{\"source\":\"192.0.2.6\",\"destination\":\"198.51.100.2\","
		     "\"source_key\":1,\"destination_key\":65280},"
		     "\"reply\":{\"source\":\"198.51.100.2\",\"destination\":\"192.0.2.6\","
		     "\"source_key\":65280,\"destination_key\":1},"
		     "\"status\":[\"CONFIRMED\"],\"timeout\":99,\"id\":728964595}\n");
	flow = make_unknown();
	check(&flow, "{\"family\":\"ipv4\",\"protocol_number\":89,"
		     "\"original\":{\"source\":\"192.0.2.7\",\"destination\":\"198.51.100.2\"},"
		     "\"reply\":{\"source\":\"198.51.100.2\",\"destination\":\"192.0.2.7\"},"
		     "\"status\":[\"CONFIRMED\"],\"timeout\":99,\"mark\":0,\"use\":1,"
		     "\"id\":728964595}\n");
	flow = make_sctp(10); /* a state without a name */
	check(&flow, "{\"family\":\"ipv4\",\"protocol\":\"sctp\",\"protocol_number\":132,"
		     "\"original\":{\"source\":\"192.0.2.1\",\"destination\":\"198.51.100.1\","
		     "\"source_port\":1,\"destination_port\":2,\"vtag\":1},"
		     "\"reply\":{\"source\":\"198.51.100.1\",\"destination\":\"192.0.2.1\","
		     "\"source_port\":2,\"destination_port\":1,\"vtag\":4294967295},"
		     "\"status\":[\"CONFIRMED\"],\"timeout\":99,\"state\":10,\"mark\":0,\"use\":1,"
		     "\"id\":728964595}\n");
	flow = make_dccp();
	check(&flow,
		"{\"family\":\"ipv4\",\"protocol\":\"dccp\",\"protocol_number\":33,"
		"\"original\":{\"source\":\"192.0.2.13\",\"destination\":\"198.51.100.20\","
		"\"source_port\":4003,\"destination_port\":56},"
		"\"reply\":{\"source\":\"198.51.100.20\",\"destination\":\"192.0.2.13\","
		"\"source_port\":56,\"destination_port\":4003},"
		"\"status\":[\"CONFIRMED\"],\"timeout\":99,\"state\":\"OPEN\",\"mark\":0,\"use\":1,"
		"\"id\":728964595,\"role\":\"client\",\"handshake_sequence\":281474976710655}\n");
}

static void test_every_plain_fact(void **state)
{
	struct flow flow = make_unknown();
	struct label_map map;
	struct output how = {.format = &output_json, .labels = &map};

	(void)state;
	make_label_map(&map);
	flow.present |= FLOW_SECMARK | FLOW_SECCTX | FLOW_ZONE | FLOW_HELPER | FLOW_HELPER_INFO |
			FLOW_START | FLOW_STOP | FLOW_EVENT_TIME | FLOW_ROLE;
	flow.status = IPS_SEEN_REPLY | 1u << 31;
	flow.mark = 4294967295;
	flow.secmark = 77;
	set_slice(&flow.secctx, "system_u:object_r:x_t:s0", 24);
	flow.zone = 65535;
	set_label(&flow, 2);
	set_label(&flow, 127);
	strcpy(flow.helper, "ftp");
	set_slice(&flow.helper_info, "\x00\x7f\xff", 3);
	flow.start = 0;
	flow.stop = UINT64_C(1709251199999999999); /* the last of 2024-02-29 */
	flow.event_time = UINT64_MAX;
	flow.role = 2;
	check_flow_with(&how, &flow, NULL,
		"{\"family\":\"ipv4\",\"protocol_number\":89,"
		"\"original\":{\"source\":\"192.0.2.7\",\"destination\":\"198.51.100.2\"},"
		"\"reply\":{\"source\":\"198.51.100.2\",\"destination\":\"192.0.2.7\"},"
		"\"status\":[\"SEEN_REPLY\",31],\"timeout\":99,\"mark\":4294967295,\"secmark\":77,"
		"\"secctx\":\"system_u:object_r:x_t:s0\",\"zone\":65535,\"use\":1,"
		"\"id\":728964595,\"labels\":[{\"bit\":2,\"name\":\"two words\"},{\"bit\":127}],"
		"\"helper\":\"ftp\",\"helper_info\":\"007fff\","
		"\"start\":\"1970-01-01T00:00:00.000000000Z\","
		"\"stop\":\"2024-02-29T23:59:59.999999999Z\","
		"\"event_time\":\"2554-07-21T23:34:33.709551615Z\",\"role\":2}\n");
}

static void test_what_is_not_a_plain_fact(void **state)
{
	struct flow flow = make_udp();

	(void)state;
	flow.tuple[REPLY] = make_tuple(
		IPPROTO_UDP, "203.0.113.6", "203.0.113.7", 2, (const uint16_t[]){5353, 7000});
	set_tuple_zone(&flow.tuple[ORIGINAL], 6);
	flow.present |=
		FLOW_SEQUENCE << ORIGINAL | FLOW_SEQUENCE << REPLY | FLOW_SYNPROXY | FLOW_MASTER;
	flow.sequence[ORIGINAL] = (struct sequence_adjustment){4294967295, (uint32_t)-4, 5};
	flow.sequence[REPLY] = (struct sequence_adjustment){1, 1u << 31, INT32_MAX};
	flow.synproxy.initial_sequence = 1;
	flow.synproxy.initial_timestamp = 2;
	flow.synproxy.timestamp_offset = 4294967295;
	flow.master =
		make_tuple(IPPROTO_TCP, "127.0.0.1", "127.0.0.2", 2, (const uint16_t[]){1024, 21});
	check(&flow,
		"{\"family\":\"ipv4\",\"protocol\":\"udp\",\"protocol_number\":17,"
		"\"original\":{\"source\":\"192.0.2.3\",\"destination\":\"198.51.100.2\","
		"\"source_port\":1000,\"destination_port\":53,\"zone\":6,"
		"\"sequence_adjustment\":{\"correction_position\":4294967295,\"offset_before\":-4,"
		"\"offset_after\":5}},"
		"\"reply\":{\"source\":\"203.0.113.6\",\"destination\":\"203.0.113.7\","
		"\"source_port\":5353,\"destination_port\":7000,"
		"\"sequence_adjustment\":{\"correction_position\":1,\"offset_before\":-2147483648,"
		"\"offset_after\":2147483647}},"
		"\"status\":[\"CONFIRMED\"],\"timeout\":99,\"mark\":0,\"use\":1,\"id\":728964595,"
		"\"nat\":[\"source\",\"destination\"],\"synproxy\":{\"initial_sequence\":1,"
		"\"initial_timestamp\":2,\"timestamp_offset\":4294967295},"
		"\"master\":{\"protocol\":\"tcp\",\"protocol_number\":6,\"source\":\"127.0.0.1\","
		"\"destination\":\"127.0.0.2\",\"source_port\":1024,\"destination_port\":21}}\n");
	flow.tuple[REPLY] = make_tuple(
		IPPROTO_UDP, "198.51.100.2", "192.0.2.3", 2, (const uint16_t[]){53, 7000});
	flow.tuple[ORIGINAL].present &= (uint8_t)~TUPLE_ZONE;
	flow.present = 0;
	check(&flow, "{\"family\":\"ipv4\",\"protocol\":\"udp\",\"protocol_number\":17,"
		     "\"original\":{\"source\":\"192.0.2.3\",\"destination\":\"198.51.100.2\","
		     "\"source_port\":1000,\"destination_port\":53},"
		     "\"reply\":{\"source\":\"198.51.100.2\",\"destination\":\"192.0.2.3\","
		     "\"source_port\":53,\"destination_port\":7000},\"nat\":[\"source\"]}\n");
}

static void test_events(void **state)
{
	struct flow flow = make_unknown();
	struct event event = {.type = EVENT_NEW, .received = {SAMPLE_SECOND, 7}, .program = "x"};

#define REST                                                                                       \
	"\"family\":\"ipv4\",\"protocol_number\":89,"                                              \
	"\"original\":{\"source\":\"192.0.2.7\",\"destination\":\"198.51.100.2\"},"                \
	"\"reply\":{\"source\":\"198.51.100.2\",\"destination\":\"192.0.2.7\"}}\n"
	(void)state;
	flow.present = 0;
	check_flow_with(&list, &flow, &event,
		"{\"event\":\"new\",\"received\":\"2025-11-24T22:07:23.000000007Z\"," REST);
	event.type = EVENT_UPDATE;
	event.port = 4294967295;
	event.program = "a\"b";
	check_flow_with(&list, &flow, &event,
		"{\"event\":\"update\",\"received\":\"2025-11-24T22:07:23.000000007Z\","
		"\"port_id\":4294967295,\"program\":\"a\\\"b\"," REST);
	event.type = EVENT_DESTROY;
	event.program = NULL;
	check_flow_with(&list, &flow, &event,
		"{\"event\":\"destroy\",\"received\":\"2025-11-24T22:07:23.000000007Z\","
		"\"port_id\":4294967295," REST);
	event = (struct event){
		.type = EVENT_NEW, .source = EVENT_SNAPSHOT, .received = {SAMPLE_SECOND, 7}};
	check_flow_with(&list, &flow, &event,
		"{\"event\":\"new\",\"from\":\"snapshot\","
		"\"received\":\"2025-11-24T22:07:23.000000007Z\"," REST);
	event.source = EVENT_RESYNC;
	check_flow_with(&list, &flow, &event,
		"{\"event\":\"new\",\"from\":\"resync\","
		"\"received\":\"2025-11-24T22:07:23.000000007Z\"," REST);
#undef REST
}

static void test_gaps(void **state)
{
	struct gap gap = {.since = {SAMPLE_SECOND, 7},
		.until = {SAMPLE_SECOND + 1, 999999999},
		.overruns = 3,
		.lost = UINT64_MAX,
		.lost_known = true};
	struct page page;

	(void)state;
	page_open(&page, &output_json);
	output_gap(&page.output, &gap);
	gap.lost_known = false;
	output_gap(&page.output, &gap);
	assert_string_equal(page_text(&page),
		"{\"event\":\"gap\",\"since\":\"2025-11-24T22:07:23.000000007Z\","
		"\"until\":\"2025-11-24T22:07:24.999999999Z\",\"overruns\":3,"
		"\"lost\":18446744073709551615}\n"
		"{\"event\":\"gap\",\"since\":\"2025-11-24T22:07:23.000000007Z\","
		"\"until\":\"2025-11-24T22:07:24.999999999Z\",\"overruns\":3}\n");
	assert_int_equal(page.output.records, 0);
	page_close(&page);
}

static void test_little_is_known(void **state)
{
	struct flow flow = {.present = FLOW_STATUS | FLOW_LABELS};

	(void)state;
	check(&flow, "{\"protocol_number\":0,\"status\":[],\"labels\":[]}\n");
}

static void test_hostile_text(void **state)
{
	struct flow flow = {.present = FLOW_SECCTX | FLOW_HELPER};

	(void)state;
	set_slice(&flow.secctx, HOSTILE, HOSTILE_LENGTH);
	memset(flow.helper, '"', sizeof(flow.helper)); /* no NUL */
	check(&flow,
		"{\"protocol_number\":0,\"secctx\":\"a\\\"b\\\\c<d>&'\\n\\t\\u000d\\u0001\\u001b"
		"\\u007f\\u009b\xc3\xa9\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"
		"\xf0\x9f\x98\x80\xef\xbf\xbd\xef\xbf\xbd\","
		"\"helper\":\"\\\"\\\"\\\"\\\"\\\"\\\"\\\"\\\"\\\"\\\"\\\"\\\"\\\"\\\"\\\"\\\"\"}"
		"\n");
}

/* The value of a string member: valid UTF-8, all escapes whole, no controls. Returns its end. */
static const char *read_string(const char *p)
{
	static const char hex[] = "0123456789abcdef";

	while (*p != '"') {
		uint32_t character = 0;
		int n = read_utf8(&character, p);

		assert_true(n > 0);
		assert_true(character >= ' ' && (character < 0x7f || character > 0x9f));
		p += n;
		if (character != '\\')
			continue;
		assert_non_null(strchr("\"\\ntu", *p));
		if (*p++ == 'u') {
			assert_int_equal(strspn(p, hex) >= 4, 1);
			p += 4;
		}
	}
	return p + 1;
}

static void test_every_byte_as_text(void **state)
{
	static const char before[] = "{\"protocol_number\":0,\"secctx\":\"";
	uint8_t bytes[65535];
	struct flow flow = {.present = FLOW_SECCTX | FLOW_HELPER_INFO};
	struct page page;
	const char *p;

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 167 >> (i / 256 % 8));
	set_slice(&flow.secctx, bytes, sizeof(bytes));
	set_slice(&flow.helper_info, bytes, sizeof(bytes));
	page_open(&page, &output_json);
	output_flow(&page.output, &flow, NULL);
	p = page_text(&page);
	assert_memory_equal(p, before, strlen(before));
	p = read_string(p + strlen(before));
	assert_memory_equal(p, ",\"helper_info\":\"", 16);
	assert_int_equal(strspn(p + 16, "0123456789abcdef"), 2 * sizeof(bytes));
	assert_string_equal(p + 16 + 2 * sizeof(bytes), "\"}\n");
	page_close(&page);
}

static void check_expectation(
	const struct expectation *e, const struct event *event, const char *expected)
{
	struct page page;

	page_open(&page, &output_json);
	page.output.expectations = true;
	output_expectation(&page.output, e, event);
	output_end(&page.output);
	assert_string_equal(page_text(&page), expected);
	page_close(&page);
}

static void test_expectations(void **state)
{
	struct expectation e = make_expectation();
	struct event event = {.type = EVENT_NEW, .received = {SAMPLE_SECOND, 0}};

#define TUPLES                                                                                     \
	"\"family\":\"ipv4\",\"protocol\":\"tcp\",\"protocol_number\":6,"                          \
	"\"expected\":{\"source\":\"192.0.2.7\",\"destination\":\"192.0.2.8\","                    \
	"\"source_port\":0,\"destination_port\":5000},"                                            \
	"\"mask\":{\"source\":\"255.255.255.255\",\"destination\":\"255.255.255.255\","            \
	"\"source_port\":0,\"destination_port\":65535},"                                           \
	"\"master\":{\"protocol\":\"tcp\",\"protocol_number\":6,\"source\":\"127.0.0.1\","         \
	"\"destination\":\"127.0.0.1\",\"source_port\":1024,\"destination_port\":21}"
	(void)state;
	check_expectation(&e, NULL,
		"{" TUPLES
		",\"timeout\":299,\"class\":0,\"id\":7,\"flags\":[],\"helper\":\"ftp\"}\n");
	e.present |= EXPECTATION_ZONE | EXPECTATION_FUNCTION | EXPECTATION_NAT;
	e.flags = EXPECTATION_PERMANENT | EXPECTATION_INACTIVE | EXPECTATION_USERSPACE;
	e.zone = 9;
	strcpy(e.function, "nat-follow-master");
	e.nat_direction = REPLY;
	e.nat_tuple = make_tuple(IPPROTO_TCP, "10.0.0.1", "0.0.0.0", 2, (const uint16_t[]){20, 0});
	check_expectation(&e, &event,
		"{\"event\":\"new\",\"received\":\"2025-11-24T22:07:23.000000000Z\"," TUPLES
		",\"timeout\":299,\"class\":0,\"zone\":9,\"id\":7,"
		"\"flags\":[\"PERMANENT\",\"INACTIVE\",\"USERSPACE\"],\"helper\":\"ftp\","
		"\"function\":\"nat-follow-master\",\"nat\":{\"direction\":\"reply\","
		"\"source\":\"10.0.0.1\",\"destination\":\"0.0.0.0\",\"source_port\":20,"
		"\"destination_port\":0}}\n");
	e.present = 0;
	e.tuple.family = AF_UNSPEC;
	check_expectation(&e, NULL, "{\"protocol\":\"tcp\",\"protocol_number\":6}\n");
#undef TUPLES
}

static void test_numbers(void **state)
{
	struct stats stats = {.cpu = 3, .count = 2, .counter = {{2, UINT64_MAX}, {60, 1}}};
	struct page page;

	(void)state;
	page_open(&page, &output_json);
	output_stats(&page.output, &stats);
	stats.count = 0;
	output_stats(&page.output, &stats);
	output_count(&page.output, UINT64_MAX);
	output_end(&page.output);
	assert_string_equal(page_text(&page),
		"{\"cpu\":3,\"found\":18446744073709551615,\"unknown60\":1}\n"
		"{\"cpu\":3}\n"
		"{\"entries\":18446744073709551615}\n");
	page_close(&page);
}

/* Days of a whole Gregorian cycle, all leap days among them, against the C library. */
static void test_dates(void **state)
{
	struct flow flow = {.present = FLOW_START};

	(void)state;
	for (uint64_t day = 0; day < 146097; day++) {
		time_t second = (time_t)(day * 86400 + day % 86400);
		char date[64], expected[128];
		struct tm tm;

		flow.start = (uint64_t)second * 1000000000;
		strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", gmtime_r(&second, &tm));
		snprintf(expected, sizeof(expected),
			"{\"protocol_number\":0,\"start\":\"%s.000000000Z\"}\n", date);
		if (day % 97 == 0 || tm.tm_mday == 29)
			check(&flow, expected);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tcp),
		cmocka_unit_test(test_other_protocols),
		cmocka_unit_test(test_every_plain_fact),
		cmocka_unit_test(test_what_is_not_a_plain_fact),
		cmocka_unit_test(test_events),
		cmocka_unit_test(test_gaps),
		cmocka_unit_test(test_little_is_known),
		cmocka_unit_test(test_hostile_text),
		cmocka_unit_test(test_every_byte_as_text),
		cmocka_unit_test(test_expectations),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_dates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
