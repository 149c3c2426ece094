/* SPDX-License-Identifier: MIT */
/* -R: run the commands of a file; all are checked before the first is run. */
#include "commands/load.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/message.h"
#include "cli/cli.h"
#include "cli/load_file.h"
#include "commands/explain.h"
#include "commands/run.h"
#include "flow/protocol.h"

/* How many lines that are not in order are told one by one. */
#define LINES_REPORTED 20

struct load {
	struct session *session;
	struct cli *cli;
	struct load_file file;
	struct load_place place;
	struct spool spool;
	char *words; /* room for the words of one line */
	size_t words_room;
	bool skip_existing;  /* --skip-existing behind -R: of all lines */
	uint64_t bad;        /* lines that are not in order */
	enum load_kind kind; /* of the lines that are held */
	struct load_create create;
	struct load_group group;
};

void load_at(struct load_place *place, unsigned line)
{
	snprintf(place->text, sizeof(place->text), "%s:%u: ", place->path, line);
}

/* Say what is wrong with the line, unless many were wrong before it. Returns -1. */
static int refuse_line(struct load *load, struct complaint *complaint)
{
	if (!load->file.broken && ++load->bad > LINES_REPORTED)
		return -1;
	load_at(&load->place, load->file.line);
	complain_at(complaint, load->place.text);
	message_complaint(complaint);
	return -1;
}

/* Whether --undo, if it is given, keeps what a line deletes: entries alone. */
static bool is_undoable(const struct load *load, const struct request *request)
{
	return load->session->given->undo_path == NULL || request->table != TABLE_EXPECT ||
	       request->command != COMMAND_DELETE;
}

/*
 * Read the next line into a request: 1, 0 at the end of the file, or -1 after
 * saying what is wrong with it.
 */
static int next_request(struct load *load, struct request *request)
{
	struct complaint complaint;
	int found = load_file_next(&load->file, &complaint);

	if (found == 0)
		return 0;
	if (found < 0)
		return refuse_line(load, &complaint);
	/* It may stand in front of the command on every line that was copied from a shell. */
	if (strcmp(load->file.words[1], load->file.words[0]) == 0)
		complain(&complaint, "'%s': a line begins with its command, as -A or -D",
			load->file.words[1]);
	else if (cli_parse(load->cli, load->file.count, load->file.words, true, request,
			 &complaint) == 0) {
		if (is_undoable(load, request))
			return 1;
		complain(&complaint, "-D expect: --undo does not keep it");
	}
	return refuse_line(load, &complaint);
}

/* The words of a line, each with its NUL, one after the other. */
static int spool_words(struct load *load)
{
	const struct load_file *file = &load->file;
	size_t length = 0;
	struct spool_record record = {.line = file->line};

	for (int i = 1; i < file->count; i++)
		length += strlen(file->words[i]) + 1;
	if (length > load->words_room) {
		char *larger = realloc(load->words, length);

		if (larger == NULL)
			return -ENOMEM;
		load->words = larger;
		load->words_room = length;
	}
	record.bytes = load->words;
	for (int i = 1; i < file->count; i++) {
		size_t size = strlen(file->words[i]) + 1;

		memcpy(load->words + record.length, file->words[i], size);
		record.length += (uint32_t)size;
	}
	return spool_put(&load->spool, &record);
}

/* A line that is in order goes to the spool: a create as its message. */
static int spool_line(struct load *load, const struct request *request)
{
	struct spool_record record;
	int error;

	if (request->table != TABLE_CONNTRACK ||
		(request->command != COMMAND_CREATE && request->command != COMMAND_ADD))
		return spool_words(load);
	error = load_create_encode(request, load->file.line, &record);
	return error ? error : spool_put(&load->spool, &record);
}

/* Of a file that is not in order nothing is done. */
static int tell_bad(const struct load *load)
{
	if (load->bad > LINES_REPORTED)
		message("%s: and %" PRIu64 " more lines that are not in order", load->place.path,
			load->bad - LINES_REPORTED);
	return load->bad > 0 ? message_pointer() : EXIT_USAGE;
}

