/* SPDX-License-Identifier: MIT */
#include "seams/transport_replay.h"

#include <errno.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/netlink.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "ctnetlink/transport.h"
#include "seams/receive_many.h"
#include "seams/recording.h"

/* The port of every replaying socket. */
#define REPLAY_PORT 4711

enum replay_mode { REPLAY_SILENT, REPLAY_ANSWER, REPLAY_EVENTS };

struct transport {
	struct recording recording;
	enum replay_mode mode;
	struct nlmsghdr request; /* what is being answered */
	bool must_ack;           /* an ACK of it is still to come */
	int deferred;            /* an error that transport_receive_many() has still to tell */
};

static const char *replay_path;

void transport_replay_file(const char *path)
{
	replay_path = path;
}

int transport_open(struct transport **out)
{
	const char *path = replay_path ? replay_path : getenv("CONNTRACK_REPLAY");
	if (!path)
		return -ENOENT;
	struct transport *t = calloc(1, sizeof(*t));
	if (!t)
		return -ENOMEM;
	int error = recording_open(&t->recording, path);
	if (error) {
		free(t);
		return error;
	}
	*out = t;
	return 0;
}

void transport_close(struct transport *t)
{
	if (!t)
		return;
	recording_close(&t->recording);
	free(t);
}

uint32_t transport_port(const struct transport *t)
{
	(void)t;
	return REPLAY_PORT;
}

int transport_descriptor(const struct transport *t)
{
	(void)t;
	return -1;
}

/* Whether a message asks for data; the others change something. */
static bool asks(const struct nlmsghdr *message)
{
	unsigned number = NFNL_MSG_TYPE(message->nlmsg_type);
	if (NFNL_SUBSYS_ID(message->nlmsg_type) == NFNL_SUBSYS_CTNETLINK_EXP)
		return number == IPCTNL_MSG_EXP_GET || number == IPCTNL_MSG_EXP_GET_STATS_CPU;
	return number != IPCTNL_MSG_CT_NEW && number != IPCTNL_MSG_CT_DELETE;
}

int transport_send(struct transport *t, const void *bytes, size_t length)
{
	/* Of a batch only the last message wants an answer. */
	for (size_t at = 0; at + sizeof(t->request) <= length;) {
		memcpy(&t->request, (const uint8_t *)bytes + at, sizeof(t->request));
		if (t->request.nlmsg_len < sizeof(t->request))
			return -EINVAL;
		at += NLMSG_ALIGN((size_t)t->request.nlmsg_len);
	}
	t->mode = asks(&t->request) ? REPLAY_ANSWER : REPLAY_SILENT;
	t->must_ack = t->request.nlmsg_flags & NLM_F_ACK;
	t->recording.at = 0;
	return 0;
}

/* Make a datagram's messages answers to the request. */
static void rewrite(const struct transport *t, uint8_t *bytes, size_t length)
{
	for (size_t at = 0; at + sizeof(struct nlmsghdr) <= length;) {
		struct nlmsghdr header;
		memcpy(&header, bytes + at, sizeof(header));
		header.nlmsg_seq = t->request.nlmsg_seq;
		header.nlmsg_pid = REPLAY_PORT;
		memcpy(bytes + at, &header, sizeof(header));
		if (header.nlmsg_len < sizeof(header))
			return;
		at += NLMSG_ALIGN((size_t)header.nlmsg_len);
	}
}

static ssize_t give_ack(struct transport *t, void *bytes, size_t size)
{
	struct {
		struct nlmsghdr header;
		struct nlmsgerr error;
	} ack = {
		.header = {.nlmsg_len = sizeof(ack),
			.nlmsg_type = NLMSG_ERROR,
			.nlmsg_seq = t->request.nlmsg_seq,
			.nlmsg_pid = REPLAY_PORT},
		.error = {.msg = t->request},
	};
	t->must_ack = false;
	if (size < sizeof(ack))
		return -EMSGSIZE;
	memcpy(bytes, &ack, sizeof(ack));
	return sizeof(ack);
}

ssize_t transport_receive(struct transport *t, void *bytes, size_t size, int dont_wait)
{
	size_t length = 0;
	const uint8_t *datagram = NULL;
	if (t->mode != REPLAY_SILENT)
		datagram = recording_next(&t->recording, &length);
	if (datagram) {
		if (length > size)
			return -EMSGSIZE;
		memcpy(bytes, datagram, length);
		if (t->mode == REPLAY_ANSWER)
			rewrite(t, bytes, length);
		return (ssize_t)length;
	}
	if (t->must_ack)
		return give_ack(t, bytes, size);
	if (t->mode == REPLAY_ANSWER)
		return 0;
	return dont_wait ? -EAGAIN : -EINTR;
}

int transport_receive_many(struct transport *t, struct transport_slot *slots, unsigned count)
{
	return receive_one_by_one(t, &t->deferred, slots, count);
}

int transport_join(struct transport *t, unsigned group)
{
	(void)group;
	t->mode = REPLAY_EVENTS;
	return 0;
}

int transport_receive_buffer(struct transport *t, int size)
{
	(void)t;
	return 2 * size;
}

int transport_send_room(struct transport *t, int size)
{
	(void)t;
	return size;
}

int transport_option(struct transport *t, int option, int value)
{
	(void)t;
	(void)option;
	(void)value;
	return 0;
}

int transport_filter(struct transport *t, const struct sock_filter *program, unsigned length)
{
	(void)t;
	(void)program;
	(void)length;
	return 0;
}

int transport_drops(struct transport *t, uint32_t *drops)
{
	(void)t;
	(void)drops;
	return -EOPNOTSUPP;
}
