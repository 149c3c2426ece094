/* SPDX-License-Identifier: MIT */
/*
 * What the kernel's headers do not say, or say only since lately: attribute
 * numbers that <linux/netfilter/nfnetlink_conntrack.h> of a supported system
 * may lack, the bits of CTA_FILTER (in no uapi header), the order of labels.
 */
#ifndef CTNETLINK_ATTRIBUTES_H
#define CTNETLINK_ATTRIBUTES_H

#include <stddef.h>

/* enum ctattr_type, ctattr_filter and ctattr_stats_global under names of our own. */
enum newer_attribute {
	NEWER_SYNPROXY = 24,        /* CTA_SYNPROXY, Linux 4.18 */
	NEWER_FILTER = 25,          /* CTA_FILTER, 5.8 */
	NEWER_STATUS_MASK = 26,     /* CTA_STATUS_MASK, 5.15 */
	NEWER_TIMESTAMP_EVENT = 27, /* CTA_TIMESTAMP_EVENT, 6.14 */
};

enum newer_synproxy_attribute {
	NEWER_SYNPROXY_ISN = 1,
	NEWER_SYNPROXY_ITS = 2,
	NEWER_SYNPROXY_TSOFF = 3,
};

enum newer_filter_attribute {
	NEWER_FILTER_ORIG_FLAGS = 1,
	NEWER_FILTER_REPLY_FLAGS = 2,
};

enum newer_stats_global_attribute {
	NEWER_STATS_GLOBAL_ENTRIES = 1,
	NEWER_STATS_GLOBAL_MAX_ENTRIES = 2,
};

/* Bits of CTA_FILTER_ORIG_FLAGS and _REPLY_FLAGS: nf_internals.h of the kernel. */
enum filter_flag {
	FILTER_IP_SRC = 0x1,
	FILTER_IP_DST = 0x2,
	FILTER_PROTO_NUM = 0x8,
	FILTER_SRC_PORT = 0x10,
	FILTER_DST_PORT = 0x20,
	FILTER_ICMP_TYPE = 0x40,
	FILTER_ICMP_CODE = 0x80,
	FILTER_ICMP_ID = 0x100,
	FILTER_ICMPV6_TYPE = 0x200,
	FILTER_ICMPV6_CODE = 0x400,
	FILTER_ICMPV6_ID = 0x800,
};

/*
 * Where byte i of flow.labels lies in CTA_LABELS: the kernel's bitmap is an
 * array of unsigned long in host order, ours is bit 0 first.
 */
static inline size_t label_byte_on_wire(size_t i)
{
	return __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? i ^ (sizeof(unsigned long) - 1) : i;
}

#endif
