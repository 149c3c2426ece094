/* SPDX-License-Identifier: MIT */
/* Whether what is said of groups, order, columns and namespaces goes together. */
#include <string.h>
#include <sys/socket.h>

#include "cli/given.h"
#include "cli/options.h"

static int needs(const struct given *g, int id, const char *what, struct complaint *c)
{
	struct spelling s;

	return complain(c, "%s: needs %s", option_spelled(&s, g, id), what);
}

static int excludes(const struct given *g, int id, const char *what, struct complaint *c)
{
	struct spelling s;

	return complain(c, "%s: does not go with %s", option_spelled(&s, g, id), what);
}

/*
 * Packets and bytes are summed up unless something else was asked for; of events
 * they are not, as all but those of ends lack them.
 */
static bool has_usual_sums(const struct given *g)
{
	return !g->view.sums_given && g->command != COMMAND_EVENT;
}

/* Whether a summary has something by which it can be sorted. */
static bool is_counted(const struct given *g, const struct field *field)
{
	const struct view *view = &g->view;

	if (field == NULL)
		return true;
	for (unsigned i = 0; i < view->key_count; i++) {
		if (view->key[i].field == field)
			return true;
	}
	for (unsigned i = 0; i < view->sum_count; i++) {
		if (view->sum[i] == field)
			return true;
	}
	/* The usual sums, which are not there yet. */
	return has_usual_sums(g) &&
	       (strcmp(field->name, "packets") == 0 || strcmp(field->name, "bytes") == 0);
}

static int check_summary(const struct given *g, struct complaint *c)
{
	static const uint8_t flows_only[] = {OPTION_LIMIT, OPTION_COLUMNS};
	const struct view *view = &g->view;
	struct spelling s;

	for (unsigned i = 0; i < sizeof(flows_only); i++) {
		if (is_given(g, flows_only[i]))
			return excludes(g, flows_only[i],
				flows_only[i] == OPTION_LIMIT ? "--group-by (--top does)"
							      : "--group-by",
				c);
	}
	for (unsigned i = 0; i < view->sort_count; i++) {
		const struct field *field = view->sort[i].field;

		if (!is_counted(g, field))
			return complain(c,
				"%s: '%s' is neither a key nor a sum of --group-by, and not "
				"'flows'",
				option_spelled(&s, g, OPTION_SORT), field->name);
	}
	if (g->format != NULL && g->format->summary == NULL)
		return complain(c, "%s: '%s' has no form for --group-by (table, csv and json have)",
			option_spelled(&s, g, OPTION_OUTPUT), g->format->name);
	if (g->output_flags & ~(unsigned)OUTPUT_LABELS)
		return excludes(g, OPTION_GROUP_BY, "words of -o other than table, csv, json", c);
	return 0;
}

const struct output_format *given_format(const struct given *g)
{
	return g->format == NULL && is_given(g, OPTION_COLUMNS) ? &output_table : g->format;
}

/* A table of events tells the time if it is asked to; CSV always does. */
static int check_words(const struct given *g, struct complaint *c)
{
	const struct output_format *format = given_format(g);
	bool is_table = format == &output_table;
	bool tells_time = is_table && g->command == COMMAND_EVENT;
	unsigned known = OUTPUT_LABELS | (tells_time ? OUTPUT_TIMESTAMP : 0u);
	struct spelling s;

	if ((!is_table && format != &output_csv) || (g->output_flags & ~known) == 0)
		return 0;
	return complain(c,
		"%s: words besides '%s'%s and 'labels' add nothing; --columns names what it shows",
		option_spelled(&s, g, OPTION_OUTPUT), format->name,
		tells_time ? ", 'timestamp'" : "");
}

