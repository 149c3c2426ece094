/* SPDX-License-Identifier: MIT */
#include "output/summary.h"

#include "screen.h"

static struct group_table table;
static struct view view;

/* Two groups of TCP and UDP; counters with some, and one flow without a state. */
static void count_flows(const char *first, const char *second, size_t limit)
{
	struct flow flow = make_tcp();

	memset(&view, 0, sizeof(view));
	view.key[view.key_count++] = (struct group_key){field_by_name(first), {32, 128}};
	if (second != NULL)
		view.key[view.key_count++] = (struct group_key){field_by_name(second), {32, 128}};
	view.sum[view.sum_count++] = field_by_name("packets");
	view.sum[view.sum_count++] = field_by_name("bytes");
	view.sort[view.sort_count++] = (struct sort_key){NULL, true};
	assert_int_equal(group_start(&table, &view, limit), 0);
	flow.present |= FLOW_COUNTERS;
	flow.counters[ORIGINAL] = (struct counters){10, 1500};
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(group_add(&table, &flow, 0), 0);
	flow = make_udp();
	assert_int_equal(group_add(&table, &flow, 0), 0);
	flow = make_icmpv6();
	assert_int_equal(group_add(&table, &flow, 0), 0);
}

static void put(struct output *o, uint64_t nanoseconds)
{
	struct summary summary = {.table = &table, .nanoseconds = nanoseconds};
	uint32_t *order;

	assert_int_equal(group_order(&table, &order, &summary.shown), 0);
	summary.order = order;
	output_summary(o, &summary);
	free(order);
	group_free(&table);
}

static void check(const struct output_format *format, uint64_t nanoseconds, const char *expected)
{
	struct page page;

	page_open(&page, format);
	put(&page.output, nanoseconds);
	assert_string_equal(page_text(&page), expected);
	page_close(&page);
}

static void test_text(void **state)
{
	(void)state;
	count_flows("src", "state", 0);
	check(&output_text, 0,
		"src          state        flows  packets  bytes   share\n"
		"192.0.2.1    ESTABLISHED      3       30   4500   60.0%\n"
		"192.0.2.3    -                1        -      -   20.0%\n"
		"2001:db8::1  -                1        -      -   20.0%\n"
		"total                         5       30   4500  100.0%\n");
	count_flows("src", NULL, 0);
	view.top = 1;
	view.sort[0].field = field_by_name("bytes");
	view.human = true;
	check(&output_table, UINT64_C(2000000000),
		"src         flows  packets  bytes  flows/s   share\n"
		"192.0.2.1       3       30  4.50k     1.50  100.0%\n"
		"others (2)      2        -      -     1.00       -\n"
		"total           5       30  4.50k     2.50  100.0%\n");
}

static void test_json(void **state)
{
	(void)state;
	count_flows("src", "state", 0);
	view.minimum = 2;
	check(&output_json, 0,
		"{\"summary\":\"group\",\"key\":{\"src\":\"192.0.2.1\",\"state\":\"ESTABLISHED\"},"
		"\"flows\":3,\"packets\":30,\"bytes\":4500,\"share\":0.600000}\n"
		"{\"summary\":\"others\",\"groups\":2,\"flows\":2,\"share\":0.400000}\n"
		"{\"summary\":\"total\",\"groups\":3,\"flows\":5,\"packets\":30,\"bytes\":4500,"
		"\"share\":1.000000}\n");
	/* What is not known is not there; all of a key may be so. */
	count_flows("dport", NULL, 0);
	view.sort[0] = (struct sort_key){field_by_name("dport"), true};
	check(&output_json, UINT64_C(1500000000),
		"{\"summary\":\"group\",\"key\":{\"dport\":80},\"flows\":3,\"packets\":30,"
		"\"bytes\":4500,\"per_second\":2.00,\"share\":0.600000}\n"
		"{\"summary\":\"group\",\"key\":{\"dport\":53},\"flows\":1,\"per_second\":0.67,"
		"\"share\":0.200000}\n"
		"{\"summary\":\"group\",\"key\":{},\"flows\":1,\"per_second\":0.67,"
		"\"share\":0.200000}\n"
		"{\"summary\":\"total\",\"groups\":3,\"flows\":5,\"packets\":30,\"bytes\":4500,"
		"\"per_second\":3.33,\"share\":1.000000,\"seconds\":1.500}\n");
}

static void test_csv(void **state)
{
	(void)state;
	count_flows("src", "dport", 0);
	view.key[0].bits[ADDRESS_IPV4] = 24; /* too late for what is counted, but it is said */
	view.top = 2;
	check(&output_csv, 0,
		"row,src,dport,flows,packets,bytes,share\n"
		"group,192.0.2.1/24,80,3,30,4500,0.600000\n"
		"group,192.0.2.3/24,53,1,,,0.200000\n"
		"others,,,1,,,0.200000\n"
		"total,,,5,30,4500,1.000000\n");
}

