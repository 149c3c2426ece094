/* SPDX-License-Identifier: MIT */
#include "cli/options.h"

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
	[OPTION_MASTER_SOURCE] =
		{
			.name = "master-src",
			.added = true,
			.argument = ARGUMENT_REQUIRED,
			.argument_name = "ADDRESS",
			.takes = CREATING,
			.help = "source of the connection that expected this one",
		},
	[OPTION_MASTER_DESTINATION] =
		{
			.name = "master-dst",
			.added = true,
			.argument = ARGUMENT_REQUIRED,
			.argument_name = "ADDRESS",
			.takes = CREATING,
			.help = "destination of the connection that expected this one",
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
			.argument = ARGUMENT_REQUIRED,
			.argument_name = "FLAG[,...]",
			.takes = ON(COMMAND_LIST) | ON(COMMAND_DELETE) | ON(COMMAND_UPDATE) |
				 UNSHOWN | CREATING | ON_EXPECT(COMMAND_CREATE),
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
			.takes = ON(COMMAND_LIST) | ON(COMMAND_EVENT) | UNSHOWN,
			.loaded = CREATING | ON(COMMAND_DELETE) | ON(COMMAND_UPDATE),
			.help = "security mark",
		},
	[OPTION_ID] =
		{
			.name = "id",
			.letter = 'i',
			.argument = ARGUMENT_REQUIRED,
			.argument_name = "NUMBER",
			.takes =
				ON(COMMAND_GET) | ON(COMMAND_DELETE) | ON(COMMAND_UPDATE) | UNSHOWN,
			.help = "identifier, as -o id shows it",
		},
	[OPTION_ZONE] =
		{
			.name = "zone",
			.letter = 'w',
			.argument = ARGUMENT_REQUIRED,
			.argument_name = "NUMBER",
			.takes = ON(COMMAND_LIST) | ON(COMMAND_GET) | ON(COMMAND_DELETE) |
				 ON(COMMAND_EVENT) | UNSHOWN | CREATING | NAMING_EXPECT,
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
				 ON(COMMAND_EVENT) | UNSHOWN | CREATING,
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
				 ON(COMMAND_EVENT) | UNSHOWN | CREATING,
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
			.takes = ON(COMMAND_LIST) | ON(COMMAND_EVENT) | UNSHOWN,
			.help = "source or destination NAT",
		},
	[OPTION_EXPECT_NAT_ORIGINAL] =
		{
			.name = "expect-nat-orig",
			.added = true,
			.argument = ARGUMENT_REQUIRED,
			.argument_name = "ADDRESS[:PORT]",
			.takes = ON_EXPECT(COMMAND_CREATE),
			.help = "what an expected connection of the master's original direction is "
				"translated to",
		},
	[OPTION_EXPECT_NAT_REPLY] =
		{
			.name = "expect-nat-reply",
			.added = true,
			.argument = ARGUMENT_REQUIRED,
			.argument_name = "ADDRESS[:PORT]",
			.takes = ON_EXPECT(COMMAND_CREATE),
			.help = "likewise of the reply direction",
		},
	[OPTION_LABEL] =
		{
			.name = "label",
			.letter = 'l',
			.values = VALUE_LABEL,
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
			.argument = ARGUMENT_REQUIRED,
			.argument_name = "FILE",
			.takes = SELECTING | CREATING | ON(COMMAND_GET),
			.help = "list of label names, in place of " LABEL_MAP_DEFAULT,
		},
	[OPTION_OUTPUT] =
		{
			.name = "output",
			.letter = 'o',
			.values = VALUE_OUTPUT,
			.argument = ARGUMENT_REQUIRED,
			.argument_name = "WORD[,...]",
			.takes = SHOWING | ON(COMMAND_GET) | ON(COMMAND_COUNT) | ON(COMMAND_STATS) |
				 ON_EXPECT(COMMAND_LIST) | ON_EXPECT(COMMAND_EVENT) |
				 ON_EXPECT(COMMAND_COUNT) | ON_EXPECT(COMMAND_STATS),
			.help = "how to show it",
		},
	[OPTION_EVENT_MASK] =
		{
			.name = "event-mask",
			.letter = 'e',
			.values = VALUE_EVENT,
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
			.takes = ON(COMMAND_LIST),
			.help = "zero the counters of what is listed; with no other filter than -f",
		},
	[OPTION_NAT_RANGE] =
		{
			.name = "nat-range",
			.letter = 'a',
			.argument = ARGUMENT_REQUIRED,
			.argument_name = "RANGE",
			.takes = EVERYWHERE & ~ON(COMMAND_LOAD),
			.help = "ignored; -n and -g take addresses",
		},
	[OPTION_HELPER] =
		{
			.name = "helper",
			.added = true,
			.argument = ARGUMENT_REQUIRED,
			.argument_name = "NAME",
			.takes = CREATING | ON_EXPECT(COMMAND_CREATE),
			.help = "protocol helper of the connection",
		},
	[OPTION_ORIGINAL_SEQADJ] =
		{
			.name = "orig-seqadj",
			.added = true,
			.argument = ARGUMENT_REQUIRED,
			.argument_name = "POSITION,BEFORE,AFTER",
			.takes = CREATING | ON(COMMAND_UPDATE),
			.help = "adjustment of TCP sequence numbers, original direction",
		},
	[OPTION_REPLY_SEQADJ] =
		{
			.name = "reply-seqadj",
			.added = true,
			.argument = ARGUMENT_REQUIRED,
			.argument_name = "POSITION,BEFORE,AFTER",
			.takes = CREATING | ON(COMMAND_UPDATE),
			.help = "adjustment of TCP sequence numbers, reply direction",
		},
	[OPTION_SYNPROXY] =
		{
			.name = "synproxy",
			.added = true,
			.argument = ARGUMENT_REQUIRED,
			.argument_name = "SEQUENCE,TIMESTAMP,OFFSET",
			.takes = CREATING | ON(COMMAND_UPDATE),
			.help = "what a SYN proxy knows of the connection",
		},
	[OPTION_MASTER_PROTOCOL] =
		{
			.name = "master-protonum",
			.added = true,
			.argument = ARGUMENT_REQUIRED,
			.argument_name = "PROTOCOL",
			.takes = CREATING,
			.help = "protocol of the connection that expected this one",
		},
	[OPTION_MASTER_SOURCE_PORT] =
		{
			.name = "master-sport",
			.added = true,
			.argument = ARGUMENT_REQUIRED,
			.argument_name = "PORT",
			.takes = CREATING,
			.help = "its source port or key",
		},
	[OPTION_MASTER_DESTINATION_PORT] =
		{
			.name = "master-dport",
			.added = true,
			.argument = ARGUMENT_REQUIRED,
			.argument_name = "PORT",
			.takes = CREATING,
			.help = "its destination port or key",
		},
	[OPTION_TUPLE_PROTOCOL] =
		{
			.name = "tuple-protonum",
			.added = true,
			.values = VALUE_PROTOCOL,
			.argument = ARGUMENT_REQUIRED,
			.argument_name = "PROTOCOL",
			.takes = ON_EXPECT(COMMAND_CREATE),
			.help = "protocol of the expected connection, if it is not that of the "
				"master",
		},
	[OPTION_CLASS] =
		{
			.name = "class",
			.added = true,
			.argument = ARGUMENT_REQUIRED,
			.argument_name = "NUMBER",
			.takes = ON_EXPECT(COMMAND_CREATE),
			.help = "class of the expectation in its helper's policy",
		},
	[OPTION_FUNCTION] =
		{
			.name = "function",
			.added = true,
			.argument = ARGUMENT_REQUIRED,
			.argument_name = "NAME",
			.takes = ON_EXPECT(COMMAND_CREATE),
			.help = "what the kernel calls when the expectation comes true",
		},
	[OPTION_SKIP_EXISTING] =
		{
			.name = "skip-existing",
			.added = true,
			.takes = CREATING | ON(COMMAND_LOAD) | ON_EXPECT(COMMAND_CREATE),
			.help = "an entry that exists already is left as it is, and no failure",
		},
	[OPTION_GROUP_BY] =
		{
			.name = "group-by",
			.values = VALUE_FIELD,
			.added = true,
			.argument = ARGUMENT_REQUIRED,
			.argument_name = "FIELD[/BITS][,...]",
			.takes = ON(COMMAND_LIST) | ON(COMMAND_EVENT),
			.help = "count flows by these fields in place of showing them; an address "
				"may be cut: src/24",
		},
	[OPTION_SUM] =
		{
			.name = "sum",
			.values = VALUE_AMOUNT,
			.added = true,
			.argument = ARGUMENT_REQUIRED,
			.argument_name = "FIELD[,...]",
			.takes = ON(COMMAND_LIST) | ON(COMMAND_EVENT),
			.help = "amounts to sum up besides the flows; without it packets and bytes",
		},
	[OPTION_TOP] =
		{
			.name = "top",
			.added = true,
			.argument = ARGUMENT_REQUIRED,
			.argument_name = "NUMBER",
			.takes = ON(COMMAND_LIST) | ON(COMMAND_EVENT),
			.help = "show so many groups, the rest as one line",
		},
	[OPTION_MINIMUM] =
		{
			.name = "min",
			.added = true,
			.argument = ARGUMENT_REQUIRED,
			.argument_name = "NUMBER",
			.takes = ON(COMMAND_LIST) | ON(COMMAND_EVENT),
			.help = "show groups of at least so many flows",
		},
	[OPTION_APPROXIMATE] =
		{
			.name = "approx",
			.added = true,
			.takes = ON(COMMAND_LIST) | ON(COMMAND_EVENT),
			.help = "in bounded memory, whatever the number of groups; what may be too "
				"high is marked",
		},
	[OPTION_SORT] =
		{
			.name = "sort",
			.values = VALUE_SORT,
			.added = true,
			.argument = ARGUMENT_REQUIRED,
			.argument_name = "[+|-]FIELD[,...]",
			.takes = ON(COMMAND_LIST) | ON(COMMAND_EVENT),
			.help = "in this order; amounts and ages the largest first, anything else "
				"the smallest, or as + (upwards) and - (downwards) say",
		},
	[OPTION_LIMIT] =
		{
			.name = "limit",
			.added = true,
			.argument = ARGUMENT_REQUIRED,
			.argument_name = "NUMBER",
			.takes = ON(COMMAND_LIST),
			.help = "show so many entries and no more",
		},
	[OPTION_COLUMNS] =
		{
			.name = "columns",
			.values = VALUE_FIELD,
			.added = true,
			.argument = ARGUMENT_REQUIRED,
			.argument_name = "FIELD[,...]",
			.whole = true,
			.takes = SHOWING | ON(COMMAND_GET),
			.help = "columns of -o table, which it implies, and of -o csv",
		},
	[OPTION_HUMAN] =
		{
			.name = "human",
			.letter = 'H',
			.added = true,
			.whole = true,
			.takes = SHOWING | ON(COMMAND_GET),
			.help = "in tables, amounts as 1.23M and times as 2h05m",
		},
	[OPTION_RESOLVE] =
		{
			.name = "resolve",
			.added = true,
			.whole = true,
			.takes = SHOWING | ON(COMMAND_GET),
			.help = "in tables, names for addresses and ports, as far as they are "
				"found "
				"in time",
		},
	[OPTION_NETNS] =
		{
			.name = "netns",
			.values = VALUE_NETNS,
			.added = true,
			.argument = ARGUMENT_REQUIRED,
			.argument_name = "NAME|PID|PATH|all",
			.whole = true,
			.takes = ON_TABLES,
			.help = "act in another network namespace; all: with -L, -C and -S in "
				"every "
				"one that is found",
		},
	[OPTION_FILTER] =
		{
			.name = "filter",
			.added = true,
			.argument = ARGUMENT_REQUIRED,
			.argument_name = "EXPRESSION",
			.takes = SELECTING,
			.help = "entries that the expression matches; so do the words that no "
				"option takes: tcp and dport 443",
		},
	[OPTION_FILTER_FILE] =
		{
			.name = "filter-file",
			.added = true,
			.values = VALUE_FILE,
			.argument = ARGUMENT_REQUIRED,
			.argument_name = "FILE",
			.takes = SELECTING,
			.help = "likewise, the expression out of a file",
		},
	[OPTION_EXPLAIN] =
		{
			.name = "explain",
			.added = true,
			.whole = true,
			.takes = CHANGING | ON(COMMAND_LIST) | ON(COMMAND_GET) | ON(COMMAND_COUNT),
			.help = "say on stderr what the kernel filters, what is filtered here, and "
				"how many entries were walked, matched and changed",
		},
	[OPTION_VERIFY] =
		{
			.name = "verify",
			.added = true,
			.whole = true,
			.takes = ON(COMMAND_UPDATE),
			.help = "look at each entry again after its change; show and count what it "
				"then is",
		},
	[OPTION_DRY_RUN] =
		{
			.name = "dry-run",
			.added = true,
			.whole = true,
			.takes = CHANGING,
			.help = "show what would be done, and do nothing",
		},
	[OPTION_MAXIMUM] =
		{
			.name = "max",
			.added = true,
			.argument = ARGUMENT_REQUIRED,
			.argument_name = "NUMBER",
			.whole = true,
			.takes = CHANGING,
			.help = "do nothing when more entries than that would be changed",
		},
	[OPTION_ALL] =
		{
			.name = "all",
			.added = true,
			.whole = true,
			.takes = ON(COMMAND_DELETE) | ON(COMMAND_UPDATE),
			.help = "every entry is meant; needed on a terminal when nothing else says "
				"which",
		},
	[OPTION_UNDO] =
		{
			.name = "undo",
			.values = VALUE_FILE,
			.added = true,
			.argument = ARGUMENT_REQUIRED,
			.argument_name = "FILE",
			.whole = true,
			.takes = ON(COMMAND_DELETE) | ON(COMMAND_FLUSH) | ON(COMMAND_LOAD),
			.help = "write what is deleted to FILE first, as lines for -R",
		},
	[OPTION_SNAPSHOT] = {.name = "snapshot",
		.added = true,
		.whole = true,
		.takes = ON(COMMAND_EVENT),
		.help = "first the table, as events marked [SNAPSHOT], then what happens"},
	[OPTION_RESYNC] = {.name = "resync",
		.added = true,
		.whole = true,
		.takes = ON(COMMAND_EVENT),
		.help = "when events were lost, read the table and show what was missed as events "
			"marked [RESYNC]"},
	[OPTION_RELIABLE] = {.name = "reliable",
		.added = true,
		.whole = true,
		.takes = ON(COMMAND_EVENT),
		.help = "no DESTROY is lost: the kernel keeps the entry until it is delivered"},
	[OPTION_STRICT] =
		{
			.name = "strict",
			.added = true,
			.whole = true,
			.takes = CHANGING | WATCHING,
			.help = "exit code 0 also when nothing matched, 1 for failures, 3 when "
				"only "
				"some entries failed, or events were lost",
		},
	[OPTION_STOP_AFTER] = {.name = "stop-after",
		.added = true,
		.whole = true,
		.argument = ARGUMENT_REQUIRED,
		.argument_name = "NUMBER",
		.takes = WATCHING,
		.help = "end after so many events"},
	[OPTION_DURATION] = {.name = "duration",
		.added = true,
		.whole = true,
		.argument = ARGUMENT_REQUIRED,
		.argument_name = "TIME",
		.takes = WATCHING,
		.help = "end after so long: seconds, or as 1h30m (ms, s, m, h, d, w)"},
	[OPTION_QUEUE] = {.name = "queue",
		.added = true,
		.whole = true,
		.argument = ARGUMENT_REQUIRED,
		.argument_name = "SIZE",
		.takes = WATCHING,
		.help = "bytes that may wait for a slow reader, also with K, M or G (4M)"},
	[OPTION_OUTPUT_FILE] = {.name = "output-file",
		.added = true,
		.whole = true,
		.values = VALUE_FILE,
		.argument = ARGUMENT_REQUIRED,
		.argument_name = "FILE",
		.takes = WATCHING,
		.help = "append to FILE; SIGHUP opens it anew"},
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
	[OPTION_ORIGINAL_WSCALE] =
		{
			.name = "orig-wscale",
			.added = true,
			.extra = PROTOCOL_TCP,
			.argument = ARGUMENT_REQUIRED,
			.argument_name = "NUMBER",
			.takes = CREATING | ON(COMMAND_UPDATE),
			.help = "window scale of the original direction",
		},
	[OPTION_REPLY_WSCALE] =
		{
			.name = "reply-wscale",
			.added = true,
			.extra = PROTOCOL_TCP,
			.argument = ARGUMENT_REQUIRED,
			.argument_name = "NUMBER",
			.takes = CREATING | ON(COMMAND_UPDATE),
			.help = "window scale of the reply direction",
		},
	[OPTION_ORIGINAL_TCP_FLAGS] =
		{
			.name = "orig-tcp-flags",
			.added = true,
			.values = VALUE_TCP_FLAG,
			.extra = PROTOCOL_TCP,
			.argument = ARGUMENT_REQUIRED,
			.argument_name = "FLAG[,...]",
			.takes = CREATING | ON(COMMAND_UPDATE),
			.help = "what the kernel's window tracking knows of the original direction",
		},
	[OPTION_REPLY_TCP_FLAGS] =
		{
			.name = "reply-tcp-flags",
			.added = true,
			.values = VALUE_TCP_FLAG,
			.extra = PROTOCOL_TCP,
			.argument = ARGUMENT_REQUIRED,
			.argument_name = "FLAG[,...]",
			.takes = CREATING | ON(COMMAND_UPDATE),
			.help = "likewise of the reply direction",
		},
	[OPTION_HANDSHAKE] =
		{
			.name = "handshake-seq",
			.added = true,
			.extra = PROTOCOL_DCCP,
			.argument = ARGUMENT_REQUIRED,
			.argument_name = "NUMBER",
			.takes = CREATING,
			.help = "sequence number of the handshake",
		},
};
