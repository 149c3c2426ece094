/* SPDX-License-Identifier: MIT */
/*
 * Any text as an expression, of words, of an option or of a file: it is refused
 * with a complaint that points into the text, or it is read; then what is
 * printed of it is read again, prints the same and matches the same, and so does
 * the list of a filter that it is split into.
 */
#include <ctype.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/socket.h>

#include "base/utf8.h"
#include "flow/filter.h"
#include "fuzz/no_files.h"
#include "unit/cli/expression_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Longer ones say nothing new; what is printed of these always fits. */
#define TEXT_MAX  4096
#define PRINT_MAX (1 << 20)

/* Bytes of the line that a complaint shows, its marks and what stands before them. */
#define LINES_MAX 256

/* --- complaints ------------------------------------------------------- */

/* The last line of a text, which is cut off. */
static char *cut_last_line(char *text)
{
	char *newline = strrchr(text, '\n');

	check(newline != NULL);
	*newline = '\0';
	return newline + 1;
}

static size_t letters(const char *text)
{
	size_t count = 0;

	for (; *text != '\0'; text++)
		count += ((unsigned char)*text & 0xc0) != 0x80;
	return count;
}

/* The text as a complaint shows it: a sign a letter, what is none as '?' a byte. */
static void show(const char *text, char out[static TEXT_MAX + 1])
{
	while (*text != '\0') {
		uint32_t code;
		unsigned length = utf8_next((const uint8_t *)text, strnlen(text, UTF8_MAX), &code);

		if (code == '\n' || code < 0x20)
			*out++ = code == '\n' ? '\n' : ' ';
		else if (code == INVALID_BYTE || (code >= 0x7f && code <= 0x9f))
			*out++ = '?';
		else
			out = mempcpy(out, text, length);
		text += length;
	}
	*out = '\0';
}

/* Of a file: the number of the line, between the name and what is wrong. */
static void check_line_number(const struct expression_source *source, const char *complaint)
{
	unsigned lines = 1;
	unsigned line = 0;
	size_t name = strlen(source->name);

	check(strncmp(complaint, source->name, name) == 0);
	if (!source->is_file) {
		check(strncmp(complaint + name, ": ", 2) == 0);
		return;
	}
	for (const char *p = source->text; *p != '\0'; p++)
		lines += *p == '\n';
	check(sscanf(complaint + name, ":%u: ", &line) == 1 && line >= 1 && line <= lines);
}

static void check_complaint(const struct expression_source *source, struct complaint *c)
{
	static const char margin[] = "    ";
	static char shown[TEXT_MAX + 1];
	size_t length = strnlen(c->text, sizeof(c->text));
	size_t blanks;
	char *marks;
	char *line;

	check(length > 0 && length < sizeof(c->text));
	for (size_t i = 0; i < length; i++)
		check(c->text[i] == '\n' || !iscntrl((unsigned char)c->text[i]));
	check_line_number(source, c->text);
	/* A word of hundreds of signs that had to be escaped leaves no room for lines. */
	if (strchr(c->text, '\n') == NULL) {
		check(length > sizeof(c->text) - LINES_MAX);
		return;
	}
	marks = cut_last_line(c->text);
	line = cut_last_line(c->text);
	check(strncmp(marks, margin, 4) == 0 && strncmp(line, margin, 4) == 0);
	marks += 4;
	line += 4;
	show(source->text, shown);
	check(strstr(shown, line) != NULL);
	/* One behind the last sign is where the text ends. */
	blanks = strspn(marks, " ");
	check(blanks <= letters(line) && marks[blanks] == '^');
	check(strspn(marks + blanks + 1, "~") == strlen(marks + blanks + 1));
	check(strlen(marks) <= letters(line) + (blanks == letters(line)));
}

/* --- expressions ------------------------------------------------------ */

/* The n-th of the flows that expressions are tried on: each has other facts. */
static struct flow some_flow(unsigned n)
{
	static const uint8_t protocols[] = {IPPROTO_TCP, IPPROTO_UDP, IPPROTO_ICMP, IPPROTO_GRE};
	static const uint16_t ports[] = {80, 443, 1024, 8, 1};
	static const uint32_t marks[] = {0, 5, 0x10, 0x1f, 0x30};
	struct flow flow = {.present = FLOW_STATE | FLOW_STATUS | FLOW_TIMEOUT, .state = n % 4};

	flow.status = n * 2;
	flow.timeout = n * 10;
	flow.mark = marks[n % 5];
	flow.present |= n % 3 != 0 ? FLOW_MARK : 0;
	flow.present |= n % 2 != 0 ? FLOW_COUNTERS | FLOW_COUNTERS << REPLY : 0;
	for (unsigned d = 0; d < DIRECTIONS; d++) {
		struct tuple *t = &flow.tuple[d];

		t->family = n % 4 == 3 ? AF_INET6 : AF_INET;
		t->protocol = protocols[n / 4 % 4];
		t->present = TUPLE_ADDRESSES | TUPLE_PROTOCOL | TUPLE_PART | TUPLE_PART << 1;
		t->source = (union address){.bytes = {10, 0, 0, (uint8_t)(n + d)}};
		t->destination = (union address){.bytes = {10, 0, 0, (uint8_t)(n * d)}};
		t->part[0] = ports[(n + d) % 5];
		t->part[1] = ports[(n + d + 1) % 5];
		flow.counters[d] = (struct counters){.packets = n, .bytes = n * 1000};
	}
	return flow;
}

static void check_matches(const struct expression *e, const struct expression *other)
{
	for (unsigned n = 0; n < 32; n++) {
		struct flow flow = some_flow(n);

		check(expression_matches(e, &flow) == expression_matches(other, &flow));
	}
}

/* As the list of a filter and the rest of it, it matches the same. */
static void check_split(const struct expression *e, struct expression *other)
{
	struct filter filter = {0};

	check(expression_split(other, &filter) == 0);
	for (unsigned n = 0; n < 32; n++) {
		struct flow flow = some_flow(n);

		check(expression_matches(e, &flow) == filter_matches(&filter, &flow));
	}
}

static void check_printed(const struct expression *e)
{
	static char first[PRINT_MAX];
	static char again[PRINT_MAX];
	struct complaint complaint;
	struct expression *back;

	print_expression(e, first, sizeof(first));
	check(strlen(first) > 0 && strlen(first) < PRINT_MAX - WRITER_RESERVE_MAX);
	back = read_text(first, &complaint);
	check(back != NULL);
	print_expression(back, again, sizeof(again));
	check(strcmp(first, again) == 0);
	check_matches(e, back);
	check_split(e, back);
	expression_free(back);
}

static void try_source(const struct expression_source *source)
{
	struct complaint complaint;
	struct expression *e;

	memset(&complaint, 0xff, sizeof(complaint));
	e = read_expression(source, &complaint);
	if (e == NULL) {
		check_complaint(source, &complaint);
		return;
	}
	check_printed(e);
	expression_free(e);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char text[TEXT_MAX + 1];

	if (size > TEXT_MAX)
		return 0;
	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	files_forbid();
	try_source(
		&(struct expression_source){.name = "expression", .text = text, .is_words = true});
	try_source(&(struct expression_source){.name = "--filter", .text = text});
	try_source(&(struct expression_source){.name = "file", .text = text, .is_file = true});
	files_allow();
	return 0;
}
