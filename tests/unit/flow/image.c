/* SPDX-License-Identifier: MIT */
/* The image of a table, against a plain list of what is in it. */
#include "flow/image.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define ENTRIES 20000

/* An id whose hash is among the largest. */
#define LAST_ID 0x174d0af0u

static struct image image, gone; /* gone: what was swept */

static int setup(void **state)
{
	(void)state;
	return image_open(&image, 0) < 0 ? -1 : image_open(&gone, 0);
}

static int teardown(void **state)
{
	(void)state;
	image_close(&image);
	image_close(&gone);
	return 0;
}

/* Entry number n: ids come in pairs, so that two entries may share one. */
static struct flow entry(uint32_t n)
{
	struct flow flow = {.present = FLOW_ID | FLOW_STATUS, .id = (n / 2) * 2654435761u};
	struct tuple *t = &flow.tuple[ORIGINAL];
	uint32_t source = htonl(0x0a000000 + n / 100);

	t->family = AF_INET;
	t->protocol = n % 3 ? IPPROTO_UDP : IPPROTO_TCP;
	t->present = TUPLE_ADDRESSES | TUPLE_PROTOCOL | TUPLE_PART | TUPLE_PART << 1;
	memcpy(t->source.bytes, &source, sizeof(source));
	t->destination.bytes[0] = 192;
	t->part[0] = (uint16_t)(1024 + n % 100);
	t->part[1] = 53;
	return flow;
}

static struct flow entry_ipv6(uint32_t n)
{
	struct flow flow = entry(n);
	struct tuple *t = &flow.tuple[ORIGINAL];

	t->family = AF_INET6;
	t->source.bytes[15] = 6;
	return flow;
}

static enum image_result put(const struct flow *flow, unsigned marks)
{
	struct image_put result;

	assert_int_equal(image_put(&image, flow, marks, &result), 0);
	return result.result;
}

static void test_put_and_remove(void **state)
{
	struct flow a = entry(0), b = entry(1);
	(void)state;

	assert_int_equal(a.id, b.id);
	assert_false(image_has(&image, &a));
	assert_int_equal(put(&a, 0), IMAGE_NEW);
	assert_true(image_has(&image, &a));
	assert_false(image_has(&image, &b)); /* another entry of that id */
	assert_int_equal(put(&a, 0), IMAGE_SAME);
	assert_int_equal(put(&b, 0), IMAGE_NEW);
	assert_int_equal(image.entries, 2);
	assert_true(image_remove(&image, &a));
	assert_false(image_remove(&image, &a));
	assert_true(image_has(&image, &b));
	assert_int_equal(image.entries, 1);
}

/* A flow on the stack is not cleared: what is not present may hold anything. */
static void test_what_is_not_there(void **state)
{
	struct flow flow = entry_ipv6(8), ipv4 = entry(8);
	(void)state;

	put(&flow, 0);
	flow.tuple[ORIGINAL].part[2] = 0x5a5a;
	flow.tuple[ORIGINAL].zone = 0x5a5a;
	flow.zone = 0x5a5a;
	flow.mark = 0x5a5a;
	flow.state = 0x5a;
	assert_int_equal(put(&flow, 0), IMAGE_SAME);

	ipv4.tuple[ORIGINAL].protocol = 99; /* it has no parts */
	ipv4.tuple[ORIGINAL].present = TUPLE_ADDRESSES | TUPLE_PROTOCOL;
	put(&ipv4, 0);
	ipv4.tuple[ORIGINAL].part[0] = 0x5a5a;
	assert_int_equal(put(&ipv4, 0), IMAGE_SAME);
}

/* One tuple, another id: an entry that took the place of another. */
static void test_replaced(void **state)
{
	struct flow old = entry(4), new = old;
	(void)state;

	new.id++;
	put(&old, 0);
	assert_int_equal(put(&new, 0), IMAGE_NEW);
	assert_true(image_remove(&image, &old));
	assert_true(image_has(&image, &new));
}

static void test_changes(void **state)
{
	struct flow flow = entry(3);
	(void)state;

	assert_int_equal(put(&flow, 0), IMAGE_NEW);
	flow.status = IPS_SEEN_REPLY;
	assert_int_equal(put(&flow, 0), IMAGE_CHANGED);
	assert_int_equal(put(&flow, 0), IMAGE_SAME);
	flow.status |= IPS_ASSURED;
	assert_int_equal(put(&flow, 0), IMAGE_CHANGED);
	flow.present |= FLOW_MARK;
	flow.mark = 5;
	assert_int_equal(put(&flow, 0), IMAGE_CHANGED);
	flow.mark = 0; /* as if the event did not speak of it */
	assert_int_equal(put(&flow, 0), IMAGE_CHANGED);
	flow.present &= ~FLOW_MARK;
	assert_int_equal(put(&flow, 0), IMAGE_SAME);
	/* A state that becomes known is no change, and one that is not told stays. */
	flow.present |= FLOW_STATE;
	flow.state = 1;
	assert_int_equal(put(&flow, 0), IMAGE_SAME);
	flow.present &= ~FLOW_STATE;
	assert_int_equal(put(&flow, 0), IMAGE_SAME);
	flow.present |= FLOW_STATE;
	flow.state = 3;
	assert_int_equal(put(&flow, 0), IMAGE_CHANGED);
}

