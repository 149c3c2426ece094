/* SPDX-License-Identifier: MIT */
#include "sample.h"

#define HEAD        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<conntrack>\n"
#define FOOT        "</conntrack>\n"
#define EXPECT_HEAD "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<expect>\n"
#define EXPECT_FOOT "</expect>\n"

/*
 * A reader of XML as strict as this output is plain: elements, attributes in
 * double quotes, the predefined entities and decimal references, nothing else.
 */
#define DEPTH_MAX 16

struct reader {
	const char *at;
	unsigned depth;
	size_t length[DEPTH_MAX]; /* of the names of the open elements */
	const char *name[DEPTH_MAX];
};

static size_t name_length(const char *p)
{
	return strspn(p, "abcdefghijklmnopqrstuvwxyz0123456789-");
}

static void read_attributes(struct reader *r)
{
	while (*r->at == ' ') {
		size_t n = name_length(++r->at);

		assert_true(n > 0);
		r->at += n;
		assert_memory_equal(r->at, "=\"", 2);
		r->at += 2;
		r->at += strcspn(r->at, "\"<&");
		assert_int_equal(*r->at++, '"');
	}
}

static void read_closing_tag(struct reader *r)
{
	size_t n = name_length(r->at);

	assert_true(r->depth > 0);
	r->depth--;
	assert_int_equal(n, r->length[r->depth]);
	assert_memory_equal(r->at, r->name[r->depth], n);
	r->at += n;
	assert_int_equal(*r->at++, '>');
}

static void read_tag(struct reader *r)
{
	size_t n = name_length(r->at);
	const char *name = r->at;

	assert_true(n > 0);
	r->at += n;
	read_attributes(r);
	if (*r->at == '/') {
		r->at++;
	} else {
		assert_true(r->depth < DEPTH_MAX);
		r->name[r->depth] = name;
		r->length[r->depth++] = n;
	}
	assert_int_equal(*r->at++, '>');
}

static void read_reference(struct reader *r)
{
	static const char *const entities[] = {"amp;", "lt;", "gt;"};

	if (*r->at == '#') {
		long code = strtol(r->at + 1, (char **)(uintptr_t)&r->at, 10);

		assert_true(code == 9 || code == 10 || code == 13 || (code >= 127 && code < 160));
		assert_int_equal(*r->at++, ';');
		return;
	}
	for (unsigned i = 0; i < 3; i++) {
		if (strncmp(r->at, entities[i], strlen(entities[i])) == 0) {
			r->at += strlen(entities[i]);
			return;
		}
	}
	fail_msg("no reference: %.10s", r->at);
}

/* One whole element from *at on; leaves *at behind it. Text must be UTF-8 without controls. */
static const char *read_element(const char *at)
{
	struct reader r = {.at = at};

	assert_int_equal(*r.at, '<');
	do {
		uint32_t character = 0;
		int n = read_utf8(&character, r.at);

		assert_true(n > 0); /* not the end, not outside UTF-8 */
		assert_true(character >= ' ');
		assert_true(character != 0xfffe && character != 0xffff);
		r.at += n;
		if (character == '<' && *r.at == '/') {
			r.at++;
			read_closing_tag(&r);
		} else if (character == '<') {
			read_tag(&r);
		} else if (character == '&') {
			read_reference(&r);
		}
		assert_true(character != '>');
	} while (r.depth > 0);
	return r.at;
}

/* Head, lines of one element each, foot. */
static void check_document(const char *text, const char *head, const char *foot)
{
	assert_memory_equal(text, head, strlen(head));
	text += strlen(head);
	while (strcmp(text, foot) != 0) {
		text = read_element(text);
		assert_int_equal(*text++, '\n');
	}
}

static void check_list(const struct output *how, const struct flow *flow, const struct event *event,
	const char *expected)
{
	struct page page;
	char document[8192];

	page_open(&page, &output_xml);
	page.output.flags = how->flags;
	page.output.labels = how->labels;
	output_flow(&page.output, flow, event);
	output_end(&page.output);
	snprintf(document, sizeof(document), HEAD "%s\n" FOOT, expected);
	assert_string_equal(page_text(&page), document);
	check_document(page.text, HEAD, FOOT);
	page_close(&page);
}

