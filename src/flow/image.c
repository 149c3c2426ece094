/* SPDX-License-Identifier: MIT */
/*
 * One array, linear probing, the slots in the order of their hashes, so that
 * growing is one pass from the old array to a larger one. A hash becomes a
 * home slot by multiplication, which keeps the order:
 *
 *   slots    | h1 | h2 |    | h3 | h4 | h5 |    |    | ...
 *   home of    h1        h2   h3   h4     h5           never behind the slot
 */
#include "flow/image.h"

#include <errno.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include "flow/hash.h"
#include "flow/protocol.h"

#define KEY_SIZE 13

/*
 * How full the array may become, how full it is after it has grown or shrunk, and how
 * empty it may become: 20 bytes / 0.84 are 24 bytes an entry, 20 / 0.72 are 28.
 */
#define FULL_PERCENT   92
#define RESIZE_PERCENT 84
#define SPARE_PERCENT  72
#define HOMES_MIN      512

/* Slots behind the last home: the array is extended when they are used up. */
#define TAIL_SLOTS 64

/* Memory of the old array is given back in pieces while it is copied. */
#define RELEASE_SIZE (512 * 1024)

/* struct slot.bits: what is here, and the digest. */
enum {
	SLOT_USED = 1 << 0,
	SLOT_SEEN = 1 << 1,
	SLOT_SILENT = 1 << 2,
	SLOT_TUPLE = 1 << 3, /* the key is the tuple, and no hash */
	STATE_SHIFT = 4,     /* 4 bits */
	STATUS_SHIFT = 8,    /* 5 bits */
	MARK_SHIFT = 13,     /* 11 bits */
	STATE_MASK = 15 << STATE_SHIFT,
	MARKS_SHIFT = 1, /* from enum image_mark to SLOT_SEEN and SLOT_SILENT */
	MARKS_MASK = SLOT_SEEN | SLOT_SILENT,
};

struct slot {
	uint32_t id;
	uint32_t bits;
	uint8_t key[KEY_SIZE];
};

/* As it lies in the array: id 4, key 13, bits 3 bytes. */
static inline uint8_t *slot_at(const struct image *image, size_t index)
{
	return image->slots + index * IMAGE_SLOT_SIZE;
}

static inline size_t slot_count(const struct image *image)
{
	return image->mapped / IMAGE_SLOT_SIZE;
}

static inline bool is_used(const uint8_t *bytes)
{
	return bytes[4 + KEY_SIZE] & SLOT_USED;
}

static inline uint32_t slot_id(const uint8_t *bytes)
{
	uint32_t id;

	memcpy(&id, bytes, sizeof(id));
	return id;
}

static inline uint32_t slot_bits(const uint8_t *bytes)
{
	const uint8_t *b = bytes + 4 + KEY_SIZE;

	return b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16;
}

static inline void set_bits(uint8_t *bytes, uint32_t bits)
{
	uint8_t *b = bytes + 4 + KEY_SIZE;

	b[0] = (uint8_t)bits;
	b[1] = (uint8_t)(bits >> 8);
	b[2] = (uint8_t)(bits >> 16);
}

static void store(uint8_t *bytes, const struct slot *slot)
{
	memcpy(bytes, &slot->id, sizeof(slot->id));
	memcpy(bytes + 4, slot->key, KEY_SIZE);
	set_bits(bytes, slot->bits);
}

/* Ids are even hashes already since Linux 5.2; before they are addresses. */
static inline uint32_t hash_of(uint32_t id)
{
	return id * UINT32_C(0x9e3779b1);
}

static inline size_t home_of(const struct image *image, uint32_t hash)
{
	return (size_t)((uint64_t)hash * image->homes >> 32);
}

/* --- what is known of an entry ----------------------------------------- */

/* A part, 0 when there is none: what is not present was never written. */
static uint16_t part_of(const struct tuple *t, unsigned index)
{
	return t->present & TUPLE_PART << index ? t->part[index] : 0;
}

