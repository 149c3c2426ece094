/* SPDX-License-Identifier: MIT */
/* Warnings of lost events: one a second at the most, wherever a second begins. */
#include "commands/event_loss.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"

#define MILLISECOND UINT64_C(1000000)

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return nanoseconds_of(time);
}

static void lose(struct event_loss *loss)
{
	struct timespec at = {.tv_sec = 1};

	event_loss_overrun(loss, at, at);
	(void)event_loss_close(loss, 1, true, at);
}

static void sleep_for(uint64_t time)
{
	struct timespec span = {.tv_nsec = (long)time};

	nanosleep(&span, NULL);
}

/* The last was said shortly before a second of the clock ended. */
static void one_a_second(void **state)
{
	struct event_loss loss = {0};
	uint64_t rest = NANOSECONDS - now() % NANOSECONDS;

	(void)state;
	if (rest > 100 * MILLISECOND)
		sleep_for(rest - 100 * MILLISECOND);
	lose(&loss);
	event_loss_say(&loss, "");
	assert_false(event_loss_is_unsaid(&loss));

	uint64_t said = now();

	sleep_for(200 * MILLISECOND);
	lose(&loss);
	event_loss_say(&loss, "");
	/* Unless the machine was so slow that a second is over. */
	if (now() - said < NANOSECONDS)
		assert_true(event_loss_is_unsaid(&loss));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_a_second),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
