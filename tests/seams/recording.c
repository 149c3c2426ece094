/* SPDX-License-Identifier: MIT */
#include "seams/recording.h"

#include <errno.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/netlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* No recording is near this long. */
#define SIZE_MAXIMUM (16 * 1024 * 1024)

static size_t turn_u16(uint8_t *at)
{
	uint8_t first = at[0];
	at[0] = at[1];
	at[1] = first;
	return (size_t)(at[0] << 8 | at[1]);
}

static size_t turn_u32(uint8_t *at)
{
	uint32_t value;
	memcpy(&value, at, sizeof(value));
	value = __builtin_bswap32(value);
	memcpy(at, &value, sizeof(value));
	return value;
}

/* Numbers of so many bytes each. */
static void turn_numbers(uint8_t *at, size_t length, size_t width)
{
	for (size_t i = 0; i + width <= length; i += width) {
		for (size_t j = 0; j < width / 2; j++) {
			uint8_t *low = at + i + j, *high = at + i + width - 1 - j;
			uint8_t byte = *low;
			*low = *high;
			*high = byte;
		}
	}
}

/* The headers, and the value of the one type (0: none) whose numbers are in host order. */
static void turn_attributes(uint8_t *at, const uint8_t *end, unsigned host_type, size_t width)
{
	while (end - at >= NLA_HDRLEN) {
		size_t length = turn_u16(at), type = turn_u16(at + 2);
		if (length < NLA_HDRLEN || length > (size_t)(end - at))
			return;
		if (type & NLA_F_NESTED)
			turn_attributes(at + NLA_HDRLEN, at + length, 0, 0);
		else if (type == host_type)
			turn_numbers(at + NLA_HDRLEN, length - NLA_HDRLEN, width);
		if (NLA_ALIGN(length) >= (size_t)(end - at))
			return;
		at += NLA_ALIGN(length);
	}
}

static struct nlmsghdr turn_header(uint8_t *at)
{
	struct nlmsghdr header;
	turn_u32(at);
	turn_u16(at + offsetof(struct nlmsghdr, nlmsg_type));
	turn_u16(at + offsetof(struct nlmsghdr, nlmsg_flags));
	turn_u32(at + offsetof(struct nlmsghdr, nlmsg_seq));
	turn_u32(at + offsetof(struct nlmsghdr, nlmsg_pid));
	memcpy(&header, at, sizeof(header));
	return header;
}

/* An error, the head of the request or all of it, and what the kernel adds. */
static void turn_error(uint8_t *at, const uint8_t *end, bool capped)
{
	struct nlmsghdr request;
	size_t length;
	if (end - at < (ptrdiff_t)sizeof(struct nlmsgerr))
		return;
	turn_u32(at);
	request = turn_header(at + offsetof(struct nlmsgerr, msg));
	length = sizeof(int) + (capped ? sizeof(request) : NLMSG_ALIGN((size_t)request.nlmsg_len));
	if (length < (size_t)(end - at))
		turn_attributes(at + length, end, NLMSGERR_ATTR_OFFS, sizeof(uint32_t));
}

static void turn_message(uint8_t *at, const struct nlmsghdr *header)
{
	uint8_t *body = at + NLMSG_HDRLEN;
	const uint8_t *end = at + header->nlmsg_len;
	/* Labels are an array of the kernel's longs. */
	bool of_flow = NFNL_SUBSYS_ID(header->nlmsg_type) == NFNL_SUBSYS_CTNETLINK;
	if (header->nlmsg_type == NLMSG_ERROR)
		turn_error(body, end, header->nlmsg_flags & NLM_F_CAPPED);
	else if (header->nlmsg_type == NLMSG_DONE && end - body >= (ptrdiff_t)sizeof(int))
		turn_u32(body);
	else if (end - body >= (ptrdiff_t)sizeof(struct nfgenmsg))
		turn_attributes(body + sizeof(struct nfgenmsg), end, of_flow ? CTA_LABELS : 0,
			sizeof(unsigned long));
}

static void turn_datagram(uint8_t *at, const uint8_t *end)
{
	while (end - at >= NLMSG_HDRLEN) {
		struct nlmsghdr header = turn_header(at);
		if (header.nlmsg_len < NLMSG_HDRLEN || header.nlmsg_len > (size_t)(end - at))
			return;
		turn_message(at, &header);
		if (NLMSG_ALIGN((size_t)header.nlmsg_len) >= (size_t)(end - at))
			return;
		at += NLMSG_ALIGN((size_t)header.nlmsg_len);
	}
}

/* All of a little-endian recording, as a big-endian host would have it. */
static void turn(struct recording *r)
{
	size_t at = 0;
	while (r->size - at >= sizeof(uint32_t)) {
		size_t length = turn_u32(r->bytes + at);
		at += sizeof(uint32_t);
		if (length > r->size - at)
			return;
		turn_datagram(r->bytes + at, r->bytes + at + length);
		at += length;
	}
}

int recording_open(struct recording *r, const char *path)
{
	*r = (struct recording){0};
	FILE *file = fopen(path, "rbe");
	if (!file)
		return -errno;
	int error = 0;
	r->bytes = malloc(SIZE_MAXIMUM);
	if (r->bytes)
		r->size = fread(r->bytes, 1, SIZE_MAXIMUM, file);
	else
		error = -ENOMEM;
	if (ferror(file))
		error = -EIO;
	if (!error && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__)
		turn(r);
	fclose(file);
	if (error)
		recording_close(r);
	return error;
}

void recording_close(struct recording *r)
{
	free(r->bytes);
	*r = (struct recording){0};
}

const uint8_t *recording_next(struct recording *r, size_t *length)
{
	uint32_t said;
	size_t left = r->size - r->at;
	if (left < sizeof(said))
		return NULL;
	memcpy(&said, r->bytes + r->at, sizeof(said));
	if (said > left - sizeof(said))
		return NULL;
	const uint8_t *datagram = r->bytes + r->at + sizeof(said);
	r->at += sizeof(said) + said;
	*length = said;
	return datagram;
}