/* The protocol, and 96 bits of a hash of the rest. */
static void hash_tuple(const struct tuple *t, uint16_t zone, uint8_t key[static KEY_SIZE])
{
	static const union address none;
	const union address *source = t->present & TUPLE_SOURCE ? &t->source : &none;
	const union address *destination = t->present & TUPLE_DESTINATION ? &t->destination : &none;
	uint16_t own_zone = t->present & TUPLE_ZONE ? t->zone : 0;
	uint64_t h[2] = {t->family, ~(uint64_t)t->family};

	for (unsigned i = 0; i < 2; i++) {
		h[i] = hash_mix(h[i], source->halves[0]);
		h[i] = hash_mix(h[i], source->halves[1]);
		h[i] = hash_mix(h[i], destination->halves[0]);
		h[i] = hash_mix(h[i], destination->halves[1]);
		h[i] = hash_mix(h[i], (uint64_t)part_of(t, 0) << 32 |
					      (uint64_t)part_of(t, 1) << 16 | part_of(t, 2));
		h[i] = hash_mix(h[i], (uint64_t)zone << 16 | own_zone);
	}
	memcpy(key, h, KEY_SIZE - 1);
	key[KEY_SIZE - 1] = t->protocol;
}

static unsigned part_count(uint8_t protocol)
{
	const struct protocol *p = protocol_by_number(protocol);

	return p != NULL ? p->part_count : 0;
}

/*
 * Where parts lie in a key: two of 16 bits, or type and code in one byte each
 * and an id. Of a protocol with three parts the first two are bytes.
 */
static void pack_tuple(const struct tuple *t, uint8_t key[static KEY_SIZE])
{
	uint16_t parts[2] = {part_of(t, 0), part_of(t, 1)};

	if (part_count(t->protocol) == 3) {
		parts[0] = (uint16_t)(part_of(t, 0) << 8 | (part_of(t, 1) & 0xff));
		parts[1] = part_of(t, 2);
	}
	memcpy(key, t->source.bytes, 4);
	memcpy(key + 4, t->destination.bytes, 4);
	memcpy(key + 8, parts, sizeof(parts));
	key[KEY_SIZE - 1] = t->protocol;
}

static bool can_pack(const struct flow *flow)
{
	const struct tuple *t = &flow->tuple[ORIGINAL];
	unsigned one_sided = t->present | flow->tuple[REPLY].present;

	return t->family == AF_INET && (t->present & TUPLE_ADDRESSES) == TUPLE_ADDRESSES &&
	       !(flow->present & FLOW_ZONE) && !(one_sided & TUPLE_ZONE);
}

static uint32_t status_digest(uint32_t status)
{
	uint32_t rare = status & ~(uint32_t)(IPS_SEEN_REPLY | IPS_ASSURED | IPS_OFFLOAD);

	return (status & IPS_SEEN_REPLY ? 1u : 0) | (status & IPS_ASSURED ? 2u : 0) |
	       (status & IPS_OFFLOAD ? 4u : 0) | (rare * UINT32_C(0x9e3779b1)) >> 30 << 3;
}

/*
 * An event says nothing of a state that did not change and of a mark that is 0,
 * so what is not there is 0, and state 0 is "as it was".
 */
static uint32_t digest(const struct flow *flow)
{
	uint32_t status = flow->present & FLOW_STATUS ? flow->status : 0;
	uint32_t mark = flow->present & FLOW_MARK ? flow->mark : 0;
	uint32_t state = flow->present & FLOW_STATE ? flow->state + 1u : 0;

	return (state & 15) << STATE_SHIFT | status_digest(status) << STATUS_SHIFT |
	       (mark * UINT32_C(0x9e3779b1)) >> 21 << MARK_SHIFT;
}

static void describe(const struct flow *flow, struct slot *slot)
{
	const struct tuple *t = &flow->tuple[ORIGINAL];

	slot->id = flow->present & FLOW_ID ? flow->id : 0;
	slot->bits = SLOT_USED | digest(flow);
	if (can_pack(flow)) {
		pack_tuple(t, slot->key);
		slot->bits |= SLOT_TUPLE;
	} else {
		hash_tuple(t, flow->present & FLOW_ZONE ? flow->zone : 0, slot->key);
	}
}

