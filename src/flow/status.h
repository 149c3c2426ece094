/* SPDX-License-Identifier: MIT */
/* The status bits of a flow: a row each, of enum ip_conntrack_status. */
#ifndef FLOW_STATUS_H
#define FLOW_STATUS_H

#include <linux/netfilter/nf_conntrack_common.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct status_bit {
	const char *name; /* the kernel's name without IPS_: "SEEN_REPLY" */
	uint32_t bit;
	bool selectable; /* a word of -u: to select by, and for -I, -A, -U to send */
	bool saved;      /* a word of -u that -o save writes */
	bool ignored;    /* the kernel takes it and does not set it, in silence */
};

/* The rows in bit order, and their number. */
extern const struct status_bit status_bits[];
extern const size_t status_bit_count;

/* The row of a bit, or NULL. */
const struct status_bit *status_by_bit(uint32_t bit);

/* How far the kernel trusts a flow: the one word of the text output that says most. */
enum confidence {
	CONFIDENCE_UNREPLIED,
	CONFIDENCE_REPLIED,
	CONFIDENCE_ASSURED,
	CONFIDENCE_OFFLOAD,
	CONFIDENCE_HW_OFFLOAD,
	CONFIDENCES,
};

/* What a status comes to: of what it has, that which says most. */
static inline enum confidence status_confidence(uint32_t status)
{
	if (status & IPS_HW_OFFLOAD)
		return CONFIDENCE_HW_OFFLOAD;
	if (status & IPS_OFFLOAD)
		return CONFIDENCE_OFFLOAD;
	if (status & IPS_ASSURED)
		return CONFIDENCE_ASSURED;
	return status & IPS_SEEN_REPLY ? CONFIDENCE_REPLIED : CONFIDENCE_UNREPLIED;
}

#endif
