/* SPDX-License-Identifier: MIT */
/*
 * The option table: one row a command and one row an option. Parsing, the
 * check of what goes with what, --help and the shell completions are all read
 * from these rows.
 *
 * Options of a layer-4 protocol have no rows here: their names come from
 * flow/protocol.h, and part_rules says which command takes which place.
 */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli/option_set.h"
#include "cli/request.h"
#include "flow/protocol.h"

enum option_id {
	OPTION_SOURCE,
	OPTION_DESTINATION,
	OPTION_REPLY_SOURCE,
	OPTION_REPLY_DESTINATION,
	OPTION_TUPLE_SOURCE,
	OPTION_TUPLE_DESTINATION,
	OPTION_MASK_SOURCE,
	OPTION_MASK_DESTINATION,
	OPTION_MASTER_SOURCE,
	OPTION_MASTER_DESTINATION,
	OPTION_PROTOCOL,
	OPTION_FAMILY,
	OPTION_TIMEOUT,
	OPTION_STATUS,
	OPTION_MARK,
	OPTION_SECMARK,
	OPTION_ID,
	OPTION_ZONE,
	OPTION_ORIGINAL_ZONE,
	OPTION_REPLY_ZONE,
	OPTION_SOURCE_NAT,
	OPTION_DESTINATION_NAT,
	OPTION_ANY_NAT,
	OPTION_EXPECT_NAT_ORIGINAL,
	OPTION_EXPECT_NAT_REPLY,
	OPTION_LABEL,
	OPTION_LABEL_ADD,
	OPTION_LABEL_DELETE,
	OPTION_LABEL_MAP,
	OPTION_OUTPUT,
	OPTION_EVENT_MASK,
	OPTION_BUFFER_SIZE,
	OPTION_ZERO,
	OPTION_NAT_RANGE,
	OPTION_HELPER,
	OPTION_ORIGINAL_SEQADJ,
	OPTION_REPLY_SEQADJ,
	OPTION_SYNPROXY,
	OPTION_MASTER_PROTOCOL,
	OPTION_MASTER_SOURCE_PORT,
	OPTION_MASTER_DESTINATION_PORT,
	OPTION_TUPLE_PROTOCOL,
	OPTION_CLASS,
	OPTION_FUNCTION,
	OPTION_SKIP_EXISTING,
	/* How flows are shown: cli/check_view.c goes through these. */
	OPTION_GROUP_BY,
	OPTION_SUM,
	OPTION_TOP,
	OPTION_MINIMUM,
	OPTION_APPROXIMATE,
	OPTION_SORT,
	OPTION_LIMIT,
	OPTION_COLUMNS,
	OPTION_HUMAN,
	OPTION_RESOLVE,
	OPTION_NETNS,
	OPTION_FILTER,
	OPTION_FILTER_FILE,
	OPTION_EXPLAIN,
	OPTION_VERIFY,
	OPTION_DRY_RUN,
	OPTION_MAXIMUM,
	OPTION_ALL,
	OPTION_UNDO,
	OPTION_STRICT,
	OPTION_SNAPSHOT,
	OPTION_RESYNC,
	OPTION_RELIABLE,
	OPTION_STOP_AFTER,
	OPTION_DURATION,
	OPTION_QUEUE,
	OPTION_OUTPUT_FILE,
	/* From here on: only to the right of -p. */
	OPTION_STATE,
	OPTION_ORIGINAL_VTAG,
	OPTION_REPLY_VTAG,
	OPTION_ROLE,
	OPTION_ORIGINAL_WSCALE,
	OPTION_REPLY_WSCALE,
	OPTION_ORIGINAL_TCP_FLAGS,
	OPTION_REPLY_TCP_FLAGS,
	OPTION_HANDSHAKE,
	OPTION_ROWS,
	/* A part of a tuple: OPTION_PART + place * TUPLE_PART_COUNT + index. */
	OPTION_PART = OPTION_ROWS,
	OPTIONS = OPTION_PART + PART_PLACES * TUPLE_PART_COUNT,
	/* A command is a word of the same kind: OPTION_COMMAND + enum command. */
	OPTION_COMMAND = OPTIONS,
};

_Static_assert(OPTION_ROWS <= 64 * OPTION_SET_WORDS, "an option has no bit in the sets");

/* Addresses lie together at the front: their ids are indexes too. */
#define OPTION_ADDRESSES (OPTION_MASTER_DESTINATION + 1)

static inline enum option_id option_of_part(enum part_place place, unsigned index)
{
	return (enum option_id)(OPTION_PART + place * TUPLE_PART_COUNT + index);
}

/*
 * Where an option is written: a command, on the table expect or on any other.
 * Sets of these are the compatibility matrix.
 */
#define ON(command)        (UINT32_C(1) << (command))
#define ON_EXPECT(command) (UINT32_C(1) << (16 + (command)))

static inline uint32_t option_place(enum command command, enum table table)
{
	return table == TABLE_EXPECT ? ON_EXPECT(command) : ON(command);
}

