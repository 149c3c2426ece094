/* SPDX-License-Identifier: MIT */
/*
 * -I and -A lines of a -R file, many to a send.
 *
 * The kernel carries out all messages of a send, whatever became of those
 * before; a file promises that nothing behind a refused line is done. So each
 * entry is first asked for as new (NLM_F_EXCL): an -A that finds its entry
 * there is sent again as a change when its turn comes, and what was created
 * behind a refused line is deleted again.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/message.h"
#include "commands/create.h"
#include "commands/load.h"
#include "commands/report.h"
#include "ctnetlink/decode.h"
#include "ctnetlink/encode.h"

/* The longest message that encode_create() makes is well within this. */
#define MESSAGE_SIZE 2048

/* What goes with a message through the batch: the line, and the message. */
struct asked {
	uint32_t line;
	uint32_t flags; /* enum spool_flag */
	uint8_t message[MESSAGE_SIZE];
};

#define ASKED_HEAD offsetof(struct asked, message)

/* The entry of the line that was refused, and why. Nothing behind it is to stay. */
static void refuse(
	struct load_create *c, const struct asked *asked, int error, const struct ct_answer *answer)
{
	struct session *s = c->session;
	const struct request *last = s->request;
	const struct request request = {
		.command = asked->flags & SPOOL_ADD ? COMMAND_ADD : COMMAND_CREATE};
	struct flow flow;

	c->failed = true;
	load_at(c->place, asked->line);
	s->request = &request;
	report_refusal(s, error, answer,
		decode_flow((const void *)asked->message, &flow) == 0 ? &flow : NULL);
	s->request = last;
}

/* How the message of a line is sent a second time: encode_copy() or one like it. */
typedef int (*copy_fn)(struct packet *p, const void *message, size_t length);

/* Send it by itself, now that it is its turn. 0 or a negative errno. */
static int ask_alone(struct load_create *c, const struct asked *asked, size_t length, copy_fn copy,
	struct ct_answer *answer)
{
	_Alignas(PACKET_ALIGNMENT) uint8_t bytes[MESSAGE_SIZE];
	struct packet packet;
	int error;

	packet_init(&packet, bytes, sizeof(bytes));
	error = copy(&packet, asked->message, length - ASKED_HEAD);
	return error ? error : ct_ask(&c->session->change, &packet, NULL, NULL, answer);
}

/* Whether the entry has the NAT and the master that a line names, which no change can give. */
static bool keeps(struct load_create *c, const struct asked *asked)
{
	struct flow flow;

	return decode_flow((const void *)asked->message, &flow) == 0 &&
	       create_keeps(c->session, &flow);
}

/* An -A whose entry is there: change it. */
static void change_existing(struct load_create *c, const struct asked *asked, size_t length)
{
	struct ct_answer answer = {0};
	int error = ask_alone(c, asked, length, encode_create_again, &answer);

	if (error == -EOPNOTSUPP && keeps(c, asked)) {
		answer = (struct ct_answer){0};
		error = ask_alone(c, asked, length, encode_create_kept, &answer);
	}
	if (error != 0)
		refuse(c, asked, error, &answer);
	else
		c->changed++;
}

/* Created although a line before it was refused: take it back. */
static void take_back(struct load_create *c, const struct asked *asked)
{
	_Alignas(PACKET_ALIGNMENT) uint8_t bytes[MESSAGE_SIZE];
	struct packet packet;
	struct ct_answer answer = {0};
	struct flow flow;

	packet_init(&packet, bytes, sizeof(bytes));
	if (decode_flow((const void *)asked->message, &flow) == 0 &&
		encode_delete(&packet, &flow) == 0 &&
		ct_ask(&c->session->change, &packet, NULL, NULL, &answer) == 0)
		return;
	load_at(c->place, asked->line);
	message_plain("WARNING: %sthis entry stays, although a line before it was refused",
		c->session->place);
}

/* An entry whose master is not there yet: its turn comes when all others are made. */
static int wait_for_master(struct load_create *c, const struct asked *asked)
{
	struct load_lines *w = &c->waiting;

	if (w->count == w->room) {
		size_t room = w->room > 0 ? w->room * 2 : 64;
		uint32_t *lines = realloc(w->lines, room * sizeof(*lines));

		if (lines == NULL)
			return -ENOMEM;
		w->lines = lines;
		w->room = room;
	}
	w->lines[w->count++] = asked->line;
	c->session->touched--; /* it comes again */
	return 0;
}

/*
 * The master is gone while what it expected went on, as it may: the entry counts
 * more. But if the master is another orphan it may have been made by now.
 */
static void make_orphan(struct load_create *c, const struct asked *asked, size_t length)
{
	struct ct_answer answer = {0};
	int error = ask_alone(c, asked, length, encode_copy, &answer);

	if (error == -ENOENT) {
		error = ask_alone(c, asked, length, encode_create_orphan, &answer);
		c->orphans += error == 0;
	}
	if (error != 0)
		refuse(c, asked, error, &answer);
	else
		c->created++;
}

/* Whether what is in the way may stay there. */
static bool may_stay(struct load_create *c, const struct asked *asked)
{
	struct flow flow;

	if (!(asked->flags & SPOOL_SKIP) || decode_flow((const void *)asked->message, &flow) < 0 ||
		!create_exists(c->session, &flow))
		return false;
	c->existed++;
	c->session->touched--; /* no change, which --max counts */
	return true;
}

