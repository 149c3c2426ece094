/* SPDX-License-Identifier: MIT */
/* The commands: each runs a checked request and returns the exit code. */
#ifndef COMMANDS_COMMANDS_H
#define COMMANDS_COMMANDS_H

struct cli;
struct request;

int command_run(struct cli *cli, const struct request *request);

#endif