static int check_lines(struct load *load)
{
	struct request request;
	int found, error = 0;

	while (error == 0 && !load->file.broken && (found = next_request(load, &request)) != 0) {
		if (found < 0 || load->bad > 0)
			continue;
		request.skip_existing |= load->skip_existing;
		error = spool_line(load, &request);
	}
	if (load->bad > 0 || load->file.broken)
		return tell_bad(load);
	if (error == 0)
		error = spool_rewind(&load->spool);
	if (error != 0) {
		message("cannot keep the lines of %s: %s", load->place.path, strerror(-error));
		return EXIT_REFUSED;
	}
	return EXIT_DONE;
}

/* What a filter names of an entry. */
enum named {
	NAMED_SOME, /* not all of the tuple, or other things */
	NAMED_BARE, /* addresses and protocol: all of an entry that the kernel tracks by no more */
	NAMED_EXACTLY, /* the whole original tuple */
};

/* What is named of the original tuple goes to *flow with the zone. */
static enum named names_of(const struct filter *filter, struct flow *flow)
{
	const struct protocol *protocol;
	struct tuple *tuple = &flow->tuple[ORIGINAL];
	unsigned needed = TUPLE_ADDRESSES | TUPLE_PROTOCOL;

	*tuple = (struct tuple){0};
	flow->tuple[REPLY].present = 0;
	flow->present = 0;
	if (filter_rest_asks_zone(filter))
		return NAMED_SOME;
	for (unsigned i = 0; i < filter->count; i++) {
		const struct term *t = &filter->term[i];

		if (t->kind == TERM_TUPLE_ZONE)
			return NAMED_SOME;
		if (t->kind == TERM_ZONE && t->number != 0) {
			flow->zone = (uint16_t)t->number;
			flow->present |= FLOW_ZONE;
		}
		if (t->direction == ORIGINAL)
			term_fill_tuple(t, tuple);
	}
	if ((tuple->present & needed) != needed)
		return NAMED_SOME;
	protocol = protocol_by_number(tuple->protocol);
	if (protocol == NULL)
		return NAMED_EXACTLY;
	if (protocol->optional && (tuple->present & TUPLE_PARTS) == 0)
		return NAMED_BARE;
	needed = ((1u << protocol->part_count) - 1) * TUPLE_PART;
	return (tuple->present & needed) == needed ? NAMED_EXACTLY : NAMED_SOME;
}

/*
 * A -D or -U line that names all of an entry means the one that the kernel finds by
 * it: in the zone that it names, else in zone 0, of the original direction.
 */
static void add_zone(struct filter *filter, const struct flow *named)
{
	static const enum term_kind kinds[] = {TERM_ZONE, TERM_TUPLE_ZONE};

	if (named->present & FLOW_ZONE)
		return;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct term *t = filter_add(filter, kinds[i]);

		if (t != NULL) {
			t->direction = ORIGINAL;
			t->number = 0;
		}
	}
}

/*
 * A condition more only narrows what a line means, so this comes before all else that
 * the line has. Of -D, what is named goes to the request, to be looked up.
 */
static enum named settle_zone(struct request *request)
{
	struct flow found;
	struct flow *flow = request->command == COMMAND_DELETE ? &request->flow : &found;
	enum named named = names_of(&request->filter, flow);

	if (named == NAMED_EXACTLY)
		add_zone(&request->filter, flow);
	/* Where the kernel does track the protocol, the line names less than an entry. */
	if (named == NAMED_BARE && (flow->present & FLOW_ZONE) == 0)
		filter_add(&request->filter, TERM_BARE_ZONE);
	return named;
}

/* Records of such a format stand alone: lines of several commands may mix. */
static bool can_mix(const struct request *request)
{
	return request->format->begin == NULL && request->format->end == NULL &&
	       request->labels == NULL;
}

static enum load_kind kind_of(const struct load *load, struct request *request)
{
	enum named named;

	if (request->table != TABLE_CONNTRACK ||
		(request->command != COMMAND_DELETE && request->command != COMMAND_UPDATE))
		return LOAD_SINGLE;
	named = settle_zone(request);
	/* An expression is no set of terms, which a group of lines is. */
	if (request->expression != NULL || !can_mix(request))
		return LOAD_SINGLE;
	if (request->command == COMMAND_UPDATE)
		return LOAD_UPDATE;
	/* A walk that has to be made takes it along. */
	return named == NAMED_EXACTLY && load->kind != LOAD_DELETE ? LOAD_EXACT : LOAD_DELETE;
}

