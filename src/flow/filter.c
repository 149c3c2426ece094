/* SPDX-License-Identifier: MIT */
#include "flow/filter.h"

#include <linux/netfilter/nf_conntrack_common.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "flow/address_set.h"
#include "flow/expression.h"
#include "flow/protocol.h"

struct term *filter_add(struct filter *filter, enum term_kind kind)
{
	if (filter->count == FILTER_TERMS_MAX)
		return NULL;

	struct term *term = &filter->term[filter->count++];
	*term = (struct term){.kind = kind};
	/* The longest of the masks; the others lie within. */
	memset(&term->address_mask, 0xff, sizeof(term->address_mask));
	return term;
}

struct term *filter_ask(struct filter *filter, enum term_kind kind)
{
	return filter->count < FILTER_TERMS_MAX - FILTER_TERMS_SPARE ? filter_add(filter, kind)
								     : NULL;
}

static inline bool has(const struct flow *flow, uint64_t bits)
{
	return (flow->present & bits) == bits;
}

static inline bool tuple_has(const struct tuple *tuple, unsigned bits)
{
	return (tuple->present & bits) == bits;
}

static inline bool address_matches(const struct term *term, const union address *address)
{
	const union address *mask = &term->address_mask;

	return (((address->halves[0] ^ term->address.halves[0]) & mask->halves[0]) |
		       ((address->halves[1] ^ term->address.halves[1]) & mask->halves[1])) == 0;
}

static inline enum truth truth_of(bool known, bool holds)
{
	return known ? (enum truth)holds : TRUTH_UNKNOWN;
}

static bool labels_match(const uint8_t wanted[static LABEL_BYTES], const struct flow *flow)
{
	if (!has(flow, FLOW_LABELS))
		return false;
	for (unsigned i = 0; i < LABEL_BYTES; i++) {
		if ((flow->labels[i] & wanted[i]) != wanted[i])
			return false;
	}
	return true;
}

/* How one kind of NAT shows: what one end was, and what the other tuple made of it. */
struct nat_view {
	const union address *before;
	const union address *after;
	unsigned before_bit; /* enum tuple_present, of the original tuple */
	unsigned after_bit;  /* of the reply tuple */
	unsigned before_part;
	unsigned after_part;
};

static inline struct nat_view nat_view(const struct flow *flow, enum nat_kind kind)
{
	const struct tuple *original = &flow->tuple[ORIGINAL];
	const struct tuple *reply = &flow->tuple[REPLY];

	if (kind == NAT_SOURCE)
		return (struct nat_view){&original->source, &reply->destination, TUPLE_SOURCE,
			TUPLE_DESTINATION, 0, 1};
	return (struct nat_view){
		&original->destination, &reply->source, TUPLE_DESTINATION, TUPLE_SOURCE, 1, 0};
}

static inline bool part_changed(
	const struct flow *flow, unsigned original_part, unsigned reply_part)
{
	const struct tuple *original = &flow->tuple[ORIGINAL];
	const struct tuple *reply = &flow->tuple[REPLY];

	return tuple_has(original, TUPLE_PART << original_part) &&
	       tuple_has(reply, TUPLE_PART << reply_part) &&
	       original->part[original_part] != reply->part[reply_part];
}

bool flow_has_icmp_nat(const struct flow *flow, enum nat_kind kind)
{
	enum nat_kind changes = NAT_SOURCE;

	if (has(flow, FLOW_STATUS) && (flow->status & IPS_NAT_MASK) == IPS_DST_NAT)
		changes = NAT_DESTINATION;
	return kind == changes && part_changed(flow, ICMP_ID_PART, ICMP_ID_PART);
}

bool flow_has_nat(const struct flow *flow, enum nat_kind kind)
{
	struct nat_view view = nat_view(flow, kind);

	if (tuple_has(&flow->tuple[ORIGINAL], view.before_bit) &&
		tuple_has(&flow->tuple[REPLY], view.after_bit) &&
		!address_equal(view.before, view.after))
		return true;
	if (protocol_is_icmp(flow->tuple[ORIGINAL].protocol))
		return flow_has_icmp_nat(flow, kind);
	return part_changed(flow, view.before_part, view.after_part);
}

