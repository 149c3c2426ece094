/* SPDX-License-Identifier: MIT */
/*
 * Bytes to the kernel: one or more netlink messages in one buffer, built with
 * bounds. A message that does not fit leaves the packet as it was.
 *
 *   +----------------+----------------+------------+------------+----
 *   | nlmsghdr  16 B | nfgenmsg   4 B | nlattr ... | nlattr ... | next message
 *   +----------------+----------------+------------+------------+----
 */
#ifndef CTNETLINK_PACKET_H
#define CTNETLINK_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct nlmsghdr;
struct nlattr;

struct packet {
	uint8_t *bytes;
	size_t size;
	size_t used;   /* all finished messages, and the one being built */
	size_t start;  /* where the message being built begins */
	bool overflow; /* something of it did not fit */
};

/* How the bytes of a packet lie: as struct nlmsghdr wants it. */
enum { PACKET_ALIGNMENT = 4 };

/* bytes are aligned to PACKET_ALIGNMENT and outlive the packet. */
void packet_init(struct packet *p, uint8_t *bytes, size_t size);

/* Begin a message: type = subsystem << 8 | message, flags NLM_F_…. */
void packet_begin(struct packet *p, uint16_t type, uint16_t flags, uint8_t family, uint8_t version);

/* Attributes of the message being built; numbers are given in host order. */
void packet_put(struct packet *p, uint16_t type, const void *bytes, size_t length);
void packet_put_u8(struct packet *p, uint16_t type, uint8_t value);
void packet_put_be16(struct packet *p, uint16_t type, uint16_t value);
void packet_put_be32(struct packet *p, uint16_t type, uint32_t value);
void packet_put_be64(struct packet *p, uint16_t type, uint64_t value);
void packet_put_host32(struct packet *p, uint16_t type, uint32_t value);
size_t packet_nest(struct packet *p, uint16_t type);
void packet_nest_end(struct packet *p, size_t nest);

/*
 * Finish the message. 0, or -EMSGSIZE when it did not fit: then it is gone and
 * the packet holds the earlier messages only.
 */
int packet_end(struct packet *p);

/* The finished message that begins at `start` bytes. */
struct nlmsghdr *packet_message(const struct packet *p, size_t start);

#endif
