/* SPDX-License-Identifier: MIT */
/* One value of an option into struct given: strict, whole, in range. */
#include "cli/values.h"

#include <errno.h>
#include <limits.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "base/parse.h"
#include "base/suggest.h"
#include "cli/given.h"
#include "cli/readers.h"
#include "flow/field.h"
#include "output/output.h"

/* Where words of -o have something to show. */
enum {
	OF_FLOWS = SHOWING | ON(COMMAND_GET),
	OF_ENTRIES = OF_FLOWS | ON_EXPECT(COMMAND_LIST) | ON_EXPECT(COMMAND_EVENT),
};

/* Those of 1.4.9 first: a beginning of one of them means it, whatever else it begins. */
const struct value_word output_words[] = {
	{.name = "xml", .format = &output_xml, .takes = OF_ENTRIES},
	{.name = "save", .format = &output_save, .takes = OF_ENTRIES},
	{.name = "extended", .value = OUTPUT_EXTENDED, .takes = OF_ENTRIES},
	{.name = "timestamp", .value = OUTPUT_TIMESTAMP, .takes = OF_ENTRIES},
	{.name = "id", .value = OUTPUT_ID, .takes = OF_ENTRIES},
	{.name = "ktimestamp", .value = OUTPUT_KTIMESTAMP, .takes = OF_ENTRIES},
	{.name = "labels", .value = OUTPUT_LABELS, .takes = OF_ENTRIES},
	{.name = "userspace", .value = OUTPUT_USERSPACE, .takes = OF_ENTRIES},
	{.name = "json", .format = &output_json, .added = true, .takes = EVERYWHERE},
	{.name = "table", .format = &output_table, .added = true, .takes = OF_FLOWS},
	{.name = "csv", .format = &output_csv, .added = true, .takes = OF_FLOWS},
	{.name = "full", .value = OUTPUT_FULL, .added = true, .takes = OF_ENTRIES},
	{.name = "received", .value = OUTPUT_RECEIVED, .added = true, .takes = WATCHING},
};
const size_t output_word_count = COUNT(output_words);

const struct value_word event_words[] = {
	{.name = "ALL", .value = EVENTS_ALL},
	{.name = "NEW", .value = EVENTS_NEW},
	{.name = "UPDATES", .value = EVENTS_UPDATE},
	{.name = "DESTROY", .value = EVENTS_DESTROY},
};
const size_t event_word_count = COUNT(event_words);

int value_not_a(
	const struct given *g, int id, const char *text, const char *what, struct complaint *c)
{
	struct spelling s;

	return complain(c, "%s: '%s' is not %s", option_spelled(&s, g, id), text, what);
}

int value_file(
	const struct given *g, int id, const char *text, const char **path, struct complaint *c)
{
	if (*text == '\0' || strcmp(text, "-") == 0)
		return value_not_a(g, id, text, "the name of a file", c);
	*path = text;
	return 0;
}

int value_u32(const struct given *g, int id, const char *text, enum value_base base,
	uint32_t maximum, const char *what, uint32_t *out, struct complaint *c)
{
	struct spelling s;
	uint64_t value = 0;
	int error = base == DECIMAL ? parse_decimal(text, 0, maximum, &value)
				    : parse_number(text, 0, maximum, &value);

	if (error < 0 && base == ANY_BASE && text[0] == '0' &&
		parse_decimal(text, 0, maximum, &value) == 0)
		return complain(c, "%s: '%s' is not %s: a number that begins with 0 is octal",
			option_spelled(&s, g, id), text, what);
	if (error < 0)
		return value_not_a(g, id, text, what, c);
	*out = (uint32_t)value;
	return 0;
}

int value_u16(const struct given *g, int id, const char *text, enum value_base base,
	uint32_t maximum, const char *what, uint16_t *out, struct complaint *c)
{
	uint32_t value = 0;

	if (value_u32(g, id, text, base, maximum, what, &value, c) < 0)
		return -1;
	*out = (uint16_t)value;
	return 0;
}

