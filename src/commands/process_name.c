/* SPDX-License-Identifier: MIT */
#include "commands/process_name.h"

#include <ctype.h>
#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "commands/netlink_table.h"

static bool read_name(const char *pid, char name[static PROCESS_NAME_SIZE])
{
	char path[64];
	FILE *file;
	bool found;

	snprintf(path, sizeof(path), "/proc/%.20s/comm", pid);
	file = fopen(path, "re");
	if (file == NULL)
		return false;
	found = fgets(name, PROCESS_NAME_SIZE, file) != NULL;
	fclose(file);
	if (found)
		name[strcspn(name, "\n")] = '\0';
	return found;
}

/* 1: the process has that socket; 0: it has not; -1: it is gone, or not ours to see. */
static int process_has_socket(const char *pid, unsigned long inode)
{
	char path[64], wanted[48], target[48];
	const struct dirent *entry;
	int found = 0;
	DIR *directory;

	snprintf(path, sizeof(path), "/proc/%.20s/fd", pid);
	snprintf(wanted, sizeof(wanted), "socket:[%lu]", inode);
	directory = opendir(path);
	if (directory == NULL)
		return -1;
	while (found == 0 && (entry = readdir(directory)) != NULL) {
		ssize_t n = readlinkat(dirfd(directory), entry->d_name, target, sizeof(target) - 1);

		if (n > 0) {
			target[n] = '\0';
			found = strcmp(target, wanted) == 0;
		}
	}
	closedir(directory);
	return found;
}

static bool search_processes(unsigned long inode, char name[static PROCESS_NAME_SIZE])
{
	const struct dirent *entry;
	bool found = false;
	DIR *directory = opendir("/proc");

	if (directory == NULL)
		return false;
	while (!found && (entry = readdir(directory)) != NULL) {
		if (isdigit((unsigned char)entry->d_name[0]) &&
			process_has_socket(entry->d_name, inode) == 1)
			found = read_name(entry->d_name, name);
	}
	closedir(directory);
	return found;
}

/*
 * The kernel gives the first socket of a process the process id as its port
 * (netlink_autobind()), so that process is looked at first and at once: it may
 * be about to end. When it is not the one (another pid namespace, a second
 * socket), all are searched.
 */
bool process_name(uint32_t port, char name[static PROCESS_NAME_SIZE])
{
	char pid[16];
	unsigned long inode;
	bool candidate;

	snprintf(pid, sizeof(pid), "%" PRIu32, port);
	candidate = read_name(pid, name);
	inode = netlink_table_inode(port);
	if (candidate && (inode == 0 || process_has_socket(pid, inode) != 0))
		return true;
	return inode != 0 && search_processes(inode, name);
}
