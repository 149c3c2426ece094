/* SPDX-License-Identifier: MIT */
/* Label options: the list of names, and the bits that the names stand for. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/parse.h"
#include "base/suggest.h"
#include "cli/cli.h"
#include "cli/readers.h"

/* The list of a path, read unless it is there already: 0 or a negative errno. */
static int read_list(struct cli *cli, const char *path)
{
	char *copy;

	if (cli->labels_path != NULL && strcmp(cli->labels_path, path) == 0)
		return cli->labels_error;
	copy = strdup(path);
	if (copy == NULL)
		return -ENOMEM;
	label_map_free(&cli->labels);
	free(cli->labels_path);
	cli->labels_warned = false;
	cli->labels_path = copy;
	cli->labels_error = label_map_load(&cli->labels, path, NULL, NULL);
	return cli->labels_error;
}

static const char *list_path(const struct given *g)
{
	return g->label_map_path != NULL ? g->label_map_path : LABEL_MAP_DEFAULT;
}

/* What is wrong with a list that cannot be read; lasts until the next call. */
static const char *why_unread(const char *path, int error)
{
	static char text[320];

	if (*path == '\0')
		return "the name of the file is empty";
	snprintf(text, sizeof(text), "%s: %s", path, strerror(-error));
	return text;
}

const struct label_map *given_label_list(const struct given *g, struct cli *cli, const char **why)
{
	static char text[400];
	const char *path = list_path(g);
	int error = read_list(cli, path);

	if (error == 0)
		return &cli->labels;
	snprintf(text, sizeof(text), "the list of labels cannot be read: %s",
		why_unread(path, error));
	*why = text;
	return NULL;
}

const char label_number_form[] = "the number of a label (bit:0 to bit:127)";

int label_number(const char *text)
{
	static const char head[] = "bit:";
	uint64_t bit;

	if (strncmp(text, head, strlen(head)) != 0)
		return -1;
	return parse_decimal(text + strlen(head), 0, LABEL_BITS - 1, &bit) == 0 ? (int)bit : -2;
}

/* Whether a list of labels (NULL: none) has one that is written by its name. */
static bool has_names(const char *text)
{
	while (text != NULL) {
		const char *comma = strchr(text, ',');

		if (label_number(text) == -1)
			return true;
		text = comma != NULL ? comma + 1 : NULL;
	}
	return false;
}

/* Whether something cannot be done, or not be shown as asked for, without the list. */
static bool labels_needed(const struct given *g)
{
	for (unsigned i = 0; i < g->label_count; i++) {
		if (g->label[i].text == NULL || has_names(g->label[i].text))
			return true;
	}
	return g->label_map_path != NULL || g->output_flags & OUTPUT_LABELS;
}

/*
 * Whether names are welcome if they are there: -o save writes them unasked (but
 * a saved -D has no labels), and bits may be shown by name.
 */
static bool labels_welcome(const struct given *g)
{
	if (g->loading && g->command != COMMAND_UPDATE)
		return false;
	return g->format == &output_save || (g->label_count > 0 && !g->loading);
}

int given_labels(
	const struct given *g, struct cli *cli, struct request *request, struct complaint *c)
{
	struct spelling s;
	const char *path = list_path(g);
	bool needed = labels_needed(g);
	int error;

	if (!needed && !labels_welcome(g))
		return 0;
	error = read_list(cli, path);
	if (error == 0) {
		request->labels = &cli->labels;
		return 0;
	}
	for (unsigned i = 0; i < g->label_count; i++) {
		if (has_names(g->label[i].text))
			return complain(c, "%s: the list of labels cannot be read: %s",
				option_spelled(&s, g, g->label[i].id), why_unread(path, error));
	}
	if (!needed)
		return 0;
	if (!cli->labels_warned)
		message_plain("WARNING: no names of labels: %s", why_unread(path, error));
	cli->labels_warned = true;
	return 0;
}

