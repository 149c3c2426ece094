/* SPDX-License-Identifier: MIT */
#include "commands/netlink_table.h"

#include <inttypes.h>
#include <stdio.h>

#include "ctnetlink/socket.h"

#define NETFILTER 12 /* NETLINK_NETFILTER */

struct line {
	uint32_t port;
	uint32_t groups; /* the first 32, 1 << (NFNLGRP_… - 1) */
	unsigned long inode;
};

/* The next netfilter socket of the file. */
static bool next_line(FILE *file, struct line *out)
{
	char text[256];

	while (fgets(text, sizeof(text), file) != NULL) {
		unsigned protocol;

		/* sk Eth Pid Groups Rmem Wmem Dump Locks Drops Inode */
		if (sscanf(text, "%*s %u %" SCNu32 " %" SCNx32 " %*s %*s %*s %*s %*s %lu",
			    &protocol, &out->port, &out->groups, &out->inode) == 4 &&
			protocol == NETFILTER)
			return true;
	}
	return false;
}

unsigned long netlink_table_inode(uint32_t port)
{
	FILE *file = fopen("/proc/net/netlink", "re");
	unsigned long inode = 0;
	struct line line;

	if (file == NULL)
		return 0;
	while (inode == 0 && next_line(file, &line)) {
		if (line.port == port)
			inode = line.inode;
	}
	fclose(file);
	return inode;
}

bool netlink_table_has_listener(void)
{
	const uint32_t flows = CT_GROUP_NEW | CT_GROUP_UPDATE | CT_GROUP_DESTROY;
	FILE *file = fopen("/proc/net/netlink", "re");
	bool found = false;
	struct line line;

	if (file == NULL)
		return false;
	while (!found && next_line(file, &line))
		found = (line.groups & (flows | CT_GROUPS_EXPECTATION)) != 0;
	fclose(file);
	return found;
}
