/* SPDX-License-Identifier: MIT */
/* One message of the kernel, whatever it holds, through every decoder. */
#include <linux/netlink.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ctnetlink/decode.h"
#include "ctnetlink/encode.h"
#include "ctnetlink/socket.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What decode left for later is read now: each byte must be in the message. */
static void read_slice(const struct slice *slice)
{
	static uint8_t copy[UINT16_MAX];
	memcpy(copy, slice->bytes, slice->length);
}

static void check_flow(const struct flow *flow)
{
	if (flow->present & FLOW_SECCTX)
		read_slice(&flow->secctx);
	if (flow->present & FLOW_HELPER_INFO)
		read_slice(&flow->helper_info);
	if (flow->present & FLOW_HELPER && strlen(flow->helper) >= sizeof(flow->helper))
		abort();
}

/* What was decoded is encoded, in a packet that may be too small. */
static void check_encode(const struct flow *flow, size_t room)
{
	static _Alignas(struct nlmsghdr) uint8_t bytes[8192];
	struct packet packet;
	packet_init(&packet, bytes, room < sizeof(bytes) ? room : sizeof(bytes));
	int error = encode_create(&packet, flow, true);
	if (packet.used != (error ? 0 : packet_message(&packet, 0)->nlmsg_len))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < sizeof(struct nlmsghdr))
		return 0;
	/* A buffer of just this size, so that a read behind it is seen. */
	struct nlmsghdr *message = malloc(size);
	if (!message)
		return 0;
	memcpy(message, data, size);
	message->nlmsg_len = (uint32_t)size;

	struct flow flow;
	struct expectation expectation;
	struct stats stats;
	struct ct_answer answer = {0};
	uint32_t entries, maximum;
	decode_kind(message);
	decode_is_expectation(message);
	if (decode_flow(message, &flow) == 0) {
		check_flow(&flow);
		check_encode(&flow, size);
	}
	decode_expectation(message, &expectation);
	decode_stats(message, STATS_CONNTRACK, &stats);
	decode_global(message, &entries, &maximum);
	ct_read_error(message, size, &answer);
	free(message);
	return 0;
}
