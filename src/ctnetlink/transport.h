/* SPDX-License-Identifier: MIT */
/*
 * The seam under the wire room: one netlink socket as five calls. The program
 * is linked with transport.c (the kernel); tests are linked with a transport
 * that replays recorded answers or injects faults. No other file of the
 * project makes a netlink system call.
 */
#ifndef CTNETLINK_TRANSPORT_H
#define CTNETLINK_TRANSPORT_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

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

/* Join multicast group (NFNLGRP_…). 0 or a negative errno. */
int transport_join(struct transport *t, unsigned group);

/*
 * Ask for a receive buffer of `size` bytes: with privilege beyond rmem_max,
 * else up to it. Returns the size that the kernel now reports (which is twice
 * what it took), or a negative errno.
 */
int transport_receive_buffer(struct transport *t, int size);

/* Set a SOL_NETLINK flag option (NETLINK_NO_ENOBUFS, …). 0 or a negative errno. */
int transport_option(struct transport *t, int option, int value);

#endif
