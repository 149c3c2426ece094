/* SPDX-License-Identifier: MIT */
/* Whether what is given goes together: the matrix of the option table, and the conflicts. */
#include <linux/netfilter/nf_conntrack_tcp.h>
#include <stdio.h>
#include <sys/socket.h>

#include "cli/cli.h"
#include "cli/given.h"
#include "cli/options.h"
#include "cli/values.h"

/* What is being checked: the words and the place that they are in. */
struct check {
	const struct given *g;
	uint32_t place;
	struct complaint *c;
};

/* The command as it was written and its table: "-L expect". */
struct place_name {
	char text[80];
};

static const char *place_spelled(struct place_name *name, const struct given *g)
{
	struct spelling s;
	bool other = g->table != TABLE_CONNTRACK;

	/* cppcheck-suppress ctuuninitvar; it is written here */
	snprintf(name->text, sizeof(name->text), "%s%s%s", command_spelled(&s, g), other ? " " : "",
		other ? table_names[g->table] : "");
	return name->text;
}

/* The rule of a part option, which its protocol has. */
static const struct part_rule *rule_of(const struct given *g, int id)
{
	unsigned n = (unsigned)(id - OPTION_PART);

	return &part_rules[g->protocol->part[n % TUPLE_PART_COUNT].kind][n / TUPLE_PART_COUNT];
}

static int does_not_go(const struct check *k, int id)
{
	struct place_name name;
	struct spelling s;
	const char *spelled = option_spelled(&s, k->g, id);

	if (id == OPTION_TIMEOUT && k->g->command == COMMAND_DELETE)
		return complain(k->c, "%s: does not select, so it does not go with %s", spelled,
			place_spelled(&name, k->g));
	if (k->g->loading && option_set_has(options_taken(k->place, false), (unsigned)id))
		return complain(k->c, "%s: has no place in a line of a file%s", spelled,
			option_set_has(options_taken(ON(COMMAND_LOAD), false), (unsigned)id)
				? "; behind -R it holds for all of them"
				: "");
	return complain(k->c, "%s: does not go with %s", spelled, place_spelled(&name, k->g));
}

static int check_taken(const struct check *k)
{
	const struct given *g = k->g;
	option_set not_taken = option_set_without(g->options, options_taken(k->place, g->loading));

	if (!option_set_empty(not_taken))
		return does_not_go(k, (int)option_set_first(not_taken));
	for (unsigned parts = g->parts; parts != 0; parts &= parts - 1) {
		int id = OPTION_PART + __builtin_ctz(parts);

		if (!(rule_of(g, id)->takes & k->place))
			return does_not_go(k, id);
	}
	return 0;
}

/* "-I: needs -p PROTOCOL" */
static int is_missing(const struct check *k, int id)
{
	struct place_name name;
	struct spelling s;

	return complain(k->c, "%s: needs %s %s", place_spelled(&name, k->g),
		option_spelled(&s, k->g, id),
		id < OPTION_ROWS ? option_rows[id].argument_name : "NUMBER");
}

/* A mask is given by the bits behind the address, too. */
static bool has_bits_for(const struct given *g, int mask)
{
	int address = mask == OPTION_MASK_SOURCE ? OPTION_TUPLE_SOURCE : OPTION_TUPLE_DESTINATION;

	return is_given(g, address) && g->address[address].has_bits;
}

static int check_needed_rows(const struct check *k)
{
	const struct given *g = k->g;
	option_set missing = option_set_without(options_needed(k->place), g->options);

	while (!option_set_empty(missing)) {
		unsigned id = option_set_first(missing) % OPTION_ROWS; /* no set has others */

		option_set_remove(&missing, id);
		if (option_rows[id].extra != 0 &&
			(g->protocol == NULL || !option_of_protocol((int)id, g->protocol) ||
				given_is_generic(g)))
			continue;
		if ((id == OPTION_MASK_SOURCE || id == OPTION_MASK_DESTINATION) &&
			has_bits_for(g, (int)id))
			continue;
		return is_missing(k, (int)id);
	}
	return 0;
}

