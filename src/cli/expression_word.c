/* SPDX-License-Identifier: MIT */
/* Values of expressions that are words: states, flags, protocols, labels, helpers. */
#include <ctype.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "base/suggest.h"
#include "cli/expression_value.h"
#include "cli/values.h"
#include "flow/protocol.h"
#include "flow/status.h"

/* The word in hand with a NUL, or NULL with a complaint. */
static const char *word_in_hand(struct parser *p, char *out, size_t size, const char *what)
{
	if (p->token.kind != TOKEN_WORD && p->token.kind != TOKEN_STRING)
		return parser_expected(p, what);
	if (p->token.length > 0 && token_copy(&p->token, out, size))
		return out;
	return parser_fail(
		p, &p->token, "'%.*s' is not %s", (int)p->token.length, p->token.text, what);
}

/* --- states ----------------------------------------------------------- */

/* The states of a name, of each protocol that has one: whether any has. */
static bool find_states(const char *name, uint16_t states[static STATE_PROTOCOLS])
{
	bool found = false;

	for (int row = 0; row < STATE_PROTOCOLS; row++) {
		int state = protocol_state_by_name(protocol_by_number(state_protocols[row]), name);

		if (state < 0)
			continue;
		states[row] |= (uint16_t)(1u << state);
		found = true;
	}
	return found;
}

static void *no_such_state(struct parser *p, const char *name)
{
	const char *names[STATE_PROTOCOLS];
	struct suggestion nearest;
	char known[64];
	char hint[96];

	suggest_start(&nearest, name);
	for (int row = 0; row < STATE_PROTOCOLS; row++) {
		const struct protocol *protocol = protocol_by_number(state_protocols[row]);

		names[row] = protocol->name;
		for (uint8_t state = 0; state < protocol->state_count; state++)
			suggest_offer(&nearest, protocol->states[state]);
	}
	list_words(known, sizeof(known), names, STATE_PROTOCOLS, " or ");
	return parser_fail(p, &p->token, "'%s' is not a state of %s%s", name, known,
		suggest_text(&nearest, hint, sizeof(hint)));
}

static bool read_state(struct parser *p, void *data)
{
	struct term *term = data;
	char typed[64] = "";
	char name[sizeof(typed)];

	if (word_in_hand(p, typed, sizeof(typed), "a state") == NULL)
		return false;
	for (size_t i = 0; i < sizeof(name); i++)
		name[i] = (char)toupper((unsigned char)typed[i]);
	return find_states(name, term->states) || no_such_state(p, typed);
}

struct node *parser_state(struct parser *p)
{
	struct node *node = node_term(p->e, TERM_STATES);
	int opposite = parser_equality(p);

	if (opposite < 0)
		return NULL;
	if (node == NULL)
		return parser_no_memory(p);
	if (!parser_each(p, "a state", read_state, &node->term))
		return NULL;
	return parser_negate(p, node, opposite == 1);
}

/* --- status flags ----------------------------------------------------- */

static void *no_such_status(struct parser *p, const char *name)
{
	struct suggestion nearest;
	char hint[96];
	char known[256] = "";
	size_t used = 0;

	suggest_start(&nearest, name);
	for (size_t i = 0; i < status_bit_count; i++) {
		suggest_offer(&nearest, status_bits[i].name);
		used += (size_t)snprintf(
			known + used, sizeof(known) - used, "%s, ", status_bits[i].name);
	}
	suggest_offer(&nearest, STATUS_UNREPLIED);
	return parser_fail(p, &p->token, "'%s' is not a status flag (%s%s)%s", name, known,
		STATUS_UNREPLIED, suggest_text(&nearest, hint, sizeof(hint)));
}

static struct node *one_status(struct parser *p)
{
	struct node *node = node_term(p->e, TERM_STATUS);
	char name[64];

	if (node == NULL)
		return parser_no_memory(p);
	if (word_in_hand(p, name, sizeof(name), "a status flag") == NULL)
		return NULL;
	if (strcasecmp(name, STATUS_UNREPLIED) == 0) {
		node->term.mask = IPS_SEEN_REPLY;
		return node;
	}
	for (size_t i = 0; i < status_bit_count; i++) {
		if (strcasecmp(name, status_bits[i].name) != 0)
			continue;
		node->term.mask = node->term.number = status_bits[i].bit;
		return node;
	}
	return no_such_status(p, name);
}

struct node *parser_status(struct parser *p)
{
	return parser_items(p, "a status flag", one_status);
}

/* --- protocols and families ------------------------------------------- */

static struct node *one_protocol(struct parser *p)
{
	static const char what[] = "a protocol (a name or a number from 0 to 255)";
	struct node *node = node_term(p->e, TERM_PROTOCOL);
	char name[64];
	int number;

