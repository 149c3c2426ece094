/* SPDX-License-Identifier: MIT */
/* -o table and -o csv. */
#include <sys/wait.h>

#include "output/sheet.h"
#include "screen.h"

static struct view columns_view(const char *const *names, unsigned count)
{
	struct view view;

	memset(&view, 0, sizeof(view));
	for (unsigned i = 0; i < count; i++) {
		view.column[view.column_count++] = field_by_name(names[i]);
		assert_non_null(view.column[i]);
	}
	return view;
}

static void put_flows(struct output *o)
{
	const struct flow flows[] = {make_tcp(), make_udp(), make_icmpv6()};

	for (size_t i = 0; i < sizeof(flows) / sizeof(flows[0]); i++)
		output_flow(o, &flows[i], NULL);
	output_end(o);
}

static void test_columns_are_aligned(void **state)
{
	static const char *const names[] = {"proto", "state", "src", "sport", "timeout", "helper"};
	struct view view = columns_view(names, 6);
	struct page page;

	(void)state;
	page_open(&page, &output_table);
	page.output.view = &view;
	put_flows(&page.output);
	assert_string_equal(page_text(&page),
		"proto   state        src          sport  timeout  helper\n"
		"tcp     ESTABLISHED  192.0.2.1     1000       99  -\n"
		"udp     -            192.0.2.3     1000       99  -\n"
		"icmpv6  -            2001:db8::1      -       99  -\n");
	assert_int_equal(page.output.records, 3);
	page_close(&page);
}

static void test_usual_columns(void **state)
{
	struct page page;

	(void)state;
	page_open(&page, &output_table);
	put_flows(&page.output);
	assert_non_null(strstr(page_text(&page),
		"proto   state        src          sport  dst           dport  reply_src     "
		"reply_sport  reply_dst    reply_dport  confidence  timeout  packets  bytes  mark  "
		"zone  helper\n"));
	page_close(&page);
	/* What is not known is nothing, and nobody looks at it. */
	page_open(&page, &output_csv);
	put_flows(&page.output);
	assert_string_equal(page_text(&page),
		"proto,state,src,sport,dst,dport,reply_src,reply_sport,reply_dst,reply_dport,"
		"confidence,timeout,packets,bytes,mark,zone,helper\n"
		"tcp,ESTABLISHED,192.0.2.1,1000,198.51.100.1,80,198.51.100.1,80,192.0.2.1,1000,"
		"assured,99,,,0,0,\n"
		"udp,,192.0.2.3,1000,198.51.100.2,53,198.51.100.2,53,192.0.2.3,1000,"
		"unreplied,99,,,0,0,\n"
		"icmpv6,,2001:db8::1,,2001:db8::2,,2001:db8::2,,2001:db8::1,,"
		"unreplied,99,,,0,0,\n");
	page_close(&page);
}

/* They come with the usual columns when they are asked for. */
static void test_labels(void **state)
{
	static const char *const names[] = {"proto"};
	static struct label_map map;
	struct view view = columns_view(names, 1);
	struct flow flow = make_tcp();
	struct page page;

	(void)state;
	map.name[0] = (char[]){"guest"};
	flow.present |= FLOW_LABELS;
	flow.labels[0] = 0x03;
	for (unsigned i = 0; i < 4; i++) {
		page_open(&page, i < 2 ? &output_csv : &output_table);
		page.output.flags = OUTPUT_LABELS;
		page.output.labels = &map;
		page.output.view = i % 2 ? &view : NULL;
		output_flow(&page.output, &flow, NULL);
		output_end(&page.output);
		assert_int_equal(strstr(page_text(&page), "guest,bit:1") != NULL, i % 2 == 0);
		page_close(&page);
	}
}

static void test_many_rows(void **state)
{
	enum { ROWS = 5000 };
	static const char *const names[] = {"proto", "sport"};
	struct view view = columns_view(names, 2);
	struct flow flow = make_udp();
	unsigned lines = 0;
	struct page page;

	(void)state;
	page_open(&page, &output_table);
	page.output.view = &view;
	for (unsigned i = 0; i < ROWS; i++) {
		flow.tuple[ORIGINAL].part[0] = (uint16_t)i;
		output_flow(&page.output, &flow, NULL);
	}
	output_end(&page.output);
	for (const char *p = page_text(&page); *p != '\0'; p = strchr(p, '\n') + 1) {
		char expected[32];

		if (lines == 0)
			strcpy(expected, "proto  sport\n");
		else
			snprintf(expected, sizeof(expected), "udp    %5u\n", lines - 1);
		assert_memory_equal(p, expected, strlen(expected));
		lines++;
	}
	assert_int_equal(lines, ROWS + 1);
	page_close(&page);
}

