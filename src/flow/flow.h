/* SPDX-License-Identifier: MIT */
/*
 * The model: one connection tracking entry. The wire room decodes into it and
 * encodes from it, filters test it, outputs print it, create and update are
 * asked with it. It owns no memory: secctx and helper_info point into the
 * receive buffer and live as long as the callback that was given the flow.
 *
 * Numbers are in host order, addresses in network order. A member means
 * something only when its bit in `present` is set; absent is not zero.
 */
#ifndef FLOW_FLOW_H
#define FLOW_FLOW_H

#include <stdint.h>

#include "base/clock.h"
#include "flow/tuple.h"

enum direction { ORIGINAL, REPLY, DIRECTIONS };

/* Bits of flow.present. Those of a pair are shifted left by the direction. */
#define FLOW_BIT(n) (UINT64_C(1) << (n))
enum flow_present_bit {
	FLOW_STATUS_BIT,
	FLOW_TIMEOUT_BIT,
	FLOW_MARK_BIT,
	FLOW_USE_BIT,
	FLOW_ID_BIT,
	FLOW_ZONE_BIT,
	FLOW_STATE_BIT,
	FLOW_COUNTERS_BIT, /* two bits, by direction */
	FLOW_START_BIT = FLOW_COUNTERS_BIT + DIRECTIONS,
	FLOW_STOP_BIT,
	FLOW_EVENT_TIME_BIT,
	FLOW_HELPER_BIT,
	FLOW_HELPER_INFO_BIT,
	FLOW_SECCTX_BIT,
	FLOW_SECMARK_BIT,
	FLOW_LABELS_BIT,
	FLOW_SEQUENCE_BIT, /* two bits, by direction */
	FLOW_SYNPROXY_BIT = FLOW_SEQUENCE_BIT + DIRECTIONS,
	FLOW_WINDOW_SCALE_BIT,                                   /* two bits, by direction */
	FLOW_TCP_FLAGS_BIT = FLOW_WINDOW_SCALE_BIT + DIRECTIONS, /* two bits, by direction */
	FLOW_VTAG_BIT = FLOW_TCP_FLAGS_BIT + DIRECTIONS,         /* two bits, by direction */
	FLOW_ROLE_BIT = FLOW_VTAG_BIT + DIRECTIONS,
	FLOW_HANDSHAKE_BIT,
	FLOW_MASTER_BIT,
	FLOW_NETNS_BIT, /* put there by a walk of several namespaces */
	/* What only a person's request has, never a kernel's answer: */
	FLOW_NAT_BIT, /* two bits, by enum nat_kind */
	FLOW_MARK_MASK_BIT = FLOW_NAT_BIT + 2,
	FLOW_LABELS_MASK_BIT,
};

#define FLOW_STATUS       FLOW_BIT(FLOW_STATUS_BIT)
#define FLOW_TIMEOUT      FLOW_BIT(FLOW_TIMEOUT_BIT)
#define FLOW_MARK         FLOW_BIT(FLOW_MARK_BIT)
#define FLOW_USE          FLOW_BIT(FLOW_USE_BIT)
#define FLOW_ID           FLOW_BIT(FLOW_ID_BIT)
#define FLOW_ZONE         FLOW_BIT(FLOW_ZONE_BIT)
#define FLOW_STATE        FLOW_BIT(FLOW_STATE_BIT)
#define FLOW_COUNTERS     FLOW_BIT(FLOW_COUNTERS_BIT)
#define FLOW_START        FLOW_BIT(FLOW_START_BIT)
#define FLOW_STOP         FLOW_BIT(FLOW_STOP_BIT)
#define FLOW_EVENT_TIME   FLOW_BIT(FLOW_EVENT_TIME_BIT)
#define FLOW_HELPER       FLOW_BIT(FLOW_HELPER_BIT)
#define FLOW_HELPER_INFO  FLOW_BIT(FLOW_HELPER_INFO_BIT)
#define FLOW_SECCTX       FLOW_BIT(FLOW_SECCTX_BIT)
#define FLOW_SECMARK      FLOW_BIT(FLOW_SECMARK_BIT)
#define FLOW_LABELS       FLOW_BIT(FLOW_LABELS_BIT)
#define FLOW_SEQUENCE     FLOW_BIT(FLOW_SEQUENCE_BIT)
#define FLOW_SYNPROXY     FLOW_BIT(FLOW_SYNPROXY_BIT)
#define FLOW_WINDOW_SCALE FLOW_BIT(FLOW_WINDOW_SCALE_BIT)
#define FLOW_TCP_FLAGS    FLOW_BIT(FLOW_TCP_FLAGS_BIT)
#define FLOW_VTAG         FLOW_BIT(FLOW_VTAG_BIT)
#define FLOW_ROLE         FLOW_BIT(FLOW_ROLE_BIT)
#define FLOW_HANDSHAKE    FLOW_BIT(FLOW_HANDSHAKE_BIT)
#define FLOW_MASTER       FLOW_BIT(FLOW_MASTER_BIT)
#define FLOW_NETNS        FLOW_BIT(FLOW_NETNS_BIT)
#define FLOW_NAT          FLOW_BIT(FLOW_NAT_BIT)
#define FLOW_MARK_MASK    FLOW_BIT(FLOW_MARK_MASK_BIT)
#define FLOW_LABELS_MASK  FLOW_BIT(FLOW_LABELS_MASK_BIT)

