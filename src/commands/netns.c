/* SPDX-License-Identifier: MIT */
#include "commands/netns.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/message.h"
#include "base/parse.h"

/* Where ip-netns(8) mounts those with names. */
#define NAMED "/run/netns"

/* What a process has open of its own. */
#define OWN "/proc/thread-self/ns/net"

/* Larger than any process id (PID_MAX_LIMIT of linux/threads.h). */
#define PROCESS_MAX (4 * 1024 * 1024)

bool netns_is_all(const char *wanted)
{
	return wanted != NULL && strcmp(wanted, "all") == 0;
}

/* --- one -------------------------------------------------------------- */

static void path_of_process(char *path, size_t size, uint64_t process)
{
	snprintf(path, size, "/proc/%llu/ns/net", (unsigned long long)process);
}

/* Where a namespace lies: what has a slash is a path, a name comes before a number. */
static void path_of(const char *wanted, char *path, size_t size)
{
	uint64_t process;

	if (strchr(wanted, '/') != NULL) {
		snprintf(path, size, "%s", wanted);
		return;
	}
	snprintf(path, size, NAMED "/%s", wanted);
	if (access(path, F_OK) != 0 && parse_decimal(wanted, 1, PROCESS_MAX, &process) == 0)
		path_of_process(path, size, process);
}

static const char *why_not(int error)
{
	switch (error) {
	case ENOENT:
		return "there is none of that name, process or path";
	case EINVAL:
		return "that is no network namespace";
	case EPERM:
	case EACCES:
		return "one must be root (CAP_SYS_ADMIN) to act in another namespace";
	default:
		return strerror(error);
	}
}

int netns_enter(const struct session *s, const char *wanted)
{
	char path[4096];
	int fd, error = 0;

	path_of(wanted, path, sizeof(path));
	/* Of a pipe that nobody writes to, open(2) would wait. */
	fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET) < 0)
		error = errno;
	if (fd >= 0)
		close(fd);
	if (error == 0)
		return 0;
	message("%s--netns: '%s': %s", s->place, wanted, why_not(error));
	return EXIT_REFUSED;
}

/* --- all -------------------------------------------------------------- */

struct netns {
	dev_t device;
	ino_t inode;
	char name[256];   /* in NAMED, or the process id */
	uint64_t process; /* 0: it has a name */
};

struct netns_list {
	struct netns *netns;
	size_t count;
	size_t room;
	dev_t device; /* of namespaces */
};

static bool is_known(const struct netns_list *list, const struct stat *status)
{
	for (size_t i = 0; i < list->count; i++) {
		if (list->netns[i].inode == status->st_ino &&
			list->netns[i].device == status->st_dev)
			return true;
	}
	return false;
}

/* One that was not known yet. */
static int add(
	struct netns_list *list, const struct stat *status, const char *name, uint64_t process)
{
	struct netns *netns;

	if (list->count == list->room) {
		size_t room = list->room > 0 ? 2 * list->room : 16;

		netns = realloc(list->netns, room * sizeof(*netns));
		if (netns == NULL)
			return -ENOMEM;
		list->netns = netns;
		list->room = room;
	}
	netns = &list->netns[list->count++];
	netns->device = status->st_dev;
	netns->inode = status->st_ino;
	netns->process = process;
	snprintf(netns->name, sizeof(netns->name), "%s", name);
	return 0;
}

/*
 * What has gone since the folder was read, and what is not ours to see, is left
 * out. Any other failure could hide a namespace, so it is one of the whole.
 */
static int unless_hidden(int error)
{
	return error == ENOENT || error == ESRCH || error == EACCES || error == EPERM ? 0 : -error;
}

static int add_named(struct netns_list *list, int folder, const char *name)
{
	struct stat status;

	if (name[0] == '.')
		return 0;
	if (fstatat(folder, name, &status, 0) < 0)
		return unless_hidden(errno);
	/* What is only a file that was left is on another device. */
	if (status.st_dev != list->device || is_known(list, &status))
		return 0;
	return add(list, &status, name, 0);
}

static int add_process(struct netns_list *list, int folder, const char *name)
{
	struct stat status;
	char path[64];
	uint64_t process;

	(void)folder;
	if (parse_decimal(name, 1, PROCESS_MAX, &process) < 0)
		return 0;
	path_of_process(path, sizeof(path), process);
	if (stat(path, &status) < 0)
		return unless_hidden(errno);
	return is_known(list, &status) ? 0 : add(list, &status, name, process);
}