/* --- lists of words --------------------------------------------------- */

const char *list_words(
	char *text, size_t size, const char *const *words, size_t count, const char *last)
{
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < count && used < size; i++) {
		const char *joint = i == 0 ? "" : i + 1 < count ? ", " : last;

		used += (size_t)snprintf(text + used, size - used, "%s%s", joint, words[i]);
	}
	return text;
}

int value_next_part(const char **rest, struct part_text *part)
{
	if (*rest == NULL)
		return 0;

	const char *comma = strchrnul(*rest, ',');

	*part = (struct part_text){*rest, (size_t)(comma - *rest)};
	*rest = *comma == ',' ? comma + 1 : NULL;
	return 1;
}

int value_find_word(const struct value_word *words, size_t count, struct part_text part)
{
	int found = -1;

	if (part.length == 0)
		return -1;
	for (size_t i = 0; i < count; i++) {
		/* Most differ in the first letter; its case is one bit. */
		if (((words[i].name[0] ^ part.text[0]) & ~0x20) != 0 ||
			strncasecmp(words[i].name, part.text, part.length) != 0)
			continue;
		if (words[i].name[part.length] == '\0')
			return (int)i;
		found = found == -1 ? (int)i : -2;
	}
	return found;
}

int value_no_such_word(const struct given *g, int id, const char *what,
	const struct value_word *words, size_t count, struct part_text part, int found,
	struct complaint *c)
{
	struct spelling s;
	struct suggestion nearest;
	char typed[64];
	char hint[96];
	char known[256] = "";
	size_t used = 0;

	snprintf(typed, sizeof(typed), "%.*s", (int)part.length, part.text);
	suggest_start(&nearest, typed);
	for (size_t i = 0; i < count; i++) {
		/* Of several that it begins, only these are what is asked about. */
		if (found == -2 && strncasecmp(words[i].name, part.text, part.length) != 0)
			continue;
		suggest_offer(&nearest, words[i].name);
		used += (size_t)snprintf(known + used, sizeof(known) - used, "%s%s",
			used > 0 ? ", " : "", words[i].name);
	}
	if (found == -2)
		return complain(c, "%s: '%s' is the beginning of more than one %s (%s)",
			option_spelled(&s, g, id), typed, what, known);
	if (part.length == 0)
		return complain(
			c, "%s: an empty word in the list (%s)", option_spelled(&s, g, id), known);
	return complain(c, "%s: '%s' is not a known %s (%s)%s", option_spelled(&s, g, id), typed,
		what, known, suggest_text(&nearest, hint, sizeof(hint)));
}

size_t output_words_at(uint32_t place, const char *names[static VALUE_WORDS_MAX])
{
	size_t count = 0;

	for (size_t i = 0; i < output_word_count; i++) {
		if (place == 0 || output_words[i].takes & place)
			names[count++] = output_words[i].name;
	}
	return count;
}

/* How many of the words of -o, which come first, are those of 1.4.9. */
static size_t old_output_words(void)
{
	size_t count = 0;

	while (count < output_word_count && !output_words[count].added)
		count++;
	return count;
}

static int read_output(struct given *g, int id, const char *text, struct complaint *c)
{
	struct spelling s;
	struct part_text part;

	while (value_next_part(&text, &part)) {
		int found = value_find_word(output_words, old_output_words(), part);

		if (found == -1)
			found = value_find_word(output_words, output_word_count, part);
		if (found < 0)
			return value_no_such_word(
				g, id, "output", output_words, output_word_count, part, found, c);

		const struct output_format *format = output_words[found].format;

		if (format != NULL && g->format != NULL && g->format != format)
			return complain(c,
				"%s: '%s' and '%s' are both formats, only one can be used",
				option_spelled(&s, g, id), g->format->name, format->name);
		if (format != NULL)
			g->format = format;
		g->output_flags |= output_words[found].value;
	}
	return 0;
}

