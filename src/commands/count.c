/* SPDX-License-Identifier: MIT */
/* -C: how many entries there are, or match. */
#include "commands/ask.h"
#include "commands/explain.h"
#include "commands/report.h"
#include "commands/run.h"
#include "commands/sysctl.h"
#include "commands/walk.h"

static int count_flow(
	struct session *s, const struct flow *flow, const struct nlmsghdr *message, void *data)
{
	uint64_t *entries = data;

	(void)s;
	(void)flow;
	(void)message;
	++*entries;
	return 0;
}

/* The number, alone on stdout. */
static int show_count(struct session *s, uint64_t entries)
{
	int code;

	output_count(&s->output, entries);
	code = session_flush(s);
	if (s->given->explain)
		explain_walk(s, entries);
	return code;
}

/* What a filter selects only a walk can tell. */
static int count_matches(struct session *s)
{
	uint64_t entries = 0;
	int code;

	/* Of this walk, should there be one in another namespace before it. */
	session_forget(s);
	code = walk_table(s, DUMP_TABLE, count_flow, &entries);
	return code != 0 ? code : show_count(s, entries);
}

int run_count(struct session *s)
{
	struct ct_answer answer = {0};
	uint32_t entries = 0;
	int counter, error;
	long readable;

	session_look_only(s);
	if (!filter_is_empty(&s->request->filter))
		return count_matches(s);
	if (session_open(s, &s->change) != 0)
		return EXIT_REFUSED;
	/* What anybody may read, for who may not ask the kernel. */
	counter = sysctl_open("nf_conntrack_count");
	session_confine(s, true);
	error = ask_entries(&s->change, &entries, &answer);
	readable = sysctl_read(counter);
	sysctl_close(counter);
	if (error == 0)
		return show_count(s, entries);
	return readable < 0 ? report_refusal(s, error, &answer, NULL)
			    : show_count(s, (uint64_t)readable);
}

static int count_expectation(struct session *s, const struct expectation *e, void *data)
{
	uint64_t *entries = data;

	(void)s;
	(void)e;
	++*entries;
	return 0;
}

int run_count_expectations(struct session *s)
{
	uint64_t entries = 0;
	int code;

	session_look_only(s);
	code = dump_expectations(s, count_expectation, &entries);
	if (code != 0)
		return code;
	output_count(&s->output, entries);
	return session_flush(s);
}
