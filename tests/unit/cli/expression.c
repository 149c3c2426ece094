/* SPDX-License-Identifier: MIT */
/* The language of expressions: what is read, as which tree, and what is refused how. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "expression_text.h"
#include "flow/address_set.h"

#define PRINT_SIZE (4 * WRITER_RESERVE_MAX)

static int failures;

/* Each line reads as an expression that prints like this, and that reads back. */
static const struct {
	const char *text;
	const char *printed;
} readings[] = {
	/* protocols, families */
	{"tcp", "tcp"},
	{"TCP", "tcp"},
	{"icmp6", "icmpv6"},
	{"proto udp", "udp"},
	{"proto 47", "gre"},
	{"proto 0x2f", "gre"},
	{"proto 89", "proto 89"},
	{"proto {tcp, udp}", "tcp or udp"},
	{"proto tcp,udp", "tcp or udp"},
	{"proto != tcp", "not tcp"},
	{"ip", "ip"},
	{"ip6", "ip6"},
	{"ipv4 or ipv6", "ip or ip6"},
	{"family ipv6", "ip6"},
	{"not family ip", "ip6"},
	/* precedence and parentheses */
	{"tcp or udp and dport 53", "tcp or udp and dport 53"},
	{"(tcp or udp) and dport 53", "(tcp or udp) and dport 53"},
	{"tcp && udp || icmp", "icmp or tcp and udp"},
	{"! tcp", "not tcp"},
	{"not not tcp", "tcp"},
	{"not (tcp or udp)", "not tcp and not udp"},
	{"not (tcp and not udp)", "not tcp or udp"},
	{"((((tcp))))", "tcp"},
	{"tcp and (udp and (icmp and gre))", "tcp and udp and icmp and gre"},
	/* cheap first */
	{"src {10.0.0.1, 10.0.0.2} and sport 1 and tcp",
		"tcp and sport 1 and src {10.0.0.1, 10.0.0.2}"},
	/* addresses */
	{"src 192.0.2.1", "src 192.0.2.1"},
	{"orig src 192.0.2.1", "src 192.0.2.1"},
	{"reply src = 192.0.2.1", "reply src 192.0.2.1"},
	{"src host 192.0.2.1", "src 192.0.2.1"},
	{"dst net 10.0.0.0/8", "dst 10.0.0.0/8"},
	{"dst 10.1.2.3/8", "dst 10.0.0.0/8"},
	{"dst 10.1.2.3/32", "dst 10.1.2.3"},
	{"dst 0.0.0.0/0", "dst 0.0.0.0/0"},
	{"host 2001:db8::1", "src 2001:db8::1 or dst 2001:db8::1"},
	{"host 10.0.0.1 and tcp", "tcp and (src 10.0.0.1 or dst 10.0.0.1)"},
	{"not host 10.0.0.1", "not src 10.0.0.1 and not dst 10.0.0.1"},
	{"reply net 2001:db8::/32", "reply src 2001:db8::/32 or reply dst 2001:db8::/32"},
	{"src 10.0.0.1-10.0.0.9", "src 10.0.0.1-10.0.0.9"},
	{"src 10.0.0.0-10.0.0.255", "src 10.0.0.0/24"},
	{"src != 10.0.0.1", "not src 10.0.0.1"},
	{"src in {10.0.0.1 2001:db8::/64, 10.1.0.0-10.1.0.2}",
		"src {10.0.0.1, 2001:db8::/64, 10.1.0.0-10.1.0.2}"},
	{"src 10.0.0.1,10.0.0.2", "src {10.0.0.1, 10.0.0.2}"},
	/* ports */
	{"dport 443", "dport 443"},
	{"dport = 443", "dport 443"},
	{"dport == 443", "dport 443"},
	{"dport=443", "dport 443"},
	{"dport eq 443", "dport 443"},
	{"dport != 443", "not dport 443"},
	{"dport ne 443", "not dport 443"},
	{"dport < 1024", "dport <= 1023"},
	{"dport <= 1024", "dport <= 1024"},
	{"dport > 1024", "dport >= 1025"},
	{"dport ge 1024", "dport >= 1024"},
	{"dport < 1", "dport 0"},
	{"dport >= 65535", "dport 65535"},
	{"dport 8000-8999", "dport 8000-8999"},
	{"dport https", "dport 443"},
	{"dport ftp-data", "dport 20"},
	{"dport {80, 443}", "dport {80, 443}"},
	{"dport {443,80,81,8000-8999}", "dport {80-81, 443, 8000-8999}"},
	{"dport 80,443", "dport {80, 443}"},
	{"dport {80, 81}", "dport 80-81"},
	{"src port 80", "sport 80"},
	{"reply dst port 80", "reply dport 80"},
	{"dst portrange 1-9", "dport 1-9"},
	{"port 53", "sport 53 or dport 53"},
	{"not port 53", "not sport 53 and not dport 53"},
	{"tcp port 80", "tcp and (sport 80 or dport 80)"},
	{"udp dst port 53", "udp and dport 53"},
	{"not tcp dport 80", "not tcp or not dport 80"},
	{"ip src 10.0.0.1", "ip and src 10.0.0.1"},
	{"ip6 reply src ::1", "ip6 and reply src ::1"},
	{"icmp-type 8", "icmp-type 8"},
	{"icmpv6-code >= 3", "icmpv6-code >= 3"},
	{"srckey 0x10", "srckey 16"},
	/* numbers */
	{"mark 5", "mark 5"},
	{"mark 0x10", "mark 16"},
	{"mark 010", "mark 8"},
	{"mark 0x10/0xf0", "mark 0x10/0xf0"},
	{"mark != 0", "not mark 0"},
	{"mark > 5", "mark >= 6"},
	{"mark gt 5", "mark >= 6"},
	{"mark ne 5", "not mark 5"},
	{"mark {1, 5/0xf}", "mark 0x5/0xf or mark 1"},
	{"mark 1-5", "mark 1-5"},
	{"zone 3", "zone 3"},
	{"orig zone 3", "orig zone 3"},
	{"reply zone {3, 5}", "reply zone {3, 5}"},
	{"id 4294967295", "id 4294967295"},
	{"secmark 1 and use >= 2", "secmark 1 and use >= 2"},
	{"timeout < 30s", "timeout <= 29s"},
	{"timeout <= 30", "timeout <= 30s"},
	{"timeout 10s-1m", "timeout 10s-60s"},
	{"age > 1h", "age >= 3601s"},
	{"age >= 1h30m", "age >= 5400s"},
	{"age >= 2d", "age >= 172800s"},
	{"idle > 1w", "idle >= 604801s"},
	{"bytes > 10M", "bytes >= 10000001"},
	{"bytes >= 10Mi", "bytes >= 10485760"},
	{"bytes >= 10MiB", "bytes >= 10485760"},
	{"bytes gt 1kB", "bytes >= 1001"},
	{"orig bytes 0", "orig bytes 0"},
	{"reply packets > 1K", "reply packets >= 1001"},
	{"bytes <= 18446744073709551615", "bytes <= 18446744073709551615"},
	/* states, flags */
	{"state ESTABLISHED", "state ESTABLISHED"},
	{"state established", "state ESTABLISHED"},
	{"state {SYN_SENT, SYN_RECV}", "state {SYN_SENT, SYN_RECV}"},
	{"state SYN_RECV,SYN_SENT", "state {SYN_SENT, SYN_RECV}"},
	{"state LISTEN", "state SYN_SENT2"},
	{"state {CLOSED, CLOSING}", "state {CLOSED, CLOSING}"},
	{"not state TIME_WAIT", "not state TIME_WAIT"},
	{"assured", "status ASSURED"},
	{"not assured", "not status ASSURED"},
	{"unreplied", "not status SEEN_REPLY"},
	{"replied", "status SEEN_REPLY"},
	{"not unreplied", "status SEEN_REPLY"},
	{"offload or hw_offload", "status OFFLOAD or status HW_OFFLOAD"},
	{"status {assured, UNREPLIED}", "status ASSURED or not status SEEN_REPLY"},
	{"status != DYING", "not status DYING"},
	{"expected", "status EXPECTED"},
	/* NAT */
	{"nat", "nat"},
	{"snat or dnat", "snat or dnat"},
	{"nat src", "snat"},
	{"nat src 203.0.113.5", "snat 203.0.113.5"},
	{"nat dst net 10.0.0.0/8", "dnat 10.0.0.0/8"},
	{"dnat to 10.0.0.5", "dnat 10.0.0.5"},
	{"dnat to 10.0.0.5:8080", "dnat 10.0.0.5:8080"},
	{"snat [2001:db8::1]:1000-2000", "snat [2001:db8::1]:1000-2000"},
	{"nat 10.0.0.5", "nat 10.0.0.5"},
	{"nat host 10.0.0.5", "nat 10.0.0.5"},
	{"nat sport 80", "snat port 80"},
	{"dnat port {80, http-alt}", "dnat port 80 or dnat port 8080"},
	{"nat port 80-90", "nat port 80-90"},
	{"dnat 10.0.0.1-10.0.0.3", "dnat 10.0.0.1-10.0.0.3"},
	{"dnat {10.0.0.1, 10.0.0.2:80}", "dnat 10.0.0.2:80 or dnat 10.0.0.1"},
	{"dnat != 10.0.0.1", "not dnat 10.0.0.1"},
	/* labels, helpers */
	{"label one", "label one"},
	{"label \"two words\"", "label \"two words\""},
	{"label bit:127", "label bit:127"},
	{"label {zero, one}", "label zero or label one"},
	{"label != one", "not label one"},
	{"label and tcp", "tcp and label"},
	{"helper ftp", "helper ftp"},
	{"helper {ftp, sip}", "helper ftp or helper sip"},
	{"helper = \"and\"", "helper \"and\""},
	{"helper = \"in\"", "helper \"in\""},
	{"not helper", "not helper"},
	/* what is constant */
	{"mark >= 0", "mark >= 0"},
	{"mark 0/0", "mark >= 0"},
	{"mark < 0", "mark < 0"},
	{"tcp or mark >= 0", "mark >= 0"},
	{"tcp and mark >= 0", "tcp"},
	{"tcp and mark < 0", "mark < 0"},
	{"not mark 0/0 or tcp", "tcp"},
	{"dport > 65535", "mark < 0"},
	{"not dport > 65535", "not dport < 0"},
	/* blanks */
	{"  tcp\tand\nudp ", "tcp and udp"},
	{"tcp and(udp)", "tcp and udp"},
	/* of the manual */
	{"tcp and dst net 10.0.0.0/8 and (dport 443 or dport 8000-8999) and not state ESTABLISHED",
		"tcp and dst 10.0.0.0/8 and not state ESTABLISHED and (dport 443 or dport "
		"8000-8999)"},
};

