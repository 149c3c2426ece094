/* SPDX-License-Identifier: MIT */
#include "commands/netlink_table.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctnetlink/socket.h"

#define NETFILTER 12 /* NETLINK_NETFILTER */

struct line {
	uint32_t port;
	uint32_t groups; /* the first 32, 1 << (NFNLGRP_… - 1) */
	unsigned long inode;
};

/* The number that begins a text, which is moved behind it and the blanks. */
static unsigned long take_number(char **text, int base)
{
	unsigned long number = strtoul(*text, text, base);

	*text += strspn(*text, " ");
	return number;
}

static void pass_word(char **text)
{
	*text += strcspn(*text, " ");
	*text += strspn(*text, " ");
}

/* The next netfilter socket of the file. */
static bool next_line(FILE *file, struct line *out)
{
	char text[256];

	while (fgets(text, sizeof(text), file) != NULL) {
		char *rest = text;
		unsigned long protocol;

		/* sk Eth Pid Groups Rmem Wmem Dump Locks Drops Inode */
		pass_word(&rest);
		protocol = take_number(&rest, 10);
		out->port = (uint32_t)take_number(&rest, 10);
		out->groups = (uint32_t)take_number(&rest, 16);
		for (unsigned i = 0; i < 5; i++)
			pass_word(&rest);
		out->inode = take_number(&rest, 10);
		if (protocol == NETFILTER && out->inode != 0)
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