/* Outcomes come in the order of the lines, after the whole send is done. */
static int created(const struct ct_answer *answer, const void *context, size_t length, void *data)
{
	struct load_create *c = data;
	const struct asked *asked = context;

	if (c->failed) {
		if (answer->error == 0)
			take_back(c, asked);
	} else if (answer->error == EEXIST && asked->flags & (SPOOL_ADD | SPOOL_SKIP)) {
		if (may_stay(c, asked))
			return 0;
		if (asked->flags & SPOOL_SKIP)
			refuse(c, asked, -answer->error, answer);
		else
			change_existing(c, asked, length);
	} else if (answer->error == ENOENT && asked->flags & SPOOL_MASTER) {
		if (c->patient)
			return wait_for_master(c, asked);
		make_orphan(c, asked, length);
	} else if (answer->error != 0) {
		refuse(c, asked, -answer->error, answer);
	} else {
		c->created++;
	}
	return 0;
}

static int open_batch(struct load_create *c)
{
	int error;

	if (c->open)
		return 0;
	if (session_open(c->session, &c->session->change) != 0)
		return EXIT_REFUSED;
	error = batch_open(&c->batch, &c->session->change, created, c);
	if (error != 0)
		return report_refusal(c->session, error, NULL, NULL);
	c->open = true;
	return 0;
}

/* The conversation failed: say why, and of how many entries nothing is known. */
static int broken(struct load_create *c, int error)
{
	struct session *s = c->session;

	report_refusal(s, error, NULL, NULL);
	if (c->batch.unknown > 0)
		message("%sof %" PRIu64 " more entries it is not known whether they were created",
			s->place, c->batch.unknown);
	return EXIT_REFUSED;
}

int load_create_run(struct load_create *c)
{
	int error;

	if (!c->open)
		return EXIT_DONE;
	error = batch_flush(&c->batch);
	if (error != 0)
		return broken(c, error);
	return c->failed ? EXIT_REFUSED : EXIT_DONE;
}

int load_create_encode(const struct request *request, unsigned line, struct spool_record *record)
{
	static _Alignas(PACKET_ALIGNMENT) uint8_t bytes[MESSAGE_SIZE];
	struct packet packet;
	int error;

	packet_init(&packet, bytes, sizeof(bytes));
	error = encode_create(&packet, &request->flow, true);
	*record = (struct spool_record){
		.line = line,
		.flags = SPOOL_MESSAGE | (request->command == COMMAND_ADD ? SPOOL_ADD : 0) |
			 (request->flow.present & FLOW_LABELS ? SPOOL_LABELS : 0) |
			 (request->flow.present & FLOW_MASTER ? SPOOL_MASTER : 0) |
			 (request->skip_existing ? SPOOL_SKIP : 0),
		.length = (uint32_t)packet.used,
		.bytes = bytes,
	};
	return error;
}

/* The message into the packet, after the batch is sent if it was too full. */
static int put_message(struct load_create *c, const struct spool_record *record)
{
	struct asked asked; /* large: only what is used is written */
	struct packet *packet = &c->batch.packet;
	int error = encode_copy(packet, record->bytes, record->length);

	if (error == -EMSGSIZE) {
		error = batch_flush(&c->batch);
		if (error == 0)
			error = encode_copy(packet, record->bytes, record->length);
	}
	if (error != 0)
		return error;
	asked.line = record->line;
	asked.flags = record->flags;
	memcpy(asked.message, record->bytes, record->length);
	return batch_commit(&c->batch, &asked, ASKED_HEAD + record->length);
}

/* One look tells for all entries with labels: rules are of the namespace. */
static int check_labels_once(struct load_create *c, const struct spool_record *record)
{
	struct flow flow;
	int code;

	c->labels_checked = true;
	code = load_create_run(c);
	if (code == EXIT_DONE && decode_flow(record->bytes, &flow) == 0) {
		load_at(c->place, record->line);
		create_check_labels(c->session, &flow);
	}
	return code;
}

/* What would become of it: asked one by one, as nothing is sent that a batch could take. */
static int count_create(struct load_create *c, const struct spool_record *record)
{
	struct session *s = c->session;
	struct flow flow;
	bool exists;

	load_at(c->place, record->line);
	if (decode_flow(record->bytes, &flow) < 0)
		return report_refusal(s, -EBADMSG, NULL, NULL);
	if (create_look(s, &flow, &exists) != 0)
		return EXIT_REFUSED;
	if (exists && (record->flags & SPOOL_SKIP || !(record->flags & SPOOL_ADD))) {
		c->existed++;
		c->refused += !(record->flags & SPOOL_SKIP);
		return EXIT_DONE;
	}
	c->created++;
	s->touched++;
	return s->mode == CHANGE_COUNT && s->touched > s->given->maximum ? EXIT_REFUSED : EXIT_DONE;
}

int load_create_add(struct load_create *c, const struct spool_record *record)
{
	struct session *s = c->session;
	int error;

	if (s->mode != CHANGE_REAL)
		return count_create(c, record);
	s->touched++;
	if (open_batch(c) != 0)
		return EXIT_REFUSED;
	error = put_message(c, record);
	if (error != 0) {
		load_at(c->place, record->line);
		return broken(c, error);
	}
	if (record->flags & SPOOL_LABELS && !c->labels_checked && !c->failed)
		return check_labels_once(c, record);
	return c->failed ? EXIT_REFUSED : EXIT_DONE;
}

void load_create_close(struct load_create *c)
{
	if (c->open)
		batch_close(&c->batch);
	c->open = false;
	free(c->waiting.lines);
	c->waiting = (struct load_lines){0};
}
