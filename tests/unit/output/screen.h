/* SPDX-License-Identifier: MIT */
/* A page that is a terminal of some width. */
#ifndef TESTS_OUTPUT_SCREEN_H
#define TESTS_OUTPUT_SCREEN_H

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>

#include "sample.h"

struct screen {
	struct output output;
	struct writer writer;
	char block[WRITER_RESERVE_MAX + 1];
	int master;
	int slave;
	char text[65536];
};

static inline void screen_open(
	struct screen *screen, const struct output_format *format, unsigned short width)
{
	const struct winsize size = {.ws_col = width, .ws_row = 50};
	struct termios modes;

	memset(screen, 0, sizeof(*screen));
	screen->master = posix_openpt(O_RDWR | O_NOCTTY);
	assert_true(screen->master >= 0);
	assert_int_equal(grantpt(screen->master), 0);
	assert_int_equal(unlockpt(screen->master), 0);
	screen->slave = open(ptsname(screen->master), O_RDWR | O_NOCTTY);
	assert_true(screen->slave >= 0);
	assert_int_equal(tcgetattr(screen->slave, &modes), 0);
	cfmakeraw(&modes);
	assert_int_equal(tcsetattr(screen->slave, TCSANOW, &modes), 0);
	assert_int_equal(ioctl(screen->slave, TIOCSWINSZ, &size), 0);
	writer_open(&screen->writer, screen->slave, screen->block, sizeof(screen->block));
	screen->output.format = format;
	screen->output.writer = &screen->writer;
	screen->output.now = SAMPLE_SECOND + 9;
	screen->output.moment = (SAMPLE_SECOND + 9) * NANOSECONDS;
	setenv("LC_ALL", "C.UTF-8", 1);
	setenv("TERM", "xterm", 1);
	setenv("NO_COLOR", "1", 1);
}

/* What was written, which must be less than a terminal holds. It comes in pieces. */
static inline const char *screen_text(struct screen *screen)
{
	struct pollfd there = {.fd = screen->master, .events = POLLIN};
	size_t used = 0;

	assert_int_equal(writer_flush(&screen->writer), 0);
	while (poll(&there, 1, 50) > 0) {
		ssize_t length =
			read(screen->master, screen->text + used, sizeof(screen->text) - 1 - used);

		assert_true(length > 0);
		used += (size_t)length;
	}
	screen->text[used] = '\0';
	return screen->text;
}

static inline void screen_close(struct screen *screen)
{
	close(screen->slave);
	close(screen->master);
}

#endif
