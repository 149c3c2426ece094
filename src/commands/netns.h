/* SPDX-License-Identifier: MIT */
/*
 * Acting in other network namespaces: a socket belongs to the namespace that
 * its thread was in when it was opened, so it is enough to be there then.
 */
#ifndef COMMANDS_NETNS_H
#define COMMANDS_NETNS_H

#include <stdbool.h>
#include <stdint.h>

#include "commands/session.h"
#include "commands/walk.h"

/* Whether a value of --netns means every namespace. */
bool netns_is_all(const char *wanted);

/*
 * Go into one namespace for good: a name of ip-netns(8), a process id, or
 * a path. 0, or EXIT_REFUSED after saying why not.
 */
int netns_enter(const struct session *s, const char *wanted);

/*
 * Run fn in each namespace that can be found: those with a name in /run/netns
 * and those of processes, each once. s->netns is then its name, or the least
 * process id in it. Returns the worst code of fn, or EXIT_REFUSED after saying
 * which could not be entered. Ends where it began, all sockets closed.
 */
int netns_each(struct session *s, int (*fn)(struct session *s, void *data), void *data);

/* walk_table(), in each namespace if the request says so. */
int netns_walk(struct session *s, enum dump_kind kind, walk_fn fn, void *data);

#endif