static void test_approximate(void **state)
{
	(void)state;
	/* Three groups in the room of two: the last takes the place of the lighter one. */
	count_flows("src", NULL, 2);
	check(&output_text, 0,
		"src          flows  packets  bytes   share\n"
		"192.0.2.1        3       30   4500   60.0%\n"
		"2001:db8::1     ~2        -      -   40.0%\n"
		"total            5       30   4500  100.0%\n");
	/* Room for as many as there are. */
	count_flows("src", NULL, 3);
	check(&output_json, 0,
		"{\"summary\":\"group\",\"key\":{\"src\":\"192.0.2.1\"},\"flows\":3,"
		"\"packets\":30,\"bytes\":4500,\"share\":0.600000}\n"
		"{\"summary\":\"group\",\"key\":{\"src\":\"192.0.2.3\"},\"flows\":1,"
		"\"share\":0.200000}\n"
		"{\"summary\":\"group\",\"key\":{\"src\":\"2001:db8::1\"},\"flows\":1,"
		"\"share\":0.200000}\n"
		"{\"summary\":\"total\",\"groups\":3,\"flows\":5,\"packets\":30,\"bytes\":4500,"
		"\"share\":1.000000,\"approximate\":false}\n");
	count_flows("src", NULL, 2);
	view.top = 1;
	check(&output_json, 0,
		"{\"summary\":\"group\",\"key\":{\"src\":\"192.0.2.1\"},\"flows\":3,"
		"\"packets\":30,\"bytes\":4500,\"share\":0.600000}\n"
		"{\"summary\":\"others\",\"flows\":2,\"share\":0.400000}\n"
		"{\"summary\":\"total\",\"flows\":5,\"packets\":30,\"bytes\":4500,"
		"\"share\":1.000000,\"approximate\":true}\n");
	count_flows("src", NULL, 2);
	check(&output_csv, 0,
		"row,src,flows,packets,bytes,share,off\n"
		"group,192.0.2.1,3,30,4500,0.600000,0\n"
		"group,2001:db8::1,2,,,0.400000,1\n"
		"total,,5,30,4500,1.000000,0\n");
	count_flows("src", NULL, 20);
	view.top = 1;
	check(&output_text, 0,
		"src         flows  packets  bytes   share\n"
		"192.0.2.1       3       30   4500   60.0%\n"
		"others (2)      2        -      -   40.0%\n"
		"total           5       30   4500  100.0%\n");
}

static void test_nothing(void **state)
{
	const struct output_format *const formats[] = {&output_text, &output_json, &output_csv};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		memset(&view, 0, sizeof(view));
		view.key[view.key_count++] = (struct group_key){field_by_name("src"), {32, 128}};
		assert_int_equal(group_start(&table, &view, 0), 0);
		check(formats[i], 0, "");
	}
}

static void test_bars(void **state)
{
	struct screen screen;

	(void)state;
	count_flows("src", NULL, 0);
	screen_open(&screen, &output_text, 60);
	put(&screen.output, 0);
	assert_string_equal(screen_text(&screen),
		"src          flows  packets  bytes   share\n"
		"192.0.2.1        3       30   4500   60.0%  "
		"\xe2\x96\x88\xe2\x96\x88\xe2\x96\x88\xe2\x96\x88\xe2\x96\x88\xe2\x96\x88\xe2\x96"
		"\x88\xe2\x96\x88\xe2\x96\x88\xe2\x96\x88\xe2\x96\x88\xe2\x96\x88\xe2\x96\x88\xe2"
		"\x96\x88\xe2\x96\x88\xe2\x96\x88\n"
		"192.0.2.3        1        -      -   20.0%  "
		"\xe2\x96\x88\xe2\x96\x88\xe2\x96\x88\xe2\x96\x88\xe2\x96\x88\xe2\x96\x8e\n"
		"2001:db8::1      1        -      -   20.0%  "
		"\xe2\x96\x88\xe2\x96\x88\xe2\x96\x88\xe2\x96\x88\xe2\x96\x88\xe2\x96\x8e\n"
		"total            5       30   4500  100.0%\n");
	screen_close(&screen);
	/* Without UTF-8, and where there is no room for a bar. */
	count_flows("src", NULL, 0);
	screen_open(&screen, &output_text, 50);
	setenv("LC_ALL", "C", 1);
	put(&screen.output, 0);
	assert_non_null(strstr(screen_text(&screen), "60.0%  ######\n"));
	screen_close(&screen);
	count_flows("src", NULL, 0);
	screen_open(&screen, &output_text, 44);
	put(&screen.output, 0);
	assert_non_null(strstr(screen_text(&screen), "60.0%\n"));
	screen_close(&screen);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_csv),
		cmocka_unit_test(test_approximate),
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_bars),
	};

	return cmocka_run_group_tests_name("summary", tests, NULL, NULL);
}
