/* SPDX-License-Identifier: MIT */
/* The option table itself, and how its names are found. */
#include "cli/options.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "cli/cli.h"

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

/* The long options of 1.4.9, each with a name of its own for what it means. */
struct old_option {
	const char *name;
	const char *option; /* its short form, or its first name in our table */
};

static const struct old_option old_options[] = {
	{"dump", "-L"},
	{"get", "-G"},
	{"create", "-I"},
	{"add", "-A"},
	{"delete", "-D"},
	{"update", "-U"},
	{"flush", "-F"},
	{"event", "-E"},
	{"counter", "-C"},
	{"stats", "-S"},
	{"version", "-V"},
	{"help", "-h"},
	{"src", "-s"},
	{"orig-src", "-s"},
	{"dst", "-d"},
	{"orig-dst", "-d"},
	{"reply-src", "-r"},
	{"reply-dst", "-q"},
	{"protonum", "-p"},
	{"timeout", "-t"},
	{"status", "-u"},
	{"mark", "-m"},
	{"secmark", "-c"},
	{"id", "-i"},
	{"zone", "-w"},
	{"orig-zone", "-("},
	{"reply-zone", "-)"},
	{"family", "-f"},
	{"src-nat", "-n"},
	{"dst-nat", "-g"},
	{"any-nat", "-j"},
	{"output", "-o"},
	{"event-mask", "-e"},
	{"buffer-size", "-b"},
	{"zero", "-z"},
	{"label", "-l"},
	{"label-add", "-<"},
	{"label-del", "->"},
	{"labelmap", "-M"},
	{"tuple-src", "-["},
	{"tuple-dst", "-]"},
	{"mask-src", "-{"},
	{"mask-dst", "-}"},
	{"nat-range", "-a"},
};

static const struct old_option old_port_options[] = {
	{"sport", "sport"},
	{"orig-port-src", "sport"},
	{"dport", "dport"},
	{"orig-port-dst", "dport"},
	{"reply-port-src", "reply-port-src"},
	{"reply-port-dst", "reply-port-dst"},
	{"mask-port-src", "mask-port-src"},
	{"mask-port-dst", "mask-port-dst"},
	{"tuple-port-src", "tuple-port-src"},
	{"tuple-port-dst", "tuple-port-dst"},
};
static const struct old_option old_state_options[] = {{"state", "state"}};
static const struct old_option old_sctp_options[] = {
	{"orig-vtag", "orig-vtag"}, {"reply-vtag", "reply-vtag"}};
static const struct old_option old_dccp_options[] = {{"role", "role"}};
static const struct old_option old_icmp_options[] = {
	{"icmp-type", "icmp-type"}, {"icmp-code", "icmp-code"}, {"icmp-id", "icmp-id"}};
static const struct old_option old_icmpv6_options[] = {
	{"icmpv6-type", "icmpv6-type"}, {"icmpv6-code", "icmpv6-code"}, {"icmpv6-id", "icmpv6-id"}};
static const struct old_option old_gre_options[] = {
	{"srckey", "srckey"},
	{"orig-key-src", "srckey"},
	{"dstkey", "dstkey"},
	{"orig-key-dst", "dstkey"},
	{"reply-key-src", "reply-key-src"},
	{"reply-key-dst", "reply-key-dst"},
	{"mask-key-src", "mask-key-src"},
	{"mask-key-dst", "mask-key-dst"},
	{"tuple-key-src", "tuple-key-src"},
	{"tuple-key-dst", "tuple-key-dst"},
};

/* All that 1.4.9 knows behind -p of a protocol. */
struct old_list {
	const struct old_option *option[64];
	unsigned count;
};

static void add_old(struct old_list *list, const struct old_option *options, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		assert_in_range(list->count, 0, COUNT(list->option) - 1);
		list->option[list->count++] = &options[i];
	}
}

