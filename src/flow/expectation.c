/* SPDX-License-Identifier: MIT */
#include "flow/expectation.h"

const char *const expectation_flag_names[EXPECTATION_FLAG_COUNT] = {
	"PERMANENT",
	"INACTIVE",
	"USERSPACE",
};