/* A slot as a flow again. */
static void tell(const uint8_t *bytes, struct flow *flow)
{
	const uint8_t *key = bytes + 4;
	struct tuple *t = &flow->tuple[ORIGINAL];
	uint16_t parts[2];

	*flow = (struct flow){.present = FLOW_ID, .id = slot_id(bytes)};
	t->protocol = key[KEY_SIZE - 1];
	t->present = TUPLE_PROTOCOL;
	if (!(slot_bits(bytes) & SLOT_TUPLE))
		return;
	t->family = AF_INET;
	memcpy(t->source.bytes, key, 4);
	memcpy(t->destination.bytes, key + 4, 4);
	memcpy(parts, key + 8, sizeof(parts));
	t->present |= TUPLE_ADDRESSES;
	for (unsigned i = 0; i < part_count(t->protocol); i++)
		t->present |= (uint8_t)(TUPLE_PART << i);
	t->part[0] = parts[0];
	t->part[1] = parts[1];
	if (t->present & TUPLE_PART << 2) {
		t->part[0] = parts[0] >> 8;
		t->part[1] = parts[0] & 0xff;
		t->part[2] = parts[1];
	}
}

/* --- the array ----------------------------------------------------------- */

static int map_slots(struct image *image, size_t homes)
{
	size_t bytes = (homes + TAIL_SLOTS) * IMAGE_SLOT_SIZE;
	void *slots = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (slots == MAP_FAILED)
		return -ENOMEM;
	image->slots = slots;
	image->mapped = bytes;
	image->homes = homes;
	return 0;
}

/* At least one free slot more behind the last one. */
static int extend(struct image *image)
{
	size_t bytes = image->mapped + TAIL_SLOTS * IMAGE_SLOT_SIZE;
	void *slots = mremap(image->slots, image->mapped, bytes, MREMAP_MAYMOVE);

	if (slots == MAP_FAILED)
		return -ENOMEM;
	image->slots = slots;
	image->mapped = bytes;
	return 0;
}

static size_t homes_for(uint64_t entries)
{
	uint64_t homes = entries * 100 / RESIZE_PERCENT;

	return homes < HOMES_MIN ? HOMES_MIN : (size_t)homes;
}

int image_open(struct image *image, uint64_t expected)
{
	*image = (struct image){0};
	return map_slots(image, homes_for(expected));
}

void image_close(struct image *image)
{
	if (image->slots != NULL)
		munmap(image->slots, image->mapped);
	*image = (struct image){0};
}

/* Give the pages below `end` back, once they are many. */
static void release(uint8_t **begin, uint8_t *end)
{
	if (end - *begin < RELEASE_SIZE)
		return;
	munmap(*begin, RELEASE_SIZE);
	*begin += RELEASE_SIZE;
}

/*
 * Copy all slots, which keeps their order, to an array that fits the number of
 * entries. After -ENOMEM the image is as it was, or closed.
 */
static int resize(struct image *image)
{
	struct image larger = {.entries = image->entries};
	size_t old_count = slot_count(image), next = 0;
	uint8_t *held = image->slots;
	const uint8_t *end = image->slots + image->mapped;
	int error = map_slots(&larger, homes_for(image->entries + 1));

	if (error != 0)
		return error;
	for (size_t i = 0; i < old_count; i++) {
		uint8_t *from = slot_at(image, i);
		size_t home;

		release(&held, from);
		if (!is_used(from))
			continue;
		home = home_of(&larger, hash_of(slot_id(from)));
		if (home > next)
			next = home;
		if (next == slot_count(&larger))
			error = extend(&larger);
		if (error != 0)
			break;
		memcpy(slot_at(&larger, next), from, IMAGE_SLOT_SIZE);
		next++;
	}
	munmap(held, (size_t)(end - held));
	*image = larger;
	if (error != 0)
		image_close(image);
	return error;
}

/*
 * The slot of an entry, or where it would have to be put: *found says which.
 * Behind the array when there is no slot left.
 */
static size_t search(const struct image *image, const struct slot *slot, bool *found)
{
	uint32_t hash = hash_of(slot->id);
	size_t at = home_of(image, hash), count = slot_count(image);

	*found = false;
	for (; at < count; at++) {
		const uint8_t *bytes = slot_at(image, at);

		if (!is_used(bytes) || hash_of(slot_id(bytes)) > hash)
			break;
		*found = slot_id(bytes) == slot->id && memcmp(bytes + 4, slot->key, KEY_SIZE) == 0;
		if (*found)
			break;
	}
	return at;
}

/* Make room at a slot by moving those from it up to the next free one. */
static int make_room(struct image *image, size_t at)
{
	size_t end = at;

	while (end < slot_count(image) && is_used(slot_at(image, end)))
		end++;
	if (end == slot_count(image)) {
		int error = extend(image);

		if (error != 0)
			return error;
	}
	memmove(slot_at(image, at + 1), slot_at(image, at), (end - at) * IMAGE_SLOT_SIZE);
	return 0;
}

