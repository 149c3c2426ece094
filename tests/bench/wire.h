/* SPDX-License-Identifier: MIT */
/*
 * The little of netlink that the benchmark's own tools need. It shares nothing
 * with the program under test, so that the floor cannot be slow or fast for
 * the same reason as the program. These are tools: on a failure they say what
 * failed and exit with 1.
 */
#ifndef BENCH_WIRE_H
#define BENCH_WIRE_H

#include <stddef.h>
#include <stdint.h>

#include <linux/netlink.h>

/* Messages being built, one behind the other. */
struct wire {
	uint8_t *bytes;
	size_t size;
	size_t used;
	size_t start; /* where the message being built begins */
};

/* Print the text, what the error number says unless it is 0, and exit with 1. */
__attribute__((noreturn, format(printf, 2, 3))) void die(int error, const char *format, ...);

/* A whole decimal number up to limit, or die. */
uint32_t parse_number(const char *text, uint32_t limit, const char *what);

/* A netlink socket of the netfilter family, bound to the groups in the mask. */
int wire_open(uint32_t group_mask);

/* Begin a message: type is subsystem << 8 | message. */
void wire_begin(struct wire *w, uint16_t type, uint16_t flags, uint8_t family);

/* Attributes of the message being built; numbers are given in host order. */
void wire_put(struct wire *w, uint16_t type, const void *payload, size_t length);
void wire_put_u8(struct wire *w, uint16_t type, uint8_t value);
void wire_put_be16(struct wire *w, uint16_t type, uint16_t value);
void wire_put_be32(struct wire *w, uint16_t type, uint32_t value);

/* A nest: what wire_nest() returned goes to wire_nest_end(). */
size_t wire_nest(struct wire *w, uint16_t type);
void wire_nest_end(struct wire *w, size_t nest);

/* The header of the message being built or built last. */
struct nlmsghdr *wire_message(struct wire *w);

/* Send all that is in the buffer and empty it. */
void wire_send(int fd, struct wire *w);

#endif
