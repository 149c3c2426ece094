/* SPDX-License-Identifier: MIT */
/* transport_receive_many() of a transport that receives one datagram at a time. */
#ifndef SEAMS_RECEIVE_MANY_H
#define SEAMS_RECEIVE_MANY_H

#include <errno.h>

#include "ctnetlink/transport.h"

/* *deferred, 0 at first: an error that the next call has still to tell. */
static inline int receive_one_by_one(
	struct transport *t, int *deferred, struct transport_slot *slots, unsigned count)
{
	unsigned got = 0;

	while (got < count) {
		ssize_t length = *deferred;

		if (length == 0)
			length = transport_receive(t, slots[got].bytes, slots[got].size, 1);
		*deferred = 0;
		if (length < 0 && length != -EMSGSIZE) {
			/* As recvmmsg(2): what was received first counts, the error comes next. */
			if (got > 0 && length != -EAGAIN)
				*deferred = (int)length;
			return got > 0 ? (int)got : (int)length;
		}
		slots[got++].length = length;
	}
	return (int)got;
}

#endif
