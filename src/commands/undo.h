/* SPDX-License-Identifier: MIT */
/* --undo FILE: what is deleted, as lines that -R makes entries of again. */
#ifndef COMMANDS_UNDO_H
#define COMMANDS_UNDO_H

#include "commands/session.h"

/* Open the file that the command line names, if it does. 0, or an exit code after saying why. */
int undo_open(struct session *s);

/* Something may be changed from here on: the file stays, whatever comes. */
void undo_begin(struct session *s);

/* Hold an entry that is about to be deleted; nothing without a file. */
void undo_write(struct session *s, const struct flow *flow);

/*
 * Write out all that is held. 0, or -ECANCELED after saying what cannot be
 * written: then nothing may be deleted.
 */
int undo_flush(struct session *s);

/*
 * Close, at the end of a command with this exit code: returned, or EXIT_REFUSED
 * after saying (once) what could not be written.
 */
int undo_close(struct session *s, int code);

#endif
