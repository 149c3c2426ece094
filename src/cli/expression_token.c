/* SPDX-License-Identifier: MIT */
#include "cli/expression_token.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/utf8.h"

static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Bytes that end a word. */
static bool ends_word(char c)
{
	return c == '\0' || is_blank(c) || strchr("()<>=!{},&|\"", c) != NULL;
}

/* Bytes that end a path; what has others in it is quoted. */
static bool ends_path(char c)
{
	return c == '\0' || is_blank(c) || strchr("(){},\"", c) != NULL;
}

static const char *skip_blanks(const struct expression_source *source, const char *p)
{
	while (is_blank(*p) || (*p == '#' && source->is_file)) {
		if (*p == '#')
			p += strcspn(p, "\n");
		else
			p++;
	}
	return p;
}

struct sign {
	const char *text;
	enum token_kind kind;
};

/* Longer ones first. */
static const struct sign signs[] = {
	{"&&", TOKEN_AND},
	{"||", TOKEN_OR},
	{"==", TOKEN_EQUAL},
	{"!=", TOKEN_NOT_EQUAL},
	{"<=", TOKEN_LESS_EQUAL},
	{">=", TOKEN_GREATER_EQUAL},
	{"=", TOKEN_EQUAL},
	{"<", TOKEN_LESS},
	{">", TOKEN_GREATER},
	{"!", TOKEN_NOT},
	{"(", TOKEN_OPEN},
	{")", TOKEN_CLOSE},
	{"{", TOKEN_LIST_OPEN},
	{"}", TOKEN_LIST_CLOSE},
	{",", TOKEN_COMMA},
	{"&", TOKEN_STRAY},
	{"|", TOKEN_STRAY},
};

static const struct sign connectives[] = {
	{"and", TOKEN_AND},
	{"or", TOKEN_OR},
	{"not", TOKEN_NOT},
};

/* Set what the token says, and how far it reaches. */
static const char *finish(
	struct token *token, enum token_kind kind, const char *text, const char *end)
{
	token->kind = kind;
	token->text = text;
	token->length = (size_t)(end - text);
	return end;
}

/* From the opening quote on. Where it ends. */
static const char *read_quoted(struct token *token, enum token_kind kind, const char *quote)
{
	const char *end = strchr(quote + 1, '"');

	if (end == NULL)
		return finish(token, TOKEN_OPEN_QUOTE, quote, quote + strlen(quote));
	finish(token, kind, quote + 1, end);
	return end + 1;
}

static const char *read_path(struct token *token, const char *at)
{
	const char *end = at + 1;

	if (*end == '"')
		return read_quoted(token, TOKEN_FILE, end);
	while (!ends_path(*end))
		end++;
	return finish(token, TOKEN_FILE, at + 1, end);
}

static const char *read_word(struct token *token, const char *at)
{
	const char *end = at;

	while (!ends_word(*end))
		end++;
	finish(token, TOKEN_WORD, at, end);
	for (size_t i = 0; i < sizeof(connectives) / sizeof(connectives[0]); i++) {
		if (token_is(token, connectives[i].text))
			token->kind = connectives[i].kind;
	}
	return end;
}

static const char *read_token(struct token *token, const char *at)
{
	if (*at == '\0')
		return finish(token, TOKEN_END, at, at);
	if (*at == '"')
		return read_quoted(token, TOKEN_STRING, at);
	if (*at == '@')
		return read_path(token, at);
	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
		size_t length = strlen(signs[i].text);

		if (strncmp(at, signs[i].text, length) == 0)
			return finish(token, signs[i].kind, at, at + length);
	}
	return read_word(token, at);
}

struct token token_next(const struct expression_source *source, const char **next)
{
	struct token token;
	const char *at = skip_blanks(source, *next);

	token.place = at;
	*next = read_token(&token, at);
	token.width = (size_t)(*next - at);
	return token;
}

bool token_is(const struct token *token, const char *word)
{
	return token->kind == TOKEN_WORD && token->length == strlen(word) &&
	       strncasecmp(token->text, word, token->length) == 0;
}

bool token_copy(const struct token *token, char *out, size_t size)
{
	if (token->length >= size)
		return false;
	memcpy(out, token->text, token->length);
	out[token->length] = '\0';
	return true;
}

/* --- complaints ------------------------------------------------------- */

/* Bytes of a line that are shown, and of them those before the wrong place. */
#define SHOWN_MAX    96
#define SHOWN_BEFORE 60

struct shown_line {
	const char *start;
	size_t length;
	unsigned number;
};

/* The line of a place, cut to what can be shown of it. */
static struct shown_line line_of(const char *text, const char *place)
{
	struct shown_line line = {.start = text, .number = 1};
	const char *end;

	for (const char *p = text; p < place; p++) {
		if (*p != '\n')
			continue;
		line.start = p + 1;
		line.number++;
	}
	end = line.start + strcspn(line.start, "\n");
	if (place - line.start > SHOWN_BEFORE) {
		line.start = place - SHOWN_BEFORE;
		while (line.start < place && utf8_continues((uint8_t)*line.start))
			line.start++;
	}
	if (end - line.start > SHOWN_MAX) {
		end = line.start + SHOWN_MAX;
		while (end > line.start && utf8_continues((uint8_t)*end))
			end--;
	}
	line.length = (size_t)(end - line.start);
	return line;
}

/* As it is but for signs that a terminal would act on, so that the marks fit. */
static void show_line(const struct shown_line *line, char out[static SHOWN_MAX + 1])
{
	size_t used = 0;

	for (const char *at = line->start; at < line->start + line->length;) {
		bool shown;
		size_t length = character_length(at, &shown);

		if (shown)
			memcpy(out + used, at, length);
		else
			out[used] = (unsigned char)*at < 0x20 ? ' ' : '?';
		used += shown ? length : 1;
		at += length;
	}
	out[used] = '\0';
}

/* A blank a letter up to the place, then ^~~~ as wide as the token is. */
static void mark_token(
	const struct shown_line *line, const struct token *token, char out[static SHOWN_MAX + 2])
{
	size_t used = 0;
	char mark = '^';

	for (const char *at = line->start; at < line->start + line->length;) {
		bool shown;

		if (at >= token->place + token->width && mark != '^')
			break;
		if (at < token->place) {
			out[used++] = ' ';
		} else {
			out[used++] = mark;
			mark = '~';
		}
		at += character_length(at, &shown);
	}
	if (mark == '^')
		out[used++] = mark;
	out[used] = '\0';
}

/* A file's end is behind its last newline: point behind the last sign instead. */
static struct token within_text(const struct expression_source *source, const struct token *token)
{
	struct token moved = *token;

	if (token->kind != TOKEN_END)
		return moved;
	while (moved.place > source->text && is_blank(moved.place[-1]))
		moved.place--;
	return moved;
}

void token_complain(const struct expression_source *source, const struct token *token,
	struct complaint *complaint, const char *what)
{
	struct token marked = within_text(source, token);
	struct shown_line line = line_of(source->text, marked.place);
	char shown[SHOWN_MAX + 1];
	char marks[SHOWN_MAX + 2];
	char number[24] = "";

	show_line(&line, shown);
	mark_token(&line, &marked, marks);
	if (source->is_file)
		snprintf(number, sizeof(number), ":%u", line.number);
	complain(complaint, "%.300s%s: %.400s", source->name, number, what);
	complain_lines(complaint, shown, marks);
}
