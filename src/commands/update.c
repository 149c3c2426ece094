/* SPDX-License-Identifier: MIT */
/* -U: change the entries that match, many to a send. */
#include <errno.h>

#include "commands/change.h"
#include "commands/report.h"
#include "commands/run.h"
#include "commands/walk.h"
#include "ctnetlink/decode.h"
#include "ctnetlink/encode.h"

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
	change_plan(&s->request->flow, &flow, &change);
	change_apply(&flow, &change);
	output_flow(&s->output, &flow, NULL);
	return s->output.writer->error ? -ECANCELED : 0;
}

static int update_flow(
	struct session *s, const struct flow *flow, const struct nlmsghdr *message, void *data)
{
	struct flow change;

	change_plan(&s->request->flow, flow, &change);
	if (change.present == 0)
		return 0;
	return batch_put(data, encode_update, &change, message);
}

int run_update(struct session *s)
{
	return walk_and_change(s, update_flow, updated);
}
