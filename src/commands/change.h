/* SPDX-License-Identifier: MIT */
/* What -U has to send for an entry, and what the entry is then. */
#ifndef COMMANDS_CHANGE_H
#define COMMANDS_CHANGE_H

#include "flow/flow.h"

/*
 * What has to be sent so that old becomes what is asked (the flow of a -U
 * request): the entry's tuples and zone, and only what differs. present is 0
 * when nothing does.
 */
void change_plan(const struct flow *asked, const struct flow *old, struct flow *change);

/* The entry after the kernel agreed to the change. */
void change_apply(struct flow *flow, const struct flow *change);

#endif
