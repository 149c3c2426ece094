/* SPDX-License-Identifier: MIT */
/*
 * Calls of the program that fail when a test says so. The linker leads each call
 * named in meson.build to its __wrap_ function here (--wrap), which counts it, and
 * makes one of them fail: without having done anything, as the system would.
 *
 * The board, a file that FAULTS names, is shared with tests/faults/run and with
 * forked children: which call is to fail and how, and which calls there were.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

struct mnl_socket;

/* Of a FILE of glibc: it has met an error (_IO_ERR_SEEN). */
#define STREAM_ERROR 0x20

/* tests/faults/run knows the same numbers and the same layout. */
enum manner {
	MANNER_USUAL,     /* the error that is likeliest */
	MANNER_OTHER,     /* another one */
	MANNER_INTERRUPT, /* EINTR, where it can come */
	MANNER_SHORT,     /* a read or write of less than was asked for */
};

#define BOARD_CALLS 65536

struct board {
	uint32_t manner;
	uint32_t nth;         /* the call to fail, from 1 on; 0: none */
	_Atomic uint32_t all; /* calls that could have failed in this manner */
	uint32_t struck;      /* whether one did */
	struct {
		char name[20];
		int32_t fd;
		uint64_t place; /* in the program, of the call */
	} call[BOARD_CALLS];
};

struct call {
	const char *name;
	int usual, other;
	bool waits;   /* a signal may interrupt it */
	bool partial; /* it may do a part of what it is asked to */
};

extern const char __executable_start[];

static struct board *board;

void *__real_mmap64(void *address, size_t size, int protection, int flags, int fd, off_t offset);
int __real_open64(const char *path, int flags, ...);
int __real_close(int fd);

/* What runs behind main() is not the program's: a build that counts coverage writes it there. */
static void drop_board(void)
{
	board = NULL;
}

