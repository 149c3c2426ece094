/* SPDX-License-Identifier: MIT */
/*
 * What the person asks for, complete and checked: the cli room ends in it, the
 * commands begin with it.
 */
#ifndef CLI_REQUEST_H
#define CLI_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "flow/expectation.h"
#include "flow/filter.h"
#include "flow/flow.h"
#include "flow/view.h"
#include "output/output.h"

enum command {
	COMMAND_NONE,
	COMMAND_LIST,
	COMMAND_GET,
	COMMAND_DELETE,
	COMMAND_CREATE,
	COMMAND_ADD,
	COMMAND_UPDATE,
	COMMAND_EVENT,
	COMMAND_FLUSH,
	COMMAND_COUNT,
	COMMAND_STATS,
	COMMAND_LOAD,
	COMMAND_VERSION,
	COMMAND_HELP,
	COMMANDS,
};

enum table { TABLE_CONNTRACK, TABLE_EXPECT, TABLE_DYING, TABLE_UNCONFIRMED, TABLES };

/* Events of -e. */
enum event_mask { EVENTS_NEW = 1, EVENTS_UPDATE = 2, EVENTS_DESTROY = 4, EVENTS_ALL = 7 };

/* How -E goes on and when it ends. */
struct event_options {
	uint64_t queue_size;     /* --queue, bytes that wait for a slow reader at the most */
	uint64_t stop_after;     /* events; 0: no end */
	uint64_t duration;       /* nanoseconds; 0: no end */
	const char *output_path; /* --output-file, or NULL */
	bool snapshot;           /* the table first */
	bool resync;             /* what was lost is made up for by the table */
	bool reliable;           /* no end of an entry is lost */
};

/* --queue when it is not given. */
#define EVENT_QUEUE_DEFAULT (4 * 1024 * 1024)

struct request {
	enum command command;
	enum table table;
	uint8_t family; /* AF_INET, AF_INET6, AF_UNSPEC: both */

	/* Which entries: list, delete, update, event, flush, count; for get what it must be. */
	struct filter filter;
	/* What of it was written as expressions, whole; NULL: nothing. */
	const struct expression *expression;

	/*
	 * create, add: the whole new entry, both tuples filled (mirrored where
	 * only one was given), status, timeout, NAT and so on.
	 * get: the tuple to look up. update: what to set, present bits say what
	 * (mark with mark_mask, status bits to add, timeout, state, labels with
	 * labels_mask); its tuples are empty.
	 */
	struct flow flow;

	/* Table expect. create: whole; get, delete: the tuple to look up. */
	struct expectation expectation;

	bool skip_existing;  /* --skip-existing */
	bool zero_counters;  /* -z */
	unsigned event_mask; /* enum event_mask */
	int buffer_size;     /* -b, bytes; 0: the default */

	struct event_options events;

	const struct output_format *format;
	unsigned output_flags; /* enum output_flag */

	struct view view;  /* groups, order, columns */
	const char *netns; /* --netns; NULL: where we are */

	const struct label_map *labels; /* the list, once it is read; NULL: none */

	const char *load_path; /* -R */

	bool explain;          /* --explain */
	bool verify;           /* --verify */
	bool dry_run;          /* --dry-run */
	bool all;              /* --all */
	bool strict;           /* --strict */
	uint64_t maximum;      /* --max; UINT64_MAX without */
	const char *undo_path; /* --undo; NULL without */

	/* help: what it is about; COMMAND_NONE and NULL: the whole */
	enum command help_command;
	const struct protocol *help_protocol;
};

#endif
