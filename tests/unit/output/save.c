/* SPDX-License-Identifier: MIT */
#include "sample.h"

static const struct output list = {.format = &output_save};

static void check(const struct flow *flow, const char *expected)
{
	check_flow_with(&list, flow, NULL, expected);
}

static void test_each_protocol(void **state)
{
	struct flow flow = make_tcp();

	(void)state;
	check(&flow, "-A -t 99 -u SEEN_REPLY,ASSURED -s 192.0.2.1 -d 198.51.100.1 -r 198.51.100.1 "
		     "-q 192.0.2.1 -p tcp --sport 1000 --dport 80 --reply-port-src 80 "
		     "--reply-port-dst 1000 --state ESTABLISHED\n");
	flow = make_udp();
	check(&flow, "-A -t 99 -u UNSET -s 192.0.2.3 -d 198.51.100.2 -r 198.51.100.2 -q 192.0.2.3 "
		     "-p udp --sport 1000 --dport 53 --reply-port-src 53 --reply-port-dst 1000\n");
	flow = make_flow(IPPROTO_UDPLITE, "2001:db8::1", "2001:db8::2", 1, 2);
	check(&flow,
		"-A -t 99 -u UNSET -s 2001:db8::1 -d 2001:db8::2 -r 2001:db8::2 -q 2001:db8::1 "
		"-p udplite --sport 1 --dport 2 --reply-port-src 2 --reply-port-dst 1\n");
	flow = make_icmp();
	check(&flow,
		"-A -t 99 -u UNSET -s 192.0.2.200 -d 198.51.100.2 -r 198.51.100.2 -q 192.0.2.200 "
		"-p icmp --icmp-type 8 --icmp-code 0 --icmp-id 7\n");
	flow = make_icmpv6();
	check(&flow,
		"-A -t 99 -u UNSET -s 2001:db8::1 -d 2001:db8::2 -r 2001:db8::2 -q 2001:db8::1 "
		"-p icmpv6 --icmpv6-type 128 --icmpv6-code 0 --icmpv6-id 5\n");
	flow = make_flow(IPPROTO_GRE, "192.0.2.15", "198.51.100.20", 65535, 1);
	check(&flow,
		"-A -t 99 -u UNSET -s 192.0.2.15 -d 198.51.100.20 -r 198.51.100.20 -q 192.0.2.15 "
		"-p gre --srckey 65535 --dstkey 1 --reply-key-src 1 --reply-key-dst 65535\n");
	flow = make_sctp(8);
	check(&flow, "-A -t 99 -u UNSET -s 192.0.2.1 -d 198.51.100.1 -r 198.51.100.1 -q 192.0.2.1 "
		     "-p sctp --sport 1 --dport 2 --reply-port-src 2 --reply-port-dst 1 "
		     "--state HEARTBEAT_SENT --orig-vtag 1 --reply-vtag 4294967295\n");
	flow = make_dccp();
	check(&flow,
		"-A -t 99 -u UNSET -s 192.0.2.13 -d 198.51.100.20 -r 198.51.100.20 -q 192.0.2.13 "
		"-p dccp --sport 4003 --dport 56 --reply-port-src 56 --reply-port-dst 4003 "
		"--state OPEN --role client --handshake-seq 281474976710655\n");
	flow = make_unknown();
	check(&flow, "-A -t 99 -u UNSET -s 192.0.2.7 -d 198.51.100.2 -r 198.51.100.2 -q 192.0.2.7 "
		     "-p 89\n");
}

static void test_quotes(void **state)
{
	static const char *const helpers[][2] = {
		{"a\\b", " --helper a\\b\n"},
		{"a b", " --helper \"a b\"\n"},
		{"a\"b", " --helper \"a\\\"b\"\n"},
		{"a \\b", " --helper \"a \\\\b\"\n"},
	};
	struct page page;

	(void)state;
	for (unsigned i = 0; i < sizeof(helpers) / sizeof(helpers[0]); i++) {
		struct flow flow = make_unknown();

		flow.present |= FLOW_HELPER;
		strcpy(flow.helper, helpers[i][0]);
		page_open(&page, &output_save);
		output_flow(&page.output, &flow, NULL);
		assert_non_null(strstr(page_text(&page), helpers[i][1]));
		page_close(&page);
	}
}

