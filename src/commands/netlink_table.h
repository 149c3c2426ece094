/* SPDX-License-Identifier: MIT */
/* /proc/net/netlink: who has which netlink socket in our network namespace. */
#ifndef COMMANDS_NETLINK_TABLE_H
#define COMMANDS_NETLINK_TABLE_H

#include <stdbool.h>
#include <stdint.h>

/* The inode of the netfilter socket with that port id; 0: there is none. */
unsigned long netlink_table_inode(uint32_t port);

/* Whether some netfilter socket has joined a group of conntrack events. */
bool netlink_table_has_listener(void);

#endif
