/* SPDX-License-Identifier: MIT */
/* Times as one number: nanoseconds. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

/* Nanoseconds of a second. */
#define NANOSECONDS UINT64_C(1000000000)

/* A time, or a span of one, that is not negative. Seconds beyond the year 2554 wrap around. */
static inline uint64_t nanoseconds_of(struct timespec time)
{
	return (uint64_t)time.tv_sec * NANOSECONDS + (uint64_t)time.tv_nsec;
}

#endif