/* NAT would give a key its mirror: a reply with another one is as it was made. */
static void test_own_key(void **state)
{
	struct flow flow = make_flow(IPPROTO_GRE, "192.0.2.15", "198.51.100.20", 8, 10);

	(void)state;
	assert_int_equal(inet_pton(AF_INET, "203.0.113.7", &flow.tuple[REPLY].source), 1);
	check(&flow,
		"-A -t 99 -u UNSET -s 192.0.2.15 -d 198.51.100.20 -g 203.0.113.7 -q 192.0.2.15 "
		"-p gre --srckey 8 --dstkey 10 --reply-key-src 10 --reply-key-dst 8\n");
	flow.tuple[REPLY].part[0] = 3;
	check(&flow,
		"-A -t 99 -u UNSET -s 192.0.2.15 -d 198.51.100.20 -r 203.0.113.7 -q 192.0.2.15 "
		"-p gre --srckey 8 --dstkey 10 --reply-key-src 3 --reply-key-dst 8\n");
	flow.present |= FLOW_STATUS;
	flow.status |= IPS_DST_NAT;
	check(&flow,
		"-A -t 99 -u UNSET -s 192.0.2.15 -d 198.51.100.20 -g 203.0.113.7 -q 192.0.2.15 "
		"-p gre --srckey 8 --dstkey 10 --reply-key-src 3 --reply-key-dst 8\n");
}

static void test_status(void **state)
{
	struct flow flow = make_unknown();

	(void)state;
	flow.status = UINT32_MAX & ~(uint32_t)(IPS_SRC_NAT | IPS_DST_NAT);
	check(&flow, "-A -t 99 -u SEEN_REPLY,ASSURED,FIXED_TIMEOUT -s 192.0.2.7 -d 198.51.100.2 "
		     "-r 198.51.100.2 -q 192.0.2.7 -p 89\n");
	flow.status = IPS_EXPECTED | IPS_OFFLOAD | IPS_CONFIRMED;
	check(&flow, "-A -t 99 -u UNSET -s 192.0.2.7 -d 198.51.100.2 -r 198.51.100.2 -q 192.0.2.7 "
		     "-p 89\n");
	flow.present = 0;
	check(&flow, "-A -s 192.0.2.7 -d 198.51.100.2 -r 198.51.100.2 -q 192.0.2.7 -p 89\n");
}

static void test_command_by_subject_and_event(void **state)
{
	static const char rest[] = "-t 99 -u UNSET -s 192.0.2.7 -d 198.51.100.2 -r 198.51.100.2 "
				   "-q 192.0.2.7 -p 89";
	static const struct {
		enum output_subject subject;
		enum event_type type; /* EVENT_NONE: not an event */
		const char *command;
		const char *mark; /* that is 0: an event of a change has one that was reset */
	} rows[] = {
		{SUBJECT_LIST, EVENT_NONE, "-A", ""},
		{SUBJECT_DELETE, EVENT_NONE, "-D", ""},
		{SUBJECT_EVENTS, EVENT_NEW, "-A", ""},
		{SUBJECT_EVENTS, EVENT_UPDATE, "-U", " -m 0"},
		{SUBJECT_EVENTS, EVENT_DESTROY, "-D", ""},
	};
	struct flow flow = make_unknown();

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct event event = {.type = rows[i].type, .port = 77, .program = "x"};
		struct output how = {.format = &output_save, .subject = rows[i].subject};
		char expected[256];

		snprintf(expected, sizeof(expected), "%s %s%s\n", rows[i].command, rest,
			rows[i].mark);
		check_flow_with(&how, &flow, rows[i].type ? &event : NULL, expected);
	}
}

/* The kernel changes neither the time of such an entry nor a line that asks for it. */
static void test_fixed_timeout(void **state)
{
	struct event event = {.type = EVENT_UPDATE};
	struct output how = {.format = &output_save, .subject = SUBJECT_EVENTS};
	struct flow flow = make_unknown();

	(void)state;
	flow.mark = 5;
	flow.status = IPS_FIXED_TIMEOUT;
	check_flow_with(&how, &flow, &event,
		"-U -u FIXED_TIMEOUT -s 192.0.2.7 -d 198.51.100.2 -r 198.51.100.2 -q 192.0.2.7 "
		"-p 89 -m 5\n");
	event.type = EVENT_NEW;
	check_flow_with(&how, &flow, &event,
		"-A -t 99 -u FIXED_TIMEOUT -s 192.0.2.7 -d 198.51.100.2 -r 198.51.100.2 "
		"-q 192.0.2.7 -p 89 -m 5\n");
}

