/* SPDX-License-Identifier: MIT */
/*
 * conntrack: the command line interface to Linux' connection tracking.
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