/* Carry out the lines that are held. */
static int run_held(struct load *load)
{
	enum load_kind kind = load->kind;

	load->kind = LOAD_NONE;
	switch (kind) {
	case LOAD_CREATE:
		return load_create_run(&load->create);
	case LOAD_EXACT:
	case LOAD_DELETE:
	case LOAD_UPDATE:
		return load_group_run(&load->group);
	default:
		return EXIT_DONE;
	}
}

/* Carry out what is held when a line of this kind cannot join it. */
static int make_way(struct load *load, enum load_kind kind)
{
	if (kind == load->kind && (kind == LOAD_CREATE || !load_group_full(&load->group)))
		return EXIT_DONE;
	return run_held(load);
}

static int hold(
	struct load *load, enum load_kind kind, const struct request *request, unsigned line)
{
	int code = make_way(load, kind);

	if (code != EXIT_DONE)
		return code;
	load->kind = kind;
	if (load_group_add(&load->group, kind, request, line) == 0)
		return EXIT_DONE;
	message("%s", strerror(ENOMEM));
	return EXIT_REFUSED;
}

static int run_create_line(struct load *load, const struct spool_record *record)
{
	int code = make_way(load, LOAD_CREATE);

	if (code != EXIT_DONE)
		return code;
	load->kind = LOAD_CREATE;
	return load_create_add(&load->create, record);
}

/* The words of a record again as an argument vector; 0 or -ENOMEM. */
static int words_of(struct load *load, const struct spool_record *record)
{
	char *word = load->words;
	const char *end;
	struct load_file *file = &load->file;

	if (record->length > load->words_room)
		return -ENOMEM;
	memcpy(load->words, record->bytes, record->length);
	end = load->words + record->length;
	load_file_begin(file, record->line);
	while (word < end) {
		if (load_file_add(file, word) < 0)
			return -ENOMEM;
		word += strlen(word) + 1;
	}
	return 0;
}

/* A line by itself; of what the kernel flushed there is no count. */
static int run_single(struct load *load, const struct request *request)
{
	struct session *s = load->session;
	uint64_t before = s->done;
	int code = run_request(s, request);

	if (s->given->explain && request->table == TABLE_CONNTRACK && s->account.dumps > 0)
		explain_line(s, s->done - before);
	s->request = s->given;
	return code;
}

static int run_words_line(struct load *load, const struct spool_record *record)
{
	struct request request;
	struct complaint complaint;
	enum load_kind kind;
	int code;

	load_at(&load->place, record->line);
	if (words_of(load, record) < 0 || cli_parse(load->cli, load->file.count, load->file.words,
						  true, &request, &complaint) < 0) {
		message("%scannot be read a second time", load->place.text);
		return EXIT_REFUSED;
	}
	request.skip_existing |= load->skip_existing;
	kind = kind_of(load, &request);
	if (kind != LOAD_SINGLE)
		return hold(load, kind, &request, record->line);
	code = run_held(load);
	if (code != EXIT_DONE)
		return code;
	load_at(&load->place, record->line);
	return run_single(load, &request);
}

/*
 * One pass over the lines, or over those of `only` alone. The first line that
 * is refused ends the load; what was done stays.
 */
static int run_pass(struct load *load, const struct load_lines *only)
{
	struct spool_record record;
	int code = EXIT_DONE;
	int found = 0;
	size_t at = 0;

	while (code == EXIT_DONE && (found = spool_next(&load->spool, &record)) > 0) {
		if (only != NULL && (at == only->count || only->lines[at] != record.line))
			continue;
		at++;
		code = record.flags & SPOOL_MESSAGE ? run_create_line(load, &record)
						    : run_words_line(load, &record);
	}
	if (code == EXIT_DONE && found < 0) {
		message("cannot read the lines of %s back: %s", load->place.path, strerror(-found));
		code = EXIT_REFUSED;
	}
	return code == EXIT_DONE ? run_held(load) : code;
}

/*
 * A table is listed in no order, so an entry may stand before the one that
 * expected it: those that found no master come again, as long as that helps.
 */