static void test_zones(void **state)
{
	struct flow flow = make_unknown();

	(void)state;
	flow.present |= FLOW_ZONE;
	check(&flow, "-A -t 99 -u UNSET -s 192.0.2.7 -d 198.51.100.2 -r 198.51.100.2 -q 192.0.2.7 "
		     "-p 89\n");
	flow.zone = 3;
	check(&flow,
		"-A -t 99 -u UNSET -w 3 -s 192.0.2.7 -d 198.51.100.2 -r 198.51.100.2 -q 192.0.2.7 "
		"-p 89\n");
	flow.present &= ~FLOW_ZONE;
	set_tuple_zone(&flow.tuple[ORIGINAL], 6);
	set_tuple_zone(&flow.tuple[REPLY], 7);
	check(&flow, "-A -t 99 -u UNSET --orig-zone 6 --reply-zone 7 -s 192.0.2.7 -d 198.51.100.2 "
		     "-r 198.51.100.2 -q 192.0.2.7 -p 89\n");
}

static void set_reply(struct flow *flow, const char *source, const char *destination,
	uint16_t source_port, uint16_t destination_port)
{
	flow->tuple[REPLY] = make_tuple(flow->tuple[ORIGINAL].protocol, source, destination, 2,
		(const uint16_t[]){source_port, destination_port});
}

static void test_translated_addresses(void **state)
{
	struct flow flow = make_udp();

	(void)state;
	set_reply(&flow, "198.51.100.2", "203.0.113.5", 53, 1000);
	check(&flow,
		"-A -t 99 -u UNSET -s 192.0.2.3 -d 198.51.100.2 -r 198.51.100.2 -n 203.0.113.5 "
		"-p udp --sport 1000 --dport 53 --reply-port-src 53 --reply-port-dst 1000\n");
	set_reply(&flow, "203.0.113.6", "192.0.2.3", 5353, 1000);
	check(&flow,
		"-A -t 99 -u UNSET -s 192.0.2.3 -d 198.51.100.2 -g 203.0.113.6 -q 192.0.2.3 "
		"-p udp --sport 1000 --dport 53 --reply-port-src 5353 --reply-port-dst 1000\n");
	set_reply(&flow, "203.0.113.6", "203.0.113.7", 5353, 7000);
	flow.status = IPS_SRC_NAT | IPS_DST_NAT;
	check(&flow,
		"-A -t 99 -u UNSET -s 192.0.2.3 -d 198.51.100.2 -g 203.0.113.6 -n 203.0.113.7 "
		"-p udp --sport 1000 --dport 53 --reply-port-src 5353 --reply-port-dst 7000\n");
}

/* Another port is a translation only where the kernel says so. */
static void test_translated_ports(void **state)
{
	struct flow flow = make_udp();

	(void)state;
	set_reply(&flow, "198.51.100.2", "192.0.2.3", 5353, 7000);
	check(&flow,
		"-A -t 99 -u UNSET -s 192.0.2.3 -d 198.51.100.2 -r 198.51.100.2 -q 192.0.2.3 "
		"-p udp --sport 1000 --dport 53 --reply-port-src 5353 --reply-port-dst 7000\n");
	flow.status = IPS_SRC_NAT | IPS_DST_NAT;
	check(&flow, "-A -t 99 -u UNSET -s 192.0.2.3 -d 198.51.100.2 -g 198.51.100.2:5353 "
		     "-n 192.0.2.3:7000 -p udp --sport 1000 --dport 53 --reply-port-src 5353 "
		     "--reply-port-dst 7000\n");
	flow = make_flow(IPPROTO_TCP, "2001:db8::1", "2001:db8::2", 1, 80);
	set_reply(&flow, "2001:db8::2", "2001:db8::1", 8080, 1);
	flow.status = IPS_DST_NAT;
	check(&flow, "-A -t 99 -u UNSET -s 2001:db8::1 -d 2001:db8::2 -g [2001:db8::2]:8080 "
		     "-q 2001:db8::1 -p tcp --sport 1 --dport 80 --reply-port-src 8080 "
		     "--reply-port-dst 1\n");
	flow = make_udp();
	flow.status = IPS_SRC_NAT; /* to where it was */
	check(&flow, "-A -t 99 -u UNSET -s 192.0.2.3 -d 198.51.100.2 -r 198.51.100.2 -q 192.0.2.3 "
		     "-p udp --sport 1000 --dport 53 --reply-port-src 53 --reply-port-dst 1000\n");
}

