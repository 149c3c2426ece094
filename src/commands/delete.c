/* SPDX-License-Identifier: MIT */
/* -D: delete the entries that match, many to a send. */
#include <errno.h>

#include "commands/ask.h"
#include "commands/changes.h"
#include "commands/report.h"
#include "commands/run.h"
#include "ctnetlink/decode.h"
#include "ctnetlink/encode.h"

/*
 * The kernel's word on one deletion. An entry that is gone meanwhile is no
 * failure, and is not shown: it was not deleted here. What cannot be printed
 * is counted all the same.
 */
static int deleted(
	const struct ct_answer *answer, const struct nlmsghdr *entry, uint32_t number, void *data)
{
	struct session *s = data;
	struct flow flow;

	(void)number;
	if (answer->error == ENOENT)
		return 0;
	if (decode_flow(entry, &flow) < 0)
		return -EBADMSG;
	if (answer->error != 0)
		report_entry(s, -answer->error, answer, &flow);
	else
		output_flow(&s->output, &flow, NULL);
	return 0;
}

/* Named by tuple, zone and id: an entry that took its place is left alone. */
static int delete_flow(
	struct session *s, const struct flow *flow, const struct nlmsghdr *message, void *data)
{
	(void)s;
	return changes_put(data, encode_delete, flow, 0, message);
}

int run_delete(struct session *s)
{
	const struct bulk bulk = {.put = delete_flow, .done = deleted, .data = s};

	return walk_and_change(s, &bulk);
}

int run_delete_expectation(struct session *s)
{
	struct ct_answer answer = {0};
	int error;

	if (session_open(s, &s->change) != 0)
		return EXIT_REFUSED;
	error = ask_expectation(s, encode_expectation_delete, NULL, &answer);
	/* A line of a file that finds nothing to delete is no failure. */
	if (error == -ENOENT && s->loading)
		return EXIT_DONE;
	if (error != 0)
		return report_refusal(s, error, &answer, NULL);
	return session_end(s, 1, true);
}