static void test_csv_quotes(void **state)
{
	static const char *const names[] = {"secctx", "labels", "status", "helper_info", "src"};
	struct view view = columns_view(names, 5);
	static struct label_map map;
	struct flow flow = make_tcp();
	struct page page;

	(void)state;
	map.name[0] = (char[]){"a \"b\", c"};
	flow.present |= FLOW_SECCTX | FLOW_LABELS | FLOW_HELPER_INFO;
	flow.secctx = (struct slice){(const uint8_t *)"x,\"y\"\n", 6};
	flow.helper_info = (struct slice){(const uint8_t *)"\xab", 1};
	flow.labels[0] = 0x03;
	page_open(&page, &output_csv);
	page.output.view = &view;
	page.output.labels = &map;
	output_flow(&page.output, &flow, NULL);
	output_end(&page.output);
	assert_string_equal(page_text(&page),
		"secctx,labels,status,helper_info,src\n"
		"\"x,\"\"y\"\"\\x0a\",\"a \"\"b\"\", c,bit:1\",\"SEEN_REPLY,ASSURED,CONFIRMED\",ab,"
		"192.0.2.1\n");
	page_close(&page);
}

static void test_events(void **state)
{
	static const char *const names[] = {"proto", "src"};
	const struct event event = {.type = EVENT_DESTROY, .received = {SAMPLE_SECOND, 5}};
	struct view view = columns_view(names, 2);
	struct flow flow = make_udp();
	struct page page;

	(void)state;
	page_open(&page, &output_csv);
	page.output.view = &view;
	page.output.subject = SUBJECT_EVENTS;
	output_flow(&page.output, &flow, &event);
	assert_string_equal(page_text(&page),
		"event,received,proto,src\ndestroy,2025-11-24T22:07:23.000000005Z,udp,192.0.2.3\n");
	page_close(&page);
	/* A table of events holds nothing back. */
	page_open(&page, &output_table);
	page.output.view = &view;
	page.output.subject = SUBJECT_EVENTS;
	page.output.flags = OUTPUT_TIMESTAMP;
	output_flow(&page.output, &flow, &event);
	assert_string_equal(page_text(&page),
		"time                            event    proto  src\n"
		"2025-11-24T22:07:23.000000005Z  destroy  udp    192.0.2.3\n");
	page_close(&page);
}

/* --- terminals -------------------------------------------------------- */

static unsigned widest_line(const char *text)
{
	unsigned widest = 0;

	while (*text != '\0') {
		size_t length = strcspn(text, "\n");
		unsigned width = sheet_width(text, length);

		widest = width > widest ? width : widest;
		text += length + 1;
	}
	return widest;
}

static void test_it_fits_a_terminal(void **state)
{
	struct flow flow = make_flow(IPPROTO_TCP, "2001:db8:1234:5678:9abc:def0:1234:5678",
		"2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff", 40000, 443);
	struct screen screen;
	const char *text;

	(void)state;
	flow.present |= FLOW_STATE | FLOW_COUNTERS;
	flow.state = 3;
	for (unsigned short width = 80; width <= 200; width = (unsigned short)(width + 40)) {
		screen_open(&screen, &output_table, width);
		output_flow(&screen.output, &flow, NULL);
		output_end(&screen.output);
		text = screen_text(&screen);
		assert_true(widest_line(text) <= width);
		assert_non_null(strstr(text, "ESTABLISHED"));
		/* Either whole or with its beginning and its end. */
		assert_non_null(strstr(text, width > 80 ? "2001:db8:1234:5678:9abc:def0:1234:5678"
							: "2001:db8:12\xe2\x80\xa6:1234:5678"));
		assert_null(strstr(text, "\033"));
		/* Not translated: the reply says nothing new. */
		assert_null(strstr(text, "reply_src"));
		screen_close(&screen);
	}
}

