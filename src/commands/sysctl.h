/* SPDX-License-Identifier: MIT */
/* Numbers of the kernel's settings in /proc/sys/net/netfilter. */
#ifndef COMMANDS_SYSCTL_H
#define COMMANDS_SYSCTL_H

/* The setting of a name ("nf_conntrack_max"); -1 when it cannot be had. */
long sysctl_number(const char *name);

#endif