#define HELPER_NAME_SIZE 16 /* NF_CT_HELPER_NAME_LEN, with the NUL */
#define LABEL_BITS       128
#define LABEL_BYTES      (LABEL_BITS / 8)

struct counters {
	uint64_t packets;
	uint64_t bytes;
};

/* Bytes of somebody else's buffer, not NUL terminated, any content. */
struct slice {
	const uint8_t *bytes;
	uint16_t length;
};

/* TCP sequence number adjustment of one direction (CTA_SEQ_ADJ_*). */
struct sequence_adjustment {
	uint32_t correction_position;
	uint32_t offset_before;
	uint32_t offset_after;
};

/* One direction's enum ip_ct_tcp flags; mask says which bits a request sets. */
struct tcp_flags {
	uint8_t flags;
	uint8_t mask;
};

enum nat_kind { NAT_SOURCE, NAT_DESTINATION, NAT_KINDS };

/* NAT that a create asks for (CTA_NAT_SRC, CTA_NAT_DST). */
struct nat_request {
	union address minimum;
	union address maximum;
	uint16_t port_minimum;
	uint16_t port_maximum;
	uint8_t family; /* AF_INET, AF_INET6; AF_UNSPEC: no address, a port alone */
	bool has_port;
};

struct flow {
	uint64_t present;
	struct tuple tuple[DIRECTIONS];
	uint32_t status;  /* IPS_… bits, flow/status.h */
	uint32_t timeout; /* seconds left */
	uint32_t mark;
	uint32_t use; /* reference count */
	uint32_t id;  /* the opaque CTA_ID read as a big-endian number */
	uint32_t secmark;
	uint16_t zone; /* of both directions */
	uint8_t state; /* TCP, SCTP or DCCP state number, by protocol */
	uint8_t role;  /* DCCP: 0 client, 1 server */
	struct counters counters[DIRECTIONS];
	uint64_t start; /* nanoseconds since the epoch, UTC */
	uint64_t stop;
	uint64_t event_time;
	uint8_t window_scale[DIRECTIONS];
	struct tcp_flags tcp_flags[DIRECTIONS];
	uint32_t vtag[DIRECTIONS];     /* SCTP verification tags */
	uint64_t handshake_sequence;   /* DCCP */
	uint8_t labels[LABEL_BYTES];   /* bit n is labels[n / 8] & (1 << n % 8) */
	char helper[HELPER_NAME_SIZE]; /* NUL terminated */
	struct slice helper_info;
	struct slice secctx; /* without the kernel's NUL */
	struct sequence_adjustment sequence[DIRECTIONS];
	struct {
		uint32_t initial_sequence;
		uint32_t initial_timestamp;
		uint32_t timestamp_offset;
	} synproxy;
	struct tuple master;
	const char *netns; /* name of the network namespace, outlives the flow */

	/* requests only */
	struct nat_request nat[NAT_KINDS];
	uint32_t mark_mask;
	uint8_t labels_mask[LABEL_BYTES];
};

/*
 * Whole seconds from the start of a flow, which must be present, to its stop,
 * or to now (nanoseconds since the epoch) while it has none; 0 where the end
 * comes before the start.
 */
static inline uint64_t flow_lifetime(const struct flow *f, uint64_t now)
{
	uint64_t end = f->present & FLOW_STOP ? f->stop : now;

	return end > f->start ? (end - f->start) / NANOSECONDS : 0;
}

/* Family of the flow: that of its original tuple, else of its reply tuple. */
static inline uint8_t flow_family(const struct flow *f)
{
	return f->tuple[ORIGINAL].family ? f->tuple[ORIGINAL].family : f->tuple[REPLY].family;
}

#endif
