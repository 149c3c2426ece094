/* SPDX-License-Identifier: MIT */
#include "commands/report.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "base/message.h"
#include "base/writer.h"
#include "commands/sysctl.h"
#include "flow/protocol.h"

/* How many refused entries of one command get a line of their own. */
#define ENTRIES_REPORTED 20

#define ON(command) (1u << (command))
#define ON_ANY      (~0u)
#define ON_CREATE   (ON(COMMAND_CREATE) | ON(COMMAND_ADD))
#define ON_CHANGE   (ON_CREATE | ON(COMMAND_UPDATE))
#define ON_WHOLE_TABLE                                                                             \
	(ON(COMMAND_LIST) | ON(COMMAND_FLUSH) | ON(COMMAND_COUNT) | ON(COMMAND_STATS))

/*
 * ctnetlink explains nearly nothing by itself, so the meaning of an errno is
 * read from nf_conntrack_netlink.c: the first row that fits is taken.
 */
static const struct reason {
	int error;
	unsigned commands;
	bool expectation; /* rows of the expectation table */
	const char *text;
} reasons[] = {
	{EPERM, ON(COMMAND_UPDATE), false,
		"the timeout of this entry is fixed and cannot be changed"},
	{EPERM, ON(COMMAND_ADD), false,
		"not permitted; the timeout of an entry that has it fixed cannot be changed, and "
		"nothing without CAP_NET_ADMIN in this network namespace"},
	{EPERM, ON_ANY, false,
		"not permitted; CAP_NET_ADMIN is needed in this network namespace (run it as "
		"root)"},
	{ENOENT, ON_CREATE, true, "the master connection of the expectation does not exist"},
	{ENOENT, ON_ANY, true, "there is no such expectation"},
	{EEXIST, ON_ANY, true, "the expectation exists already"},
	{EOPNOTSUPP, ON_CREATE, true,
		"the master connection has no helper, so nothing can be expected of it"},
	{EMFILE, ON_ANY, true, "too many expectations (net.netfilter.nf_conntrack_expect_max)"},
	{ENOENT, ON_CREATE, false, "the master of the entry does not exist"},
	{ENOENT, ON_ANY, false, "there is no such entry"},
	{EEXIST, ON(COMMAND_CREATE), false,
		"an entry with this original or reply tuple exists already; -U changes it, "
		"-A creates or changes"},
	{EEXIST, ON_ANY, false, "another entry already has this reply tuple"},
	{EBUSY, ON_CHANGE, false,
		"the kernel does not allow this status or helper; status bits can be added only, "
		"EXPECTED never, and a helper cannot be exchanged"},
	{EOPNOTSUPP, ON_CHANGE, false,
		"not supported; NAT, a master or a helper can only be given to a new entry, "
		"and the helper's module must be loaded"},
	{ENOSPC, ON(COMMAND_UPDATE) | ON(COMMAND_ADD), false,
		"the entry has no room for labels; a rule that uses `ct label` must be there "
		"before the entry is made"},
	{ENOSPC, ON(COMMAND_CREATE), false, "too many entries fall on one place of the hash table"},
	{ETIME, ON_ANY, false, "the entry expired before it could be changed"},
	{EINVAL, ON_CREATE, true,
		"invalid parameters; a tuple, a mask or the master is incomplete"},
	{EINVAL, ON(COMMAND_DELETE) | ON(COMMAND_GET), true,
		"invalid parameters; an expectation is found by its addresses, protocol and ports"},
	{EINVAL, ON_CREATE | ON(COMMAND_GET), false,
		"invalid parameters; the tuple is not complete"},
	{EINVAL, ON_WHOLE_TABLE, false,
		"the kernel does not know the request; is nf_conntrack_netlink loaded?"},
	{ENOBUFS, ON_ANY, false,
		"the kernel's answer did not fit the receive buffer; some of it is lost"},
	{EMSGSIZE, ON_ANY, false, "the kernel's answer is longer than any should be"},
	{EPROTO, ON_ANY, false, "the kernel's answer is not complete; what was done is not known"},
};

/* ENOMEM of the kernel nearly always means the limit on entries; say so only when it is true. */
static const char *no_memory(bool refused, char *text, size_t size)
{
	if (!refused)
		return "out of memory";

	long count = sysctl_number("nf_conntrack_count");
	long maximum = sysctl_number("nf_conntrack_max");

	if (count < 0 || maximum <= 0 || count < maximum)
		return "the kernel is out of memory";
	snprintf(text, size,
		"the table is full (%ld of %ld entries, net.netfilter.nf_conntrack_max)", count,
		maximum);
	return text;
}

/*
 * The row of an error. That the timeout is fixed can be said of an entry only:
 * one that was dumped, so that it is not a matter of permission.
 */
static bool applies(const struct reason *r, const struct session *s, int error, bool entry)
{
	if (r->error != error || (r->commands & ON(s->request->command)) == 0)
		return false;
	if (error == EPERM && r->commands == ON(COMMAND_UPDATE) && !entry)
		return false;
	return !r->expectation || s->request->table == TABLE_EXPECT;
}

/* Whether a protocol stands between addresses of the family. */
static bool is_between(const struct tuple *t, uint8_t protocol, uint8_t family)
{
	const unsigned needed = TUPLE_ADDRESSES | TUPLE_PROTOCOL;

	return (t->present & needed) == needed && t->protocol == protocol && t->family == family;
}

