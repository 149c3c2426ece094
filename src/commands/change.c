/* SPDX-License-Identifier: MIT */
#include "commands/change.h"

#include <linux/netfilter/nf_conntrack_common.h>
#include <string.h>

static void change_mark(const struct flow *asked, const struct flow *old, struct flow *change)
{
	uint32_t mask = asked->present & FLOW_MARK_MASK ? asked->mark_mask : UINT32_MAX;
	uint32_t before = old->present & FLOW_MARK ? old->mark : 0;
	uint32_t mark = (before & ~mask) ^ asked->mark;

	if ((asked->present & FLOW_MARK) == 0 || mark == before)
		return;
	change->mark = mark;
	change->present |= FLOW_MARK;
}

/* Bits can only be added: what the entry has must stay in what is sent. */
static void change_status(const struct flow *asked, const struct flow *old, struct flow *change)
{
	/* Of these the kernel says nothing and does nothing (IPS_UNCHANGEABLE_MASK). */
	const uint32_t ignored = IPS_OFFLOAD | IPS_HW_OFFLOAD;
	uint32_t had = old->present & FLOW_STATUS ? old->status : 0;
	uint32_t added = asked->status & ~had;

	if ((asked->present & FLOW_STATUS) == 0 || (added & ~ignored) == 0)
		return;
	change->status = had | (added & ~ignored);
	change->present |= FLOW_STATUS;
}

static void change_labels(const struct flow *asked, const struct flow *old, struct flow *change)
{
	static const uint8_t none[LABEL_BYTES];
	const uint8_t *before = old->present & FLOW_LABELS ? old->labels : none;

	if ((asked->present & FLOW_LABELS) == 0)
		return;
	for (unsigned i = 0; i < LABEL_BYTES; i++) {
		uint8_t mask = asked->present & FLOW_LABELS_MASK ? asked->labels_mask[i] : 0xff;

		change->labels[i] = (uint8_t)((before[i] & ~mask) ^ asked->labels[i]);
		change->labels_mask[i] = 0xff;
	}
	if (memcmp(change->labels, before, LABEL_BYTES) != 0)
		change->present |= FLOW_LABELS | FLOW_LABELS_MASK;
}

/*
 * The kernel takes SCTP and DCCP facts as a whole only: what was not asked for
 * is sent as the entry has it (sctp_policy in nf_conntrack_proto_sctp.c).
 */
static void change_state(const struct flow *asked, const struct flow *old, struct flow *change)
{
	const uint64_t vtags = FLOW_VTAG << ORIGINAL | FLOW_VTAG << REPLY;
	uint64_t known = asked->present & (FLOW_STATE | vtags | FLOW_ROLE);
	bool differs = (known & FLOW_STATE) != 0 &&
		       ((old->present & FLOW_STATE) == 0 || asked->state != old->state);

	for (int d = 0; d < DIRECTIONS; d++)
		differs |= (known & FLOW_VTAG << d) != 0 &&
			   ((old->present & FLOW_VTAG << d) == 0 || asked->vtag[d] != old->vtag[d]);
	if (!differs)
		return;
	change->state = known & FLOW_STATE ? asked->state : old->state;
	change->present |= (asked->present | old->present) & FLOW_STATE;
	for (int d = 0; d < DIRECTIONS; d++) {
		change->vtag[d] = known & FLOW_VTAG << d ? asked->vtag[d] : old->vtag[d];
		change->present |= ((asked->present | old->present) & FLOW_VTAG << d);
		change->tcp_flags[d] = asked->tcp_flags[d];
		change->present |= asked->present & FLOW_TCP_FLAGS << d;
	}
	change->role = known & FLOW_ROLE ? asked->role : old->role;
	change->present |= (asked->present | old->present) & FLOW_ROLE;
}

/* Window scales and flags that were named; those that come with a state are no change. */
static void change_windows(const struct flow *asked, const struct flow *old, struct flow *change)
{
	const uint64_t scales = FLOW_WINDOW_SCALE << ORIGINAL | FLOW_WINDOW_SCALE << REPLY;
	bool differs = false;

	for (int d = 0; d < DIRECTIONS; d++) {
		const struct tcp_flags *flags = &asked->tcp_flags[d];
		bool named = asked->present & FLOW_TCP_FLAGS << d &&
			     (flags->mask == UINT8_MAX || asked->present & FLOW_WINDOW_SCALE << d);
		uint8_t wanted = (uint8_t)((old->tcp_flags[d].flags & ~flags->mask) | flags->flags);

		if (!(old->present & FLOW_TCP_FLAGS << d))
			return;
		differs |= named && wanted != old->tcp_flags[d].flags;
		differs |= asked->present & FLOW_WINDOW_SCALE << d &&
			   asked->window_scale[d] != old->window_scale[d];
	}
	if (!differs)
		return;
	memcpy(change->tcp_flags, asked->tcp_flags, sizeof(change->tcp_flags));
	memcpy(change->window_scale, asked->window_scale, sizeof(change->window_scale));
	change->present |=
		asked->present & (scales | FLOW_TCP_FLAGS << ORIGINAL | FLOW_TCP_FLAGS << REPLY);
}

