/* SPDX-License-Identifier: MIT */
#include "commands/walk.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "base/message.h"
#include "commands/ask.h"
#include "commands/matching.h"
#include "commands/recent.h"
#include "commands/report.h"
#include "commands/sysctl.h"
#include "ctnetlink/decode.h"
#include "ctnetlink/kernel_filter.h"
#include "ctnetlink/socket.h"

/* Entries from which on a walk through all buckets costs less than half a dump. */
#define LARGE_TABLE 20000

struct walk {
	struct session *session;
	walk_fn fn;
	void *data;
	struct recent recent;
};

static int walk_message(const struct nlmsghdr *message, void *data)
{
	struct walk *walk = data;
	struct session *s = walk->session;
	const struct request *request = s->request;
	struct flow flow;

	s->account.walked++;
	if (decode_flow(message, &flow) < 0)
		return 0;
	if (s->netns != NULL) {
		flow.netns = s->netns;
		flow.present |= FLOW_NETNS;
	}
	if (!filter_matches(&request->filter, &flow) || recent_seen(&walk->recent, &flow))
		return 0;
	s->account.matched++;
	return walk->fn(s, &flow, message, walk->data);
}

/* Whether the table is worth a second walk of the kernel through its buckets. */
static bool is_large(struct session *s)
{
	struct ct_answer answer = {0};
	uint32_t entries = 0;

	return ask_entries(&s->dump, &entries, &answer) == 0 && entries >= LARGE_TABLE;
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
	/* Those two lists the kernel filters by family alone. */
	if (kind > DUMP_TABLE_ZERO)
		plan[0] = (struct kernel_filter){
			.parts = plan[0].parts & KERNEL_FAMILY, .family = plan[0].family};
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

/*
 * In a session that only looks, what comes is read in the sandbox: entered once
 * the kernel has the last request.
 */
static int dump_once(struct walk *walk, enum dump_kind kind, const struct kernel_filter *filter,
	bool last, struct ct_answer *answer)
{
	struct session *s = walk->session;
	_Alignas(PACKET_ALIGNMENT) uint8_t bytes[1024];
	struct packet packet;
	int error;

	packet_init(&packet, bytes, sizeof(bytes));
	error = encode_dump(&packet, kind, filter);
	if (error == 0)
		error = ct_dump_send(&s->dump, &packet);
	if (error == 0) {
		session_confine(s, !last);
		error = ct_dump_receive(&s->dump, walk_message, walk, answer);
	}
	if (error == 0 && answer->interrupted)
		message_plain("WARNING: %sthe table was changed while it was read; "
			      "entries may be missing",
			s->place);
	s->account.filtered |= answer->filtered;
	return error;
}

/*
 * A dump goes on at the number of a bucket. After a resize that is where other
 * entries are, and the kernel says nothing of it.
 */
static void check_buckets(const struct session *s, long before, long after)
{
	if (after != before)
		message_plain("WARNING: %sthe hash table was resized while it was read (%ld "
			      "buckets, then %ld); entries may be missing or come twice",
			s->place, before, after);
}

int walk_table(struct session *s, enum dump_kind kind, walk_fn fn, void *data)
{
	static struct walk walk;
	struct kernel_filter plan[2];
	struct ct_answer answer = {0};
	struct matching matching;
	unsigned dumps;
	long before;
	int buckets, error = 0;

	if (session_open(s, &s->dump) != 0)
		return EXIT_REFUSED;
	memset(&walk, 0, sizeof(walk));
	walk.session = s;
	walk.fn = fn;
	walk.data = data;
	dumps = plan_walk(s, kind, plan);
	s->account.dumps += dumps; /* several namespaces may be walked for one account */
	s->account.by_family |= dumps > 1;
	s->account.kernel = plan[0];
	matching_begin(&matching, &s->request->filter);
	buckets = sysctl_open("nf_conntrack_buckets");
	before = sysctl_read(buckets);
	for (unsigned i = 0; error == 0 && i < dumps; i++)
		error = dump_once(&walk, kind, &plan[i], i + 1 == dumps, &answer);
	check_buckets(s, before, sysctl_read(buckets));
	sysctl_close(buckets);
	matching_end(&matching, s);
	if (error != 0)
		session_drop(&s->dump);
	if (error == WALK_ENOUGH)
		return 0;
	if (error == -ECANCELED)
		return EXIT_REFUSED;
	return error ? report_refusal(s, error, &answer, NULL) : 0;
}