static bool is_icmp_of_ipv6(const struct flow *flow)
{
	return is_between(&flow->tuple[ORIGINAL], IPPROTO_ICMP, AF_INET6);
}

static bool is_icmpv6_of_ipv4(const struct flow *flow)
{
	return is_between(&flow->tuple[ORIGINAL], IPPROTO_ICMPV6, AF_INET);
}

static bool is_unanswered(const struct flow *flow)
{
	for (unsigned i = 0; i < DIRECTIONS; i++) {
		const struct tuple *t = &flow->tuple[i];

		if (t->present & TUPLE_PROTOCOL && protocol_is_icmp(t->protocol) &&
			t->present & TUPLE_PART &&
			protocol_icmp_answer(t->protocol, (uint8_t)t->part[0]) == t->part[0])
			return true;
	}
	return false;
}

static bool has_several_zones(const struct flow *flow)
{
	return ((flow->present & FLOW_ZONE) != 0) +
		       ((flow->tuple[ORIGINAL].present & TUPLE_ZONE) != 0) +
		       ((flow->tuple[REPLY].present & TUPLE_ZONE) != 0) >
	       1;
}

/* What an entry can have that the kernel calls invalid: the first row that is true of it. */
static const struct flaw {
	bool (*is_true)(const struct flow *flow);
	const char *text;
} flaws[] = {
	/* The kernel knows each of the two protocols in one family only. */
	{is_icmp_of_ipv6, "icmp is of IPv4; with IPv6 addresses it is icmpv6"},
	{is_icmpv6_of_ipv4, "icmpv6 is of IPv6; with IPv4 addresses it is icmp"},
	{is_unanswered, "invalid parameters; no entry is made of an ICMP type that has no answer"},
	{has_several_zones, "invalid parameters; of -w, --orig-zone and --reply-zone an entry "
			    "takes one"},
};

static const char *flaw_of(const struct flow *flow)
{
	for (size_t i = 0; i < sizeof(flaws) / sizeof(flaws[0]); i++) {
		if (flaws[i].is_true(flow))
			return flaws[i].text;
	}
	return NULL;
}

/* refused: by the kernel, and not one of our own calls. */
static const char *reason_text(const struct session *s, int error, bool refused,
	const struct flow *flow, char *text, size_t size)
{
	bool entry = flow != NULL;

	if (error == ENOMEM)
		return no_memory(refused, text, size);
	if (error == EINVAL && entry && flaw_of(flow) != NULL)
		return flaw_of(flow);
	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
		const struct reason *r = &reasons[i];

		if (applies(r, s, error, entry))
			return r->text;
	}
	return strerror(error);
}

/* The entry as a line of text, or "" for none; valid until the next call. */
static const char *entry_text(const struct flow *flow)
{
	static char bytes[4 * WRITER_RESERVE_MAX];
	struct writer w;
	struct output o = {.format = &output_text, .writer = &w};

	if (flow == NULL)
		return "";
	writer_open(&w, -1, bytes, sizeof(bytes));
	output_flow(&o, flow, NULL);
	while (w.used > 0 && (bytes[w.used - 1] == '\n' || bytes[w.used - 1] == ' '))
		w.used--;
	bytes[w.used < sizeof(bytes) ? w.used : sizeof(bytes) - 1] = '\0';
	return bytes;
}

static void say(
	const struct session *s, int error, const struct ct_answer *answer, const struct flow *flow)
{
	char reason_bytes[160];
	bool refused = answer != NULL && answer->error == error;
	const char *reason =
		reason_text(s, error, refused, flow, reason_bytes, sizeof(reason_bytes));
	const char *entry = entry_text(flow);
	bool kernel = answer != NULL && answer->text[0] != '\0';

	message("%sOperation failed: %s%s%s%s%s%s%s", s->place, reason,
		kernel ? "; the kernel says '" : "", kernel ? answer->text : "", kernel ? "'" : "",
		entry[0] ? " (" : "", entry, entry[0] ? ")" : "");
}

int report_socket(const struct session *s, int error)
{
	const char *hint = "";

	if (error == -EPROTONOSUPPORT || error == -EAFNOSUPPORT)
		hint = "; this kernel has no netfilter netlink (module nfnetlink)";
	message("%scannot open a netlink socket: %s%s", s->place, strerror(-error), hint);
	return EXIT_REFUSED;
}

int report_refusal(
	const struct session *s, int error, const struct ct_answer *answer, const struct flow *flow)
{
	say(s, -error, answer, flow);
	return EXIT_REFUSED;
}

/* Whether one more refused entry gets a line of its own; else it is only counted. */
static bool count_failure(struct session *s)
{
	if (++s->failures <= ENTRIES_REPORTED)
		return true;
	s->skipped++;
	return false;
}

void report_entry(
	struct session *s, int error, const struct ct_answer *answer, const struct flow *flow)
{
	if (count_failure(s))
		say(s, -error, answer, flow);
}

void report_mistaken(struct session *s, const struct flow *flow)
{
	if (count_failure(s))
		message("%sanother entry took the place of one that matched, and was changed (%s)",
			s->place, entry_text(flow));
}
