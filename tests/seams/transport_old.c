/* SPDX-License-Identifier: MIT */
/*
 * The real kernel in the manners of an old one: the variable CONNTRACK_OLD says
 * which, as "5.4" (3.16 without it). What such a kernel does not know it does
 * not refuse but ignore, so what it would ignore is taken out of each request
 * before that is sent.
 *
 * A request that an ignored filter would turn into a catastrophe (a flush that
 * was meant for some entries and empties the table, CTA_FILTER in a deletion
 * that is taken for one by tuple) is never sent: it aborts the program.
 *
 * Versions: tests of kernels from 3.4 on, by their source (see the messages of
 * ctnetlink_dump(), ctnetlink_flush_conntrack() and ctnetlink_alloc_filter()).
 */
#define transport                real_transport
#define transport_open           real_open
#define transport_close          real_close
#define transport_port           real_port
#define transport_descriptor     real_descriptor
#define transport_send           real_send
#define transport_receive        real_receive
#define transport_join           real_join
#define transport_receive_buffer real_receive_buffer
#define transport_send_room      real_send_room
#define transport_option         real_option
#define transport_slot           real_slot
#define transport_receive_many   real_receive_many
#define transport_filter         real_filter
#define transport_drops          real_drops
#include "ctnetlink/transport.c"
#undef transport
#undef transport_open
#undef transport_close
#undef transport_port
#undef transport_descriptor
#undef transport_send
#undef transport_receive
#undef transport_join
#undef transport_receive_buffer
#undef transport_send_room
#undef transport_option
#undef transport_slot
#undef transport_receive_many
#undef transport_filter
#undef transport_drops
#undef CTNETLINK_TRANSPORT_H
#include "ctnetlink/transport.h"

#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "ctnetlink/attributes.h"

#define VERSION(major, minor) ((major) << 8 | (minor))

/* Longer than any batch that is sent. */
#define SEND_SIZE (1024 * 1024)

/* The bit of CTA_FILTER that no kernel knows: of a probe. */
#define PROBE_BIT (UINT32_C(1) << 31)

struct transport {
	struct real_transport *real;
};

static unsigned old_version(void)
{
	const char *text = getenv("CONNTRACK_OLD");
	unsigned major = 3, minor = 16;

	if (text != NULL && sscanf(text, "%u.%u", &major, &minor) != 2)
		abort();
	return VERSION(major, minor);
}

/* In place of that of libc: some kernels can only be told by their number. */
int uname(struct utsname *name)
{
	unsigned version = old_version();

	memset(name, 0, sizeof(*name));
	snprintf(name->sysname, sizeof(name->sysname), "Linux");
	snprintf(name->release, sizeof(name->release), "%u.%u.0", version >> 8, version & 0xff);
	return 0;
}

/* ------------------------------------------------------------ of a message */

/* What a message carries. */
struct content {
	bool tuple, filter, status, zone, mark;
	uint32_t flags[2]; /* of CTA_FILTER, original and reply */
};

static uint32_t flags_in(const struct nlattr *filter, int type)
{
	struct nlattr *a; /* the macros of libmnl cast const away */
	uint32_t flags = 0;

	mnl_attr_for_each_nested(a, filter) if (mnl_attr_get_type(a) == type)
		memcpy(&flags, mnl_attr_get_payload(a), sizeof(flags));
	return flags;
}

static struct content content_of(const struct nlmsghdr *message)
{
	struct content c = {0};
	struct nlattr *a; /* the macros of libmnl cast const away */

	mnl_attr_for_each(a, message, sizeof(struct nfgenmsg))
	{
		switch (mnl_attr_get_type(a)) {
		case CTA_TUPLE_ORIG:
		case CTA_TUPLE_REPLY:
			c.tuple = true;
			break;
		case CTA_STATUS:
			c.status = true;
			break;
		case CTA_ZONE:
			c.zone = true;
			break;
		case CTA_MARK:
			c.mark = true;
			break;
		case NEWER_FILTER:
			c.filter = true;
			c.flags[0] = flags_in(a, NEWER_FILTER_ORIG_FLAGS);
			c.flags[1] = flags_in(a, NEWER_FILTER_REPLY_FLAGS);
			break;
		default:
			break;
		}
	}
	return c;
}

static void catastrophe(const char *what)
{
	fprintf(stderr, "transport_old: %s\n", what);
	abort();
}

/* What may not be asked of this kernel. */
static void check(const struct nlmsghdr *message, unsigned version)
{
	const struct nfgenmsg *general = mnl_nlmsg_get_payload(message);
	struct content c = content_of(message);

	if (NFNL_MSG_TYPE(message->nlmsg_type) != IPCTNL_MSG_CT_DELETE) {
		/* Members of the reply tuple were read by the flags of the original one. */
		if (c.filter && version >= VERSION(5, 8) && version < VERSION(5, 15) &&
			c.flags[1] != 0 && c.flags[0] != c.flags[1])
			catastrophe("a filter by reply tuple, which this kernel reads wrong");
		return;
	}
	if (c.filter && version < VERSION(6, 12)) {
		if (!(c.flags[0] & PROBE_BIT))
			catastrophe("a flush by tuple, which this kernel takes for a deletion");
		return;
	}
	if (c.tuple && !c.filter)
		return;
	if (c.status && version < VERSION(5, 15))
		catastrophe("a flush by status, which this kernel ignores");
	if (c.zone && version < VERSION(6, 8))
		catastrophe("a flush by zone, which this kernel ignores");
	if (c.mark && version < VERSION(4, 1))
		catastrophe("a flush by mark, which this kernel ignores");
	if (general->nfgen_family != 0 && !c.filter &&
		(version < VERSION(5, 0) || (version >= VERSION(5, 2) && general->version == 0)))
		catastrophe("a flush by family, which this kernel ignores");
}

