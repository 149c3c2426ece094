/* SPDX-License-Identifier: MIT */
/*
 * The floor: what the kernel itself costs. Sends the dump request that a list
 * sends, receives 32 KiB at a time (the most that the kernel fills) and throws
 * the answers away unread. With --events it only receives events.
 *
 *   floor [-f ipv4|ipv6] [-m MARK[/MASK]] [-s ADDRESS] [-v]
 *   floor --events new,update,destroy [--count N] [--idle MILLISECONDS]
 *         [--rest MICROSECONDS]
 *
 * -s (IPv4 only) and -m are given to the kernel as its own filters. -v says on
 * stderr what was received. --events ends at SIGINT or SIGTERM, after N events
 * or when none came for so long, and prints "events N overruns N". With --rest
 * it sleeps so long behind each receive, so that no packet has to wake it.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>

#include <arpa/inet.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>

#include "wire.h"

/* Sizes: the kernel fills at most 32 KiB of a dump; an event is below 2 KiB. */
#define DUMP_BYTES   32768
#define EVENT_BYTES  2048
#define EVENT_SLOTS  256
#define EVENT_BUFFER (64 * 1024 * 1024)

/* Bit of CTA_FILTER_ORIG_FLAGS (net/netfilter/nf_conntrack_netlink.c). */
#define FILTER_IP_SRC 0x1

static const struct {
	const char *name;
	unsigned group;
} groups[] = {
	{"new", NFNLGRP_CONNTRACK_NEW},
	{"update", NFNLGRP_CONNTRACK_UPDATE},
	{"destroy", NFNLGRP_CONNTRACK_DESTROY},
};

struct options {
	uint8_t family;
	bool with_mark, with_source, verbose;
	uint32_t mark, mark_mask;
	struct in_addr source;
	uint32_t group_mask;  /* 0: dump */
	uint32_t event_count; /* 0: no end */
	uint32_t idle;        /* 0: no end */
	uint32_t rest;        /* microseconds */
};

static volatile sig_atomic_t stopped;

static void stop(int number)
{
	(void)number;
	stopped = 1;
}

static void parse_mark(char *text, struct options *options)
{
	char *slash = strchr(text, '/');

	options->with_mark = true;
	options->mark_mask = UINT32_MAX;
	if (slash) {
		*slash = '\0';
		options->mark_mask = parse_number(slash + 1, UINT32_MAX, "mask");
	}
	options->mark = parse_number(text, UINT32_MAX, "mark");
}

static uint8_t parse_family(const char *text)
{
	if (!strcmp(text, "ipv4"))
		return AF_INET;
	if (!strcmp(text, "ipv6"))
		return AF_INET6;
	die(0, "unknown family: %s", text);
}

static void parse_groups(char *text, struct options *options)
{
	for (char *word = strtok(text, ","); word; word = strtok(NULL, ",")) {
		size_t i = 0;

		while (i < 3 && strcmp(word, groups[i].name))
			i++;
		if (i == 3)
			die(0, "unknown event: %s", word);
		options->group_mask |= 1U << (groups[i].group - 1);
	}
}

static void parse_options(int argc, char **argv, struct options *options)
{
	static const struct option names[] = {
		{"events", required_argument, NULL, 'e'},
		{"count", required_argument, NULL, 'n'},
		{"idle", required_argument, NULL, 'i'},
		{"rest", required_argument, NULL, 'r'},
		{NULL, 0, NULL, 0},
	};
	int letter;

	while ((letter = getopt_long(argc, argv, "f:m:s:v", names, NULL)) != -1) {
		switch (letter) {
		case 'f':
			options->family = parse_family(optarg);
			break;
		case 'm':
			parse_mark(optarg, options);
			break;
		case 's':
			if (inet_pton(AF_INET, optarg, &options->source) != 1)
				die(0, "not an IPv4 address: %s", optarg);
			options->with_source = true;
			options->family = AF_INET;
			break;
		case 'v':
			options->verbose = true;
			break;
		case 'e':
			parse_groups(optarg, options);
			break;
		case 'n':
			options->event_count = parse_number(optarg, UINT32_MAX, "count");
			break;
		case 'i':
			options->idle = parse_number(optarg, 3600000, "idle");
			break;
		case 'r':
			options->rest = parse_number(optarg, 999999, "rest");
			break;
		default:
			exit(2);
		}
	}
}