static void fail_reading(const char *text, const char *what, const char *found)
{
	print_error("'%s': %s: %s\n", text, what, found);
	failures++;
}

static void all_readings(void **state)
{
	static char first[PRINT_SIZE];
	static char again[PRINT_SIZE];
	struct complaint complaint;

	(void)state;
	failures = 0;
	for (size_t i = 0; i < sizeof(readings) / sizeof(readings[0]); i++) {
		const char *text = readings[i].text;
		struct expression *e = read_text(text, &complaint);
		struct expression *back;

		if (e == NULL) {
			fail_reading(text, "refused", complaint.text);
			continue;
		}
		if (strcmp(print_expression(e, first, sizeof(first)), readings[i].printed) != 0)
			fail_reading(text, "printed", first);
		back = read_text(first, &complaint);
		if (back == NULL)
			fail_reading(text, "does not read back", complaint.text);
		else if (strcmp(print_expression(back, again, sizeof(again)), first) != 0)
			fail_reading(text, "reads back as", again);
		expression_free(back);
		expression_free(e);
	}
	assert_int_equal(failures, 0);
}

/* What is refused: the whole complaint behind "expression: ". */
static const struct {
	const char *text;
	const char *complaint;
} refusals[] = {
	{"", "expected a condition, such as tcp, src ADDRESS or dport PORT\n    \n    ^"},
	{"  ", "expected a condition, such as tcp, src ADDRESS or dport PORT\n      \n    ^"},
	{"tcp and", "expected a condition, such as tcp, src ADDRESS or dport PORT\n"
		    "    tcp and\n"
		    "           ^"},
	{"tcp an udp", "expected 'and', 'or' or the end, not 'an', did you mean 'and'?\n"
		       "    tcp an udp\n"
		       "        ^~"},
	{"(tcp an udp)", "expected 'and', 'or' or ')', not 'an', did you mean 'and'?\n"
			 "    (tcp an udp)\n"
			 "         ^~"},
	{"tcp and stat ESTABLISHED", "'stat' is not a word of expressions, did you mean 'state'?\n"
				     "    tcp and stat ESTABLISHED\n"
				     "            ^~~~"},
	{"tcp udp", "'and' or 'or' is missing in front of 'udp'\n"
		    "    tcp udp\n"
		    "        ^~~"},
	{"tcp (udp)", "'and' or 'or' is missing in front of '('\n"
		      "    tcp (udp)\n"
		      "        ^"},
	{"dport 80 or 443",
		"'443' has no word in front that says what it is (a list is written {80, 443})\n"
		"    dport 80 or 443\n"
		"                ^~~"},
	{"dport 80 443", "expected 'and', 'or' or the end, not '443'\n"
			 "    dport 80 443\n"
			 "             ^~~"},
	{"(tcp", "a parenthesis that is not closed: expected ')'\n"
		 "    (tcp\n"
		 "    ^"},
	{"tcp)", "a ')' without a '(': expected 'and', 'or' or the end\n"
		 "    tcp)\n"
		 "       ^"},
	{"mark & 0x100", "'&' stands for nothing; a mask stands behind a slash: MARK/MASK\n"
			 "    mark & 0x100\n"
			 "         ^"},
	{"tcp & udp", "'&' stands for nothing, did you mean '&&'?\n"
		      "    tcp & udp\n"
		      "        ^"},
	{"label \"two words", "a quotation (\") that is not closed\n"
			      "    label \"two words\n"
			      "          ^~~~~~~~~~"},
	{"src", "expected an address, a network (ADDRESS/BITS), a range (FIRST-LAST), @FILE or a "
		"{list} behind 'src'\n"
		"    src\n"
		"       ^"},
	{"src and tcp",
		"expected an address, a network (ADDRESS/BITS), a range (FIRST-LAST), @FILE or a "
		"{list} behind 'src'\n"
		"    src and tcp\n"
		"        ^~~"},
	{"src 10.0.0.300",
		"'10.0.0.300' is not an address, a network (ADDRESS/BITS), a range (FIRST-LAST), "
		"@FILE or a {list}; names are not looked up\n"
		"    src 10.0.0.300\n"
		"        ^~~~~~~~~~"},
	{"src 10.0.0.0/33",
		"'10.0.0.0/33' has too many bits: 0 to 32 with IPv4, 0 to 128 with IPv6\n"
		"    src 10.0.0.0/33\n"
		"        ^~~~~~~~~~~"},
	{"src 10.0.0.2-10.0.0.1",
		"'10.0.0.2-10.0.0.1' must go from one address to a higher one of the same family\n"
		"    src 10.0.0.2-10.0.0.1\n"
		"        ^~~~~~~~~~~~~~~~~"},
	{"mark < 5/5", "'5/5' is not a number (decimal, 0x hexadecimal or 0 octal)\n"
		       "    mark < 5/5\n"
		       "           ^~~"},
	{"src < 10.0.0.1", "'src' is not less or more than something: expected = or !=\n"
			   "    src < 10.0.0.1\n"
			   "        ^"},
	{"src 10.0.0.1:80",
		"'10.0.0.1:80' is not an address, a network (ADDRESS/BITS), a range (FIRST-LAST), "
		"@FILE or a {list}; names are not looked up\n"
		"    src 10.0.0.1:80\n"
		"        ^~~~~~~~~~~"},
	{"dnat 10.0.0.0/8:80",
		"'10.0.0.0/8:80' is not an address, a network (ADDRESS/BITS), a range "
		"(FIRST-LAST), @FILE or a {list} or ADDRESS:PORT; names are not looked up\n"
		"    dnat 10.0.0.0/8:80\n"
		"         ^~~~~~~~~~~~~"},
	{"src @/nonexistent/list", "'/nonexistent/list' cannot be read: No such file or directory\n"
				   "    src @/nonexistent/list\n"
				   "        ^~~~~~~~~~~~~~~~~~"},
	{"src @", "expected the name of a file behind '@'\n"
		  "    src @\n"
		  "        ^"},
	{"dport @x", "'x' is not a port (0-65535, a name of a service, FIRST-LAST)\n"
		     "    dport @x\n"
		     "          ^~"},
	{"dport 65536", "'65536' is more than 65535, the highest there can be\n"
			"    dport 65536\n"
			"          ^~~~~"},
	{"dport 90-80", "'90-80' is no range of numbers from 0 to 65535, lowest first\n"
			"    dport 90-80\n"
			"          ^~~~~"},
	{"dport > 80-90", "a range is compared with = or !=, a single number with < or >\n"
			  "    dport > 80-90\n"
			  "            ^~~~~"},
	{"dport > {80}",
		"expected a port (0-65535, a name of a service, FIRST-LAST) behind 'dport'\n"
		"    dport > {80}\n"
		"            ^"},
	{"dport nosuchservice",
		"'nosuchservice' is not a port (0-65535, a name of a service, FIRST-LAST)\n"
		"    dport nosuchservice\n"
		"          ^~~~~~~~~~~~~"},
	{"dport {80, 443", "a list that is not closed: expected '}'\n"
			   "    dport {80, 443\n"
			   "          ^"},
	{"dport {80,}",
		"expected a port (0-65535, a name of a service, FIRST-LAST) behind 'dport'\n"
		"    dport {80,}\n"
		"              ^"},
	{"dport {}", "expected a port (0-65535, a name of a service, FIRST-LAST) behind 'dport'\n"
		     "    dport {}\n"
		     "           ^"},
	{"bytes > 10X",
		"'10X' is not an amount (a number, also with k, M, G, T, P or Ki, Mi, Gi, Ti, "
		"Pi)\n"
		"    bytes > 10X\n"
		"            ^~~"},
	{"bytes > 99999999999P",
		"'99999999999P' is more than 18446744073709551615, the highest there can be\n"
		"    bytes > 99999999999P\n"
		"            ^~~~~~~~~~~~"},
	{"age > 1h30", "'1h30' is not a time (seconds, or a number with s, m, h, d or w)\n"
		       "    age > 1h30\n"
		       "          ^~~~"},
	{"age > 1y", "'1y' is not a time (seconds, or a number with s, m, h, d or w)\n"
		     "    age > 1y\n"
		     "          ^~"},
	{"mark 0x10/0x0f", "'0x10/0x0f' can never be: the mark has bits outside of the mask\n"
			   "    mark 0x10/0x0f\n"
			   "         ^~~~~~~~~"},
	{"mark 5-3", "'5-3' is no range of numbers from 0 to 4294967295, lowest first\n"
		     "    mark 5-3\n"
		     "         ^~~"},
	{"mark 0x100000000", "'0x100000000' is more than 4294967295, the highest there can be\n"
			     "    mark 0x100000000\n"
			     "         ^~~~~~~~~~~"},
	{"mark foo", "'foo' is not a mark (MARK, MARK/MASK or FIRST-LAST)\n"
		     "    mark foo\n"
		     "         ^~~"},
	{"state ESTABLISHD",
		"'ESTABLISHD' is not a state of tcp, sctp or dccp, did you mean 'ESTABLISHED'?\n"
		"    state ESTABLISHD\n"
		"          ^~~~~~~~~~"},
	{"state nonesuch", "'nonesuch' is not a state of tcp, sctp or dccp\n"
			   "    state nonesuch\n"
			   "          ^~~~~~~~"},
	{"status ASURED",
		"'ASURED' is not a status flag (EXPECTED, SEEN_REPLY, ASSURED, CONFIRMED, SRC_NAT, "
		"DST_NAT, SEQ_ADJUST, SRC_NAT_DONE, DST_NAT_DONE, DYING, FIXED_TIMEOUT, TEMPLATE, "
		"UNTRACKED, HELPER, OFFLOAD, HW_OFFLOAD, UNREPLIED), did you mean 'ASSURED'?\n"
		"    status ASURED\n"
		"           ^~~~~~"},
	{"#", "'#': a comment has a line of its own\n"
	      "    #\n"
	      "    ^"},
	{"proto 256", "'256' is not a protocol (a name or a number from 0 to 255)\n"
		      "    proto 256\n"
		      "          ^~~"},
	{"family ipx", "'ipx' is not a family (ipv4 or ipv6)\n"
		       "    family ipx\n"
		       "           ^~~"},
	{"label on", "'on' is not in the list of labels, did you mean 'one'?\n"
		     "    label on\n"
		     "          ^~"},
	{"label bit:128", "'bit:128' is not the number of a label (bit:0 to bit:127)\n"
			  "    label bit:128\n"
			  "          ^~~~~~~"},
	{"helper sixteen-letters-",
		"'sixteen-letters-' is not the name of a helper (at most 15 letters)\n"
		"    helper sixteen-letters-\n"
		"           ^~~~~~~~~~~~~~~~"},
	{"reply tcp",
		"'tcp' has no direction: expected src, dst, host, port, bytes or the like behind "
		"'reply'\n"
		"    reply tcp\n"
		"          ^~~"},
	{"reply", "expected src, dst, host, port, bytes or the like behind 'reply'\n"
		  "    reply\n"
		  "         ^"},
	/* what a terminal would act on is shown as something else */
	{"tcp\tan\x01\x7f", "expected 'and', 'or' or the end, not 'an\\x01\\x7f'\n"
			    "    tcp an ?\n"
			    "        ^~~~"},
	/* letters of several bytes are one wide */
	{"helper \xc3\xa4\xc3\xb6 an",
		"expected 'and', 'or' or the end, not 'an', did you mean 'and'?\n"
		"    helper \xc3\xa4\xc3\xb6 an\n"
		"              ^~"},
};

