/* SPDX-License-Identifier: MIT */
#include "commands/matching.h"

#include "base/message.h"
#include "commands/sysctl.h"
#include "flow/expression.h"

void matching_begin(struct matching *matching, const struct filter *filter)
{
	*matching = (struct matching){-1, -1};
	if (filter->rest == NULL)
		return;
	expression_start(filter->rest);
	matching->accounting = sysctl_number("nf_conntrack_acct");
	matching->timestamps = sysctl_number("nf_conntrack_timestamp");
}

static void warn(
	struct session *s, enum unknown_fact fact, long setting, const char *what, const char *name)
{
	bool missing = (expression_unknown(s->request->filter.rest) & fact) != 0;

	if (!missing || (s->unknown & fact) != 0)
		return;
	if (setting <= 0)
		message_plain("WARNING: %sthe kernel keeps no %s, and what is unknown meets no "
			      "condition; sysctl net.netfilter.%s=1 turns it on for new entries",
			s->place, what, name);
	else if (s->request->command != COMMAND_EVENT)
		message_plain("WARNING: %sentries older than net.netfilter.%s=1 have no %s, and "
			      "what is unknown meets no condition",
			s->place, name, what);
	else
		return;
	s->unknown |= fact;
}

void matching_end(const struct matching *matching, struct session *s)
{
	warn(s, UNKNOWN_COUNTERS, matching->accounting, "packets and bytes", "nf_conntrack_acct");
	warn(s, UNKNOWN_TIMES, matching->timestamps, "times", "nf_conntrack_timestamp");
}