static void check(const struct flow *flow, unsigned flags, const char *expected)
{
	struct output how = {.flags = flags};

	check_list(&how, flow, NULL, expected);
}

static void test_nothing_for_nothing(void **state)
{
	struct page page;

	(void)state;
	page_open(&page, &output_xml);
	output_end(&page.output);
	assert_string_equal(page_text(&page), "");
	page.output.expectations = true;
	output_end(&page.output);
	assert_string_equal(page_text(&page), "");
	page_close(&page);
}

static void test_tcp(void **state)
{
	struct flow flow = make_tcp();

	(void)state;
	check(&flow, OUTPUT_EXTENDED | OUTPUT_ID | OUTPUT_TIMESTAMP,
		"<flow><meta direction=\"original\"><layer3 protonum=\"2\" protoname=\"ipv4\">"
		"<src>192.0.2.1</src><dst>198.51.100.1</dst></layer3><layer4 protonum=\"6\" "
		"protoname=\"tcp\"><sport>1000</sport><dport>80</dport></layer4></meta>"
		"<meta direction=\"reply\"><layer3 protonum=\"2\" protoname=\"ipv4\">"
		"<src>198.51.100.1</src><dst>192.0.2.1</dst></layer3><layer4 protonum=\"6\" "
		"protoname=\"tcp\"><sport>80</sport><dport>1000</dport></layer4></meta>"
		"<meta direction=\"independent\"><state>ESTABLISHED</state><timeout>99</timeout>"
		"<mark>0</mark><use>1</use><id>728964595</id><assured/></meta></flow>");
}

static void test_other_protocols(void **state)
{
	struct flow flow = make_flow(IPPROTO_GRE, "2001:db8::1", "2001:db8::2", 1, 0xff00);

	(void)state;
	check(&flow, 0,
		"<flow><meta direction=\"original\"><layer3 protonum=\"10\" protoname=\"ipv6\">"
		"<src>2001:db8::1</src><dst>2001:db8::2</dst></layer3><layer4 protonum=\"47\" "
		"protoname=\"gre\"><srckey>0x1</srckey><dstkey>0xff00</dstkey></layer4></meta>"
		"<meta direction=\"reply\"><layer3 protonum=\"10\" protoname=\"ipv6\">"
		"<src>2001:db8::2</src><dst>2001:db8::1</dst></layer3><layer4 protonum=\"47\" "
		"protoname=\"gre\"><srckey>0xff00</srckey><dstkey>0x1</dstkey></layer4></meta>"
		"<meta direction=\"independent\"><timeout>99</timeout><id>728964595</id>"
		"<unreplied/></meta></flow>");
	flow = make_unknown();
	flow.status = IPS_SEEN_REPLY;
	check(&flow, 0,
		"<flow><meta direction=\"original\"><layer3 protonum=\"2\" protoname=\"ipv4\">"
		"<src>192.0.2.7</src><dst>198.51.100.2</dst></layer3><layer4 protonum=\"89\" "
		"protoname=\"unknown\"></layer4></meta>"
		"<meta direction=\"reply\"><layer3 protonum=\"2\" protoname=\"ipv4\">"
		"<src>198.51.100.2</src><dst>192.0.2.7</dst></layer3><layer4 protonum=\"89\" "
		"protoname=\"unknown\"></layer4></meta>"
		"<meta direction=\"independent\"><timeout>99</timeout><mark>0</mark><use>1</use>"
		"<id>728964595</id></meta></flow>");
}

