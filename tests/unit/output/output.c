/* SPDX-License-Identifier: MIT */
/* What is common to all formats: head and foot, counting, the edge of the buffer. */
#include <errno.h>
#include <fcntl.h>

#include "sample.h"

static const struct output_format *const formats[] = {
	&output_text, &output_xml, &output_save, &output_json};

#define FORMAT_COUNT (sizeof(formats) / sizeof(formats[0]))

static void test_names(void **state)
{
	(void)state;
	assert_string_equal(output_text.name, "");
	assert_string_equal(output_xml.name, "xml");
	assert_string_equal(output_save.name, "save");
	assert_string_equal(output_json.name, "json");
}

static void test_records_are_counted(void **state)
{
	struct flow flow = make_udp();
	struct expectation e = make_expectation();
	struct page page;

	(void)state;
	page_open(&page, &output_text);
	assert_false(page.output.begun);
	output_flow(&page.output, &flow, NULL);
	assert_true(page.output.begun);
	output_flow(&page.output, &flow, NULL);
	output_expectation(&page.output, &e, NULL);
	assert_int_equal(page.output.records, 3);
	output_end(&page.output);
	assert_int_equal(page.output.records, 3);
	page_close(&page);
}

static unsigned begins, ends;

static void count_begin(struct output *o)
{
	(void)o;
	begins++;
}

static void count_end(struct output *o)
{
	(void)o;
	ends++;
}

static void test_head_and_foot_are_there_once(void **state)
{
	struct output_format counting = output_text;
	struct flow flow = make_udp();
	struct page page;

	(void)state;
	counting.begin = count_begin;
	counting.end = count_end;
	page_open(&page, &counting);
	output_end(&page.output);
	assert_int_equal(begins + ends, 0);
	output_flow(&page.output, &flow, NULL);
	output_flow(&page.output, &flow, NULL);
	assert_int_equal(begins, 1);
	assert_int_equal(ends, 0);
	output_end(&page.output);
	assert_int_equal(ends, 1);
	page_close(&page);
}

static void test_clock_is_asked_where_nobody_set_it(void **state)
{
	struct flow flow = make_unknown();
	time_t before = time(NULL);
	struct page page;

	(void)state;
	page_open(&page, &output_text);
	page.output.now = 0;
	output_flow(&page.output, &flow, NULL);
	assert_in_range(page.output.now, before, time(NULL));
	/* Ages are of the same moment, but no whole seconds. */
	assert_int_equal(page.output.moment / NANOSECONDS, page.output.now);
	assert_int_not_equal(page.output.moment % NANOSECONDS, 0);
	page_close(&page);
}

/* A flow in which everything that can be long is as long as it gets. */
static struct flow make_longest(const uint8_t *text, uint16_t length, const struct label_map *map)
{
	struct flow flow = make_flow(IPPROTO_TCP, "2001:db8:1111:2222:3333:4444:5555:6666",
		"2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff", 65535, 65535);
	uint64_t requests = FLOW_NAT << NAT_SOURCE | FLOW_NAT << NAT_DESTINATION | FLOW_MARK_MASK |
			    FLOW_LABELS_MASK;

	flow.present = ((FLOW_LABELS_MASK << 1) - 1) & ~requests;
	flow.status = UINT32_MAX;
	flow.timeout = flow.mark = flow.use = flow.id = flow.secmark = UINT32_MAX;
	flow.zone = UINT16_MAX;
	flow.state = flow.role = UINT8_MAX;
	flow.netns = "a-namespace";
	flow.start = flow.stop = flow.event_time = flow.handshake_sequence = UINT64_MAX;
	for (unsigned d = ORIGINAL; d < DIRECTIONS; d++) {
		set_tuple_zone(&flow.tuple[d], UINT16_MAX);
		flow.counters[d] = (struct counters){UINT64_MAX, UINT64_MAX};
		flow.tcp_flags[d].flags = flow.window_scale[d] = UINT8_MAX;
		flow.vtag[d] = UINT32_MAX;
		flow.sequence[d] = (struct sequence_adjustment){UINT32_MAX, 1u << 31, 1u << 31};
	}
	memset(&flow.synproxy, 0xff, sizeof(flow.synproxy));
	memset(flow.labels, map ? 0xff : 0, LABEL_BYTES);
	memset(flow.helper, '&', sizeof(flow.helper) - 1);
	set_slice(&flow.secctx, text, length);
	set_slice(&flow.helper_info, text, length);
	flow.master = flow.tuple[ORIGINAL];
	return flow;
}

