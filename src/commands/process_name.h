/* SPDX-License-Identifier: MIT */
/* Who holds a netlink port: the name of the program behind an event. */
#ifndef COMMANDS_PROCESS_NAME_H
#define COMMANDS_PROCESS_NAME_H

#include <stdbool.h>
#include <stdint.h>

#define PROCESS_NAME_SIZE 17 /* TASK_COMM_LEN and a newline */

/*
 * The name of a process that has a netfilter netlink socket with this port id
 * in our network namespace. False when there is none (any more).
 */
bool process_name(uint32_t port, char name[static PROCESS_NAME_SIZE]);

#endif
