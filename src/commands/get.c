/* SPDX-License-Identifier: MIT */
/* -G: look one entry up by its tuple. */

#include "commands/ask.h"
#include "commands/report.h"
#include "commands/run.h"
#include "ctnetlink/decode.h"
#include "ctnetlink/encode.h"

static int show_match(const struct nlmsghdr *message, void *data)
{
	struct session *s = data;
	struct flow flow;

	s->account.walked++;
	if (decode_flow(message, &flow) < 0 || !filter_matches(&s->request->filter, &flow))
		return 0;
	s->account.matched++;
	output_flow(&s->output, &flow, NULL);
	return 0;
}

int run_get(struct session *s)
{
	struct ct_answer answer = {0};
	int error;

	session_look_only(s);
	if (session_open(s, &s->change) != 0)
		return EXIT_REFUSED;
	session_confine(s, true);
	error = ask_flow(s, &s->request->flow, show_match, s, &answer);
	if (error != 0)
		return report_refusal(s, error, &answer, &s->request->flow);
	return session_end(s, s->output.records, true);
}

static int show_expectation(const struct nlmsghdr *message, void *data)
{
	struct session *s = data;
	struct expectation e;

	if (decode_expectation(message, &e) == 0)
		output_expectation(&s->output, &e, NULL);
	return 0;
}

int run_get_expectation(struct session *s)
{
	struct ct_answer answer = {0};
	int error;

	session_look_only(s);
	if (session_open(s, &s->change) != 0)
		return EXIT_REFUSED;
	session_confine(s, true);
	error = ask_expectation(s, encode_expectation_get, show_expectation, &answer);
	if (error != 0)
		return report_refusal(s, error, &answer, NULL);
	output_end(&s->output);
	return session_flush(s);
}
