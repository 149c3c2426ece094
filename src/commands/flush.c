/* SPDX-License-Identifier: MIT */
/* -F: empty a table, or delete what a filter selects, in silence. */
#include <errno.h>
#include <stdint.h>
#include <sys/socket.h>

#include "base/message.h"
#include "commands/changes.h"
#include "commands/explain.h"
#include "commands/report.h"
#include "commands/run.h"
#include "ctnetlink/decode.h"
#include "ctnetlink/encode.h"
#include "ctnetlink/kernel_filter.h"
#include "ctnetlink/kernel_support.h"

static int send_flush(struct session *s, struct packet *packet, int error)
{
	struct ct_answer answer = {0};

	if (session_open(s, &s->change) != 0)
		return EXIT_REFUSED;
	if (error == 0)
		error = ct_ask(&s->change, packet, NULL, NULL, &answer);
	return error ? report_refusal(s, error, &answer, NULL) : EXIT_DONE;
}

/* The end of a flush of all: exit code. */
static int emptied(const struct session *s, int code, const char *table)
{
	if (code != EXIT_DONE)
		return code;
	message("%s table has been emptied.", table);
	if (s->given->explain)
		explain_flush(s, NULL, 0);
	return EXIT_DONE;
}

static int flush_all(struct session *s)
{
	_Alignas(PACKET_ALIGNMENT) uint8_t bytes[256];
	struct packet packet;

	packet_init(&packet, bytes, sizeof(bytes));
	return emptied(
		s, send_flush(s, &packet, encode_flush(&packet, NULL)), "connection tracking");
}

/*
 * The messages that flush just what the request selects: one, or one a family
 * for what the kernel can filter only within a family. 0: the kernel cannot.
 */
static unsigned plan_flush(const struct request *request, struct kernel_filter plan[static 2])
{
	static const uint8_t families[] = {AF_INET, AF_INET6};
	struct filter within = request->filter;
	struct term *family;

	kernel_filter_from(&request->filter, &plan[0]);
	if (kernel_filter_is_exact(&request->filter, &plan[0]))
		return 1;
	family = filter_add(&within, TERM_FAMILY);
	if (request->family != AF_UNSPEC || family == NULL)
		return 0;
	for (unsigned i = 0; i < 2; i++) {
		family->number = families[i];
		kernel_filter_from(&within, &plan[i]);
		if (!kernel_filter_is_exact(&within, &plan[i]))
			return 0;
	}
	return 2;
}

/*
 * Let the kernel do it, if it has shown that it heeds each filter of the plan:
 * one that does not would empty the table. 1 done, 0 not possible, or -1 after
 * saying why it failed.
 */
static int flush_by_kernel(struct session *s)
{
	struct kernel_filter plan[2];
	unsigned count = plan_flush(s->request, plan);
	_Alignas(PACKET_ALIGNMENT) uint8_t bytes[1024];
	struct packet packet;

	for (unsigned i = 0; i < count; i++) {
		if (kernel_flushes(&plan[i]) != 1)
			return 0;
	}
	for (unsigned i = 0; i < count; i++) {
		packet_init(&packet, bytes, sizeof(bytes));
		if (send_flush(s, &packet, encode_flush(&packet, &plan[i])) != EXIT_DONE)
			return -1;
	}
	if (s->given->explain)
		explain_flush(s, plan, count);
	return count > 0;
}

static int count_deleted(
	const struct ct_answer *answer, const struct nlmsghdr *entry, uint32_t number, void *data)
{
	struct session *s = data;
	struct flow flow;

	(void)number;
	if (answer->error == 0)
		s->output.records++;
	else if (answer->error != ENOENT)
		report_entry(
			s, -answer->error, answer, decode_flow(entry, &flow) == 0 ? &flow : NULL);
	return 0;
}

static int delete_flow(
	struct session *s, const struct flow *flow, const struct nlmsghdr *message, void *data)
{
	(void)s;
	return changes_put(data, encode_delete, flow, 0, message);
}

/* What the kernel flushes by itself can be neither counted first nor kept. */
static bool is_guarded(const struct session *s)
{
	return s->mode != CHANGE_REAL || s->given->maximum != UINT64_MAX || s->undo != NULL;
}

int run_flush(struct session *s)
{
	const struct bulk bulk = {.put = delete_flow, .done = count_deleted, .data = s};
	int done;

	if (is_guarded(s))
		return walk_and_change(s, &bulk);
	if (filter_is_empty(&s->request->filter))
		return flush_all(s);
	done = flush_by_kernel(s);
	if (done < 0)
		return EXIT_REFUSED;
	if (done == 0)
		return walk_and_change(s, &bulk);
	message("the flow entries that match have been flushed.");
	return EXIT_DONE;
}

int run_flush_expectations(struct session *s)
{
	_Alignas(PACKET_ALIGNMENT) uint8_t bytes[256];
	struct packet packet;

	packet_init(&packet, bytes, sizeof(bytes));
	return emptied(s, send_flush(s, &packet, encode_expectation_flush(&packet)), "expectation");
}