	if (node == NULL)
		return parser_no_memory(p);
	if (word_in_hand(p, name, sizeof(name), what) == NULL)
		return NULL;
	number = protocol_number_of(name);
	if (number < 0)
		return parser_fail(p, &p->token, "'%s' is not %s", name, what);
	node->term.number = (uint32_t)number;
	return node;
}

struct node *parser_protocol(struct parser *p)
{
	return parser_items(p, "a protocol", one_protocol);
}

static struct node *one_family(struct parser *p)
{
	static const char *const ipv4[] = {"ipv4", "ip", "ip4", "inet"};
	static const char *const ipv6[] = {"ipv6", "ip6", "inet6", "inet6"};
	struct node *node = node_term(p->e, TERM_FAMILY);
	char name[64];

	if (node == NULL)
		return parser_no_memory(p);
	if (word_in_hand(p, name, sizeof(name), "a family (ipv4 or ipv6)") == NULL)
		return NULL;
	for (size_t i = 0; i < sizeof(ipv4) / sizeof(ipv4[0]); i++) {
		if (strcasecmp(name, ipv4[i]) == 0)
			node->term.number = AF_INET;
		if (strcasecmp(name, ipv6[i]) == 0)
			node->term.number = AF_INET6;
	}
	if (node->term.number == 0)
		return parser_fail(p, &p->token, "'%s' is not a family (ipv4 or ipv6)", name);
	return node;
}

struct node *parser_family(struct parser *p)
{
	return parser_items(p, "a family (ipv4 or ipv6)", one_family);
}

/* --- labels and helpers ----------------------------------------------- */

/* A name as it is written: in quotes when it is not one word. */
static const char *written(struct parser *p, const char *name)
{
	size_t length = strlen(name);
	bool plain = strpbrk(name, " \t\n\v\f\r()<>=!{},&|@#") == NULL &&
		     strcasecmp(name, "and") != 0 && strcasecmp(name, "or") != 0 &&
		     strcasecmp(name, "not") != 0 && !parser_is_comparison(name);
	char *copy = arena_take(&p->e->arena, length + 3);

	if (copy == NULL)
		return parser_no_memory(p);
	snprintf(copy, length + 3, plain ? "%s" : "\"%s\"", name);
	return copy;
}

static void *no_such_label(struct parser *p, const struct label_map *map, const char *name)
{
	struct suggestion nearest;
	char hint[96];

	suggest_start(&nearest, name);
	for (unsigned bit = 0; bit < LABEL_BITS; bit++) {
		if (map->name[bit] != NULL)
			suggest_offer(&nearest, map->name[bit]);
	}
	return parser_fail(p, &p->token, "'%s' is not in the list of labels%s", name,
		suggest_text(&nearest, hint, sizeof(hint)));
}

/* The bit of a label, by its name in the list or as bit:NUMBER; negative with a complaint. */
static int label_of(struct parser *p, const char *name)
{
	const char *why = "there is no list of labels";
	const struct label_map *map;
	int bit = label_number(name);

	if (bit == -2)
		parser_fail(p, &p->token, "'%s' is not %s", name, label_number_form);
	if (bit != -1)
		return bit;
	map = p->labels != NULL ? p->labels->list(p->labels->data, &why) : NULL;
	bit = map != NULL ? label_bit(map, name) : -1;
	if (map == NULL)
		parser_fail(p, &p->token, "'%s' is not known: %s", name, why);
	else if (bit < 0)
		no_such_label(p, map, name);
	return bit;
}

static struct node *one_label(struct parser *p)
{
	struct node *node = node_term(p->e, TERM_LABELS);
	char name[256];
	int bit;

	if (node == NULL)
		return parser_no_memory(p);
	if (word_in_hand(p, name, sizeof(name), "a label") == NULL)
		return NULL;
	bit = label_of(p, name);
	if (bit < 0)
		return NULL;
	label_set(node->term.labels, (unsigned)bit);
	node->text = written(p, name);
	return node->text != NULL ? node : NULL;
}

struct node *parser_label(struct parser *p)
{
	struct node *node;

	if (parser_at_value(p))
		return parser_items(p, "a label", one_label);
	node = node_term(p->e, TERM_LABELED);
	return node != NULL ? node : parser_no_memory(p);
}

static struct node *one_helper(struct parser *p)
{
	static const char what[] = "the name of a helper (at most 15 letters)";
	struct node *node = node_term(p->e, TERM_HELPER);

	if (node == NULL)
		return parser_no_memory(p);
	if (word_in_hand(p, node->term.helper, sizeof(node->term.helper), what) == NULL)
		return NULL;
	node->text = written(p, node->term.helper);
	return node->text != NULL ? node : NULL;
}

struct node *parser_helper(struct parser *p)
{
	struct node *node;

	if (parser_at_value(p))
		return parser_items(p, "the name of a helper", one_helper);
	node = node_term(p->e, TERM_HELPER);
	return node != NULL ? node : parser_no_memory(p);
}