static bool parts_given(const struct given *g, enum part_place place)
{
	for (unsigned i = 0; i < g->protocol->part_count; i++) {
		if (g->protocol->needed >> i & 1 && !is_given(g, option_of_part(place, i)))
			return false;
	}
	return true;
}

static int check_needed_parts(const struct check *k)
{
	const struct given *g = k->g;
	const struct protocol *p = g->protocol;

	for (int place = 0; place < PART_PLACES; place++) {
		/* All parts of a protocol are of one kind. */
		if (!(part_rules[p->part[0].kind][place].needs & k->place))
			continue;
		for (unsigned i = 0; i < p->part_count; i++) {
			int id = option_of_part((enum part_place)place, i);

			if (p->needed >> i & 1 && !is_given(g, id))
				return is_missing(k, id);
		}
	}
	return 0;
}

static int check_paired_parts(const struct check *k)
{
	struct place_name name;
	const struct given *g = k->g;
	const struct protocol *p = g->protocol;

	if (!p->pairs || !(part_rules[p->part[0].kind][PART_ORIGINAL].pair & k->place) ||
		parts_given(g, PART_ORIGINAL) || parts_given(g, PART_REPLY))
		return 0;
	return complain(k->c, "%s -p %s: needs --%s and --%s, or --%s and --%s",
		place_spelled(&name, k->g), p->name, p->part[0].option[PART_ORIGINAL],
		p->part[1].option[PART_ORIGINAL], p->part[0].option[PART_REPLY],
		p->part[1].option[PART_REPLY]);
}

/*
 * Both addresses of one direction or all four. With NAT the reply address that
 * it replaces may be missing: that is how -o save writes it.
 */
static int check_paired_addresses(const struct check *k)
{
	struct place_name name;
	const struct given *g = k->g;
	bool source = is_given(g, OPTION_SOURCE);
	bool destination = is_given(g, OPTION_DESTINATION);
	bool reply_source = is_given(g, OPTION_REPLY_SOURCE);
	bool reply_destination = is_given(g, OPTION_REPLY_DESTINATION);
	bool original = source && destination;
	bool reply = reply_source && reply_destination;

	if (!(k->place & (ON(COMMAND_GET) | ON(COMMAND_CREATE) | ON(COMMAND_ADD))))
		return 0;
	if (original && (reply || (!reply_source && !reply_destination)))
		return 0;
	if (reply && !source && !destination)
		return 0;
	if (original && is_given(g, reply_source ? OPTION_SOURCE_NAT : OPTION_DESTINATION_NAT))
		return 0;
	return complain(
		k->c, "%s: needs -s and -d, or -r and -q, or all four", place_spelled(&name, k->g));
}

static int check_conflicts(const struct check *k)
{
	static const uint8_t pairs[][2] = {
		{OPTION_ANY_NAT, OPTION_SOURCE_NAT},
		{OPTION_ANY_NAT, OPTION_DESTINATION_NAT},
		{OPTION_LABEL_ADD, OPTION_LABEL_DELETE},
		/* The kernel keeps one translation of an expectation. */
		{OPTION_EXPECT_NAT_ORIGINAL, OPTION_EXPECT_NAT_REPLY},
	};
	struct spelling a;
	struct spelling b;

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		if (is_given(k->g, pairs[i][0]) && is_given(k->g, pairs[i][1]))
			return complain(k->c, "%s and %s cannot be used together",
				option_spelled(&a, k->g, pairs[i][0]),
				option_spelled(&b, k->g, pairs[i][1]));
	}
	return 0;
}

/* -z zeroes what the kernel sends, so nothing may be left out afterwards. */
static int check_zero(const struct check *k)
{
	const option_set harmless = OPTION_SET(OPTION_ZERO, OPTION_FAMILY, OPTION_OUTPUT,
		OPTION_LABEL_MAP, OPTION_NAT_RANGE, OPTION_EXPLAIN);
	/* All that says how it is shown, but for that which ends the list early. */
	option_set views = option_set_range(OPTION_GROUP_BY, OPTION_NETNS + 1);
	option_set filters;
	struct spelling a;
	struct spelling b;

	option_set_remove(&views, OPTION_LIMIT);
	filters = option_set_without(option_set_without(k->g->options, harmless), views);
	if (!is_given(k->g, OPTION_ZERO))
		return 0;
	if (k->g->table == TABLE_DYING || k->g->table == TABLE_UNCONFIRMED)
		return complain(k->c, "%s: the kernel zeroes no counters of '%s'",
			option_spelled(&a, k->g, OPTION_ZERO), table_names[k->g->table]);
	if (option_set_empty(filters))
		return 0;
	return complain(k->c, "%s: zeroes all entries, so it cannot be used with %s (only with -f)",
		option_spelled(&a, k->g, OPTION_ZERO),
		option_spelled(&b, k->g, (int)option_set_first(filters)));
}

