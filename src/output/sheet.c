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

/* How much of a line cutting could save. */
static unsigned cuttable(const struct sheet *sheet)
{
	unsigned width = 0;

	for (unsigned i = 0; i < sheet->count; i++) {
		const struct sheet_column *column = &sheet->column[i];

		if (!column->hidden && column->least > 0 && column->width > column->least)
			width += column->width - column->least;
	}
	return width;
}

/* The column above a rank to leave out next, or NULL. */
static struct sheet_column *least_wanted(struct sheet *sheet, unsigned rank)
{
	struct sheet_column *found = NULL;

	for (unsigned i = 0; i < sheet->count; i++) {
		struct sheet_column *column = &sheet->column[i];

		if (!column->hidden && column->rank > (found != NULL ? found->rank : rank))
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
		(column = least_wanted(sheet, SHEET_RANK_BASIC)) != NULL)
		column->hidden = true;
	while (sheet_line_width(sheet) > sheet->terminal.width + cuttable(sheet) &&
		(column = least_wanted(sheet, 0)) != NULL)
		column->hidden = true;
	while (sheet_line_width(sheet) > sheet->terminal.width && (column = widest(sheet)) != NULL)
		column->width--;
}

/* The narrowest one that should be wider, or NULL. */
static struct sheet_column *narrowest(struct sheet *sheet)
{
	struct sheet_column *found = NULL;

	for (unsigned i = 0; i < sheet->count; i++) {
		struct sheet_column *column = &sheet->column[i];

		if (column->hidden || column->width >= column->most)
			continue;
		if (found == NULL || column->width < found->width)
			found = column;
	}
	return found;
}

/* What those of a rank take that are left out. */
static unsigned hidden_width(const struct sheet *sheet, unsigned rank)
{
	unsigned width = 0;

	for (unsigned i = 0; i < sheet->count; i++) {
		if (sheet->column[i].hidden && sheet->column[i].rank == rank)
			width += sheet->column[i].width + SHEET_GAP;
	}
	return width;
}

static void show_rank(struct sheet *sheet, unsigned rank)
{
	for (unsigned i = 0; i < sheet->count; i++) {
		if (sheet->column[i].rank == rank)
			sheet->column[i].hidden = false;
	}
}

/* What the terminal's line has left beside so much; without a terminal nothing. */
static unsigned room_beside(const struct sheet *sheet, unsigned used)
{
	return sheet->terminal.width > used ? sheet->terminal.width - used : 0;
}

void sheet_spread(struct sheet *sheet)
{
	unsigned room = room_beside(sheet, sheet_line_width(sheet));
	struct sheet_column *column;

	for (; room > 0 && (column = narrowest(sheet)) != NULL; room--)
		column->width++;
	for (unsigned rank = 1; rank <= SHEET_RANK_MAX; rank++) {
		unsigned width = hidden_width(sheet, rank);

		if (width > room)
			continue;
		show_rank(sheet, rank);
		room -= width;
	}
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

/*
 * How much of a cell is shown. One that is wider than its column pushes the others
 * to the right where the line has room: out of line is better than unreadable.
 */
static unsigned shown_width(
	const struct sheet *sheet, const struct sheet_column *column, unsigned width)
{
	unsigned room;

	if (width <= column->width || column->least == 0 || sheet->terminal.width == 0)
		return width;
	room = column->width + room_beside(sheet, sheet_line_width(sheet) + sheet->overrun);
	return width < room ? width : room;
}

/* Blanks that fill up a column, less those by which the line comes back into step. */
static unsigned take_blanks(struct sheet *sheet, const struct sheet_column *column, unsigned width)
{
	unsigned blanks = column->width > width ? column->width - width : 0;
	unsigned back = blanks < sheet->overrun ? blanks : sheet->overrun;

	if (sheet->terminal.width == 0)
		return blanks;
	sheet->overrun += (width > column->width ? width - column->width : 0) - back;
	return blanks - back;
}

void sheet_put(struct sheet *sheet, struct writer *w, unsigned column, const char *text,
	size_t length, enum sheet_style style, bool last)
{
	const struct sheet_column *c = &sheet->column[column];
	const char *sequence = sheet->terminal.colours ? sequences[style] : "";
	unsigned width = sheet_width(text, length);
	unsigned shown = shown_width(sheet, c, width);
	char *p = writer_reserve(w, RECORD_ROOM);
	unsigned blanks;

	if (c->hidden)
		return;
	blanks = take_blanks(sheet, c, shown);
	if (c->right)
		p = put_blanks(p, blanks);
	p = put_bytes(p, sequence, strlen(sequence));
	p = shown < width ? put_without_middle(p, text, length, shown, sheet->terminal.utf8)
			  : put_bytes(p, text, length);
	if (*sequence != '\0')
		p = put_string(p, RESET);
	if (!c->right && !last)
		p = put_blanks(p, blanks);
	p = last ? put_character(p, '\n') : put_blanks(p, SHEET_GAP);
	if (last)
		sheet->overrun = 0;
	writer_commit(w, p);
}

void sheet_put_head(struct sheet *sheet, struct writer *w)
{
	unsigned last = sheet_last(sheet);

	while (last > 0 && sheet->column[last].heading[0] == '\0')
		last--;
	for (unsigned i = 0; i <= last; i++) {
		const char *heading = sheet->column[i].heading;

		sheet_put(sheet, w, i, heading, strlen(heading), STYLE_HEAD, i == last);
	}
}
