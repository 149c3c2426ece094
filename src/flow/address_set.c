/* SPDX-License-Identifier: MIT */
#include "flow/address_set.h"

#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/parse.h"

/*
 * An address as a number: IPv6 as it is, IPv4 in the uppermost 32 bits, so
 * that the high half tells addresses of both apart.
 */
struct key {
	uint64_t high;
	uint64_t low;
};

struct interval {
	struct key first;
	struct key last;
};

/*
 * Intervals in rising order, apart from each other. The spread of the high
 * halves of their beginnings is cut into slots of 2^shift; index[slot] is the
 * first interval that begins in that slot or behind it. Without an index all
 * is searched.
 */
struct intervals {
	const struct interval *interval;
	size_t count;
	uint64_t base;
	unsigned shift;
	size_t slots;
	const uint32_t *index; /* slots + 1 of them, or NULL */
};

/* Open addressing, at most half full; a free slot is the zero address. */
struct addresses {
	void *slot; /* uint32_t of IPv4, union address of IPv6 */
	size_t mask;
	bool has_zero;
};

enum family_index { IPV4, IPV6, FAMILIES };

struct address_set {
	struct addresses single[FAMILIES];
	struct intervals wide[FAMILIES];
	bool some[FAMILIES];
};

/* Up to so many intervals a search needs no index. */
#define FEW_INTERVALS 8

/* Slots of an index, for each interval and at the most. */
#define SLOTS_EACH 2
#define SLOTS_MAX  (1u << 20)

static struct key key_of(const union address *address)
{
	return (struct key){be64toh(address->halves[0]), be64toh(address->halves[1])};
}

static bool key_above(struct key a, struct key b)
{
	return a.high > b.high || (a.high == b.high && a.low > b.low);
}

static unsigned family_bits(uint8_t family)
{
	return family == AF_INET ? 32 : 128;
}

/* --- items ------------------------------------------------------------ */

/* The longest text of an address, and a NUL. */
#define ADDRESS_TEXT 64

static int parse_one(const char *text, size_t length, union address *address, uint8_t *family)
{
	char copy[ADDRESS_TEXT];

	if (length >= sizeof(copy) || memchr(text, '\0', length) != NULL)
		return -EINVAL;
	memcpy(copy, text, length);
	copy[length] = '\0';
	return parse_address(copy, address->bytes, family);
}

static int parse_network(const char *text, size_t length, size_t slash, struct address_item *out)
{
	char digits[8];
	size_t digit_count = length - slash - 1;
	uint64_t bits;
	int error = parse_one(text, slash, &out->first, &out->family);

	if (error < 0 || digit_count >= sizeof(digits) ||
		memchr(text + slash, '\0', length - slash) != NULL)
		return -EINVAL;
	memcpy(digits, text + slash + 1, digit_count);
	digits[digit_count] = '\0';
	error = parse_decimal(digits, 0, family_bits(out->family), &bits);
	if (error < 0)
		return error;
	out->last = out->first;
	for (unsigned i = (unsigned)bits; i < family_bits(out->family); i++) {
		out->first.bytes[i / 8] &= (uint8_t) ~(0x80u >> i % 8);
		out->last.bytes[i / 8] |= (uint8_t)(0x80u >> i % 8);
	}
	return 0;
}

static int parse_range(const char *text, size_t length, size_t dash, struct address_item *out)
{
	uint8_t family;

	if (parse_one(text, dash, &out->first, &out->family) < 0 ||
		parse_one(text + dash + 1, length - dash - 1, &out->last, &family) < 0)
		return -EINVAL;
	if (family != out->family || key_above(key_of(&out->first), key_of(&out->last)))
		return -ERANGE;
	return 0;
}

int address_item_parse(const char *text, size_t length, struct address_item *out)
{
	const char *slash = memchr(text, '/', length);
	const char *dash = memchr(text, '-', length);
	int error;

	*out = (struct address_item){.family = AF_UNSPEC};
	if (slash != NULL)
		return parse_network(text, length, (size_t)(slash - text), out);
	if (dash != NULL)
		return parse_range(text, length, (size_t)(dash - text), out);
	error = parse_one(text, length, &out->first, &out->family);
	out->last = out->first;
	return error;
}

int address_item_bits(const struct address_item *item)
{
	unsigned total = family_bits(item->family);
	unsigned bits = 0;

	while (bits < total && ((item->first.bytes[bits / 8] ^ item->last.bytes[bits / 8]) &
				       0x80 >> bits % 8) == 0)
		bits++;
	for (unsigned i = bits; i < total; i++) {
		if (item->first.bytes[i / 8] & 0x80 >> i % 8 ||
			!(item->last.bytes[i / 8] & 0x80 >> i % 8))
			return -1;
	}
	return (int)bits;
}

/* --- lists ------------------------------------------------------------ */

