/* SPDX-License-Identifier: MIT */
/* An expression as text, which cli/expression_parse.c reads back. */
#include <string.h>
#include <sys/socket.h>

#include "base/put.h"
#include "flow/expression.h"
#include "flow/protocol.h"
#include "flow/status.h"

/* What stands around a node: within an and an or needs parentheses. */
enum place { PLACE_TOP, PLACE_AND };

static void print_number(struct writer *w, uint64_t number)
{
	char *p = writer_reserve(w, PUT_U64_MAX);

	writer_commit(w, put_u64(p, number));
}

static void print_hex(struct writer *w, uint32_t number)
{
	char *p = writer_reserve(w, 2 + PUT_HEX_MAX);

	writer_commit(w, put_hex(put_string(p, "0x"), number));
}

static void print_address(struct writer *w, uint8_t family, const union address *address)
{
	char *p = writer_reserve(w, PUT_IPV6_MAX);

	writer_commit(
		w, family == AF_INET ? put_ipv4(p, address->bytes) : put_ipv6(p, address->bytes));
}

static void print_direction(struct writer *w, const struct term *t, uint8_t plain)
{
	if (t->direction != plain)
		writer_string(w, t->direction == REPLY ? "reply " : "orig ");
}

/* --- numbers ---------------------------------------------------------- */

static const char *number_name(const struct term *t)
{
	const struct protocol *p;

	if (number_rows[t->index].name != NULL)
		return number_rows[t->index].name;
	p = protocol_by_number(t->protocol);
	return p->part[t->index - NUMBER_PART0].option[PART_ORIGINAL];
}

static void print_quantity(struct writer *w, const struct number_row *row, uint64_t number)
{
	print_number(w, number);
	if (row->unit == UNIT_DURATION)
		writer_string(w, "s");
}

/* One range as it stands in a list. */
static void print_item(
	struct writer *w, const struct number_row *row, const struct number_range *range)
{
	print_quantity(w, row, range->low);
	if (range->high == range->low)
		return;
	writer_string(w, "-");
	print_quantity(w, row, range->high);
}

static void print_range(
	struct writer *w, const struct number_row *row, const struct number_range *range)
{
	writer_string(w, " ");
	if (range->low > range->high) {
		writer_string(w, "< 0");
	} else if (range->low == range->high) {
		print_quantity(w, row, range->low);
	} else if (range->low == 0) {
		writer_string(w, "<= ");
		print_quantity(w, row, range->high);
	} else if (range->high >= row->maximum) {
		writer_string(w, ">= ");
		print_quantity(w, row, range->low);
	} else {
		print_item(w, row, range);
	}
}

static void print_numbers(struct writer *w, const struct term *t)
{
	const struct number_row *row = &number_rows[t->index];

	print_direction(w, t, row->plain);
	writer_string(w, number_name(t));
	if (t->kind == TERM_NUMBER) {
		print_range(w, row, &t->range);
		return;
	}
	writer_string(w, " {");
	for (size_t i = 0; i < t->numbers->count; i++) {
		if (i > 0)
			writer_string(w, ", ");
		print_item(w, row, &t->numbers->range[i]);
	}
	writer_string(w, "}");
}

/* --- addresses -------------------------------------------------------- */

/* Bits of a mask, from the front. */
static unsigned mask_bits(const struct term *t)
{
	unsigned total = t->family == AF_INET ? 32 : 128;
	unsigned bits = 0;

	while (bits < total && t->address_mask.bytes[bits / 8] & 0x80 >> bits % 8)
		bits++;
	return bits;
}

static void print_network(struct writer *w, const struct term *t)
{
	print_direction(w, t, ORIGINAL);
	writer_string(w, t->kind == TERM_SOURCE ? "src " : "dst ");
	print_address(w, t->family, &t->address);
	if (term_is_exact(t))
		return;
	writer_string(w, "/");
	print_number(w, mask_bits(t));
}

static void print_addresses(struct writer *w, const struct term *t, const char *text)
{
	static const char *const ends[] = {
		[END_SOURCE] = "src ",
		[END_DESTINATION] = "dst ",
		[END_SOURCE_NAT] = "snat ",
		[END_DESTINATION_NAT] = "dnat ",
	};

	print_direction(w, t, ORIGINAL);
	writer_string(w, ends[t->index]);
	writer_string(w, text);
}

static void print_nat_ports(struct writer *w, const struct nat_term *nat)
{
	print_number(w, nat->port_minimum);
	if (nat->port_maximum == nat->port_minimum)
		return;
	writer_string(w, "-");
	print_number(w, nat->port_maximum);
}

