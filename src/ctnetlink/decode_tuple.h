/* SPDX-License-Identifier: MIT */
/* The tuples of a message, for decode.c alone. */
#ifndef CTNETLINK_DECODE_TUPLE_H
#define CTNETLINK_DECODE_TUPLE_H

#include "ctnetlink/walk.h"
#include "flow/tuple.h"

/* Say of a tuple that nothing is known. */
void tuple_clear(struct tuple *t);

/* What a nest CTA_TUPLE_… holds, and nothing else. */
void decode_tuple(const struct attribute *nest, struct tuple *t);

#endif
