/* SPDX-License-Identifier: MIT */
/*
 * The seam under the wire room: one netlink socket as a few calls. The program
 * is linked with transport.c (the kernel); tests are linked with a transport
 * that replays recorded answers or injects faults. No other file of the
 * project makes a netlink system call.
 */
#ifndef CTNETLINK_TRANSPORT_H
#define CTNETLINK_TRANSPORT_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct sock_filter;
struct transport;

/* Open and bind a NETLINK_NETFILTER socket. 0 or a negative errno. */
int transport_open(struct transport **out);
void transport_close(struct transport *t);

/* The port id that the kernel gave the socket (nlmsg_pid of its answers). */
uint32_t transport_port(const struct transport *t);

/* For poll(2); -1 when there is none (a replay). */
int transport_descriptor(const struct transport *t);

/* Send one datagram, whole. EINTR is retried. 0 or a negative errno. */
int transport_send(struct transport *t, const void *bytes, size_t length);

/*
 * Receive one datagram of the kernel (those of other senders are skipped).
 * Returns its length, or a negative errno: -ENOBUFS (the receive queue
 * overran), -EMSGSIZE (it was longer than size: never to be trusted), -EAGAIN
 * (dont_wait and nothing there), -EINTR (a signal came).
 */
ssize_t transport_receive(struct transport *t, void *bytes, size_t size, int dont_wait);

/* The most datagrams that transport_receive_many() takes at once. */
#define TRANSPORT_BATCH 64

/* A place for a datagram, and what came into it. */
struct transport_slot {
	void *bytes;
	size_t size;
	/* Its length; -EMSGSIZE: it was longer than size; 0: not of the kernel, to be skipped. */
	ssize_t length;
};

/*
 * Receive as many datagrams as wait, `count` (up to TRANSPORT_BATCH) at most,
 * by one system call and without waiting. Returns how many, at least 1, or a
 * negative errno as transport_receive(): -EAGAIN (none), -ENOBUFS, -EINTR.
 */
int transport_receive_many(struct transport *t, struct transport_slot *slots, unsigned count);

/* Join multicast group (NFNLGRP_…). 0 or a negative errno. */
int transport_join(struct transport *t, unsigned group);

/*
 * Ask for a receive buffer of `size` bytes: with privilege beyond rmem_max,
 * else up to it. Returns the size that the kernel now reports (which is twice
 * what it took), or a negative errno.
 */
int transport_receive_buffer(struct transport *t, int size);

/*
 * See to it that one send may have `size` bytes: with privilege beyond wmem_max,
 * else up to it. Returns how many it may have, or a negative errno.
 */
int transport_send_room(struct transport *t, int size);

/* Set a SOL_NETLINK flag option (NETLINK_NO_ENOBUFS, …). 0 or a negative errno. */
int transport_option(struct transport *t, int option, int value);

/*
 * Let the kernel run a classic BPF program (<linux/filter.h>) over each
 * datagram before it is queued; one for which it returns 0 is left out, and is
 * not counted as dropped. It takes the place of an earlier one. 0 or a negative
 * errno.
 */
int transport_filter(struct transport *t, const struct sock_filter *program, unsigned length);

/*
 * How many datagrams the kernel has dropped so far because the receive buffer
 * was full; wraps. 0, or a negative errno (Linux before 4.12 does not tell).
 */
int transport_drops(struct transport *t, uint32_t *drops);

#endif