static void change_adjustments(
	const struct flow *asked, const struct flow *old, struct flow *change)
{
	for (int d = 0; d < DIRECTIONS; d++) {
		uint64_t bit = FLOW_SEQUENCE << d;

		if (!(asked->present & bit) ||
			(old->present & bit && memcmp(&asked->sequence[d], &old->sequence[d],
						       sizeof(asked->sequence[d])) == 0))
			continue;
		change->sequence[d] = asked->sequence[d];
		change->present |= bit;
	}
	if (!(asked->present & FLOW_SYNPROXY) ||
		(old->present & FLOW_SYNPROXY &&
			memcmp(&asked->synproxy, &old->synproxy, sizeof(asked->synproxy)) == 0))
		return;
	change->synproxy = asked->synproxy;
	change->present |= FLOW_SYNPROXY;
}

void change_plan(const struct flow *asked, const struct flow *old, struct flow *change)
{
	change->present = 0;
	change->tuple[ORIGINAL] = old->tuple[ORIGINAL];
	change->tuple[REPLY] = old->tuple[REPLY];
	change_mark(asked, old, change);
	change_status(asked, old, change);
	change_labels(asked, old, change);
	change_state(asked, old, change);
	change_windows(asked, old, change);
	change_adjustments(asked, old, change);
	if ((asked->present & FLOW_TIMEOUT) != 0 &&
		((old->present & FLOW_TIMEOUT) == 0 || asked->timeout != old->timeout)) {
		change->timeout = asked->timeout;
		change->present |= FLOW_TIMEOUT;
	}
	/* Without its zone the change would hit the twin in zone 0. */
	if (change->present != 0 && (old->present & FLOW_ZONE) != 0) {
		change->zone = old->zone;
		change->present |= FLOW_ZONE;
	}
}

/* What is of one direction, and what adjusts it. */
static void apply_directions(struct flow *flow, const struct flow *change)
{
	for (int d = 0; d < DIRECTIONS; d++) {
		const struct tcp_flags *flags = &change->tcp_flags[d];
		uint8_t *now = &flow->tcp_flags[d].flags;

		if (change->present & FLOW_VTAG << d)
			flow->vtag[d] = change->vtag[d];
		if (change->present & FLOW_WINDOW_SCALE << d)
			flow->window_scale[d] = change->window_scale[d];
		if (change->present & FLOW_TCP_FLAGS << d)
			*now = (uint8_t)((*now & ~flags->mask) | (flags->flags & flags->mask));
		if (!(change->present & FLOW_SEQUENCE << d))
			continue;
		flow->sequence[d] = change->sequence[d];
		flow->status |= IPS_SEQ_ADJUST;
		flow->present |= FLOW_SEQUENCE << d;
	}
	if (change->present & FLOW_SYNPROXY) {
		flow->synproxy = change->synproxy;
		flow->present |= FLOW_SYNPROXY;
	}
}

void change_apply(struct flow *flow, const struct flow *change)
{
	if (change->present & FLOW_MARK)
		flow->mark = change->mark;
	if (change->present & FLOW_STATUS)
		flow->status = change->status;
	if (change->present & FLOW_TIMEOUT)
		flow->timeout = change->timeout;
	if (change->present & FLOW_STATE)
		flow->state = change->state;
	if (change->present & FLOW_LABELS) {
		static const uint8_t none[LABEL_BYTES];

		memcpy(flow->labels, change->labels, LABEL_BYTES);
		if (memcmp(flow->labels, none, LABEL_BYTES) == 0)
			flow->present &= ~FLOW_LABELS;
		else
			flow->present |= FLOW_LABELS;
	}
	apply_directions(flow, change);
	flow->present |= change->present & (FLOW_MARK | FLOW_STATUS | FLOW_TIMEOUT | FLOW_STATE);
}
