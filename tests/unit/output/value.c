/* SPDX-License-Identifier: MIT */
#include "output/value.h"

#include "sample.h"

static void test_amounts(void **state)
{
	static const struct {
		uint64_t amount;
		const char *text;
	} rows[] = {
		{0, "0"},
		{999, "999"},
		{1000, "1.00k"},
		{1234, "1.23k"},
		{4055, "4.06k"},
		{4054, "4.05k"},
		{9994, "9.99k"},
		{9999, "10.0k"},
		{10000, "10.0k"},
		{99949, "99.9k"},
		{99950, "100k"},
		{100000, "100k"},
		{999499, "999k"},
		{999500, "1.00M"},
		{999999, "1.00M"},
		{1000000, "1.00M"},
		{1500000000, "1.50G"},
		{UINT64_C(2000000000000), "2.00T"},
		{UINT64_C(3000000000000000), "3.00P"},
		{UINT64_MAX, "18.4E"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[32];

		*put_amount(text, rows[i].amount) = '\0';
		assert_string_equal(text, rows[i].text);
	}
}

static void test_spans(void **state)
{
	static const struct {
		uint64_t seconds;
		const char *text;
	} rows[] = {
		{0, "0s"},
		{59, "59s"},
		{60, "1m00s"},
		{3599, "59m59s"},
		{3600, "1h00m"},
		{86399, "23h59m"},
		{86400, "1d00h"},
		{431999, "4d23h"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char text[32];

		*put_span(text, rows[i].seconds) = '\0';
		assert_string_equal(text, rows[i].text);
	}
}

static const char *text_of(
	const char *name, const struct value_style *style, const struct flow *flow)
{
	static char text[VALUE_ROOM + 1];
	const struct field *field = field_by_name(name);
	struct field_value value;

	assert_non_null(field);
	assert_true(field_read(field, flow, SAMPLE_NANOSECONDS, &value));
	*put_value(text, style, field, &value) = '\0';
	return text;
}

static void test_every_kind(void **state)
{
	static struct label_map map;
	const struct value_style style = {.labels = &map}, people = {.human = true};
	struct flow flow = make_sctp(3), other = make_unknown();
	static const char context[] = "a\033[31m\xc3\xa9";

	(void)state;
	flow.present |= FLOW_LABELS | FLOW_HELPER | FLOW_SECCTX | FLOW_ROLE | FLOW_START |
			FLOW_HELPER_INFO | FLOW_NETNS | FLOW_COUNTERS;
	flow.labels[0] = 0x06;
	flow.secctx = (struct slice){(const uint8_t *)context, sizeof(context) - 1};
	flow.helper_info = (struct slice){(const uint8_t *)"\x01\xff", 2};
	flow.role = 7;
	flow.start = SAMPLE_NANOSECONDS - UINT64_C(7260000000000);
	flow.netns = "blue";
	flow.counters[ORIGINAL].bytes = 1500;
	strcpy(flow.helper, "ftp");
	map.name[1] = (char[]){"one"};
	assert_string_equal(text_of("src", &style, &flow), "192.0.2.1");
	assert_string_equal(text_of("proto", &style, &flow), "sctp");
	assert_string_equal(text_of("proto", &style, &other), "89");
	assert_string_equal(text_of("family", &style, &flow), "ipv4");
	assert_string_equal(text_of("state", &style, &flow), "COOKIE_ECHOED");
	assert_string_equal(text_of("status", &style, &flow), "CONFIRMED");
	assert_string_equal(text_of("confidence", &style, &flow), "unreplied");
	assert_string_equal(text_of("nat", &style, &flow), "none");
	assert_string_equal(text_of("labels", &style, &flow), "one,bit:2");
	assert_string_equal(text_of("labels", &people, &flow), "1,2");
	assert_string_equal(text_of("helper", &style, &flow), "ftp");
	assert_string_equal(text_of("secctx", &style, &flow), "a\\x1b[31m\xc3\xa9");
	assert_string_equal(text_of("helper_info", &style, &flow), "01ff");
	assert_string_equal(text_of("role", &style, &flow), "7");
	assert_string_equal(text_of("netns", &style, &flow), "blue");
	assert_string_equal(text_of("start", &style, &flow), "2025-11-24T20:06:23.000000000Z");
	assert_string_equal(text_of("age", &style, &flow), "7260");
	assert_string_equal(text_of("age", &people, &flow), "2h01m");
	assert_string_equal(text_of("timeout", &people, &flow), "1m39s");
	assert_string_equal(text_of("bytes", &style, &flow), "1500");
	assert_string_equal(text_of("bytes", &people, &flow), "1.50k");
	assert_string_equal(text_of("dport", &people, &flow), "2");
	flow.status = 0;
	assert_string_equal(text_of("status", &style, &flow), "-");
	flow.status = 1u << 31 | IPS_SEEN_REPLY;
	assert_string_equal(text_of("status", &style, &flow), "SEEN_REPLY,31");
}

/* Nothing outgrows the room, however long it is. */
static void test_long_ones_are_cut(void **state)
{
	static struct label_map map;
	static char name[2000], context[UINT16_MAX];
	const struct value_style style = {.labels = &map};
	struct flow flow = make_udp();

	(void)state;
	memset(name, '\001', sizeof(name) - 1);
	memset(context, '\001', sizeof(context));
	memset(flow.labels, 0xff, sizeof(flow.labels));
	for (unsigned i = 0; i < LABEL_BITS; i++)
		map.name[i] = name;
	flow.present |= FLOW_LABELS | FLOW_SECCTX | FLOW_HELPER_INFO;
	flow.secctx = (struct slice){(const uint8_t *)context, sizeof(context)};
	flow.helper_info = flow.secctx;
	flow.status = UINT32_MAX;
	assert_true(strlen(text_of("labels", &style, &flow)) < VALUE_ROOM);
	assert_true(strlen(text_of("secctx", &style, &flow)) == 4 * 64 + 3);
	assert_true(strlen(text_of("helper_info", &style, &flow)) == 2 * 64 + 3);
	assert_true(strlen(text_of("status", &style, &flow)) < VALUE_ROOM);
}

static void test_networks(void **state)
{
	const struct value_style style = {.human = false};
	struct group_key key = {field_by_name("src"), {24, 128}};
	struct field_value value = {.address.bytes = {192, 0, 2}, .family = AF_INET};
	char text[VALUE_ROOM];

	(void)state;
	*put_key_value(text, &style, &key, &value) = '\0';
	assert_string_equal(text, "192.0.2.0/24");
	key.bits[ADDRESS_IPV4] = 32;
	*put_key_value(text, &style, &key, &value) = '\0';
	assert_string_equal(text, "192.0.2.0");
	value.family = AF_INET6;
	*put_key_value(text, &style, &key, &value) = '\0';
	assert_string_equal(text, "c000:200::");
	key.bits[ADDRESS_IPV6] = 64;
	*put_key_value(text, &style, &key, &value) = '\0';
	assert_string_equal(text, "c000:200::/64");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_amounts),
		cmocka_unit_test(test_spans),
		cmocka_unit_test(test_every_kind),
		cmocka_unit_test(test_long_ones_are_cut),
		cmocka_unit_test(test_networks),
	};

	return cmocka_run_group_tests_name("value", tests, NULL, NULL);
}
