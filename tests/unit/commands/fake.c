/* SPDX-License-Identifier: MIT */
#include "unit/commands/fake.h"

#include <arpa/inet.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/sandbox.h"
#include "base/writer.h"
#include "cli/cli.h"
#include "commands/commands.h"
#include "commands/sysctl.h"
#include "ctnetlink/encode.h"
#include "seams/transport_fault.h"

#define CT_NEW 0x0100

struct outcome outcome;
long fake_buckets[2];

static unsigned buckets_read, answers_to;
static _Alignas(struct nlmsghdr) uint8_t bytes[4096];
static struct packet chunk;

/* ------------------------------------- in place of what asks the real kernel */

long sysctl_number(const char *name)
{
	(void)name;
	return 1000;
}

int sysctl_open(const char *name)
{
	(void)name;
	return -1;
}

long sysctl_read(int descriptor)
{
	(void)descriptor;
	return fake_buckets[buckets_read++ > 0];
}

void sysctl_close(int descriptor)
{
	(void)descriptor;
}

/* The test has still to run when the command is done. */
void sandbox_enter(unsigned needs)
{
	(void)needs;
}

void sandbox_drop(unsigned needs)
{
	(void)needs;
}

/* ------------------------------------------------------------------ a table */

int fake_setup(void **state)
{
	(void)state;
	fault_reset();
	fake_buckets[0] = fake_buckets[1] = 4096;
	buckets_read = answers_to = 0;
	packet_init(&chunk, bytes, sizeof(bytes));
	return 0;
}

void fake_flow(struct flow *flow, unsigned n)
{
	struct tuple *t = &flow->tuple[ORIGINAL];

	memset(flow, 0, sizeof(*flow));
	t->family = AF_INET;
	t->protocol = IPPROTO_UDP;
	t->present = TUPLE_ADDRESSES | TUPLE_PROTOCOL | TUPLE_PART | TUPLE_PART << 1;
	inet_pton(AF_INET, "10.0.0.0", t->source.bytes);
	t->source.bytes[3] = (uint8_t)n;
	inet_pton(AF_INET, "10.9.0.1", t->destination.bytes);
	t->part[0] = (uint16_t)(1000 + n);
	t->part[1] = 53;
	tuple_invert(&flow->tuple[REPLY], t);
	flow->status = IPS_CONFIRMED;
	flow->timeout = 100;
	flow->mark = n;
	flow->id = 4096 + n;
	flow->present = FLOW_STATUS | FLOW_TIMEOUT | FLOW_MARK | FLOW_ID;
}

static void put_entry(struct packet *p, const struct flow *flow)
{
	packet_begin(p, CT_NEW, NLM_F_MULTI, flow->tuple[ORIGINAL].family, 0);
	encode_tuple(p, CTA_TUPLE_ORIG, &flow->tuple[ORIGINAL]);
	encode_tuple(p, CTA_TUPLE_REPLY, &flow->tuple[REPLY]);
	packet_put_be32(p, CTA_STATUS, flow->status);
	packet_put_be32(p, CTA_TIMEOUT, flow->timeout);
	packet_put_be32(p, CTA_MARK, flow->mark);
	packet_put_be32(p, CTA_ID, flow->id);
	if (flow->zone != 0)
		packet_put_be16(p, CTA_ZONE, flow->zone);
	if (flow->present & FLOW_HELPER) {
		size_t nest = packet_nest(p, CTA_HELP);

		packet_put(p, CTA_HELP_NAME, flow->helper, strlen(flow->helper) + 1);
		packet_nest_end(p, nest);
	}
}

void fake_entry_of(const struct flow *flow)
{
	put_entry(&chunk, flow);
	if (packet_end(&chunk) == 0)
		return;
	fake_chunk();
	put_entry(&chunk, flow);
	assert_int_equal(packet_end(&chunk), 0);
}

void fake_entry(unsigned n)
{
	struct flow flow;

	fake_flow(&flow, n);
	fake_entry_of(&flow);
}

void fake_answer_to(unsigned nth)
{
	answers_to = nth;
}

