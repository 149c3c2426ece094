/* SPDX-License-Identifier: MIT */
#include "cli/options.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static_assert(OPTIONS <= 128, "sets of options are 128 bits wide");
static_assert(OPTIONS - OPTION_PART <= 16, "sets of parts are 16 bits wide");
static_assert(COMMANDS <= 16, "places are 16 bits a table");

/* Commands that go together in the matrix. */
enum {
	CREATING = ON(COMMAND_CREATE) | ON(COMMAND_ADD),
	SHOWING = ON(COMMAND_LIST) | ON(COMMAND_DELETE) | ON(COMMAND_UPDATE) | ON(COMMAND_EVENT),
	SELECTING = SHOWING | ON(COMMAND_FLUSH),
	GETTING_EXPECT = ON_EXPECT(COMMAND_GET) | ON_EXPECT(COMMAND_DELETE),
	NAMING_EXPECT = GETTING_EXPECT | ON_EXPECT(COMMAND_CREATE),
	EVERYWHERE = 0x3fffffff,
};

#define TABLE(table) (1u << (table))

const char *const table_names[TABLES] = {
	[TABLE_CONNTRACK] = "conntrack",
	[TABLE_EXPECT] = "expect",
	[TABLE_DYING] = "dying",
	[TABLE_UNCONFIRMED] = "unconfirmed",
};

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
			.loadable = true,
			.tables = TABLE(TABLE_CONNTRACK) | TABLE(TABLE_EXPECT),
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
			.loadable = true,
			.tables = TABLE(TABLE_CONNTRACK) | TABLE(TABLE_EXPECT),
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
			.loadable = true,
			.tables = TABLE(TABLE_CONNTRACK),
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
			.loadable = true,
			.tables = TABLE(TABLE_CONNTRACK),
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
			.loadable = true,
			.tables = TABLE(TABLE_CONNTRACK) | TABLE(TABLE_EXPECT),
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