__attribute__((constructor)) static void find_board(void)
{
	const char *path = getenv("FAULTS");
	void *bytes;
	int fd;

	if (path == NULL)
		return;
	fd = __real_open64(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		abort();
	bytes = __real_mmap64(NULL, sizeof(*board), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (bytes == MAP_FAILED)
		abort();
	__real_close(fd);
	if (atexit(drop_board) != 0)
		abort();
	board = bytes;
}

static bool concerned(const struct call *call)
{
	switch (board->manner) {
	case MANNER_INTERRUPT:
		return call->waits;
	case MANNER_SHORT:
		return call->partial;
	default:
		return true;
	}
}

/* Whether this call is the one to fail; errno says why, then. */
static bool fails(const struct call *call, int fd, const void *place)
{
	uint32_t before;

	if (board == NULL || !concerned(call))
		return false;
	before = atomic_fetch_add(&board->all, 1);
	if (before < BOARD_CALLS) {
		strncpy(board->call[before].name, call->name, sizeof(board->call[before].name) - 1);
		board->call[before].fd = fd;
		board->call[before].place = (uint64_t)((const char *)place - __executable_start);
	}
	if (before + 1 != board->nth)
		return false;
	board->struck = 1;
	errno = board->manner == MANNER_INTERRUPT ? EINTR
		: board->manner == MANNER_OTHER   ? call->other
						  : call->usual;
	return true;
}

static bool in_part(void)
{
	return board->manner == MANNER_SHORT;
}

static int break_stream(FILE *stream)
{
	stream->_flags |= STREAM_ERROR;
	return EOF;
}

/* A call of few arguments is led to more: what is read then is of no meaning to it. */
#define VARIADIC __attribute__((no_sanitize_address))

#define HERE __builtin_extract_return_addr(__builtin_return_address(0))

/* A call that returns `failure` when it fails. */
#define CALL(type, name, failure, usual, other, waits, fd, parameters, arguments)                  \
	type __real_##name parameters;                                                             \
	type __wrap_##name parameters;                                                             \
	type __wrap_##name parameters                                                              \
	{                                                                                          \
		static const struct call call = {#name, usual, other, waits, false};               \
                                                                                                   \
		if (fails(&call, fd, HERE))                                                        \
			return failure;                                                            \
		return __real_##name arguments;                                                    \
	}

/* --- memory ----------------------------------------------------------------- */

CALL(void *, malloc, NULL, ENOMEM, ENOMEM, false, -1, (size_t size), (size))
CALL(void *, calloc, NULL, ENOMEM, ENOMEM, false, -1, (size_t count, size_t size), (count, size))
CALL(void *, realloc, NULL, ENOMEM, ENOMEM, false, -1, (void *old, size_t size), (old, size))
CALL(char *, strdup, NULL, ENOMEM, ENOMEM, false, -1, (const char *text), (text))
CALL(void *, mmap64, MAP_FAILED, ENOMEM, EPERM, false, fd,
	(void *address, size_t size, int protection, int flags, int fd, off_t offset),
	(address, size, protection, flags, fd, offset))
CALL(int, munmap, -1, ENOMEM, EINVAL, false, -1, (void *address, size_t size), (address, size))

void *__real_mremap(void *old, size_t old_size, size_t size, int flags, ...);
void *__wrap_mremap(void *old, size_t old_size, size_t size, int flags, ...);
void *__wrap_mremap(void *old, size_t old_size, size_t size, int flags, ...)
{
	static const struct call call = {"mremap", ENOMEM, EAGAIN, false, false};

	return fails(&call, -1, HERE) ? MAP_FAILED : __real_mremap(old, old_size, size, flags);
}

/* --- files ------------------------------------------------------------------ */

int __wrap_open64(const char *path, int flags, ...);
int __wrap_open64(const char *path, int flags, ...)
{
	static const struct call call = {"open", EMFILE, EACCES, true, false};
	va_list arguments;
	mode_t mode;

	va_start(arguments, flags);
	mode = flags & O_CREAT ? va_arg(arguments, mode_t) : 0;
	va_end(arguments);
	return fails(&call, -1, HERE) ? -1 : __real_open64(path, flags, mode);
}

/* Linux closes the descriptor whatever it says. */
int __wrap_close(int fd);
int __wrap_close(int fd)
{
	static const struct call call = {"close", EIO, ENOSPC, true, false};
	bool failed = fails(&call, fd, HERE);
	int error = errno;
	int code = __real_close(fd);

	if (!failed)
		return code;
	errno = error;
	return -1;
}

ssize_t __real_read(int fd, void *bytes, size_t size);
ssize_t __wrap_read(int fd, void *bytes, size_t size);
ssize_t __wrap_read(int fd, void *bytes, size_t size)
{
	static const struct call call = {"read", EIO, EISDIR, true, true};

	if (!fails(&call, fd, HERE))
		return __real_read(fd, bytes, size);
	return in_part() ? __real_read(fd, bytes, size > 1 ? size / 2 : size) : -1;
}

ssize_t __real_write(int fd, const void *bytes, size_t size);
ssize_t __wrap_write(int fd, const void *bytes, size_t size);
ssize_t __wrap_write(int fd, const void *bytes, size_t size)
{
	static const struct call call = {"write", ENOSPC, EPIPE, true, true};

	if (!fails(&call, fd, HERE))
		return __real_write(fd, bytes, size);
	return in_part() ? __real_write(fd, bytes, size > 1 ? size / 2 : size) : -1;
}

CALL(ssize_t, pread64, -1, EIO, EACCES, true, fd, (int fd, void *bytes, size_t size, off_t at),
	(fd, bytes, size, at))
CALL(int, fstat64, -1, EIO, EOVERFLOW, false, fd, (int fd, struct stat *status), (fd, status))
CALL(int, stat64, -1, ENOMEM, EIO, false, -1, (const char *path, struct stat *status),
	(path, status))
CALL(int, fstatat64, -1, ENOMEM, EIO, false, fd,
	(int fd, const char *path, struct stat *status, int flags), (fd, path, status, flags))
CALL(ssize_t, readlinkat, -1, ENOMEM, EIO, false, fd,
	(int fd, const char *path, char *text, size_t size), (fd, path, text, size))
CALL(int, access, -1, ENOMEM, EIO, false, -1, (const char *path, int mode), (path, mode))
CALL(int, ftruncate64, -1, EIO, EINVAL, true, fd, (int fd, off_t size), (fd, size))
CALL(off_t, lseek64, -1, ESPIPE, EINVAL, false, fd, (int fd, off_t at, int from), (fd, at, from))
CALL(int, isatty, 0, ENOTTY, EBADF, false, fd, (int fd), (fd))
CALL(int, dup2, -1, EBADF, EMFILE, true, from, (int from, int to), (from, to))
CALL(DIR *, opendir, NULL, EMFILE, ENOMEM, false, -1, (const char *path), (path))
CALL(struct dirent *, readdir64, NULL, EIO, ENOMEM, false, -1, (DIR * directory), (directory))

int __real_fcntl64(int fd, int what, ...);
int __wrap_fcntl64(int fd, int what, ...);
VARIADIC int __wrap_fcntl64(int fd, int what, ...)
{
	static const struct call call = {"fcntl", EBADF, EINVAL, false, false};
	va_list arguments;
	long value;

	va_start(arguments, what);
	value = va_arg(arguments, long);
	va_end(arguments);
	return fails(&call, fd, HERE) ? -1 : __real_fcntl64(fd, what, value);
}

int __real_ioctl(int fd, unsigned long what, ...);
int __wrap_ioctl(int fd, unsigned long what, ...);
VARIADIC int __wrap_ioctl(int fd, unsigned long what, ...)
{
	static const struct call call = {"ioctl", ENOTTY, EINVAL, false, false};
	va_list arguments;
	void *value;

	va_start(arguments, what);
	value = va_arg(arguments, void *);
	va_end(arguments);
	return fails(&call, fd, HERE) ? -1 : __real_ioctl(fd, what, value);
}

/* --- streams ---------------------------------------------------------------- */

CALL(FILE *, fopen64, NULL, EMFILE, ENOENT, false, -1, (const char *path, const char *mode),
	(path, mode))
CALL(FILE *, tmpfile64, NULL, EMFILE, ENOSPC, false, -1, (void), ())
CALL(FILE *, open_memstream, NULL, ENOMEM, ENOMEM, false, -1, (char **text, size_t *size),
	(text, size))
CALL(char *, fgets, (break_stream(stream), NULL), EIO, EISDIR, true, -1,
	(char *text, int size, FILE *stream), (text, size, stream))
CALL(ssize_t, __getdelim, break_stream(stream), EIO, ENOMEM, true, -1,
	(char **text, size_t *size, int end, FILE *stream), (text, size, end, stream))
CALL(size_t, fread, (break_stream(stream), 0), EIO, EISDIR, true, -1,
	(void *bytes, size_t size, size_t count, FILE *stream), (bytes, size, count, stream))
CALL(size_t, fwrite, (break_stream(stream), 0), ENOSPC, EIO, true, -1,
	(const void *bytes, size_t size, size_t count, FILE *stream), (bytes, size, count, stream))
CALL(int, fputs, break_stream(stream), ENOSPC, ENOMEM, true, -1, (const char *text, FILE *stream),
	(text, stream))
CALL(int, fputc, break_stream(stream), ENOSPC, ENOMEM, true, -1, (int byte, FILE *stream),
	(byte, stream))
CALL(int, fflush, break_stream(stream), ENOSPC, EIO, true, -1, (FILE * stream), (stream))
CALL(int, fseeko64, -1, EIO, ESPIPE, true, -1, (FILE * stream, off_t at, int from),
	(stream, at, from))
CALL(int, setvbuf, -1, ENOMEM, EINVAL, false, -1,
	(FILE * stream, char *buffer, int mode, size_t size), (stream, buffer, mode, size))

int __wrap_fprintf(FILE *stream, const char *format, ...);
__attribute__((format(printf, 2, 3))) int __wrap_fprintf(FILE *stream, const char *format, ...)
{
	static const struct call call = {"fprintf", ENOSPC, ENOMEM, true, false};
	va_list arguments;
	int code;

	if (fails(&call, -1, HERE))
		return break_stream(stream);
	va_start(arguments, format);
	code = vfprintf(stream, format, arguments);
	va_end(arguments);
	return code;
}

int __real_fclose(FILE *stream);
int __wrap_fclose(FILE *stream);
int __wrap_fclose(FILE *stream)
{
	static const struct call call = {"fclose", ENOSPC, EIO, true, false};
	bool failed = fails(&call, -1, HERE);
	int error = errno;
	int code = __real_fclose(stream);

	if (!failed)
		return code;
	errno = error;
	return EOF;
}

/* --- sockets ---------------------------------------------------------------- */

CALL(struct mnl_socket *, mnl_socket_open2, NULL, EMFILE, EPROTONOSUPPORT, false, -1,
	(int bus, int flags), (bus, flags))
CALL(int, mnl_socket_bind, -1, EADDRINUSE, ENOMEM, false, -1,
	(struct mnl_socket * socket, unsigned groups, pid_t port), (socket, groups, port))
CALL(int, mnl_socket_setsockopt, -1, ENOPROTOOPT, EPERM, false, -1,
	(const struct mnl_socket *socket, int option, void *value, socklen_t size),
	(socket, option, value, size))
CALL(int, socketpair, -1, EMFILE, ENFILE, false, -1,
	(int domain, int type, int protocol, int *pair), (domain, type, protocol, pair))
CALL(int, setsockopt, -1, ENOMEM, EPERM, false, fd,
	(int fd, int level, int option, const void *value, socklen_t size),
	(fd, level, option, value, size))
CALL(int, getsockopt, -1, ENOPROTOOPT, ENOBUFS, false, fd,
	(int fd, int level, int option, void *value, socklen_t *size),
	(fd, level, option, value, size))
CALL(ssize_t, send, -1, ENOBUFS, ECONNREFUSED, true, fd,
	(int fd, const void *bytes, size_t size, int flags), (fd, bytes, size, flags))
CALL(ssize_t, sendto, -1, ENOBUFS, EPERM, true, fd,
	(int fd, const void *bytes, size_t size, int flags, const struct sockaddr *to,
		socklen_t length),
	(fd, bytes, size, flags, to, length))
CALL(ssize_t, recvmsg, -1, ENOBUFS, ENOMEM, true, fd, (int fd, struct msghdr *message, int flags),
	(fd, message, flags))
CALL(int, recvmmsg, -1, ENOBUFS, ENOMEM, true, fd,
	(int fd, struct mmsghdr *messages, unsigned count, int flags, struct timespec *limit),
	(fd, messages, count, flags, limit))
CALL(int, poll, -1, ENOMEM, EFAULT, true, -1, (struct pollfd * fds, nfds_t count, int limit),
	(fds, count, limit))

/* --- processes, threads, names ---------------------------------------------- */

CALL(pid_t, fork, -1, EAGAIN, ENOMEM, false, -1, (void), ())
CALL(pid_t, waitpid, -1, ECHILD, ECHILD, true, -1, (pid_t pid, int *status, int flags),
	(pid, status, flags))
CALL(int, signalfd, -1, EMFILE, ENODEV, false, -1, (int fd, const sigset_t *set, int flags),
	(fd, set, flags))
CALL(int, setns, -1, EPERM, EINVAL, false, fd, (int fd, int kind), (fd, kind))
CALL(ssize_t, getrandom, -1, ENOSYS, EAGAIN, true, -1, (void *bytes, size_t size, unsigned flags),
	(bytes, size, flags))
CALL(int, pthread_create, errno, EAGAIN, EPERM, false, -1,
	(pthread_t * thread, const pthread_attr_t *how, void *(*run)(void *), void *data),
	(thread, how, run, data))
CALL(int, pthread_attr_init, errno, ENOMEM, ENOMEM, false, -1, (pthread_attr_t * how), (how))
CALL(int, pthread_attr_setstacksize, errno, EINVAL, EINVAL, false, -1,
	(pthread_attr_t * how, size_t size), (how, size))
CALL(int, pthread_condattr_init, errno, ENOMEM, ENOMEM, false, -1, (pthread_condattr_t * how),
	(how))
CALL(int, pthread_cond_init, errno, ENOMEM, EAGAIN, false, -1,
	(pthread_cond_t * condition, const pthread_condattr_t *how), (condition, how))
CALL(int, pthread_mutex_init, errno, ENOMEM, EAGAIN, false, -1,
	(pthread_mutex_t * lock, const pthread_mutexattr_t *how), (lock, how))
CALL(int, getnameinfo, EAI_MEMORY, ENOMEM, EAGAIN, false, -1,
	(const struct sockaddr *address, socklen_t length, char *host, socklen_t host_size,
		char *service, socklen_t service_size, int flags),
	(address, length, host, host_size, service, service_size, flags))
CALL(struct protoent *, getprotobyname, NULL, EMFILE, ENOMEM, false, -1, (const char *name), (name))
CALL(struct servent *, getservbyname, NULL, EMFILE, ENOMEM, false, -1,
	(const char *name, const char *protocol), (name, protocol))
CALL(struct servent *, getservbyport, NULL, EMFILE, ENOMEM, false, -1,
	(int port, const char *protocol), (port, protocol))
CALL(struct tm *, localtime_r, NULL, EOVERFLOW, EOVERFLOW, false, -1,
	(const time_t *at, struct tm *when), (at, when))

int __real_prctl(int what, ...);
int __wrap_prctl(int what, ...);
VARIADIC int __wrap_prctl(int what, ...)
{
	static const struct call call = {"prctl", EINVAL, EPERM, false, false};
	va_list arguments;
	unsigned long value[4];

	va_start(arguments, what);
	for (int i = 0; i < 4; i++)
		value[i] = va_arg(arguments, unsigned long);
	va_end(arguments);
	return fails(&call, -1, HERE) ? -1
				      : __real_prctl(what, value[0], value[1], value[2], value[3]);
}

long __real_syscall(long number, ...);
long __wrap_syscall(long number, ...);
VARIADIC long __wrap_syscall(long number, ...)
{
	static const struct call call = {"syscall", ENOSYS, EPERM, false, false};
	va_list arguments;
	long value[6];

	va_start(arguments, number);
	for (int i = 0; i < 6; i++)
		value[i] = va_arg(arguments, long);
	va_end(arguments);
	return fails(&call, -1, HERE) ? -1
				      : __real_syscall(number, value[0], value[1], value[2],
						value[3], value[4], value[5]);
}