/* The columns that stay, the narrower the terminal the fewer, and no line is too long. */
static void test_narrow_terminals(void **state)
{
	static const struct {
		unsigned short width;
		const char *head;
	} rows[] = {
		{80, "proto  state        src                     sport  dst                     "
		     "dport\n"},
		{70, "proto  state        src                sport  dst                dport\n"},
		{69, "proto  state        src                   dst                   dport\n"},
		{60, "proto  src                     dst                     dport\n"},
		{50, "proto  src                dst                dport\n"},
		{43, "proto  src                dst\n"},
		{42, "src                   dst\n"},
		{36, "src                dst\n"},
	};
	struct flow flow = make_flow(IPPROTO_TCP, "2001:db8:1234:5678:9abc:def0:1234:5678",
		"2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff", 40000, 443);
	struct screen screen;

	(void)state;
	flow.present |= FLOW_STATE;
	flow.state = 3;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		screen_open(&screen, &output_table, rows[i].width);
		output_flow(&screen.output, &flow, NULL);
		output_end(&screen.output);
		assert_true(widest_line(screen_text(&screen)) <= rows[i].width);
		strchr(screen.text, '\n')[1] = '\0';
		assert_string_equal(screen.text, rows[i].head);
		screen_close(&screen);
	}
}

#define LONG_SOURCE      "2001:db8:1234:5678:9abc:def0:1234:5678"
#define LONG_DESTINATION "2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff"

/* Many short flows and a long one, by a child: a terminal holds less than that. */
static void put_long_after_short(struct screen *screen, const struct view *view,
	enum output_subject subject, unsigned shorts)
{
	const struct event event = {.type = EVENT_NEW, .received = {SAMPLE_SECOND, 0}};
	const struct event *happened = subject == SUBJECT_EVENTS ? &event : NULL;
	struct flow flow = make_udp();

	screen->output.view = view;
	screen->output.subject = subject;
	while (screen->output.records < shorts)
		output_flow(&screen->output, &flow, happened);
	flow = make_flow(IPPROTO_UDP, LONG_SOURCE, LONG_DESTINATION, 40000, 443);
	flow.present |= FLOW_MARK;
	flow.mark = 7654321;
	output_flow(&screen->output, &flow, happened);
	output_end(&screen->output);
	_exit(writer_flush(&screen->writer) == 0 ? 0 : 1);
}

/* The line of the long one. */
static const char *long_after_short(struct screen *screen, const struct view *view,
	enum output_subject subject, unsigned shorts, unsigned short width)
{
	size_t used = 0;
	ssize_t length;
	int status;
	pid_t child;
	char *last;

	screen_open(screen, &output_table, width);
	child = fork();
	assert_true(child >= 0);
	if (child == 0)
		put_long_after_short(screen, view, subject, shorts);
	close(screen->slave);
	screen->slave = -1;
	while ((length = read(
			screen->master, screen->text + used, sizeof(screen->text) - 1 - used)) > 0)
		used += (size_t)length;
	screen->text[used] = '\0';
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_true(widest_line(screen->text) <= width);
	for (last = screen->text + used - 1; last[-1] != '\n'; last--)
		;
	return last;
}

static void test_what_comes_later_has_the_spare_room(void **state)
{
	static const char *const names[] = {"dport", "mark", "src"};
	static const char *const pair[] = {"src", "dst", "dport"};
	struct view view = columns_view(names, 3), both = columns_view(pair, 3);
	struct screen screen;

	(void)state;
	assert_string_equal(long_after_short(&screen, &view, SUBJECT_LIST, 1000, 80),
		"  443  7654321  " LONG_SOURCE "\n");
	screen_close(&screen);
	assert_string_equal(long_after_short(&screen, &both, SUBJECT_EVENTS, 1, 100),
		"new      " LONG_SOURCE "   " LONG_DESTINATION "     443\n");
	screen_close(&screen);
	/* Some of it, where there is not enough for all. */
	assert_string_equal(long_after_short(&screen, &both, SUBJECT_EVENTS, 1, 80),
		"new      2001:db8:1234:5\xe2\x80\xa6:def0:1234:5678  "
		"2001:db8:aaaa:b\xe2\x80\xa6:dddd:eeee:ffff    443\n");
	screen_close(&screen);
	/* And columns that said nothing so far. */
	assert_non_null(strstr(long_after_short(&screen, NULL, SUBJECT_LIST, 250, 190), "7654321"));
	screen_close(&screen);
}

