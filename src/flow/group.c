/* SPDX-License-Identifier: MIT */
#include "flow/group.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "flow/protocol.h"

/* What a wide key's two bits say of a value. */
enum tag { TAG_UNKNOWN, TAG_KNOWN, TAG_IPV4, TAG_IPV6, TAG_BITS = 2 };

/* Bits that a value takes of a narrow key; more than there are: it never fits. */
static unsigned narrow_bits(const struct field *field)
{
	switch (field->type) {
	case FIELD_U8:
	case FIELD_PROTOCOL:
	case FIELD_FAMILY:
	case FIELD_ROLE:
	case FIELD_NAT:
	case FIELD_CONFIDENCE:
		return 8;
	case FIELD_U16:
	case FIELD_PORT:
	case FIELD_STATE:
		return 16;
	case FIELD_U32:
	case FIELD_STATUS:
	case FIELD_TIMEOUT:
	case FIELD_ADDRESS: /* of IPv4 */
	case FIELD_TEXT:
	case FIELD_SLICE:
	case FIELD_BYTES:
	case FIELD_NAME:
		return 32;
	default:
		return 65;
	}
}

/* Words that it takes of a wide one. */
static unsigned wide_words(const struct field *field)
{
	return field->type == FIELD_ADDRESS || field->type == FIELD_LABELS ? 2 : 1;
}

unsigned group_weight(const struct view *view)
{
	for (unsigned i = 0; view->sort_count > 0 && i < view->sum_count; i++) {
		if (view->sum[i] == view->sort[0].field)
			return 1 + i;
	}
	return 0;
}

static int start_sketch(struct group_table *table, size_t limit)
{
	struct group_sketch *sketch = &table->sketch;

	sketch->limit = limit;
	sketch->weight = group_weight(table->view);
	sketch->heap = calloc(limit, sizeof(*sketch->heap));
	sketch->place = calloc(limit, sizeof(*sketch->place));
	return sketch->heap != NULL && sketch->place != NULL ? 0 : -ENOMEM;
}

static void forget_counts(const struct view *view, struct group_counts *counts)
{
	counts->flows = 0;
	for (unsigned i = 0; i < view->sum_count; i++)
		counts->sum[i] = GROUP_UNKNOWN;
}

int group_start(struct group_table *table, const struct view *view, size_t limit)
{
	unsigned counts = 1 + view->sum_count + (limit > 0 ? 1 : 0);
	unsigned bits = 0, words = 1;

	memset(table, 0, sizeof(*table));
	table->view = view;
	for (unsigned i = 0; i < view->key_count; i++) {
		bits += narrow_bits(view->key[i].field);
		words += wide_words(view->key[i].field);
	}
	table->may_be_narrow = bits <= 64 && limit == 0;
	group_store_start(&table->store[GROUP_NARROW], 1, counts);
	group_store_start(&table->store[GROUP_WIDE], words, counts);
	forget_counts(view, &table->total);
	return limit > 0 ? start_sketch(table, limit) : 0;
}

void group_free(struct group_table *table)
{
	for (unsigned width = 0; width < GROUP_WIDTHS; width++)
		group_store_free(&table->store[width]);
	group_texts_free(&table->texts);
	free(table->sketch.heap);
	free(table->sketch.place);
	table->sketch.heap = NULL;
	table->sketch.place = NULL;
}

/* --- keys ------------------------------------------------------------- */

/* A key in the making, in both widths. */
struct key {
	uint64_t narrow;
	uint64_t wide[GROUP_KEY_WORDS_MAX];
	unsigned used; /* words of wide */
	bool is_narrow;
};

static void put_tag(struct key *key, unsigned i, enum tag tag)
{
	key->wide[0] |= (uint64_t)tag << i * TAG_BITS;
}

static void put_narrow(struct key *key, unsigned bits, uint64_t value)
{
	key->narrow = bits < 64 ? key->narrow << bits | value : value;
}

static void cut_address(union address *address, unsigned bits)
{
	unsigned whole = bits / 8;

	if (whole >= sizeof(address->bytes))
		return;
	address->bytes[whole] &= (uint8_t)(0xff00 >> bits % 8);
	memset(address->bytes + whole + 1, 0, sizeof(address->bytes) - whole - 1);
}

static void put_address(
	struct key *key, unsigned i, const struct group_key *spec, struct field_value *value)
{
	bool is_ipv4 = value->family == AF_INET;
	uint32_t ipv4;

	cut_address(&value->address, spec->bits[is_ipv4 ? ADDRESS_IPV4 : ADDRESS_IPV6]);
	put_tag(key, i, is_ipv4 ? TAG_IPV4 : TAG_IPV6);
	memcpy(&key->wide[key->used], value->address.bytes, sizeof(value->address));
	key->used += 2;
	if (!is_ipv4) {
		key->is_narrow = false;
		return;
	}
	memcpy(&ipv4, value->address.bytes, sizeof(ipv4));
	put_narrow(key, 32, ipv4);
}