static bool nat_kind_matches(
	const struct nat_term *nat, const struct flow *flow, enum nat_kind kind)
{
	const struct tuple *reply = &flow->tuple[REPLY];
	struct nat_view view = nat_view(flow, kind);
	bool icmp = protocol_is_icmp(reply->protocol);
	unsigned part = icmp ? ICMP_ID_PART : view.after_part;
	uint16_t port = reply->part[part];

	if (!flow_has_nat(flow, kind))
		return false;
	if (nat->has_address &&
		(!tuple_has(reply, view.after_bit) || reply->family != nat->family ||
			!address_equal(view.after, &nat->address)))
		return false;
	if (nat->has_port && (icmp != nat->icmp || !tuple_has(reply, TUPLE_PART << part) ||
				     port < nat->port_minimum || port > nat->port_maximum))
		return false;
	return true;
}

static bool nat_matches(const struct nat_term *nat, const struct flow *flow)
{
	return (nat->wanted & NAT_WANT_SOURCE && nat_kind_matches(nat, flow, NAT_SOURCE)) ||
	       (nat->wanted & NAT_WANT_DESTINATION && nat_kind_matches(nat, flow, NAT_DESTINATION));
}

/* --- a test a kind ---------------------------------------------------- */

static enum truth family_truth(
	const struct term *term, const struct flow *flow, struct match_context *context)
{
	(void)context;
	return truth_of(flow_family(flow) != AF_UNSPEC, flow_family(flow) == term->number);
}

static enum truth protocol_truth(
	const struct term *term, const struct flow *flow, struct match_context *context)
{
	const struct tuple *tuple = &flow->tuple[ORIGINAL];

	(void)context;
	return truth_of(tuple_has(tuple, TUPLE_PROTOCOL), tuple->protocol == term->number);
}

static enum truth source_truth(
	const struct term *term, const struct flow *flow, struct match_context *context)
{
	const struct tuple *tuple = &flow->tuple[term->direction];

	(void)context;
	return truth_of(tuple_has(tuple, TUPLE_SOURCE),
		tuple->family == term->family && address_matches(term, &tuple->source));
}

static enum truth destination_truth(
	const struct term *term, const struct flow *flow, struct match_context *context)
{
	const struct tuple *tuple = &flow->tuple[term->direction];

	(void)context;
	return truth_of(tuple_has(tuple, TUPLE_DESTINATION),
		tuple->family == term->family && address_matches(term, &tuple->destination));
}

static enum truth part_truth(
	const struct term *term, const struct flow *flow, struct match_context *context)
{
	const struct tuple *tuple = &flow->tuple[term->direction];

	(void)context;
	return truth_of(tuple_has(tuple, TUPLE_PART << term->index),
		tuple->part[term->index] == term->number);
}

static enum truth state_truth(
	const struct term *term, const struct flow *flow, struct match_context *context)
{
	(void)context;
	return truth_of(has(flow, FLOW_STATE), flow->state == term->number);
}

static enum truth vtag_truth(
	const struct term *term, const struct flow *flow, struct match_context *context)
{
	(void)context;
	return truth_of(has(flow, FLOW_VTAG << term->direction),
		flow->vtag[term->direction] == term->number);
}

static enum truth status_truth(
	const struct term *term, const struct flow *flow, struct match_context *context)
{
	(void)context;
	return truth_of(has(flow, FLOW_STATUS), (flow->status & term->mask) == term->number);
}

static enum truth mark_truth(
	const struct term *term, const struct flow *flow, struct match_context *context)
{
	uint32_t mark = has(flow, FLOW_MARK) ? flow->mark : 0;

	(void)context;
	return (enum truth)((mark & term->mask) == term->number);
}

static enum truth secmark_truth(
	const struct term *term, const struct flow *flow, struct match_context *context)
{
	(void)context;
	return truth_of(has(flow, FLOW_SECMARK), flow->secmark == term->number);
}

