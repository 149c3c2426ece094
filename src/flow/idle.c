/* SPDX-License-Identifier: MIT */
#include "flow/idle.h"

#include <linux/netfilter/nf_conntrack_common.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/parse.h"

#define SYSCTL "/proc/sys/net/netfilter/nf_conntrack_"

/* Longer than any number in a sysctl. */
#define SYSCTL_MAX 64

#define LIMIT(member) offsetof(struct idle_timeouts, member)

/* nf_conntrack_standalone.c; those of DCCP up to Linux 6.14. */
static const struct {
	uint16_t offset;
	const char *name;
} sysctls[] = {
	{LIMIT(tcp[1]), "tcp_timeout_syn_sent"},
	{LIMIT(tcp[2]), "tcp_timeout_syn_recv"},
	{LIMIT(tcp[3]), "tcp_timeout_established"},
	{LIMIT(tcp[4]), "tcp_timeout_fin_wait"},
	{LIMIT(tcp[5]), "tcp_timeout_close_wait"},
	{LIMIT(tcp[6]), "tcp_timeout_last_ack"},
	{LIMIT(tcp[7]), "tcp_timeout_time_wait"},
	{LIMIT(tcp[8]), "tcp_timeout_close"},
	{LIMIT(tcp_retransmitted), "tcp_timeout_max_retrans"},
	{LIMIT(tcp_unacknowledged), "tcp_timeout_unacknowledged"},
	{LIMIT(sctp[1]), "sctp_timeout_closed"},
	{LIMIT(sctp[2]), "sctp_timeout_cookie_wait"},
	{LIMIT(sctp[3]), "sctp_timeout_cookie_echoed"},
	{LIMIT(sctp[4]), "sctp_timeout_established"},
	{LIMIT(sctp[5]), "sctp_timeout_shutdown_sent"},
	{LIMIT(sctp[6]), "sctp_timeout_shutdown_recd"},
	{LIMIT(sctp[7]), "sctp_timeout_shutdown_ack_sent"},
	{LIMIT(sctp[8]), "sctp_timeout_heartbeat_sent"},
	{LIMIT(sctp[9]), "sctp_timeout_heartbeat_acked"},
	{LIMIT(dccp[1]), "dccp_timeout_request"},
	{LIMIT(dccp[2]), "dccp_timeout_respond"},
	{LIMIT(dccp[3]), "dccp_timeout_partopen"},
	{LIMIT(dccp[4]), "dccp_timeout_open"},
	{LIMIT(dccp[5]), "dccp_timeout_closereq"},
	{LIMIT(dccp[6]), "dccp_timeout_closing"},
	{LIMIT(dccp[7]), "dccp_timeout_timewait"},
	{LIMIT(udp), "udp_timeout"},
	{LIMIT(udp_stream), "udp_timeout_stream"},
	{LIMIT(gre), "gre_timeout"},
	{LIMIT(gre_stream), "gre_timeout_stream"},
	{LIMIT(icmp), "icmp_timeout"},
	{LIMIT(icmpv6), "icmpv6_timeout"},
	{LIMIT(generic), "generic_timeout"},
};

static uint32_t read_sysctl(const char *name)
{
	char path[128];
	char *text;
	size_t length;
	uint64_t value;
	int error;

	snprintf(path, sizeof(path), SYSCTL "%s", name);
	if (file_read(path, SYSCTL_MAX, &text, &length) < 0)
		return 0;
	if (length > 0 && text[length - 1] == '\n')
		text[length - 1] = '\0';
	error = parse_decimal(text, 0, UINT32_MAX, &value);
	free(text);
	return error < 0 ? 0 : (uint32_t)value;
}

void idle_load(struct idle_timeouts *timeouts)
{
	*timeouts = (struct idle_timeouts){0};
	for (size_t i = 0; i < sizeof(sysctls) / sizeof(sysctls[0]); i++) {
		uint32_t value = read_sysctl(sysctls[i].name);

		memcpy((char *)timeouts + sysctls[i].offset, &value, sizeof(value));
	}
}

/*
 * Take the time that has run down of one limit if it is less than what is
 * known so far; a limit below what is left cannot be the one that was set.
 * Returns whether any is known now.
 */
static bool least(uint32_t limit, const struct flow *flow, bool *known, uint64_t *seconds)
{
	uint64_t elapsed;

	if (limit == 0 || limit < flow->timeout)
		return *known;
	elapsed = limit - flow->timeout;
	if (!*known || elapsed < *seconds)
		*seconds = elapsed;
	*known = true;
	return true;
}

static uint32_t state_limit(const uint32_t limits[static IDLE_STATES], const struct flow *flow)
{
	if ((flow->present & FLOW_STATE) == 0 || flow->state >= IDLE_STATES)
		return 0;
	return limits[flow->state];
}

/* The two short limits replace longer ones only (nf_conntrack_tcp_packet()). */
static bool tcp_idle(const struct idle_timeouts *t, const struct flow *flow, uint64_t *seconds)
{
	uint32_t limit = state_limit(t->tcp, flow);
	bool known = false;

	least(limit, flow, &known, seconds);
	if (t->tcp_retransmitted < limit)
		least(t->tcp_retransmitted, flow, &known, seconds);
	if (t->tcp_unacknowledged < limit)
		least(t->tcp_unacknowledged, flow, &known, seconds);
	return known;
}

/* What a flow without a state per packet was given, by what has been seen of it. */
static uint32_t limit_of(const struct idle_timeouts *t, const struct flow *flow)
{
	switch (flow->tuple[ORIGINAL].protocol) {
	case IPPROTO_UDP:
	case IPPROTO_UDPLITE:
		return flow->status & IPS_ASSURED ? t->udp_stream : t->udp;
	case IPPROTO_GRE:
		return flow->status & IPS_SEEN_REPLY ? t->gre_stream : t->gre;
	case IPPROTO_ICMP:
		return t->icmp;
	case IPPROTO_ICMPV6:
		return t->icmpv6;
	case IPPROTO_SCTP:
		return state_limit(t->sctp, flow);
	case IPPROTO_DCCP:
		return state_limit(t->dccp, flow);
	default:
		return t->generic;
	}
}

bool flow_idle(const struct idle_timeouts *timeouts, const struct flow *flow, uint64_t *seconds)
{
	const uint64_t needed = FLOW_TIMEOUT | FLOW_STATUS;
	const uint32_t other = IPS_FIXED_TIMEOUT | IPS_OFFLOAD | IPS_HW_OFFLOAD;
	bool known = false;

	if ((flow->present & needed) != needed || flow->status & other)
		return false;
	if (flow->tuple[ORIGINAL].protocol == IPPROTO_TCP)
		return tcp_idle(timeouts, flow, seconds);
	return least(limit_of(timeouts, flow), flow, &known, seconds);
}