int address_list_add(struct address_list *list, const struct address_item *item)
{
	if (list->count == list->room) {
		size_t room = list->room > 0 ? 2 * list->room : 16;
		struct address_item *larger = realloc(list->item, room * sizeof(*larger));

		if (larger == NULL)
			return -ENOMEM;
		list->item = larger;
		list->room = room;
	}
	list->item[list->count++] = *item;
	return 0;
}

/* A CR too: files come from other systems. */
static bool is_blank(char c)
{
	return char_is_blank(c) || c == '\r';
}

static int read_line(struct address_list *list, const char *text, size_t length)
{
	const char *comment = memchr(text, '#', length);
	struct address_item item;
	int error;

	if (comment != NULL)
		length = (size_t)(comment - text);
	while (length > 0 && is_blank(text[length - 1]))
		length--;
	while (length > 0 && is_blank(*text)) {
		text++;
		length--;
	}
	if (length == 0)
		return 0;
	error = address_item_parse(text, length, &item);
	return error < 0 ? error : address_list_add(list, &item);
}

int address_list_read(struct address_list *list, const char *text, size_t length, unsigned *line)
{
	const char *end = text + length;

	for (*line = 1; text < end; ++*line) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		const char *stop = newline != NULL ? newline : end;
		int error = read_line(list, text, (size_t)(stop - text));

		if (error < 0)
			return error;
		text = stop + 1;
	}
	return 0;
}

void address_list_free(struct address_list *list)
{
	free(list->item);
	*list = (struct address_list){0};
}

/* --- single addresses ------------------------------------------------- */

static uint64_t mix(uint64_t value)
{
	value *= UINT64_C(0x9e3779b97f4a7c15);
	return value ^ value >> 32;
}

static uint32_t ipv4_of(const union address *address)
{
	uint32_t value;

	memcpy(&value, address->bytes, sizeof(value));
	return value;
}

static bool has_ipv4(const struct addresses *a, uint32_t address)
{
	const uint32_t *slot = a->slot;

	if (address == 0 || slot == NULL)
		return address == 0 && a->has_zero;
	for (size_t i = mix(address) & a->mask; slot[i] != 0; i = (i + 1) & a->mask) {
		if (slot[i] == address)
			return true;
	}
	return false;
}

static bool is_zero(const union address *address)
{
	return (address->halves[0] | address->halves[1]) == 0;
}

static uint64_t mix_ipv6(const union address *address)
{
	return mix(address->halves[0] ^ mix(address->halves[1]));
}

static bool has_ipv6(const struct addresses *a, const union address *address)
{
	const union address *slot = a->slot;

	if (is_zero(address) || slot == NULL)
		return is_zero(address) && a->has_zero;
	for (size_t i = mix_ipv6(address) & a->mask; !is_zero(&slot[i]); i = (i + 1) & a->mask) {
		if (address_equal(&slot[i], address))
			return true;
	}
	return false;
}

static void put_ipv4(struct addresses *a, uint32_t address)
{
	uint32_t *slot = a->slot;
	size_t i = mix(address) & a->mask;

	while (slot[i] != 0 && slot[i] != address)
		i = (i + 1) & a->mask;
	slot[i] = address;
	a->has_zero |= address == 0;
}

static void put_ipv6(struct addresses *a, const union address *address)
{
	union address *slot = a->slot;
	size_t i = mix_ipv6(address) & a->mask;

	while (!is_zero(&slot[i]) && !address_equal(&slot[i], address))
		i = (i + 1) & a->mask;
	slot[i] = *address;
	a->has_zero |= is_zero(address);
}

static bool is_single(const struct address_item *item)
{
	return address_equal(&item->first, &item->last);
}

/* The single ones out of the first `count` items, all of one family. 0 or -ENOMEM. */
static int make_single(struct arena *arena, struct addresses *a, const struct address_item *item,
	size_t count, enum family_index family)
{
	size_t singles = 0;
	size_t slots = 4;

	for (size_t i = 0; i < count; i++)
		singles += is_single(&item[i]);
	if (singles == 0)
		return 0;
	while (slots < 2 * singles)
		slots *= 2;
	a->mask = slots - 1;
	a->slot = arena_take(
		arena, slots * (family == IPV4 ? sizeof(uint32_t) : sizeof(union address)));
	if (a->slot == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		if (!is_single(&item[i]))
			continue;
		if (family == IPV4)
			put_ipv4(a, ipv4_of(&item[i].first));
		else
			put_ipv6(a, &item[i].first);
	}
	return 0;
}

/* --- networks and ranges ---------------------------------------------- */

static int by_beginning(const void *left, const void *right)
{
	const struct interval *a = left;
	const struct interval *b = right;

	return key_above(a->first, b->first) - key_above(b->first, a->first);
}