static int read_event_mask(struct given *g, int id, const char *text, struct complaint *c)
{
	struct part_text part;

	while (value_next_part(&text, &part)) {
		int found = value_find_word(event_words, event_word_count, part);

		if (found < 0)
			return value_no_such_word(
				g, id, "event", event_words, event_word_count, part, found, c);
		g->event_mask |= event_words[found].value;
	}
	return 0;
}

static int read_role(struct given *g, int id, const char *text, struct complaint *c)
{
	struct part_text part = {text, strlen(text)};
	struct value_word words[FIELD_ROLES];
	int found;

	for (unsigned i = 0; i < FIELD_ROLES; i++)
		words[i] = (struct value_word){.name = field_role_names[i], .value = i};
	found = value_find_word(words, FIELD_ROLES, part);
	if (found < 0)
		return value_no_such_word(g, id, "role", words, FIELD_ROLES, part, found, c);
	g->role = (uint8_t)words[found].value;
	return 0;
}

/* --- addresses -------------------------------------------------------- */

static const char *family_name(uint8_t family)
{
	return family == AF_INET ? "IPv4" : "IPv6";
}

/* The first address or -f fixes the family; another family is an error. */
static int fix_family(
	struct given *g, int id, uint8_t family, const char *value, struct complaint *c)
{
	struct spelling now;
	struct spelling before;

	if (g->family == family)
		return 0;
	if (g->family == AF_UNSPEC) {
		g->family = family;
		g->family_option = (uint8_t)id;
		g->family_value = value;
		return 0;
	}
	return complain(c, "%s: '%s' is %s, but %s '%s' is %s", option_spelled(&now, g, id), value,
		family_name(family), option_spelled(&before, g, g->family_option), g->family_value,
		family_name(g->family));
}

static int read_family(struct given *g, int id, const char *text, struct complaint *c)
{
	if (strcmp(text, "ipv4") == 0)
		return fix_family(g, id, AF_INET, text, c);
	if (strcmp(text, "ipv6") == 0)
		return fix_family(g, id, AF_INET6, text, c);
	return value_not_a(g, id, text, "a family (ipv4, ipv6)", c);
}

/* As parse_address(), of the first length bytes of text. */
static int parse_address_part(
	const char *text, size_t length, union address *address, uint8_t *family)
{
	char copy[64];

	if (length >= sizeof(copy))
		return -EINVAL;
	memcpy(copy, text, length);
	copy[length] = '\0';
	return parse_address(copy, address->bytes, family);
}

static void mask_of_bits(union address *mask, unsigned bits)
{
	memset(mask, 0, sizeof(*mask));
	memset(mask->bytes, 0xff, bits / 8);
	if (bits % 8 != 0)
		mask->bytes[bits / 8] = (uint8_t)(0xff00 >> bits % 8);
}

/* Whether an option's address may have /BITS behind it. */
static bool takes_bits(int id)
{
	return id == OPTION_SOURCE || id == OPTION_DESTINATION || id == OPTION_TUPLE_SOURCE ||
	       id == OPTION_TUPLE_DESTINATION;
}

int value_address(struct given *g, int id, const char *text, struct complaint *c)
{
	struct given_address *a = &g->address[id];
	const char *slash = strchr(text, '/');
	uint64_t bits;

	a->has_bits = slash != NULL;
	if (slash == NULL) {
		if (parse_address(text, a->address.bytes, &a->family) < 0)
			return value_not_a(g, id, text,
				takes_bits(id) ? "an address or a network (ADDRESS/BITS); names "
						 "are not looked up"
					       : "an address; names are not looked up",
				c);
		mask_of_bits(&a->mask, a->family == AF_INET ? 32 : 128);
		return fix_family(g, id, a->family, text, c);
	}
	if (!takes_bits(id))
		return value_not_a(g, id, text, "an address; a network cannot be used here", c);
	if (parse_address_part(text, (size_t)(slash - text), &a->address, &a->family) < 0)
		return value_not_a(g, id, text, "an address or a network (ADDRESS/BITS)", c);
	if (parse_decimal(slash + 1, 0, a->family == AF_INET ? 32 : 128, &bits) < 0)
		return value_not_a(g, id, text,
			a->family == AF_INET ? "a network (ADDRESS/BITS with 0 to 32 BITS)"
					     : "a network (ADDRESS/BITS with 0 to 128 BITS)",
			c);
	mask_of_bits(&a->mask, (unsigned)bits);
	return fix_family(g, id, a->family, text, c);
}

