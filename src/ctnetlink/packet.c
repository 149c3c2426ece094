/* SPDX-License-Identifier: MIT */
#include "ctnetlink/packet.h"

#include <arpa/inet.h>
#include <assert.h>
#include <endian.h>
#include <errno.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <string.h>

static_assert(PACKET_ALIGNMENT >= _Alignof(struct nlmsghdr), "packets are read as messages");

void packet_init(struct packet *p, uint8_t *bytes, size_t size)
{
	*p = (struct packet){.bytes = bytes, .size = size};
}

/* Room for n bytes and their padding, zeroed, behind what is used; else NULL and overflow. */
static uint8_t *packet_room(struct packet *p, size_t n)
{
	if (p->overflow || n > p->size - p->used || NLMSG_ALIGN(n) > p->size - p->used) {
		p->overflow = true;
		return NULL;
	}
	uint8_t *room = p->bytes + p->used;
	memset(room + n, 0, NLMSG_ALIGN(n) - n);
	p->used += NLMSG_ALIGN(n);
	return room;
}

void packet_begin(struct packet *p, uint16_t type, uint16_t flags, uint8_t family, uint8_t version)
{
	p->start = p->used;
	p->overflow = false;
	struct nlmsghdr header = {.nlmsg_type = type, .nlmsg_flags = flags};
	struct nfgenmsg general = {.nfgen_family = family, .version = version};
	uint8_t *room = packet_room(p, sizeof(header) + sizeof(general));
	if (!room)
		return;
	memcpy(room, &header, sizeof(header));
	memcpy(room + sizeof(header), &general, sizeof(general));
}

void packet_put(struct packet *p, uint16_t type, const void *bytes, size_t length)
{
	struct nlattr header = {.nla_len = (uint16_t)(NLA_HDRLEN + length), .nla_type = type};
	if (length > UINT16_MAX - NLA_HDRLEN) {
		p->overflow = true;
		return;
	}
	uint8_t *room = packet_room(p, NLA_HDRLEN + length);
	if (!room)
		return;
	memcpy(room, &header, sizeof(header));
	if (length > 0)
		memcpy(room + NLA_HDRLEN, bytes, length);
}

/*
 * An attribute of up to four bytes, of which `word` holds the first ones as
 * they lie in memory and zeros: header, payload and padding in one store.
 */
static void put_word(struct packet *p, uint16_t type, size_t length, uint32_t word)
{
	struct {
		struct nlattr header;
		uint32_t word;
	} attribute = {{(uint16_t)(NLA_HDRLEN + length), type}, word};
	if (p->overflow || sizeof(attribute) > p->size - p->used) {
		p->overflow = true;
		return;
	}
	memcpy(p->bytes + p->used, &attribute, sizeof(attribute));
	p->used += sizeof(attribute);
}

void packet_put_u8(struct packet *p, uint16_t type, uint8_t value)
{
	uint32_t word = 0;
	memcpy(&word, &value, sizeof(value));
	put_word(p, type, sizeof(value), word);
}

void packet_put_be16(struct packet *p, uint16_t type, uint16_t value)
{
	uint32_t word = 0;
	value = htons(value);
	memcpy(&word, &value, sizeof(value));
	put_word(p, type, sizeof(value), word);
}

void packet_put_be32(struct packet *p, uint16_t type, uint32_t value)
{
	put_word(p, type, sizeof(value), htonl(value));
}

void packet_put_be64(struct packet *p, uint16_t type, uint64_t value)
{
	value = htobe64(value);
	packet_put(p, type, &value, sizeof(value));
}

void packet_put_host32(struct packet *p, uint16_t type, uint32_t value)
{
	put_word(p, type, sizeof(value), value);
}

size_t packet_nest(struct packet *p, uint16_t type)
{
	size_t nest = p->used;
	packet_put(p, type | NLA_F_NESTED, NULL, 0);
	return nest;
}

void packet_nest_end(struct packet *p, size_t nest)
{
	if (p->overflow)
		return;
	if (p->used - nest > UINT16_MAX) {
		p->overflow = true;
		return;
	}
	uint16_t length = (uint16_t)(p->used - nest);
	memcpy(p->bytes + nest + offsetof(struct nlattr, nla_len), &length, sizeof(length));
}

int packet_end(struct packet *p)
{
	if (p->overflow) {
		p->used = p->start;
		p->overflow = false;
		return -EMSGSIZE;
	}
	uint32_t length = (uint32_t)(p->used - p->start);
	memcpy(p->bytes + p->start + offsetof(struct nlmsghdr, nlmsg_len), &length, sizeof(length));
	return 0;
}

struct nlmsghdr *packet_message(const struct packet *p, size_t start)
{
	return (struct nlmsghdr *)(void *)(p->bytes + start);
}
