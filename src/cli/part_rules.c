/* SPDX-License-Identifier: MIT */
#include "cli/options.h"

#include <assert.h>

static_assert(OPTIONS - OPTION_PART <= 16, "sets of parts are 16 bits wide");
static_assert(COMMANDS <= 16, "places are 16 bits a table");

const char *const part_place_help[PART_PLACES] = {
	[PART_ORIGINAL] = "of the original direction",
	[PART_REPLY] = "of the reply direction",
	[PART_MASK] = "of an expectation's mask",
	[PART_TUPLE] = "of the expected connection",
};

const struct part_rule
	part_rules[PART_KEY + 1][PART_PLACES] =
		{
			[PART_PORT] =
				{
					[PART_ORIGINAL] =
						{
							.takes = SELECTING | ON(COMMAND_GET) |
								 CREATING | NAMING_EXPECT,
							.needs = NAMING_EXPECT,
							.pair = ON(COMMAND_GET) | CREATING,
						},
					[PART_REPLY] =
						{
							.takes = SELECTING | ON(COMMAND_GET) |
								 CREATING | GETTING_EXPECT,
							.needs = GETTING_EXPECT,
							.pair = ON(COMMAND_GET) | CREATING,
						},
					[PART_MASK] = {.takes = ON_EXPECT(COMMAND_CREATE),
						.needs = ON_EXPECT(COMMAND_CREATE)},
					[PART_TUPLE] = {.takes = ON_EXPECT(COMMAND_CREATE),
						.needs = ON_EXPECT(COMMAND_CREATE)},
				},
			[PART_NUMBER] =
				{
					[PART_ORIGINAL] =
						{
							.takes = SELECTING | ON(COMMAND_GET) |
								 CREATING,
							.needs = ON(COMMAND_GET) | CREATING,
						},
				},
			[PART_KEY] =
				{
					[PART_ORIGINAL] =
						{
							.takes = SELECTING | ON(COMMAND_GET) |
								 CREATING | NAMING_EXPECT,
							.needs = NAMING_EXPECT,
							.pair = ON(COMMAND_GET) | CREATING,
						},
					[PART_REPLY] =
						{
							.takes = SELECTING | ON(COMMAND_GET) |
								 CREATING | NAMING_EXPECT,
							.needs = NAMING_EXPECT,
							.pair = ON(COMMAND_GET) | CREATING,
						},
					[PART_MASK] = {.takes = ON_EXPECT(COMMAND_CREATE),
						.needs = ON_EXPECT(COMMAND_CREATE)},
					[PART_TUPLE] = {.takes = ON_EXPECT(COMMAND_CREATE),
						.needs = ON_EXPECT(COMMAND_CREATE)},
				},
};