void given_labels_shown(const struct given *g, struct request *request)
{
	if (g->format == &output_save && g->label_map_path != NULL)
		request->labels = NULL;
}

struct skipped_lines {
	const char *path;
};

static void show_skipped(unsigned line, const char *why, void *data)
{
	const struct skipped_lines *skipped = data;

	message_plain("WARNING: %s:%u: %s", skipped->path, line, why);
}

/*
 * Lines of the list that were skipped do not matter while all labels are
 * found; for one that is not, they are likely why.
 */
static int unknown_label(const struct given *g, const struct given_label *label,
	const struct label_map *map, const char *name, struct complaint *c)
{
	struct skipped_lines skipped = {list_path(g)};
	struct spelling s;
	struct suggestion nearest;
	struct label_map again;
	char hint[96];

	if (label_map_load(&again, skipped.path, show_skipped, &skipped) == 0)
		label_map_free(&again);
	suggest_start(&nearest, name);
	for (unsigned bit = 0; map != NULL && bit < LABEL_BITS; bit++) {
		if (map->name[bit] != NULL)
			suggest_offer(&nearest, map->name[bit]);
	}
	return complain(c, "%s: '%s' is not in the list of labels (%s)%s",
		option_spelled(&s, g, label->id), name, skipped.path,
		suggest_text(&nearest, hint, sizeof(hint)));
}

/* Set the bits of a comma list of labels. */
static int set_labels(const struct given *g, const struct given_label *label,
	const struct label_map *map, uint8_t bits[static LABEL_BYTES], struct complaint *c)
{
	for (const char *text = label->text; text != NULL;) {
		const char *end = strchrnul(text, ',');
		size_t length = (size_t)(end - text);
		struct spelling s;
		char name[256];
		int bit = -1;

		if (length < sizeof(name)) {
			memcpy(name, text, length);
			name[length] = '\0';
			bit = label_number(name);
			if (bit == -1 && map != NULL)
				bit = label_bit(map, name);
		}
		if (length == 0)
			return complain(c,
				"%s: an empty word in the list (names of labels and "
				"bit:NUMBER)",
				option_spelled(&s, g, label->id));
		if (bit == -2)
			return value_not_a(g, label->id, name, label_number_form, c);
		if (bit < 0)
			return unknown_label(g, label, map, length < sizeof(name) ? name : text, c);
		label_set(bits, (unsigned)bit);
		text = *end == ',' ? end + 1 : NULL;
	}
	return 0;
}

int given_label_bits(const struct given *g, int id, const struct label_map *map,
	uint8_t bits[static LABEL_BYTES], struct complaint *c)
{
	memset(bits, 0, LABEL_BYTES);
	for (unsigned i = 0; i < g->label_count; i++) {
		if (g->label[i].id == id && set_labels(g, &g->label[i], map, bits, c) < 0)
			return -1;
	}
	return 0;
}

int given_label_change(
	const struct given *g, const struct label_map *map, struct flow *flow, struct complaint *c)
{
	bool adds = is_given(g, OPTION_LABEL_ADD);

	if (!adds && !is_given(g, OPTION_LABEL_DELETE))
		return 0;
	if (given_label_bits(g, adds ? OPTION_LABEL_ADD : OPTION_LABEL_DELETE, map,
		    flow->labels_mask, c) < 0)
		return -1;
	/* new = (old & ~mask) ^ labels, nf_conntrack_labels.c */
	memset(flow->labels, 0, LABEL_BYTES);
	if (adds)
		memcpy(flow->labels, flow->labels_mask, LABEL_BYTES);
	for (unsigned i = 0; i < g->label_count; i++) {
		if (g->label[i].text == NULL) /* --label-del alone */
			memset(flow->labels_mask, 0xff, LABEL_BYTES);
	}
	flow->present |= FLOW_LABELS | FLOW_LABELS_MASK;
	return 0;
}
