/* SPDX-License-Identifier: MIT */
/*
 * Aligned columns of text. First each cell is noted, so that its column is wide
 * enough; then the sheet is fitted to the terminal; then the cells are put. Where cells
 * come that could not be noted, the room that is left is kept for them.
 */
#ifndef OUTPUT_SHEET_H
#define OUTPUT_SHEET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/writer.h"
#include "output/terminal.h"

/* The most bytes of a cell. */
#define SHEET_CELL_MAX 512

/* Blanks between two columns. */
#define SHEET_GAP 2

enum { SHEET_COLUMNS_MAX = 32, SHEET_RANK_MAX = 12 };

/* Columns of this rank and below are left out only where cutting is not enough. */
enum { SHEET_RANK_BASIC = 4 };

/* How a cell looks on a terminal with colours. */
enum sheet_style {
	STYLE_PLAIN,
	STYLE_HEAD,
	STYLE_GOOD,
	STYLE_WAITING,
	STYLE_FAINT,
	STYLE_STRONG,
	STYLE_BAR,
	STYLES,
};

struct sheet_column {
	const char *heading;
	unsigned width; /* in characters */
	unsigned least; /* it may be cut to this; 0: it may not be cut */
	unsigned most;  /* sheet_spread() makes it as wide as this, if there is room */
	unsigned rank;  /* columns of the highest rank are left out first; 0: none */
	bool right;     /* aligned on the right */
	bool hidden;
};

struct sheet {
	struct sheet_column column[SHEET_COLUMNS_MAX];
	unsigned count;
	unsigned overrun; /* characters by which the line in hand is ahead of its columns */
	struct terminal terminal;
};

/* Add a column, as wide as its heading. It may be changed until sheet_fit(). */
struct sheet_column *sheet_add(struct sheet *sheet, const char *heading);

/* Characters of a text of UTF-8. */
unsigned sheet_width(const char *text, size_t length);

/* A cell of a column is so long. */
void sheet_note(struct sheet *sheet, unsigned column, const char *text, size_t length);

/*
 * Make it fit the terminal: leave columns out by rank, down to the basic ones,
 * then cut those that may be cut, the widest first; basic ones are left out, too,
 * where all of that would not be enough. Without a terminal everything fits.
 */
void sheet_fit(struct sheet *sheet);

/*
 * Cells come that were not noted: use what is left of the terminal's line, first
 * to widen columns up to their most, then to show those that were left out, all of
 * a rank or none.
 */
void sheet_spread(struct sheet *sheet);

/* Characters that a whole line takes now. */
unsigned sheet_line_width(const struct sheet *sheet);

/*
 * Write a cell with the blanks that it needs; what is too long for its column
 * and for what is left of the terminal's line loses its middle, if the column may
 * be cut. Cells come in the order of columns, hidden ones may be put and are not
 * shown. `last`: nothing comes behind it.
 */
void sheet_put(struct sheet *sheet, struct writer *w, unsigned column, const char *text,
	size_t length, enum sheet_style style, bool last);

/* The line of headings. */
void sheet_put_head(struct sheet *sheet, struct writer *w);

/* The last column that is not hidden. */
unsigned sheet_last(const struct sheet *sheet);

#endif