/* /32 and /128 are an address in other words, wherever an address may stand. */
static bool is_network(const struct given_address *a)
{
	unsigned all = a->family == AF_INET ? 4 : 16;

	for (unsigned i = 0; a->has_bits && i < all; i++) {
		if (a->mask.bytes[i] != 0xff)
			return true;
	}
	return false;
}

/* One side's address, its /BITS and its mask. */
static int check_mask(const struct check *k, int address, int mask)
{
	struct place_name name;
	const struct given *g = k->g;
	struct spelling a;
	struct spelling b;

	if (is_given(g, mask) && !is_given(g, address))
		return complain(k->c, "%s: needs %s ADDRESS", option_spelled(&a, g, mask),
			option_spelled(&b, g, address));
	if (!is_given(g, address) || !g->address[address].has_bits)
		return 0;
	if (is_given(g, mask))
		return complain(k->c, "%s: cannot be used with the /BITS of %s",
			option_spelled(&a, g, mask), option_spelled(&b, g, address));
	if (!(option_rows[mask].takes & k->place) && is_network(&g->address[address]))
		return complain(k->c, "%s: a network (/BITS) does not go with %s",
			option_spelled(&a, g, address), place_spelled(&name, k->g));
	return 0;
}

static int check_masks(const struct check *k)
{
	struct place_name name;
	bool expect = k->g->table == TABLE_EXPECT;

	/* The masks of an expectation are for the expected tuple, not for -s -d. */
	if (expect && (check_mask(k, OPTION_TUPLE_SOURCE, OPTION_MASK_SOURCE) < 0 ||
			      check_mask(k, OPTION_TUPLE_DESTINATION, OPTION_MASK_DESTINATION) < 0))
		return -1;
	if (!expect)
		return check_mask(k, OPTION_SOURCE, OPTION_MASK_SOURCE) < 0 ||
				       check_mask(k, OPTION_DESTINATION, OPTION_MASK_DESTINATION) <
					       0
			       ? -1
			       : 0;
	for (int id = OPTION_SOURCE; id <= OPTION_DESTINATION; id++) {
		struct spelling s;

		if (is_given(k->g, id) && is_network(&k->g->address[id]))
			return complain(k->c, "%s: a network (/BITS) does not go with %s",
				option_spelled(&s, k->g, id), place_spelled(&name, k->g));
	}
	return 0;
}

static int check_output_words(const struct check *k)
{
	const char *names[VALUE_WORDS_MAX];
	const struct given *g = k->g;
	struct place_name name;
	struct spelling s;
	char known[160];

	for (size_t i = 0; i < output_word_count; i++) {
		const struct value_word *word = &output_words[i];
		bool given = word->format != NULL ? word->format == g->format
						  : (word->value & g->output_flags) != 0;

		if (!given || word->takes & k->place)
			continue;
		list_words(known, sizeof(known), names, output_words_at(k->place, names), ", ");
		return complain(k->c, "%s: '%s' does not go with %s (%s)",
			option_spelled(&s, g, OPTION_OUTPUT), word->name, place_spelled(&name, g),
			known);
	}
	return 0;
}

static int check_output(const struct check *k)
{
	const struct given *g = k->g;
	struct spelling s;

	if (!is_given(g, OPTION_OUTPUT))
		return 0;
	if (check_output_words(k) < 0)
		return -1;
	if (g->format == &output_save && (g->output_flags & ~(unsigned)OUTPUT_FULL) != 0)
		return complain(k->c, "%s: 'save' goes with no other output but 'full'",
			option_spelled(&s, g, OPTION_OUTPUT));
	if (g->output_flags & OUTPUT_FULL && g->format != &output_save)
		return complain(
			k->c, "%s: 'full' goes with 'save'", option_spelled(&s, g, OPTION_OUTPUT));
	return 0;
}