static void put_source_filter(struct wire *w, struct in_addr source)
{
	uint32_t flags = FILTER_IP_SRC; /* host order, unlike all else here */
	size_t tuple = wire_nest(w, CTA_TUPLE_ORIG);
	size_t addresses = wire_nest(w, CTA_TUPLE_IP);

	wire_put(w, CTA_IP_V4_SRC, &source, sizeof(source));
	wire_nest_end(w, addresses);
	wire_nest_end(w, tuple);

	size_t filter = wire_nest(w, CTA_FILTER);
	wire_put(w, CTA_FILTER_ORIG_FLAGS, &flags, sizeof(flags));
	wire_nest_end(w, filter);
}

static void send_request(int fd, const struct options *options)
{
	_Alignas(struct nlmsghdr) uint8_t bytes[256];
	struct wire w = {.bytes = bytes, .size = sizeof(bytes)};

	wire_begin(&w, NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_GET, NLM_F_DUMP, options->family);
	if (options->with_mark) {
		wire_put_be32(&w, CTA_MARK, options->mark);
		wire_put_be32(&w, CTA_MARK_MASK, options->mark_mask);
	}
	if (options->with_source)
		put_source_filter(&w, options->source);
	wire_send(fd, &w);
}

/* Whether an NLMSG_DONE or an error begins at this place; dies on an error. */
static bool ends_here(const uint8_t *place)
{
	struct nlmsghdr header;
	int error;

	memcpy(&header, place, sizeof(header));
	memcpy(&error, place + NLMSG_HDRLEN, sizeof(error));
	if (header.nlmsg_type == NLMSG_ERROR && error)
		die(-error, "the kernel refuses the dump");
	return header.nlmsg_type == NLMSG_DONE;
}

/*
 * Only the first message of a receive and its last twenty bytes are looked at:
 * the end of the dump comes alone, or behind the last entries.
 */
static void dump(const struct options *options)
{
	static _Alignas(struct nlmsghdr) uint8_t bytes[DUMP_BYTES];
	const size_t done_length = NLMSG_LENGTH(sizeof(int));
	unsigned long long total = 0, receives = 0;
	int fd = wire_open(0);
	ssize_t length;

	send_request(fd, options);
	do {
		length = recv(fd, bytes, sizeof(bytes), 0);
		if (length < (ssize_t)done_length)
			die(errno, "cannot receive");
		total += (size_t)length;
		receives++;
	} while (!ends_here(bytes) && !ends_here(bytes + length - done_length));

	if (options->verbose)
		fprintf(stderr, "receives %llu bytes %llu\n", receives, total);
}

static int open_events(const struct options *options)
{
	const int size = EVENT_BUFFER;
	const struct timeval patience = {.tv_usec = 100000};
	const struct sigaction action = {.sa_handler = stop};
	int fd = wire_open(options->group_mask);

	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) < 0)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) < 0)
		die(errno, "cannot limit the time of a receive");
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	return fd;
}

static unsigned long long milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (unsigned long long)now.tv_sec * 1000 + (unsigned long long)now.tv_nsec / 1000000;
}

static void receive_events(const struct options *options)
{
	static uint8_t bytes[EVENT_SLOTS][EVENT_BYTES];
	static struct iovec vectors[EVENT_SLOTS];
	static struct mmsghdr messages[EVENT_SLOTS];
	const struct timespec rest = {.tv_nsec = (long)options->rest * 1000};
	unsigned long long events = 0, overruns = 0, last = milliseconds();
	int fd = open_events(options);

	for (size_t i = 0; i < EVENT_SLOTS; i++) {
		vectors[i] = (struct iovec){.iov_base = bytes[i], .iov_len = EVENT_BYTES};
		messages[i].msg_hdr.msg_iov = &vectors[i];
		messages[i].msg_hdr.msg_iovlen = 1;
	}
	while (!stopped && (!options->event_count || events < options->event_count)) {
		int received = recvmmsg(fd, messages, EVENT_SLOTS, MSG_WAITFORONE, NULL);

		if (received > 0) {
			events += (unsigned)received;
			last = milliseconds();
			if (options->rest && received < EVENT_SLOTS)
				nanosleep(&rest, NULL);
		} else if (errno == ENOBUFS) {
			overruns++;
		} else if (errno != EAGAIN && errno != EINTR) {
			die(errno, "cannot receive");
		} else if (options->idle && milliseconds() - last >= options->idle) {
			break;
		}
	}
	printf("events %llu overruns %llu\n", events, overruns);
}

int main(int argc, char **argv)
{
	struct options options = {.family = AF_UNSPEC};

	parse_options(argc, argv, &options);
	if (options.group_mask)
		receive_events(&options);
	else
		dump(&options);
	return 0;
}
