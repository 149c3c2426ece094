/* SPDX-License-Identifier: MIT */
/* The words of -u: status flags, set or not set. */
#include <linux/netfilter/nf_conntrack_common.h>
#include <strings.h>

#include "cli/readers.h"
#include "flow/status.h"

/* Flags that select, and two words besides. */
enum { STATUS_WORDS_MAX = 20 };

struct status_words {
	size_t count;
	struct value_word word[STATUS_WORDS_MAX];
};

/* Made at the first call. */
static const struct status_words *status_words(void)
{
	static struct status_words words;

	if (words.count > 0)
		return &words;
	for (size_t i = 0; i < status_bit_count && words.count < STATUS_WORDS_MAX - 2; i++) {
		if (status_bits[i].selectable)
			words.word[words.count++] = (struct value_word){
				.name = status_bits[i].name, .value = status_bits[i].bit};
	}
	words.word[words.count++] = (struct value_word){
		.name = STATUS_UNREPLIED, .value = IPS_SEEN_REPLY, .negated = true};
	words.word[words.count++] = (struct value_word){.name = STATUS_UNSET};
	return &words;
}

/* The words of -u on the table expect (enum expectation_flag). */
static const struct value_word *expectation_words(void)
{
	static struct value_word words[EXPECTATION_FLAG_COUNT];

	for (unsigned i = 0; i < EXPECTATION_FLAG_COUNT; i++)
		words[i] = (struct value_word){
			.name = expectation_flag_names[i], .value = UINT32_C(1) << i};
	return words;
}

/* A flag of an expectation, elsewhere only if it is written out; 0 for another word. */
static uint32_t expectation_flag(const struct given *g, struct part_text part)
{
	const struct value_word *words = expectation_words();
	int found = value_find_word(words, EXPECTATION_FLAG_COUNT, part);

	if (found < 0 || (g->table != TABLE_EXPECT && words[found].name[part.length] != '\0'))
		return 0;
	return words[found].value;
}

size_t status_words_at(uint32_t place, const char *names[static VALUE_WORDS_MAX])
{
	bool expect = (place & ON_EXPECT(COMMAND_CREATE)) != 0;
	const struct value_word *words = expect ? expectation_words() : status_words()->word;
	size_t count = expect ? EXPECTATION_FLAG_COUNT : status_words()->count;

	for (size_t i = 0; i < count; i++)
		names[i] = words[i].name;
	return count;
}

/* SRC_NAT and DST_NAT are flags of the kernel, but -n and -g know more. */
static bool is_nat_flag(struct part_text part)
{
	static const char *const names[] = {"SRC_NAT", "DST_NAT"};

	for (size_t i = 0; i < COUNT(names); i++) {
		if (part.length >= 1 && strncasecmp(names[i], part.text, part.length) == 0)
			return true;
	}
	return false;
}

static int no_such_status(
	const struct given *g, int id, struct part_text name, int found, struct complaint *c)
{
	struct spelling s;
	const struct status_words *words = status_words();

	/* Those of flows are taken there, but nobody means them. */
	if (g->table == TABLE_EXPECT)
		return value_no_such_word(g, id, "flag of an expectation", expectation_words(),
			EXPECTATION_FLAG_COUNT, name, -1, c);
	if (found == -1 && is_nat_flag(name))
		return complain(c,
			"%s: translated entries are selected with -n and -g, not by '%.*s'",
			option_spelled(&s, g, id), (int)name.length, name.text);
	return value_no_such_word(g, id, "status", words->word, words->count, name, found, c);
}

static int read_status_word(struct given *g, int id, struct part_text part, struct complaint *c)
{
	struct spelling s;
	const struct status_words *words = status_words();
	bool not = part.length > 0 && part.text[0] == '!';
	struct part_text name = {part.text + not, part.length - not };
	uint32_t flag = expectation_flag(g, part);
	int found;

	if (flag != 0) {
		g->expectation_flags |= flag;
		return 0;
	}
	found = value_find_word(words->word, words->count, name);
	if (found < 0)
		return no_such_status(g, id, name, found, c);

	const struct value_word *word = &words->word[found];

	if (word->value == 0 && not )
		return complain(
			c, "%s: '!%s' means nothing", option_spelled(&s, g, id), STATUS_UNSET);
	if (not != word->negated)
		g->status_clear |= word->value;
	else
		g->status_set |= word->value;
	return 0;
}

int value_status(struct given *g, int id, const char *text, struct complaint *c)
{
	struct spelling s;
	struct part_text part;

	while (value_next_part(&text, &part)) {
		if (read_status_word(g, id, part, c) < 0)
			return -1;
	}
	if (g->status_set & g->status_clear)
		return complain(c, "%s: %s cannot be both set and not set",
			option_spelled(&s, g, id),
			status_by_bit(1u << __builtin_ctz(g->status_set & g->status_clear))->name);
	return 0;
}
