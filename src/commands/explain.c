/* SPDX-License-Identifier: MIT */
#include "commands/explain.h"

#include <inttypes.h>

#include "base/message.h"
#include "base/writer.h"
#include "cli/cli.h"

/* A message is cut at about this length anyway. */
#define TEXT_SIZE (2 * WRITER_RESERVE_MAX)

/* A filter in words, "nothing" for an empty one; valid until the next call. */
static const char *filter_text(const struct filter *filter, uint8_t protocol)
{
	static char bytes[TEXT_SIZE];
	struct writer w;

	writer_open(&w, -1, bytes, sizeof(bytes));
	filter_print(&w, filter, protocol);
	if (w.used == 0)
		return "nothing";
	bytes[w.used < sizeof(bytes) ? w.used : sizeof(bytes) - 1] = '\0';
	return bytes;
}

/* The protocol that a filter asks for, 0: none. */
static uint8_t protocol_of(const struct filter *filter)
{
	for (unsigned i = 0; i < filter->count; i++) {
		if (filter->term[i].kind == TERM_PROTOCOL)
			return (uint8_t)filter->term[i].number;
	}
	return 0;
}

static void explain_filters(const struct session *s)
{
	const struct walk_account *a = &s->account;
	const struct filter *filter = &s->request->filter;
	struct kernel_filter kernel = a->kernel;
	struct filter said, left;
	const char *note = "";

	if (a->by_family) {
		kernel.parts &= (uint8_t)~KERNEL_FAMILY;
		note = ", in ip and in ip6 by itself";
	} else if (kernel.parts != 0 && a->walked > 0 && !a->filtered) {
		note = ", if it does: it does not say so, so all is tested here";
	}
	kernel_filter_terms(&kernel, &said);
	message_plain("explain: the kernel filters by: %s%s",
		filter_text(&said, protocol_of(filter)), note);
	kernel_filter_left(filter, &a->kernel, &left);
	message_plain("explain: filtered here: %s", filter_text(&left, protocol_of(filter)));
}

void explain_walk(const struct session *s, uint64_t changed)
{
	const struct walk_account *a = &s->account;

	if (s->netns != NULL)
		message_plain("explain: network namespace %s", s->netns);
	if (a->dumps > 0) {
		explain_filters(s);
	} else if (s->request->command == COMMAND_GET) {
		message_plain("explain: the kernel looked the tuple up");
		message_plain("explain: filtered here: %s",
			filter_text(&s->request->filter, protocol_of(&s->request->filter)));
	} else if (s->request->command == COMMAND_COUNT) {
		message_plain("explain: the kernel keeps the count");
		return;
	}
	message_plain("explain: entries: %" PRIu64 " walked, %" PRIu64 " matched, %" PRIu64
		      " %s%s; dumps: %u, sends of changes: %" PRIu64,
		a->walked, a->matched, changed, s->mode == CHANGE_DRY ? "would have been " : "",
		cli_command_done(s->request->command), a->dumps, a->sends);
}

void explain_flush(const struct session *s, const struct kernel_filter *plan, unsigned count)
{
	if (plan == NULL)
		message_plain("explain: %sthe kernel empties the table by itself, and does not "
			      "count",
			s->place);
	for (unsigned i = 0; i < count; i++) {
		struct filter said;

		kernel_filter_terms(&plan[i], &said);
		message_plain("explain: %sthe kernel flushes by itself, and does not count: %s",
			s->place, filter_text(&said, protocol_of(&said)));
	}
}

void explain_line(const struct session *s, uint64_t count)
{
	if (s->mode == CHANGE_COUNT)
		return;
	message_plain("explain: %s%" PRIu64 " %s%s", s->place, count,
		s->mode == CHANGE_DRY ? "would have been " : "",
		cli_command_done(s->request->command));
}