const struct option_row option_rows[OPTION_ROWS] = {
	[OPTION_SOURCE] =
		{
			.name = "orig-src",
			.alias = "src",
			.letter = 's',
			.argument = ARGUMENT_REQUIRED,
			.argument_name = "ADDRESS[/BITS]",
			.takes = SELECTING | CREATING | ON(COMMAND_GET) | NAMING_EXPECT,
			.needs = NAMING_EXPECT,
			.help = "source of the original direction",
		},
	[OPTION_DESTINATION] =
		{
			.name = "orig-dst",
			.alias = "dst",
			.letter = 'd',
			.argument = ARGUMENT_REQUIRED,
			.argument_name = "ADDRESS[/BITS]",
			.takes = SELECTING | CREATING | ON(COMMAND_GET) | NAMING_EXPECT,
			.needs = NAMING_EXPECT,
			.help = "destination of the original direction",
		},
	[OPTION_REPLY_SOURCE] =
		{
			.name = "reply-src",
			.letter = 'r',
			.argument = ARGUMENT_REQUIRED,
			.argument_name = "ADDRESS",
			.takes = SELECTING | CREATING | ON(COMMAND_GET) | NAMING_EXPECT,
			.help = "source of the reply direction",
		},
	[OPTION_REPLY_DESTINATION] =
		{
			.name = "reply-dst",
			.letter = 'q',
			.argument = ARGUMENT_REQUIRED,
			.argument_name = "ADDRESS",
			.takes = SELECTING | CREATING | ON(COMMAND_GET) | NAMING_EXPECT,
			.help = "destination of the reply direction",
		},
	[OPTION_TUPLE_SOURCE] =
		{
			.name = "tuple-src",
			.letter2 = '[',
			.argument = ARGUMENT_REQUIRED,
			.argument_name = "ADDRESS[/BITS]",
			.takes = ON_EXPECT(COMMAND_CREATE),
			.needs = ON_EXPECT(COMMAND_CREATE),
			.help = "source of the expected connection; /BITS sets --mask-src",
		},
	[OPTION_TUPLE_DESTINATION] =
		{
			.name = "tuple-dst",
			.letter2 = ']',
			.argument = ARGUMENT_REQUIRED,
			.argument_name = "ADDRESS[/BITS]",
			.takes = ON_EXPECT(COMMAND_CREATE),
			.needs = ON_EXPECT(COMMAND_CREATE),
			.help = "destination of the expected connection; /BITS sets --mask-dst",
		},
	[OPTION_MASK_SOURCE] =
		{
			.name = "mask-src",
			.letter2 = '{',
			.argument = ARGUMENT_REQUIRED,
			.argument_name = "MASK",
			.takes = SELECTING | ON_EXPECT(COMMAND_CREATE),
			.needs = ON_EXPECT(COMMAND_CREATE),
			.help = "which bits of -s count; with -I expect, of the expected source",
		},
	[OPTION_MASK_DESTINATION] =
		{
			.name = "mask-dst",
			.letter2 = '}',
			.argument = ARGUMENT_REQUIRED,
			.argument_name = "MASK",
			.takes = SELECTING | ON_EXPECT(COMMAND_CREATE),
			.needs = ON_EXPECT(COMMAND_CREATE),
			.help = "which bits of -d count; with -I expect, of the expected "
				"destination",
		},
	[OPTION_PROTOCOL] =
		{
			.name = "protonum",
			.letter = 'p',
			.values = VALUE_PROTOCOL,
			.argument = ARGUMENT_REQUIRED,
			.argument_name = "PROTOCOL",
			.takes = SELECTING | CREATING | ON(COMMAND_GET) | ON(COMMAND_HELP) |
				 NAMING_EXPECT,
			.needs = CREATING | ON(COMMAND_GET) | NAMING_EXPECT,
			.help = "layer-4 protocol by name or number; its own options stand to the "
				"right of it",
		},
	[OPTION_FAMILY] =
		{
			.name = "family",
			.letter = 'f',
			.values = VALUE_FAMILY,
			.argument = ARGUMENT_REQUIRED,
			.argument_name = "FAMILY",
			.takes = SELECTING | ON_EXPECT(COMMAND_LIST),
			.help = "ipv4 or ipv6; without it and without an address: both",
		},
	[OPTION_TIMEOUT] =
		{
			.name = "timeout",
			.letter = 't',
			.argument = ARGUMENT_REQUIRED,
			.argument_name = "SECONDS",
			.takes = CREATING | ON(COMMAND_UPDATE) | ON_EXPECT(COMMAND_CREATE),
			.needs = CREATING | ON_EXPECT(COMMAND_CREATE),
			.loaded = ON(COMMAND_DELETE),
			.help = "time to live",
		},
	[OPTION_STATUS] =
		{
			.name = "status",
			.letter = 'u',
			.values = VALUE_STATUS,
			.repeat = REPEAT_ADDS,
			.argument = ARGUMENT_REQUIRED,
			.argument_name = "FLAG[,...]",
			.takes = ON(COMMAND_LIST) | ON(COMMAND_DELETE) | ON(COMMAND_UPDATE) |
				 ON(COMMAND_FLUSH) | CREATING | ON_EXPECT(COMMAND_CREATE),
			.help = "status flags: select entries that have all of them (!FLAG: not), "
				"or set them",
		},
	[OPTION_MARK] =
		{
			.name = "mark",
			.letter = 'm',
			.argument = ARGUMENT_REQUIRED,
			.argument_name = "MARK[/MASK]",
			.takes = SELECTING | CREATING,
			.help = "mark: select by it, or set it; with MASK only those bits",
		},
	[OPTION_SECMARK] =
		{
			.name = "secmark",
			.letter = 'c',
			.argument = ARGUMENT_REQUIRED,
			.argument_name = "NUMBER",
			.takes = ON(COMMAND_LIST) | ON(COMMAND_EVENT) | ON(COMMAND_FLUSH),
			.loaded = CREATING | ON(COMMAND_DELETE) | ON(COMMAND_UPDATE),
			.help = "security mark",
		},
	[OPTION_ID] =
		{
			.name = "id",
			.letter = 'i',
			.argument = ARGUMENT_REQUIRED,
			.argument_name = "NUMBER",
			.takes = ON(COMMAND_GET) | ON(COMMAND_DELETE) | ON(COMMAND_UPDATE) |
				 ON(COMMAND_FLUSH),
			.help = "identifier, as -o id shows it",
		},
	[OPTION_ZONE] =
		{
			.name = "zone",
			.letter = 'w',
			.argument = ARGUMENT_REQUIRED,
			.argument_name = "NUMBER",
			.takes = ON(COMMAND_LIST) | ON(COMMAND_GET) | ON(COMMAND_DELETE) |
				 ON(COMMAND_EVENT) | ON(COMMAND_FLUSH) | CREATING,
			.loaded = ON(COMMAND_UPDATE),
			.help = "zone of both directions",
		},
	[OPTION_ORIGINAL_ZONE] =
		{
			.name = "orig-zone",
			.letter2 = '(',
			.argument = ARGUMENT_REQUIRED,
			.argument_name = "NUMBER",
			.takes = ON(COMMAND_LIST) | ON(COMMAND_GET) | ON(COMMAND_DELETE) |
				 ON(COMMAND_EVENT) | ON(COMMAND_FLUSH) | CREATING,
			.loaded = ON(COMMAND_UPDATE),
			.help = "zone of the original direction",
		},
	[OPTION_REPLY_ZONE] =
		{
			.name = "reply-zone",
			.letter2 = ')',
			.argument = ARGUMENT_REQUIRED,
			.argument_name = "NUMBER",
			.takes = ON(COMMAND_LIST) | ON(COMMAND_GET) | ON(COMMAND_DELETE) |
				 ON(COMMAND_EVENT) | ON(COMMAND_FLUSH) | CREATING,
			.loaded = ON(COMMAND_UPDATE),
			.help = "zone of the reply direction",
		},
	[OPTION_SOURCE_NAT] =
		{
			.name = "src-nat",
			.letter = 'n',
			.argument = ARGUMENT_OPTIONAL,
			.argument_name = "ADDRESS[:PORT]",
			.takes = SELECTING | CREATING,
			.help = "source NAT: to select by, or to create with",
		},
	[OPTION_DESTINATION_NAT] =
		{
			.name = "dst-nat",
			.letter = 'g',
			.argument = ARGUMENT_OPTIONAL,
			.argument_name = "ADDRESS[:PORT]",
			.takes = SELECTING | CREATING,
			.help = "destination NAT: to select by, or to create with",
		},
	[OPTION_ANY_NAT] =
		{
			.name = "any-nat",
			.letter = 'j',
			.argument = ARGUMENT_OPTIONAL,
			.argument_name = "ADDRESS[:PORT]",
			.takes = ON(COMMAND_LIST) | ON(COMMAND_EVENT) | ON(COMMAND_FLUSH),
			.help = "source or destination NAT",
		},
	[OPTION_LABEL] =
		{
			.name = "label",
			.letter = 'l',
			.values = VALUE_LABEL,
			.repeat = REPEAT_ADDS,
			.argument = ARGUMENT_REQUIRED,
			.argument_name = "LABEL[,...]",
			.takes = SELECTING | ON(COMMAND_GET),
			.help = "entries that have all these labels",
		},
	[OPTION_LABEL_ADD] =
		{
			.name = "label-add",
			.letter2 = '<',
			.values = VALUE_LABEL,
			.repeat = REPEAT_ADDS,
			.argument = ARGUMENT_REQUIRED,
			.argument_name = "LABEL[,...]",
			.takes = CREATING | ON(COMMAND_UPDATE),
			.help = "labels to give",
		},
	[OPTION_LABEL_DELETE] =
		{
			.name = "label-del",
			.letter2 = '>',
			.values = VALUE_LABEL,
			.repeat = REPEAT_ADDS,
			.argument = ARGUMENT_OPTIONAL,
			.argument_name = "LABEL[,...]",
			.takes = ON(COMMAND_UPDATE),
			.help = "labels to take away; without LABEL all of them",
		},
	[OPTION_LABEL_MAP] =
		{
			.name = "labelmap",
			.letter2 = 'M',
			.values = VALUE_FILE,
			.repeat = REPEAT_ONCE,
			.argument = ARGUMENT_REQUIRED,
			.argument_name = "FILE",
			.takes = SELECTING | ON(COMMAND_GET),
			.help = "list of label names, in place of " LABEL_MAP_DEFAULT,
		},
	[OPTION_OUTPUT] =
		{
			.name = "output",
			.letter = 'o',
			.values = VALUE_OUTPUT,
			.repeat = REPEAT_ADDS,
			.argument = ARGUMENT_REQUIRED,
			.argument_name = "WORD[,...]",
			.takes = SHOWING | ON(COMMAND_GET) | ON(COMMAND_COUNT) | ON(COMMAND_STATS) |
				 ON_EXPECT(COMMAND_LIST) | ON_EXPECT(COMMAND_EVENT) |
				 ON_EXPECT(COMMAND_COUNT) | ON_EXPECT(COMMAND_STATS),
			.help = "how to show it: xml, json, save, extended, timestamp, id, "
				"ktimestamp, labels,"
				" userspace",
		},
	[OPTION_EVENT_MASK] =
		{
			.name = "event-mask",
			.letter = 'e',
			.values = VALUE_EVENT,
			.repeat = REPEAT_ADDS,
			.argument = ARGUMENT_REQUIRED,
			.argument_name = "EVENT[,...]",
			.takes = ON(COMMAND_EVENT),
			.help = "events to show: ALL, NEW, UPDATES, DESTROY",
		},
	[OPTION_BUFFER_SIZE] =
		{
			.name = "buffer-size",
			.letter = 'b',
			.argument = ARGUMENT_REQUIRED,
			.argument_name = "BYTES",
			.takes = ON(COMMAND_EVENT),
			.help = "size of the socket's receive buffer",
		},
	[OPTION_ZERO] =
		{
			.name = "zero",
			.letter = 'z',
			.argument = ARGUMENT_NONE,
			.takes = ON(COMMAND_LIST),
			.help = "zero the counters of what is listed; with no other filter than -f",
		},
	[OPTION_NAT_RANGE] =
		{
			.name = "nat-range",
			.letter = 'a',
			.argument = ARGUMENT_REQUIRED,
			.argument_name = "RANGE",
			.takes = EVERYWHERE,
			.help = "ignored; -n and -g take addresses",
		},
	[OPTION_STATE] =
		{
			.name = "state",
			.values = VALUE_STATE,
			.extra = PROTOCOL_TCP | PROTOCOL_SCTP | PROTOCOL_DCCP,
			.argument = ARGUMENT_REQUIRED,
			.argument_name = "STATE",
			.takes = SELECTING | CREATING | ON(COMMAND_GET),
			.needs = CREATING,
			.help = "state of the connection",
		},
	[OPTION_ORIGINAL_VTAG] =
		{
			.name = "orig-vtag",
			.extra = PROTOCOL_SCTP,
			.argument = ARGUMENT_REQUIRED,
			.argument_name = "NUMBER",
			.takes = CREATING | ON(COMMAND_GET) | ON(COMMAND_UPDATE) |
				 ON_EXPECT(COMMAND_CREATE),
			.needs = CREATING | ON_EXPECT(COMMAND_CREATE),
			.loaded = ON(COMMAND_DELETE),
			.help = "verification tag of the original direction",
		},
	[OPTION_REPLY_VTAG] =
		{
			.name = "reply-vtag",
			.extra = PROTOCOL_SCTP,
			.argument = ARGUMENT_REQUIRED,
			.argument_name = "NUMBER",
			.takes = CREATING | ON(COMMAND_GET) | ON(COMMAND_UPDATE) |
				 ON_EXPECT(COMMAND_CREATE),
			.needs = CREATING | ON_EXPECT(COMMAND_CREATE),
			.loaded = ON(COMMAND_DELETE),
			.help = "verification tag of the reply direction",
		},
	[OPTION_ROLE] =
		{
			.name = "role",
			.values = VALUE_ROLE,
			.extra = PROTOCOL_DCCP,
			.argument = ARGUMENT_REQUIRED,
			.argument_name = "ROLE",
			.takes = CREATING | ON_EXPECT(COMMAND_CREATE),
			.needs = CREATING | ON_EXPECT(COMMAND_CREATE),
			.loaded = ON(COMMAND_DELETE) | ON(COMMAND_UPDATE),
			.help = "client or server: who the original source is",
		},
};