/* What 1.4.9 leaves out or gets wrong. */
static void test_icmp_and_sctp(void **state)
{
	struct flow flow = make_icmp();

	(void)state;
	check(&flow, 0,
		"<flow><meta direction=\"original\"><layer3 protonum=\"2\" protoname=\"ipv4\">"
		"<src>192.0.2.200</src><dst>198.51.100.2</dst></layer3><layer4 protonum=\"1\" "
		"protoname=\"icmp\"><type>8</type><code>0</code><id>7</id></layer4></"
		"meta>"
		"<meta direction=\"reply\"><layer3 protonum=\"2\" protoname=\"ipv4\">"
		"<src>198.51.100.2</src><dst>192.0.2.200</dst></layer3><layer4 protonum=\"1\" "
		"protoname=\"icmp\"><type>0</type><code>0</code><id>7</id></layer4></"
		"meta>"
		"<meta direction=\"independent\"><timeout>99</timeout><mark>0</mark><use>1</use>"
		"<id>5</id><unreplied/></meta></flow>");
	flow = make_sctp(4);
	check(&flow, 0,
		"<flow><meta direction=\"original\"><layer3 protonum=\"2\" protoname=\"ipv4\">"
		"<src>192.0.2.1</src><dst>198.51.100.1</dst></layer3><layer4 protonum=\"132\" "
		"protoname=\"sctp\"><sport>1</sport><dport>2</dport></layer4></meta>"
		"<meta direction=\"reply\"><layer3 protonum=\"2\" protoname=\"ipv4\">"
		"<src>198.51.100.1</src><dst>192.0.2.1</dst></layer3><layer4 protonum=\"132\" "
		"protoname=\"sctp\"><sport>2</sport><dport>1</dport></layer4></meta>"
		"<meta direction=\"independent\"><state>ESTABLISHED</state><timeout>99</timeout>"
		"<mark>0</mark><use>1</use><id>728964595</id><unreplied/></meta></flow>");
}

static void test_everything_in_its_place(void **state)
{
	struct flow flow = make_udp();
	struct label_map map;
	struct output how = {
		.flags = OUTPUT_KTIMESTAMP | OUTPUT_LABELS | OUTPUT_TIMESTAMP, .labels = &map};
	struct event event = {.type = EVENT_DESTROY, .received = {SAMPLE_SECOND, 0}, .port = 9};

	(void)state;
	make_label_map(&map);
	set_label(&flow, 40);
	set_label(&flow, 2);
	set_label(&flow, 3);
	set_counters(&flow);
	set_tuple_zone(&flow.tuple[ORIGINAL], 6);
	set_tuple_zone(&flow.tuple[REPLY], 7);
	flow.present |= FLOW_SECMARK | FLOW_SECCTX | FLOW_ZONE | FLOW_START | FLOW_STOP |
			FLOW_HELPER | FLOW_EVENT_TIME;
	flow.secmark = 77;
	set_slice(&flow.secctx, "u:r", 3);
	flow.zone = 3;
	flow.start = SAMPLE_NANOSECONDS + 5;
	flow.stop = SAMPLE_NANOSECONDS + UINT64_C(9000000005);
	flow.event_time = UINT64_C(1764493507000000000); /* Sunday, 2025-11-30 09:05:07 */
	strcpy(flow.helper, "a<b");
	check_list(&how, &flow, &event,
		"<flow type=\"destroy\"><meta direction=\"original\"><layer3 protonum=\"2\" "
		"protoname=\"ipv4\"><src>192.0.2.3</src><dst>198.51.100.2</dst></layer3>"
		"<layer4 protonum=\"17\" protoname=\"udp\"><sport>1000</sport><dport>53</dport>"
		"</layer4><zone>6</zone><counters><packets>2</packets><bytes>156</bytes></counters>"
		"</meta><meta direction=\"reply\"><layer3 protonum=\"2\" protoname=\"ipv4\">"
		"<src>198.51.100.2</src><dst>192.0.2.3</dst></layer3><layer4 protonum=\"17\" "
		"protoname=\"udp\"><sport>53</sport><dport>1000</dport></layer4><zone>7</zone>"
		"<counters><packets>18446744073709551615</packets>"
		"<bytes>18446744073709551615</bytes></counters></meta>"
		"<meta direction=\"independent\"><timeout>99</timeout><mark>0</mark><labels>"
		"<label>two words</label><label>forty</label></labels><secmark>77</secmark>"
		"<secctx>u:r</secctx><zone>3</zone><use>1</use><id>728964595</id><unreplied/>"
		"<timestamp><start>1764022043000000005</start><stop>1764022052000000005</stop>"
		"</timestamp><deltatime>9</deltatime></meta><when><hour>9</hour><min>05</min>"
		"<sec>07</sec><wday>1</wday><day>30</day><month>11</month><year>2025</year></when>"
		"<helper>a&lt;b</helper></flow>");
}