/* PORT or PORT-PORT. */
static int read_nat_ports(struct given_nat *nat, const char *text)
{
	char first[8];
	const char *dash = strchr(text, '-');
	size_t length = dash != NULL ? (size_t)(dash - text) : strlen(text);
	uint64_t minimum;
	uint64_t maximum;

	if (length >= sizeof(first))
		return -EINVAL;
	memcpy(first, text, length);
	first[length] = '\0';
	if (parse_decimal(first, 0, UINT16_MAX, &minimum) < 0)
		return -EINVAL;
	maximum = minimum;
	if (dash != NULL && parse_decimal(dash + 1, minimum, UINT16_MAX, &maximum) < 0)
		return -EINVAL;
	nat->has_port = true;
	nat->port_minimum = (uint16_t)minimum;
	nat->port_maximum = (uint16_t)maximum;
	return 0;
}

/*
 * ADDRESS, ADDRESS:PORT (IPv4), [ADDRESS], [ADDRESS]:PORT, :PORT. Where the
 * address ends; *port is what stands behind its colon, or NULL. NULL: brackets
 * that are not right.
 */
static const char *split_nat(const char *text, const char **start, const char **port)
{
	const char *end;

	*port = NULL;
	*start = text;
	if (*text == '[') {
		*start = text + 1;
		end = strchr(text, ']');
		if (end == NULL || (end[1] != '\0' && end[1] != ':'))
			return NULL;
		if (end[1] == ':')
			*port = end + 2;
		return end;
	}
	end = strchrnul(text, ':');
	if (*end == '\0' || strchr(end + 1, ':') != NULL)
		return text + strlen(text); /* no colon, or IPv6 without brackets */
	*port = end + 1;
	return end;
}

int value_nat(struct given *g, int id, const char *text, struct complaint *c)
{
	static const char forms[] =
		"an address with or without a port (ADDRESS, ADDRESS:PORT, "
		"[IPV6]:PORT, PORT also as FIRST-LAST); a network cannot be used here";
	struct given_nat *nat = &g->nat[id - OPTION_SOURCE_NAT];
	const char *start;
	const char *port;
	const char *end = split_nat(text, &start, &port);

	*nat = (struct given_nat){.family = AF_UNSPEC};
	if (end == NULL)
		return value_not_a(g, id, text, forms, c);
	if (port != NULL && read_nat_ports(nat, port) < 0)
		return value_not_a(g, id, text, forms, c);
	if (end == start && port != NULL && start == text)
		return 0; /* a port alone */
	if (parse_address_part(start, (size_t)(end - start), &nat->address, &nat->family) < 0)
		return value_not_a(g, id, text, forms, c);
	return fix_family(g, id, nat->family, text, c);
}

/* --- protocol and its own --------------------------------------------- */

/* Names and aliases of protocols(5). */
static void offer_protocols(struct suggestion *nearest)
{
	const struct protoent *entry;

	setprotoent(1);
	while ((entry = getprotoent()) != NULL) {
		suggest_offer(nearest, entry->p_name);
		for (char **alias = entry->p_aliases; *alias != NULL; alias++)
			suggest_offer(nearest, *alias);
	}
	endprotoent();
}

