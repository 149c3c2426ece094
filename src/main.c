/* SPDX-License-Identifier: MIT */
/*
 * conntrack: the command line interface to Linux' connection tracking.
 *
 * How a run goes:
 *
 *   main
 *     cli_parse             words become a request (or a complaint)
 *     command_run           by the request's command:
 *       run_list, run_delete, run_update, …
 *         encode_…            the question
 *         ct_dump, ct_ask     to the kernel and back, message by message:
 *           decode_flow         bytes become a flow, on the stack
 *           filter_matches      is it one of those that were asked for
 *           output_flow         the flow becomes bytes of the format
 *           batch_commit        or, to change it, a message of the next send
 *       session_end           the rest of the bytes, the count, the exit code
 *
 * Where things are; a header has what its .c defines (doc/design.md says why so):
 *
 *   base/message.c           words to the person on stderr
 *   base/parse.c             strict numbers and addresses
 *   base/put.c               numbers and addresses as text, fast
 *   base/suggest.c           the nearest known word
 *   base/writer.c            bytes out, every write checked
 *
 *   flow/expectation.c       the model: an expectation
 *   flow/field.c             a row for each plain field of a flow
 *   flow/filter.c            does a flow match
 *   flow/flow.h              the model: a flow
 *   flow/labels.c            the list of label names
 *   flow/protocol.c          a row for each layer-4 protocol
 *   flow/stats.c             a row for each counter of -S
 *   flow/status.c            a row for each status bit
 *   flow/tuple.c             the model: one direction of a flow
 *
 *   ctnetlink/attributes.h   what the kernel's headers do not say
 *   ctnetlink/batch.c        many messages a send, each answer back to its flow
 *   ctnetlink/decode.c       message to flow; draws the layout
 *   ctnetlink/encode.c       flow to message
 *   ctnetlink/kernel_filter.c  what of a filter the kernel can do
 *   ctnetlink/packet.c       messages in a buffer, built with bounds
 *   ctnetlink/socket.c       ask, dump, subscribe
 *   ctnetlink/transport.c    the system calls; tests have others in its place
 *   ctnetlink/walk.h         messages and attributes, no length trusted
 *
 *   output/json.c            -o json
 *   output/output.c          what formats have in common: head, foot, count
 *   output/parts.c           pieces that several formats print
 *   output/save.c            -o save
 *   output/text.c            the default, and -o extended
 *   output/xml.c             -o xml
 *
 *   cli/build.c              what was given becomes a request
 *   cli/check.c              does what was given go together
 *   cli/cli.h                the door of the room: words to a request
 *   cli/given.h              what a command line says, before it is judged
 *   cli/help.c               --help
 *   cli/labels.c             the options about labels
 *   cli/load_file.c          lines of a -R file as words
 *   cli/lookup.c             options by their names
 *   cli/options.c            a row for each command and each option
 *   cli/parse.c              words to options, as getopt_long(3) does
 *   cli/request.h            what the person asks for, complete and checked
 *   cli/values.c             the value of one option
 *
 *   commands/commands.h      the door of the room: run a request
 *   commands/count.c         -C
 *   commands/create.c        -I, -A
 *   commands/delete.c        -D
 *   commands/events.c        -E
 *   commands/flush.c         -F
 *   commands/get.c           -G
 *   commands/list.c          -L
 *   commands/load.c          -R
 *   commands/process_name.c  who made the change that an event tells of
 *   commands/report.c        what the kernel refused, in words that help
 *   commands/run.c           which command runs what
 *   commands/session.c       what commands share: sockets, output, summary
 *   commands/stats.c         -S
 *   commands/update.c        -U
 *   commands/walk.c          one walk of a table, each entry once
 */
#include <fcntl.h>
#include <unistd.h>

#include "base/message.h"
#include "cli/cli.h"
#include "commands/commands.h"

/*
 * A closed standard stream would let the next socket take its number, and our
 * output would go to the kernel. Held by a descriptor that cannot be written
 * (or read), its use fails with EBADF, as it should.
 */
static void hold_standard_descriptors(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		if (fcntl(fd, F_GETFD) < 0)
			(void)open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
	}
}

int main(int argc, char **argv)
{
	struct cli cli = {0};
	struct request request;
	struct complaint complaint;
	int code;

	hold_standard_descriptors();
	if (cli_parse(&cli, argc, argv, false, &request, &complaint) < 0)
		code = message_usage(&complaint);
	else
		code = command_run(&cli, &request);
	cli_free(&cli);
	return code;
}
