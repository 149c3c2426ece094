/* SPDX-License-Identifier: MIT */
#include "flow/status.h"

#include <linux/netfilter/nf_conntrack_common.h>

/*
 * What of these the kernel then takes is its own word: EXPECTED is refused
 * (EBUSY) and so is not saved, the two of offload are ignored.
 */
const struct status_bit status_bits[] = {
	{.name = "EXPECTED", .bit = IPS_EXPECTED, .selectable = true, .settable = true},
	{.name = "SEEN_REPLY",
		.bit = IPS_SEEN_REPLY,
		.selectable = true,
		.settable = true,
		.saved = true},
	{.name = "ASSURED",
		.bit = IPS_ASSURED,
		.selectable = true,
		.settable = true,
		.saved = true},
	{.name = "CONFIRMED", .bit = IPS_CONFIRMED},
	{.name = "SRC_NAT", .bit = IPS_SRC_NAT},
	{.name = "DST_NAT", .bit = IPS_DST_NAT},
	{.name = "SEQ_ADJUST", .bit = IPS_SEQ_ADJUST},
	{.name = "SRC_NAT_DONE", .bit = IPS_SRC_NAT_DONE},
	{.name = "DST_NAT_DONE", .bit = IPS_DST_NAT_DONE},
	{.name = "DYING", .bit = IPS_DYING},
	{.name = "FIXED_TIMEOUT",
		.bit = IPS_FIXED_TIMEOUT,
		.selectable = true,
		.settable = true,
		.saved = true},
	{.name = "TEMPLATE", .bit = IPS_TEMPLATE},
	{.name = "UNTRACKED", .bit = IPS_UNTRACKED},
	{.name = "HELPER", .bit = IPS_HELPER},
	{.name = "OFFLOAD", .bit = IPS_OFFLOAD, .selectable = true, .settable = true},
	{.name = "HW_OFFLOAD", .bit = IPS_HW_OFFLOAD, .selectable = true, .settable = true},
};

const size_t status_bit_count = sizeof(status_bits) / sizeof(status_bits[0]);

const struct status_bit *status_by_bit(uint32_t bit)
{
	/* The rows are in bit order without gaps (enum ip_conntrack_status). */
	unsigned row = bit != 0 ? (unsigned)__builtin_ctz(bit) : 32;

	return row < status_bit_count && status_bits[row].bit == bit ? &status_bits[row] : NULL;
}
