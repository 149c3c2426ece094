/* SPDX-License-Identifier: MIT */
/*
 * Many changes of entries: asked for one by one, sent many at a time, each
 * outcome told; and what keeps a person from harm: --dry-run, --max, --undo.
 */
#ifndef COMMANDS_CHANGES_H
#define COMMANDS_CHANGES_H

#include "commands/session.h"
#include "commands/walk.h"
#include "ctnetlink/batch.h"
#include "ctnetlink/encode.h"

/*
 * The outcome of one change: error 0, or a positive errno. entry is the
 * kernel's message about the entry as it was before; number came with it.
 * Returns 0 or a negative errno, which ends the changes.
 */
typedef int (*change_fn)(
	const struct ct_answer *answer, const struct nlmsghdr *entry, uint32_t number, void *data);

struct changes {
	struct session *session;
	struct batch batch;
	change_fn done;
	void *data;
	uint8_t *context; /* a number and an entry, on their way into the batch */
};

/* Opens s->change, too. 0, or EXIT_REFUSED after saying why not. */
int changes_open(struct changes *c, struct session *s, change_fn done, void *data);

/*
 * Ask for one change of an entry, which the kernel described by a message. In
 * a dry run it is told as done at once, in a count only counted. 0, or
 * a negative errno that ends the walk (-ECANCELED: no more may be changed).
 */
int changes_put(struct changes *c, encode_fn encode, const struct flow *flow, uint32_t number,
	const struct nlmsghdr *entry);

/* Send what is held. 0 or a negative errno. */
int changes_flush(struct changes *c);

/*
 * Say of how many changes the outcome is not known, and free. Nothing is sent;
 * whoever wants the rest sent flushes before.
 */
void changes_close(struct changes *c);

/* A command that changes what matches. */
struct bulk {
	walk_fn put;    /* given the struct changes as its data: changes_put() */
	change_fn done; /* given `data` */
	void *data;
	int (*finish)(void *data); /* or NULL: after the last outcome */
};

/* Walk the table, change what matches, end (session_end()). Returns the exit code. */
int walk_and_change(struct session *s, const struct bulk *bulk);

#endif