static enum truth id_truth(
	const struct term *term, const struct flow *flow, struct match_context *context)
{
	(void)context;
	return truth_of(has(flow, FLOW_ID), flow->id == term->number);
}

static enum truth timeout_truth(
	const struct term *term, const struct flow *flow, struct match_context *context)
{
	(void)context;
	return truth_of(has(flow, FLOW_TIMEOUT), flow->timeout == term->number);
}

static enum truth zone_truth(
	const struct term *term, const struct flow *flow, struct match_context *context)
{
	(void)context;
	return (enum truth)((has(flow, FLOW_ZONE) ? flow->zone : 0) == term->number);
}

static enum truth tuple_zone_truth(
	const struct term *term, const struct flow *flow, struct match_context *context)
{
	const struct tuple *tuple = &flow->tuple[term->direction];

	(void)context;
	return (enum truth)((tuple_has(tuple, TUPLE_ZONE) ? tuple->zone : 0) == term->number);
}

static enum truth bare_zone_truth(
	const struct term *term, const struct flow *flow, struct match_context *context)
{
	const struct tuple *tuple = flow->tuple;
	bool has_parts = (tuple[ORIGINAL].present & TUPLE_PARTS) != 0;

	(void)term;
	(void)context;
	return (enum truth)(has_parts || (!(has(flow, FLOW_ZONE) && flow->zone != 0) &&
						 !(tuple_has(&tuple[ORIGINAL], TUPLE_ZONE) &&
							 tuple[ORIGINAL].zone != 0)));
}

static enum truth labels_truth(
	const struct term *term, const struct flow *flow, struct match_context *context)
{
	(void)context;
	return (enum truth)labels_match(term->labels, flow);
}

static enum truth nat_truth(
	const struct term *term, const struct flow *flow, struct match_context *context)
{
	(void)context;
	return (enum truth)nat_matches(&term->nat, flow);
}

static enum truth number_truth(
	const struct term *term, const struct flow *flow, struct match_context *context)
{
	struct number_choice which = {term->direction, term->protocol};
	uint64_t number;

	if (!number_rows[term->index].read(which, flow, context, &number))
		return TRUTH_UNKNOWN;
	return (enum truth)number_range_has(&term->range, number);
}

static enum truth numbers_truth(
	const struct term *term, const struct flow *flow, struct match_context *context)
{
	struct number_choice which = {term->direction, term->protocol};
	uint64_t number;

	if (!number_rows[term->index].read(which, flow, context, &number))
		return TRUTH_UNKNOWN;
	return (enum truth)number_set_has(term->numbers, number);
}

static enum truth addresses_truth(
	const struct term *term, const struct flow *flow, struct match_context *context)
{
	const struct tuple *tuple = &flow->tuple[term->direction];
	enum nat_kind kind = term->index == END_SOURCE_NAT ? NAT_SOURCE : NAT_DESTINATION;

	(void)context;
	switch ((enum address_end)term->index) {
	case END_SOURCE:
		return truth_of(tuple_has(tuple, TUPLE_SOURCE),
			address_set_has(term->addresses, tuple->family, &tuple->source));
	case END_DESTINATION:
		return truth_of(tuple_has(tuple, TUPLE_DESTINATION),
			address_set_has(term->addresses, tuple->family, &tuple->destination));
	case END_SOURCE_NAT:
	case END_DESTINATION_NAT:
		break;
	}

	struct nat_view view = nat_view(flow, kind);

	tuple = &flow->tuple[REPLY];
	return (enum truth)(flow_has_nat(flow, kind) && tuple_has(tuple, view.after_bit) &&
			    address_set_has(term->addresses, tuple->family, view.after));
}

const uint8_t state_protocols[STATE_PROTOCOLS] = {
	[STATES_TCP] = IPPROTO_TCP,
	[STATES_SCTP] = IPPROTO_SCTP,
	[STATES_DCCP] = IPPROTO_DCCP,
};