/* No option has the ICMP id of the reply: a changed one stands behind the address. */
static void test_translated_icmp(void **state)
{
	struct flow flow = make_icmp();

	(void)state;
	flow.tuple[REPLY] = make_tuple(
		IPPROTO_ICMP, "198.51.100.9", "203.0.113.5", 3, (const uint16_t[]){0, 0, 7});
	flow.status = IPS_SRC_NAT | IPS_DST_NAT;
	check(&flow,
		"-A -t 99 -u UNSET -s 192.0.2.200 -d 198.51.100.2 -g 198.51.100.9 -n 203.0.113.5 "
		"-p icmp --icmp-type 8 --icmp-code 0 --icmp-id 7\n");
	flow.tuple[REPLY].part[2] = 9;
	check(&flow,
		"-A -t 99 -u UNSET -s 192.0.2.200 -d 198.51.100.2 -g 198.51.100.9 -n 203.0.113.5:9 "
		"-p icmp --icmp-type 8 --icmp-code 0 --icmp-id 7\n");
	flow.status = IPS_DST_NAT;
	flow.tuple[REPLY].destination = flow.tuple[ORIGINAL].source;
	check(&flow, "-A -t 99 -u UNSET -s 192.0.2.200 -d 198.51.100.2 -g 198.51.100.9:9 "
		     "-q 192.0.2.200 -p icmp --icmp-type 8 --icmp-code 0 --icmp-id 7\n");
}

static void test_mark_and_labels(void **state)
{
	struct flow flow = make_unknown();
	struct label_map map;
	struct output how = {.format = &output_save, .labels = &map};

	(void)state;
	make_label_map(&map);
	flow.mark = 4294967295;
	set_label(&flow, 0);
	set_label(&flow, 2);
	set_label(&flow, 3); /* has no name */
	check(&flow,
		"-A -t 99 -u UNSET -s 192.0.2.7 -d 198.51.100.2 -r 198.51.100.2 -q 192.0.2.7 -p 89 "
		"-m 4294967295 --label-add bit:0 --label-add bit:2 --label-add bit:3\n");
	check_flow_with(&how, &flow, NULL,
		"-A -t 99 -u UNSET -s 192.0.2.7 -d 198.51.100.2 -r 198.51.100.2 -q 192.0.2.7 -p 89 "
		"-m 4294967295 --label-add zero --label-add \"two words\" "
		"--label-add bit:3\n");
	how.subject = SUBJECT_DELETE; /* -D selects: what is to be made again is not its matter */
	check_flow_with(&how, &flow, NULL,
		"-D -t 99 -u UNSET -s 192.0.2.7 -d 198.51.100.2 -r 198.51.100.2 -q 192.0.2.7 "
		"-p 89\n");
}

static void test_what_cannot_be_loaded(void **state)
{
	struct flow flow = make_tcp();

	(void)state;
	flow.state = 200;
	flow.present |= FLOW_SECMARK | FLOW_ROLE;
	flow.secmark = 5;
	flow.role = 9;
	check(&flow, "-A -t 99 -u SEEN_REPLY,ASSURED -s 192.0.2.1 -d 198.51.100.1 -r 198.51.100.1 "
		     "-q 192.0.2.1 -p tcp --sport 1000 --dport 80 --reply-port-src 80 "
		     "--reply-port-dst 1000\n");
}

static void test_little_is_known(void **state)
{
	struct flow flow = {.present = 0};

	(void)state;
	check(&flow, "-A\n");
	flow.tuple[REPLY] = make_tuple(IPPROTO_TCP, "1.2.3.4", "5.6.7.8", 0, NULL);
	check(&flow, "-A -r 1.2.3.4 -q 5.6.7.8 -p tcp\n");
}

#define TCP_LINE                                                                                   \
	"-A -t 99 -u SEEN_REPLY,ASSURED -s 192.0.2.1 -d 198.51.100.1 -r 198.51.100.1 "             \
	"-q 192.0.2.1 -p tcp --sport 1000 --dport 80 --reply-port-src 80 "                         \
	"--reply-port-dst 1000 --state ESTABLISHED"

static void set_windows(struct flow *flow, uint8_t original, uint8_t reply)
{
	flow->present |= (FLOW_TCP_FLAGS | FLOW_WINDOW_SCALE) * (1 | 1 << REPLY);
	flow->tcp_flags[ORIGINAL].flags = original;
	flow->tcp_flags[REPLY].flags = reply;
	flow->window_scale[ORIGINAL] = 7;
	flow->window_scale[REPLY] = 14;
}

