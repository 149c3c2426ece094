/* SPDX-License-Identifier: MIT */
#include "base/message.h"

#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

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

static bool is_control(unsigned char c)
{
	return (c < 0x20 && c != '\n') || c == 0x7f;
}

/*
 * Append to out[used..size-1], control bytes as \xHH, whole escapes only.
 * Returns the new number of used bytes.
 */
static size_t append_escaped(char *out, size_t used, size_t size, const char *text)
{
	static const char digits[] = "0123456789abcdef";

	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;
		size_t need = is_control(c) ? 4 : 1;

		if (size - used < need)
			break;
		if (need == 1) {
			out[used++] = *text;
			continue;
		}
		out[used++] = '\\';
		out[used++] = 'x';
		out[used++] = digits[c >> 4];
		out[used++] = digits[c & 15];
	}
	return used;
}

static void line_add(struct line *line, const char *text)
{
	line->used = append_escaped(line->bytes, line->used, sizeof(line->bytes), text);
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
	line_add(&line, "\n");
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

int message_usage(const struct complaint *c)
{
	struct line line = {.used = 0};

	line_add(&line, message_program);
	line_add(&line, ": ");
	line_add(&line, c->text);
	line_add(&line, "\nTry 'conntrack -h' or 'conntrack --help' for more information.\n");
	line_send(&line);
	return EXIT_USAGE;
}

int message_failed(void)
{
	return failed;
}
