/* SPDX-License-Identifier: MIT */
/*
 * An expression's text as tokens, each with its place, and complaints that
 * point at one.
 */
#ifndef CLI_EXPRESSION_TOKEN_H
#define CLI_EXPRESSION_TOKEN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/message.h"

enum token_kind {
	TOKEN_END,
	TOKEN_WORD,
	TOKEN_STRING, /* "…": text is what lies between the quotes */
	TOKEN_FILE,   /* @PATH, @"PATH": text is the path */
	TOKEN_OPEN,
	TOKEN_CLOSE,
	TOKEN_LIST_OPEN,
	TOKEN_LIST_CLOSE,
	TOKEN_COMMA,
	TOKEN_AND, /* and, && */
	TOKEN_OR,  /* or, || */
	TOKEN_NOT, /* not, ! */
	TOKEN_EQUAL,
	TOKEN_NOT_EQUAL,
	TOKEN_LESS,
	TOKEN_LESS_EQUAL,
	TOKEN_GREATER,
	TOKEN_GREATER_EQUAL,
	TOKEN_STRAY,      /* a sign that is no token; text says which */
	TOKEN_OPEN_QUOTE, /* a quotation that does not end */
};

struct token {
	enum token_kind kind;
	const char *text; /* the word, not NUL terminated */
	size_t length;
	const char *place; /* all of it, for complaints */
	size_t width;
};

/* Where an expression comes from. */
struct expression_source {
	const char *name; /* how a complaint begins: "--filter" */
	const char *text;
	bool is_file;  /* # begins a comment; complaints number the lines */
	bool is_words; /* the words after the options, which may be a mistyped table */
};

/* The token at *next, which is moved behind it. */
struct token token_next(const struct expression_source *source, const char **next);

/* Whether a token is this word (in small letters), in any case. */
bool token_is(const struct token *token, const char *word);

/* The word with a NUL; false when size bytes do not hold it. */
bool token_copy(const struct token *token, char *out, size_t size);

/*
 * A complaint that says what, shows the line with the token and marks it:
 *
 *   expression: 'stat' is not a word of expressions, did you mean 'state'?
 *       tcp and stat ESTABLISHED
 *               ^~~~
 */
void token_complain(const struct expression_source *source, const struct token *token,
	struct complaint *complaint, const char *what);

#endif
