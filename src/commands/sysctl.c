/* SPDX-License-Identifier: MIT */
#include "commands/sysctl.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int sysctl_open(const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "/proc/sys/net/netfilter/%s", name);
	return open(path, O_RDONLY | O_CLOEXEC);
}

long sysctl_read(int descriptor)
{
	char text[32];
	ssize_t n = descriptor < 0 ? -1 : pread(descriptor, text, sizeof(text) - 1, 0);

	if (n <= 0)
		return -1;
	text[n] = '\0';
	return strtol(text, NULL, 10);
}

void sysctl_close(int descriptor)
{
	if (descriptor >= 0)
		close(descriptor);
}

long sysctl_number(const char *name)
{
	int descriptor = sysctl_open(name);
	long value = sysctl_read(descriptor);

	sysctl_close(descriptor);
	return value;
}
