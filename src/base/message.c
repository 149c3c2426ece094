/* SPDX-License-Identifier: MIT */
#include "base/message.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/put.h"
#include "base/utf8.h"
#include "base/writer.h"

const char message_program[] = "conntrack v" PROJECT_VERSION " (conntrack)";

static bool failed;

/* Longest text of one message before escaping; what is longer is cut. */
#define TEXT_MAX 4096

/* Bytes of stderr in the making: as much of each piece as fits, no NUL. */
struct line {
	size_t used;
	char bytes[sizeof(message_program) + 4 * TEXT_MAX + 256];
};

size_t character_length(const char *text, bool *shown)
{
	uint32_t code;
	size_t length = utf8_next((const uint8_t *)text, strnlen(text, UTF8_MAX), &code);

	*shown = code != INVALID_BYTE && code >= 0x20 && !(code >= 0x7f && code <= 0x9f);
	return length;
}

/*
 * Append to out[used..size-1], what a terminal does not show as \xHH a byte,
 * whole characters and escapes only. Returns the new number of used bytes.
 */
static size_t append_escaped(char *out, size_t used, size_t size, const char *text)
{
	while (*text != '\0') {
		bool shown;
		size_t length = character_length(text, &shown);

		if (size - used < (shown ? length : 4 * length))
			break;
		for (; length > 0; length--, text++) {
			if (shown)
				out[used++] = *text;
			else
				used += (size_t)(put_hex_byte(put_string(out + used, "\\x"),
							 (uint8_t)*text) -
						 (out + used));
		}
	}
	return used;
}

static void line_add(struct line *line, const char *text)
{
	line->used = append_escaped(line->bytes, line->used, sizeof(line->bytes), text);
}

/* What is ours, or escaped already. */
static void line_add_plain(struct line *line, const char *text)
{
	size_t length = strlen(text), room = sizeof(line->bytes) - line->used;

	if (length > room)
		length = room;
	memcpy(line->bytes + line->used, text, length);
	line->used += length;
}

static void line_send(const struct line *line)
{
	if (write_all(STDERR_FILENO, line->bytes, line->used) < 0)
		failed = true;
}

__attribute__((format(printf, 2, 0))) static void send_formatted(
	bool with_program, const char *format, va_list arguments)
{
	struct line line = {.used = 0};
	char text[TEXT_MAX];

	if (vsnprintf(text, sizeof(text), format, arguments) < 0)
		text[0] = '\0';
	if (with_program) {
		line_add(&line, message_program);
		line_add(&line, ": ");
	}
	line_add(&line, text);
	line_add_plain(&line, "\n");
	line_send(&line);
}

int complain(struct complaint *c, const char *format, ...)
{
	char text[sizeof(c->text)];
	va_list arguments;

	va_start(arguments, format);
	if (vsnprintf(text, sizeof(text), format, arguments) < 0)
		text[0] = '\0';
	va_end(arguments);
	c->text[append_escaped(c->text, 0, sizeof(c->text) - 1, text)] = '\0';
	return -1;
}

void complain_lines(struct complaint *c, const char *first, const char *second)
{
	static const char before[] = "\n    ";
	const char *const pieces[] = {before, first, before, second};
	char lines[sizeof(c->text)];
	size_t used = 0, held = strlen(c->text);

	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		if (pieces[i] != before) {
			used = append_escaped(lines, used, sizeof(lines), pieces[i]);
		} else if (sizeof(lines) - used >= sizeof(before) - 1) {
			memcpy(lines + used, before, sizeof(before) - 1);
			used += sizeof(before) - 1;
		}
	}
	if (held + used >= sizeof(c->text))
		return;
	memcpy(c->text + held, lines, used);
	c->text[held + used] = '\0';
}

void complain_at(struct complaint *c, const char *place)
{
	struct complaint placed;
	size_t used = append_escaped(placed.text, 0, sizeof(placed.text) - 1, place);

	snprintf(placed.text + used, sizeof(placed.text) - used, "%s", c->text);
	*c = placed;
}

void message(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	send_formatted(true, format, arguments);
	va_end(arguments);
}

void message_plain(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	send_formatted(false, format, arguments);
	va_end(arguments);
}

static const char pointer[] = "Try 'conntrack -h' or 'conntrack --help' for more information.\n";

/* A complaint as the person sees it, and what stands on a line of its own behind it. */
static void send_complaint(const struct complaint *c, const char *behind)
{
	struct line line = {.used = 0};

	line_add(&line, message_program);
	line_add(&line, ": ");
	line_add_plain(&line, c->text);
	line_add_plain(&line, "\n");
	line_add_plain(&line, behind);
	line_send(&line);
}

void message_complaint(const struct complaint *c)
{
	send_complaint(c, "");
}

int message_pointer(void)
{
	if (write_all(STDERR_FILENO, pointer, sizeof(pointer) - 1) < 0)
		failed = true;
	return EXIT_USAGE;
}

int message_usage(const struct complaint *c)
{
	send_complaint(c, pointer);
	return EXIT_USAGE;
}

int message_failed(void)
{
	return failed;
}
