/* SPDX-License-Identifier: MIT */
/*
 * A filter in the words of expressions. What the options make of their own is
 * turned into what an expression would make of the same condition.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "flow/expression.h"
#include "flow/labels.h"
#include "flow/protocol.h"

struct printed {
	struct writer *w;
	const struct protocol *protocol; /* that the filter asks for; NULL: none with a row */
	bool begun;
};

static void begin(struct printed *p)
{
	writer_string(p->w, p->begun ? " and " : "");
	p->begun = true;
}

static void print(struct printed *p, const struct term *term, const char *text)
{
	begin(p);
	term_print(p->w, term, text);
}

static void print_exactly(
	struct printed *p, const struct term *term, enum number_field field, uint8_t direction)
{
	struct term number = {
		.kind = TERM_NUMBER,
		.direction = direction,
		.index = (uint8_t)field,
		.protocol = p->protocol ? p->protocol->number : 0,
		.range = {term->number, term->number},
	};

	print(p, &number, NULL);
}

/* A port, or a part that only this protocol has. */
static void print_part(struct printed *p, const struct term *term)
{
	bool port = p->protocol != NULL && p->protocol->part[term->index].kind == PART_PORT;

	if (p->protocol != NULL)
		print_exactly(p, term,
			(enum number_field)(
				(port ? NUMBER_SOURCE_PORT : NUMBER_PART0) + term->index),
			term->direction);
}

static void print_state(struct printed *p, const struct term *term)
{
	struct term states = {.kind = TERM_STATES};

	for (int row = 0; row < STATE_PROTOCOLS; row++) {
		if (p->protocol != NULL && state_protocols[row] == p->protocol->number)
			states.states[row] = (uint16_t)(1u << term->number);
	}
	print(p, &states, NULL);
}

/* Each bit by its name. */
static void print_status(struct printed *p, const struct term *term)
{
	for (uint32_t bits = term->mask; bits != 0; bits &= bits - 1) {
		struct term bit = *term;

		bit.mask = bits & -bits;
		bit.number = term->number & bit.mask;
		print(p, &bit, NULL);
	}
}

/* Labels by their bits: a filter does not know names. */
static void print_labels(struct printed *p, const struct term *term)
{
	for (unsigned bit = 0; bit < LABEL_BITS; bit++) {
		char text[16];

		if (!label_is_set(term->labels, bit))
			continue;
		snprintf(text, sizeof(text), "bit:%u", bit);
		print(p, term, text);
	}
}

/* A mask that is no /BITS: 255.0.255.0 */
static bool is_odd_mask(const struct term *term)
{
	unsigned bits = term->family == AF_INET ? 32 : 128;
	bool ended = false;

	for (unsigned bit = 0; bit < bits; bit++) {
		bool set = term->address_mask.bytes[bit / 8] & 0x80 >> bit % 8;

		if (set && ended)
			return true;
		ended |= !set;
	}
	return false;
}

static void print_address(struct printed *p, const struct term *term)
{
	struct term whole = *term;
	char text[INET6_ADDRSTRLEN];

	if (!is_odd_mask(term)) {
		print(p, term, NULL);
		return;
	}
	memset(&whole.address_mask, 0xff, sizeof(whole.address_mask));
	print(p, &whole, NULL);
	inet_ntop(term->family, term->address_mask.bytes, text, sizeof(text));
	writer_string(p->w, " mask ");
	writer_string(p->w, text);
}

static void print_vtag(struct printed *p, const struct term *term)
{
	char text[48];

	snprintf(text, sizeof(text), "%s%s vtag %u", p->begun ? " and " : "",
		term->direction == REPLY ? "reply" : "orig", term->number);
	p->begun = true;
	writer_string(p->w, text);
}

static void print_one(struct printed *p, const struct term *term)
{
	switch (term->kind) {
	case TERM_SOURCE:
	case TERM_DESTINATION:
		print_address(p, term);
		break;
	case TERM_PART:
		print_part(p, term);
		break;
	case TERM_STATE:
		print_state(p, term);
		break;
	case TERM_VTAG:
		print_vtag(p, term);
		break;
	case TERM_STATUS:
		print_status(p, term);
		break;
	case TERM_SECMARK:
		print_exactly(p, term, NUMBER_SECMARK, DIRECTIONS);
		break;
	case TERM_ID:
		print_exactly(p, term, NUMBER_ID, DIRECTIONS);
		break;
	case TERM_TIMEOUT:
		print_exactly(p, term, NUMBER_TIMEOUT, DIRECTIONS);
		break;
	case TERM_ZONE:
		print_exactly(p, term, NUMBER_ZONE, DIRECTIONS);
		break;
	case TERM_TUPLE_ZONE:
		print_exactly(p, term, NUMBER_ZONE, term->direction);
		break;
	case TERM_BARE_ZONE:
		/* No word of expressions says so. */
		begin(p);
		writer_string(p->w, "zone 0 (where there are no ports)");
		break;
	case TERM_LABELS:
		print_labels(p, term);
		break;
	default:
		print(p, term, NULL);
		break;
	}
}

void filter_print(struct writer *w, const struct filter *filter, uint8_t protocol)
{
	struct printed p = {.w = w, .protocol = protocol_by_number(protocol)};

	for (unsigned i = 0; i < filter->count; i++)
		print_one(&p, &filter->term[i]);
	if (filter->rest == NULL)
		return;
	writer_string(w, p.begun ? " and (" : "");
	expression_print(w, filter->rest);
	writer_string(w, p.begun ? ")" : "");
}
