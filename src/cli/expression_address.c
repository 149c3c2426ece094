/* SPDX-License-Identifier: MIT */
/* Values of expressions that are addresses: single, networks, ranges, lists, files. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/message.h"
#include "cli/expression_value.h"
#include "flow/address_set.h"

/* Files of addresses are as large as somebody's memory, but no device without end. */
#define FILE_MAX ((size_t)1 << 30)

static const char what_address[] =
	"an address, a network (ADDRESS/BITS), a range (FIRST-LAST), @FILE or a {list}";

/* What stands behind a word, in the making. */
struct addresses {
	struct address_list list;
	unsigned items;
	bool has_file;
	FILE *text;             /* the items as they are printed */
	struct node *others;    /* NODE_OR of what is not in the list */
	enum nat_wanted wanted; /* of NAT; 0 elsewhere */
};

static void print_address(FILE *out, uint8_t family, const union address *address)
{
	char text[INET6_ADDRSTRLEN];

	if (inet_ntop(family, address->bytes, text, sizeof(text)) != NULL)
		fputs(text, out);
}

static void print_item(struct addresses *a, const struct address_item *item)
{
	int bits = address_item_bits(item);

	fputs(a->items++ > 0 ? ", " : "", a->text);
	print_address(a->text, item->family, &item->first);
	if (address_equal(&item->first, &item->last))
		return;
	if (bits >= 0) {
		fprintf(a->text, "/%d", bits);
		return;
	}
	fputs("-", a->text);
	print_address(a->text, item->family, &item->last);
}

/* --- files ------------------------------------------------------------ */

static bool is_plain_path(const struct token *t)
{
	for (size_t i = 0; i < t->length; i++) {
		if (strchr(" \t\n\v\f\r(){},", t->text[i]) != NULL)
			return false;
	}
	return t->length > 0;
}

static bool read_lines(struct parser *p, struct addresses *a, const char *path)
{
	const struct token *t = &p->token;
	char *text = NULL;
	size_t length;
	size_t before = a->list.count;
	unsigned line;
	int error = file_read(path, FILE_MAX, &text, &length);

	if (error < 0)
		return parser_fail(p, t, "'%s' cannot be read: %s", path, strerror(-error));
	error = address_list_read(&a->list, text, length, &line);
	free(text);
	if (error == -ENOMEM)
		return parser_no_memory(p);
	if (error < 0)
		return parser_fail(p, t,
			"line %u of '%s' is not an address, a network (ADDRESS/BITS) or a range "
			"(FIRST-LAST)",
			line, path);
	/* Behind "not" it lets everything through, which may not be what is left of it. */
	if (a->list.count == before)
		message_plain("WARNING: there is no address in '%s'", path);
	return true;
}

static bool read_file(struct parser *p, struct addresses *a)
{
	const struct token *t = &p->token;
	char path[4096];

	if (t->length == 0 || !token_copy(t, path, sizeof(path)))
		return parser_fail(p, t, "expected the name of a file behind '@'");
	if (!read_lines(p, a, path))
		return false;
	a->has_file = true;
	fputs(a->items++ > 0 ? ", @" : "@", a->text);
	fprintf(a->text, is_plain_path(t) ? "%s" : "\"%s\"", path);
	return true;
}

/* --- items ------------------------------------------------------------ */

/* ADDRESS:PORTS or [ADDRESS]:PORTS: 0 or -EINVAL. */
static int parse_endpoint(const struct token *t, struct nat_term *nat)
{
	const char *colon = memrchr(t->text, ':', t->length);
	const char *start = t->text;
	const char *end = colon;
	struct token ports = {.kind = TOKEN_WORD};
	struct number_range range;
	struct address_item item;

	if (colon == NULL)
		return -EINVAL;
	if (*start == '[') {
		start++;
		end = colon - 1;
		if (end <= start || *end != ']')
			return -EINVAL;
	}
	ports.text = colon + 1;
	ports.length = t->length - (size_t)(ports.text - t->text);
	if (address_item_parse(start, (size_t)(end - start), &item) < 0 ||
		!address_equal(&item.first, &item.last) || !parser_port_range(&ports, &range))
		return -EINVAL;
	nat->has_address = true;
	nat->family = item.family;
	nat->address = item.first;
	nat->has_port = true;
	nat->port_minimum = (uint16_t)range.low;
	nat->port_maximum = (uint16_t)range.high;
	return 0;
}