/* Each entry of a folder; where there is no such folder there is none. */
static int add_each(struct netns_list *list, const char *path,
	int (*add_entry)(struct netns_list *list, int folder, const char *name))
{
	DIR *directory = opendir(path);
	const struct dirent *entry;
	int error = 0;

	if (directory == NULL)
		return unless_hidden(errno);
	do {
		errno = 0;
		entry = readdir(directory);
		error = entry ? add_entry(list, dirfd(directory), entry->d_name) : -errno;
	} while (entry != NULL && error == 0);
	closedir(directory);
	return error;
}

/* Names by the alphabet, then processes by their ids. */
static int compare(const void *left, const void *right)
{
	const struct netns *a = left, *b = right;

	if (a->process != b->process)
		return a->process < b->process ? -1 : 1;
	return strcmp(a->name, b->name);
}

static int find_all(struct netns_list *list)
{
	struct stat status;
	int error;

	if (stat(OWN, &status) < 0)
		return -errno;
	list->device = status.st_dev;
	error = add_each(list, NAMED, add_named);
	/* readdir() of /proc gives processes in the order of their ids: the least comes first. */
	if (error == 0)
		error = add_each(list, "/proc", add_process);
	if (list->count > 0)
		qsort(list->netns, list->count, sizeof(*list->netns), compare);
	return error;
}

/* 0 when it is this namespace, -ENOENT when it is another one, or a negative errno. */
static int check_netns(int fd, const struct netns *netns)
{
	struct stat status;

	if (fstat(fd, &status) < 0)
		return -errno;
	return status.st_ino == netns->inode && status.st_dev == netns->device ? 0 : -ENOENT;
}

/*
 * The namespace as a descriptor. The name may mean another one by now, or none
 * (the process has ended): then there is nothing to be seen there. Where it
 * began is open already: if this process alone was there, nobody is by now.
 */
static int open_netns(const struct netns *netns, int home)
{
	char path[sizeof(NAMED) + sizeof(netns->name)];
	int fd, error;

	if (check_netns(home, netns) == 0) {
		fd = fcntl(home, F_DUPFD_CLOEXEC, 0);
		return fd < 0 ? -errno : fd;
	}
	if (netns->process != 0)
		path_of_process(path, sizeof(path), netns->process);
	else
		snprintf(path, sizeof(path), NAMED "/%s", netns->name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	error = check_netns(fd, netns);
	if (error == 0)
		return fd;
	close(fd);
	return error;
}

static int run_in(struct session *s, const struct netns *netns, int home,
	int (*fn)(struct session *s, void *data), void *data)
{
	int fd = open_netns(netns, home), error = fd < 0 ? -fd : 0;
	int code;

	if (error == ENOENT || error == ESRCH)
		return 0;
	if (error == 0 && setns(fd, CLONE_NEWNET) < 0)
		error = errno;
	if (fd >= 0)
		close(fd);
	if (error != 0) {
		message("%snetwork namespace %s: %s", s->place, netns->name, why_not(error));
		return EXIT_REFUSED;
	}
	session_close(s);
	s->netns = netns->name;
	s->output.netns = netns->name;
	code = fn(s, data);
	session_close(s);
	return code;
}

int netns_each(struct session *s, int (*fn)(struct session *s, void *data), void *data)
{
	/* Kept to the end of the program: flows bear the names. */
	static struct netns_list found;
	struct netns_list *list = &found;
	int home = open(OWN, O_RDONLY | O_CLOEXEC);
	int worst = 0, error;

	if (home < 0) {
		message("%s--netns: %s: %s", s->place, OWN, strerror(errno));
		return EXIT_REFUSED;
	}
	error = find_all(list);
	for (size_t i = 0; error == 0 && i < list->count && s->output.writer->error == 0; i++) {
		int code = run_in(s, &list->netns[i], home, fn, data);

		worst = code > worst ? code : worst;
	}
	s->netns = NULL;
	if (setns(home, CLONE_NEWNET) < 0 && error == 0 && list->count > 0)
		error = -errno;
	close(home);
	if (error == 0)
		return worst;
	message("%s--netns: %s", s->place, why_not(-error));
	return EXIT_REFUSED;
}

/* --- a walk ----------------------------------------------------------- */

struct each_walk {
	enum dump_kind kind;
	walk_fn fn;
	void *data;
};

static int walk_here(struct session *s, void *data)
{
	const struct each_walk *walk = data;

	return walk_table(s, walk->kind, walk->fn, walk->data);
}

int netns_walk(struct session *s, enum dump_kind kind, walk_fn fn, void *data)
{
	struct each_walk walk = {kind, fn, data};

	if (netns_is_all(s->request->netns))
		return netns_each(s, walk_here, &walk);
	return walk_table(s, kind, fn, data);
}
