/* SPDX-License-Identifier: MIT */
/*
 * Fill a conntrack table: many creates in each send, the last one acknowledged.
 *
 *   fill [--flush] [--count N] [--batch N] [--one-source PERCENT]
 *        [--source-mark MARK] [--sources N] [--ipv6 PERCENT]
 *   fill --print creates|filters|tuples --count N [--lines N] [the same]
 *
 * Entry number i is always the same one:
 *   - i % 3 is 2: UDP, else TCP in a mix of states;
 *   - i % 100 below the share of --one-source: the source 192.0.2.1, and the
 *     mark of --source-mark; all other sources differ, or are N by turns;
 *   - all destinations differ;
 *   - marks 0 to 4, three quarters of them 0; 5 and above are left to the tests;
 *   - days of time left, so that none expires while one measures.
 *
 * --print writes words for `conntrack -R` instead: a line that creates each of
 * the entries; or N lines that delete UDP entries spread over the table, by
 * `-d ADDRESS -p udp --dport N` or by their exact original tuple.
 *
 * It refuses to run in the network namespace of process 1.
 */
#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nf_conntrack_tcp.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>

#include "wire.h"

/* Destinations are drawn from 100.64.0.0/10, each once. */
#define COUNT_MAX (4U * 1024 * 1024)

/*
 * A refusal charges 832 bytes of the receive buffer, whose default holds 256
 * of them (seen on Linux 6.18): the last answer must still find room.
 */
#define BATCH_MAX     250
#define MESSAGE_BYTES 320

#define SOURCE_V4      0x0a000001U /* 10.0.0.1 and up */
#define ONE_SOURCE_V4  0xc0000201U /* 192.0.2.1 */
#define DESTINATION_V4 0x64400000U /* 100.64.0.0 and up */

enum print { PRINT_NOTHING, PRINT_CREATES, PRINT_FILTERS, PRINT_TUPLES };

struct options {
	uint32_t count, batch, lines;
	uint32_t one_source, ipv6; /* percent */
	uint32_t source_mark;
	uint32_t sources; /* 0: as many as there are entries */
	bool flush;
	enum print print;
};

struct entry {
	uint8_t family, protocol, state;
	uint8_t source[16], destination[16];
	uint16_t source_port, destination_port;
	uint32_t status, mark, timeout;
};

/* The mix of TCP: out of 20 entries, this many in this state. */
static const struct tcp_share {
	uint8_t state;
	unsigned of_twenty;
	uint32_t status;
	const char *name, *status_words;
} tcp_shares[] = {
	{TCP_CONNTRACK_ESTABLISHED, 14, IPS_SEEN_REPLY | IPS_ASSURED, "ESTABLISHED",
		"SEEN_REPLY,ASSURED"},
	{TCP_CONNTRACK_TIME_WAIT, 3, IPS_SEEN_REPLY | IPS_ASSURED, "TIME_WAIT",
		"SEEN_REPLY,ASSURED"},
	{TCP_CONNTRACK_CLOSE_WAIT, 1, IPS_SEEN_REPLY | IPS_ASSURED, "CLOSE_WAIT",
		"SEEN_REPLY,ASSURED"},
	{TCP_CONNTRACK_SYN_RECV, 1, IPS_SEEN_REPLY, "SYN_RECV", "SEEN_REPLY"},
	{TCP_CONNTRACK_SYN_SENT, 1, 0, "SYN_SENT", "UNSET"},
};

static const uint16_t services[] = {443, 443, 443, 80, 53, 22, 8080, 5432};

/* Spread neighbouring numbers over all 32 bits. */
static uint32_t mix(uint32_t value)
{
	value ^= value >> 16;
	value *= 0x7feb352d;
	value ^= value >> 15;
	value *= 0x846ca68b;
	return value ^ value >> 16;
}

