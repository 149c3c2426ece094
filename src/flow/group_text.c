/* SPDX-License-Identifier: MIT */
#include "flow/group_text.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_ROOM 64

/* FNV-1a: these texts are few and short, and named by administrators. */
static uint32_t hash_of(const uint8_t *bytes, size_t length)
{
	uint32_t hash = 0x811c9dc5u;

	for (size_t i = 0; i < length; i++)
		hash = (hash ^ bytes[i]) * 0x01000193u;
	return hash ^ hash >> 15;
}

/* Where the text is, or where it would be. */
static uint32_t *slot_of(const struct group_texts *texts, struct slice text)
{
	uint32_t mask = texts->slot_count - 1;

	for (uint32_t i = hash_of(text.bytes, text.length) & mask;; i = (i + 1) & mask) {
		uint32_t *slot = &texts->slots[i];
		const struct kept_text *kept;

		if (*slot == 0)
			return slot;
		kept = &texts->text[*slot - 1];
		if (kept->length == text.length &&
			memcmp(kept->bytes, text.bytes, text.length) == 0)
			return slot;
	}
}

/* Twice as much room, at most half of the slots taken. */
static bool grow(struct group_texts *texts)
{
	uint32_t room = texts->room > 0 ? texts->room * 2 : FIRST_ROOM;
	struct kept_text *text = realloc(texts->text, room * sizeof(*text));
	uint32_t *slots;

	if (text == NULL)
		return false;
	texts->text = text;
	slots = calloc(room, 2 * sizeof(*slots));
	if (slots == NULL)
		return false;
	free(texts->slots);
	texts->slots = slots;
	texts->slot_count = 2 * room;
	texts->room = room;
	for (uint32_t n = 0; n < texts->count; n++)
		*slot_of(texts, (struct slice){text[n].bytes, text[n].length}) = n + 1;
	return true;
}

uint32_t group_text_number(struct group_texts *texts, struct slice text)
{
	uint8_t *bytes;
	uint32_t *slot;

	if (texts->count == texts->room && !grow(texts))
		return 0;
	slot = slot_of(texts, text);
	if (*slot != 0)
		return *slot;
	/* One byte more than the text, so that an empty one has a place too. */
	bytes = malloc((size_t)text.length + 1);
	if (bytes == NULL)
		return 0;
	memcpy(bytes, text.bytes, text.length);
	texts->text[texts->count] = (struct kept_text){bytes, text.length};
	*slot = ++texts->count;
	/* cppcheck-suppress memleak; freed with all others by its owner */
	return *slot;
}

struct slice group_text(const struct group_texts *texts, uint32_t number)
{
	const struct kept_text *kept = &texts->text[number - 1];

	return (struct slice){kept->bytes, kept->length};
}

void group_texts_free(struct group_texts *texts)
{
	for (uint32_t n = 0; n < texts->count; n++)
		free(texts->text[n].bytes);
	free(texts->text);
	free(texts->slots);
	memset(texts, 0, sizeof(*texts));
}