static void test_only_what_was_asked_for(void **state)
{
	struct flow flow = make_unknown();

	(void)state;
	set_label(&flow, 0);
	flow.present = FLOW_LABELS | FLOW_START;
	flow.start = SAMPLE_NANOSECONDS;
	flow.tuple[REPLY].present = 0;
	check(&flow, OUTPUT_LABELS,
		"<flow><meta direction=\"original\"><layer3 protonum=\"2\" protoname=\"ipv4\">"
		"<src>192.0.2.7</src><dst>198.51.100.2</dst></layer3><layer4 protonum=\"89\" "
		"protoname=\"unknown\"></layer4></meta><meta direction=\"independent\">"
		"<deltatime>9</deltatime></meta></flow>");
}

static void test_event_types(void **state)
{
	static const char *const begins[] = {
		[EVENT_NEW] = HEAD "<flow type=\"new\"><meta ",
		[EVENT_UPDATE] = HEAD "<flow type=\"update\"><meta ",
		[EVENT_DESTROY] = HEAD "<flow type=\"destroy\"><meta ",
	};
	struct flow flow = make_udp();

	(void)state;
	for (unsigned type = EVENT_NEW; type <= EVENT_DESTROY; type++) {
		struct event event = {.type = type, .port = 7, .program = "none of it"};
		struct page page;

		page_open(&page, &output_xml);
		output_flow(&page.output, &flow, &event);
		output_end(&page.output);
		assert_memory_equal(page_text(&page), begins[type], strlen(begins[type]));
		assert_null(strstr(page.text, "none of it"));
		check_document(page.text, HEAD, FOOT);
		page_close(&page);
	}
}

static void test_event_of_the_table(void **state)
{
	struct flow flow = {.present = FLOW_ID, .id = 7};
	struct event event = {
		.type = EVENT_DESTROY, .source = EVENT_RESYNC, .received = {SAMPLE_SECOND, 7}};
	struct output how = {.format = &output_xml};

	(void)state;
	check_flow_with(&how, &flow, &event,
		"<flow type=\"destroy\" from=\"resync\">"
		"<meta direction=\"independent\"><id>7</id></meta></flow>\n");
	event.type = EVENT_NEW;
	event.source = EVENT_SNAPSHOT;
	how.flags = OUTPUT_RECEIVED;
	check_flow_with(&how, &flow, &event,
		"<flow type=\"new\" from=\"snapshot\">"
		"<meta direction=\"independent\"><id>7</id></meta>"
		"<received>1764022043000000007</received></flow>\n");
}

/* A gap opens the document, and a new file begins with a head of its own. */
static void test_gaps(void **state)
{
	struct gap gap = {.since = {5, 7}, .until = {6, 0}, .overruns = 2, .lost = 9};
	struct page page;

	(void)state;
	page_open(&page, &output_xml);
	output_gap(&page.output, &gap);
	output_continue(&page.output);
	output_continue(&page.output);
	gap.lost_known = true;
	output_gap(&page.output, &gap);
	output_end(&page.output);
	assert_string_equal(page_text(&page),
		HEAD "<gap><since>5000000007</since><until>6000000000</until>"
		     "<overruns>2</overruns></gap>\n" FOOT HEAD
		     "<gap><since>5000000007</since><until>6000000000</until>"
		     "<overruns>2</overruns><lost>9</lost></gap>\n" FOOT);
	page_close(&page);
}

static void test_hostile_text(void **state)
{
	struct flow flow = {.present = FLOW_SECCTX};

	(void)state;
	set_slice(&flow.secctx, HOSTILE "\xef\xbf\xbe", HOSTILE_LENGTH + 3);
	check(&flow, 0,
		"<flow><meta direction=\"independent\"><secctx>a\"b\\c&lt;d&gt;&amp;'&#10;&#9;&#13;"
		"\xef\xbf\xbd\xef\xbf\xbd&#127;&#155;\xc3\xa9\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"
		"\xef\xbf\xbd\xf0\x9f\x98\x80\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd</secctx>"
		"</meta></flow>");
}