/*
 * What --resync compares is what is there, so what selects may not change while
 * an entry lives; and an end may be known by its number alone, which as a line
 * of -R would delete far more.
 */
static int check_resync(const struct check *k)
{
	static const uint8_t changing[] = {OPTION_MARK, OPTION_SECMARK, OPTION_LABEL, OPTION_STATE};
	const struct given *g = k->g;
	struct spelling a;
	struct spelling b;

	if (!is_given(g, OPTION_RESYNC))
		return 0;
	if (g->format == &output_save)
		return complain(k->c, "%s: does not go with the output 'save'",
			option_spelled(&a, g, OPTION_RESYNC));
	for (size_t i = 0; i < sizeof(changing) / sizeof(changing[0]); i++) {
		if (is_given(g, changing[i]))
			return complain(k->c, "%s: does not go with %s, which may change",
				option_spelled(&a, g, OPTION_RESYNC),
				option_spelled(&b, g, changing[i]));
	}
	return 0;
}

static int check_status(const struct check *k)
{
	const struct given *g = k->g;
	struct spelling s;

	if (!is_given(g, OPTION_STATUS))
		return 0;
	if (g->expectation_flags != 0 && g->table != TABLE_EXPECT)
		return complain(k->c,
			"%s: PERMANENT, INACTIVE and USERSPACE are flags of expectations",
			option_spelled(&s, g, OPTION_STATUS));
	/* -I and -A take them: a new entry lacks the flag; where one exists, -A leaves it. */
	if (g->command == COMMAND_UPDATE && g->status_clear != 0)
		return complain(k->c, "%s: flags can be added only, not taken away",
			option_spelled(&s, g, OPTION_STATUS));
	return 0;
}

/* What --reliable keeps is the ends, which must be among what is listened to. */
static int check_reliable(const struct check *k)
{
	const struct given *g = k->g;
	struct spelling s;

	if (!is_given(g, OPTION_RELIABLE) || is_given(g, OPTION_RESYNC) || g->event_mask == 0 ||
		g->event_mask & EVENTS_DESTROY)
		return 0;
	return complain(k->c, "%s: no end is lost; it needs DESTROY among the kinds of -e",
		option_spelled(&s, g, OPTION_RELIABLE));
}

/* A new entry needs to know what it is translated to. */
static int check_nat(const struct check *k)
{
	struct place_name name;
	const struct given *g = k->g;
	struct spelling s;

	if (g->command != COMMAND_CREATE && g->command != COMMAND_ADD)
		return 0;
	for (int id = OPTION_SOURCE_NAT; id <= OPTION_DESTINATION_NAT; id++) {
		if (is_given(g, id) && g->nat[id - OPTION_SOURCE_NAT].family == AF_UNSPEC)
			return complain(k->c, "%s: needs an address with %s",
				option_spelled(&s, g, id), place_spelled(&name, k->g));
	}
	return 0;
}

/*
 * A saved -D line has words that do not select (-t, --role). They may be passed
 * over where the line names its entry, but where they are all that there is the
 * line would delete what nobody named.
 */
static int check_saved_delete(const struct check *k)
{
	const struct given *g = k->g;
	option_set passed_over =
		option_set_both(g->options, OPTION_SET(OPTION_TIMEOUT, OPTION_ROLE));
	struct spelling s;

	if (g->command != COMMAND_DELETE || option_set_empty(passed_over))
		return 0;
	if (is_given(g, OPTION_SOURCE) && is_given(g, OPTION_DESTINATION))
		return 0;
	return complain(k->c, "%s: does not select; a -D line with it needs -s and -d",
		option_spelled(&s, g, (int)option_set_first(passed_over)));
}

