/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <linux/netfilter/nfnetlink.h>

#include "wire.h"

void die(int error, const char *format, ...)
{
	va_list arguments;

	fprintf(stderr, "%s: ", program_invocation_short_name);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fprintf(stderr, "%s%s\n", error ? ": " : "", error ? strerror(error) : "");
	exit(1);
}

uint32_t parse_number(const char *text, uint32_t limit, const char *what)
{
	char *end;

	errno = 0;
	unsigned long value = strtoul(text, &end, 10);
	if (errno || end == text || *end || *text == '-' || value > limit)
		die(0, "%s: not a number from 0 to %u: %s", what, limit, text);
	return (uint32_t)value;
}

int wire_open(uint32_t group_mask)
{
	struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_groups = group_mask};
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);

	if (fd < 0)
		die(errno, "cannot open a netlink socket");
	if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
		die(errno, "cannot bind the netlink socket");
	return fd;
}

static uint8_t *extend(struct wire *w, size_t length)
{
	size_t aligned = NLMSG_ALIGN(length);
	uint8_t *place = w->bytes + w->used;

	if (aligned > w->size - w->used)
		die(0, "the buffer of %zu bytes is too small", w->size);
	memset(place, 0, aligned);
	w->used += aligned;
	return place;
}

struct nlmsghdr *wire_message(struct wire *w)
{
	return (struct nlmsghdr *)(w->bytes + w->start);
}

void wire_begin(struct wire *w, uint16_t type, uint16_t flags, uint8_t family)
{
	w->start = w->used;
	extend(w, NLMSG_HDRLEN + sizeof(struct nfgenmsg));
	struct nlmsghdr *message = wire_message(w);
	struct nfgenmsg *general = NLMSG_DATA(message);

	message->nlmsg_type = type;
	message->nlmsg_flags = NLM_F_REQUEST | flags;
	message->nlmsg_len = (uint32_t)(w->used - w->start);
	general->nfgen_family = family;
	general->version = NFNETLINK_V0;
}

void wire_put(struct wire *w, uint16_t type, const void *payload, size_t length)
{
	struct nlattr *attribute = (struct nlattr *)extend(w, NLA_HDRLEN + length);

	attribute->nla_type = type;
	attribute->nla_len = (uint16_t)(NLA_HDRLEN + length);
	memcpy((uint8_t *)attribute + NLA_HDRLEN, payload, length);
	wire_message(w)->nlmsg_len = (uint32_t)(w->used - w->start);
}

void wire_put_u8(struct wire *w, uint16_t type, uint8_t value)
{
	wire_put(w, type, &value, sizeof(value));
}

void wire_put_be16(struct wire *w, uint16_t type, uint16_t value)
{
	uint16_t network = htons(value);

	wire_put(w, type, &network, sizeof(network));
}

void wire_put_be32(struct wire *w, uint16_t type, uint32_t value)
{
	uint32_t network = htonl(value);

	wire_put(w, type, &network, sizeof(network));
}

size_t wire_nest(struct wire *w, uint16_t type)
{
	size_t nest = w->used;

	wire_put(w, NLA_F_NESTED | type, "", 0);
	return nest;
}

void wire_nest_end(struct wire *w, size_t nest)
{
	struct nlattr *attribute = (struct nlattr *)(w->bytes + nest);

	attribute->nla_len = (uint16_t)(w->used - nest);
}

void wire_send(int fd, struct wire *w)
{
	struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
	ssize_t sent =
		sendto(fd, w->bytes, w->used, 0, (const struct sockaddr *)&kernel, sizeof(kernel));

	if (sent != (ssize_t)w->used)
		die(errno, "cannot send %zu bytes to the kernel", w->used);
	w->used = 0;
	w->start = 0;
}
