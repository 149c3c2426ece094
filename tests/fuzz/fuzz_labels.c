/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as a list of labels: whatever they are, each name that is read is
 * one that can be asked for, and finds its bit.
 */
#include <stdint.h>
#include <stdlib.h>

#include "flow/labels.h"
#include "fuzz/memory_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void count(unsigned line, const char *why, void *data)
{
	unsigned *last = data;

	if (why == NULL || line <= *last)
		abort();
	*last = line;
}

/* A file has room for the longest list, which costs time: one size in sixteen goes that way. */
static int read_list(struct label_map *map, const uint8_t *data, size_t size)
{
	struct memory_file file;
	unsigned last = 0;
	int error;

	if (size % 16 != 0)
		return label_map_parse(map, (const char *)data, size, count, &last);
	file = memory_file_make(data, size);
	error = label_map_load(map, file.path, count, &last);
	memory_file_close(&file);
	return error;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct label_map map;

	if (read_list(&map, data, size) < 0)
		return 0;
	for (int bit = 0; bit < LABEL_BITS; bit++) {
		if (map.name[bit] != NULL && label_bit(&map, map.name[bit]) != bit)
			abort();
	}
	label_map_free(&map);
	return 0;
}
