/* SPDX-License-Identifier: MIT */
#include "commands/walk.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "base/message.h"
#include "commands/report.h"
#include "ctnetlink/decode.h"
#include "ctnetlink/kernel_filter.h"
#include "ctnetlink/socket.h"

/*
 * When the entry at which the kernel wanted to go on is gone, it sends that
 * bucket of its hash table again from the start (ctnetlink_dump_table() in
 * nf_conntrack_netlink.c). What is sent twice is then near in the stream, so
 * a small table of the entries seen last is enough to show each one once.
 */
#define RECENT_ENTRIES 1024

/* Entries from which on a walk through all buckets costs less than half a dump. */
#define LARGE_TABLE 20000

struct walk {
	struct session *session;
	walk_fn fn;
	void *data;
	uint64_t recent[RECENT_ENTRIES];
};

/* The id together with enough of the tuple that no two entries share it. */
static uint64_t entry_key(const struct flow *flow)
{
	const struct tuple *t = &flow->tuple[ORIGINAL];
	uint64_t h = t->source.halves[0] ^ t->source.halves[1] * UINT64_C(0x9e3779b97f4a7c15);

	h = (h ^ t->destination.halves[0]) * UINT64_C(0xbf58476d1ce4e5b9);
	h = (h ^ t->destination.halves[1]) * UINT64_C(0x94d049bb133111eb);
	h ^= (uint64_t)t->part[0] << 16 | t->part[1];
	return (h & UINT64_C(0xffffffff00000000)) | flow->id;
}

static bool seen_before(struct walk *walk, const struct flow *flow)
{
	uint64_t key, *slot;

	if ((flow->present & FLOW_ID) == 0)
		return false;
	key = entry_key(flow);
	slot = &walk->recent[flow->id % RECENT_ENTRIES];
	if (*slot == key)
		return true;
	*slot = key;
	return false;
}

static int walk_message(const struct nlmsghdr *message, void *data)
{
	struct walk *walk = data;
	struct session *s = walk->session;
	const struct request *request = s->request;
	struct flow flow;

	s->account.walked++;
	if (decode_flow(message, &flow) < 0)
		return 0;
	if (request->family != 0 && flow_family(&flow) != request->family)
		return 0;
	if (!filter_matches(&request->filter, &flow) || seen_before(walk, &flow))
		return 0;
	s->account.matched++;
	return walk->fn(s, &flow, message, walk->data);
}

static int read_entries(const struct nlmsghdr *message, void *data)
{
	uint32_t maximum;

	return decode_global(message, data, &maximum);
}

/* Whether the table is worth a second walk of the kernel through its buckets. */
static bool is_large(struct session *s)
{
	_Alignas(PACKET_ALIGNMENT) uint8_t bytes[64];
	struct packet packet;
	struct ct_answer answer = {0};
	uint32_t entries = 0;

	packet_init(&packet, bytes, sizeof(bytes));
	return encode_global(&packet) == 0 &&
	       ct_ask(&s->dump, &packet, read_entries, &entries, &answer) == 0 &&
	       entries >= LARGE_TABLE;
}

/*
 * The dumps that a walk takes: one, or one a family. Protocol and ports the
 * kernel filters within a family only; in a large table two filtered dumps
 * cost less than a full one.
 */
static unsigned plan_walk(
	struct session *s, enum dump_kind kind, struct kernel_filter plan[static 2])
{
	static const uint8_t families[] = {AF_INET, AF_INET6};
	const struct request *request = s->request;
	struct filter within = request->filter;
	struct term *family;

	kernel_filter_from(&request->filter, &plan[0]);
	if (request->family != AF_UNSPEC) {
		plan[0].family = request->family;
		plan[0].parts |= KERNEL_FAMILY;
	}
	family = filter_add(&within, TERM_FAMILY);
	if (plan[0].parts & KERNEL_FAMILY || kind > DUMP_TABLE_ZERO || family == NULL)
		return 1;
	for (unsigned i = 0; i < 2; i++) {
		struct kernel_filter narrowed;

		family->number = families[i];
		kernel_filter_from(&within, &narrowed);
		if ((narrowed.parts & KERNEL_TUPLE) == 0 || (i == 0 && !is_large(s)))
			return 1;
		plan[i] = narrowed;
	}
	return 2;
}

static int dump_once(struct walk *walk, enum dump_kind kind, const struct kernel_filter *filter,
	struct ct_answer *answer)
{
	struct session *s = walk->session;
	_Alignas(PACKET_ALIGNMENT) uint8_t bytes[1024];
	struct packet packet;
	int error;

	packet_init(&packet, bytes, sizeof(bytes));
	error = encode_dump(&packet, kind, filter);
	if (error == 0)
		error = ct_dump(&s->dump, &packet, walk_message, walk, answer);
	if (error == 0 && answer->interrupted)
		message_plain("WARNING: the table was changed while it was read; "
			      "entries may be missing");
	return error;
}

int walk_table(struct session *s, enum dump_kind kind, walk_fn fn, void *data)
{
	static struct walk walk;
	struct kernel_filter plan[2];
	struct ct_answer answer = {0};
	int error = 0;

	if (session_open(s, &s->dump) != 0)
		return EXIT_REFUSED;
	memset(&walk, 0, sizeof(walk));
	walk.session = s;
	walk.fn = fn;
	walk.data = data;
	s->account.dumps = plan_walk(s, kind, plan);
	s->account.kernel = plan[0];
	for (unsigned i = 0; error == 0 && i < s->account.dumps; i++)
		error = dump_once(&walk, kind, &plan[i], &answer);
	if (error != 0)
		session_drop(&s->dump);
	if (error == -ECANCELED)
		return EXIT_REFUSED;
	return error ? report_refusal(s, error, &answer, NULL) : 0;
}

int batch_put(struct batch *batch, encode_fn encode, const struct flow *flow,
	const struct nlmsghdr *entry)
{
	int error = encode(&batch->packet, flow);

	if (error == -EMSGSIZE) {
		error = batch_flush(batch);
		if (error == 0)
			error = encode(&batch->packet, flow);
	}
	return error ? error : batch_commit(batch, entry, decode_length(entry));
}

int walk_and_change(struct session *s, walk_fn fn, batch_result_fn done)
{
	struct batch batch;
	int code, error;

	if (session_open(s, &s->change) != 0)
		return EXIT_REFUSED;
	error = batch_open(&batch, &s->change, done, s);
	if (error != 0)
		return report_refusal(s, error, NULL, NULL);
	code = walk_table(s, DUMP_TABLE, fn, &batch);
	/* A walk that broke off has still asked for what is in the batch. */
	error = batch_flush(&batch);
	batch_close(&batch);
	if (error != 0 && error != -ECANCELED)
		report_refusal(s, error, NULL, NULL);
	if (error != 0)
		code = EXIT_REFUSED;
	/* A flush of nothing is done. */
	if (session_end(s, s->output.records, s->request->command != COMMAND_FLUSH) != EXIT_DONE)
		code = EXIT_REFUSED;
	return code;
}