static void old_list_of(struct old_list *list, const char *protocol)
{
	list->count = 0;
	add_old(list, old_options, COUNT(old_options));
	if (strcmp(protocol, "") == 0)
		return;
	if (strcmp(protocol, "icmp") == 0)
		add_old(list, old_icmp_options, COUNT(old_icmp_options));
	else if (strcmp(protocol, "icmpv6") == 0)
		add_old(list, old_icmpv6_options, COUNT(old_icmpv6_options));
	else if (strcmp(protocol, "gre") == 0)
		add_old(list, old_gre_options, COUNT(old_gre_options));
	else
		add_old(list, old_port_options, COUNT(old_port_options));
	if (strcmp(protocol, "tcp") == 0 || strcmp(protocol, "sctp") == 0 ||
		strcmp(protocol, "dccp") == 0)
		add_old(list, old_state_options, COUNT(old_state_options));
	if (strcmp(protocol, "sctp") == 0)
		add_old(list, old_sctp_options, COUNT(old_sctp_options));
	if (strcmp(protocol, "dccp") == 0)
		add_old(list, old_dccp_options, COUNT(old_dccp_options));
}

/* What getopt_long(3) takes a word for: the option, NULL: unknown or ambiguous. */
static const char *old_meaning(const struct old_list *list, const char *word, size_t length)
{
	const char *meaning = NULL;

	for (unsigned i = 0; i < list->count; i++) {
		const struct old_option *o = list->option[i];

		if (strncmp(o->name, word, length) != 0)
			continue;
		if (o->name[length] == '\0')
			return o->option;
		if (meaning != NULL && strcmp(meaning, o->option) != 0)
			meaning = "several";
		else if (meaning == NULL)
			meaning = o->option;
	}
	return meaning == NULL || strcmp(meaning, "several") == 0 ? NULL : meaning;
}

/* What ours takes it for. */
static int our_meaning(const char *word, size_t length, const struct protocol *protocol)
{
	char fits[256];
	int id = option_by_name(word, length, protocol);

	return id >= 0 ? id : option_by_abbreviation(word, length, protocol, fits, sizeof(fits));
}

static int id_of(const char *option, const struct protocol *protocol)
{
	if (option[0] == '-')
		return option_by_letter(option[1]);
	return option_by_name(option, strlen(option), protocol);
}

/* Every beginning of every old name, with one protocol. Returns how many have a meaning. */
static unsigned check_beginnings(const char *name, const struct protocol *protocol)
{
	struct old_list list;
	unsigned checked = 0;

	old_list_of(&list, name);
	for (unsigned i = 0; i < list.count; i++) {
		const char *word = list.option[i]->name;

		for (size_t length = 1; length <= strlen(word); length++) {
			const char *old = old_meaning(&list, word, length);

			if (old == NULL)
				continue;
			if (our_meaning(word, length, protocol) != id_of(old, protocol))
				fail_msg("-p %s: --%.*s does not mean %s", name, (int)length, word,
					old);
			checked++;
		}
	}
	return checked;
}

static void old_abbreviations_keep_their_meaning(void **state)
{
	(void)state;
	assert_in_range(check_beginnings("", NULL), 150, 400);
	for (size_t i = 0; i < protocol_count; i++)
		assert_in_range(check_beginnings(protocols[i].name, &protocols[i]), 150, 500);
	assert_int_equal(our_meaning("count", 5, NULL), OPTION_COMMAND + COMMAND_COUNT);
	assert_int_equal(our_meaning("proto", 5, NULL), OPTION_PROTOCOL);
}

/* Our names are the old ones and those that say they are not. */
static void only_added_names_are_new(void **state)
{
	struct option_name known;
	unsigned cursor = 0;
	unsigned old = 0;

	(void)state;
	while (option_next_name(&cursor, NULL, &known)) {
		size_t i = 0;

		while (i < COUNT(old_options) && strcmp(old_options[i].name, known.name) != 0)
			i++;
		assert_int_equal(known.added, i == COUNT(old_options));
		old += !known.added;
	}
	assert_int_equal(old, COUNT(old_options));
}

static void every_name_finds_itself(void **state)
{
	(void)state;
	for (size_t i = 0; i <= protocol_count; i++) {
		const struct protocol *protocol = i < protocol_count ? &protocols[i] : NULL;
		struct option_name known;
		unsigned cursor = 0;

		while (option_next_name(&cursor, protocol, &known)) {
			char longer[64];
			int n = snprintf(longer, sizeof(longer), "%s=x", known.name);

			assert_int_equal(
				option_by_name(longer, strlen(known.name), protocol), known.id);
			assert_int_equal(option_by_name(longer, (size_t)n, protocol), -1);
		}
	}
	assert_int_equal(option_by_name("", 0, NULL), -1);
	assert_int_equal(option_by_name("sport", 5, NULL), -1);
	assert_int_equal(option_by_name("load-file", 9, NULL), -1);
}

