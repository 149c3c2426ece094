/* SPDX-License-Identifier: MIT */
/*
 * What a run of commands shares: sockets, opened when first needed and kept
 * (a -R file runs many commands), and the output of the one in hand.
 */
#ifndef COMMANDS_SESSION_H
#define COMMANDS_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "cli/request.h"
#include "ctnetlink/kernel_filter.h"
#include "ctnetlink/socket.h"
#include "output/output.h"

/* What a walk of the table took, for --explain. */
struct walk_account {
	unsigned dumps;
	struct kernel_filter kernel; /* what the kernel was asked to filter by */
	uint64_t walked;             /* entries that it sent */
	uint64_t matched;            /* of them, those that our filter let through */
};

struct session {
	const struct request *request;
	struct output output;
	struct ct_socket dump;   /* long answers */
	struct ct_socket change; /* requests made while a dump is being read */
	bool loading;            /* a line of a -R file: no summaries, nothing hit is no failure */
	const char *place;       /* "FILE:LINE: " in front of messages, "" elsewhere */
	struct walk_account account;
	uint64_t failures; /* entries that the kernel refused to change */
	uint64_t skipped;  /* of them, those that no message was printed for */
};

void session_start(struct session *s);
void session_close(struct session *s);

/* The request to run next, and its output on standard output. */
void session_begin(struct session *s, const struct request *request);

/*
 * A socket of the session, open. 0, or EXIT_REFUSED after saying why there is
 * none.
 */
int session_open(struct session *s, struct ct_socket *socket);

/* Forget a socket that may hold the rest of an answer. */
void session_drop(struct ct_socket *socket);

/*
 * End of a command: foot of the output, bytes out, the summary ("N flow
 * entries have been DONE.", not in a load). need_hit: a count of 0 is exit 1.
 * Returns the exit code; a failed write or a refused entry makes it 1.
 */
int session_end(struct session *s, uint64_t count, bool need_hit);

/* Write out what is printed so far; 0, or EXIT_REFUSED with a message. */
int session_flush(struct session *s);

#endif
