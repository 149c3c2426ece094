/* SPDX-License-Identifier: MIT */
/*
 * A transport to a kernel that misbehaves on order. It takes each message of a
 * send and answers a dump or get by the datagrams given, a change by an ACK
 * where one is asked for; and the n-th send or receive, the n-th message, fails
 * as it was told. Counts begin at 1 and go over all sockets.
 */
#ifndef SEAMS_TRANSPORT_FAULT_H
#define SEAMS_TRANSPORT_FAULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct nlmsghdr;

#define FAULT_PORT 99

/* Forget all orders and counts. */
void fault_reset(void);

/* The next open, the n-th open, send or receive fails with a negative errno. */
void fault_open(int error);
void fault_open_nth(unsigned nth, int error);
void fault_send(unsigned nth, int error);
void fault_receive(unsigned nth, int error);

/* The n-th receive gives only the first `length` bytes of what would come. */
void fault_cut(unsigned nth, size_t length);

/*
 * A datagram that answers the next dump or get; sequence and port of its
 * messages are made to fit when `fit`.
 */
void fault_answer(const void *bytes, size_t length, bool fit);

/* Likewise of the n-th message sent; made to fit. */
void fault_answer_to(unsigned nth, const void *bytes, size_t length);

/* The n-th message sent is refused: a positive errno and the kernel's words ("" for none). */
void fault_refuse(unsigned nth, int error, const char *text);

/* The n-th message sent is not answered at all. */
void fault_swallow(unsigned nth);

/* What a socket's receive buffer is made to be at the most; 0: as large as asked for. */
void fault_receive_buffer(int size);

/* What a send may have, or a negative errno; 0: as much as asked for. */
void fault_send_room(int size);

/* What was sent so far: messages, and how many of them asked for an ACK. */
unsigned fault_messages(void);
const struct nlmsghdr *fault_message(unsigned nth); /* its first 256 bytes */
unsigned fault_acks_asked(void);

/* So many datagrams more have been dropped for want of room. */
void fault_drop(uint32_t datagrams);

/* The length of the socket filter that was attached last; 0: none. */
unsigned fault_filter_length(void);

/* The bit mask of the groups joined, 1 << (group - 1). */
unsigned fault_groups(void);

#endif