/* All of the tuple of a master, or nothing. */
static int check_master(const struct check *k)
{
	static const uint8_t ids[] = {OPTION_MASTER_SOURCE, OPTION_MASTER_DESTINATION,
		OPTION_MASTER_PROTOCOL, OPTION_MASTER_SOURCE_PORT, OPTION_MASTER_DESTINATION_PORT};
	const struct given *g = k->g;
	const struct protocol *p = NULL;

	if (!option_set_meet(g->options, option_set_of(ids, sizeof(ids))))
		return 0;
	if (is_given(g, OPTION_MASTER_PROTOCOL))
		p = protocol_by_number(g->master_protocol);
	for (size_t i = 0; i < sizeof(ids); i++) {
		bool port = ids[i] >= OPTION_MASTER_SOURCE_PORT;

		if (!is_given(g, ids[i]) && (!port || (p != NULL && p->pairs)))
			return is_missing(k, ids[i]);
	}
	return 0;
}

/* The kernel takes window scales only together, and with the flag of both sides. */
static int check_window_scale(const struct check *k)
{
	const struct given *g = k->g;
	struct spelling a;
	struct spelling b;

	for (int d = 0; d < DIRECTIONS; d++) {
		int scale = OPTION_ORIGINAL_WSCALE + d;
		int other = OPTION_ORIGINAL_WSCALE + !d;
		int flags = OPTION_ORIGINAL_TCP_FLAGS + d;

		if (!is_given(g, scale))
			continue;
		if (!is_given(g, other))
			return complain(k->c, "%s: needs %s, too", option_spelled(&a, g, scale),
				option_spelled(&b, g, other));
		if (is_given(g, flags) && !(g->tcp_flags[d] & IP_CT_TCP_FLAG_WINDOW_SCALE))
			return complain(k->c, "%s: needs WINDOW_SCALE in %s",
				option_spelled(&a, g, scale), option_spelled(&b, g, flags));
	}
	return 0;
}

/* The translation of an expectation is to one port. */
static int check_expected_nat(const struct check *k)
{
	const struct given *g = k->g;
	struct spelling s;

	for (int id = OPTION_EXPECT_NAT_ORIGINAL; id <= OPTION_EXPECT_NAT_REPLY; id++) {
		const struct given_nat *nat = &g->nat[id - OPTION_SOURCE_NAT];

		if (is_given(g, id) && nat->has_port && nat->port_minimum != nat->port_maximum)
			return complain(k->c, "%s: takes one port, not a range of them",
				option_spelled(&s, g, id));
	}
	return 0;
}

bool given_is_generic(const struct given *g)
{
	return g->loading && g->protocol != NULL && g->protocol->optional && g->parts == 0 &&
	       !option_set_meet(g->options, option_set_range(OPTION_STATE, OPTION_ROWS));
}

static int check_view(const struct check *k)
{
	return given_check_view(k->g, k->c);
}

/* "-L expect: has no place in a file; only -I of conntrack, and -D of expect have" */
static int is_not_loadable(const struct given *g, struct complaint *c)
{
	struct place_name name;
	struct loadable_names commands;
	char known[160] = "";
	size_t used = 0;

	for (int table = 0; table < TABLES && used < sizeof(known); table++) {
		loadable_spelled(&commands, 1u << table);
		if (*commands.text != '\0')
			used += (size_t)snprintf(known + used, sizeof(known) - used, "%s%s of %s",
				used > 0 ? ", and " : "", commands.text, table_names[table]);
	}
	return complain(
		c, "%s: has no place in a file; only %s have", place_spelled(&name, g), known);
}

int given_check(const struct given *g, struct complaint *c)
{
	static int (*const checks[])(const struct check *k) = {
		check_taken,
		check_conflicts,
		check_zero,
		check_paired_addresses,
		check_masks,
		check_needed_rows,
		check_output,
		check_resync,
		check_status,
		check_reliable,
		check_nat,
		check_saved_delete,
		check_view,
		check_master,
		check_window_scale,
		check_expected_nat,
	};
	struct check k = {.g = g, .place = option_place(g->command, g->table), .c = c};

	if (g->loading && !cli_loadable(g->command, g->table))
		return is_not_loadable(g, c);
	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
		if (checks[i](&k) < 0)
			return -1;
	}
	if (g->protocol == NULL || given_is_generic(g))
		return 0;
	return check_needed_parts(&k) < 0 || check_paired_parts(&k) < 0 ? -1 : 0;
}
