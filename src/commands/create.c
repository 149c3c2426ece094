/* SPDX-License-Identifier: MIT */
/* -I, -A: create an entry; -A changes the one that exists. */
#include "commands/create.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "base/message.h"
#include "commands/ask.h"
#include "commands/report.h"
#include "commands/run.h"
#include "ctnetlink/decode.h"
#include "ctnetlink/encode.h"
#include "flow/protocol.h"

static int read_flow(const struct nlmsghdr *message, void *data)
{
	struct flow *found = data;

	return decode_flow(message, found) < 0 ? -EBADMSG : 0;
}

void create_check_labels(struct session *s, const struct flow *wanted)
{
	struct flow found = {0};
	struct ct_answer answer = {0};

	if (ask_flow(s, wanted, read_flow, &found, &answer) < 0)
		return;
	if ((found.present & FLOW_LABELS) == 0)
		message_plain("WARNING: %sthe entry was made without labels; a rule that uses "
			      "`ct label` must be there first",
			s->place);
}

/* Of a protocol that the kernel does not track `found` has no parts. */
static bool same_tuple(const struct tuple *found, const struct tuple *wanted)
{
	for (unsigned i = 0; i < TUPLE_PART_COUNT; i++) {
		if (found->present & TUPLE_PART << i && found->part[i] != wanted->part[i])
			return false;
	}
	return found->protocol == wanted->protocol &&
	       address_equal(&found->source, &wanted->source) &&
	       address_equal(&found->destination, &wanted->destination);
}

/* 0 or a negative errno. */
static int look(
	struct session *s, const struct flow *wanted, bool *exists, struct ct_answer *answer)
{
	struct flow found = {0};
	int error = ask_flow(s, wanted, read_flow, &found, answer);

	*exists = error == 0 && same_tuple(&found.tuple[ORIGINAL], &wanted->tuple[ORIGINAL]);
	return error == -ENOENT ? 0 : error;
}

bool create_exists(struct session *s, const struct flow *wanted)
{
	struct ct_answer answer = {0};
	bool exists;

	(void)look(s, wanted, &exists, &answer);
	return exists;
}

static bool is_within(
	const union address *address, const union address *minimum, const union address *maximum)
{
	return memcmp(minimum->bytes, address->bytes, sizeof(address->bytes)) <= 0 &&
	       memcmp(address->bytes, maximum->bytes, sizeof(address->bytes)) <= 0;
}

static bool has_nat(const struct flow *found, const struct flow *wanted, enum nat_kind kind)
{
	const struct nat_request *nat = &wanted->nat[kind];
	const struct tuple *reply = &found->tuple[REPLY];
	bool source = kind == NAT_SOURCE;
	unsigned part = protocol_is_icmp(reply->protocol) ? ICMP_ID_PART : source;
	uint16_t port = reply->part[part];

	if (!(wanted->present & FLOW_NAT << kind))
		return true;
	if (nat->family != AF_UNSPEC &&
		(nat->family != reply->family ||
			!is_within(source ? &reply->destination : &reply->source, &nat->minimum,
				&nat->maximum)))
		return false;
	return !nat->has_port || (reply->present & TUPLE_PART << part &&
					 port >= nat->port_minimum && port <= nat->port_maximum);
}

bool create_keeps(struct session *s, const struct flow *wanted)
{
	struct flow found = {0};
	struct ct_answer answer = {0};

	if (ask_flow(s, wanted, read_flow, &found, &answer) < 0 ||
		!same_tuple(&found.tuple[ORIGINAL], &wanted->tuple[ORIGINAL]))
		return false;
	if (wanted->present & FLOW_MASTER &&
		(!(found.present & FLOW_MASTER) || !same_tuple(&found.master, &wanted->master)))
		return false;
	return has_nat(&found, wanted, NAT_SOURCE) && has_nat(&found, wanted, NAT_DESTINATION);
}

int create_look(struct session *s, const struct flow *wanted, bool *exists)
{
	struct ct_answer answer = {0};
	int error;

	if (session_open(s, &s->change) != 0)
		return EXIT_REFUSED;
	error = look(s, wanted, exists, &answer);
	return error ? report_refusal(s, error, &answer, wanted) : 0;
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
	error = encode_create(&packet, &request->flow,
		request->command == COMMAND_CREATE || request->skip_existing);
	if (error == 0)
		error = ct_ask(&s->change, &packet, NULL, NULL, &answer);
	if (error == -EEXIST && request->skip_existing && create_exists(s, &request->flow))
		return session_end(s, 0, false);
	if (error != 0)
		return report_refusal(s, error, &answer, &request->flow);
	if (request->flow.present & FLOW_LABELS)
		create_check_labels(s, &request->flow);
	return session_end(s, 1, true);
}

/*
 * The kernel gives a new expectation the time of its helper's policy. A saved
 * line means the time that it names; on the command line -t stays without
 * effect, as it always was.
 */
static int set_saved_timeout(struct session *s)
{
	struct ct_answer answer = {0};
	int error;

	if (!s->loading)
		return EXIT_DONE;
	error = ask_expectation(s, encode_expectation_update, NULL, &answer);
	/* It may have come true meanwhile. */
	if (error != 0 && error != -ENOENT && error != -ETIME)
		return report_refusal(s, error, &answer, NULL);
	return EXIT_DONE;
}

int run_create_expectation(struct session *s)
{
	struct ct_answer answer = {0};
	int error;

	if (session_open(s, &s->change) != 0)
		return EXIT_REFUSED;
	error = ask_expectation(s, encode_expectation_create, NULL, &answer);
	if (error == -EEXIST && s->request->skip_existing)
		return EXIT_DONE;
	if (error != 0)
		return report_refusal(s, error, &answer, NULL);
	return set_saved_timeout(s);
}