static void answer(const void *data, size_t length)
{
	if (answers_to > 0)
		fault_answer_to(answers_to, data, length);
	else
		fault_answer(data, length, true);
}

void fake_chunk(void)
{
	if (chunk.used > 0)
		answer(chunk.bytes, chunk.used);
	packet_init(&chunk, bytes, sizeof(bytes));
}

void fake_end(uint16_t flags)
{
	struct {
		struct nlmsghdr header;
		int code;
	} done = {{sizeof(done), NLMSG_DONE, (uint16_t)(NLM_F_MULTI | flags), 0, 0}, 0};

	fake_chunk();
	answer(&done, sizeof(done));
}

void fake_zones(void)
{
	struct flow flow;

	fake_entry(1);
	fake_flow(&flow, 1);
	flow.zone = 7;
	flow.id++;
	fake_entry_of(&flow);
	fake_flow(&flow, 1);
	flow.tuple[ORIGINAL].zone = 7;
	flow.tuple[ORIGINAL].present |= TUPLE_ZONE;
	flow.id += 2;
	fake_entry_of(&flow);
	fake_end(0);
}

void fake_table(unsigned n)
{
	for (unsigned i = 1; i <= n; i++)
		fake_entry(i);
	fake_end(0);
}

void fake_found(unsigned nth, const struct flow *flow)
{
	_Alignas(struct nlmsghdr) uint8_t room[512];
	struct packet p;

	packet_init(&p, room, sizeof(room));
	put_entry(&p, flow);
	assert_int_equal(packet_end(&p), 0);
	fault_answer_to(nth, room, p.used);
}

/* ------------------------------------------------------------ a command line */

const char *fake_file(const char *text)
{
	static char path[] = "/tmp/conntrack-unit-XXXXXX";
	int fd;

	memcpy(path + strlen(path) - 6, "XXXXXX", 6);
	fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write_all(fd, text, strlen(text)), 0);
	close(fd);
	return path;
}

/* Standard output or error into a file until restore() says what was in it. */
struct redirection {
	FILE *file;
	int number, saved;
};

static void redirect(struct redirection *r, int number)
{
	r->number = number;
	r->file = tmpfile();
	assert_non_null(r->file);
	r->saved = dup(number);
	dup2(fileno(r->file), number);
}

static void restore(struct redirection *r, char *text, size_t size)
{
	size_t length;

	dup2(r->saved, r->number);
	close(r->saved);
	rewind(r->file);
	length = fread(text, 1, size - 1, r->file);
	text[length] = '\0';
	fclose(r->file);
}

static void run(int argc, char **argv)
{
	static struct cli cli;
	static struct request request;
	static struct complaint complaint;
	struct redirection out, err;

	fflush(stdout);
	redirect(&out, STDOUT_FILENO);
	redirect(&err, STDERR_FILENO);
	if (cli_parse(&cli, argc, argv, false, &request, &complaint) < 0)
		outcome.code = message_usage(&complaint);
	else
		outcome.code = command_run(&cli, &request);
	restore(&out, outcome.out, sizeof(outcome.out));
	restore(&err, outcome.err, sizeof(outcome.err));
	cli_free(&cli);
}

void fake_run(const char *format, ...)
{
	char line[1024];
	char *words[64] = {line};
	int count = 1;
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	for (char *word = strtok(line, " "); word != NULL; word = strtok(NULL, " "))
		words[count++] = word;
	words[count] = NULL;
	run(count, words);
}

static unsigned lines_of(const char *text)
{
	unsigned lines = 0;

	for (; *text != '\0'; text++)
		lines += *text == '\n';
	return lines;
}

void check_outcome(int code, unsigned lines, const char *words)
{
	if (outcome.code != code || lines_of(outcome.out) != lines ||
		strstr(outcome.err, words) == NULL)
		fail_msg("exit %d (should be %d), %u lines (should be %u), no '%s' in:\n%s%s",
			outcome.code, code, lines_of(outcome.out), lines, words, outcome.out,
			outcome.err);
}

unsigned fake_sent(uint16_t type)
{
	unsigned count = 0;

	for (unsigned n = 1; n <= fault_messages(); n++)
		count += fault_message(n)->nlmsg_type == type;
	return count;
}
