/* SPDX-License-Identifier: MIT */
/* Options by their names: what cli/options.h declares besides the rows. */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "cli/options.h"

/*
 * Names by open addressing, filled when they are first looked for: those that
 * are always known, and those of a protocol at its first -p. All names of all
 * protocols together take less than a third of the slots.
 */
#define SLOTS 512

struct slot {
	const char *name;
	uint8_t length;
	uint8_t owner; /* 0: always known; else 1 + the protocol's row */
	int16_t id;
};

static struct slot slots[SLOTS];
static uint32_t owners_filled; /* bit of each owner whose names are in */

static unsigned owner_of(const struct protocol *protocol)
{
	return protocol != NULL ? 1 + (unsigned)(protocol - protocols) : 0;
}

static_assert(SLOTS == 1 << 9, "the hash is of 9 bits");

/* Of a name that is not empty. */
static unsigned first_slot(const char *name, size_t length, unsigned owner)
{
	/* Length, ends and middle tell nearly all names apart. */
	uint32_t letters = (uint32_t)(uint8_t)name[0] << 16 |
			   (uint32_t)(uint8_t)name[length / 2] << 8 | (uint8_t)name[length - 1];
	uint32_t hash = (letters ^ (uint32_t)length << 24 ^ owner * 0x51ed27u) * 0x9e3779b1u;

	return hash >> 23;
}

static const struct slot *find(const char *name, size_t length, unsigned owner)
{
	for (unsigned i = first_slot(name, length, owner); slots[i].name != NULL;
		i = (i + 1) % SLOTS) {
		const struct slot *slot = &slots[i];

		if (slot->owner == owner && slot->length == length &&
			memcmp(slot->name, name, length) == 0)
			return slot;
	}
	return NULL;
}

/* Own options of a protocol are those that name an extra, and the parts. */
static bool needs_protocol(int id)
{
	return id >= OPTION_STATE && id < OPTIONS;
}

static void fill(const struct protocol *protocol)
{
	unsigned owner = owner_of(protocol);
	struct option_name known;
	unsigned cursor = 0;

	while (option_next_name(&cursor, protocol, &known)) {
		if (needs_protocol(known.id) != (protocol != NULL))
			continue;

		size_t length = strlen(known.name);
		unsigned i = first_slot(known.name, length, owner);

		while (slots[i].name != NULL)
			i = (i + 1) % SLOTS;
		slots[i] = (struct slot){
			known.name, (uint8_t)length, (uint8_t)owner, (int16_t)known.id};
	}
	owners_filled |= UINT32_C(1) << owner;
}

static const struct slot *look_up(const char *name, size_t length, const struct protocol *protocol)
{
	unsigned owner = owner_of(protocol);

	if (!(owners_filled >> owner & 1))
		fill(protocol);
	return find(name, length, owner);
}

int option_by_name(const char *name, size_t length, const struct protocol *protocol)
{
	const struct slot *slot = length > 0 ? look_up(name, length, NULL) : NULL;

	if (slot == NULL && length > 0 && protocol != NULL)
		slot = look_up(name, length, protocol);
	return slot != NULL ? slot->id : -1;
}

/* What an abbreviation fits so far. */
struct fits {
	int id; /* -1: nothing yet, -2: several */
	char *text;
	size_t size;
	size_t used;
};

static void add_fit(struct fits *fits, const struct option_name *known)
{
	int n = snprintf(fits->text + fits->used, fits->size - fits->used, "%s--%s",
		fits->used > 0 ? ", " : "", known->name);

	if (n > 0 && (size_t)n < fits->size - fits->used)
		fits->used += (size_t)n;
	else
		fits->text[fits->used] = '\0';
	/* Two names of one option are no choice. */
	if (fits->id == -1 || fits->id == known->id)
		fits->id = known->id;
	else
		fits->id = -2;
}

int option_by_abbreviation(
	const char *name, size_t length, const struct protocol *protocol, char *text, size_t size)
{
	for (int added = 0; added <= 1; added++) {
		struct fits fits = {.id = -1, .text = text, .size = size};
		struct option_name known;
		unsigned cursor = 0;

		text[0] = '\0';
		while (option_next_name(&cursor, protocol, &known)) {
			if (known.added == added && strncmp(known.name, name, length) == 0)
				add_fit(&fits, &known);
		}
		if (fits.id != -1)
			return fits.id;
	}
	return -1;
}

