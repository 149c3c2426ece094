/* SPDX-License-Identifier: MIT */
/*
 * A process that looks up the names of programs for one that may not open files
 * any more. It gets a port id and gives a name, and knows nothing else.
 */
#ifndef COMMANDS_NAME_HELPER_H
#define COMMANDS_NAME_HELPER_H

#include <stdint.h>

/* Start it. 0 or a negative errno. */
int name_helper_start(void);

/*
 * The name of a program that has a netlink socket with this port id, or NULL
 * when there is none (any more), no helper, or none that answers within a second.
 * Remembered until the port has said nothing for a second or two; valid until the
 * next call.
 */
const char *name_helper_ask(uint32_t port);

/* End it; nothing happens when there is none. */
void name_helper_end(void);

#endif
