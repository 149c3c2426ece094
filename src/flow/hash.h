/* SPDX-License-Identifier: MIT */
/* Hashes of facts about flows, within this process only: they are not stored. */
#ifndef FLOW_HASH_H
#define FLOW_HASH_H

#include <stdint.h>

/* The hash of what was hashed so far and of a value behind it; begin with any number. */
static inline uint64_t hash_mix(uint64_t hash, uint64_t value)
{
	/* 2^64 by the golden ratio: neighbours come far apart. */
	hash = (hash ^ value) * UINT64_C(0x9e3779b97f4a7c15);
	return hash ^ hash >> 29;
}

#endif
