/* SPDX-License-Identifier: MIT */
/*
 * The commands, one function each, run by run.c with the request of the
 * session. Each returns the exit code and has said all there is to say.
 */
#ifndef COMMANDS_RUN_H
#define COMMANDS_RUN_H

#include "commands/session.h"

struct cli;

int run_list(struct session *s);
int run_list_expectations(struct session *s);
int run_get(struct session *s);
int run_get_expectation(struct session *s);
int run_create(struct session *s);
int run_create_expectation(struct session *s);
int run_delete(struct session *s);
int run_delete_expectation(struct session *s);
int run_update(struct session *s);
int run_events(struct session *s);
int run_flush(struct session *s);
int run_flush_expectations(struct session *s);
int run_count(struct session *s);
int run_count_expectations(struct session *s);
int run_stats(struct session *s);
int run_load(struct session *s, struct cli *cli);

/* Run one request in a session, whatever its command but -R. */
int run_request(struct session *s, const struct request *request);

/* For one expectation of the table; a negative errno ends the walk (-ECANCELED: it was said). */
typedef int (*expectation_fn)(struct session *s, const struct expectation *e, void *data);

/* Walk the expectation table; 0 or EXIT_REFUSED after saying why (list.c). */
int dump_expectations(struct session *s, expectation_fn fn, void *data);

#endif