/* Commands that go together in the matrix. */
enum {
	CREATING = ON(COMMAND_CREATE) | ON(COMMAND_ADD),
	SHOWING = ON(COMMAND_LIST) | ON(COMMAND_DELETE) | ON(COMMAND_UPDATE) | ON(COMMAND_EVENT),
	UNSHOWN = ON(COMMAND_FLUSH) | ON(COMMAND_COUNT),
	SELECTING = SHOWING | UNSHOWN,
	GETTING_EXPECT = ON_EXPECT(COMMAND_GET) | ON_EXPECT(COMMAND_DELETE),
	NAMING_EXPECT = GETTING_EXPECT | ON_EXPECT(COMMAND_CREATE),
	CHANGING = ON(COMMAND_DELETE) | ON(COMMAND_UPDATE) | ON(COMMAND_FLUSH) | ON(COMMAND_LOAD),
	WATCHING = ON(COMMAND_EVENT) | ON_EXPECT(COMMAND_EVENT),
	EVERYWHERE = 0x3fffffff,
	/* But -V and -h, which look at no table. */
	ON_TABLES = EVERYWHERE & ~(ON(COMMAND_VERSION) | ON(COMMAND_HELP) |
					 ON_EXPECT(COMMAND_VERSION) | ON_EXPECT(COMMAND_HELP)),
};

enum argument_kind {
	ARGUMENT_NONE,
	ARGUMENT_REQUIRED,
	ARGUMENT_OPTIONAL, /* attached, or the next word if it is no option */
};

/* What kind of words a value is made of, for completion. */
enum value_kind {
	VALUE_FREE,
	VALUE_PROTOCOL,
	VALUE_FAMILY,
	VALUE_STATUS,
	VALUE_OUTPUT,
	VALUE_EVENT,
	VALUE_LABEL,
	VALUE_FILE,
	VALUE_NETNS,
	VALUE_STATE,
	VALUE_ROLE,
	VALUE_FIELD,
	VALUE_AMOUNT, /* fields that can be summed up */
	VALUE_SORT,   /* fields, and flows */
	VALUE_TCP_FLAG,
};

struct option_row {
	const char *name;  /* long name without dashes */
	const char *alias; /* a second one, or NULL */
	char letter;       /* short name, or NUL */
	char letter2;      /* a short name that no help shows, or NUL */
	enum argument_kind argument;
	enum value_kind values;
	/*
	 * Not an option of 1.4.9. Such a name never makes an abbreviation
	 * ambiguous that was not so there.
	 */
	bool added;
	bool whole;      /* of the whole run: has no place in a line of a -R file */
	uint8_t extra;   /* enum protocol_extra, one of which its protocol must have; 0: any */
	uint32_t takes;  /* ON… that may have it */
	uint32_t needs;  /* ON… that must have it */
	uint32_t loaded; /* ON… that may have it in a line of a -R file as well */
	const char *argument_name;
	const char *help;
};

extern const struct option_row option_rows[OPTION_ROWS];

/* Which command takes, needs or pairs the parts of a kind at a place. */
struct part_rule {
	uint32_t takes;
	uint32_t needs; /* all parts of the place */
	uint32_t pair;  /* those of the original or those of the reply place */
};

/* By enum part_kind and enum part_place. */
extern const struct part_rule part_rules[PART_KEY + 1][PART_PLACES];

struct command_row {
	const char *name;
	const char *option; /* short: "-L" */
	uint8_t tables;     /* bit of each enum table that it knows; 0: takes no table word */
	uint8_t loadable;   /* likewise of those on which a line of a -R file may have it */
	const char *done;   /* past tense, for summaries */
	const char *help;
	const char *examples[2];
	const char *expect_examples[2]; /* likewise of the table expect, if it knows it */
};

extern const struct command_row command_rows[COMMANDS];

/* Names of tables by enum table. */
extern const char *const table_names[TABLES];

/* Whether a word is the name of a table, whole; and what is said of one elsewhere. */
bool is_table_name(const char *word);
extern const char table_misplaced[];

/* By enum part_place: what the text of --help puts before a part's own. */
extern const char *const part_place_help[PART_PLACES];

/*
 * An option or command by its long name (length bytes, without dashes),
 * written in full: its id, or -1. With a protocol that protocol's own options
 * are known too. Constant time.
 */
int option_by_name(const char *name, size_t length, const struct protocol *protocol);

/* By its letter: its id, or -1. */
int option_by_letter(char letter);

/*
 * By an abbreviation of its long name. Its id, -1 when there is none, or -2
 * when several fit, with their names as "--a, --b" in text.
 */
int option_by_abbreviation(
	const char *name, size_t length, const struct protocol *protocol, char *text, size_t size);

/* A command's or option's argument. */
enum argument_kind option_argument(int id);

/* The long name of an option (of this protocol's, for a part), without dashes. */
const char *option_name(int id, const struct protocol *protocol);

/* Whether an option that stands to the right of -p belongs to this protocol. */
bool option_of_protocol(int id, const struct protocol *protocol);

/*
 * Walk all long names that are known with this protocol (NULL: without one),
 * aliases too: the next one behind *cursor, which starts at 0. False behind the
 * last one.
 */
struct option_name {
	const char *name;
	int id;
	bool added;
};
bool option_next_name(unsigned *cursor, const struct protocol *protocol, struct option_name *out);

/* What goes with a place: sets of options, from the rows' masks. */
option_set options_taken(uint32_t place, bool loading);
option_set options_needed(uint32_t place);

#endif
