/* SPDX-License-Identifier: MIT */
/*
 * --resolve: names for addresses by getnameinfo(3), asked for by a few threads
 * beside the output, which waits for them a few seconds in all. Each address is
 * asked for once, and so many addresses at the most. Names of ports come from
 * the system's list of services.
 */
#ifndef COMMANDS_RESOLVE_H
#define COMMANDS_RESOLVE_H

#include "output/output.h"

/*
 * Start the threads, which stay in the network namespace of the moment. NULL:
 * there is no memory; numbers will do.
 */
struct names *resolve_start(void);

#endif
