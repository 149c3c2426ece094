/* SPDX-License-Identifier: MIT */
#ifndef COMMANDS_CREATE_H
#define COMMANDS_CREATE_H

#include "commands/session.h"

/*
 * Warn when the entry that was just made from `wanted`, which has labels, has
 * none: the kernel drops them in silence when no rule of the namespace uses
 * labels (nf_ct_labels_ext_add()). Asks on s->change.
 */
void create_check_labels(struct session *s, const struct flow *wanted);

/*
 * Whether the entry that a create found in its way is the same one: by its
 * original tuple and zone, and not another that has its reply tuple. Asks on
 * s->change.
 */
bool create_exists(struct session *s, const struct flow *wanted);

/*
 * Whether that entry has the NAT and the master that are wanted, which the kernel
 * gives to new entries alone.
 */
bool create_keeps(struct session *s, const struct flow *wanted);

/* create_exists() before a create, into *exists. 0, or EXIT_REFUSED after saying why it is not
 * known. */
int create_look(struct session *s, const struct flow *wanted, bool *exists);

#endif