static int insert(struct image *image, const struct slot *slot, size_t at)
{
	bool found;
	int error;

	if (image->entries >= image->homes / 100 * FULL_PERCENT) {
		error = resize(image);
		if (error != 0)
			return error;
		at = search(image, slot, &found);
	}
	error = make_room(image, at);
	if (error != 0)
		return error;
	store(slot_at(image, at), slot);
	image->entries++;
	return 0;
}

/* What comes behind a removed slot moves down, up to one that is at home already. */
static void erase(struct image *image, size_t at)
{
	size_t end = at + 1;

	while (end < slot_count(image)) {
		const uint8_t *bytes = slot_at(image, end);

		if (!is_used(bytes) || home_of(image, hash_of(slot_id(bytes))) == end)
			break;
		end++;
	}
	memmove(slot_at(image, at), slot_at(image, at + 1), (end - at - 1) * IMAGE_SLOT_SIZE);
	memset(slot_at(image, end - 1), 0, IMAGE_SLOT_SIZE);
	image->entries--;
}

/* --- the entries --------------------------------------------------------- */

/* The digest is brought up to date; whether it told of something else before. */
static bool update(uint8_t *bytes, uint32_t bits)
{
	const uint32_t digest_mask = ~(uint32_t)(SLOT_USED | MARKS_MASK | SLOT_TUPLE);
	uint32_t before = slot_bits(bytes), difference;

	if ((bits & STATE_MASK) == 0)
		bits |= before & STATE_MASK;
	difference = (before ^ bits) & digest_mask;
	if ((before & STATE_MASK) == 0)
		difference &= ~(uint32_t)STATE_MASK;
	set_bits(bytes, bits | (before & SLOT_SEEN));
	return difference != 0;
}

int image_put(struct image *image, const struct flow *flow, unsigned marks, struct image_put *out)
{
	struct slot slot;
	bool found;
	size_t at;

	describe(flow, &slot);
	at = search(image, &slot, &found);
	if (!found) {
		*out = (struct image_put){.result = IMAGE_NEW};
		slot.bits |= marks << MARKS_SHIFT;
		return insert(image, &slot, at);
	}
	out->marks = (slot_bits(slot_at(image, at)) & MARKS_MASK) >> MARKS_SHIFT;
	slot.bits |= marks << MARKS_SHIFT;
	out->result = update(slot_at(image, at), slot.bits) ? IMAGE_CHANGED : IMAGE_SAME;
	return 0;
}

bool image_has(const struct image *image, const struct flow *flow)
{
	struct slot slot;
	bool found;

	describe(flow, &slot);
	search(image, &slot, &found);
	return found;
}

bool image_remove(struct image *image, const struct flow *flow)
{
	struct slot slot;
	bool found;
	size_t at;

	describe(flow, &slot);
	at = search(image, &slot, &found);
	if (!found)
		return false;
	erase(image, at);
	if (image->entries < image->homes / 100 * SPARE_PERCENT && image->homes > HOMES_MIN)
		(void)resize(image); /* to save memory; it will do without */
	return true;
}

void image_unmark(struct image *image)
{
	size_t count = slot_count(image);

	for (size_t i = 0; i < count; i++)
		slot_at(image, i)[4 + KEY_SIZE] &= (uint8_t)~SLOT_SEEN;
}

/* A slot of another image, without its marks. */
static int put_slot(struct image *image, const uint8_t *bytes)
{
	struct slot slot = {.id = slot_id(bytes), .bits = slot_bits(bytes) & ~(uint32_t)MARKS_MASK};
	bool found;
	size_t at;

	memcpy(slot.key, bytes + 4, KEY_SIZE);
	at = search(image, &slot, &found);
	return found ? 0 : insert(image, &slot, at);
}

int image_sweep(struct image *image, struct image *gone, image_fn fn, void *data)
{
	size_t at = 0;

	while (at < slot_count(image)) {
		const uint8_t *bytes = slot_at(image, at);
		struct flow flow;
		int error;

		if (!is_used(bytes) || slot_bits(bytes) & SLOT_SEEN) {
			at++;
			continue;
		}
		tell(bytes, &flow);
		error = put_slot(gone, bytes);
		if (error < 0)
			return error;
		erase(image, at);
		error = fn(&flow, data);
		if (error < 0)
			return error;
	}
	return 0;
}
