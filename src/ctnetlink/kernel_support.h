/* SPDX-License-Identifier: MIT */
/*
 * What the running kernel filters by itself. An old kernel does not refuse a
 * filter that it does not know: it ignores it, and a flush that was meant for
 * a few entries empties the table. So before a flush is filtered, the kernel
 * is asked something that only one which reads the filter refuses, and that
 * changes nothing on any.
 */
#ifndef CTNETLINK_KERNEL_SUPPORT_H
#define CTNETLINK_KERNEL_SUPPORT_H

#include "ctnetlink/kernel_filter.h"

/*
 * Whether a flush with this filter deletes what it says and nothing else:
 * 1 yes, 0 no or not known, or a negative errno of the socket.
 */
int kernel_flushes(const struct kernel_filter *filter);

#endif