const char *const part_place_help[PART_PLACES] = {
	[PART_ORIGINAL] = "of the original direction",
	[PART_REPLY] = "of the reply direction",
	[PART_MASK] = "of an expectation's mask",
	[PART_TUPLE] = "of the expected connection",
};

const struct part_rule
	part_rules[PART_KEY + 1][PART_PLACES] =
		{
			[PART_PORT] =
				{
					[PART_ORIGINAL] =
						{
							.takes = SELECTING | ON(COMMAND_GET) |
								 CREATING | NAMING_EXPECT,
							.needs = NAMING_EXPECT,
							.pair = ON(COMMAND_GET) | CREATING,
						},
					[PART_REPLY] =
						{
							.takes = SELECTING | ON(COMMAND_GET) |
								 CREATING | GETTING_EXPECT,
							.needs = GETTING_EXPECT,
							.pair = ON(COMMAND_GET) | CREATING,
						},
					[PART_MASK] = {.takes = ON_EXPECT(COMMAND_CREATE),
						.needs = ON_EXPECT(COMMAND_CREATE)},
					[PART_TUPLE] = {.takes = ON_EXPECT(COMMAND_CREATE),
						.needs = ON_EXPECT(COMMAND_CREATE)},
				},
			[PART_NUMBER] =
				{
					[PART_ORIGINAL] =
						{
							.takes = SELECTING | ON(COMMAND_GET) |
								 CREATING,
							.needs = ON(COMMAND_GET) | CREATING,
						},
				},
			[PART_KEY] =
				{
					[PART_ORIGINAL] =
						{
							.takes = SELECTING | ON(COMMAND_GET) |
								 CREATING | NAMING_EXPECT,
							.needs = NAMING_EXPECT,
							.pair = ON(COMMAND_GET) | CREATING,
						},
					[PART_REPLY] =
						{
							.takes = SELECTING | ON(COMMAND_GET) |
								 CREATING | NAMING_EXPECT,
							.needs = NAMING_EXPECT,
							.pair = ON(COMMAND_GET) | CREATING,
						},
					[PART_MASK] = {.takes = ON_EXPECT(COMMAND_CREATE),
						.needs = ON_EXPECT(COMMAND_CREATE)},
					[PART_TUPLE] = {.takes = ON_EXPECT(COMMAND_CREATE),
						.needs = ON_EXPECT(COMMAND_CREATE)},
				},
};
