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

#include "flow/expectation.h"
#include "flow/flow.h"

/* So many entries are remembered. */
#define RECENT_ENTRIES 512
#define RECENT_CHAINS  2048

struct recent_entry {
	uint64_t key;
	uint32_t before; /* the number of the one remembered before it in its chain */
};

/* Zero it before use. */
struct recent {
	uint32_t count;                            /* how many there were; the number of the next */
	struct recent_entry entry[RECENT_ENTRIES]; /* a ring, by number */
	uint32_t last[RECENT_CHAINS];              /* the number of each chain's last one, plus 1 */
};

/*
 * Whether the entry is among those remembered; else remember it. Entries are
 * told apart by id and tuple; one without an id is never among them.
 */
bool recent_seen(struct recent *r, const struct flow *flow);

/* Likewise of an expectation (ctnetlink_exp_dump_table() goes on in the same way). */
bool recent_expectation_seen(struct recent *r, const struct expectation *e);

#endif
