/* SPDX-License-Identifier: MIT */
/* The status bits of a flow: a row each, of enum ip_conntrack_status. */
#ifndef FLOW_STATUS_H
#define FLOW_STATUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct status_bit {
	const char *name; /* the kernel's name without IPS_: "SEEN_REPLY" */
	uint32_t bit;
	bool selectable; /* a word of -u: to select by, and for -I, -A, -U to send */
	bool saved;      /* a word of -u that -o save writes */
};

/* The rows in bit order, and their number. */
extern const struct status_bit status_bits[];
extern const size_t status_bit_count;

/* The row of a bit, or NULL. */
const struct status_bit *status_by_bit(uint32_t bit);

#endif
