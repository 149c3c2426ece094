/* SPDX-License-Identifier: MIT */
/*
 * conntrack: the command line interface to Linux' connection tracking.
 *
 * Words become a request, a request becomes messages to the kernel, messages
 * come back as flows, flows pass a filter and become bytes:
 *
 *   main()
 *     cli_parse()                   words -> struct request
 *       given_value()               one word each, by the option table
 *       given_check()               what goes with what
 *       given_build()               filter, flow, expectation
 *     command_run()                 the request's command
 *       walk_table()                list, delete, update: one dump
 *         ct_dump()                 messages of the kernel
 *           decode_flow()           -> struct flow, on the stack
 *           filter_matches()
 *         output_flow()             -> bytes
 *         changes_put()             -> encode_delete(), encode_update()
 *       session_end()               writer_flush(), summary, exit code
 *
 * The files, a room at a time; a room may use those above it here, and only
 * `commands` knows both the wire and the cli:
 *
 *   base/arena.c, .h            memory that is given back in one piece
 *   base/clock.h                times as nanoseconds
 *   base/file.c, .h             files that are read whole, or added to
 *   base/message.c, .h          words to the person, exit codes, complaints
 *   base/parse.c, .h            numbers and addresses out of text
 *   base/put.c, .h              numbers and addresses into text
 *   base/sandbox.c, .h         reading without privilege
 *   base/suggest.c, .h          the nearest known word
 *   base/utf8.c, .h             characters of more than a byte
 *   base/writer.c, .h           bytes out, every write checked
 *
 *   flow/tuple.c, .h            one direction: addresses, protocol, its fields
 *   flow/flow.h                 the model of an entry
 *   flow/expectation.c, .h      the model of an expectation
 *   flow/stats.c, .h            counters of a CPU, their names
 *   flow/protocol.c, .h         a row a protocol
 *   flow/status.c, .h           a row a status bit
 *   flow/field.c, .h            a row a field
 *   flow/view.h                 what of flows is shown, and how
 *   flow/group.c, .h            flows counted by groups
 *   flow/group_order.c          which groups are shown, in which order
 *   flow/group_store.c, .h      groups by key
 *   flow/group_text.c, .h       texts as numbers, for keys
 *   flow/labels.c, .h           the list of label names
 *   flow/filter.c, .h           does this flow match
 *   flow/filter_set.c, .h       which of many filters does it match
 *   flow/filter_print.c         filters as expressions
 *   flow/expression.c, .h       the rest of a filter: a tree of terms
 *   flow/expression_print.c     the tree as text
 *   flow/number.c, .h           a row a number that can be compared
 *   flow/number_set.c, .h       many numbers at once
 *   flow/address_set.c, .h      many addresses at once
 *   flow/idle.c, .h             how long without a packet
 *   flow/hash.h                 facts as one number
 *   flow/image.c, .h            which entries there are, in few bytes
 *
 *   ctnetlink/attributes.h      numbers that older kernel headers lack
 *   ctnetlink/walk.h            walking attributes within their bounds
 *   ctnetlink/packet.c, .h      messages built in a bounded buffer
 *   ctnetlink/transport.c, .h   the socket; tests put another one in its place
 *   ctnetlink/socket.c, .h      ask, dump, subscribe
 *   ctnetlink/event_socket.c, .h    events, many a call, lost ones counted
 *   ctnetlink/event_filter.c, .h    what the kernel leaves out of them
 *   ctnetlink/decode.c, .h      message -> flow
 *   ctnetlink/decode_tuple.c, .h   its tuples
 *   ctnetlink/encode.c, .h      flow -> message
 *   ctnetlink/kernel_filter.c, .h   what of a filter the kernel can do
 *   ctnetlink/kernel_support.c, .h  does this kernel heed a filter of a flush
 *   ctnetlink/batch.c, .h       many messages a send, each answer to its flow
 *
 *   output/output.c, .h         one interface to all formats
 *   output/parts.c, .h          what several formats print alike
 *   output/text.c               the default line
 *   output/xml.c                -o xml
 *   output/save.c               -o save
 *   output/json.c               -o json
 *   output/value.c, .h          values of fields for people
 *   output/terminal.c, .h       a person at a terminal, or a program
 *   output/sheet.c, .h          aligned columns
 *   output/columns.c, .h        which columns
 *   output/table.c              -o table
 *   output/csv.c                -o csv
 *   output/summary.c, .h        groups of flows, as lines
 *   output/summary_json.c       likewise, as JSON
 *
 *   cli/cli.h                   the room's face: words in, request out
 *   cli/request.h               what the person asks for, complete and checked
 *   cli/options.c, .h           a row an option
 *   cli/option_set.h            sets of them
 *   cli/commands.c              a row a command
 *   cli/lookup.c                rows by name, abbreviation and letter
 *   cli/given.h                 what a command line says, not yet judged
 *   cli/part_rules.c            which command takes which fields of a protocol
 *   cli/parse.c                 the command line, word by word
 *   cli/values.c, .h            one value of an option
 *   cli/values_entry.c          values of what makes an entry whole
 *   cli/values_number.c         values that are one number
 *   cli/values_event.c          values of options of -E
 *   cli/values_status.c         status flags
 *   cli/values_view.c           values of how flows are shown
 *   cli/readers.h               what the files of values share
 *   cli/check.c                 what goes with what
 *   cli/check_view.c            likewise for how flows are shown
 *   cli/build.c                 from what is given to the request
 *   cli/labels.c                labels by name
 *   cli/load_file.c, .h         lines of a -R file as words
 *   cli/help.c                  --help
 *   cli/expression_parse.c, .h  expressions: the grammar
 *   cli/expression_token.c, .h  their text as tokens, and where it is wrong
 *   cli/expression_value.h      what the files share that read values:
 *   cli/expression_address.c    addresses
 *   cli/expression_number.c     numbers
 *   cli/expression_word.c       words
 *   cli/filter_words.c          the expressions of a command line
 *
 *   commands/commands.h         the room's face: run a request
 *   commands/run.c, .h          which function runs which command
 *   commands/session.c, .h      sockets, output and end of a command
 *   commands/report.c, .h       refusals of the kernel in words
 *   commands/walk.c, .h         one walk of the table
 *   commands/recent.c, .h       its last entries, so that none comes twice
 *   commands/changes.c, .h      many changes: sent together, counted, guarded
 *   commands/undo.c, .h         --undo
 *   commands/explain.c, .h      --explain
 *   commands/matching.c, .h     the clock of expressions, what they found unknown
 *   commands/sysctl.c, .h       numbers of the kernel's settings
 *   commands/list.c             -L
 *   commands/summary.c, .h      --group-by
 *   commands/sort.c, .h         --sort
 *   commands/netns.c, .h        --netns
 *   commands/resolve.c, .h      --resolve
 *   commands/get.c              -G
 *   commands/create.c, .h       -I, -A
 *   commands/delete.c           -D
 *   commands/update.c           -U
 *   commands/ask.c, .h          one question about one entry or expectation
 *   commands/change.c, .h       what -U has to send for an entry
 *   commands/flush.c            -F
 *   commands/count.c            -C
 *   commands/stats.c            -S
 *   commands/events.c           -E
 *   commands/event_watch.c, .h  its loop: signals, events, output
 *   commands/event_queue.c, .h  output that waits for a slow reader
 *   commands/event_loss.c, .h   lost events as numbers
 *   commands/event_sync.c, .h   --snapshot, --resync
 *   commands/event_setting.c, .h    entries that will never speak
 *   commands/name_helper.c, .h  the process that looks up names for it
 *   commands/process_name.c, .h who holds a netlink port
 *   commands/netlink_table.c, .h    /proc/net/netlink
 *   commands/load.c, .h         -R
 *   commands/load_spool.c, .h   its checked lines, until all are
 *   commands/load_create.c      its -I and -A lines, many to a send
 *   commands/load_group.c       its -D and -U lines, many to a walk
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "base/message.h"
#include "base/writer.h"
#include "cli/cli.h"
#include "commands/commands.h"

/*
 * A closed standard stream would let the next socket take its number, and our
 * output would go to the kernel. Held by a descriptor that can be neither read
 * nor written, its use fails with EBADF, as it should. 0, or -1: it is not held.
 */
