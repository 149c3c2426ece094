/* SPDX-License-Identifier: MIT */
/*
 * net.netfilter.nf_conntrack_events: 1, every entry speaks; 0, none; 2 (since
 * Linux 5.19 the default), those that are made while somebody listens. Entries
 * that are older than the first listener then change and end without a word, and
 * so do their expectations (nf_ct_expect_event_report() in nf_conntrack_ecache.c).
 */
#ifndef COMMANDS_EVENT_SETTING_H
#define COMMANDS_EVENT_SETTING_H

struct watch;

/*
 * Before the groups are joined: look whether there are entries that will never
 * speak, unless a walk of the table will know better.
 */
void event_setting_read(struct watch *watch);

/* Once they are joined: say so. */
void event_setting_tell(const struct watch *watch);

/* After the first walk: how many entries it found that may never speak. */
void event_setting_tell_found(const struct watch *watch);

#endif
