/* SPDX-License-Identifier: MIT */
/* The options that only -E has. */
#include "cli/cli.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "lines.h"

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

/* What a request says of how -E goes on and ends. */
static const char *describe(const struct request *r)
{
	static char text[256];
	const struct event_options *e = &r->events;

	snprintf(text, sizeof(text), "%s%s%s%squeue=%llu after=%llu for=%llu file=%s%s",
		e->snapshot ? "snapshot " : "", e->resync ? "resync " : "",
		e->reliable ? "reliable " : "", r->strict ? "strict " : "",
		(unsigned long long)e->queue_size, (unsigned long long)e->stop_after,
		(unsigned long long)e->duration, e->output_path ? e->output_path : "",
		r->output_flags & OUTPUT_RECEIVED ? " +received" : "");
	return text;
}

static const struct {
	const char *line;
	const char *means;
} rows[] = {
	{"-E", "queue=4194304 after=0 for=0 file="},
	{"-E --snapshot", "snapshot queue=4194304 after=0 for=0 file="},
	{"-E --snap --resync", "snapshot resync queue=4194304 after=0 for=0 file="},
	{"-E --reliable --strict", "reliable strict queue=4194304 after=0 for=0 file="},
	{"-E --queue 0", "queue=0 after=0 for=0 file="},
	{"-E --queue 100", "queue=100 after=0 for=0 file="},
	{"-E --queue=16K", "queue=16384 after=0 for=0 file="},
	{"-E --queue 2M", "queue=2097152 after=0 for=0 file="},
	{"-E --queue 1G", "queue=1073741824 after=0 for=0 file="},
	{"-E --stop-after 7", "queue=4194304 after=7 for=0 file="},
	{"-E --duration 2", "queue=4194304 after=0 for=2000000000 file="},
	{"-E --duration 250ms", "queue=4194304 after=0 for=250000000 file="},
	{"-E --duration 2m", "queue=4194304 after=0 for=120000000000 file="},
	{"-E --duration=1h", "queue=4194304 after=0 for=3600000000000 file="},
	{"-E --duration 1h30m", "queue=4194304 after=0 for=5400000000000 file="},
	{"-E --duration 1s500ms", "queue=4194304 after=0 for=1500000000 file="},
	{"-E --duration 1w", "queue=4194304 after=0 for=604800000000000 file="},
	{"-E --duration 3d", "queue=4194304 after=0 for=259200000000000 file="},
	{"-E --output-file x", "queue=4194304 after=0 for=0 file=x"},
	{"-E --output-file x --output-file y", "queue=4194304 after=0 for=0 file=y"},
	{"-E -o timestamp,received", "queue=4194304 after=0 for=0 file= +received"},
	{"-E expect --stop-after 1 --strict", "strict queue=4194304 after=1 for=0 file="},
	/* --output is an option of the old tool, and stays one */
	{"-E --outp received", "queue=4194304 after=0 for=0 file= +received"},
	/* what does not change may select */
	{"-E --resync udp or (snat and src 10.0.0.0/8) or zone 3",
		"resync queue=4194304 after=0 for=0 file="},
	{"-E --resync -s 192.0.2.0/24 -p tcp --dport 80 -w 3",
		"resync queue=4194304 after=0 for=0 file="},
};

static void every_line(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct parsed *p = parse_line(rows[i].line);

		if (p->result < 0)
			fail_msg("%s: %s", rows[i].line, p->complaint.text);
		if (strcmp(describe(&p->request), rows[i].means) != 0)
			fail_msg("%s: %s", rows[i].line, describe(&p->request));
		forget_line(p);
	}
}

static const struct {
	const char *line;
	const char *says;
} refused[] = {
	{"-L --snapshot", "--snapshot: does not go with -L"},
	{"-L --duration 3", "--duration: does not go with -L"},
	{"-E expect --resync", "--resync: does not go with -E expect"},
	{"-E expect --reliable", "--reliable: does not go with -E expect"},
	{"-E --snapshot=x", "--snapshot: takes no argument"},
	{"-E --queue", "--queue: needs an argument (SIZE)"},
	{"-E --queue 1k", "'1k' is not a number of bytes"},
	{"-E --queue 1025G", "'1025G' is not a number of bytes"},
	{"-E --queue -1", "'-1' is not a number of bytes"},
	{"-E --stop-after 0", "'0' is not a number of events"},
	{"-E --stop-after x", "'x' is not a number of events"},
	{"-E --duration 0", "'0' is not a time"},
	{"-E --duration 1h30", "'1h30' is not a time (seconds, or numbers with ms"},
	{"-E --duration 1x", "'1x' is not a time"},
	{"-E --duration 0s", "'0s' is not a time"},
	{"-E --duration 99999999999d", "is not a time"},
	{"-E --output-file", "--output-file: needs an argument (FILE)"},
	{"-E --output-file=", "'' is not the name of a file"},
	{"-E --output-file -", "'-' is not the name of a file"},
	{"-E --resync -m 5", "--resync: does not go with -m, which may change"},
	{"-E -p tcp --state CLOSE --resync", "--resync: does not go with --state"},
	{"-E --resync -l zero", "--resync: does not go with -l"},
	{"-E --resync mark 5", "asks for its mark"},
	{"-E --resync tcp and assured", "its status"},
	{"-E --resync not (udp or state ESTABLISHED)", "its state"},
	{"-E --resync bytes > 5", "its counters"},
	{"-E --resync label bit:3 or udp", "its labels"},
	{"-E --resync idle > 5", "its idle time"},
	{"-E --resync helper ftp", "its helper"},
	{"-E --resync -o save", "--resync: does not go with the output 'save'"},
	{"@-D --strict -s 192.0.2.1", "--strict"},
};

static void every_refusal(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(refused); i++) {
		struct parsed *p = parse_line(refused[i].line);

		if (p->result == 0)
			fail_msg("%s: is taken", refused[i].line);
		if (strstr(p->complaint.text, refused[i].says) == NULL)
			fail_msg("%s: %s", refused[i].line, p->complaint.text);
		forget_line(p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_line),
		cmocka_unit_test(every_refusal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