static void test_every_byte_as_text(void **state)
{
	uint8_t bytes[65535];
	struct flow flow = {.present = FLOW_SECCTX};
	struct page page;

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 167 >> (i / 256 % 8));
	set_slice(&flow.secctx, bytes, sizeof(bytes));
	page_open(&page, &output_xml);
	output_flow(&page.output, &flow, NULL);
	output_flow(&page.output, &flow, NULL);
	output_end(&page.output);
	check_document(page_text(&page), HEAD, FOOT);
	assert_true(page.length > 2 * sizeof(bytes));
	page_close(&page);
}

static void check_expectation(const struct expectation *e, unsigned flags,
	const struct event *event, const char *expected)
{
	struct page page;
	char document[4096];

	page_open(&page, &output_xml);
	page.output.flags = flags;
	page.output.expectations = true;
	output_expectation(&page.output, e, event);
	output_end(&page.output);
	snprintf(document, sizeof(document), EXPECT_HEAD "%s\n" EXPECT_FOOT, expected);
	assert_string_equal(page_text(&page), document);
	check_document(page.text, EXPECT_HEAD, EXPECT_FOOT);
	page_close(&page);
}

static void test_expectations(void **state)
{
	struct expectation e = make_expectation();
	struct event event = {.type = EVENT_NEW, .received = {SAMPLE_SECOND, 0}};

#define LAYERS                                                                                     \
	"<layer3 protonum=\"2\" protoname=\"ipv4\"><expected><src>192.0.2.7</src>"                 \
	"<dst>192.0.2.8</dst></expected><mask><src>255.255.255.255</src>"                          \
	"<dst>255.255.255.255</dst></mask><master><src>127.0.0.1</src><dst>127.0.0.1</dst>"        \
	"</master></layer3><layer4 protonum=\"6\" protoname=\"tcp\"><expected><sport>0</sport>"    \
	"<dport>5000</dport></expected><mask><sport>0</sport><dport>65535</dport></mask><master>"  \
	"<sport>1024</sport><dport>21</dport></master></layer4>"
	(void)state;
	check_expectation(&e, 0, NULL,
		"<flow>" LAYERS "<meta><helper-name>ftp</helper-name><timeout>299</timeout>"
		"<class>0</class></meta></flow>");
	e.present |= EXPECTATION_ZONE;
	e.zone = 8;
	e.flags = EXPECTATION_PERMANENT | EXPECTATION_INACTIVE | EXPECTATION_USERSPACE;
	check_expectation(&e, OUTPUT_TIMESTAMP | OUTPUT_RECEIVED, &event,
		"<flow type=\"new\">" LAYERS "<meta><helper-name>ftp</helper-name>"
		"<timeout>299</timeout><class>0</class><zone>8</zone><when><hour>22</hour>"
		"<min>07</min><sec>23</sec><wday>2</wday><day>24</day><month>11</month>"
		"<year>2025</year></when><received>1764022043000000000</received><permanent/"
		"><inactive/><userspace/></meta></flow>");
#undef LAYERS
}

static void test_numbers_are_as_in_text(void **state)
{
	struct stats stats = {.cpu = 1, .count = 1, .counter = {{2, 3}}};
	struct page page;

	(void)state;
	page_open(&page, &output_xml);
	output_stats(&page.output, &stats);
	output_count(&page.output, 4);
	output_end(&page.output);
	assert_string_equal(page_text(&page), "cpu=1   \tfound=3 \n4\n");
	page_close(&page);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_for_nothing),
		cmocka_unit_test(test_tcp),
		cmocka_unit_test(test_other_protocols),
		cmocka_unit_test(test_icmp_and_sctp),
		cmocka_unit_test(test_everything_in_its_place),
		cmocka_unit_test(test_only_what_was_asked_for),
		cmocka_unit_test(test_event_types),
		cmocka_unit_test(test_event_of_the_table),
		cmocka_unit_test(test_gaps),
		cmocka_unit_test(test_hostile_text),
		cmocka_unit_test(test_every_byte_as_text),
		cmocka_unit_test(test_expectations),
		cmocka_unit_test(test_numbers_are_as_in_text),
	};

	setenv("TZ", "UTC", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
