/* SPDX-License-Identifier: MIT */
/* -L --sort: flows in an order that the kernel does not give them in. */
#ifndef COMMANDS_SORT_H
#define COMMANDS_SORT_H

#include "commands/session.h"
#include "ctnetlink/encode.h"

/*
 * List the table in order. With a limit only so many entries are held, else
 * all of them: the kernel's message of each (some 250 bytes), and what it is
 * sorted by.
 */
int run_sorted(struct session *s, enum dump_kind kind);

#endif
