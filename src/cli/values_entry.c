/* SPDX-License-Identifier: MIT */
/* Values of the options that make an entry whole: helper, windows, adjustments, master. */
#include <string.h>

#include "base/parse.h"
#include "cli/readers.h"
#include "flow/protocol.h"

/* A name that the kernel keeps in `size` bytes with its NUL. */
static int read_name(const struct given *g, int id, const char *text, size_t size, const char *what,
	const char **out, struct complaint *c)
{
	if (*text == '\0' || strlen(text) >= size)
		return value_not_a(g, id, text, what, c);
	*out = text;
	return 0;
}

int value_helper(struct given *g, int id, const char *text, struct complaint *c)
{
	return read_name(g, id, text, HELPER_NAME_SIZE, "the name of a helper (1 to 15 characters)",
		&g->helper, c);
}

int value_function(struct given *g, int id, const char *text, struct complaint *c)
{
	return read_name(g, id, text, EXPECTATION_FUNCTION_SIZE,
		"the name of a function (1 to 31 characters)", &g->function, c);
}

/* A decimal number that may be negative, of 32 bits. */
static int read_signed(const char *text, uint32_t *out)
{
	bool negative = *text == '-';
	uint64_t value;

	if (parse_decimal(text + negative, 0, (uint64_t)INT32_MAX + negative, &value) < 0)
		return -1;
	*out = negative ? -(uint32_t)value : (uint32_t)value;
	return 0;
}

static int read_unsigned(const char *text, uint32_t *out)
{
	uint64_t value;

	if (parse_decimal(text, 0, UINT32_MAX, &value) < 0)
		return -1;
	*out = (uint32_t)value;
	return 0;
}

/* Three numbers parted by commas, those behind the first negative where they may be. */
static int read_three(const char *text, bool negative, uint32_t out[static 3])
{
	unsigned count = 0;
	struct part_text part;
	char copy[16];

	for (; value_next_part(&text, &part); count++) {
		if (count == 3 || part.length >= sizeof(copy))
			return -1;
		memcpy(copy, part.text, part.length);
		copy[part.length] = '\0';
		if ((negative && count > 0 ? read_signed : read_unsigned)(copy, &out[count]) < 0)
			return -1;
	}
	return count == 3 ? 0 : -1;
}

int value_seqadj(struct given *g, int id, const char *text, struct complaint *c)
{
	uint32_t three[3];

	if (read_three(text, true, three) < 0)
		return value_not_a(g, id, text,
			"an adjustment (POSITION,BEFORE,AFTER; the offsets may be negative)", c);
	g->sequence[id == OPTION_REPLY_SEQADJ] = (struct sequence_adjustment){
		.correction_position = three[0],
		.offset_before = three[1],
		.offset_after = three[2],
	};
	return 0;
}

int value_synproxy(struct given *g, int id, const char *text, struct complaint *c)
{
	if (read_three(text, false, g->synproxy) < 0)
		return value_not_a(
			g, id, text, "three numbers (SEQUENCE,TIMESTAMP,OFFSET; 0-4294967295)", c);
	return 0;
}

int value_other_protocol(struct given *g, int id, const char *text, struct complaint *c)
{
	return value_protocol(g, id, text,
		id == OPTION_TUPLE_PROTOCOL ? &g->tuple_protocol : &g->master_protocol, c);
}

int value_master_port(struct given *g, int id, const char *text, struct complaint *c)
{
	return value_u16(g, id, text, ANY_BASE, UINT16_MAX, "a port or key (0-65535)",
		&g->master_part[id - OPTION_MASTER_SOURCE_PORT], c);
}

int value_class(struct given *g, int id, const char *text, struct complaint *c)
{
	return value_u32(g, id, text, DECIMAL, UINT32_MAX, "a class (0-4294967295)", &g->class, c);
}

int value_wscale(struct given *g, int id, const char *text, struct complaint *c)
{
	/* RFC 7323, 2.3: at most 14. */
	uint16_t scale;

	if (value_u16(g, id, text, DECIMAL, 14, "a window scale (0-14)", &scale, c) < 0)
		return -1;
	g->window_scale[id == OPTION_REPLY_WSCALE] = (uint8_t)scale;
	return 0;
}

int value_tcp_flags(struct given *g, int id, const char *text, struct complaint *c)
{
	struct value_word words[TCP_FLAG_COUNT + 1];
	uint8_t *flags = &g->tcp_flags[id == OPTION_REPLY_TCP_FLAGS];
	struct part_text part;

	for (unsigned i = 0; i < TCP_FLAG_COUNT; i++)
		words[i] = (struct value_word){.name = tcp_flag_names[i], .value = 1u << i};
	words[TCP_FLAG_COUNT] = (struct value_word){.name = TCP_FLAG_NONE};
	*flags = 0;
	while (value_next_part(&text, &part)) {
		int found = value_find_word(words, TCP_FLAG_COUNT + 1, part);

		if (found < 0)
			return value_no_such_word(
				g, id, "flag", words, TCP_FLAG_COUNT + 1, part, found, c);
		*flags |= (uint8_t)words[found].value;
	}
	return 0;
}

int value_handshake(struct given *g, int id, const char *text, struct complaint *c)
{
	/* RFC 4340, 5.1: 48 bits, which the kernel keeps in 64. */
	if (parse_decimal(text, 0, UINT64_MAX, &g->handshake_sequence) < 0)
		return value_not_a(g, id, text, "a sequence number", c);
	return 0;
}

int value_maximum(struct given *g, int id, const char *text, struct complaint *c)
{
	if (parse_decimal(text, 0, UINT64_MAX - 1, &g->maximum) < 0)
		return value_not_a(g, id, text, "a number of entries", c);
	return 0;
}

int value_undo(struct given *g, int id, const char *text, struct complaint *c)
{
	return value_file(g, id, text, &g->undo_path, c);
}
