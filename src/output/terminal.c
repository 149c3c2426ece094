/* SPDX-License-Identifier: MIT */
#include "output/terminal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define USUAL_WIDTH 80

/* What a variable of the environment says; NULL when it is unset or empty. */
static const char *said(const char *name)
{
	const char *value = getenv(name);

	return value != NULL && *value != '\0' ? value : NULL;
}

/* The first of these that is set decides, as in setlocale(3). */
static bool locale_is_utf8(void)
{
	static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};

	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *value = said(names[i]);

		if (value == NULL)
			continue;
		return strcasestr(value, "utf-8") != NULL || strcasestr(value, "utf8") != NULL;
	}
	return false;
}

void terminal_look(struct terminal *terminal, int fd)
{
	const char *term = said("TERM");
	struct winsize size;

	*terminal = (struct terminal){.there = isatty(fd) != 0};
	if (!terminal->there)
		return;
	terminal->colours = said("NO_COLOR") == NULL && term != NULL && strcmp(term, "dumb") != 0;
	terminal->utf8 = locale_is_utf8();
	terminal->width = USUAL_WIDTH;
	if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		terminal->width = size.ws_col;
}
