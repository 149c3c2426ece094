/* SPDX-License-Identifier: MIT */
/* -F: empty a table. */
#include "base/message.h"
#include "commands/report.h"
#include "commands/run.h"
#include "ctnetlink/encode.h"

static int flush(struct session *s, struct packet *packet, int error, const char *table)
{
	struct ct_answer answer = {0};

	if (session_open(s, &s->change) != 0)
		return EXIT_REFUSED;
	if (error == 0)
		error = ct_ask(&s->change, packet, NULL, NULL, &answer);
	if (error != 0)
		return report_refusal(s, error, &answer, NULL);
	message("%s table has been emptied.", table);
	return EXIT_DONE;
}

int run_flush(struct session *s)
{
	uint8_t bytes[256];
	struct packet packet;

	packet_init(&packet, bytes, sizeof(bytes));
	return flush(s, &packet, encode_flush(&packet, s->request->family), "connection tracking");
}

int run_flush_expectations(struct session *s)
{
	uint8_t bytes[256];
	struct packet packet;

	packet_init(&packet, bytes, sizeof(bytes));
	return flush(s, &packet, encode_expectation_flush(&packet), "expectation");
}
