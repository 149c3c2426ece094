/* SPDX-License-Identifier: MIT */
#include "flow/status.h"

/*
 * What of these the kernel then takes is its own word: EXPECTED is refused
 * (EBUSY) and so is not saved, the two of offload are ignored.
 */
const struct status_bit status_bits[] = {
	/* name, bit, selectable, saved, ignored */
	{"EXPECTED", IPS_EXPECTED, true, false, false},
	{"SEEN_REPLY", IPS_SEEN_REPLY, true, true, false},
	{"ASSURED", IPS_ASSURED, true, true, false},
	{"CONFIRMED", IPS_CONFIRMED, false, false, false},
	{"SRC_NAT", IPS_SRC_NAT, false, false, false},
	{"DST_NAT", IPS_DST_NAT, false, false, false},
	{"SEQ_ADJUST", IPS_SEQ_ADJUST, false, false, false},
	{"SRC_NAT_DONE", IPS_SRC_NAT_DONE, false, false, false},
	{"DST_NAT_DONE", IPS_DST_NAT_DONE, false, false, false},
	{"DYING", IPS_DYING, false, false, false},
	{"FIXED_TIMEOUT", IPS_FIXED_TIMEOUT, true, true, false},
	{"TEMPLATE", IPS_TEMPLATE, false, false, false},
	{"UNTRACKED", IPS_UNTRACKED, false, false, false},
	{"HELPER", IPS_HELPER, false, false, false},
	{"OFFLOAD", IPS_OFFLOAD, true, false, true},
	{"HW_OFFLOAD", IPS_HW_OFFLOAD, true, false, true},
};

const size_t status_bit_count = sizeof(status_bits) / sizeof(status_bits[0]);

const struct status_bit *status_by_bit(uint32_t bit)
{
	/* The rows are in bit order without gaps (enum ip_conntrack_status). */
	unsigned row = bit != 0 ? (unsigned)__builtin_ctz(bit) : 32;

	return row < status_bit_count && status_bits[row].bit == bit ? &status_bits[row] : NULL;
}
