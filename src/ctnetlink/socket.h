/* SPDX-License-Identifier: MIT */
/* Conversations with the kernel: ask, dump, subscribe. Silent; returns errors. */
#ifndef CTNETLINK_SOCKET_H
#define CTNETLINK_SOCKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ctnetlink/packet.h"

struct nlmsghdr;
struct transport;

/*
 * One receive buffer: the kernel never makes a dump chunk longer than
 * 32,768 - overhead bytes (since Linux 4.10), and events are far shorter.
 */
#define CT_RECEIVE_SIZE 32768

struct ct_socket {
	struct transport *transport;
	uint32_t port;
	uint32_t sequence; /* of the last request */
	uint8_t *buffer;   /* CT_RECEIVE_SIZE bytes */
};

/* What the kernel said, besides data. */
struct ct_answer {
	int error;      /* positive errno of the refusal; 0 when there is none */
	char text[200]; /* the kernel's own words (extended ACK), "" without */
	bool has_offset;
	uint32_t offset;  /* into the request, of the attribute at fault */
	bool interrupted; /* the dump changed under the kernel's hands (NLM_F_DUMP_INTR) */
	bool filtered;    /* the kernel says that it filtered (NLM_F_DUMP_FILTERED) */
};

/*
 * Called with each data message; bytes behind nlmsg_len belong to others.
 * Returns 0 to go on or a negative errno, which ends the walk and is returned.
 */
typedef int (*ct_message_fn)(const struct nlmsghdr *message, void *data);

/* Open. 0 or a negative errno. ct_close() takes a zeroed or a closed one too. */
int ct_open(struct ct_socket *s);
void ct_close(struct ct_socket *s);

/*
 * Send the packet's one message as a dump request and give each entry of the
 * answer to fn. 0 when the dump came to its end; the negative errno of the
 * callback, of the refusal (answer->error holds it too), or of the socket
 * (-EMSGSIZE a truncated chunk, -EPROTO something that is no netlink, -EPIPE
 * the answer ended without its end mark). After anything but 0 the socket may
 * hold the rest of a dump: close it.
 */
int ct_dump(struct ct_socket *s, struct packet *request, ct_message_fn fn, void *data,
	struct ct_answer *answer);

/*
 * The two halves of ct_dump(): only the first needs privilege, as the kernel
 * asks for it when a request comes and not when its answer is fetched.
 */
int ct_dump_send(struct ct_socket *s, struct packet *request);
int ct_dump_receive(struct ct_socket *s, ct_message_fn fn, void *data, struct ct_answer *answer);

/*
 * Send the packet's one message and wait for its ACK; data messages on the way
 * go to fn (may be NULL). 0, or a negative errno as of ct_dump().
 */
int ct_ask(struct ct_socket *s, struct packet *request, ct_message_fn fn, void *data,
	struct ct_answer *answer);

/* Multicast groups, 1 << (NFNLGRP_… - 1) of uapi nfnetlink.h. */
enum ct_group {
	CT_GROUP_NEW = 1 << 0,
	CT_GROUP_UPDATE = 1 << 1,
	CT_GROUP_DESTROY = 1 << 2,
	CT_GROUP_EXPECTATION_NEW = 1 << 3,
	CT_GROUP_EXPECTATION_UPDATE = 1 << 4,
	CT_GROUP_EXPECTATION_DESTROY = 1 << 5,
	CT_GROUPS_EXPECTATION = CT_GROUP_EXPECTATION_NEW | CT_GROUP_EXPECTATION_UPDATE |
				CT_GROUP_EXPECTATION_DESTROY,
};

/* Join the multicast groups of a mask of enum ct_group. */
int ct_subscribe(struct ct_socket *s, unsigned groups);

/* Read an NLMSG_ERROR message: error code and extended ACK, nothing trusted. */
int ct_read_error(const struct nlmsghdr *message, size_t length, struct ct_answer *answer);

#endif
