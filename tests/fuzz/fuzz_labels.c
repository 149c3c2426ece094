/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as a list of labels: whatever they are, each name that is read is
 * one that can be asked for, and finds its bit.
 */
#include <stdint.h>
#include <stdlib.h>

#include "flow/labels.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void count(unsigned line, const char *why, void *data)
{
	unsigned *last = data;

	if (why == NULL || line <= *last)
		abort();
	*last = line;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct label_map map;
	unsigned last = 0;

	if (label_map_parse(&map, (const char *)data, size, count, &last) < 0)
		return 0;
	for (int bit = 0; bit < LABEL_BITS; bit++) {
		if (map.name[bit] != NULL && label_bit(&map, map.name[bit]) != bit)
			abort();
	}
	label_map_free(&map);
	return 0;
}
