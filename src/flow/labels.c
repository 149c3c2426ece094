/* SPDX-License-Identifier: MIT */
#include "flow/labels.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/parse.h"

/* 128 names are a few KiB; a file beyond this is some other file. */
#define LIST_MAX (1024 * 1024)

static bool is_name_character(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	       c == '-' || c == ' ';
}

static bool is_name(const char *text, const char *end)
{
	for (; text < end; text++) {
		if (!is_name_character(*text))
			return false;
	}
	return true;
}

static const char *add_label(struct label_map *map, const char *bit_text, const char *name)
{
	uint64_t bit;
	int error = parse_number(bit_text, 0, LABEL_BITS - 1, &bit);

	if (error == -ERANGE)
		return "the bit is above 127";
	if (error < 0)
		return "it does not begin with the number of a bit";
	if (map->name[bit] != NULL)
		return "an earlier line names this bit";
	if (label_bit(map, name) >= 0)
		return "an earlier line has this name";
	map->name[bit] = name;
	return NULL;
}

/*
 * One line, *end being its newline or the end of all (writable). Cuts it into
 * words in place. Returns why it is skipped, or NULL when all is well.
 */
static const char *parse_line(struct label_map *map, char *line, char *end)
{
	if (end > line && end[-1] == '\r')
		end--;
	while (line < end && char_is_blank(*line))
		line++;
	while (end > line && char_is_blank(end[-1]))
		end--;
	if (line == end || *line == '#')
		return NULL;
	if (memchr(line, '\0', (size_t)(end - line)) != NULL)
		return "it has a NUL byte";
	*end = '\0';

	char *name = line + strcspn(line, " \t");
	if (name == end)
		return "it has no name behind the bit";
	*name++ = '\0';
	while (char_is_blank(*name))
		name++;
	if (!is_name(name, end))
		return "a name is made of letters, digits, blanks and dashes";
	return add_label(map, line, name);
}

int label_map_parse(
	struct label_map *map, const char *text, size_t length, label_warning_fn warn, void *data)
{
	*map = (struct label_map){.text = malloc(length + 1)};
	if (map->text == NULL)
		return -ENOMEM;
	if (length > 0)
		memcpy(map->text, text, length);

	char *end = map->text + length;
	char *line = map->text;
	for (unsigned number = 1; line < end; number++) {
		char *newline = memchr(line, '\n', (size_t)(end - line));
		char *line_end = newline != NULL ? newline : end;
		const char *why = parse_line(map, line, line_end);

		if (why != NULL && warn != NULL)
			warn(number, why, data);
		line = line_end + 1;
	}
	return 0;
}

int label_map_load(struct label_map *map, const char *path, label_warning_fn warn, void *data)
{
	char *text;
	size_t length;
	int result;

	*map = (struct label_map){.text = NULL};
	result = file_read(path, LIST_MAX, &text, &length);
	if (result < 0)
		return result;
	result = label_map_parse(map, text, length, warn, data);
	free(text);
	return result;
}

void label_map_free(struct label_map *map)
{
	free(map->text);
	*map = (struct label_map){.text = NULL};
}

int label_bit(const struct label_map *map, const char *name)
{
	for (int bit = 0; bit < LABEL_BITS; bit++) {
		if (map->name[bit] != NULL && strcmp(map->name[bit], name) == 0)
			return bit;
	}
	return -1;
}
