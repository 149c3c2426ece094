/* SPDX-License-Identifier: MIT */
/* -L: show the entries of a table. */
#include <errno.h>
#include <string.h>

#include "base/message.h"
#include "commands/netns.h"
#include "commands/recent.h"
#include "commands/report.h"
#include "commands/run.h"
#include "commands/sort.h"
#include "commands/summary.h"
#include "ctnetlink/decode.h"
#include "ctnetlink/encode.h"

/* Whether as many are shown as --limit wants. */
static bool is_enough(const struct session *s)
{
	uint64_t limit = s->request->view.limit;

	return limit > 0 && s->output.records >= limit;
}

static int show_flow(
	struct session *s, const struct flow *flow, const struct nlmsghdr *message, void *data)
{
	(void)message;
	(void)data;
	if (is_enough(s))
		return WALK_ENOUGH;
	output_flow(&s->output, flow, NULL);
	if (s->output.writer->error)
		return -ECANCELED;
	return is_enough(s) ? WALK_ENOUGH : 0;
}

static enum dump_kind dump_kind_of(const struct request *request)
{
	switch (request->table) {
	case TABLE_DYING:
		return DUMP_DYING;
	case TABLE_UNCONFIRMED:
		return DUMP_UNCONFIRMED;
	default:
		return request->zero_counters ? DUMP_TABLE_ZERO : DUMP_TABLE;
	}
}

int run_list(struct session *s)
{
	enum dump_kind kind = dump_kind_of(s->request);
	int code;

	session_look_only(s);
	if (summary_is_wanted(s->request))
		return run_summary(s, kind);
	if (s->request->view.sort_count > 0)
		return run_sorted(s, kind);
	code = netns_walk(s, kind, show_flow, NULL);
	if (code != 0) {
		output_end(&s->output);
		session_flush(s);
		return code;
	}
	return session_end(s, s->output.records, false);
}

static int show_expectation(struct session *s, const struct expectation *e, void *data)
{
	(void)data;
	output_expectation(&s->output, e, NULL);
	return s->output.writer->error ? -ECANCELED : 0;
}

struct expectation_walk {
	struct session *session;
	expectation_fn fn;
	void *data;
	struct recent recent;
};

static int walk_expectation(const struct nlmsghdr *message, void *data)
{
	struct expectation_walk *walk = data;
	struct expectation e;

	if (decode_expectation(message, &e) < 0 || recent_expectation_seen(&walk->recent, &e))
		return 0;
	return walk->fn(walk->session, &e, walk->data);
}

int dump_expectations(struct session *s, expectation_fn fn, void *data)
{
	static struct expectation_walk walk;
	_Alignas(PACKET_ALIGNMENT) uint8_t bytes[256];
	struct packet packet;
	struct ct_answer answer = {0};
	int error;

	if (session_open(s, &s->dump) != 0)
		return EXIT_REFUSED;
	memset(&walk, 0, sizeof(walk));
	walk.session = s;
	walk.fn = fn;
	walk.data = data;
	packet_init(&packet, bytes, sizeof(bytes));
	error = encode_expectation_dump(&packet, s->request->family);
	if (error == 0)
		error = ct_dump_send(&s->dump, &packet);
	if (error == 0) {
		session_confine(s, false);
		error = ct_dump_receive(&s->dump, walk_expectation, &walk, &answer);
	}
	if (error != 0)
		session_drop(&s->dump);
	if (error != 0 && error != -ECANCELED)
		return report_refusal(s, error, &answer, NULL);
	return error ? EXIT_REFUSED : 0;
}

int run_list_expectations(struct session *s)
{
	int code;

	session_look_only(s);
	code = dump_expectations(s, show_expectation, NULL);
	if (code != 0) {
		output_end(&s->output);
		session_flush(s);
		return code;
	}
	return session_end(s, s->output.records, false);
}
