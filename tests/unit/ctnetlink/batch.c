/* SPDX-License-Identifier: MIT */
/* Each refusal finds its message again, and what is not known is not claimed. */
#include "ctnetlink/batch.h"

#include <errno.h>
#include <linux/netlink.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ctnetlink/encode.h"
#include "seams/transport_fault.h"

#define RESULTS 4096

static struct ct_socket s;
static struct batch b;

/* What batch_result_fn was told, in order. */
static struct {
	int error;
	char text[64];
	unsigned number;
	size_t length;
} result[RESULTS];
static unsigned results, fail_at;

static int take_result(
	const struct ct_answer *answer, const void *context, size_t length, void *data)
{
	assert_ptr_equal(data, &results);
	assert_true(results < RESULTS);
	result[results].error = answer->error;
	snprintf(result[results].text, sizeof(result[0].text), "%.63s", answer->text);
	result[results].length = length;
	if (length >= sizeof(result[0].number))
		memcpy(&result[results].number, context, sizeof(result[0].number));
	results++;
	return results == fail_at ? -ECANCELED : 0;
}

static int setup(void **state)
{
	(void)state;
	fault_reset();
	memset(result, 0, sizeof(result));
	results = fail_at = 0;
	if (ct_open(&s) < 0)
		return -1;
	return batch_open(&b, &s, take_result, &results);
}

static int teardown(void **state)
{
	(void)state;
	batch_close(&b);
	batch_close(&b);
	ct_close(&s);
	return 0;
}

static unsigned replies[8], reply_count;

static int take_reply(const struct nlmsghdr *reply, const void *context, size_t length, void *data)
{
	assert_ptr_equal(data, &results);
	assert_int_equal(reply->nlmsg_type, 0x0100);
	assert_int_equal(length, sizeof(replies[0]));
	assert_int_equal(results, 0);
	memcpy(&replies[reply_count++], context, length);
	return reply_count == fail_at ? -ECANCELED : 0;
}

/* A message that is small; its context is its number. */
static int commit(unsigned number)
{
	int error = encode_flush(&b.packet, NULL);
	assert_int_equal(error, 0);
	return batch_commit(&b, &number, sizeof(number));
}

static void commit_all(unsigned count)
{
	for (unsigned i = 1; i <= count; i++)
		assert_int_equal(commit(i), 0);
}

static void check_results(unsigned count)
{
	assert_int_equal(results, count);
	for (unsigned i = 0; i < count; i++)
		assert_int_equal(result[i].number, i + 1);
}

static void test_nothing(void **state)
{
	(void)state;
	assert_int_equal(batch_flush(&b), 0);
	assert_int_equal(b.sends, 0);
}

static void test_one_ack_a_send(void **state)
{
	(void)state;
	commit_all(7);
	assert_int_equal(results, 0);
	assert_int_equal(batch_flush(&b), 0);
	check_results(7);
	assert_int_equal(fault_messages(), 7);
	assert_int_equal(fault_acks_asked(), 1);
	assert_int_equal(b.sends, 1);
}

static void test_refusals(void **state)
{
	(void)state;
	fault_refuse(1, ENOENT, "");
	fault_refuse(4, EBUSY, "in use");
	fault_refuse(6, EPERM, ""); /* the last one: its refusal is the barrier */
	commit_all(6);
	assert_int_equal(batch_flush(&b), 0);
	check_results(6);
	for (unsigned i = 0; i < 6; i++)
		assert_int_equal(result[i].error, i == 0   ? ENOENT
						  : i == 3 ? EBUSY
						  : i == 5 ? EPERM
							   : 0);
	assert_string_equal(result[3].text, "in use");
	assert_string_equal(result[4].text, "");
}

/* More than a send holds: it sends by itself, and nobody is mixed up. */
static void test_many(void **state)
{
	(void)state;
	fault_refuse(1, ENOENT, "");
	fault_refuse(BATCH_MESSAGES, EBUSY, "");
	fault_refuse(BATCH_MESSAGES + 1, EEXIST, "");
	fault_refuse(2400, EPERM, "");
	commit_all(2400);
	assert_int_equal(b.sends, 2);
	assert_int_equal(results, 2 * BATCH_MESSAGES);
	assert_int_equal(batch_flush(&b), 0);
	check_results(2400);
	assert_int_equal(b.sends, 3);
	assert_int_equal(fault_acks_asked(), 3);
	for (unsigned i = 0; i < 2400; i++)
		assert_int_equal(result[i].error, i == 0                    ? ENOENT
						  : i == BATCH_MESSAGES - 1 ? EBUSY
						  : i == BATCH_MESSAGES     ? EEXIST
						  : i == 2399               ? EPERM
									    : 0);
}