/* Each record as it comes out of a large buffer, for comparison. */
static char *render_alone(const struct output *how, const struct flow *flow,
	const struct event *event, size_t *length)
{
	static char large[1 << 20];
	struct output o = *how;
	struct writer w;

	writer_open(&w, -1, large, sizeof(large));
	o.writer = &w;
	o.format->flow(&o, flow, event);
	*length = w.used;
	return large;
}

/*
 * Records of all lengths one after the other through the smallest buffer: each
 * comes out as it does through a large one, wherever the buffer's end falls.
 */
static void test_edge_of_the_buffer(void **state)
{
	static uint8_t text[65535];
	static const uint16_t lengths[] = {0, 1, 700, 1357, 1358, 1359, 8191, 8192, 8193, 65535};
	struct event event = {.type = EVENT_DESTROY, .received = {SAMPLE_SECOND, 0}, .port = 1};
	struct label_map map = {.name = {NULL}};

	(void)state;
	memset(text, 0x01, sizeof(text)); /* the longest escapes */
	for (unsigned bit = 0; bit < LABEL_BITS; bit++)
		map.name[bit] = "a name that is not short and not long";
	event.program = "program";
	for (size_t i = 0; i < FORMAT_COUNT; i++) {
		struct page page;
		size_t total = 0;

		page_open(&page, formats[i]);
		page.output.flags = ~0u;
		page.output.labels = &map;
		page.output.begun = true; /* no head */
		for (size_t n = 0; n < 200; n++) {
			uint16_t size = n < 10 ? lengths[n] : (uint16_t)(n * 37);
			struct flow flow = make_longest(text, size, n % 3 ? &map : NULL);
			size_t length;
			char *alone = render_alone(&page.output, &flow, &event, &length);

			output_flow(&page.output, &flow, &event);
			page_text(&page);
			assert_int_equal(page.length - total, length);
			assert_memory_equal(page.text + total, alone, length);
			total = page.length;
		}
		page_close(&page);
	}
}

/* What has no variable text must fit in one reserved room: the sanitizers see to the rest. */
static void test_longest_fixed_record(void **state)
{
	struct event event = {
		.type = EVENT_UPDATE, .received = {INT64_MAX / 1000000000, 0}, .port = UINT32_MAX};

	(void)state;
	for (size_t i = 0; i < FORMAT_COUNT; i++) {
		struct label_map none = {.name = {NULL}};
		struct flow flow = make_longest(NULL, 0, &none);
		struct page page;

		flow.present &= ~(FLOW_SECCTX | FLOW_HELPER | FLOW_HELPER_INFO);
		page_open(&page, formats[i]);
		page.output.flags = ~0u;
		output_flow(&page.output, &flow, &event);
		page_text(&page);
		assert_in_range(page.length, 100, WRITER_RESERVE_MAX - 1);
		assert_int_equal(page.text[page.length - 1], '\n');
		page_close(&page);
	}
}

static void test_a_full_disk_ends_nothing(void **state)
{
	struct flow flow = make_tcp();
	struct page page;

	(void)state;
	for (size_t i = 0; i < FORMAT_COUNT; i++) {
		page_open(&page, formats[i]);
		close(page.fd);
		page.fd = page.writer.fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
		assert_true(page.fd >= 0);
		for (unsigned n = 0; n < 1000; n++)
			output_flow(&page.output, &flow, NULL);
		output_end(&page.output);
		assert_int_equal(writer_flush(&page.writer), -ENOSPC);
		assert_int_equal(page.output.records, 1000);
		page_close(&page);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_records_are_counted),
		cmocka_unit_test(test_head_and_foot_are_there_once),
		cmocka_unit_test(test_clock_is_asked_where_nobody_set_it),
		cmocka_unit_test(test_edge_of_the_buffer),
		cmocka_unit_test(test_longest_fixed_record),
		cmocka_unit_test(test_a_full_disk_ends_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