static void names_and_letters_are_unique(void **state)
{
	unsigned letters[128] = {0};

	(void)state;
	for (int id = 0; id < OPTION_ROWS; id++) {
		letters[(unsigned char)option_rows[id].letter]++;
		letters[(unsigned char)option_rows[id].letter2]++;
	}
	for (int command = 1; command < COMMANDS; command++)
		letters[(unsigned char)command_rows[command].option[1]]++;
	for (unsigned c = 1; c < 128; c++)
		assert_in_range(letters[c], 0, 1);
	for (int letter = -128; letter < 128; letter++) {
		bool known = letter > 0 && letters[letter] == 1 && letter != 'R';

		assert_int_equal(option_by_letter((char)letter) >= 0, known);
	}
	for (size_t i = 0; i < protocol_count; i++) {
		struct option_name a, b;
		unsigned at = 0;

		while (option_next_name(&at, &protocols[i], &a)) {
			unsigned behind = at;

			while (option_next_name(&behind, &protocols[i], &b))
				assert_string_not_equal(a.name, b.name);
		}
	}
}

static void rows_are_whole(void **state)
{
	(void)state;
	for (int id = 0; id < OPTION_ROWS; id++) {
		const struct option_row *row = &option_rows[id];

		assert_non_null(row->name);
		assert_non_null(row->help);
		assert_int_equal(row->argument != ARGUMENT_NONE, row->argument_name != NULL);
		assert_int_equal(row->needs & ~row->takes, 0);
		assert_int_equal(row->loaded & row->takes, 0);
		assert_int_equal(row->extra != 0, id >= OPTION_STATE);
	}
	for (int command = 1; command < COMMANDS; command++) {
		const struct command_row *row = &command_rows[command];

		assert_non_null(row->name);
		assert_non_null(row->help);
		assert_non_null(row->done);
		assert_non_null(row->examples[0]);
		assert_non_null(row->examples[1]);
		assert_string_equal(cli_command_option((enum command)command), row->option);
	}
	for (size_t i = 0; i < protocol_count; i++) {
		/* check.c goes by the first part's rule. */
		for (unsigned j = 1; j < protocols[i].part_count; j++)
			assert_int_equal(protocols[i].part[j].kind, protocols[i].part[0].kind);
	}
}

static void places(void **state)
{
	option_set delete = options_taken(option_place(COMMAND_DELETE, TABLE_CONNTRACK), false);
	option_set loaded = options_taken(option_place(COMMAND_DELETE, TABLE_CONNTRACK), true);
	option_set version = options_taken(option_place(COMMAND_VERSION, TABLE_CONNTRACK), false);
	option_set nat_range = OPTION_SET(OPTION_NAT_RANGE);
	option_set create = options_needed(option_place(COMMAND_CREATE, TABLE_CONNTRACK));

	(void)state;
	assert_true(option_set_has(delete, OPTION_SOURCE));
	assert_false(option_set_has(delete, OPTION_TIMEOUT));
	assert_true(option_set_has(loaded, OPTION_TIMEOUT));
	assert_true(option_set_has(create, OPTION_PROTOCOL));
	assert_true(option_set_has(create, OPTION_TIMEOUT));
	assert_false(option_set_has(create, OPTION_MARK));
	assert_memory_equal(&version, &nat_range, sizeof(version));
	assert_int_equal(option_place(COMMAND_LIST, TABLE_DYING),
		option_place(COMMAND_LIST, TABLE_CONNTRACK));
	assert_true(cli_loadable(COMMAND_DELETE, TABLE_CONNTRACK));
	assert_true(cli_loadable(COMMAND_CREATE, TABLE_EXPECT));
	assert_true(cli_loadable(COMMAND_DELETE, TABLE_EXPECT));
	assert_false(cli_loadable(COMMAND_FLUSH, TABLE_EXPECT));
	assert_false(cli_loadable(COMMAND_LIST, TABLE_CONNTRACK));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(old_abbreviations_keep_their_meaning),
		cmocka_unit_test(only_added_names_are_new),
		cmocka_unit_test(every_name_finds_itself),
		cmocka_unit_test(names_and_letters_are_unique),
		cmocka_unit_test(rows_are_whole),
		cmocka_unit_test(places),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
