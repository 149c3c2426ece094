/* SPDX-License-Identifier: MIT */
/* -I, -A: create an entry; -A changes the one that exists. */
#include "commands/create.h"

#include <errno.h>

#include "base/message.h"
#include "commands/report.h"
#include "commands/run.h"
#include "ctnetlink/decode.h"
#include "ctnetlink/encode.h"

static int read_labels(const struct nlmsghdr *message, void *data)
{
	struct flow *found = data;

	return decode_flow(message, found) < 0 ? -EBADMSG : 0;
}

void create_check_labels(struct session *s, const struct flow *wanted)
{
	struct flow found = {0};
	_Alignas(PACKET_ALIGNMENT) uint8_t bytes[1024];
	struct packet packet;
	struct ct_answer answer = {0};

	packet_init(&packet, bytes, sizeof(bytes));
	if (encode_get(&packet, wanted) < 0 ||
		ct_ask(&s->change, &packet, read_labels, &found, &answer) < 0)
		return;
	if ((found.present & FLOW_LABELS) == 0)
		message_plain("WARNING: %sthe entry was made without labels; a rule that uses "
			      "`ct label` must be there first",
			s->place);
}

int run_create(struct session *s)
{
	const struct request *request = s->request;
	_Alignas(PACKET_ALIGNMENT) uint8_t bytes[2048];
	struct packet packet;
	struct ct_answer answer = {0};
	int error;

	if (session_open(s, &s->change) != 0)
		return EXIT_REFUSED;
	packet_init(&packet, bytes, sizeof(bytes));
	error = encode_create(&packet, &request->flow, request->command == COMMAND_CREATE);
	if (error == 0)
		error = ct_ask(&s->change, &packet, NULL, NULL, &answer);
	if (error != 0)
		return report_refusal(s, error, &answer, &request->flow);
	if (request->flow.present & FLOW_LABELS)
		create_check_labels(s, &request->flow);
	return session_end(s, 1, true);
}

int run_create_expectation(struct session *s)
{
	_Alignas(PACKET_ALIGNMENT) uint8_t bytes[2048];
	struct packet packet;
	struct ct_answer answer = {0};
	int error;

	if (session_open(s, &s->change) != 0)
		return EXIT_REFUSED;
	packet_init(&packet, bytes, sizeof(bytes));
	error = encode_expectation_create(&packet, &s->request->expectation);
	if (error == 0)
		error = ct_ask(&s->change, &packet, NULL, NULL, &answer);
	if (error != 0)
		return report_refusal(s, error, &answer, NULL);
	return EXIT_DONE;
}
