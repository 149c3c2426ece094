/* SPDX-License-Identifier: MIT */
/*
 * Kernel messages into the model. No length is trusted: an attribute that is
 * too short for its type is as if it were absent, one that is longer is read
 * up to what its type needs, an unknown one is skipped, a nest is walked only
 * within its own bounds.
 */
#ifndef CTNETLINK_DECODE_H
#define CTNETLINK_DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "flow/expectation.h"
#include "flow/flow.h"
#include "flow/stats.h"

struct nlmsghdr;

/*
 * What a message is, by its type and flags (ctnetlink never says it better:
 * a new and a changed entry differ only in NLM_F_CREATE).
 */
enum message_kind {
	MESSAGE_OTHER,
	MESSAGE_NEW,     /* event of a new entry */
	MESSAGE_UPDATE,  /* event of a change; also every entry of a dump */
	MESSAGE_DESTROY, /* event of an end */
};

enum message_kind decode_kind(const struct nlmsghdr *message);

/* Length of a message with its headers; the port id of who caused it (0: the kernel). */
size_t decode_length(const struct nlmsghdr *message);
uint32_t decode_port(const struct nlmsghdr *message);

/* Whether the message is about an expectation (subsystem CTNETLINK_EXP). */
bool decode_is_expectation(const struct nlmsghdr *message);

/*
 * Read a message of nlmsg_len bytes (which the caller has checked to lie in
 * its buffer). 0, or -EBADMSG when even the fixed headers are not there.
 */
int decode_flow(const struct nlmsghdr *message, struct flow *flow);
int decode_expectation(const struct nlmsghdr *message, struct expectation *expectation);
int decode_stats(const struct nlmsghdr *message, enum stats_table table, struct stats *stats);

/* CTA_STATS_GLOBAL_ENTRIES and _MAX_ENTRIES (0 where the kernel sends none). */
int decode_global(const struct nlmsghdr *message, uint32_t *entries, uint32_t *maximum);

#endif