/* As many a send as the receive buffer holds answers, and a few without asking. */
static void test_small_buffer(void **state)
{
	(void)state;
	fault_receive_buffer(212992);
	commit_all(400);
	assert_int_equal(b.sends, 2);
	assert_int_equal(results, 2 * (212992 / 1280));
	assert_int_equal(batch_flush(&b), 0);
	check_results(400);
}

static void test_tiny_buffer(void **state)
{
	(void)state;
	fault_receive_buffer(2304);
	commit_all(BATCH_MESSAGES_FIRST);
	assert_int_equal(b.sends, 1);
	check_results(BATCH_MESSAGES_FIRST);
}

/* No send is larger than the socket lets it be. */
static void test_small_sends(void **state)
{
	(void)state;
	batch_close(&b);
	fault_send_room(100);
	assert_int_equal(batch_open(&b, &s, take_result, &results), 0);
	for (unsigned i = 1; i <= 20; i++) {
		if (encode_flush(&b.packet, NULL) == -EMSGSIZE) {
			assert_in_range(b.packet.used, 100 - 20 + 1, 100);
			assert_int_equal(batch_flush(&b), 0);
			assert_int_equal(encode_flush(&b.packet, NULL), 0);
		}
		assert_int_equal(batch_commit(&b, &i, sizeof(i)), 0);
	}
	assert_int_equal(batch_flush(&b), 0);
	assert_int_equal(b.sends, 4);
	check_results(20);
}

/* Where the kernel does not say, it is tried. */
static void test_unknown_room(void **state)
{
	(void)state;
	batch_close(&b);
	fault_send_room(-EPERM);
	assert_int_equal(batch_open(&b, &s, take_result, &results), 0);
	commit_all(BATCH_MESSAGES);
	assert_int_equal(b.sends, 1);
	check_results(BATCH_MESSAGES);
}

/* Entries take more of the buffer than errors do. */
static void test_buffer_of_replies(void **state)
{
	(void)state;
	fault_receive_buffer(212992);
	b.reply = take_reply;
	commit_all(212992 / 2304 - 1);
	assert_int_equal(b.sends, 0);
	assert_int_equal(commit(212992 / 2304), 0);
	assert_int_equal(b.sends, 1);
}

static int before_error;

static int before_send(void *data)
{
	assert_ptr_equal(data, &results);
	assert_int_equal(fault_messages(), 0);
	return before_error;
}

/* What comes before a send, and that it can keep it from being made. */
static void test_before(void **state)
{
	(void)state;
	b.before = before_send;
	before_error = -ENOSPC;
	commit_all(3);
	assert_int_equal(batch_flush(&b), -ENOSPC);
	assert_int_equal(fault_messages(), 0);
	assert_int_equal(b.unknown, 0);
	before_error = 0;
	commit_all(3);
	assert_int_equal(batch_flush(&b), 0);
	check_results(3);
}

/* Two batches on one socket: one is filled and sent while the other tells. */
static struct batch inner;

static int fill_inner(
	const struct ct_answer *answer, const void *context, size_t length, void *data)
{
	(void)data;
	assert_int_equal(answer->error, 0);
	assert_int_equal(encode_flush(&inner.packet, NULL), 0);
	assert_int_equal(batch_commit(&inner, context, length), 0);
	return inner.messages == 2 ? batch_flush(&inner) : 0;
}

static void test_shared_socket(void **state)
{
	(void)state;
	assert_int_equal(batch_open(&inner, &s, take_result, &results), 0);
	b.fn = fill_inner;
	fault_refuse(5, ENOENT, ""); /* the inner batch's second message */
	commit_all(3);
	assert_int_equal(batch_flush(&b), 0);
	assert_int_equal(batch_flush(&inner), 0);
	check_results(3);
	assert_int_equal(result[1].error, ENOENT);
	batch_close(&inner);
}

/* Large messages: the packet is full before the count is. */
static void test_full_packet(void **state)
{
	static uint8_t much[2000];
	unsigned number = 0, flushes = 0;
	(void)state;
	while (number < 100) {
		packet_begin(&b.packet, 0x0100, NLM_F_REQUEST, 2, 0);
		packet_put(&b.packet, 1, much, sizeof(much));
		if (packet_end(&b.packet) == -EMSGSIZE) {
			assert_int_equal(batch_flush(&b), 0);
			flushes++;
			continue;
		}
		number++;
		assert_int_equal(batch_commit(&b, &number, sizeof(number)), 0);
	}
	assert_int_equal(batch_flush(&b), 0);
	check_results(100);
	assert_true(flushes > 0);
	assert_int_equal(fault_acks_asked(), flushes + 1);
}

