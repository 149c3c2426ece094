/* SPDX-License-Identifier: MIT */
/* -C: how many entries there are, or match. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/message.h"
#include "base/parse.h"
#include "commands/explain.h"
#include "commands/report.h"
#include "commands/run.h"
#include "commands/walk.h"
#include "ctnetlink/decode.h"
#include "ctnetlink/encode.h"

static int read_entries(const struct nlmsghdr *message, void *data)
{
	uint32_t maximum;

	return decode_global(message, data, &maximum);
}

/* Readable for everybody: the way for who may not ask the kernel. */
static int entries_of_sysctl(uint32_t *entries)
{
	char text[32];
	uint64_t value;
	size_t length;
	FILE *file = fopen("/proc/sys/net/netfilter/nf_conntrack_count", "re");

	if (file == NULL)
		return -errno;
	length = fread(text, 1, sizeof(text) - 1, file);
	fclose(file);
	text[length] = '\0';
	text[strcspn(text, "\n")] = '\0';
	if (parse_decimal(text, 0, UINT32_MAX, &value) < 0)
		return -EBADMSG;
	*entries = (uint32_t)value;
	return 0;
}

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
	_Alignas(PACKET_ALIGNMENT) uint8_t bytes[256];
	struct packet packet;
	struct ct_answer answer = {0};
	uint32_t entries = 0;
	int error;

	if (!filter_is_empty(&s->request->filter))
		return count_matches(s);
	if (session_open(s, &s->change) != 0)
		return EXIT_REFUSED;
	packet_init(&packet, bytes, sizeof(bytes));
	error = encode_global(&packet);
	if (error == 0)
		error = ct_ask(&s->change, &packet, read_entries, &entries, &answer);
	if (error != 0 && entries_of_sysctl(&entries) != 0)
		return report_refusal(s, error, &answer, NULL);
	return show_count(s, entries);
}

static int count_expectation(const struct nlmsghdr *message, void *data)
{
	uint64_t *entries = data;
	struct expectation e;

	if (decode_expectation(message, &e) == 0)
		++*entries;
	return 0;
}

int run_count_expectations(struct session *s)
{
	uint64_t entries = 0;
	int code = dump_expectations(s, count_expectation, &entries);

	if (code != 0)
		return code;
	output_count(&s->output, entries);
	return session_flush(s);
}