/* Join those that overlap. Returns how many are left. */
static size_t join(struct interval *interval, size_t count)
{
	size_t kept = 0;

	for (size_t i = 0; i < count; i++) {
		struct interval *last = kept > 0 ? &interval[kept - 1] : NULL;

		if (last == NULL || key_above(interval[i].first, last->last))
			interval[kept++] = interval[i];
		else if (key_above(interval[i].last, last->last))
			last->last = interval[i].last;
	}
	return kept;
}

/* Behind all intervals it is the last one; where size_t has 32 bits it would not hold more. */
static size_t slot_of(const struct intervals *w, uint64_t high)
{
	uint64_t slot = (high - w->base) >> w->shift;

	return slot < w->slots ? (size_t)slot : w->slots - 1;
}

static int make_index(struct arena *arena, struct intervals *w)
{
	uint64_t spread = w->interval[w->count - 1].first.high - w->interval[0].first.high;
	size_t wanted = w->count * SLOTS_EACH < SLOTS_MAX ? w->count * SLOTS_EACH : SLOTS_MAX;
	uint32_t *index;
	size_t slot = 0;

	w->base = w->interval[0].first.high;
	while (spread >> w->shift >= wanted)
		w->shift++;
	w->slots = (size_t)(spread >> w->shift) + 1;
	index = arena_take(arena, (w->slots + 1) * sizeof(*index));
	if (index == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < w->count; i++) {
		while (slot <= slot_of(w, w->interval[i].first.high))
			index[slot++] = (uint32_t)i;
	}
	while (slot <= w->slots)
		index[slot++] = (uint32_t)w->count;
	w->index = index;
	return 0;
}

static int make_wide(
	struct arena *arena, struct intervals *w, const struct address_item *item, size_t count)
{
	struct interval *interval;
	size_t wide = 0;

	for (size_t i = 0; i < count; i++)
		wide += !is_single(&item[i]);
	if (wide == 0)
		return 0;
	interval = wide <= UINT32_MAX ? arena_take(arena, wide * sizeof(*interval)) : NULL;
	if (interval == NULL)
		return -ENOMEM;
	wide = 0;
	for (size_t i = 0; i < count; i++) {
		if (is_single(&item[i]))
			continue;
		interval[wide].first = key_of(&item[i].first);
		interval[wide].last = key_of(&item[i].last);
		wide++;
	}
	qsort(interval, wide, sizeof(*interval), by_beginning);
	w->count = join(interval, wide);
	w->interval = interval;
	return w->count > FEW_INTERVALS ? make_index(arena, w) : 0;
}

static bool in_intervals(const struct intervals *w, struct key key)
{
	size_t from = 0;
	size_t to = w->count;

	if (w->count == 0 || key_above(w->interval[0].first, key))
		return false;
	if (w->index != NULL) {
		size_t slot = slot_of(w, key.high);

		from = w->index[slot];
		to = w->index[slot + 1];
	}
	/* The first that begins above the key; the one before it may hold the key. */
	while (from < to) {
		size_t middle = from + (to - from) / 2;

		if (key_above(w->interval[middle].first, key))
			to = middle;
		else
			from = middle + 1;
	}
	return from > 0 && !key_above(key, w->interval[from - 1].last);
}

/* --- the set ---------------------------------------------------------- */

/* Bring IPv4 to the front: how many of it there are. */
static size_t divide(struct address_item *item, size_t count)
{
	size_t ipv4 = 0;

	for (size_t i = 0; i < count; i++) {
		struct address_item other = item[ipv4];

		if (item[i].family != AF_INET)
			continue;
		item[ipv4++] = item[i];
		item[i] = other;
	}
	return ipv4;
}

const struct address_set *address_set_new(struct arena *arena, struct address_list *list)
{
	struct address_set *set = arena_take(arena, sizeof(*set));
	size_t ipv4 = divide(list->item, list->count);
	const size_t first[FAMILIES] = {0, ipv4};
	const size_t count[FAMILIES] = {ipv4, list->count - ipv4};

	if (set == NULL)
		return NULL;
	for (int f = 0; f < FAMILIES; f++) {
		const struct address_item *item = list->item + first[f];

		set->some[f] = count[f] > 0;
		if (count[f] == 0)
			continue;
		if (make_single(arena, &set->single[f], item, count[f], (enum family_index)f) < 0 ||
			make_wide(arena, &set->wide[f], item, count[f]) < 0)
			return NULL;
	}
	return set;
}

bool address_set_has(const struct address_set *set, uint8_t family, const union address *address)
{
	if (family == AF_INET)
		return has_ipv4(&set->single[IPV4], ipv4_of(address)) ||
		       in_intervals(&set->wide[IPV4], key_of(address));
	if (family == AF_INET6)
		return has_ipv6(&set->single[IPV6], address) ||
		       in_intervals(&set->wide[IPV6], key_of(address));
	return false;
}

uint8_t address_set_family(const struct address_set *set)
{
	if (set->some[IPV4] == set->some[IPV6])
		return AF_UNSPEC;
	return set->some[IPV4] ? AF_INET : AF_INET6;
}