static int no_such_protocol(const struct given *g, int id, const char *text, struct complaint *c)
{
	struct spelling s;
	struct suggestion nearest;
	char hint[96], names[128] = "";
	size_t used = 0;

	suggest_start(&nearest, text);
	for (size_t i = 0; i < protocol_count; i++) {
		suggest_offer(&nearest, protocols[i].name);
		if (used < sizeof(names))
			used += (size_t)snprintf(
				names + used, sizeof(names) - used, "%s, ", protocols[i].name);
	}
	offer_protocols(&nearest);
	return complain(c,
		"%s: '%s' is not a known protocol (%sa name from /etc/protocols, or a number "
		"from 0 to 255)%s",
		option_spelled(&s, g, id), text, names, suggest_text(&nearest, hint, sizeof(hint)));
}

int protocol_number_of(const char *text)
{
	const struct protocol *p = protocol_by_name(text);
	const struct protoent *entry;
	uint64_t number;

	if (p != NULL)
		return p->number;
	if (parse_number(text, 0, UINT8_MAX, &number) == 0)
		return (int)number;
	entry = getprotobyname(text);
	return entry != NULL && entry->p_proto >= 0 && entry->p_proto <= UINT8_MAX ? entry->p_proto
										   : -1;
}

int value_protocol(
	const struct given *g, int id, const char *text, uint8_t *out, struct complaint *c)
{
	int number = protocol_number_of(text);

	if (number < 0)
		return no_such_protocol(g, id, text, c);
	*out = (uint8_t)number;
	return 0;
}

static int read_protocol(struct given *g, int id, const char *text, struct complaint *c)
{
	const option_set own = option_set_range(OPTION_STATE, OPTION_ROWS);
	struct spelling s;
	uint8_t number = 0;

	if (value_protocol(g, id, text, &number, c) < 0)
		return -1;
	if ((option_set_meet(g->options, own) || g->parts != 0) && number != g->protocol_number)
		return complain(c, "%s: '%s' comes behind options of -p '%s'",
			option_spelled(&s, g, id), text, g->protocol_value);
	g->protocol = protocol_by_number(number);
	g->protocol_number = number;
	g->protocol_value = text;
	return 0;
}

static int read_state(struct given *g, int id, const char *text, struct complaint *c)
{
	int state = protocol_state_by_name(g->protocol, text);

	/* 1.4.9 has no name for the state in which SCTP sends a heartbeat. */
	if (state < 0 && g->loading && g->protocol->extra & PROTOCOL_SCTP &&
		strcmp(text, "(null)") == 0)
		state = protocol_state_by_name(g->protocol, "HEARTBEAT_SENT");
	struct spelling s;
	struct suggestion nearest;
	char hint[96];
	char known[256];

	if (state >= 0) {
		g->state = (uint8_t)state;
		return 0;
	}
	suggest_start(&nearest, text);
	for (unsigned i = 0; i < g->protocol->state_count; i++)
		suggest_offer(&nearest, g->protocol->states[i]);
	list_words(known, sizeof(known), g->protocol->states, g->protocol->state_count, ", ");
	return complain(c, "%s: '%s' is not a state of %s (%s)%s", option_spelled(&s, g, id), text,
		g->protocol->name, known, suggest_text(&nearest, hint, sizeof(hint)));
}

static int read_vtag(struct given *g, int id, const char *text, struct complaint *c)
{
	return value_u32(g, id, text, DECIMAL, UINT32_MAX, "a verification tag (0-4294967295)",
		&g->vtag[id == OPTION_REPLY_VTAG], c);
}

static int read_part(struct given *g, int id, const char *text, struct complaint *c)
{
	unsigned n = (unsigned)(id - OPTION_PART);
	unsigned index = n % TUPLE_PART_COUNT;
	unsigned place = n / TUPLE_PART_COUNT;
	const struct protocol_part *part = &g->protocol->part[index];
	uint16_t *out = &g->part[place][index];

	switch (part->kind) {
	case PART_PORT:
		if (place != PART_MASK)
			return value_port(g, id, text, out, c);
		return value_u16(g, id, text, DECIMAL, UINT16_MAX,
			"a mask of ports (a number from 0 to 65535)", out, c);
	case PART_NUMBER:
		if (part->bytes == 1)
			return value_u16(
				g, id, text, DECIMAL, UINT8_MAX, "a number from 0 to 255", out, c);
		return value_u16(
			g, id, text, DECIMAL, UINT16_MAX, "a number from 0 to 65535", out, c);
	case PART_KEY:
		return value_u16(g, id, text, ANY_BASE, UINT16_MAX,
			"a key (0-65535, also as 0x hexadecimal or 0 octal)", out, c);
	}
	return -1;
}