static const struct tcp_share *tcp_share_of(uint32_t number)
{
	const struct tcp_share *share = tcp_shares;
	unsigned rest = mix(number + 1) % 20;

	while (rest >= share->of_twenty) {
		rest -= share->of_twenty;
		share++;
	}
	return share;
}

static void set_v4(uint8_t *address, uint32_t value)
{
	value = htonl(value);
	memcpy(address, &value, sizeof(value));
}

static void set_v6(uint8_t *address, uint8_t net, uint32_t value)
{
	static const uint8_t prefix[] = {0x20, 0x01, 0x0d, 0xb8};

	memcpy(address, prefix, sizeof(prefix));
	address[5] = net;
	set_v4(address + 12, value);
}

static void set_addresses(struct entry *entry, uint32_t number, const struct options *options)
{
	bool one_source = number % 100 < options->one_source;
	uint32_t source = SOURCE_V4 + (options->sources ? number % options->sources : number);

	if (!one_source && number / 7 % 100 < options->ipv6) {
		entry->family = AF_INET6;
		set_v6(entry->source, 1, source);
		set_v6(entry->destination, 2, DESTINATION_V4 + number);
	} else {
		entry->family = AF_INET;
		set_v4(entry->source, one_source ? ONE_SOURCE_V4 : source);
		set_v4(entry->destination, DESTINATION_V4 + number);
	}
}

static struct entry entry_of(uint32_t number, const struct options *options)
{
	uint32_t random = mix(number);
	struct entry entry = {
		.protocol = number % 3 == 2 ? IPPROTO_UDP : IPPROTO_TCP,
		.source_port = (uint16_t)(1024 + random % 64000),
		.destination_port = services[random >> 16 & 7],
		.timeout = 86400 + random % 300000,
		.mark = random % 3 ? 0 : random / 3 % 5,
	};

	set_addresses(&entry, number, options);
	if (number % 100 < options->one_source && options->source_mark)
		entry.mark = options->source_mark;
	if (entry.protocol == IPPROTO_TCP) {
		entry.state = tcp_share_of(number)->state;
		entry.status = tcp_share_of(number)->status;
	} else {
		entry.status = random & 1 ? IPS_SEEN_REPLY | IPS_ASSURED : 0;
	}
	return entry;
}

static void put_tuple(struct wire *w, uint16_t type, const struct entry *entry, bool reply)
{
	bool v6 = entry->family == AF_INET6;
	size_t length = v6 ? 16 : 4;
	size_t tuple = wire_nest(w, type);
	size_t addresses = wire_nest(w, CTA_TUPLE_IP);

	wire_put(w, v6 ? CTA_IP_V6_SRC : CTA_IP_V4_SRC, reply ? entry->destination : entry->source,
		length);
	wire_put(w, v6 ? CTA_IP_V6_DST : CTA_IP_V4_DST, reply ? entry->source : entry->destination,
		length);
	wire_nest_end(w, addresses);

	size_t protocol = wire_nest(w, CTA_TUPLE_PROTO);
	wire_put_u8(w, CTA_PROTO_NUM, entry->protocol);
	wire_put_be16(w, CTA_PROTO_SRC_PORT, reply ? entry->destination_port : entry->source_port);
	wire_put_be16(w, CTA_PROTO_DST_PORT, reply ? entry->source_port : entry->destination_port);
	wire_nest_end(w, protocol);
	wire_nest_end(w, tuple);
}