static void test_marks(void **state)
{
	struct flow flow = entry(3);
	struct image_put result;
	(void)state;

	put(&flow, IMAGE_SEEN | IMAGE_SILENT);
	assert_int_equal(image_put(&image, &flow, 0, &result), 0);
	assert_int_equal(result.marks, IMAGE_SEEN | IMAGE_SILENT);
	assert_int_equal(image_put(&image, &flow, 0, &result), 0);
	assert_int_equal(result.marks, IMAGE_SEEN);
	image_unmark(&image);
	assert_int_equal(image_put(&image, &flow, IMAGE_SEEN, &result), 0);
	assert_int_equal(result.marks, 0);
}

/* --- sweeping --------------------------------------------------------------- */

static struct flow swept[ENTRIES];
static unsigned swept_count;

static int take(const struct flow *flow, void *data)
{
	(void)data;
	swept[swept_count++] = *flow;
	return 0;
}

static int refuse(const struct flow *flow, void *data)
{
	(void)flow;
	(void)data;
	return -EPIPE;
}

static void test_sweep_tells_ipv4(void **state)
{
	struct flow flow = entry(7), told;
	(void)state;

	swept_count = 0;
	put(&flow, 0);
	assert_int_equal(image_sweep(&image, &gone, take, NULL), 0);
	assert_int_equal(swept_count, 1);
	assert_int_equal(image.entries, 0);
	assert_int_equal(gone.entries, 1);
	assert_true(image_has(&gone, &flow));
	told = swept[0];
	assert_int_equal(told.present, FLOW_ID);
	assert_int_equal(told.id, flow.id);
	assert_memory_equal(&told.tuple[ORIGINAL], &flow.tuple[ORIGINAL], sizeof(struct tuple));
	assert_int_equal(told.tuple[REPLY].present, 0);
}

static void test_sweep_tells_icmp(void **state)
{
	struct flow flow = entry(7);
	struct tuple *t = &flow.tuple[ORIGINAL];
	(void)state;

	swept_count = 0;
	t->protocol = IPPROTO_ICMP;
	t->present |= TUPLE_PART << 2;
	t->part[0] = 8;
	t->part[1] = 3;
	t->part[2] = 54321;
	put(&flow, 0);
	assert_int_equal(image_sweep(&image, &gone, take, NULL), 0);
	assert_memory_equal(&swept[0].tuple[ORIGINAL], t, sizeof(*t));
}

static void test_sweep_tells_what_it_knows(void **state)
{
	struct flow ipv6 = entry_ipv6(7), zoned = entry(7), plain = entry(7);
	(void)state;

	swept_count = 0;
	zoned.present |= FLOW_ZONE;
	zoned.zone = 3;
	assert_int_equal(put(&ipv6, 0), IMAGE_NEW);
	assert_int_equal(put(&zoned, 0), IMAGE_NEW);
	assert_int_equal(put(&plain, 0), IMAGE_NEW);
	zoned.zone = 4;
	assert_int_equal(put(&zoned, 0), IMAGE_NEW);
	assert_true(image_remove(&image, &plain));
	assert_int_equal(image_sweep(&image, &gone, take, NULL), 0);
	assert_int_equal(swept_count, 3);
	assert_int_equal(gone.entries, 3);
	assert_true(image_has(&gone, &ipv6) && image_has(&gone, &zoned));
	assert_false(image_has(&gone, &plain));
	for (unsigned i = 0; i < swept_count; i++) {
		assert_int_equal(swept[i].tuple[ORIGINAL].present, TUPLE_PROTOCOL);
		assert_int_equal(swept[i].tuple[ORIGINAL].protocol, IPPROTO_UDP);
		assert_int_equal(swept[i].id, plain.id);
	}
}