/* snat, snat ADDRESS, snat ADDRESS:PORTS, snat port PORTS */
static void print_nat(struct writer *w, const struct nat_term *nat)
{
	bool brackets = nat->has_port && nat->family == AF_INET6;

	writer_string(w, nat->wanted == NAT_WANT_SOURCE        ? "snat"
			 : nat->wanted == NAT_WANT_DESTINATION ? "dnat"
							       : "nat");
	if (nat->has_address) {
		writer_string(w, brackets ? " [" : " ");
		print_address(w, nat->family, &nat->address);
		writer_string(w, brackets ? "]" : "");
	}
	if (!nat->has_port)
		return;
	writer_string(w, nat->has_address ? ":" : " port ");
	print_nat_ports(w, nat);
}

/* --- the rest --------------------------------------------------------- */

static void print_protocol(struct writer *w, uint32_t number)
{
	if (protocol_by_number((uint8_t)number) != NULL) {
		writer_string(w, protocol_name((uint8_t)number));
		return;
	}
	writer_string(w, "proto ");
	print_number(w, number);
}

static void print_status(struct writer *w, const struct term *t)
{
	const struct status_bit *bit = status_by_bit(t->mask);

	writer_string(w, t->number == 0 ? "not status " : "status ");
	if (bit != NULL)
		writer_string(w, bit->name);
	else
		print_hex(w, t->mask);
}

static void print_mark(struct writer *w, const struct term *t)
{
	writer_string(w, "mark ");
	print_hex(w, t->number);
	if (t->mask == UINT32_MAX)
		return;
	writer_string(w, "/");
	print_hex(w, t->mask);
}

/* Whether the same name has been printed for a protocol before. */
static bool said_before(const struct term *t, int row, const char *name)
{
	for (int before = 0; before < row; before++) {
		int state =
			protocol_state_by_name(protocol_by_number(state_protocols[before]), name);

		if (state >= 0 && t->states[before] >> state & 1)
			return true;
	}
	return false;
}

static unsigned state_names(const struct term *t, const char *names[static 64])
{
	unsigned count = 0;

	for (int row = 0; row < STATE_PROTOCOLS; row++) {
		const struct protocol *p = protocol_by_number(state_protocols[row]);

		for (uint8_t state = 0; state < p->state_count && state < 16; state++) {
			if (t->states[row] >> state & 1 && !said_before(t, row, p->states[state]))
				names[count++] = p->states[state];
		}
	}
	return count;
}

static void print_states(struct writer *w, const struct term *t)
{
	const char *names[64];
	unsigned count = state_names(t, names);

	writer_string(w, count == 1 ? "state " : "state {");
	for (unsigned i = 0; i < count; i++) {
		writer_string(w, i > 0 ? ", " : "");
		writer_string(w, names[i]);
	}
	writer_string(w, count == 1 ? "" : "}");
}

static void print_worded(struct writer *w, const char *word, const char *text)
{
	writer_string(w, word);
	if (text == NULL)
		return;
	writer_string(w, " ");
	writer_string(w, text);
}

void term_print(struct writer *w, const struct term *t, const char *text)
{
	switch (t->kind) {
	case TERM_FAMILY:
		writer_string(w, t->number == AF_INET ? "ip" : "ip6");
		break;
	case TERM_PROTOCOL:
		print_protocol(w, t->number);
		break;
	case TERM_SOURCE:
	case TERM_DESTINATION:
		print_network(w, t);
		break;
	case TERM_STATUS:
		print_status(w, t);
		break;
	case TERM_MARK:
		print_mark(w, t);
		break;
	case TERM_LABELS:
		print_worded(w, "label", text);
		break;
	case TERM_LABELED:
		writer_string(w, "label");
		break;
	case TERM_HELPER:
		print_worded(w, "helper", text);
		break;
	case TERM_NAT:
		print_nat(w, &t->nat);
		break;
	case TERM_NUMBER:
	case TERM_NUMBERS:
		print_numbers(w, t);
		break;
	case TERM_ADDRESSES:
		print_addresses(w, t, text);
		break;
	case TERM_STATES:
		print_states(w, t);
		break;
	default:
		/* Kinds that the options make are in no expression. */
		break;
	}
}

static void print_node(struct writer *w, const struct node *node, enum place place)
{
	bool is_or = node->kind == NODE_OR;
	bool parentheses = is_or && place == PLACE_AND;

	switch (node->kind) {
	case NODE_TERM:
		writer_string(w, node->negated ? "not " : "");
		term_print(w, &node->term, node->text);
		return;
	case NODE_TRUE:
		writer_string(w, "mark >= 0");
		return;
	case NODE_FALSE:
		writer_string(w, "mark < 0");
		return;
	case NODE_AND:
	case NODE_OR:
	case NODE_NOT:
		break;
	}
	writer_string(w, parentheses ? "(" : "");
	for (unsigned i = 0; i < node->count; i++) {
		if (i > 0)
			writer_string(w, is_or ? " or " : " and ");
		print_node(w, node->child[i], is_or ? PLACE_TOP : PLACE_AND);
	}
	writer_string(w, parentheses ? ")" : "");
}

void expression_print(struct writer *w, const struct expression *e)
{
	print_node(w, e->root, PLACE_TOP);
}
