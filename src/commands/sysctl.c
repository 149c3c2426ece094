/* SPDX-License-Identifier: MIT */
#include "commands/sysctl.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

long sysctl_number(const char *name)
{
	char path[128];
	char text[32];
	long value = -1;
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/sys/net/netfilter/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	n = read(fd, text, sizeof(text) - 1);
	if (n > 0) {
		text[n] = '\0';
		value = strtol(text, NULL, 10);
	}
	close(fd);
	return value;
}
