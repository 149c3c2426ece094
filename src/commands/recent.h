/* SPDX-License-Identifier: MIT */
/*
 * The entries of a dump seen last, so that none is shown twice.
 *
 * A dump goes on where the last chunk ended: at a bucket of the hash table and
 * the entry that did not fit any more. When that entry is gone, the kernel
 * sends the bucket again from its start (ctnetlink_dump_table() in
 * nf_conntrack_netlink.c). So what comes twice has come in the chunks before,
 * no farther back than one bucket is long. Buckets hold a few entries; since
 * Linux 5.15 a chain of more than some 80 refuses new ones, before that there
 * was no limit but chance.
 */
#ifndef COMMANDS_RECENT_H
#define COMMANDS_RECENT_H

#include <stdbool.h>
#include <stdint.h>

#include "flow/flow.h"

/* At least so many entries are remembered, at the most twice as many. */
#define RECENT_ENTRIES 512

struct recent_set {
	unsigned count;
	uint64_t slot[2 * RECENT_ENTRIES]; /* open addressing; 0: free */
};

/* Zero it before use. */
struct recent {
	unsigned current; /* the set that is filled; the other one is the one before */
	struct recent_set set[2];
};

/*
 * Whether the entry is among those remembered; else remember it. Entries are
 * told apart by id and tuple; one without an id is never among them.
 */
bool recent_seen(struct recent *r, const struct flow *flow);

#endif
