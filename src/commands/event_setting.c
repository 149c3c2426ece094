/* SPDX-License-Identifier: MIT */
#include "commands/event_setting.h"

#include <inttypes.h>
#include <stdint.h>

#include "base/message.h"
#include "commands/event_watch.h"
#include "commands/netlink_table.h"
#include "commands/sysctl.h"

enum { SETTING_NONE = 0, SETTING_LISTENED = 2 };

static void tell(const struct watch *watch, uint64_t entries, const char *of)
{
	bool expects = watch->session->request->table == TABLE_EXPECT;

	message_plain(
		"NOTICE: %" PRIu64 " entries%s are older than this listener: %s without an "
		"event (net.netfilter.nf_conntrack_events is 2; 1 lets every new entry speak)",
		entries, of,
		expects ? "what those expect that were made while nobody listened comes and goes"
			: "those made while nobody listened change and end");
}

void event_setting_read(struct watch *watch)
{
	const struct event_options *options = &watch->session->request->events;
	long setting = sysctl_number("nf_conntrack_events"), count;

	watch->silent = setting == SETTING_NONE;
	if (setting != SETTING_LISTENED || netlink_table_has_listener())
		return;
	if (options->snapshot || options->resync) {
		watch->tell_found = true;
		return;
	}
	count = sysctl_number("nf_conntrack_count");
	watch->older = count > 0 ? (uint64_t)count : 0;
}

void event_setting_tell(const struct watch *watch)
{
	if (watch->silent)
		message_plain("WARNING: net.netfilter.nf_conntrack_events is 0: "
			      "there are no events but those that a rule asks for");
	if (watch->older > 0)
		tell(watch, watch->older, "");
}

void event_setting_tell_found(const struct watch *watch)
{
	if (watch->tell_found && watch->sync.found > 0)
		tell(watch, watch->sync.found, " of the table");
}
