/* SPDX-License-Identifier: MIT */
/*
 * Whole command lines against a kernel that does as it is told
 * (seams/transport_fault.h): a table to be dumped, and what came of it.
 */
#ifndef COMMANDS_FAKE_H
#define COMMANDS_FAKE_H

#include <stdint.h>

#include "flow/flow.h"

/* How the last command line ended. */
struct outcome {
	int code;
	char out[65536];
	char err[65536];
};
extern struct outcome outcome;

/* What sysctl_read() tells, one after the other; the last one stays. */
extern long fake_buckets[2];

/* For cmocka: a new kernel, with an empty table. */
int fake_setup(void **state);

/* The n-th flow: udp, 10.0.0.n port 1000 + n to 10.9.0.1 port 53, mark n, id 4096 + n. */
void fake_flow(struct flow *flow, unsigned n);

/* The number of the message that what follows answers; 0, as at first: the next one that asks. */
void fake_answer_to(unsigned nth);

/* Into the dump that comes: an entry, the end of a chunk, the end of all with NLM_F_ flags. */
void fake_entry(unsigned n);
void fake_entry_of(const struct flow *flow);
void fake_chunk(void);
void fake_end(uint16_t flags);

/* All of a dump: entry 1 three times, in no zone, in 7, and in 7 of the original direction. */
void fake_zones(void);

/* All of a dump: entries 1 to n. */
void fake_table(unsigned n);

/* The n-th message sent, a get, is answered by an entry. */
void fake_found(unsigned nth, const struct flow *flow);

/* A file for -R; its path, valid until the next call. */
const char *fake_file(const char *text);

/* Run a command line; words are parted by blanks. */
void fake_run(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* So many lines of standard output, and these words on standard error. */
void check_outcome(int code, unsigned lines, const char *words);

/* How many of the messages sent were of a type (NFNL_SUBSYS_CTNETLINK << 8 | …). */
unsigned fake_sent(uint16_t type);

#endif
