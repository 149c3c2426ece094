/* SPDX-License-Identifier: MIT */
/* -U: change the entries that match, many to a send. */
#include <errno.h>

#include "commands/change.h"
#include "commands/changes.h"
#include "commands/report.h"
#include "commands/run.h"
#include "ctnetlink/decode.h"
#include "ctnetlink/encode.h"

struct update {
	struct session *session;
	bool verifies;
	struct batch look; /* --verify: at what was changed */
};

static void show(struct session *s, const struct flow *flow)
{
	output_flow(&s->output, flow, NULL);
}

/* --verify: look at the entry once more, together with many others. */
static int look_again(struct update *u, const struct nlmsghdr *entry, const struct flow *flow)
{
	int error = batch_encode(&u->look, encode_get, flow);

	return error ? error : batch_commit(&u->look, entry, decode_length(entry));
}

static int updated(
	const struct ct_answer *answer, const struct nlmsghdr *entry, uint32_t number, void *data)
{
	struct update *u = data;
	struct session *s = u->session;
	struct flow flow, change;

	(void)number;
	if (answer->error == ENOENT || answer->error == ETIME)
		return 0;
	if (decode_flow(entry, &flow) < 0)
		return -EBADMSG;
	if (answer->error != 0) {
		report_entry(s, -answer->error, answer, &flow);
		return 0;
	}
	if (u->verifies)
		return look_again(u, entry, &flow);
	change_plan(&s->request->flow, &flow, &change);
	change_apply(&flow, &change);
	show(s, &flow);
	return 0;
}

/*
 * The entry as it is after the change. The kernel looks at no id when it
 * changes one (ctnetlink_new_conntrack() in nf_conntrack_netlink.c), so it may
 * be another one that came under the same tuple.
 */
static int looked_at(const struct nlmsghdr *reply, const void *context, size_t length, void *data)
{
	struct update *u = data;
	struct flow before, now;

	(void)length;
	if (decode_flow(context, &before) < 0 || decode_flow(reply, &now) < 0)
		return -EBADMSG;
	if (now.id == before.id)
		show(u->session, &now);
	else
		report_mistaken(u->session, &now);
	return 0;
}

static int look_ended(
	const struct ct_answer *answer, const void *context, size_t length, void *data)
{
	struct update *u = data;
	struct flow flow;

	(void)length;
	if (answer->error == 0 || answer->error == ENOENT)
		return 0;
	report_entry(u->session, -answer->error, answer,
		decode_flow(context, &flow) == 0 ? &flow : NULL);
	return 0;
}

static int update_flow(
	struct session *s, const struct flow *flow, const struct nlmsghdr *message, void *data)
{
	struct flow change;

	change_plan(&s->request->flow, flow, &change);
	if (change.present == 0)
		return 0;
	return changes_put(data, encode_update, &change, 0, message);
}

static int look_at_the_rest(void *data)
{
	struct update *u = data;

	return batch_flush(&u->look);
}

int run_update(struct session *s)
{
	struct update u = {
		.session = s,
		.verifies = s->request->verify && s->mode == CHANGE_REAL,
	};
	struct bulk bulk = {.put = update_flow, .done = updated, .data = &u};
	int code, error;

	if (!u.verifies)
		return walk_and_change(s, &bulk);
	if (session_open(s, &s->change) != 0)
		return EXIT_REFUSED;
	error = batch_open(&u.look, &s->change, look_ended, &u);
	if (error != 0)
		return report_refusal(s, error, NULL, NULL);
	u.look.reply = looked_at;
	bulk.finish = look_at_the_rest;
	code = walk_and_change(s, &bulk);
	batch_close(&u.look);
	return code;
}