static int run_waiting(struct load *load)
{
	struct load_lines last = {0};
	int code = EXIT_DONE;

	while (code == EXIT_DONE && load->create.waiting.count > 0) {
		free(last.lines);
		last = load->create.waiting;
		load->create.waiting = (struct load_lines){0};
		code = spool_rewind(&load->spool) == 0 ? run_pass(load, &last) : EXIT_REFUSED;
		load->create.patient = load->create.waiting.count < last.count;
	}
	free(last.lines);
	if (load->create.orphans > 0)
		message_plain("WARNING: %s: %" PRIu64 " entries were made without the connection "
			      "that expected them, which does not exist",
			load->place.path, load->create.orphans);
	return code;
}

static int run_lines(struct load *load)
{
	int code;

	load->create.patient = true;
	code = run_pass(load, NULL);
	return code == EXIT_DONE ? run_waiting(load) : code;
}

/* --max: whether all lines together ask for so few changes. */
static int count_first(struct load *load)
{
	struct session *s = load->session;
	int code;

	s->mode = CHANGE_COUNT;
	code = run_lines(load);
	s->mode = CHANGE_REAL;
	if (s->touched > s->given->maximum) {
		message("%s: more than %" PRIu64 " entries would be changed; nothing was done",
			load->place.path, s->given->maximum);
		code = EXIT_REFUSED;
	}
	session_forget(s);
	load->create.created = load->create.existed = load->create.refused = 0;
	if (code == EXIT_DONE && spool_rewind(&load->spool) < 0)
		code = EXIT_REFUSED;
	return code;
}

static int check_and_run(struct load *load)
{
	const struct session *s = load->session;
	int code = check_lines(load);

	if (code == EXIT_DONE && s->given->maximum != UINT64_MAX && s->mode == CHANGE_REAL)
		code = count_first(load);
	if (code == EXIT_DONE)
		code = run_lines(load);
	if (code == EXIT_DONE && s->mode == CHANGE_DRY && s->touched > s->given->maximum) {
		message("%s: more than the %" PRIu64 " of --max would be changed: nothing would "
			"be done",
			load->place.path, s->given->maximum);
		code = EXIT_REFUSED;
	}
	return code;
}

/* --explain, --dry-run: what it came to. */
static void tell_result(const struct load *load)
{
	const struct session *s = load->session;
	const struct load_create *c = &load->create;

	if (s->mode == CHANGE_DRY && s->untried > 0)
		message("%s: %" PRIu64 " lines about expectations are not tried", load->place.path,
			s->untried);
	if (s->mode == CHANGE_DRY && c->existed > 0)
		message("%s: %" PRIu64 " flow entries exist already%s", load->place.path,
			c->existed,
			c->refused > 0 ? ", and -I is refused where its entry still exists then"
				       : "");
	if (s->mode == CHANGE_DRY)
		message("%s: %" PRIu64 " flow entries would have been created or changed, %" PRIu64
			" updated, deleted or flushed.",
			load->place.path, c->created, s->done);
	else if (s->given->explain)
		message_plain("explain: %s: %" PRIu64 " entries created, %" PRIu64
			      " changed by -A, %" PRIu64 " existed already and left as they are, "
			      "%" PRIu64 " updated, deleted or flushed",
			load->place.path, c->created, c->changed, c->existed, s->done);
}

/* --strict: whether all failed or some. */
static int exit_code(const struct load *load, int code)
{
	const struct session *s = load->session;
	bool some = s->done + load->create.created + load->create.changed > 0;

	return code == EXIT_REFUSED && s->given->strict && s->mode == CHANGE_REAL && some
		       ? EXIT_PARTLY
		       : code;
}

int run_load(struct session *s, struct cli *cli)
{
	const char *path = s->request->load_path;
	struct load load = {
		.session = s,
		.cli = cli,
		.place.path = path,
		.skip_existing = s->request->skip_existing,
	};
	int code;
	int error = load_file_open(&load.file, path);

	if (error != 0) {
		/* A file that cannot be opened is a bad word of the command line. */
		message("-R: cannot open '%s': %s", path, strerror(-error));
		return EXIT_USAGE;
	}
	load.create.session = load.group.session = s;
	load.create.place = load.group.place = &load.place;
	s->loading = true;
	s->place = load.place.text;
	code = exit_code(&load, check_and_run(&load));
	tell_result(&load);
	load_create_close(&load.create);
	load_group_close(&load.group);
	load_file_close(&load.file);
	spool_close(&load.spool);
	free(load.words);
	s->place = "";
	if (session_flush(s) != 0)
		code = EXIT_REFUSED;
	return code;
}
