/* SPDX-License-Identifier: MIT */
#include "output/sheet.h"

#include <string.h>

#include "output/parts.h"

#define RESET "\033[0m"

/* SGR sequences (ECMA-48) that are readable on light and dark ground. */
static const char *const sequences[STYLES] = {
	[STYLE_PLAIN] = "",
	[STYLE_HEAD] = "\033[1m",
	[STYLE_GOOD] = "\033[32m",
	[STYLE_WAITING] = "\033[33m",
	[STYLE_FAINT] = "\033[2m",
	[STYLE_STRONG] = "\033[1m",
	[STYLE_BAR] = "\033[36m",
};

struct sheet_column *sheet_add(struct sheet *sheet, const char *heading)
{
	struct sheet_column *column = &sheet->column[sheet->count++];

	*column = (struct sheet_column){
		.heading = heading, .width = sheet_width(heading, strlen(heading))};
	return column;
}

unsigned sheet_width(const char *text, size_t length)
{
	unsigned width = 0;

	for (size_t i = 0; i < length; i++)
		width += !utf8_continues((uint8_t)text[i]);
	return width;
}

void sheet_note(struct sheet *sheet, unsigned column, const char *text, size_t length)
{
	unsigned width = sheet_width(text, length);

	if (sheet->column[column].width < width)
		sheet->column[column].width = width;
}

unsigned sheet_line_width(const struct sheet *sheet)
{
	unsigned width = 0;

	for (unsigned i = 0; i < sheet->count; i++) {
		if (!sheet->column[i].hidden)
			width += sheet->column[i].width + (width > 0 ? SHEET_GAP : 0);
	}
	return width;
}

/* The column to leave out next, or NULL. */
static struct sheet_column *least_wanted(struct sheet *sheet)
{
	struct sheet_column *found = NULL;

	for (unsigned i = 0; i < sheet->count; i++) {
		struct sheet_column *column = &sheet->column[i];

		if (!column->hidden && column->rank > (found != NULL ? found->rank : 0))
			found = column;
	}
	return found;
}

/* The widest one that may still be cut, or NULL. */
static struct sheet_column *widest(struct sheet *sheet)
{
	struct sheet_column *found = NULL;

	for (unsigned i = 0; i < sheet->count; i++) {
		struct sheet_column *column = &sheet->column[i];

		if (column->hidden || column->least == 0 || column->width <= column->least)
			continue;
		if (found == NULL || column->width > found->width)
			found = column;
	}
	return found;
}

void sheet_fit(struct sheet *sheet)
{
	struct sheet_column *column;

	if (sheet->terminal.width == 0)
		return;
	while (sheet_line_width(sheet) > sheet->terminal.width &&
		(column = least_wanted(sheet)) != NULL)
		column->hidden = true;
	while (sheet_line_width(sheet) > sheet->terminal.width && (column = widest(sheet)) != NULL)
		column->width--;
}

unsigned sheet_last(const struct sheet *sheet)
{
	unsigned last = 0;

	for (unsigned i = 0; i < sheet->count; i++) {
		if (!sheet->column[i].hidden)
			last = i;
	}
	return last;
}

/* Bytes of the first (or last) so many characters. */
static size_t first_bytes(const char *text, size_t length, unsigned width)
{
	size_t i = 0;

	for (; i < length; i++) {
		if (!utf8_continues((uint8_t)text[i]) && width-- == 0)
			break;
	}
	return i;
}

static size_t last_bytes(const char *text, size_t length, unsigned width)
{
	size_t i = length;

	while (i > 0 && width > 0)
		width -= !utf8_continues((uint8_t)text[--i]);
	return length - i;
}

/* The beginning and the end: of an address, both say whose it is. */
static char *put_without_middle(char *p, const char *text, size_t length, unsigned width, bool utf8)
{
	unsigned end = (width - 1) / 2;
	size_t tail = last_bytes(text, length, end);

	p = put_bytes(p, text, first_bytes(text, length, width - 1 - end));
	p = put_string(p, utf8 ? "\xe2\x80\xa6" : "~");
	return put_bytes(p, text + length - tail, tail);
}

static char *put_blanks(char *p, unsigned count)
{
	memset(p, ' ', count);
	return p + count;
}

void sheet_put(const struct sheet *sheet, struct writer *w, unsigned column, const char *text,
	size_t length, enum sheet_style style, bool last)
{
	const struct sheet_column *c = &sheet->column[column];
	const char *sequence = sheet->terminal.colours ? sequences[style] : "";
	unsigned width = sheet_width(text, length);
	bool cut = c->least > 0 && sheet->terminal.width > 0 && width > c->width;
	unsigned blanks = c->width > width ? c->width - width : 0;
	char *p = writer_reserve(w, RECORD_ROOM);

	if (c->hidden)
		return;
	if (c->right)
		p = put_blanks(p, blanks);
	p = put_bytes(p, sequence, strlen(sequence));
	p = cut ? put_without_middle(p, text, length, c->width, sheet->terminal.utf8)
		: put_bytes(p, text, length);
	if (*sequence != '\0')
		p = put_string(p, RESET);
	if (!c->right && !last)
		p = put_blanks(p, blanks);
	p = last ? put_character(p, '\n') : put_blanks(p, SHEET_GAP);
	writer_commit(w, p);
}

void sheet_put_head(const struct sheet *sheet, struct writer *w)
{
	unsigned last = sheet_last(sheet);

	while (last > 0 && sheet->column[last].heading[0] == '\0')
		last--;
	for (unsigned i = 0; i <= last; i++) {
		const char *heading = sheet->column[i].heading;

		sheet_put(sheet, w, i, heading, strlen(heading), STYLE_HEAD, i == last);
	}
}
