/* SPDX-License-Identifier: MIT */
/* The commands: a row each. */
#include <string.h>

#include "cli/options.h"

#define TABLE(table) (1u << (table))

const char *const table_names[TABLES] = {
	[TABLE_CONNTRACK] = "conntrack",
	[TABLE_EXPECT] = "expect",
	[TABLE_DYING] = "dying",
	[TABLE_UNCONFIRMED] = "unconfirmed",
};

const char table_misplaced[] = "a table stands right behind a command that has some";

bool is_table_name(const char *word)
{
	for (int table = 0; table < TABLES; table++) {
		if (strcmp(word, table_names[table]) == 0)
			return true;
	}
	return false;
}

const struct command_row command_rows[COMMANDS] = {
	[COMMAND_LIST] =
		{
			.name = "dump",
			.option = "-L",
			.done = "shown",
			.tables = TABLE(TABLE_CONNTRACK) | TABLE(TABLE_EXPECT) |
				  TABLE(TABLE_DYING) | TABLE(TABLE_UNCONFIRMED),
			.help = "list the entries of a table",
			.examples = {"conntrack -L -p tcp --dport 443 -o extended",
				"conntrack -L -s 192.0.2.0/24 -u ASSURED"},
			.expect_examples = {"conntrack -L expect",
				"conntrack -L expect -f ipv6 -o xml"},
		},
	[COMMAND_GET] =
		{
			.name = "get",
			.option = "-G",
			.done = "shown",
			.tables = TABLE(TABLE_CONNTRACK) | TABLE(TABLE_EXPECT),
			.help = "show the one entry that has this tuple",
			.examples = {"conntrack -G -s 192.0.2.1 -d 198.51.100.7 -p udp --sport "
				     "4000 --dport 53",
				"conntrack -G -s 192.0.2.1 -d 198.51.100.7 -p icmp --icmp-type 8 "
				"--icmp-code 0"},
			.expect_examples = {"conntrack -G expect -s 192.0.2.7 -d 192.0.2.8 -p tcp "
					    "--sport 0 --dport 5000 --reply-port-src 0 "
					    "--reply-port-dst 0",
				"conntrack -G expect -s 2001:db8::7 -d 2001:db8::8 -p udp --sport "
				"0 --dport 69 --reply-port-src 0 --reply-port-dst 0"},
		},
	[COMMAND_DELETE] =
		{
			.name = "delete",
			.option = "-D",
			.done = "deleted",
			.tables = TABLE(TABLE_CONNTRACK) | TABLE(TABLE_EXPECT),
			.loadable = TABLE(TABLE_CONNTRACK) | TABLE(TABLE_EXPECT),
			.help = "delete all entries that match and show them",
			.examples = {"conntrack -D -s 192.0.2.1",
				"conntrack -D -p tcp --dport 22 --state TIME_WAIT"},
			.expect_examples = {"conntrack -D expect -s 192.0.2.7 -d 192.0.2.8 -p tcp "
					    "--sport 0 --dport 5000 --reply-port-src 0 "
					    "--reply-port-dst 0",
				"conntrack -D expect -s 2001:db8::7 -d 2001:db8::8 -p udp --sport "
				"0 --dport 69 --reply-port-src 0 --reply-port-dst 0"},
		},
	[COMMAND_CREATE] =
		{
			.name = "create",
			.option = "-I",
			.done = "created",
			.tables = TABLE(TABLE_CONNTRACK) | TABLE(TABLE_EXPECT),
			.loadable = TABLE(TABLE_CONNTRACK) | TABLE(TABLE_EXPECT),
			.help = "create an entry; it must not exist yet",
			.examples = {"conntrack -I -s 192.0.2.1 -d 198.51.100.7 -p udp --sport "
				     "4000 --dport 53 -t 60",
				"conntrack -I -s 192.0.2.1 -d 198.51.100.7 -p tcp --sport 4000 "
				"--dport 80"
				" --state ESTABLISHED -t 300 -n 203.0.113.5"},
			.expect_examples = {"conntrack -I expect -s 192.0.2.1 -d 198.51.100.7 -p "
					    "tcp --sport 4000 --dport 21 -t 60 --tuple-src "
					    "198.51.100.7/32 --tuple-dst 192.0.2.1/32 "
					    "--tuple-port-src 0 --tuple-port-dst 5000 "
					    "--mask-port-src 0 --mask-port-dst 65535",
				"conntrack -I expect -s 192.0.2.1 -d 198.51.100.7 -p tcp --sport "
				"4000 --dport 21 -t 60 --tuple-src 198.51.100.0/24 --tuple-dst "
				"192.0.2.1/32 --tuple-port-src 0 --tuple-port-dst 5000 "
				"--mask-port-src 0 --mask-port-dst 65535 -u PERMANENT"},
		},
	[COMMAND_ADD] =
		{
			.name = "add",
			.option = "-A",
			.done = "added",
			.tables = TABLE(TABLE_CONNTRACK),
			.loadable = TABLE(TABLE_CONNTRACK),
			.help = "create an entry, or change the one that exists",
			.examples = {"conntrack -A -s 192.0.2.1 -d 198.51.100.7 -p udp --sport "
				     "4000 --dport 53 -t 60 -m 7",
				"conntrack -A -r 198.51.100.7 -q 192.0.2.1 -p udp"
				" --reply-port-src 53 --reply-port-dst 4000 -t 60"},
		},
	[COMMAND_UPDATE] =
		{
			.name = "update",
			.option = "-U",
			.done = "updated",
			.tables = TABLE(TABLE_CONNTRACK),
			.loadable = TABLE(TABLE_CONNTRACK),
			.help = "change all entries that match and show them; -m, -t, -u, --state "
				"and the"
				" label options say what to set, the rest selects",
			.examples = {"conntrack -U -s 192.0.2.1 -m 0x20/0xf0",
				"conntrack -U -p tcp --dport 22 -t 3600"},
		},
	[COMMAND_EVENT] =
		{
			.name = "event",
			.option = "-E",
			.done = "shown",
			.tables = TABLE(TABLE_CONNTRACK) | TABLE(TABLE_EXPECT),
			.help = "show events as they happen, until it is interrupted",
			.examples = {"conntrack -E -e NEW,DESTROY -o timestamp",
				"conntrack -E -p tcp --dport 443 -o json"},
			.expect_examples = {"conntrack -E expect",
				"conntrack -E expect -o timestamp"},
		},
	[COMMAND_FLUSH] =
		{
			.name = "flush",
			.option = "-F",
			.done = "flushed",
			.tables = TABLE(TABLE_CONNTRACK) | TABLE(TABLE_EXPECT),
			.loadable = TABLE(TABLE_CONNTRACK),
			.help = "empty a table",
			.examples = {"conntrack -F", "conntrack -F -f ipv6"},
			.expect_examples = {"conntrack -F expect", "conntrack --flush expect"},
		},
	[COMMAND_COUNT] =
		{
			.name = "counter",
			.option = "-C",
			.done = "counted",
			.tables = TABLE(TABLE_CONNTRACK) | TABLE(TABLE_EXPECT),
			.help = "print the number of entries",
			.examples = {"conntrack -C", "conntrack -C -o json"},
			.expect_examples = {"conntrack -C expect", "conntrack -C expect -o json"},
		},
	[COMMAND_STATS] =
		{
			.name = "stats",
			.option = "-S",
			.done = "shown",
			.tables = TABLE(TABLE_CONNTRACK) | TABLE(TABLE_EXPECT),
			.help = "print the kernel's counters of each CPU",
			.examples = {"conntrack -S", "conntrack -S -o json"},
			.expect_examples = {"conntrack -S expect", "conntrack -S expect -o json"},
		},
	[COMMAND_LOAD] =
		{
			.name = "load-file",
			.option = "-R",
			.done = "loaded",
			.help = "run the commands in the lines of FILE (-: standard input); must "
				"come first",
			.examples = {"conntrack -R saved", "conntrack -L -o save | conntrack -R -"},
		},
	[COMMAND_VERSION] =
		{
			.name = "version",
			.option = "-V",
			.done = "shown",
			.help = "print the version",
			.examples = {"conntrack -V", "conntrack --version"},
		},
	[COMMAND_HELP] =
		{
			.name = "help",
			.option = "-h",
			.done = "shown",
			.help = "print this help; behind a command, what that command takes; with "
				"-p, also"
				" the options of that protocol",
			.examples = {"conntrack -D --help", "conntrack -h -p tcp"},
		},
};
