/* SPDX-License-Identifier: MIT */
/*
 * What of a filter the kernel can do, and does right. Only ever narrows a
 * dump: our own filter runs over the answer whatever the kernel did. Traps
 * (seen live, Linux 6.18): IPv6 addresses are compared inverted, ports of
 * SCTP, UDPLITE and GRE are ignored, a mask alone is an error, status bits 0
 * without a mask are an error. None of these is ever sent.
 */
#ifndef CTNETLINK_KERNEL_FILTER_H
#define CTNETLINK_KERNEL_FILTER_H

#include <stdbool.h>
#include <stdint.h>

#include "flow/filter.h"

struct packet;

enum kernel_filter_part {
	KERNEL_FAMILY = 1 << 0,
	KERNEL_MARK = 1 << 1,
	KERNEL_STATUS = 1 << 2,
	KERNEL_ZONE = 1 << 3,
	KERNEL_TUPLE = 1 << 4, /* CTA_FILTER with exact tuple members */
};

struct kernel_filter {
	uint8_t parts; /* enum kernel_filter_part */
	uint8_t family;
	uint32_t mark, mark_mask;
	uint32_t status, status_mask;
	uint16_t zone;
	uint32_t tuple_flags[DIRECTIONS]; /* CTA_FILTER bits */
	struct tuple tuple[DIRECTIONS];
};

/* Take out of a filter what the kernel can do exactly. */
void kernel_filter_from(const struct filter *filter, struct kernel_filter *out);

/*
 * Whether the kernel's filter says all that the filter says, so that what it
 * selects needs no second look.
 */
bool kernel_filter_is_exact(const struct filter *filter, const struct kernel_filter *kernel);

/* What of the filter the kernel's does not say. */
void kernel_filter_left(
	const struct filter *filter, const struct kernel_filter *kernel, struct filter *left);

/* What the kernel's filter says, as a filter. */
void kernel_filter_terms(const struct kernel_filter *kernel, struct filter *filter);

/* Put its attributes into the message being built, of a dump or a flush. */
void kernel_filter_put(const struct kernel_filter *filter, struct packet *packet);

#endif