static int check_flows(const struct given *g, struct complaint *c)
{
	static const uint8_t groups_only[] = {
		OPTION_SUM, OPTION_TOP, OPTION_MINIMUM, OPTION_APPROXIMATE};
	struct spelling s;

	for (unsigned i = 0; i < sizeof(groups_only); i++) {
		if (is_given(g, groups_only[i]))
			return needs(g, groups_only[i],
				groups_only[i] == OPTION_TOP
					? "--group-by (for flows there is --limit)"
					: "--group-by",
				c);
	}
	if (is_given(g, OPTION_SORT) && g->command == COMMAND_EVENT)
		return needs(g, OPTION_SORT, "--group-by: events come when they come", c);
	for (unsigned i = 0; i < g->view.sort_count; i++) {
		if (g->view.sort[i].field == NULL)
			return complain(c, "%s: 'flows' are counted with --group-by only",
				option_spelled(&s, g, OPTION_SORT));
	}
	if (check_words(g, c) < 0)
		return -1;
	if (is_given(g, OPTION_COLUMNS) && g->format != NULL && g->format != &output_table &&
		g->format != &output_csv)
		return complain(c, "%s: goes with -o table and -o csv, not '%s'",
			option_spelled(&s, g, OPTION_COLUMNS), g->format->name);
	return 0;
}

/* What only people need, where it is laid out for people. */
static int check_manner(const struct given *g, struct complaint *c)
{
	static const uint8_t manners[] = {OPTION_HUMAN, OPTION_RESOLVE};
	bool is_summary = is_given(g, OPTION_GROUP_BY);
	bool for_people = given_format(g) == &output_table || (g->format == NULL && is_summary);

	for (unsigned i = 0; i < sizeof(manners) && !for_people; i++) {
		if (is_given(g, manners[i]))
			return needs(g, manners[i], "-o table, or --group-by without -o", c);
	}
	return 0;
}

static int check_netns(const struct given *g, struct complaint *c)
{
	bool reads = g->command == COMMAND_LIST || g->command == COMMAND_COUNT ||
		     g->command == COMMAND_STATS;
	struct spelling s;

	if (!is_given(g, OPTION_NETNS) || strcmp(g->netns, "all") != 0)
		return 0;
	if (!reads || g->table == TABLE_EXPECT)
		return complain(c, "%s: 'all' goes with -L, -C and -S of flows alone",
			option_spelled(&s, g, OPTION_NETNS));
	if (is_given(g, OPTION_ZERO))
		return complain(c, "%s: 'all' is for looking, so it does not go with -z",
			option_spelled(&s, g, OPTION_NETNS));
	if (g->format == &output_save)
		return complain(c,
			"%s: 'all' does not go with -o save, which cannot say the namespace",
			option_spelled(&s, g, OPTION_NETNS));
	return 0;
}

int given_check_view(const struct given *g, struct complaint *c)
{
	const option_set views = option_set_range(OPTION_GROUP_BY, OPTION_NETNS + 1);

	/* All options that say how flows are shown, and the formats. */
	if (!option_set_meet(g->options, views) && !is_given(g, OPTION_OUTPUT))
		return 0;

	int error = is_given(g, OPTION_GROUP_BY) ? check_summary(g, c) : check_flows(g, c);

	if (error < 0 || check_manner(g, c) < 0 || check_netns(g, c) < 0)
		return -1;
	return 0;
}

/*
 * A single number is of the family that is asked for, else of the one that it fits:
 * up to 32 bits IPv4, else IPv6. The other family's addresses stay whole.
 */
static void complete_key(const struct given *g, struct group_key *key)
{
	if (key->bits[ADDRESS_IPV6] > 32 || g->family == AF_INET6)
		return;
	key->bits[ADDRESS_IPV4] = key->bits[ADDRESS_IPV6];
	key->bits[ADDRESS_IPV6] = 128;
}

/* The usual sums and the usual order, where none was asked for. */
void given_complete_view(const struct given *g, struct view *view)
{
	*view = g->view;
	view->approximate = is_given(g, OPTION_APPROXIMATE);
	view->human = is_given(g, OPTION_HUMAN);
	view->resolve = is_given(g, OPTION_RESOLVE);
	if (view->key_count == 0)
		return;
	for (unsigned i = 0; i < view->key_count; i++) {
		if (g->one_length[i])
			complete_key(g, &view->key[i]);
	}
	if (has_usual_sums(g)) {
		view->sum[view->sum_count++] = field_by_name("packets");
		view->sum[view->sum_count++] = field_by_name("bytes");
	}
	if (view->sort_count == 0)
		view->sort[view->sort_count++] = (struct sort_key){
			view->sums_given && view->sum_count > 0 ? view->sum[0] : NULL, true};
}