static void test_contexts(void **state)
{
	static char much[5000];
	(void)state;
	for (unsigned i = 0; i < 20; i++) {
		unsigned number = i + 1;
		memcpy(much, &number, sizeof(number));
		assert_int_equal(encode_flush(&b.packet, NULL), 0);
		size_t length = i % 3 == 0 ? sizeof(much) : sizeof(number);
		assert_int_equal(batch_commit(&b, much, length), 0);
	}
	assert_int_equal(batch_flush(&b), 0);
	check_results(20);
	for (unsigned i = 0; i < 20; i++)
		assert_int_equal(result[i].length, i % 3 == 0 ? sizeof(much) : sizeof(unsigned));
	assert_int_equal(encode_flush(&b.packet, NULL), 0);
	assert_int_equal(batch_commit(&b, NULL, 0), 0);
	assert_int_equal(batch_flush(&b), 0);
	assert_int_equal(result[20].length, 0);
}

/* Without the last message's answer nothing is known. */
static void test_no_barrier(void **state)
{
	(void)state;
	fault_refuse(2, ENOENT, "");
	fault_swallow(5);
	commit_all(5);
	assert_int_equal(batch_flush(&b), -EPROTO);
	assert_int_equal(results, 0);
	assert_int_equal(b.unknown, 5);
}

/* Without CAP_NET_ADMIN one refusal, of the first message, is all that comes. */
static void test_not_permitted(void **state)
{
	(void)state;
	fault_refuse(1, EPERM, "");
	for (unsigned i = 2; i <= 5; i++)
		fault_swallow(i);
	commit_all(5);
	assert_int_equal(batch_flush(&b), 0);
	assert_int_equal(results, 5);
	for (unsigned i = 0; i < 5; i++)
		assert_int_equal(result[i].error, EPERM);
	assert_int_equal(b.unknown, 0);
}

/* The refusal of one entry is none of the others. */
static void test_one_not_permitted(void **state)
{
	(void)state;
	fault_refuse(1, EPERM, "");
	commit_all(3);
	assert_int_equal(batch_flush(&b), 0);
	assert_int_equal(results, 3);
	assert_int_equal(result[0].error, EPERM);
	assert_int_equal(result[1].error, 0);
	assert_int_equal(result[2].error, 0);
	/* With another answer it was not all that came. */
	fault_reset();
	results = 0;
	fault_refuse(1, EPERM, "");
	fault_refuse(2, ENOENT, "");
	fault_swallow(3);
	commit_all(3);
	assert_int_equal(batch_flush(&b), -EPROTO);
}

/* Answers were lost: a refusal may be among them. */
static void test_overrun(void **state)
{
	(void)state;
	fault_receive(1, -ENOBUFS);
	commit_all(3);
	assert_int_equal(batch_flush(&b), -ENOBUFS);
	assert_int_equal(results, 0);
	/* And the barrier with them. */
	fault_swallow(6);
	fault_receive(3, -ENOBUFS);
	commit_all(3);
	assert_int_equal(batch_flush(&b), -EPROTO);
	assert_int_equal(results, 0);
}

static void test_interrupted(void **state)
{
	(void)state;
	fault_receive(1, -EINTR);
	fault_receive(2, -EINTR);
	commit_all(3);
	assert_int_equal(batch_flush(&b), 0);
	check_results(3);
}

static void test_errors_of_the_socket(void **state)
{
	(void)state;
	fault_send(1, -ENOMEM);
	commit_all(3);
	assert_int_equal(batch_flush(&b), -ENOMEM);
	fault_receive(1, -EMSGSIZE);
	commit_all(3);
	assert_int_equal(batch_flush(&b), -EMSGSIZE);
	fault_cut(2, 21);
	commit_all(3);
	assert_int_equal(batch_flush(&b), -EPROTO);
	assert_int_equal(results, 0);
}

/* Nothing of a failed send is sent, or told, again. */
static void test_after_a_failure(void **state)
{
	(void)state;
	fault_send(1, -ENOMEM);
	commit_all(3);
	assert_int_equal(batch_flush(&b), -ENOMEM);
	assert_int_equal(batch_flush(&b), 0);
	commit_all(2);
	assert_int_equal(batch_flush(&b), 0);
	check_results(2);
	assert_int_equal(fault_messages(), 2);
}

