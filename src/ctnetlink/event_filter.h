/* SPDX-License-Identifier: MIT */
/*
 * A filter as a classic BPF program for the event socket, so that the kernel
 * does not even queue what is not wanted. Only ever leaves out what our own
 * filter would leave out as well: a term that cannot be expressed, and a
 * message that is not understood, pass.
 */
#ifndef CTNETLINK_EVENT_FILTER_H
#define CTNETLINK_EVENT_FILTER_H

#include <linux/filter.h>
#include <stdbool.h>

#include "flow/filter.h"

/* More than any filter of the option table makes; the kernel takes 4096. */
#define EVENT_FILTER_MAX 1024

struct event_filter {
	unsigned length;
	bool full; /* it did not fit: not to be used */
	struct sock_filter code[EVENT_FILTER_MAX];
};

/*
 * Make the program for events of flows. groups is a mask of enum ct_group: an
 * event of another kind is left out. False when no term of the filter can be
 * expressed (or the program would be too long): attach none.
 */
bool event_filter_build(const struct filter *filter, unsigned groups, struct event_filter *out);

/* The program that leaves out everything. */
void event_filter_nothing(struct event_filter *out);

#endif
