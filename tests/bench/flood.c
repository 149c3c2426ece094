/* SPDX-License-Identifier: MIT */
/*
 * Flows as fast as the kernel makes them, or at a rate: UDP packets, each to a
 * destination of its own, so that each begins a new flow.
 *
 *   flood [--flows N] [--rate FLOWS-PER-SECOND] [--first N]
 *
 * Packet n goes to address 10.0.0.0 + n / 60000 and port 1024 + n % 60000, from
 * one socket; --first is the n to begin with. There must be a route to
 * 10.0.0.0/8 and a rule that tracks. Prints "flows N refused N seconds S" at the
 * end: those that were made, and those that the kernel had no room for.
 */
#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <netinet/in.h>

#include "wire.h"

#define BURST        64
#define PORTS        60000
#define FIRST_PORT   1024
#define NETWORK      0x0a000000
#define MOST_FLOWS   1000000000
#define BURST_AT_ONE 1000 /* a rate below this sends packets one by one */

struct options {
	uint32_t flows;
	uint32_t rate; /* 0: as fast as it goes */
	uint32_t first;
};

static void parse_options(int argc, char **argv, struct options *options)
{
	static const struct option names[] = {
		{"flows", required_argument, NULL, 'n'},
		{"rate", required_argument, NULL, 'r'},
		{"first", required_argument, NULL, 'f'},
		{NULL, 0, NULL, 0},
	};
	int letter;

	while ((letter = getopt_long(argc, argv, "", names, NULL)) != -1) {
		switch (letter) {
		case 'n':
			options->flows = parse_number(optarg, MOST_FLOWS, "flows");
			break;
		case 'r':
			options->rate = parse_number(optarg, MOST_FLOWS, "rate");
			break;
		case 'f':
			options->first = parse_number(optarg, MOST_FLOWS, "first");
			break;
		default:
			exit(2);
		}
	}
}

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Wait until it is time for flow number `sent`. */
static void keep_rate(double start, uint32_t sent, uint32_t rate)
{
	double ahead = (double)sent / rate - (seconds() - start);

	if (ahead > 0) {
		struct timespec pause = {
			.tv_sec = (time_t)ahead,
			.tv_nsec = (long)((ahead - (double)(time_t)ahead) * 1e9),
		};

		nanosleep(&pause, NULL);
	}
}

static void aim(struct sockaddr_in *to, uint32_t number)
{
	to->sin_family = AF_INET;
	to->sin_addr.s_addr = htonl(NETWORK + number / PORTS);
	to->sin_port = htons((uint16_t)(FIRST_PORT + number % PORTS));
}

/*
 * How many of the messages are done with. A device whose queue is full gives
 * ENOBUFS: that packet made its flow all the same. A full table gives EPERM.
 */
static unsigned send_burst(int fd, struct mmsghdr *messages, unsigned count, uint32_t *refused)
{
	int sent = sendmmsg(fd, messages, count, 0);

	if (sent >= 0)
		return (unsigned)sent;
	if (errno != ENOBUFS && errno != EPERM)
		die(errno, "cannot send");
	*refused += errno == EPERM;
	return 1;
}

int main(int argc, char **argv)
{
	static struct sockaddr_in to[BURST];
	static struct mmsghdr messages[BURST];
	struct options options = {.flows = 1};
	struct iovec nothing = {.iov_base = &options, .iov_len = 1};
	uint32_t sent = 0, refused = 0;
	double start;
	int fd;

	parse_options(argc, argv, &options);
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		die(errno, "cannot open a socket");
	for (unsigned i = 0; i < BURST; i++) {
		messages[i].msg_hdr = (struct msghdr){.msg_name = &to[i],
			.msg_namelen = sizeof(to[i]),
			.msg_iov = &nothing,
			.msg_iovlen = 1};
	}
	start = seconds();
	while (sent < options.flows) {
		unsigned count = options.rate && options.rate < BURST_AT_ONE ? 1 : BURST;

		if (count > options.flows - sent)
			count = options.flows - sent;
		for (unsigned i = 0; i < count; i++)
			aim(&to[i], options.first + sent + i);
		sent += send_burst(fd, messages, count, &refused);
		if (options.rate)
			keep_rate(start, sent, options.rate);
	}
	printf("flows %u refused %u seconds %.6f\n", sent - refused, refused, seconds() - start);
	close(fd);
	return 0;
}
