/* SPDX-License-Identifier: MIT */
/*
 * Walking what the kernel sent, trusting no length: the messages of a datagram
 * and the attributes of a message or a nest.
 */
#ifndef CTNETLINK_WALK_H
#define CTNETLINK_WALK_H

#include <endian.h>
#include <errno.h>
#include <linux/netlink.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/*
 * What is not walked yet: `left` bytes before end. It is negative when the
 * padding of the last message or attribute would lie behind the end.
 */
struct walk {
	const uint8_t *end;
	ptrdiff_t left;
};

static inline struct walk walk_bytes(const void *bytes, size_t length)
{
	return (struct walk){(const uint8_t *)bytes + length, (ptrdiff_t)length};
}

/*
 * The next message, or NULL: at the end (*error is 0) or when what comes next
 * is not one (*error is -EPROTO). The bytes lie aligned as in a receive buffer.
 */
static inline const struct nlmsghdr *walk_message(struct walk *w, int *error)
{
	*error = 0;
	if (w->left <= 0)
		return NULL;
	const struct nlmsghdr *message = (const struct nlmsghdr *)(const void *)(w->end - w->left);
	if (w->left < NLMSG_HDRLEN || message->nlmsg_len < NLMSG_HDRLEN ||
		message->nlmsg_len > (size_t)w->left) {
		*error = -EPROTO;
		return NULL;
	}
	w->left -= (ptrdiff_t)NLMSG_ALIGN((size_t)message->nlmsg_len);
	return message;
}

struct attribute {
	const uint8_t *payload;
	uint16_t length; /* of the payload */
	uint16_t type;   /* without NLA_F_… */
};

/* The next attribute; false at the end and at one that leaves its bounds. */
static inline bool walk_attribute(struct walk *w, struct attribute *a)
{
	struct nlattr header;
	if (w->left < (ptrdiff_t)sizeof(header))
		return false;
	const uint8_t *at = w->end - w->left;
	memcpy(&header, at, sizeof(header));
	if (header.nla_len < sizeof(header) || header.nla_len > w->left)
		return false;
	a->payload = at + sizeof(header);
	a->length = (uint16_t)(header.nla_len - sizeof(header));
	a->type = header.nla_type & (uint16_t)NLA_TYPE_MASK;
	w->left -= (ptrdiff_t)NLA_ALIGN((size_t)header.nla_len);
	return true;
}

static inline struct walk walk_nest(const struct attribute *nest)
{
	return walk_bytes(nest->payload, nest->length);
}

/*
 * An attribute's header as one number, what it should be and what it is: a run
 * of attributes whose layout is always the same is compared at once.
 */
static inline uint32_t header_word(uint16_t length, uint16_t type)
{
	struct nlattr header = {.nla_len = (uint16_t)(NLA_HDRLEN + length), .nla_type = type};
	uint32_t word;
	memcpy(&word, &header, sizeof(word));
	return word;
}

static inline uint32_t word_at(const uint8_t *bytes)
{
	uint32_t word;
	memcpy(&word, bytes, sizeof(word));
	return word;
}

/* Numbers of an attribute, which is at least as long. */
static inline uint16_t read_be16(const uint8_t *payload)
{
	uint16_t value;
	memcpy(&value, payload, sizeof(value));
	return be16toh(value);
}

static inline uint32_t read_be32(const uint8_t *payload)
{
	uint32_t value;
	memcpy(&value, payload, sizeof(value));
	return be32toh(value);
}

static inline uint64_t read_be64(const uint8_t *payload)
{
	uint64_t value;
	memcpy(&value, payload, sizeof(value));
	return be64toh(value);
}

#endif