/* Windows of a connection that the kernel follows are written only where that is asked for. */
static void test_windows(void **state)
{
	struct output full = {.format = &output_save, .flags = OUTPUT_FULL};
	struct flow flow = make_tcp();

	(void)state;
	set_windows(&flow, 0x23, 0x21);
	check(&flow, TCP_LINE "\n");
	check_flow_with(&full, &flow, NULL,
		TCP_LINE " --orig-tcp-flags WINDOW_SCALE,SACK_PERM,MAXACK_SET "
			 "--reply-tcp-flags WINDOW_SCALE,MAXACK_SET --orig-wscale 7 "
			 "--reply-wscale 14\n");
	set_windows(&flow, 0x0a, 0x0a); /* what -A gives by itself */
	check_flow_with(&full, &flow, NULL, TCP_LINE "\n");
	flow.present |= FLOW_SYNPROXY; /* made by a program */
	check(&flow, TCP_LINE "\n");
	set_windows(&flow, 0, 0x01);
	check(&flow, TCP_LINE " --orig-tcp-flags NONE --reply-tcp-flags WINDOW_SCALE\n");
	full.subject = SUBJECT_DELETE;
	check_flow_with(&full, &flow, NULL,
		"-D -t 99 -u SEEN_REPLY,ASSURED -s 192.0.2.1 -d 198.51.100.1 -r 198.51.100.1 "
		"-q 192.0.2.1 -p tcp --sport 1000 --dport 80 --reply-port-src 80 "
		"--reply-port-dst 1000 --state ESTABLISHED\n");
}

static void set_whole(struct flow *flow)
{
	flow->present |= FLOW_HELPER | FLOW_SYNPROXY | FLOW_MASTER | FLOW_SEQUENCE << ORIGINAL |
			 FLOW_SEQUENCE << REPLY;
	strcpy(flow->helper, "ftp");
	flow->synproxy.initial_sequence = 1;
	flow->synproxy.initial_timestamp = 2;
	flow->synproxy.timestamp_offset = UINT32_MAX;
	flow->sequence[ORIGINAL] = (struct sequence_adjustment){UINT32_MAX, 5, UINT32_MAX};
	flow->sequence[REPLY] = (struct sequence_adjustment){1, INT32_MAX, 1u << 31};
	flow->master = make_tuple(
		IPPROTO_TCP, "192.0.2.1", "198.51.100.1", 2, (const uint16_t[]){999, 21});
}

/* -A makes all of it again, -U changes what can be changed, -D only names. */
static void test_what_the_old_tool_loses(void **state)
{
	struct output deletes = {.format = &output_save, .subject = SUBJECT_DELETE};
	struct event update = {.type = EVENT_UPDATE};
	struct output events = {.format = &output_save, .subject = SUBJECT_EVENTS};
	struct flow flow = make_tcp();

	(void)state;
	set_whole(&flow);
	check(&flow, TCP_LINE " --helper ftp --orig-seqadj 4294967295,5,-1 "
			      "--reply-seqadj 1,2147483647,-2147483648 --synproxy 1,2,4294967295 "
			      "--master-src 192.0.2.1 --master-dst 198.51.100.1 "
			      "--master-protonum tcp --master-sport 999 --master-dport 21\n");
	check_flow_with(&events, &flow, &update,
		"-U -t 99 -u SEEN_REPLY,ASSURED -s 192.0.2.1 -d 198.51.100.1 -r 198.51.100.1 "
		"-q 192.0.2.1 -p tcp --sport 1000 --dport 80 --reply-port-src 80 "
		"--reply-port-dst 1000 --state ESTABLISHED -m 0 --orig-seqadj 4294967295,5,-1 "
		"--reply-seqadj 1,2147483647,-2147483648 --synproxy 1,2,4294967295\n");
	check_flow_with(&deletes, &flow, NULL,
		"-D -t 99 -u SEEN_REPLY,ASSURED -s 192.0.2.1 -d 198.51.100.1 -r 198.51.100.1 "
		"-q 192.0.2.1 -p tcp --sport 1000 --dport 80 --reply-port-src 80 "
		"--reply-port-dst 1000 --state ESTABLISHED\n");
}