static void test_sweep_spares_the_seen(void **state)
{
	struct flow flow;
	(void)state;

	swept_count = 0;
	for (uint32_t n = 0; n < ENTRIES; n++) {
		flow = entry(n);
		put(&flow, IMAGE_SEEN);
	}
	assert_int_equal(image_sweep(&image, &gone, take, NULL), 0);
	assert_int_equal(swept_count, 0);
	image_unmark(&image);
	for (uint32_t n = 0; n < ENTRIES; n += 3) {
		flow = entry(n);
		put(&flow, IMAGE_SEEN);
	}
	assert_int_equal(image_sweep(&image, &gone, refuse, NULL), -EPIPE);
	assert_int_equal(image_sweep(&image, &gone, take, NULL), 0);
	assert_int_equal(swept_count + 1, ENTRIES - (ENTRIES + 2) / 3);
	for (uint32_t n = 0; n < ENTRIES; n++) {
		flow = entry(n);
		assert_int_equal(image_has(&image, &flow), n % 3 == 0);
	}
}

/* --- many ------------------------------------------------------------------- */

static uint32_t any(uint32_t below)
{
	return (uint32_t)random() % below;
}

static bool there[2 * ENTRIES];

static struct flow any_entry(uint32_t *n)
{
	*n = any(2 * ENTRIES);
	return *n < ENTRIES ? entry(*n) : entry_ipv6(*n - ENTRIES);
}

/* Growing, shrinking and everything between; each step as the list says. */
static void test_any(void **state)
{
	uint64_t count = 0, most = 0;
	uint32_t n;
	(void)state;

	srandom(2);
	memset(there, 0, sizeof(there));
	for (unsigned step = 0; step < 400000; step++) {
		struct flow flow = any_entry(&n);
		bool growing = step / 100000 % 2 == 0;

		assert_int_equal(image_has(&image, &flow), there[n]);
		if (any(4) < (growing ? 3u : 1u)) {
			assert_int_equal(put(&flow, 0) == IMAGE_NEW, !there[n]);
			count += !there[n];
			there[n] = true;
		} else {
			assert_int_equal(image_remove(&image, &flow), there[n]);
			count -= there[n];
			there[n] = false;
		}
		assert_int_equal(image.entries, count);
		most = count > most ? count : most;
		/* The promise of the header, but for a small image and the pages at its ends. */
		if (count > 1000)
			assert_true(image.mapped <= count * (count == most ? 24 : 28) + 8192);
	}
	assert_true(most > ENTRIES);
	swept_count = 0;
	for (n = 0; n < 2 * ENTRIES; n++) {
		struct flow flow = n < ENTRIES ? entry(n) : entry_ipv6(n - ENTRIES);

		assert_int_equal(image_remove(&image, &flow), there[n]);
	}
	assert_int_equal(image.entries, 0);
	assert_true(image.mapped < 64 * 1024);
}

/* Ids that are addresses, as before Linux 5.2: multiples of a power of two, close together. */
static void test_even_ids(void **state)
{
	(void)state;
	for (uint32_t n = 0; n < ENTRIES; n++) {
		struct flow flow = entry(n);

		flow.id = 0x80000000u + n * 320;
		assert_int_equal(put(&flow, 0), IMAGE_NEW);
	}
	for (uint32_t n = 0; n < ENTRIES; n++) {
		struct flow flow = entry(n);

		flow.id = 0x80000000u + n * 320;
		assert_true(image_remove(&image, &flow));
	}
	assert_int_equal(image.entries, 0);
}

/* The largest ids hash to the last slots, behind which the array has to be extended. */
static void test_one_id(void **state)
{
	(void)state;
	for (uint32_t n = 0; n < 400; n++) {
		struct flow flow = entry(n);

		flow.id = LAST_ID;
		assert_int_equal(put(&flow, 0), IMAGE_NEW);
	}
	assert_int_equal(image.entries, 400);
	for (uint32_t n = 0; n < 400; n++) {
		struct flow flow = entry(399 - n);

		flow.id = LAST_ID;
		assert_true(image_remove(&image, &flow));
	}
	assert_int_equal(image.entries, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_put_and_remove, setup, teardown),
		cmocka_unit_test_setup_teardown(test_what_is_not_there, setup, teardown),
		cmocka_unit_test_setup_teardown(test_replaced, setup, teardown),
		cmocka_unit_test_setup_teardown(test_changes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_marks, setup, teardown),
		cmocka_unit_test_setup_teardown(test_sweep_tells_ipv4, setup, teardown),
		cmocka_unit_test_setup_teardown(test_sweep_tells_icmp, setup, teardown),
		cmocka_unit_test_setup_teardown(test_sweep_tells_what_it_knows, setup, teardown),
		cmocka_unit_test_setup_teardown(test_sweep_spares_the_seen, setup, teardown),
		cmocka_unit_test_setup_teardown(test_any, setup, teardown),
		cmocka_unit_test_setup_teardown(test_even_ids, setup, teardown),
		cmocka_unit_test_setup_teardown(test_one_id, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