static void put_create(struct wire *w, const struct entry *entry, uint32_t sequence)
{
	wire_begin(w, NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_NEW, NLM_F_CREATE | NLM_F_EXCL,
		entry->family);
	wire_message(w)->nlmsg_seq = sequence;
	put_tuple(w, CTA_TUPLE_ORIG, entry, false);
	put_tuple(w, CTA_TUPLE_REPLY, entry, true);
	wire_put_be32(w, CTA_STATUS, IPS_CONFIRMED | entry->status);
	wire_put_be32(w, CTA_TIMEOUT, entry->timeout);
	if (entry->mark)
		wire_put_be32(w, CTA_MARK, entry->mark);
	if (entry->protocol == IPPROTO_TCP) {
		size_t information = wire_nest(w, CTA_PROTOINFO);
		size_t tcp = wire_nest(w, CTA_PROTOINFO_TCP);

		wire_put_u8(w, CTA_PROTOINFO_TCP_STATE, entry->state);
		wire_nest_end(w, tcp);
		wire_nest_end(w, information);
	}
}

/* Send what is built, its last message flagged, and wait for that one's answer. */
static void commit(int fd, struct wire *w)
{
	_Alignas(struct nlmsghdr) uint8_t answer[8192];
	struct nlmsghdr *header = (struct nlmsghdr *)answer;
	const struct nlmsgerr *result = NLMSG_DATA(header);
	uint32_t last = wire_message(w)->nlmsg_seq;

	wire_message(w)->nlmsg_flags |= NLM_F_ACK;
	wire_send(fd, w);
	do {
		ssize_t length = recv(fd, answer, sizeof(answer), 0);

		if (length < (ssize_t)NLMSG_LENGTH(sizeof(*result)))
			die(errno, "cannot receive");
		if (header->nlmsg_type != NLMSG_ERROR)
			die(0, "an answer of unknown type %u", header->nlmsg_type);
		if (result->error)
			die(-result->error, "the kernel refuses message %u", header->nlmsg_seq);
	} while (header->nlmsg_seq != last);
}

static void flush(int fd, struct wire *w)
{
	wire_begin(w, NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_DELETE, 0, AF_UNSPEC);
	commit(fd, w);
}

static void create_entries(int fd, struct wire *w, const struct options *options)
{
	for (uint32_t number = 0; number < options->count; number++) {
		struct entry entry = entry_of(number, options);

		put_create(w, &entry, number + 1);
		if ((number + 1) % options->batch == 0)
			commit(fd, w);
	}
	if (w->used)
		commit(fd, w);
}

static void print_create(const struct entry *entry, uint32_t number)
{
	char source[INET6_ADDRSTRLEN], destination[INET6_ADDRSTRLEN];
	bool tcp = entry->protocol == IPPROTO_TCP;
	const char *status = tcp             ? tcp_share_of(number)->status_words
			     : entry->status ? "SEEN_REPLY,ASSURED"
					     : "UNSET";

	inet_ntop(entry->family, entry->source, source, sizeof(source));
	inet_ntop(entry->family, entry->destination, destination, sizeof(destination));
	printf("-A -t %u -u %s -s %s -d %s -r %s -q %s -p %s --sport %u --dport %u"
	       " --reply-port-src %u --reply-port-dst %u",
		entry->timeout, status, source, destination, destination, source,
		tcp ? "tcp" : "udp", entry->source_port, entry->destination_port,
		entry->destination_port, entry->source_port);
	if (tcp)
		printf(" --state %s", tcp_share_of(number)->name);
	if (entry->mark)
		printf(" -m %u", entry->mark);
	putchar('\n');
}

static void print_delete(const struct entry *entry, bool exact)
{
	char source[INET6_ADDRSTRLEN], destination[INET6_ADDRSTRLEN];

	inet_ntop(entry->family, entry->source, source, sizeof(source));
	inet_ntop(entry->family, entry->destination, destination, sizeof(destination));
	if (exact)
		printf("-D -s %s -d %s -p udp --sport %u --dport %u\n", source, destination,
			entry->source_port, entry->destination_port);
	else
		printf("-D -d %s -p udp --dport %u\n", destination, entry->destination_port);
}

/* Number of the UDP entry that deletion line number `line` is about. */
static uint32_t deleted_number(uint32_t line, const struct options *options)
{
	uint32_t number = (uint32_t)((uint64_t)line * options->count / options->lines);

	return number - number % 3 + 2;
}