/* Whether this kernel reads an attribute where it stands. */
static bool is_read(const struct nlmsghdr *message, uint16_t type, unsigned version)
{
	bool deletes = NFNL_MSG_TYPE(message->nlmsg_type) == IPCTNL_MSG_CT_DELETE;

	switch (type) {
	case CTA_STATUS:
	case NEWER_STATUS_MASK:
		return version >= VERSION(5, 15);
	case CTA_ZONE:
		return deletes || version >= VERSION(6, 8);
	case NEWER_FILTER:
		return version >= (deletes ? VERSION(6, 12) : VERSION(5, 8));
	default:
		return true;
	}
}

/* Dumps are what MATCH or ROOT makes of a get; lone gets and changes stay as they are. */
static bool is_filtered(const struct nlmsghdr *message)
{
	unsigned number = NFNL_MSG_TYPE(message->nlmsg_type);

	if (NFNL_SUBSYS_ID(message->nlmsg_type) != NFNL_SUBSYS_CTNETLINK)
		return false;
	if (number == IPCTNL_MSG_CT_DELETE)
		return true;
	return (number == IPCTNL_MSG_CT_GET || number == IPCTNL_MSG_CT_GET_CTRZERO) &&
	       message->nlmsg_flags & NLM_F_DUMP;
}

/* A copy without what is not read; its length. */
static size_t copy_message(uint8_t *to, const struct nlmsghdr *message, unsigned version)
{
	struct nlmsghdr *copy = (struct nlmsghdr *)(void *)to;
	size_t head = NLMSG_ALIGN(sizeof(*message)) + NLMSG_ALIGN(sizeof(struct nfgenmsg));
	size_t used = head;
	struct nlattr *a; /* the macros of libmnl cast const away */

	memcpy(to, message, head);
	mnl_attr_for_each(a, message, sizeof(struct nfgenmsg))
	{
		size_t length = NLMSG_ALIGN((size_t)a->nla_len);

		if (!is_read(message, mnl_attr_get_type(a), version))
			continue;
		memcpy(to + used, a, length);
		used += length;
	}
	copy->nlmsg_len = (uint32_t)used;
	return used;
}

/* ------------------------------------------------------------ the transport */

int transport_open(struct transport **out)
{
	struct transport *t = calloc(1, sizeof(*t));
	int error = t ? real_open(&t->real) : -ENOMEM;

	if (error) {
		free(t);
		return error;
	}
	*out = t;
	return 0;
}

void transport_close(struct transport *t)
{
	if (t)
		real_close(t->real);
	free(t);
}

uint32_t transport_port(const struct transport *t)
{
	return real_port(t->real);
}

int transport_descriptor(const struct transport *t)
{
	return real_descriptor(t->real);
}

int transport_send(struct transport *t, const void *bytes, size_t length)
{
	static _Alignas(struct nlmsghdr) uint8_t copy[SEND_SIZE];
	unsigned version = old_version();
	size_t used = 0;

	if (length > sizeof(copy))
		abort();
	for (size_t at = 0; at < length;) {
		const struct nlmsghdr *message = (const void *)((const uint8_t *)bytes + at);

		if (is_filtered(message)) {
			check(message, version);
			used += copy_message(copy + used, message, version);
		} else {
			memcpy(copy + used, message, NLMSG_ALIGN((size_t)message->nlmsg_len));
			used += NLMSG_ALIGN((size_t)message->nlmsg_len);
		}
		at += NLMSG_ALIGN((size_t)message->nlmsg_len);
	}
	return real_send(t->real, copy, used);
}

/* Only since Linux 5.8 do entries say that the kernel filtered. */
static void forget_filtered(uint8_t *bytes, size_t length)
{
	for (size_t at = 0; at + sizeof(struct nlmsghdr) <= length;) {
		struct nlmsghdr header;

		memcpy(&header, bytes + at, sizeof(header));
		if (header.nlmsg_type >= NLMSG_MIN_TYPE)
			header.nlmsg_flags &= (uint16_t)~0x20;
		memcpy(bytes + at, &header, sizeof(header));
		at += NLMSG_ALIGN((size_t)header.nlmsg_len);
	}
}

ssize_t transport_receive(struct transport *t, void *bytes, size_t size, int dont_wait)
{
	ssize_t got = real_receive(t->real, bytes, size, dont_wait);

	if (got > 0 && old_version() < VERSION(5, 8))
		forget_filtered(bytes, (size_t)got);
	return got;
}

int transport_join(struct transport *t, unsigned group)
{
	return real_join(t->real, group);
}

int transport_receive_buffer(struct transport *t, int size)
{
	return real_receive_buffer(t->real, size);
}

int transport_send_room(struct transport *t, int size)
{
	return real_send_room(t->real, size);
}

int transport_option(struct transport *t, int option, int value)
{
	return real_option(t->real, option, value);
}

/* The same type under two names. */
int transport_receive_many(struct transport *t, struct transport_slot *slots, unsigned count)
{
	return real_receive_many(t->real, (struct real_slot *)(void *)slots, count);
}

int transport_filter(struct transport *t, const struct sock_filter *program, unsigned length)
{
	return real_filter(t->real, program, length);
}

int transport_drops(struct transport *t, uint32_t *drops)
{
	if (old_version() < VERSION(4, 12))
		return -ENOPROTOOPT;
	return real_drops(t->real, drops);
}
