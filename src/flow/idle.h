/* SPDX-License-Identifier: MIT */
/*
 * How long a flow has been without a packet. The kernel does not say; but each
 * packet sets the time limit of the flow's state anew, so what of that limit
 * has run down is an estimate. It is not to be had where the limit came from
 * somewhere else: -U -t, a fixed timeout, a flow table that was offloaded to.
 */
#ifndef FLOW_IDLE_H
#define FLOW_IDLE_H

#include <stdbool.h>
#include <stdint.h>

#include "flow/flow.h"

#define IDLE_STATES 10 /* no protocol has more */

/* The limits in seconds, 0: not known. */
struct idle_timeouts {
	uint32_t tcp[IDLE_STATES];
	uint32_t sctp[IDLE_STATES];
	uint32_t dccp[IDLE_STATES];
	uint32_t tcp_retransmitted;  /* too often, in any state */
	uint32_t tcp_unacknowledged; /* data is under way, in any state */
	uint32_t udp, udp_stream;    /* the second: seen both ways for a while */
	uint32_t gre, gre_stream;
	uint32_t icmp, icmpv6;
	uint32_t generic;
};

/* Read the limits of the network namespace that the process is in. */
void idle_load(struct idle_timeouts *timeouts);

/*
 * Whole seconds since the last packet; false when they cannot be told. Where
 * several limits may have been set the shortest time without a packet is
 * taken, so that a busy flow never looks idle.
 */
bool flow_idle(const struct idle_timeouts *timeouts, const struct flow *flow, uint64_t *seconds);

#endif