static void print_lines(const struct options *options)
{
	bool creates = options->print == PRINT_CREATES;
	uint32_t lines = creates ? options->count : options->lines;

	if (!creates && (lines == 0 || options->count / lines < 3))
		die(0, "--lines must be between 1 and a third of --count");
	for (uint32_t line = 0; line < lines; line++) {
		uint32_t number = creates ? line : deleted_number(line, options);
		struct entry entry = entry_of(number, options);

		if (creates)
			print_create(&entry, number);
		else
			print_delete(&entry, options->print == PRINT_TUPLES);
	}
	if (fflush(stdout) || ferror(stdout))
		die(errno, "cannot write");
}

static void refuse_initial_namespace(void)
{
	struct stat own, initial;

	if (stat("/proc/self/ns/net", &own) < 0)
		die(errno, "/proc/self/ns/net");
	if (stat("/proc/1/ns/net", &initial) == 0 && own.st_ino == initial.st_ino &&
		own.st_dev == initial.st_dev)
		die(0, "this is the machine's own network namespace; use unshare -n");
}

static enum print parse_print(const char *text)
{
	static const char *const names[] = {[PRINT_CREATES] = "creates",
		[PRINT_FILTERS] = "filters",
		[PRINT_TUPLES] = "tuples"};

	for (enum print i = PRINT_CREATES; i <= PRINT_TUPLES; i++)
		if (!strcmp(text, names[i]))
			return i;
	die(0, "--print: creates, filters or tuples, not %s", text);
}

static void parse_options(int argc, char **argv, struct options *options)
{
	static const struct option names[] = {
		{"count", required_argument, NULL, 'n'},
		{"batch", required_argument, NULL, 'b'},
		{"lines", required_argument, NULL, 'l'},
		{"one-source", required_argument, NULL, 's'},
		{"source-mark", required_argument, NULL, 'm'},
		{"sources", required_argument, NULL, 'S'},
		{"ipv6", required_argument, NULL, '6'},
		{"flush", no_argument, NULL, 'f'},
		{"print", required_argument, NULL, 'p'},
		{NULL, 0, NULL, 0},
	};
	int letter;

	while ((letter = getopt_long(argc, argv, "", names, NULL)) != -1) {
		switch (letter) {
		case 'n':
			options->count = parse_number(optarg, COUNT_MAX, "--count");
			break;
		case 'b':
			options->batch = parse_number(optarg, BATCH_MAX, "--batch");
			break;
		case 'l':
			options->lines = parse_number(optarg, COUNT_MAX, "--lines");
			break;
		case 's':
			options->one_source = parse_number(optarg, 100, "--one-source");
			break;
		case 'm':
			options->source_mark = parse_number(optarg, UINT32_MAX, "--source-mark");
			break;
		case 'S':
			options->sources = parse_number(optarg, COUNT_MAX, "--sources");
			break;
		case '6':
			options->ipv6 = parse_number(optarg, 100, "--ipv6");
			break;
		case 'f':
			options->flush = true;
			break;
		case 'p':
			options->print = parse_print(optarg);
			break;
		default:
			exit(2);
		}
	}
	if (options->batch == 0)
		options->batch = 1;
}

int main(int argc, char **argv)
{
	static _Alignas(struct nlmsghdr) uint8_t bytes[BATCH_MAX * MESSAGE_BYTES];
	struct wire w = {.bytes = bytes, .size = sizeof(bytes)};
	struct options options = {.batch = BATCH_MAX, .one_source = 6};

	parse_options(argc, argv, &options);
	if (options.print != PRINT_NOTHING) {
		print_lines(&options);
		return 0;
	}
	refuse_initial_namespace();
	int fd = wire_open(0);
	if (options.flush)
		flush(fd, &w);
	create_entries(fd, &w, &options);
	close(fd);
	return 0;
}
