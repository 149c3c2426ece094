/* SPDX-License-Identifier: MIT */
/* Numbers of the kernel's settings in /proc/sys/net/netfilter. */
#ifndef COMMANDS_SYSCTL_H
#define COMMANDS_SYSCTL_H

/* The setting of a name ("nf_conntrack_max"); -1 when it cannot be had. */
long sysctl_number(const char *name);

/*
 * Likewise for a setting that is read again, maybe where files cannot be opened
 * any more. A descriptor of -1 has the number -1, and is not closed.
 */
int sysctl_open(const char *name);
long sysctl_read(int descriptor);
void sysctl_close(int descriptor);

#endif