static void all_refusals(void **state)
{
	static const char head[] = "expression: ";
	struct complaint complaint;

	(void)state;
	failures = 0;
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		struct expression *e = read_text(refusals[i].text, &complaint);
		const char *said = complaint.text + strlen(head);

		if (e != NULL)
			fail_reading(refusals[i].text, "is not refused", "");
		else if (strncmp(complaint.text, head, strlen(head)) != 0 ||
			 strcmp(said, refusals[i].complaint) != 0)
			fail_reading(refusals[i].text, "refused", complaint.text);
		expression_free(e);
	}
	assert_int_equal(failures, 0);
}

static const char *in_parentheses(char *text, size_t count)
{
	memset(text, '(', count);
	memcpy(text + count, "tcp", 3);
	memset(text + count + 3, ')', count);
	text[count + 3 + count] = '\0';
	return text;
}

/* As many as doc/expressions.md says. */
static void a_hundred_parentheses(void **state)
{
	struct complaint complaint;
	struct expression *e;
	char text[256];

	(void)state;
	e = read_text(in_parentheses(text, 100), &complaint);
	assert_non_null(e);
	expression_free(e);
	assert_null(read_text(in_parentheses(text, 101), &complaint));
	assert_non_null(strstr(complaint.text, "more than 100 parentheses"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_readings),
		cmocka_unit_test(all_refusals),
		cmocka_unit_test(a_hundred_parentheses),
	};

	return cmocka_run_group_tests_name("expression", tests, NULL, NULL);
}