/* --- words that are taken as they are --------------------------------- */

static int read_label(struct given *g, int id, const char *text, struct complaint *c)
{
	struct spelling s;

	if (g->label_count == GIVEN_LABELS_MAX)
		return complain(c, "%s: more than %d label options", option_spelled(&s, g, id),
			GIVEN_LABELS_MAX);
	g->label[g->label_count++] = (struct given_label){text, (uint8_t)id};
	return 0;
}

static int read_filter(struct given *g, int id, const char *text, struct complaint *c)
{
	struct spelling s;

	if (g->filter_count == GIVEN_FILTERS_MAX)
		return complain(c, "%s: more than %d filters", option_spelled(&s, g, id),
			GIVEN_FILTERS_MAX);
	g->filter[g->filter_count++] = (struct given_filter){text, (uint8_t)id};
	return 0;
}

static int read_label_map(struct given *g, int id, const char *text, struct complaint *c)
{
	struct spelling s;

	if (g->label_map_path != NULL)
		return complain(c, "%s: given twice ('%s' and '%s')", option_spelled(&s, g, id),
			g->label_map_path, text);
	g->label_map_path = text;
	return 0;
}

static int read_nothing(struct given *g, int id, const char *text, struct complaint *c)
{
	(void)g;
	(void)id;
	(void)text;
	(void)c;
	return 0;
}

