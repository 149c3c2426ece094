/* SPDX-License-Identifier: MIT */
/* Who holds a netlink port: the name of the program behind an event. */
#ifndef COMMANDS_PROCESS_NAME_H
#define COMMANDS_PROCESS_NAME_H

#include <stdint.h>

/*
 * The name of a process that has a netfilter netlink socket with this port id
 * in our network namespace, or NULL when there is none (any more). Looked up
 * once a port and remembered; valid until the next call.
 */
const char *process_name(uint32_t port);

#endif
