/* SPDX-License-Identifier: MIT */
/*
 * Words to the person, on stderr. One message is one write(2), so that lines
 * of several processes do not mix. Control codes, newlines among them, are
 * shown escaped (\xHH): they are of somebody's words, which shall neither act on
 * a terminal nor pass for a line of ours.
 */
#ifndef BASE_MESSAGE_H
#define BASE_MESSAGE_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

/* "conntrack v2.0.0 (conntrack)": what -V prints and what errors begin with. */
extern const char message_program[];

/* Exit codes of the program: scripts go by them. */
enum exit_code {
	EXIT_DONE = 0,
	EXIT_REFUSED = 1, /* the kernel refused, a file failed, nothing was hit */
	EXIT_USAGE = 2,   /* bad command line */
	EXIT_PARTLY = 3,  /* --strict: some of it failed, some of it was done */
	EXIT_LOST = 3,    /* with --strict: events were lost */
};

/*
 * How many bytes the character at text has, which is not empty, and whether a
 * terminal shows it: not a control code, of which the second set (U+0080 to
 * U+009F) has two bytes in UTF-8, and not a byte that is no character.
 */
size_t character_length(const char *text, bool *shown);

/* What is wrong with the person's words; filled by the cli room, printed once. */
struct complaint {
	char text[1024];
};

/*
 * Fill a complaint (cut at its size, control and stray bytes escaped). Returns -1, so
 * that a parser can `return complain(…)`.
 */
int complain(struct complaint *c, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Two lines more of a complaint, indented, behind what it has; escaped, and both or none. */
void complain_lines(struct complaint *c, const char *first, const char *second);

/* Put the place in front that a complaint is about; escaped, and the end is cut. */
void complain_at(struct complaint *c, const char *place);

/* PROGRAM: text, newline: counts, errors. */
void message(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The text alone and a newline: warnings and notices ("WARNING: …"). */
void message_plain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * A complaint as the person sees it: PROGRAM: text, newline, and on a line of
 * its own the pointer to --help. Returns EXIT_USAGE.
 */
int message_usage(const struct complaint *c);

/* Its two parts, where several complaints share a pointer or none is of use. */
void message_complaint(const struct complaint *c);
int message_pointer(void);

/*
 * Whether some message could not be written (stderr closed or full). The exit
 * code then must not be 0.
 */
int message_failed(void);

#endif