static const value_reader readers[OPTION_ROWS] = {
	[OPTION_SOURCE] = value_address,
	[OPTION_DESTINATION] = value_address,
	[OPTION_REPLY_SOURCE] = value_address,
	[OPTION_REPLY_DESTINATION] = value_address,
	[OPTION_TUPLE_SOURCE] = value_address,
	[OPTION_TUPLE_DESTINATION] = value_address,
	[OPTION_MASK_SOURCE] = value_address,
	[OPTION_MASK_DESTINATION] = value_address,
	[OPTION_MASTER_SOURCE] = value_address,
	[OPTION_MASTER_DESTINATION] = value_address,
	[OPTION_PROTOCOL] = read_protocol,
	[OPTION_FAMILY] = read_family,
	[OPTION_TIMEOUT] = value_timeout,
	[OPTION_STATUS] = value_status,
	[OPTION_MARK] = value_mark,
	[OPTION_SECMARK] = value_secmark,
	[OPTION_ID] = value_id,
	[OPTION_ZONE] = value_zone,
	[OPTION_ORIGINAL_ZONE] = value_zone,
	[OPTION_REPLY_ZONE] = value_zone,
	[OPTION_SOURCE_NAT] = value_nat,
	[OPTION_DESTINATION_NAT] = value_nat,
	[OPTION_ANY_NAT] = value_nat,
	[OPTION_EXPECT_NAT_ORIGINAL] = value_nat,
	[OPTION_EXPECT_NAT_REPLY] = value_nat,
	[OPTION_LABEL] = read_label,
	[OPTION_LABEL_ADD] = read_label,
	[OPTION_LABEL_DELETE] = read_label,
	[OPTION_LABEL_MAP] = read_label_map,
	[OPTION_OUTPUT] = read_output,
	[OPTION_EVENT_MASK] = read_event_mask,
	[OPTION_BUFFER_SIZE] = value_buffer_size,
	[OPTION_ZERO] = read_nothing,
	[OPTION_NAT_RANGE] = read_nothing,
	[OPTION_HELPER] = value_helper,
	[OPTION_ORIGINAL_SEQADJ] = value_seqadj,
	[OPTION_REPLY_SEQADJ] = value_seqadj,
	[OPTION_SYNPROXY] = value_synproxy,
	[OPTION_MASTER_PROTOCOL] = value_other_protocol,
	[OPTION_MASTER_SOURCE_PORT] = value_master_port,
	[OPTION_MASTER_DESTINATION_PORT] = value_master_port,
	[OPTION_TUPLE_PROTOCOL] = value_other_protocol,
	[OPTION_CLASS] = value_class,
	[OPTION_FUNCTION] = value_function,
	[OPTION_SKIP_EXISTING] = read_nothing,
	[OPTION_GROUP_BY] = value_group_by,
	[OPTION_SUM] = value_sum,
	[OPTION_TOP] = value_how_many,
	[OPTION_MINIMUM] = value_how_many,
	[OPTION_SORT] = value_sort,
	[OPTION_LIMIT] = value_how_many,
	[OPTION_COLUMNS] = value_columns,
	[OPTION_NETNS] = value_netns,
	[OPTION_FILTER] = read_filter,
	[OPTION_FILTER_FILE] = read_filter,
	[OPTION_MAXIMUM] = value_maximum,
	[OPTION_UNDO] = value_undo,
	[OPTION_STOP_AFTER] = value_stop_after,
	[OPTION_DURATION] = value_duration,
	[OPTION_QUEUE] = value_queue,
	[OPTION_OUTPUT_FILE] = value_output_file,
	[OPTION_STATE] = read_state,
	[OPTION_ORIGINAL_VTAG] = read_vtag,
	[OPTION_REPLY_VTAG] = read_vtag,
	[OPTION_ROLE] = read_role,
	[OPTION_ORIGINAL_WSCALE] = value_wscale,
	[OPTION_REPLY_WSCALE] = value_wscale,
	[OPTION_ORIGINAL_TCP_FLAGS] = value_tcp_flags,
	[OPTION_REPLY_TCP_FLAGS] = value_tcp_flags,
	[OPTION_HANDSHAKE] = value_handshake,
};

int given_value(struct given *g, int id, const char *text, struct complaint *c)
{
	if (text != NULL)
		return id < OPTION_ROWS ? readers[id](g, id, text, c) : read_part(g, id, text, c);
	if (id == OPTION_LABEL_DELETE)
		return read_label(g, id, NULL, c);
	if (id >= OPTION_SOURCE_NAT && id <= OPTION_ANY_NAT)
		g->nat[id - OPTION_SOURCE_NAT] = (struct given_nat){.family = AF_UNSPEC};
	return 0;
}

bool given_names_table(const char *text)
{
	for (int table = 0; *text != '\0' && table < TABLES; table++) {
		if (strncmp(table_names[table], text, strlen(text)) == 0)
			return true;
	}
	return false;
}

int given_table(struct given *g, const char *text, struct complaint *c)
{
	struct spelling s;
	struct suggestion nearest;
	char hint[96];
	char known[64];
	const char *names[TABLES];
	size_t count = 0;
	size_t length = strlen(text);

	for (int table = 0; length > 0 && table < TABLES; table++) {
		if (strncmp(table_names[table], text, length) != 0)
			continue;
		g->table = (enum table)table;
		if (command_rows[g->command].tables >> table & 1)
			return 0;
		return complain(c, "%s: does not go with the table '%s'", command_spelled(&s, g),
			table_names[table]);
	}
	suggest_start(&nearest, text);
	for (int table = 0; table < TABLES; table++) {
		if (!(command_rows[g->command].tables >> table & 1))
			continue;
		suggest_offer(&nearest, table_names[table]);
		names[count++] = table_names[table];
	}
	list_words(known, sizeof(known), names, count, ", ");
	return complain(c, "%s: '%s' is not a table (%s)%s", command_spelled(&s, g), text, known,
		suggest_text(&nearest, hint, sizeof(hint)));
}
