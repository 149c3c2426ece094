/* SPDX-License-Identifier: MIT */
#include "flow/expectation.h"

#include <linux/netfilter/nf_conntrack_common.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* The kernel's own numbers; our names of them by their bit. */
static void flags_are_the_kernels(void **state)
{
	static const struct {
		unsigned ours;
		unsigned kernel;
		const char *name;
	} rows[EXPECTATION_FLAG_COUNT] = {
		{EXPECTATION_PERMANENT, NF_CT_EXPECT_PERMANENT, "PERMANENT"},
		{EXPECTATION_INACTIVE, NF_CT_EXPECT_INACTIVE, "INACTIVE"},
		{EXPECTATION_USERSPACE, NF_CT_EXPECT_USERSPACE, "USERSPACE"},
	};

	(void)state;
	for (int i = 0; i < EXPECTATION_FLAG_COUNT; i++) {
		assert_int_equal(rows[i].ours, rows[i].kernel);
		assert_int_equal(rows[i].ours, 1 << i);
		assert_string_equal(expectation_flag_names[i], rows[i].name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(flags_are_the_kernels),
	};

	return cmocka_run_group_tests_name("expectation", tests, NULL, NULL);
}