static enum truth states_truth(
	const struct term *term, const struct flow *flow, struct match_context *context)
{
	unsigned row = 0;

	(void)context;
	while (row < STATE_PROTOCOLS && state_protocols[row] != flow->tuple[ORIGINAL].protocol)
		row++;
	if (!has(flow, FLOW_STATE) || row == STATE_PROTOCOLS)
		return TRUTH_UNKNOWN;
	return (enum truth)(flow->state < 16 && term->states[row] >> flow->state & 1);
}

static enum truth helper_truth(
	const struct term *term, const struct flow *flow, struct match_context *context)
{
	(void)context;
	if (!has(flow, FLOW_HELPER))
		return TRUTH_NO;
	return (enum truth)(term->helper[0] == '\0' ||
			    strncmp(term->helper, flow->helper, HELPER_NAME_SIZE) == 0);
}

static enum truth labeled_truth(
	const struct term *term, const struct flow *flow, struct match_context *context)
{
	unsigned bits = 0;

	(void)term;
	(void)context;
	for (unsigned i = 0; i < LABEL_BYTES; i++)
		bits |= flow->labels[i];
	return (enum truth)(has(flow, FLOW_LABELS) && bits != 0);
}

const term_test term_tests[TERM_KINDS] = {
	[TERM_FAMILY] = family_truth,
	[TERM_PROTOCOL] = protocol_truth,
	[TERM_SOURCE] = source_truth,
	[TERM_DESTINATION] = destination_truth,
	[TERM_PART] = part_truth,
	[TERM_STATE] = state_truth,
	[TERM_VTAG] = vtag_truth,
	[TERM_STATUS] = status_truth,
	[TERM_MARK] = mark_truth,
	[TERM_SECMARK] = secmark_truth,
	[TERM_ID] = id_truth,
	[TERM_TIMEOUT] = timeout_truth,
	[TERM_ZONE] = zone_truth,
	[TERM_TUPLE_ZONE] = tuple_zone_truth,
	[TERM_BARE_ZONE] = bare_zone_truth,
	[TERM_LABELS] = labels_truth,
	[TERM_NAT] = nat_truth,
	[TERM_NUMBER] = number_truth,
	[TERM_NUMBERS] = numbers_truth,
	[TERM_ADDRESSES] = addresses_truth,
	[TERM_STATES] = states_truth,
	[TERM_HELPER] = helper_truth,
	[TERM_LABELED] = labeled_truth,
};

/* --- terms ------------------------------------------------------------ */

bool term_is_exact(const struct term *t)
{
	static const union address all = {.halves = {UINT64_MAX, UINT64_MAX}};

	return t->family == AF_INET ? memcmp(t->address_mask.bytes, all.bytes, 4) == 0
				    : address_equal(&t->address_mask, &all);
}

void term_fill_tuple(const struct term *term, struct tuple *tuple)
{
	switch (term->kind) {
	case TERM_SOURCE:
		if (!term_is_exact(term))
			break;
		tuple->source = term->address;
		tuple->family = term->family;
		tuple->present |= TUPLE_SOURCE;
		break;
	case TERM_DESTINATION:
		if (!term_is_exact(term))
			break;
		tuple->destination = term->address;
		tuple->family = term->family;
		tuple->present |= TUPLE_DESTINATION;
		break;
	case TERM_PROTOCOL:
		tuple->protocol = (uint8_t)term->number;
		tuple->present |= TUPLE_PROTOCOL;
		break;
	case TERM_PART:
		tuple->part[term->index] = (uint16_t)term->number;
		tuple->present |= (uint8_t)(TUPLE_PART << term->index);
		break;
	default:
		break;
	}
}

bool filter_terms_match(const struct term *terms, unsigned count, const struct flow *flow)
{
	for (unsigned i = 0; i < count; i++) {
		if (term_tests[terms[i].kind](&terms[i], flow, NULL) != TRUTH_YES)
			return false;
	}
	return true;
}

bool filter_matches(const struct filter *filter, const struct flow *flow)
{
	return filter_terms_match(filter->term, filter->count, flow) &&
	       (filter->rest == NULL || expression_matches(filter->rest, flow));
}
