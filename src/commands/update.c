/* SPDX-License-Identifier: MIT */
/* -U: change the entries that match, many to a send. */
#include <errno.h>
#include <string.h>

#include "base/message.h"
#include "commands/report.h"
#include "commands/run.h"
#include "commands/walk.h"
#include "ctnetlink/decode.h"
#include "ctnetlink/encode.h"

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
	if ((asked->present & FLOW_STATUS) == 0 || (asked->status & ~old->status) == 0)
		return;
	change->status = old->status | asked->status;
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
		differs |= (known & FLOW_VTAG << d) != 0 && asked->vtag[d] != old->vtag[d];
	if (!differs)
		return;
	change->state = known & FLOW_STATE ? asked->state : old->state;
	change->present |= FLOW_STATE;
	for (int d = 0; d < DIRECTIONS; d++) {
		change->vtag[d] = known & FLOW_VTAG << d ? asked->vtag[d] : old->vtag[d];
		change->present |= ((asked->present | old->present) & FLOW_VTAG << d);
		change->tcp_flags[d] = asked->tcp_flags[d];
		change->present |= asked->present & FLOW_TCP_FLAGS << d;
	}
	change->role = known & FLOW_ROLE ? asked->role : old->role;
	change->present |= (asked->present | old->present) & FLOW_ROLE;
}

/* What has to be sent so that old becomes what is asked; present 0: nothing. */
static void plan_change(const struct flow *asked, const struct flow *old, struct flow *change)
{
	change->present = 0;
	change->tuple[ORIGINAL] = old->tuple[ORIGINAL];
	change->tuple[REPLY] = old->tuple[REPLY];
	change_mark(asked, old, change);
	change_status(asked, old, change);
	change_labels(asked, old, change);
	change_state(asked, old, change);
	if ((asked->present & FLOW_TIMEOUT) != 0 &&
		((old->present & FLOW_TIMEOUT) == 0 || asked->timeout != old->timeout)) {
		change->timeout = asked->timeout;
		change->present |= FLOW_TIMEOUT;
	}
}

/* The entry as it is after the kernel agreed to the change. */
static void apply_change(struct flow *flow, const struct flow *change)
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
	for (int d = 0; d < DIRECTIONS; d++) {
		if (change->present & FLOW_VTAG << d)
			flow->vtag[d] = change->vtag[d];
	}
	flow->present |= change->present & (FLOW_MARK | FLOW_STATUS | FLOW_TIMEOUT | FLOW_STATE);
}

static int updated(const struct ct_answer *answer, const void *context, size_t length, void *data)
{
	struct session *s = data;
	struct flow flow, change;

	(void)length;
	if (answer->error == ENOENT || answer->error == ETIME)
		return 0;
	if (decode_flow(context, &flow) < 0)
		return -EBADMSG;
	if (answer->error != 0) {
		report_entry(s, -answer->error, answer, &flow);
		return 0;
	}
	plan_change(&s->request->flow, &flow, &change);
	apply_change(&flow, &change);
	output_flow(&s->output, &flow, NULL);
	return s->output.writer->error ? -ECANCELED : 0;
}

/* The zones of the entry go with the change: without them it would hit zone 0. */
static int update_flow(
	struct session *s, const struct flow *flow, const struct nlmsghdr *message, void *data)
{
	struct flow change;

	plan_change(&s->request->flow, flow, &change);
	if (change.present == 0)
		return 0;
	if (flow->present & FLOW_ZONE) {
		change.zone = flow->zone;
		change.present |= FLOW_ZONE;
	}
	return batch_put(data, encode_update, &change, message);
}

int run_update(struct session *s)
{
	return walk_and_change(s, update_flow, updated);
}