/* A column that may not grow: its cell takes the room, the next ones give it back. */
static void test_out_of_line_and_back(void **state)
{
	static const char *const cells[][3] = {{"short", "abc", "x"}, {"much longer", "a", "y"},
		{"a text for which there is no room", "abc", "z"}};
	struct sheet sheet = {.terminal = {.there = true, .width = 25}};
	struct page page;

	(void)state;
	page_open(&page, &output_table);
	for (unsigned i = 0; i < 3; i++) {
		sheet_add(&sheet, cells[0][i])->least = 4;
		sheet.column[i].width = 5;
	}
	sheet_fit(&sheet);
	for (unsigned row = 0; row < 3; row++) {
		for (unsigned i = 0; i < 3; i++)
			sheet_put(&sheet, page.output.writer, i, cells[row][i],
				strlen(cells[row][i]), STYLE_PLAIN, i == 2);
	}
	assert_string_equal(page_text(&page), "short  abc    x\n"
					      "much longer  a  y\n"
					      "a tex~ room  abc  z\n");
	page_close(&page);
}

static void test_what_is_asked_for_stays(void **state)
{
	static const char *const names[] = {"helper", "reply_src", "zone", "mark", "src", "dst",
		"reply_dst", "status", "id", "timeout"};
	struct view view = columns_view(names, 10);
	struct flow flow = make_tcp();
	struct screen screen;

	(void)state;
	screen_open(&screen, &output_table, 80);
	screen.output.view = &view;
	output_flow(&screen.output, &flow, NULL);
	output_end(&screen.output);
	screen_text(&screen);
	for (unsigned i = 0; i < 10; i++)
		assert_non_null(strstr(screen.text, names[i]));
	screen_close(&screen);
}

static void test_colours(void **state)
{
	static const char *const names[] = {"proto", "state", "src"};
	struct view view = columns_view(names, 3);
	struct flow flow = make_tcp();
	struct screen screen;

	(void)state;
	screen_open(&screen, &output_table, 80);
	unsetenv("NO_COLOR");
	screen.output.view = &view;
	output_flow(&screen.output, &flow, NULL);
	output_end(&screen.output);
	assert_string_equal(screen_text(&screen),
		"\033[1mproto\033[0m  \033[1mstate\033[0m        \033[1msrc\033[0m\n"
		"tcp    \033[32mESTABLISHED\033[0m  192.0.2.1\n");
	screen_close(&screen);
}

/* --- names ------------------------------------------------------------ */

static unsigned wanted, waits;

static void want(struct names *names, uint8_t family, const union address *address)
{
	(void)names;
	(void)family;
	(void)address;
	wanted++;
}

static void wait_for(struct names *names)
{
	(void)names;
	waits++;
}

static const char *address_name(struct names *names, uint8_t family, const union address *address)
{
	(void)names;
	(void)family;
	return waits > 0 && address->bytes[3] == 1 ? "host.example" : NULL;
}

static const char *port_name(struct names *names, uint8_t protocol, uint16_t port)
{
	(void)names;
	return port == 80 && protocol == IPPROTO_TCP ? "http" : NULL;
}

static void test_names(void **state)
{
	static const char *const columns[] = {"src", "sport", "dport"};
	struct names names = {want, wait_for, address_name, port_name};
	struct view view = columns_view(columns, 3);
	struct page page;

	(void)state;
	wanted = 0;
	waits = 0;
	page_open(&page, &output_table);
	page.output.view = &view;
	page.output.names = &names;
	put_flows(&page.output);
	assert_string_equal(page_text(&page), "src           sport  dport\n"
					      "host.example   1000   http\n"
					      "192.0.2.3      1000     53\n"
					      "2001:db8::1       -      -\n");
	assert_int_equal(wanted, 3);
	assert_int_equal(waits, 1);
	page_close(&page);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_columns_are_aligned),
		cmocka_unit_test(test_usual_columns),
		cmocka_unit_test(test_labels),
		cmocka_unit_test(test_many_rows),
		cmocka_unit_test(test_csv_quotes),
		cmocka_unit_test(test_events),
		cmocka_unit_test(test_it_fits_a_terminal),
		cmocka_unit_test(test_narrow_terminals),
		cmocka_unit_test(test_what_comes_later_has_the_spare_room),
		cmocka_unit_test(test_out_of_line_and_back),
		cmocka_unit_test(test_what_is_asked_for_stays),
		cmocka_unit_test(test_colours),
		cmocka_unit_test(test_names),
	};

	return cmocka_run_group_tests_name("table", tests, NULL, NULL);
}