static int hold_standard_descriptors(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		if (fcntl(fd, F_GETFD) < 0 && open("/", O_PATH) != fd)
			return -1;
	}
	return 0;
}

/*
 * Whoever may run a program with the file's user or group would change the table
 * of all; and environment, descriptors and limits are theirs. Not AT_SECURE, which
 * a security module sets for each change of domain too.
 */
static bool is_set_id(void)
{
	return getuid() != geteuid() || getgid() != getegid();
}

/* Without any word: the help, but as of something that is missing. */
static int usage(const struct request *request)
{
	static char bytes[2 * WRITER_RESERVE_MAX];
	struct writer w;

	writer_open(&w, STDERR_FILENO, bytes, sizeof(bytes));
	cli_help(&w, request);
	/* There is nowhere left to tell of an error. */
	(void)writer_flush(&w);
	return EXIT_USAGE;
}

int main(int argc, char **argv)
{
	/* Not on the stack: there each page of them would be touched at once. */
	static struct cli cli;
	static struct request request;
	static struct complaint complaint;
	int code;

	/* What does not fit within a limit of file sizes fails, and is told, as on a full disk. */
	signal(SIGXFSZ, SIG_IGN);
	if (hold_standard_descriptors() < 0) {
		message("closed standard streams cannot be held: %s", strerror(errno));
		return EXIT_REFUSED;
	}
	if (is_set_id()) {
		message("is not made to run set-user-ID or set-group-ID; let sudo(8) run it");
		return EXIT_USAGE;
	}
	if (cli_parse(&cli, argc, argv, false, &request, &complaint) < 0)
		code = argc > 1 ? message_usage(&complaint) : usage(&request);
	else
		code = command_run(&cli, &request);
	cli_free(&cli);
	return code;
}
