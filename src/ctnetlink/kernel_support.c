/* SPDX-License-Identifier: MIT */
#include "ctnetlink/kernel_support.h"

#include <errno.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "ctnetlink/attributes.h"
#include "ctnetlink/encode.h"
#include "ctnetlink/packet.h"
#include "ctnetlink/socket.h"

/* No kernel knows this bit of CTA_FILTER; those that read it refuse it. */
#define UNKNOWN_FILTER_BIT (UINT32_C(1) << 31)

/* A status filter of 0 without a mask is refused since Linux 5.15, which brought it. */
static void put_status_probe(struct packet *p)
{
	encode_begin(p, IPCTNL_MSG_CT_GET, NLM_F_DUMP, AF_UNSPEC);
	packet_put_be32(p, CTA_STATUS, 0);
}

/* A mask alone is refused when something else makes a filter: here the zone, since 6.8. */
static void put_zone_probe(struct packet *p)
{
	encode_begin(p, IPCTNL_MSG_CT_GET, NLM_F_DUMP, AF_UNSPEC);
	packet_put_be16(p, CTA_ZONE, 0);
	packet_put_be32(p, CTA_MARK_MASK, UINT32_MAX);
}

/*
 * Since 6.12 CTA_FILTER makes a deletion a flush, and this one is refused.
 * Before, it deletes one entry: by a tuple that no flow has.
 */
static void put_tuple_probe(struct packet *p)
{
	struct tuple nobody = {
		.family = AF_INET,
		.protocol = IPPROTO_TCP,
		.present = TUPLE_ADDRESSES | TUPLE_PROTOCOL | TUPLE_PART | TUPLE_PART << 1,
	};
	size_t nest;

	encode_begin(p, IPCTNL_MSG_CT_DELETE, 0, AF_INET);
	encode_tuple(p, CTA_TUPLE_ORIG, &nobody);
	nest = packet_nest(p, NEWER_FILTER);
	packet_put_host32(p, NEWER_FILTER_ORIG_FLAGS, UNKNOWN_FILTER_BIT);
	packet_nest_end(p, nest);
}

static const struct probe {
	uint8_t parts; /* enum kernel_filter_part that it vouches for */
	bool dump;
	void (*put)(struct packet *p);
} probes[] = {
	/* Whoever filters by status (5.15) also heeds family and mark (5.2, 4.1). */
	{KERNEL_FAMILY | KERNEL_MARK | KERNEL_STATUS, true, put_status_probe},
	{KERNEL_ZONE, true, put_zone_probe},
	{KERNEL_TUPLE, false, put_tuple_probe},
};

static int stop(const struct nlmsghdr *message, void *data)
{
	(void)message;
	(void)data;
	return -ECANCELED;
}

/* 1: refused, so it was read; 0: it was not; or a negative errno. */
static int ask_probe(const struct probe *probe)
{
	struct ct_socket socket = {0};
	struct ct_answer answer = {0};
	_Alignas(PACKET_ALIGNMENT) uint8_t bytes[512];
	struct packet packet;
	int error = ct_open(&socket);

	if (error == 0) {
		packet_init(&packet, bytes, sizeof(bytes));
		probe->put(&packet);
		error = packet_end(&packet);
	}
	if (error == 0)
		error = probe->dump ? ct_dump(&socket, &packet, stop, NULL, &answer)
				    : ct_ask(&socket, &packet, NULL, NULL, &answer);
	ct_close(&socket);
	if (error == -EINVAL || error == -EOPNOTSUPP)
		return 1;
	return error == 0 || error == -ECANCELED || error == -ENOENT ? 0 : error;
}

int kernel_flushes(const struct kernel_filter *filter)
{
	/* Everything needs the first one: it dates the kernel. */
	uint8_t wanted = filter->parts | KERNEL_STATUS;

	for (size_t i = 0; i < sizeof(probes) / sizeof(probes[0]); i++) {
		int answer = probes[i].parts & wanted ? ask_probe(&probes[i]) : 1;

		if (answer != 1)
			return answer;
	}
	return 1;
}