/* What is shown is the name, so states of one name are one group. */
static uint64_t state_number(const struct field_value *value)
{
	uint8_t protocol = value->protocol, state = (uint8_t)value->number;

	protocol_first_state(&protocol, &state);
	return (uint64_t)protocol << 8 | state;
}

/* A value that is known. false: no memory. */
static bool put_value(struct group_table *table, struct key *key, unsigned i,
	const struct group_key *spec, struct field_value *value)
{
	uint64_t number = value->number;

	if (spec->field->type == FIELD_ADDRESS) {
		put_address(key, i, spec, value);
		return true;
	}
	put_tag(key, i, TAG_KNOWN);
	if (spec->field->type == FIELD_LABELS) {
		memcpy(&key->wide[key->used], value->labels, LABEL_BYTES);
		key->used += 2;
		return true;
	}
	if (spec->field->type == FIELD_STATE)
		number = state_number(value);
	if (field_is_text(spec->field)) {
		number = group_text_number(&table->texts, value->text);
		if (number == 0)
			return false;
	}
	key->wide[key->used++] = number;
	put_narrow(key, narrow_bits(spec->field), number);
	return true;
}

static bool make_key(
	struct group_table *table, const struct flow *flow, uint64_t now, struct key *key)
{
	const struct view *view = table->view;

	key->narrow = 0;
	key->wide[0] = 0;
	key->used = 1;
	key->is_narrow = table->may_be_narrow;
	for (unsigned i = 0; i < view->key_count; i++) {
		const struct group_key *spec = &view->key[i];
		struct field_value value;

		if (field_read(spec->field, flow, now, &value)) {
			if (!put_value(table, key, i, spec, &value))
				return false;
			continue;
		}
		key->is_narrow = false;
		for (unsigned n = wide_words(spec->field); n > 0; n--)
			key->wide[key->used++] = 0;
	}
	return true;
}

static void read_value(const struct group_table *table, const struct field *field, enum tag tag,
	const uint64_t *words, struct field_value *value)
{
	if (field->type == FIELD_ADDRESS) {
		value->family = tag == TAG_IPV4 ? AF_INET : AF_INET6;
		memcpy(value->address.bytes, words, sizeof(value->address));
	} else if (field->type == FIELD_LABELS) {
		memcpy(value->labels, words, LABEL_BYTES);
	} else if (field->type == FIELD_STATE) {
		value->number = *words & UINT8_MAX;
		value->protocol = (uint8_t)(*words >> 8);
	} else if (field_is_text(field)) {
		value->text = group_text(&table->texts, (uint32_t)*words);
	} else {
		value->number = *words;
		value->protocol = 0;
	}
}

static void read_wide(const struct group_table *table, const uint64_t *words, struct group *group)
{
	const struct view *view = table->view;
	unsigned used = 1;

	for (unsigned i = 0; i < view->key_count; i++) {
		const struct field *field = view->key[i].field;
		enum tag tag = (enum tag)(words[0] >> i * TAG_BITS & 3);

		group->known[i] = tag != TAG_UNKNOWN;
		if (group->known[i])
			read_value(table, field, tag, &words[used], &group->key[i]);
		used += wide_words(field);
	}
}

/* The last value lies in the lowest bits. */
static void read_narrow(const struct group_table *table, uint64_t word, struct group *group)
{
	const struct view *view = table->view;

	for (unsigned i = view->key_count; i-- > 0;) {
		const struct field *field = view->key[i].field;
		unsigned bits = narrow_bits(field);
		uint64_t words[2] = {bits < 64 ? word & ((UINT64_C(1) << bits) - 1) : word, 0};
		uint32_t ipv4 = (uint32_t)words[0];

		if (field->type == FIELD_ADDRESS) {
			words[0] = 0;
			memcpy(words, &ipv4, sizeof(ipv4));
		}
		group->known[i] = true;
		read_value(table, field, TAG_IPV4, words, &group->key[i]);
		word = bits < 64 ? word >> bits : 0;
	}
}

/* --- the lightest group, with a limit --------------------------------- */

static uint64_t weight_of(const struct group_table *table, uint32_t n)
{
	const struct group_store *store = &table->store[GROUP_WIDE];
	uint64_t weight = group_at(store, n)[store->key_words + table->sketch.weight];

	return weight == GROUP_UNKNOWN ? 0 : weight;
}

static void put_place(struct group_sketch *sketch, uint32_t place, uint32_t n)
{
	sketch->heap[place] = n;
	sketch->place[n] = place;
}

