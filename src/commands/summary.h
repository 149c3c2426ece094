/* SPDX-License-Identifier: MIT */
/* --group-by: flows are counted in place of being shown. */
#ifndef COMMANDS_SUMMARY_H
#define COMMANDS_SUMMARY_H

#include <time.h>

#include "commands/session.h"
#include "ctnetlink/encode.h"
#include "flow/group.h"

struct summary_run {
	struct session *session;
	struct group_table table;
	struct timespec start; /* CLOCK_MONOTONIC */
	uint64_t now;          /* nanoseconds since the epoch, for ages */
};

static inline bool summary_is_wanted(const struct request *request)
{
	return request->view.key_count > 0;
}

/* Start to count. 0, or EXIT_REFUSED after saying why not. */
int summary_start(struct summary_run *run, struct session *s);

/* Count a flow. 0, or a negative errno: no memory. */
int summary_add(struct summary_run *run, const struct flow *flow);

/*
 * Show what was counted; events: and how many there were a second. 0, or
 * EXIT_REFUSED after saying why not.
 */
int summary_show(struct summary_run *run, bool events);

void summary_free(struct summary_run *run);

/* -L --group-by. */
int run_summary(struct session *s, enum dump_kind kind);

/* Say how many entries lack a field that was asked for, and what would make them have it. */
void say_missing(const struct field *field, uint64_t missing, uint64_t all);

#endif
