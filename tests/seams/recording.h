/* SPDX-License-Identifier: MIT */
/*
 * A recording: datagrams of the kernel as they came, each after its length as
 * an uint32_t in host order. tests/recordings/recorder.c writes it, and those of
 * the tree are little-endian; a big-endian host turns them round when they are
 * opened, so that they are what its own kernel would have said.
 */
#ifndef SEAMS_RECORDING_H
#define SEAMS_RECORDING_H

#include <stddef.h>
#include <stdint.h>

struct recording {
	uint8_t *bytes;
	size_t size;
	size_t at; /* of the next datagram's length */
};

/* Read a whole file. 0 or a negative errno. Free with recording_close(). */
int recording_open(struct recording *r, const char *path);
void recording_close(struct recording *r);

/*
 * The next datagram, not aligned; NULL at the end, and where a length leads
 * out of the file. r->at = 0 begins again.
 */
const uint8_t *recording_next(struct recording *r, size_t *length);

#endif