/* A new group, at the bottom: up as far as it is lighter. */
static void sketch_added(struct group_table *table, uint32_t n)
{
	struct group_sketch *sketch = &table->sketch;
	uint64_t weight = weight_of(table, n);
	uint32_t place = n;

	while (place > 0) {
		uint32_t parent = (place - 1) / 2;

		if (weight_of(table, sketch->heap[parent]) <= weight)
			break;
		put_place(sketch, place, sketch->heap[parent]);
		place = parent;
	}
	put_place(sketch, place, n);
}

/* A group that became heavier: down as far as it is heavier than what is below. */
static void sketch_grew(struct group_table *table, uint32_t n)
{
	struct group_sketch *sketch = &table->sketch;
	uint32_t count = table->store[GROUP_WIDE].count;
	uint64_t weight = weight_of(table, n);
	uint32_t place = sketch->place[n];

	for (uint32_t child; (child = 2 * place + 1) < count; place = child) {
		if (child + 1 < count && weight_of(table, sketch->heap[child + 1]) <
						 weight_of(table, sketch->heap[child]))
			child++;
		if (weight_of(table, sketch->heap[child]) >= weight)
			break;
		put_place(sketch, place, sketch->heap[child]);
	}
	put_place(sketch, place, n);
}

/* --- counting --------------------------------------------------------- */

/* Add what is known; words are those behind the key: flows, then sums. */
static void add_sums(struct group_table *table, const struct flow *flow, uint64_t now,
	uint64_t *words, bool is_new)
{
	const struct view *view = table->view;

	words[0]++;
	table->total.flows++;
	for (unsigned i = 0; i < view->sum_count; i++) {
		uint64_t *sum = &words[1 + i];
		uint64_t *total = &table->total.sum[i];
		struct field_value value;

		if (is_new)
			*sum = GROUP_UNKNOWN;
		if (!field_read(view->sum[i], flow, now, &value)) {
			table->missing[i]++;
			continue;
		}
		*sum = *sum == GROUP_UNKNOWN ? value.number : *sum + value.number;
		*total = *total == GROUP_UNKNOWN ? value.number : *total + value.number;
	}
}

/* The group of a key, which is made or takes the lightest one's place; or -ENOMEM. */
static int64_t find_group(
	struct group_table *table, struct group_store *store, const uint64_t *key, bool *is_new)
{
	struct group_sketch *sketch = &table->sketch;
	int64_t n = group_store_find(store, key);
	uint32_t lightest;

	*is_new = false;
	if (n >= 0)
		return n;
	if (sketch->limit == 0 || store->count < sketch->limit) {
		*is_new = true;
		return group_store_add(store, key);
	}
	sketch->gave_up = true;
	lightest = sketch->heap[0];
	group_at(store, lightest)[store->stride - 1] = weight_of(table, lightest);
	group_store_rename(store, lightest, key);
	return lightest;
}

int group_add(struct group_table *table, const struct flow *flow, uint64_t now)
{
	struct group_store *store;
	struct key key;
	bool is_new;
	int64_t n;

	if (!make_key(table, flow, now, &key))
		return -ENOMEM;
	store = &table->store[key.is_narrow ? GROUP_NARROW : GROUP_WIDE];
	n = find_group(table, store, key.is_narrow ? &key.narrow : key.wide, &is_new);
	if (n < 0)
		return (int)n;
	add_sums(table, flow, now, group_at(store, (uint32_t)n) + store->key_words, is_new);
	if (table->sketch.limit == 0)
		return 0;
	if (is_new)
		sketch_added(table, (uint32_t)n);
	else
		sketch_grew(table, (uint32_t)n);
	return 0;
}

/* --- reading out ------------------------------------------------------ */

size_t group_count(const struct group_table *table)
{
	return (size_t)table->store[GROUP_NARROW].count + table->store[GROUP_WIDE].count;
}

/* Which store the n-th group is in; n becomes its number there. */
static const struct group_store *store_of(const struct group_table *table, size_t *n)
{
	const struct group_store *narrow = &table->store[GROUP_NARROW];

	if (*n < narrow->count)
		return narrow;
	*n -= narrow->count;
	return &table->store[GROUP_WIDE];
}

const uint64_t *group_words(const struct group_table *table, size_t n)
{
	const struct group_store *store = store_of(table, &n);

	return group_at(store, (uint32_t)n) + store->key_words;
}

void group_read(const struct group_table *table, size_t n, struct group *group)
{
	const struct view *view = table->view;
	const struct group_store *store = store_of(table, &n);
	const uint64_t *words = group_at(store, (uint32_t)n);
	const uint64_t *counts = words + store->key_words;

	if (store == &table->store[GROUP_NARROW])
		read_narrow(table, *words, group);
	else
		read_wide(table, words, group);
	group->counts.flows = counts[0];
	memcpy(group->counts.sum, counts + 1, view->sum_count * sizeof(*counts));
	group->off = table->sketch.limit > 0 ? counts[1 + view->sum_count] : 0;
}