static bool add_other(struct parser *p, struct addresses *a, struct node *node)
{
	if (a->others == NULL)
		a->others = node_join(p->e, NODE_OR);
	if (a->others == NULL)
		return parser_no_memory(p);
	node_add(a->others, node);
	return true;
}

static bool read_endpoint(struct parser *p, struct addresses *a, int error)
{
	const struct token *t = &p->token;
	struct nat_term nat = {.wanted = (uint8_t)a->wanted};
	struct node *node;

	if (error == -ERANGE)
		return parser_fail(p, t, "'%.*s' %s", (int)t->length, t->text,
			memchr(t->text, '/', t->length) != NULL
				? "has too many bits: 0 to 32 with IPv4, 0 to 128 with IPv6"
				: "must go from one address to a higher one of the same family");
	if (a->wanted == 0 || parse_endpoint(t, &nat) < 0)
		return parser_fail(p, t, "'%.*s' is not %s%s; names are not looked up",
			(int)t->length, t->text, what_address,
			a->wanted != 0 ? " or ADDRESS:PORT" : "");
	node = node_term(p->e, TERM_NAT);
	if (node == NULL)
		return parser_no_memory(p);
	node->term.nat = nat;
	return add_other(p, a, node);
}

static bool read_address(struct parser *p, void *data)
{
	struct addresses *a = data;
	struct address_item item;
	int error;

	if (p->token.kind == TOKEN_FILE)
		return read_file(p, a);
	if (p->token.kind != TOKEN_WORD)
		return parser_expected(p, what_address);
	error = address_item_parse(p->token.text, p->token.length, &item);
	if (error < 0)
		return read_endpoint(p, a, error);
	print_item(a, &item);
	if (address_list_add(&a->list, &item) < 0)
		return parser_no_memory(p);
	return true;
}

/* --- nodes ------------------------------------------------------------ */

/* A single address or network at one end. */
static struct node *network_node(
	struct parser *p, const struct address_item *item, enum address_end end, int bits)
{
	struct node *node = node_term(p->e, end == END_SOURCE ? TERM_SOURCE : TERM_DESTINATION);

	if (node == NULL)
		return parser_no_memory(p);
	node->term.family = item->family;
	node->term.address = item->first;
	for (unsigned i = (unsigned)bits; i < 128; i++)
		node->term.address_mask.bytes[i / 8] &= (uint8_t) ~(0x80u >> i % 8);
	/* Behind an IPv4 address nothing is compared, but masks are whole or not. */
	if (address_equal(&item->first, &item->last))
		memset(&node->term.address_mask, 0xff, sizeof(node->term.address_mask));
	return node;
}

static struct node *nat_node(
	struct parser *p, const struct address_item *item, enum nat_wanted wanted)
{
	struct node *node = node_term(p->e, TERM_NAT);

	if (node == NULL)
		return parser_no_memory(p);
	node->term.nat.wanted = (uint8_t)wanted;
	node->term.nat.has_address = true;
	node->term.nat.family = item->family;
	node->term.nat.address = item->first;
	return node;
}

static struct node *set_node(
	struct parser *p, const struct address_set *set, const char *text, enum address_end end)
{
	struct node *node = node_term(p->e, TERM_ADDRESSES);

	if (node == NULL)
		return parser_no_memory(p);
	node->term.addresses = set;
	node->term.index = (uint8_t)end;
	node->text = text;
	return node;
}

/* What is looked for at the ends, and in which direction. */
struct places {
	unsigned ends; /* 1 << enum address_end */
	uint8_t direction;
};

/* The list as it is printed: in braces unless it is one range or one file. */
static const char *list_text(struct parser *p, const char *text, unsigned items)
{
	size_t length = strlen(text);
	char *copy = arena_take(&p->e->arena, length + 3);

	if (copy == NULL)
		return parser_no_memory(p);
	sprintf(copy, items == 1 ? "%s" : "{%s}", text);
	return copy;
}

