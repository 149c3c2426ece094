/* SPDX-License-Identifier: MIT */
/* What the reader of the output is: a person at a terminal, or a program. */
#ifndef OUTPUT_TERMINAL_H
#define OUTPUT_TERMINAL_H

#include <stdbool.h>

struct terminal {
	bool there;     /* else a pipe or a file: no bars, nothing cut */
	bool colours;   /* not if NO_COLOR is set (no-color.org) or TERM is "dumb" */
	bool utf8;      /* by the locale of the environment */
	unsigned width; /* in characters; 0: no limit */
};

/* Look at a file descriptor and the environment. */
void terminal_look(struct terminal *terminal, int fd);

#endif
