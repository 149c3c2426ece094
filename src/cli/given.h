/* SPDX-License-Identifier: MIT */
/*
 * What one command line says, word by word and not yet for a command: filled
 * by parse.c through values.c, judged by check.c, made into a request by
 * build.c. Nothing of it is cleared beforehand but what given_start() says; a
 * value means something only when is_given() says so.
 */
#ifndef CLI_GIVEN_H
#define CLI_GIVEN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/message.h"
#include "cli/options.h"

struct given_address {
	union address address;
	union address mask; /* of /BITS; all ones without */
	uint8_t family;
	bool has_bits;
};

struct given_nat {
	union address address;
	uint16_t port_minimum;
	uint16_t port_maximum;
	uint8_t family; /* AF_UNSPEC: no address */
	bool has_port;
};

/* Each label option may come often; a flow has no more bits than these. */
#define GIVEN_LABELS_MAX LABEL_BITS

struct given_label {
	const char *text; /* NULL: --label-del without a label */
	uint8_t id;       /* OPTION_LABEL, OPTION_LABEL_ADD, OPTION_LABEL_DELETE */
};

/* --filter and --filter-file may come often, too: so often together. */
#define GIVEN_FILTERS_MAX 16

struct given_filter {
	const char *text; /* the expression, or the path */
	uint8_t id;       /* OPTION_FILTER, OPTION_FILTER_FILE */
};

struct given {
	option_set options; /* those of parts are in `parts` */
	uint16_t parts;     /* likewise of parts: bit id - OPTION_PART */
	/* The word that an option was written in, NULL: by its letter. */
	const char *word[OPTIONS];

	enum command command;
	enum table table;
	bool loading;
	bool help;                /* -h behind a command */
	const char *command_word; /* as word[] */
	char command_letter;      /* if command_word is NULL */

	uint8_t family;        /* what -f or the first address fixed, else AF_UNSPEC */
	uint8_t family_option; /* the option that fixed it */
	const char *family_value;

	struct given_address address[OPTION_ADDRESSES]; /* by option_id */
	struct given_nat nat[OPTION_EXPECT_NAT_REPLY - OPTION_SOURCE_NAT + 1];
	const struct protocol *protocol; /* NULL: a number without a row */
	const char *protocol_value;
	uint8_t protocol_number;
	uint8_t state;
	uint8_t role;
	uint16_t part[PART_PLACES][TUPLE_PART_COUNT];
	uint16_t zone;
	uint16_t tuple_zone[DIRECTIONS];
	uint32_t vtag[DIRECTIONS];
	uint32_t timeout;
	uint32_t mark;
	uint32_t mark_mask; /* all ones without */
	uint32_t secmark;
	uint32_t id;
	const char *helper;
	struct sequence_adjustment sequence[DIRECTIONS];
	uint32_t synproxy[3]; /* in the order of struct flow */
	uint8_t window_scale[DIRECTIONS];
	uint8_t tcp_flags[DIRECTIONS];
	uint64_t handshake_sequence;
	uint8_t master_protocol;
	uint16_t master_part[2];
	uint8_t tuple_protocol;
	uint32_t class;
	const char *function;
	uint32_t status_set;   /* of -u: flags that are named, */
	uint32_t status_clear; /* and with ! */
	uint32_t expectation_flags;
	unsigned event_mask;
	int buffer_size;
	uint64_t queue_size;
	uint64_t stop_after;
	uint64_t duration;
	const char *output_path;
	const struct output_format *format;
	unsigned output_flags;
	const char *label_map_path;
	unsigned label_count;
	struct given_label label[GIVEN_LABELS_MAX];
	const char *left_over; /* the first word that no option took; NULL: none */
	unsigned filter_count;
	struct given_filter filter[GIVEN_FILTERS_MAX];
	struct view view;               /* its flags are options of their own */
	bool one_length[VIEW_KEYS_MAX]; /* by key: one number was given, held as that of IPv6 */
	const char *netns;
	uint64_t maximum;
	const char *undo_path;
};

static inline bool is_given(const struct given *g, int id)
{
	if (id >= OPTION_PART)
		return (g->parts >> (id - OPTION_PART) & 1) != 0;
	return option_set_has(g->options, (unsigned)id);
}

static inline void mark_given(struct given *g, int id)
{
	if (id >= OPTION_PART)
		g->parts |= (uint16_t)(1u << (id - OPTION_PART));
	else
		option_set_add(&g->options, (unsigned)id);
}

/* An option as the person wrote it, for a complaint. */
struct spelling {
	char text[48];
};

/* For an option that was not written: its own name. */
const char *option_spelled(struct spelling *s, const struct given *g, int id);
const char *command_spelled(struct spelling *s, const struct given *g);

/*
 * Read one value into g, where the option is marked as given and its word is
 * noted. 0, or -1 with a complaint. text is NULL only for an optional argument
 * that was left out.
 */
int given_value(struct given *g, int id, const char *text, struct complaint *c);

/* The table of a command word ("expect", "e"): 0, or -1 with a complaint. */
int given_table(struct given *g, const char *text, struct complaint *c);

/* Whether a word is the name of a table, or its beginning. */
bool given_names_table(const char *text);

/*
 * In a file: a protocol of which the kernel tracks addresses alone where it
 * lacks the protocol's own tracker, with none of its options.
 */
bool given_is_generic(const struct given *g);

/* The commands that a file may have on one of some tables (bits): "-D, -I and -F". */
struct loadable_names {
	char text[64];
};
const char *loadable_spelled(struct loadable_names *names, unsigned tables);

/* Does it all go together and with the command: 0, or -1 with a complaint. */
int given_check(const struct given *g, struct complaint *c);

/* Likewise for what says how flows are shown, a part of given_check(). */
int given_check_view(const struct given *g, struct complaint *c);

/* The format that -o names, or that --columns implies; else NULL. */
const struct output_format *given_format(const struct given *g);

/* The whole view: what was not said is as usual. */
void given_complete_view(const struct given *g, struct view *view);

struct cli;

/*
 * Read the list of labels that the words need, and say so in the request.
 * Without a list no label can be named (a complaint), while -o labels only has
 * no names to show (a warning).
 */
int given_labels(
	const struct given *g, struct cli *cli, struct request *request, struct complaint *c);

/*
 * Once the words are understood: by which list labels are shown. Saved lines name
 * them by number where the list is not the one that -R reads.
 */
void given_labels_shown(const struct given *g, struct request *request);

/* The bits of all labels that came with one option: 0, or -1 with a complaint. */
int given_label_bits(const struct given *g, int id, const struct label_map *map,
	uint8_t bits[static LABEL_BYTES], struct complaint *c);

/* Likewise of --label-add or --label-del: labels and labels_mask of a flow. */
int given_label_change(
	const struct given *g, const struct label_map *map, struct flow *flow, struct complaint *c);

/* The list that labels are named by; NULL: there is none, and *why says so. */
const struct label_map *given_label_list(const struct given *g, struct cli *cli, const char **why);

/* One more word that no option takes: 0, or -1 with a complaint. */
int given_word(struct given *g, struct cli *cli, const char *word, struct complaint *c);

/*
 * Read the expressions of these words, --filter and --filter-file, and put
 * them into the request's filter, which the options have made. 0, or -1 with a
 * complaint.
 */
int given_filter(
	const struct given *g, struct cli *cli, struct request *request, struct complaint *c);

/*
 * Make the request. map: the label list, already read if g speaks of labels;
 * NULL: there is none. 0, or -1 with a complaint.
 */
int given_build(const struct given *g, const struct label_map *map, struct request *request,
	struct complaint *c);

#endif
