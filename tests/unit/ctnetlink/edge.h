/* SPDX-License-Identifier: MIT */
/* A message that ends where the mapped memory does: what reads on, crashes. */
#ifndef TEST_CTNETLINK_EDGE_H
#define TEST_CTNETLINK_EDGE_H

#include <linux/netlink.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static uint8_t *edge; /* the first byte that is not mapped */

static inline int open_edge(void **state)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	uint8_t *pages =
		mmap(NULL, 17 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	(void)state;
	if (pages == MAP_FAILED)
		return -1;
	edge = pages + 16 * page;
	return mprotect(edge, page, PROT_NONE);
}

/*
 * The message at the edge. A length that is no multiple of 4 leaves up to 3
 * bytes behind it, since a message begins aligned.
 */
static inline struct nlmsghdr *at_edge(const void *bytes, size_t length)
{
	uint8_t *place = edge - NLMSG_ALIGN(length);
	memset(place, 0xee, NLMSG_ALIGN(length));
	memcpy(place, bytes, length);
	struct nlmsghdr *message = (struct nlmsghdr *)(void *)place;
	message->nlmsg_len = (uint32_t)length;
	return message;
}

#endif