int option_by_letter(char letter)
{
	static int16_t ids[128]; /* 1 + id */
	static bool filled;

	if (!filled) {
		for (int id = 0; id < OPTION_ROWS; id++) {
			ids[(unsigned char)option_rows[id].letter] = (int16_t)(1 + id);
			ids[(unsigned char)option_rows[id].letter2] = (int16_t)(1 + id);
		}
		for (int command = COMMAND_NONE + 1; command < COMMANDS; command++) {
			if (command != COMMAND_LOAD)
				ids[(unsigned char)command_rows[command].option[1]] =
					(int16_t)(1 + OPTION_COMMAND + command);
		}
		ids[0] = 0; /* rows without a letter wrote here */
		filled = true;
	}
	/* A char has no sign on some machines. */
	unsigned char place = (unsigned char)letter;

	return place < sizeof(ids) / sizeof(ids[0]) ? ids[place] - 1 : -1;
}

enum argument_kind option_argument(int id)
{
	if (id >= OPTION_COMMAND)
		return command_rows[id - OPTION_COMMAND].tables != 0 ? ARGUMENT_OPTIONAL
								     : ARGUMENT_NONE;
	return id < OPTION_ROWS ? option_rows[id].argument : ARGUMENT_REQUIRED;
}

const char *option_name(int id, const struct protocol *protocol)
{
	if (id >= OPTION_COMMAND)
		return command_rows[id - OPTION_COMMAND].name;
	if (id < OPTION_ROWS)
		return option_rows[id].name;

	unsigned part = (unsigned)(id - OPTION_PART);

	return protocol->part[part % TUPLE_PART_COUNT].option[part / TUPLE_PART_COUNT];
}

bool option_of_protocol(int id, const struct protocol *protocol)
{
	if (id < OPTION_ROWS)
		return (option_rows[id].extra & protocol->extra) != 0;

	unsigned part = (unsigned)(id - OPTION_PART);

	return part % TUPLE_PART_COUNT < protocol->part_count && option_name(id, protocol) != NULL;
}

/* The n-th name of the rows: each has two, the second of which may be NULL. */
static const char *row_name(unsigned n, const struct protocol *protocol, struct option_name *out)
{
	const struct option_row *row = &option_rows[n / 2];

	out->id = (int)(n / 2);
	out->added = row->added;
	if (row->extra != 0 && (protocol == NULL || !option_of_protocol(out->id, protocol)))
		return NULL;
	return n % 2 == 0 ? row->name : row->alias;
}

/* Likewise of a protocol's parts; only the original place has second names. */
static const char *part_name(unsigned n, const struct protocol *protocol, struct option_name *out)
{
	unsigned place = n / 2 / TUPLE_PART_COUNT;
	unsigned index = n / 2 % TUPLE_PART_COUNT;

	out->id = option_of_part((enum part_place)place, index);
	out->added = false;
	if (protocol == NULL || !option_of_protocol(out->id, protocol))
		return NULL;
	if (n % 2 == 0)
		return protocol->part[index].option[place];
	return place == PART_ORIGINAL ? protocol->part[index].alias : NULL;
}

bool option_next_name(unsigned *cursor, const struct protocol *protocol, struct option_name *out)
{
	const unsigned rows_end = 2 * OPTION_ROWS;
	const unsigned commands_end = rows_end + COMMANDS;
	const unsigned end = commands_end + 2 * (OPTIONS - OPTION_PART);

	while (*cursor < end) {
		unsigned n = (*cursor)++;

		if (n < rows_end) {
			out->name = row_name(n, protocol, out);
		} else if (n < commands_end) {
			/* -R is no option: it is known in the first place only. */
			out->id = OPTION_COMMAND + (int)(n - rows_end);
			out->added = false;
			out->name = n - rows_end == COMMAND_LOAD ? NULL
								 : command_rows[n - rows_end].name;
		} else {
			out->name = part_name(n - commands_end, protocol, out);
		}
		if (out->name != NULL)
			return true;
	}
	return false;
}

/* The three sets of a place, worked out at its first use. */
struct place_sets {
	bool known;
	option_set taken;
	option_set loaded; /* in a line of a -R file */
	option_set needed;
};

static const struct place_sets *place_sets(uint32_t place)
{
	static struct place_sets sets[32];
	struct place_sets *s = &sets[__builtin_ctz(place)];

	if (s->known)
		return s;
	for (unsigned id = 0; id < OPTION_ROWS; id++) {
		const struct option_row *row = &option_rows[id];

		if (row->takes & place)
			option_set_add(&s->taken, id);
		if (!row->whole && (row->takes | row->loaded) & place)
			option_set_add(&s->loaded, id);
		if (row->needs & place)
			option_set_add(&s->needed, id);
	}
	s->known = true;
	return s;
}

option_set options_taken(uint32_t place, bool loading)
{
	const struct place_sets *s = place_sets(place);

	return loading ? s->loaded : s->taken;
}

option_set options_needed(uint32_t place)
{
	return place_sets(place)->needed;
}