static struct node *each_end(struct parser *p, struct addresses *a, struct places places,
	const struct address_set *set, const char *text)
{
	struct node *any = node_join(p->e, NODE_OR);
	const struct address_item *item = a->list.item;

	for (unsigned end = END_SOURCE; any != NULL && end <= END_DESTINATION_NAT; end++) {
		struct node *node;

		if (!(places.ends >> end & 1))
			continue;
		node = set != NULL ? set_node(p, set, text, (enum address_end)end)
				   : network_node(p, item, (enum address_end)end,
					     address_item_bits(item));
		if (node == NULL)
			return NULL;
		node->term.direction = places.direction;
		node_add(any, node);
	}
	return any != NULL ? any : parser_no_memory(p);
}

/* The node of what is in the list. */
static struct node *list_node(
	struct parser *p, struct addresses *a, struct places places, const char *text)
{
	const struct address_item *item = a->list.item;
	bool one = a->items == 1 && !a->has_file;
	const struct address_set *set;
	const char *copy;

	if (one && a->wanted != 0 && address_equal(&item->first, &item->last))
		return nat_node(p, item, a->wanted);
	if (one && a->wanted == 0 && address_item_bits(item) >= 0)
		return each_end(p, a, places, NULL, NULL);
	copy = list_text(p, text, a->items);
	if (copy == NULL)
		return NULL;
	set = address_set_new(&p->e->arena, &a->list);
	return set != NULL ? each_end(p, a, places, set, copy) : parser_no_memory(p);
}

static struct node *read_all(struct parser *p, struct addresses *a, struct places places)
{
	char *text = NULL;
	size_t size = 0;
	struct node *node = NULL;
	int opposite = parser_equality(p);
	bool all;

	if (opposite < 0)
		return NULL;
	a->text = open_memstream(&text, &size);
	if (a->text == NULL)
		return parser_no_memory(p);
	all = parser_each(p, what_address, read_address, a);
	if (fclose(a->text) != 0)
		all = parser_no_memory(p);
	if (all && a->items > 0)
		node = list_node(p, a, places, text);
	free(text);
	if (!all || (a->items > 0 && node == NULL))
		return NULL;
	if (a->others != NULL && node != NULL)
		node_add(a->others, node);
	return parser_negate(p, a->others != NULL ? a->others : node, opposite == 1);
}

static struct node *read_places(struct parser *p, struct places places, enum nat_wanted wanted)
{
	struct addresses a = {.wanted = wanted};
	struct node *node = read_all(p, &a, places);

	address_list_free(&a.list);
	return node;
}

struct node *parser_addresses(struct parser *p, unsigned ends, uint8_t direction)
{
	return read_places(p, (struct places){ends, direction}, (enum nat_wanted)0);
}

struct node *parser_nat(struct parser *p, enum nat_wanted wanted)
{
	unsigned ends = 0;

	if (wanted & NAT_WANT_SOURCE)
		ends |= 1u << END_SOURCE_NAT;
	if (wanted & NAT_WANT_DESTINATION)
		ends |= 1u << END_DESTINATION_NAT;
	return read_places(p, (struct places){ends, ORIGINAL}, wanted);
}

/* --- ports that became others ------------------------------------------ */

struct nat_ports {
	enum nat_wanted wanted;
	struct node *any;
};

static bool read_nat_port(struct parser *p, void *data)
{
	struct nat_ports *ports = data;
	struct number_range range;
	struct node *node;

	if (!parser_port_range(&p->token, &range))
		return parser_fail(p, &p->token,
			"'%.*s' is not a port (0-65535, a name of a service, "
			"FIRST-LAST)",
			(int)p->token.length, p->token.text);
	node = node_term(p->e, TERM_NAT);
	if (node == NULL)
		return parser_no_memory(p);
	node->term.nat = (struct nat_term){
		.wanted = (uint8_t)ports->wanted,
		.has_port = true,
		.port_minimum = (uint16_t)range.low,
		.port_maximum = (uint16_t)range.high,
	};
	node_add(ports->any, node);
	return true;
}

struct node *parser_nat_ports(struct parser *p, enum nat_wanted wanted)
{
	struct nat_ports ports = {.wanted = wanted, .any = node_join(p->e, NODE_OR)};
	int opposite = parser_equality(p);

	if (opposite < 0)
		return NULL;
	if (ports.any == NULL)
		return parser_no_memory(p);
	if (!parser_each(p, "a port", read_nat_port, &ports))
		return NULL;
	return parser_negate(p, ports.any, opposite == 1);
}
