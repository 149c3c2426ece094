/* SPDX-License-Identifier: MIT */
#include "flow/status.h"

#include <linux/netfilter/nf_conntrack_common.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* Joins the names of the rows that a column selects. */
static void check_words(const char *expected, bool (*chosen)(const struct status_bit *))
{
	char words[512] = "";

	for (size_t i = 0; i < status_bit_count; i++) {
		if (!chosen(&status_bits[i]))
			continue;
		if (words[0] != '\0')
			strcat(words, ",");
		strcat(words, status_bits[i].name);
	}
	assert_string_equal(words, expected);
}

static bool any(const struct status_bit *row)
{
	return row->name != NULL;
}

static bool selectable(const struct status_bit *row)
{
	return row->selectable;
}

static bool saved(const struct status_bit *row)
{
	return row->saved;
}

static bool ignored(const struct status_bit *row)
{
	return row->ignored;
}

static void words_of_each_use(void **state)
{
	(void)state;
	check_words("EXPECTED,SEEN_REPLY,ASSURED,CONFIRMED,SRC_NAT,DST_NAT,SEQ_ADJUST,SRC_NAT_DONE,"
		    "DST_NAT_DONE,DYING,FIXED_TIMEOUT,TEMPLATE,UNTRACKED,HELPER,OFFLOAD,HW_OFFLOAD",
		any);
	check_words("EXPECTED,SEEN_REPLY,ASSURED,FIXED_TIMEOUT,OFFLOAD,HW_OFFLOAD", selectable);
	check_words("SEEN_REPLY,ASSURED,FIXED_TIMEOUT", saved);
	check_words("OFFLOAD,HW_OFFLOAD", ignored);
}

static void rows_by_bit(void **state)
{
	(void)state;
	for (unsigned bit = 0; bit < 32; bit++) {
		const struct status_bit *row = status_by_bit(UINT32_C(1) << bit);

		assert_int_equal(row != NULL, bit < 16);
		if (row != NULL) {
			assert_int_equal(row->bit, UINT32_C(1) << bit);
			assert_int_equal(row - status_bits, bit);
		}
	}
	assert_string_equal(status_by_bit(IPS_ASSURED)->name, "ASSURED");
	assert_string_equal(status_by_bit(IPS_HW_OFFLOAD)->name, "HW_OFFLOAD");
	assert_null(status_by_bit(0));
	assert_null(status_by_bit(IPS_ASSURED | IPS_EXPECTED));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_of_each_use),
		cmocka_unit_test(rows_by_bit),
	};

	return cmocka_run_group_tests_name("status", tests, NULL, NULL);
}
