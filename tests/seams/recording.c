/* SPDX-License-Identifier: MIT */
#include "seams/recording.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* No recording is near this long. */
#define SIZE_MAXIMUM (16 * 1024 * 1024)

int recording_open(struct recording *r, const char *path)
{
	*r = (struct recording){0};
	FILE *file = fopen(path, "rbe");
	if (!file)
		return -errno;
	int error = 0;
	r->bytes = malloc(SIZE_MAXIMUM);
	if (r->bytes)
		r->size = fread(r->bytes, 1, SIZE_MAXIMUM, file);
	else
		error = -ENOMEM;
	if (ferror(file))
		error = -EIO;
	fclose(file);
	if (error)
		recording_close(r);
	return error;
}

void recording_close(struct recording *r)
{
	free(r->bytes);
	*r = (struct recording){0};
}

const uint8_t *recording_next(struct recording *r, size_t *length)
{
	uint32_t said;
	size_t left = r->size - r->at;
	if (left < sizeof(said))
		return NULL;
	memcpy(&said, r->bytes + r->at, sizeof(said));
	if (said > left - sizeof(said))
		return NULL;
	const uint8_t *datagram = r->bytes + r->at + sizeof(said);
	r->at += sizeof(said) + said;
	*length = said;
	return datagram;
}
