/* SPDX-License-Identifier: MIT */
/*
 * Between the files of -R: lines that can go to the kernel together are held
 * and carried out as one, with the result that they would have one by one.
 */
#ifndef COMMANDS_LOAD_H
#define COMMANDS_LOAD_H

#include "commands/changes.h"
#include "commands/load_spool.h"
#include "commands/session.h"
#include "ctnetlink/batch.h"
#include "flow/filter_set.h"

/* How lines are carried out; consecutive ones of a kind make a group. */
enum load_kind {
	LOAD_NONE,
	LOAD_SINGLE, /* by itself, as on the command line */
	LOAD_CREATE, /* -I, -A: many to a send */
	LOAD_EXACT,  /* -D of a whole original tuple: looked up, no walk */
	LOAD_DELETE, /* -D: one walk for all */
	LOAD_UPDATE, /* -U: one walk for all */
};

/* One line of a group of deletions or updates. */
struct load_line {
	unsigned line;
	unsigned output_flags;
	const struct output_format *format;
	const struct label_map *labels;
	uint64_t count;      /* entries deleted or updated */
	uint32_t refused_id; /* of the last entry whose change was refused */
	bool refused;
};

/* What the file is at, for messages: "FILE:LINE: ". */
struct load_place {
	const char *path;
	char text[4200];
};

/* Set the place to a line, in front of the session's messages. */
void load_at(struct load_place *place, unsigned line);

/* ------------------------------------------------------- create (load_create.c) */

/* Lines by number, ascending. */
struct load_lines {
	uint32_t *lines;
	size_t count, room;
};

struct load_create {
	struct session *session;
	struct load_place *place;
	struct batch batch;
	bool open;
	bool failed;         /* a line was refused: nothing behind it stays */
	bool labels_checked; /* the kernel was asked once whether it keeps labels */
	bool patient;        /* an entry may wait for its master, which may come later */
	struct load_lines waiting;
	uint64_t existed; /* entries that were there already and were left as they are */
	uint64_t refused; /* of them, in a dry run, those of -I, which takes none */
	uint64_t created; /* in a dry run: or changed */
	uint64_t changed;
	uint64_t orphans; /* entries that were made without their master */
};

/*
 * Hold one -I or -A, as a message of the spool; carries out what is held when
 * that is enough. Exit code.
 */
int load_create_add(struct load_create *c, const struct spool_record *record);

/* The message of a line, for the spool. 0 or -EMSGSIZE. */
int load_create_encode(const struct request *request, unsigned line, struct spool_record *record);

/* Carry out what is held. The first line refused ends it: none behind it is done. */
int load_create_run(struct load_create *c);
void load_create_close(struct load_create *c);

/* --------------------------------------------- delete and update (load_group.c) */

struct load_group {
	struct session *session;
	struct load_place *place;
	enum load_kind kind;       /* LOAD_EXACT, LOAD_DELETE or LOAD_UPDATE */
	struct filter_set filters; /* by line */
	struct load_line *lines;
	size_t lines_room;
	struct flow *flows; /* by line; LOAD_EXACT: looked up, LOAD_UPDATE: asked for */
	size_t flows_room;
	struct changes changes;
	size_t last; /* line behind which none is carried out: one was refused */
};

/* Whether a group of the kind holds all it should; then run it first. */
bool load_group_full(const struct load_group *g);

/* Hold one line. 0 or -ENOMEM. */
int load_group_add(
	struct load_group *g, enum load_kind kind, const struct request *request, unsigned line);

/* Carry out and forget what is held. Exit code. */
int load_group_run(struct load_group *g);
void load_group_close(struct load_group *g);

#endif
