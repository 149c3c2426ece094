/* SPDX-License-Identifier: MIT */
#include "ctnetlink/transport.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netlink.h>
#include <stdlib.h>
#include <sys/socket.h>

/* Of <linux/netlink.h> since 4.12 and 4.3; of the kernel's own numbering. */
#ifndef NETLINK_EXT_ACK
#define NETLINK_EXT_ACK 11
#endif
#ifndef NETLINK_CAP_ACK
#define NETLINK_CAP_ACK 10
#endif

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

int transport_join(struct transport *t, unsigned group)
{
	return transport_option(t, NETLINK_ADD_MEMBERSHIP, (int)group);
}

int transport_receive_buffer(struct transport *t, int size)
{
	int descriptor = transport_descriptor(t);
	if (setsockopt(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) < 0 &&
		setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size)) < 0)
		return -errno;

	int granted;
	socklen_t length = sizeof(granted);
	if (getsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &granted, &length) < 0)
		return -errno;
	return granted;
}

int transport_option(struct transport *t, int option, int value)
{
	return mnl_socket_setsockopt(t->socket, option, &value, sizeof(value)) < 0 ? -errno : 0;
}
