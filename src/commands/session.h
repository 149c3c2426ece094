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
	bool by_family;              /* a dump for each family, as the kernel filters better so */
	struct kernel_filter kernel; /* what the kernel was asked to filter by */
	bool filtered;               /* it said that it did */
	uint64_t walked;             /* entries that it sent */
	uint64_t matched;            /* of them, those that our filter let through */
	uint64_t sends;              /* of changes */
};

/* What becomes of the changes that commands ask for (commands/changes.h). */
enum change_mode {
	CHANGE_REAL,
	CHANGE_DRY,   /* --dry-run: told as if they were done */
	CHANGE_COUNT, /* counted only, before those that --max guards */
};

struct undo;

struct session {
	const struct request *request; /* the one in hand */
	const struct request *given;   /* that of the command line: the same, or -R */
	struct output output;
	struct ct_socket dump;   /* long answers */
	struct ct_socket change; /* requests made while a dump is being read */
	bool looks_only;         /* nothing is asked of the kernel behind the walk of the table */
	bool loading;            /* a line of a -R file: no summaries, nothing hit is no failure */
	const char *place;       /* "FILE:LINE: " in front of messages, "" elsewhere */
	const char *netns;       /* the namespace in hand while several are walked, else NULL */
	struct names *names;     /* --resolve; NULL: no names */
	struct walk_account account;
	enum change_mode mode;
	struct undo *undo; /* NULL: nothing is kept of what is deleted */
	uint64_t touched;  /* changes asked for, of all commands */
	uint64_t done;     /* of all commands of a load: entries that they did something to */
	uint64_t untried;  /* lines of a load that a dry run counts and does not try */
	uint64_t failures; /* entries that the kernel refused to change */
	uint64_t skipped;  /* of them, those that no message was printed for */
	bool broken;       /* the command did not come to its end, and has said why */
	bool stopped;      /* likewise, at the number of --max */
	bool unwritten;    /* the output failed, and that has been said */
	unsigned unknown;  /* enum unknown_fact that a warning was about */
};

/* given is the request of the command line. */
void session_start(struct session *s, const struct request *given);
void session_close(struct session *s);

/* The request to run next, and its output on standard output. */
void session_begin(struct session *s, const struct request *request);

/*
 * The command in hand only looks: nothing but the answer is needed any more once it
 * was asked for, unless there are other namespaces to go to or names to look up.
 */
void session_look_only(struct session *s);

/*
 * Of a command that only looks: from here on in the sandbox, with the privilege to
 * ask the kernel if there is something left to ask.
 */
void session_confine(const struct session *s, bool asks);

/* Forget what was counted, before it is done in earnest. */
void session_forget(struct session *s);

/*
 * A socket of the session, open. 0, or EXIT_REFUSED after saying why there is
 * none.
 */
int session_open(struct session *s, struct ct_socket *socket);

/* Forget a socket that may hold the rest of an answer. */
void session_drop(struct ct_socket *socket);

/*
 * End of a command: foot of the output, bytes out, the summary ("N flow
 * entries have been DONE.", not in a load, nor of what is shown if that could
 * not be written), --explain. need_hit: a count of 0 is exit 1. Returns the exit
 * code; a failed write, a refused entry or s->broken makes it 1, or 3 with
 * --strict when other entries went well.
 */
int session_end(struct session *s, uint64_t count, bool need_hit);

/* Write out what is printed so far; 0, or EXIT_REFUSED with a message (one a session). */
int session_flush(struct session *s);

#endif
