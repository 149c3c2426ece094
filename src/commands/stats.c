/* SPDX-License-Identifier: MIT */
/* -S: the counters of each CPU. */
#include <errno.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/message.h"
#include "commands/report.h"
#include "commands/run.h"
#include "ctnetlink/decode.h"
#include "ctnetlink/encode.h"

#define PROC_STATS "/proc/net/stat/nf_conntrack"

static enum stats_table table_of(const struct session *s)
{
	return s->request->table == TABLE_EXPECT ? STATS_EXPECT : STATS_CONNTRACK;
}

static int show_stats(const struct nlmsghdr *message, void *data)
{
	struct session *s = data;
	struct stats stats;

	if (decode_stats(message, table_of(s), &stats) == 0)
		output_stats(&s->output, &stats);
	return 0;
}

#define PROC_FIELDS_MAX 32

/* A column of PROC_STATS (ct_cpu_seq_show()): the counter that it is; type -1: none. */
struct proc_column {
	enum stats_table table;
	int type;
};

/* Two have names of their own there. */
static struct proc_column column_of(const char *word)
{
	struct proc_column column = {.type = -1};

	if (strcmp(word, "icmp_error") == 0)
		return (struct proc_column){STATS_CONNTRACK, CTA_STATS_ERROR};
	if (strcmp(word, "clashres") == 0)
		return (struct proc_column){STATS_CONNTRACK, CTA_STATS_CLASH_RESOLVE};
	column.type = stats_by_name(word, &column.table);
	return column;
}

/* What each word of the head line stands for. */
static unsigned read_head(char *line, struct proc_column columns[static PROC_FIELDS_MAX])
{
	unsigned count = 0;
	char *rest = NULL;

	for (char *word = strtok_r(line, " \n", &rest); word && count < PROC_FIELDS_MAX;
		word = strtok_r(NULL, " \n", &rest))
		columns[count++] = column_of(word);
	return count;
}

static void read_cpu(
	char *line, const struct proc_column *columns, unsigned count, struct stats *stats)
{
	char *rest = NULL;
	char *word = strtok_r(line, " \n", &rest);

	stats->count = 0;
	for (unsigned i = 0; i < count && word; i++, word = strtok_r(NULL, " \n", &rest)) {
		if (columns[i].type < 0 || columns[i].table != stats->table)
			continue;
		stats->counter[stats->count].type = (uint16_t)columns[i].type;
		stats->counter[stats->count++].value = strtoull(word, NULL, 16);
	}
}

/* 0, or a negative errno when there is no such file or it cannot be read. */
static int show_proc_stats(struct session *s, FILE *file)
{
	char line[1024];
	struct proc_column columns[PROC_FIELDS_MAX];
	unsigned count;
	struct stats stats = {.table = table_of(s)};

	if (file == NULL)
		return -ENOENT;
	if (fgets(line, sizeof(line), file) == NULL)
		return -EBADMSG;
	count = read_head(line, columns);
	while (fgets(line, sizeof(line), file) != NULL) {
		read_cpu(line, columns, count, &stats);
		output_stats(&s->output, &stats);
		stats.cpu++;
	}
	/* An end that is none: what was shown is not all. */
	return ferror(file) ? -EIO : 0;
}

static int ask(struct session *s, struct ct_answer *answer)
{
	_Alignas(PACKET_ALIGNMENT) uint8_t bytes[256];
	struct packet packet;
	int error;

	packet_init(&packet, bytes, sizeof(bytes));
	error = encode_stats(&packet, table_of(s));
	if (error == 0)
		error = ct_dump_send(&s->dump, &packet);
	if (error == 0) {
		session_confine(s, false);
		error = ct_dump_receive(&s->dump, show_stats, s, answer);
	}
	return error;
}

int run_stats(struct session *s)
{
	struct ct_answer answer = {0};
	FILE *file;
	int error;

	session_look_only(s);
	if (session_open(s, &s->dump) != 0)
		return EXIT_REFUSED;
	/* What anybody may read, for who may not ask the kernel. */
	file = fopen(PROC_STATS, "re");
	error = ask(s, &answer);
	if (error != 0) {
		session_drop(&s->dump);
		/* Only a refusal: what breaks off later has been shown in part. */
		if (answer.error != 0 && show_proc_stats(s, file) == 0)
			error = 0;
	}
	if (file != NULL)
		fclose(file);
	return error != 0 ? report_refusal(s, error, &answer, NULL) : session_flush(s);
}