/* The kernel is silent on the time and state of an entry in a flow table. */
static void test_offloaded(void **state)
{
	struct flow flow = make_tcp();

	(void)state;
	flow.present &= ~(FLOW_TIMEOUT | FLOW_STATE);
	flow.status |= IPS_OFFLOAD;
	check(&flow, "-A -t 432000 -u SEEN_REPLY,ASSURED -s 192.0.2.1 -d 198.51.100.1 "
		     "-r 198.51.100.1 -q 192.0.2.1 -p tcp --sport 1000 --dport 80 "
		     "--reply-port-src 80 --reply-port-dst 1000 --state ESTABLISHED\n");
	flow = make_udp();
	flow.present &= ~FLOW_TIMEOUT;
	flow.status |= IPS_OFFLOAD;
	check(&flow, "-A -t 120 -u UNSET -s 192.0.2.3 -d 198.51.100.2 -r 198.51.100.2 "
		     "-q 192.0.2.3 -p udp --sport 1000 --dport 53 --reply-port-src 53 "
		     "--reply-port-dst 1000\n");
}

static void check_expectation(
	const struct expectation *e, enum event_type type, const char *expected)
{
	struct event event = {.type = type};
	struct page page;

	page_open(&page, &output_save);
	page.output.expectations = true;
	output_expectation(&page.output, e, type ? &event : NULL);
	output_end(&page.output);
	assert_string_equal(page_text(&page), expected);
	page_close(&page);
}

static void test_expectations(void **state)
{
	struct expectation e = make_expectation();

	(void)state;
	e.flags = EXPECTATION_PERMANENT | EXPECTATION_INACTIVE | EXPECTATION_USERSPACE;
	e.class = 2;
	e.zone = 5;
	e.present |= EXPECTATION_ZONE | EXPECTATION_FUNCTION | EXPECTATION_NAT;
	strcpy(e.function, "nat-follow-master");
	e.nat_direction = REPLY;
	e.nat_tuple =
		make_tuple(IPPROTO_TCP, "203.0.113.5", "0.0.0.0", 2, (const uint16_t[]){7, 0});
	e.tuple.protocol = IPPROTO_GRE;
	check_expectation(&e, EVENT_NONE,
		"-I expect -t 299 -u PERMANENT,INACTIVE -w 5 -s 127.0.0.1 -d 127.0.0.1 -p tcp "
		"--sport 1024 --dport 21 --tuple-src 192.0.2.7 --tuple-dst 192.0.2.8 "
		"--tuple-protonum gre --tuple-port-src 0 --tuple-port-dst 5000 "
		"--mask-src 255.255.255.255 --mask-dst 255.255.255.255 --mask-port-src 0 "
		"--mask-port-dst 65535 --class 2 --helper ftp --function nat-follow-master "
		"--expect-nat-reply 203.0.113.5:7\n");
	check_expectation(&e, EVENT_DESTROY,
		"-D expect -w 5 -s 192.0.2.7 -d 192.0.2.8 -p gre --srckey 0 --dstkey 5000 "
		"--reply-key-src 0 --reply-key-dst 0\n");
	e = make_expectation();
	e.present = EXPECTATION_TUPLE;
	check_expectation(&e, EVENT_NEW,
		"-I expect -s 127.0.0.1 -d 127.0.0.1 -p tcp --sport 1024 --dport 21 "
		"--tuple-src 192.0.2.7 --tuple-dst 192.0.2.8 --tuple-port-src 0 "
		"--tuple-port-dst 5000 --mask-src 255.255.255.255 --mask-dst 255.255.255.255 "
		"--mask-port-src 0 --mask-port-dst 65535\n");
}

static void test_the_rest_is_text(void **state)
{
	struct stats stats = {.cpu = 1, .count = 1, .counter = {{2, 3}}};
	struct page page;

	(void)state;
	page_open(&page, &output_save);
	output_stats(&page.output, &stats);
	output_count(&page.output, 4);
	output_end(&page.output);
	assert_string_equal(page_text(&page), "cpu=1   \tfound=3 \n4\n");
	page_close(&page);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_protocol),
		cmocka_unit_test(test_quotes),
		cmocka_unit_test(test_own_key),
		cmocka_unit_test(test_status),
		cmocka_unit_test(test_command_by_subject_and_event),
		cmocka_unit_test(test_fixed_timeout),
		cmocka_unit_test(test_zones),
		cmocka_unit_test(test_translated_addresses),
		cmocka_unit_test(test_translated_ports),
		cmocka_unit_test(test_translated_icmp),
		cmocka_unit_test(test_mark_and_labels),
		cmocka_unit_test(test_windows),
		cmocka_unit_test(test_what_the_old_tool_loses),
		cmocka_unit_test(test_offloaded),
		cmocka_unit_test(test_expectations),
		cmocka_unit_test(test_what_cannot_be_loaded),
		cmocka_unit_test(test_little_is_known),
		cmocka_unit_test(test_the_rest_is_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
