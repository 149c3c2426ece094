/* SPDX-License-Identifier: MIT */
/*
 * Sets of addresses, networks and ranges, of both families, of any size. One
 * look-up costs the same in a set of three and of a hundred thousand: single
 * addresses lie in hash tables; networks and ranges are sorted, joined, and
 * found through an index over their spread.
 */
#ifndef FLOW_ADDRESS_SET_H
#define FLOW_ADDRESS_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "flow/tuple.h"

/* Addresses from first to last, of a family. */
struct address_item {
	union address first;
	union address last;
	uint8_t family;
};

/*
 * ADDRESS, ADDRESS/BITS or ADDRESS-ADDRESS out of length bytes of text. 0,
 * -EINVAL for anything else, or -ERANGE for too many BITS, ends of two
 * families and a range that ends before it begins.
 */
int address_item_parse(const char *text, size_t length, struct address_item *out);

/* The bits of a network's mask, or -1 when the item is no network (or address). */
int address_item_bits(const struct address_item *item);

struct address_set;

/* A list of items in the making: zero it, add, make the set, free it. */
struct address_list {
	struct address_item *item;
	size_t count;
	size_t room;
};

/* 0 or -ENOMEM. */
int address_list_add(struct address_list *list, const struct address_item *item);

/*
 * Add the lines of a text, which is any bytes: an item a line, blanks around
 * it, # and what follows it a comment. 0, -ENOMEM, or what
 * address_item_parse() says of the line that *line is then set to.
 */
int address_list_read(struct address_list *list, const char *text, size_t length, unsigned *line);
void address_list_free(struct address_list *list);

/* The set of a list, which is put in another order; NULL: no memory. */
const struct address_set *address_set_new(struct arena *arena, struct address_list *list);

bool address_set_has(const struct address_set *set, uint8_t family, const union address *address);

/* The one family of all its addresses; AF_UNSPEC: both, or none at all. */
uint8_t address_set_family(const struct address_set *set);

#endif
