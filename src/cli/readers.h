/* SPDX-License-Identifier: MIT */
/*
 * What the readers of values share (values*.c). A reader puts
 * the value of an option into struct given: 0, or -1 with a complaint.
 */
#ifndef CLI_READERS_H
#define CLI_READERS_H

#include "cli/given.h"
#include "cli/values.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The value of option `id` out of text, which is never NULL. */
typedef int (*value_reader)(struct given *g, int id, const char *text, struct complaint *c);

/* Complain: "-m: 'x' is not WHAT". */
int value_not_a(
	const struct given *g, int id, const char *text, const char *what, struct complaint *c);

/* The name of a file, and not "-", which other programs take for a stream. */
int value_file(
	const struct given *g, int id, const char *text, const char **path, struct complaint *c);

/* A number that fits; decimal only, or in any base. */
enum value_base { DECIMAL, ANY_BASE };

int value_u32(const struct given *g, int id, const char *text, enum value_base base,
	uint32_t maximum, const char *what, uint32_t *out, struct complaint *c);
int value_u16(const struct given *g, int id, const char *text, enum value_base base,
	uint32_t maximum, const char *what, uint16_t *out, struct complaint *c);

/* A port of the protocol that is given, by number or by the name of a service. */
int value_port(const struct given *g, int id, const char *text, uint16_t *out, struct complaint *c);

/* One part of a comma list. */
struct part_text {
	const char *text;
	size_t length;
};

/* The next part of *rest, which is moved behind it: 1, 0 at the end. */
int value_next_part(const char **rest, struct part_text *part);

/*
 * The word that starts with part, in any case; a whole one wins. Its index,
 * -1: none, -2: several.
 */
int value_find_word(const struct value_word *words, size_t count, struct part_text part);

/* Complain of a word that is none of these, or that begins several. */
int value_no_such_word(const struct given *g, int id, const char *what,
	const struct value_word *words, size_t count, struct part_text part, int found,
	struct complaint *c);

/* An address, or a network where the option takes one; fixes the family. */
int value_address(struct given *g, int id, const char *text, struct complaint *c);

/* An address, a port, or both. */
int value_nat(struct given *g, int id, const char *text, struct complaint *c);

/* The number of a protocol by name or number. */
int value_protocol(
	const struct given *g, int id, const char *text, uint8_t *out, struct complaint *c);

/* Facts of an entry that -o save writes besides those of the old tool (values_entry.c). */
int value_helper(struct given *g, int id, const char *text, struct complaint *c);
int value_seqadj(struct given *g, int id, const char *text, struct complaint *c);
int value_synproxy(struct given *g, int id, const char *text, struct complaint *c);
int value_other_protocol(struct given *g, int id, const char *text, struct complaint *c);
int value_master_port(struct given *g, int id, const char *text, struct complaint *c);
int value_class(struct given *g, int id, const char *text, struct complaint *c);
int value_function(struct given *g, int id, const char *text, struct complaint *c);
int value_wscale(struct given *g, int id, const char *text, struct complaint *c);
int value_tcp_flags(struct given *g, int id, const char *text, struct complaint *c);
int value_handshake(struct given *g, int id, const char *text, struct complaint *c);

/* How flows are shown (values_view.c). */
int value_group_by(struct given *g, int id, const char *text, struct complaint *c);
int value_sum(struct given *g, int id, const char *text, struct complaint *c);
int value_sort(struct given *g, int id, const char *text, struct complaint *c);
int value_columns(struct given *g, int id, const char *text, struct complaint *c);
int value_how_many(struct given *g, int id, const char *text, struct complaint *c);
int value_netns(struct given *g, int id, const char *text, struct complaint *c);

/* What guards changes (values_entry.c). */
int value_maximum(struct given *g, int id, const char *text, struct complaint *c);
int value_undo(struct given *g, int id, const char *text, struct complaint *c);

/* How -E goes on and when it ends (values_event.c). */
int value_stop_after(struct given *g, int id, const char *text, struct complaint *c);
int value_duration(struct given *g, int id, const char *text, struct complaint *c);
int value_queue(struct given *g, int id, const char *text, struct complaint *c);
int value_output_file(struct given *g, int id, const char *text, struct complaint *c);

/* Status flags (values_status.c). */
int value_status(struct given *g, int id, const char *text, struct complaint *c);

/* Single numbers (values_number.c). */
int value_timeout(struct given *g, int id, const char *text, struct complaint *c);
int value_mark(struct given *g, int id, const char *text, struct complaint *c);
int value_secmark(struct given *g, int id, const char *text, struct complaint *c);
int value_id(struct given *g, int id, const char *text, struct complaint *c);
int value_zone(struct given *g, int id, const char *text, struct complaint *c);
int value_buffer_size(struct given *g, int id, const char *text, struct complaint *c);

#endif
