/* SPDX-License-Identifier: MIT */
/* One entry of the expectation table. Conventions as in flow/flow.h. */
#ifndef FLOW_EXPECTATION_H
#define FLOW_EXPECTATION_H

#include <stdint.h>

#include "flow/flow.h"

enum expectation_present {
	EXPECTATION_TUPLE = 1 << 0,
	EXPECTATION_MASK = 1 << 1,
	EXPECTATION_MASTER = 1 << 2,
	EXPECTATION_TIMEOUT = 1 << 3,
	EXPECTATION_ID = 1 << 4,
	EXPECTATION_FLAGS = 1 << 5,
	EXPECTATION_CLASS = 1 << 6,
	EXPECTATION_ZONE = 1 << 7,
	EXPECTATION_HELPER = 1 << 8,
	EXPECTATION_FUNCTION = 1 << 9,
	EXPECTATION_NAT = 1 << 10,
};

/* enum ip_ct_expect flags: NF_CT_EXPECT_PERMANENT and so on, in bit order. */
enum expectation_flag {
	EXPECTATION_PERMANENT = 1 << 0,
	EXPECTATION_INACTIVE = 1 << 1,
	EXPECTATION_USERSPACE = 1 << 2,
};

#define EXPECTATION_FUNCTION_SIZE 32

struct expectation {
	uint32_t present;
	struct tuple tuple;  /* what is expected */
	struct tuple mask;   /* which bits of it count; parts are masks too */
	struct tuple master; /* original tuple of the connection that expects */
	uint32_t timeout;    /* seconds left */
	uint32_t id;         /* as flow.id */
	uint32_t flags;      /* enum expectation_flag */
	uint32_t class;
	uint16_t zone;
	char helper[HELPER_NAME_SIZE];
	char function[EXPECTATION_FUNCTION_SIZE]; /* CTA_EXPECT_FN, NUL terminated */
	struct tuple nat_tuple;
	uint32_t nat_direction; /* enum direction */
};

/* Names of the flags in bit order, upper case: PERMANENT INACTIVE USERSPACE. */
#define EXPECTATION_FLAG_COUNT 3
extern const char *const expectation_flag_names[EXPECTATION_FLAG_COUNT];

#endif