static void test_callback_ends(void **state)
{
	(void)state;
	fail_at = 2;
	commit_all(4);
	assert_int_equal(batch_flush(&b), -ECANCELED);
	assert_int_equal(results, 2);
	assert_int_equal(batch_flush(&b), 0);
	assert_int_equal(results, 2);
	assert_int_equal(b.unknown, 2);
}

/* Answers of another socket, and of a request before, are not these. */
static void test_strangers(void **state)
{
	const struct {
		struct nlmsghdr header;
		int error;
		struct nlmsghdr request;
	} strangers[] = {
		{{36, NLMSG_ERROR, 0, 2, FAULT_PORT + 1}, -EPERM, {0}},
		{{36, NLMSG_ERROR, 0, 0, FAULT_PORT}, -EPERM, {0}},
		{{36, NLMSG_ERROR, 0, 77, FAULT_PORT}, -EPERM, {0}},
		{{36, 0x0100, 0, 3, FAULT_PORT}, -EPERM, {0}},
	};
	(void)state;
	fault_answer(strangers, sizeof(strangers), false);
	commit_all(3);
	assert_int_equal(batch_flush(&b), 0);
	check_results(3);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(result[i].error, 0);
}

/* Data finds its message as refusals do, and comes before the outcomes. */
static void test_replies(void **state)
{
	const struct nlmsghdr answers[] = {
		{16, 0x0100, NLM_F_MULTI, s.sequence + 2, FAULT_PORT},
		{16, NLMSG_NOOP, 0, s.sequence + 2, FAULT_PORT},
		{16, 0x0100, NLM_F_MULTI, s.sequence + 3, FAULT_PORT},
		{16, 0x0100, NLM_F_MULTI, s.sequence + 4, FAULT_PORT},
	};
	(void)state;
	b.reply = take_reply;
	reply_count = 0;
	fault_refuse(1, ENOENT, "");
	fault_answer(answers, sizeof(answers), false);
	commit_all(3);
	assert_int_equal(batch_flush(&b), 0);
	check_results(3);
	assert_int_equal(reply_count, 2);
	assert_int_equal(replies[0], 2);
	assert_int_equal(replies[1], 3);
	assert_int_equal(result[0].error, ENOENT);
}

static void test_reply_ends(void **state)
{
	const struct nlmsghdr reply = {16, 0x0100, NLM_F_MULTI, s.sequence + 1, FAULT_PORT};
	(void)state;
	b.reply = take_reply;
	reply_count = 0;
	fail_at = 1;
	fault_answer(&reply, sizeof(reply), false);
	commit_all(2);
	assert_int_equal(batch_flush(&b), -ECANCELED);
	assert_int_equal(results, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(test_one_ack_a_send, setup, teardown),
		cmocka_unit_test_setup_teardown(test_refusals, setup, teardown),
		cmocka_unit_test_setup_teardown(test_many, setup, teardown),
		cmocka_unit_test_setup_teardown(test_small_buffer, setup, teardown),
		cmocka_unit_test_setup_teardown(test_tiny_buffer, setup, teardown),
		cmocka_unit_test_setup_teardown(test_small_sends, setup, teardown),
		cmocka_unit_test_setup_teardown(test_unknown_room, setup, teardown),
		cmocka_unit_test_setup_teardown(test_buffer_of_replies, setup, teardown),
		cmocka_unit_test_setup_teardown(test_before, setup, teardown),
		cmocka_unit_test_setup_teardown(test_shared_socket, setup, teardown),
		cmocka_unit_test_setup_teardown(test_full_packet, setup, teardown),
		cmocka_unit_test_setup_teardown(test_contexts, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_barrier, setup, teardown),
		cmocka_unit_test_setup_teardown(test_not_permitted, setup, teardown),
		cmocka_unit_test_setup_teardown(test_one_not_permitted, setup, teardown),
		cmocka_unit_test_setup_teardown(test_overrun, setup, teardown),
		cmocka_unit_test_setup_teardown(test_interrupted, setup, teardown),
		cmocka_unit_test_setup_teardown(test_errors_of_the_socket, setup, teardown),
		cmocka_unit_test_setup_teardown(test_after_a_failure, setup, teardown),
		cmocka_unit_test_setup_teardown(test_callback_ends, setup, teardown),
		cmocka_unit_test_setup_teardown(test_strangers, setup, teardown),
		cmocka_unit_test_setup_teardown(test_replies, setup, teardown),
		cmocka_unit_test_setup_teardown(test_reply_ends, setup, teardown),
	};
	return cmocka_run_group_tests_name("batch", tests, NULL, NULL);
}
