/* SPDX-License-Identifier: MIT */
#include "ctnetlink/transport.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/filter.h>
#include <linux/netlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* Of <linux/netlink.h> since 4.12 and 4.3; of the kernel's own numbering. */
#ifndef NETLINK_EXT_ACK
#define NETLINK_EXT_ACK 11
#endif
#ifndef NETLINK_CAP_ACK
#define NETLINK_CAP_ACK 10
#endif

/* Of <asm/socket.h> since 4.12, the number that nearly all architectures have. */
#ifndef SO_MEMINFO
#define SO_MEMINFO 55
#endif
/* SK_MEMINFO_DROPS of <linux/sock_diag.h> since 4.7. */
#define MEMINFO_DROPS 8

struct transport {
	struct mnl_socket *socket;
};

int transport_open(struct transport **out)
{
	struct transport *t = calloc(1, sizeof(*t));
	if (!t)
		return -ENOMEM;
	t->socket = mnl_socket_open2(NETLINK_NETFILTER, SOCK_CLOEXEC);
	if (!t->socket || mnl_socket_bind(t->socket, 0, MNL_SOCKET_AUTOPID) < 0) {
		int error = -errno;
		transport_close(t);
		return error;
	}

	/* Kernels that do not know these answer all the same, with fewer words. */
	transport_option(t, NETLINK_EXT_ACK, 1);
	transport_option(t, NETLINK_CAP_ACK, 1);
	*out = t;
	return 0;
}

void transport_close(struct transport *t)
{
	if (!t)
		return;
	if (t->socket)
		mnl_socket_close(t->socket);
	free(t);
}

uint32_t transport_port(const struct transport *t)
{
	return mnl_socket_get_portid(t->socket);
}

int transport_descriptor(const struct transport *t)
{
	return mnl_socket_get_fd(t->socket);
}

int transport_send(struct transport *t, const void *bytes, size_t length)
{
	static const struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
	for (;;) {
		ssize_t sent = sendto(transport_descriptor(t), bytes, length, 0,
			(const struct sockaddr *)&kernel, sizeof(kernel));
		if (sent >= 0)
			return (size_t)sent == length ? 0 : -EIO;
		if (errno != EINTR)
			return -errno;
	}
}

ssize_t transport_receive(struct transport *t, void *bytes, size_t size, int dont_wait)
{
	for (;;) {
		struct sockaddr_nl sender = {0};
		struct iovec vector = {.iov_base = bytes, .iov_len = size};
		struct msghdr header = {.msg_name = &sender,
			.msg_namelen = sizeof(sender),
			.msg_iov = &vector,
			.msg_iovlen = 1};
		ssize_t got =
			recvmsg(transport_descriptor(t), &header, dont_wait ? MSG_DONTWAIT : 0);
		if (got < 0)
			return -errno;
		if (header.msg_namelen != sizeof(sender) || sender.nl_pid != 0)
			continue;
		return header.msg_flags & MSG_TRUNC ? -EMSGSIZE : got;
	}
}

int transport_receive_many(struct transport *t, struct transport_slot *slots, unsigned count)
{
	struct mmsghdr messages[TRANSPORT_BATCH];
	struct sockaddr_nl senders[TRANSPORT_BATCH];
	struct iovec vectors[TRANSPORT_BATCH];
	int got;

	if (count > TRANSPORT_BATCH)
		count = TRANSPORT_BATCH;
	for (unsigned i = 0; i < count; i++) {
		vectors[i] = (struct iovec){.iov_base = slots[i].bytes, .iov_len = slots[i].size};
		messages[i].msg_hdr = (struct msghdr){.msg_name = &senders[i],
			.msg_namelen = sizeof(senders[i]),
			.msg_iov = &vectors[i],
			.msg_iovlen = 1};
	}
	got = recvmmsg(transport_descriptor(t), messages, count, MSG_DONTWAIT, NULL);
	if (got < 0)
		return -errno;
	for (unsigned i = 0; i < count && i < (unsigned)got; i++) {
		const struct msghdr *header = &messages[i].msg_hdr;

		slots[i].length = (ssize_t)messages[i].msg_len;
		if (header->msg_flags & MSG_TRUNC)
			slots[i].length = -EMSGSIZE;
		if (header->msg_namelen != sizeof(senders[i]) || senders[i].nl_pid != 0)
			slots[i].length = 0;
	}
	return got;
}

int transport_join(struct transport *t, unsigned group)
{
	return transport_option(t, NETLINK_ADD_MEMBERSHIP, (int)group);
}

/* A buffer of the socket: its size, or a negative errno. */
static int buffer_size(const struct transport *t, int option)
{
	int size;
	socklen_t length = sizeof(size);

	if (getsockopt(transport_descriptor(t), SOL_SOCKET, option, &size, &length) < 0)
		return -errno;
	return size;
}

/* Ask for one by the option that takes privilege, then by the one that does not. */
static int ask_buffer(const struct transport *t, int force, int option, int size)
{
	int descriptor = transport_descriptor(t);

	if (setsockopt(descriptor, SOL_SOCKET, force, &size, sizeof(size)) < 0 &&
		setsockopt(descriptor, SOL_SOCKET, option, &size, sizeof(size)) < 0)
		return -errno;
	return buffer_size(t, option);
}

int transport_receive_buffer(struct transport *t, int size)
{
	return ask_buffer(t, SO_RCVBUFFORCE, SO_RCVBUF, size);
}

/* A send may have what the buffer has but for 32 bytes (netlink_sendmsg()). */
int transport_send_room(struct transport *t, int size)
{
	int granted = buffer_size(t, SO_SNDBUF);

	if (granted >= 0 && granted - 32 < size)
		granted = ask_buffer(t, SO_SNDBUFFORCE, SO_SNDBUF, size);
	return granted < 0 ? granted : granted - 32;
}

int transport_option(struct transport *t, int option, int value)
{
	return mnl_socket_setsockopt(t->socket, option, &value, sizeof(value)) < 0 ? -errno : 0;
}

int transport_filter(struct transport *t, const struct sock_filter *program, unsigned length)
{
	struct sock_fprog given = {.len = (unsigned short)length};
	int descriptor = transport_descriptor(t);

	/* The kernel only reads it; the structure does not say so. */
	memcpy(&given.filter, &program, sizeof(program));
	if (setsockopt(descriptor, SOL_SOCKET, SO_ATTACH_FILTER, &given, sizeof(given)) < 0)
		return -errno;
	return 0;
}

int transport_drops(struct transport *t, uint32_t *drops)
{
	uint32_t figures[MEMINFO_DROPS + 8];
	socklen_t length = sizeof(figures);

	if (getsockopt(transport_descriptor(t), SOL_SOCKET, SO_MEMINFO, figures, &length) < 0)
		return -errno;
	if (length < (MEMINFO_DROPS + 1) * sizeof(figures[0]))
		return -EOPNOTSUPP;
	*drops = figures[MEMINFO_DROPS];
	return 0;
}
