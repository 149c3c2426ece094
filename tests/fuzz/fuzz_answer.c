/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as the kernel's answer to a dump and to a request, datagram by
 * datagram: a length of two bytes, then that many. Each comes to an end, and a
 * failure has a reason.
 */
#include <errno.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/netlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "ctnetlink/decode.h"
#include "ctnetlink/socket.h"
#include "seams/transport_fault.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
	if (!holds)
		abort();
}

/* The first bit of a length: the messages answer the request, whatever they say. */
static void give(const uint8_t *data, size_t size)
{
	while (size >= 2) {
		size_t length = (size_t)(data[0] & 0x7f) << 8 | data[1];
		bool fit = data[0] & 0x80;

		data += 2;
		size -= 2;
		if (length > size)
			length = size;
		fault_answer(data, length, fit);
		data += length;
		size -= length;
	}
}

static int count(const struct nlmsghdr *message, void *data)
{
	unsigned *messages = data;
	struct flow flow;

	++*messages;
	return decode_flow(message, &flow) == -ENOMEM ? -ENOMEM : 0;
}

static void exchange(const uint8_t *data, size_t size, bool dump)
{
	static _Alignas(struct nlmsghdr) uint8_t bytes[256];
	struct ct_socket s = {0};
	struct ct_answer answer;
	struct packet packet;
	unsigned messages = 0;
	int result;

	fault_reset();
	give(data, size);
	check(ct_open(&s) == 0);
	packet_init(&packet, bytes, sizeof(bytes));
	packet_begin(&packet, NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_GET,
		dump ? NLM_F_REQUEST | NLM_F_DUMP : NLM_F_REQUEST, AF_UNSPEC, NFNETLINK_V0);
	check(packet_end(&packet) == 0);
	result = dump ? ct_dump(&s, &packet, count, &messages, &answer)
		      : ct_ask(&s, &packet, count, &messages, &answer);
	check(result <= 0 && memchr(answer.text, '\0', sizeof(answer.text)) != NULL);
	check(answer.error == 0 || result == -answer.error);
	ct_close(&s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	exchange(data, size, true);
	exchange(data, size, false);
	return 0;
}
