/* SPDX-License-Identifier: MIT */
#include "base/suggest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const char *const states[] = {"NONE", "SYN_SENT", "SYN_RECV", "ESTABLISHED", "FIN_WAIT",
	"CLOSE_WAIT", "LAST_ACK", "TIME_WAIT", "CLOSE", "SYN_SENT2"};

static const char *nearest(const char *typed, struct suggestion *s)
{
	suggest_start(s, typed);
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		suggest_offer(s, states[i]);
	return s->best;
}

static void nearest_state(void **state)
{
	static const struct {
		const char *typed;
		const char *best; /* NULL: none is near */
	} rows[] = {
		{"ESTABLISHED", "ESTABLISHED"},
		{"established", "ESTABLISHED"},
		{"ESTABLSHED", "ESTABLISHED"},
		{"ESTABLISHEDD", "ESTABLISHED"},
		{"ESTABILSHED", "ESTABLISHED"},
		{"EXTAXLIXHED", "ESTABLISHED"}, /* 3 of 11 letters */
		{"EXTAXLIXHEX", NULL},          /* 4 of 11 */
		{"time-wait", "TIME_WAIT"},
		{"NOEN", "NONE"}, /* a swap counts once */
		{"CLOSED", "CLOSE"},
		{"SYN_SEN", "SYN_SENT"}, /* one off, the other two */
		{"CLOSE_WIAT", "CLOSE_WAIT"},
		{"ESTAB", "ESTABLISHED"},
		{"est", "ESTABLISHED"},
		{"TIME", "TIME_WAIT"},
		{"SYN", "SYN_SENT"},
		{"E", NULL},
		{"", NULL},
		{"x", NULL},
		{"FOO", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct suggestion s;
		const char *best = nearest(rows[i].typed, &s);

		if (rows[i].best == NULL)
			assert_null(best);
		else
			assert_string_equal(best, rows[i].best);
	}
}

static void first_of_equals(void **state)
{
	struct suggestion s;

	(void)state;
	suggest_start(&s, "--src-nap");
	suggest_offer(&s, "--src-nax");
	suggest_offer(&s, "--src-nat");
	assert_string_equal(s.best, "--src-nax");
}

static void words_of_any_length(void **state)
{
	char typed[4000];
	struct suggestion s;

	(void)state;
	memset(typed, 'a', sizeof(typed));
	typed[sizeof(typed) - 1] = '\0';
	assert_null(nearest(typed, &s));
	suggest_start(&s, "short");
	suggest_offer(&s, typed);
	assert_null(s.best);
}

static void as_text(void **state)
{
	struct suggestion s;
	char text[64];
	char small[8];

	(void)state;
	nearest("TIME_WAITS", &s);
	assert_string_equal(suggest_text(&s, text, sizeof(text)), ", did you mean 'TIME_WAIT'?");
	suggest_text(&s, small, sizeof(small));
	assert_string_equal(small, ", did y");
	nearest("nothing like it", &s);
	assert_string_equal(suggest_text(&s, text, sizeof(text)), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nearest_state),
		cmocka_unit_test(first_of_equals),
		cmocka_unit_test(words_of_any_length),
		cmocka_unit_test(as_text),
	};

	return cmocka_run_group_tests_name("suggest", tests, NULL, NULL);
}
