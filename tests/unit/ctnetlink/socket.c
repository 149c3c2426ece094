/* SPDX-License-Identifier: MIT */
/* Conversations with a kernel that says what it is told to. */
#include "ctnetlink/socket.h"

#include <errno.h>
#include <limits.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "ctnetlink/encode.h"
#include "ctnetlink/transport.h"
#include "edge.h"
#include "seams/transport_fault.h"

static struct ct_socket s;
static struct ct_answer answer;
static struct packet request;
static _Alignas(struct nlmsghdr) uint8_t request_bytes[256];
static _Alignas(struct nlmsghdr) uint8_t bytes[2048];

/* Data messages given to the callback, and what it returns at the n-th. */
static int seen, fail_at, fail_with;

static int count_message(const struct nlmsghdr *message, void *data)
{
	assert_ptr_equal(data, &seen);
	assert_int_equal(message->nlmsg_type, 0x0100);
	seen++;
	return seen == fail_at ? fail_with : 0;
}

static int setup(void **state)
{
	(void)state;
	fault_reset();
	seen = fail_at = fail_with = 0;
	memset(&answer, 0xff, sizeof(answer));
	packet_init(&request, request_bytes, sizeof(request_bytes));
	return ct_open(&s);
}

static int teardown(void **state)
{
	(void)state;
	ct_close(&s);
	/* A closed one may be closed again. */
	ct_close(&s);
	return 0;
}

/* ----------------------------------------------------- what the kernel answers */

static size_t used;

static void answer_begin(void)
{
	used = 0;
}

/* Append a message with a payload; sequence and port are made to fit later. */
static void answer_message(uint16_t type, uint16_t flags, const void *payload, size_t length)
{
	struct nlmsghdr header = {.nlmsg_len = (uint32_t)(NLMSG_HDRLEN + length),
		.nlmsg_type = type,
		.nlmsg_flags = flags};
	memset(bytes + used, 0, NLMSG_ALIGN(header.nlmsg_len));
	memcpy(bytes + used, &header, sizeof(header));
	memcpy(bytes + used + NLMSG_HDRLEN, payload, length);
	used += NLMSG_ALIGN((size_t)header.nlmsg_len);
}

static void answer_entry(uint16_t flags)
{
	static const uint8_t payload[] = {2, 0, 0, 0, 8, 0, 8, 0, 0, 0, 0, 1};
	answer_message(0x0100, flags, payload, sizeof(payload));
}

static void answer_done(int code)
{
	answer_message(NLMSG_DONE, NLM_F_MULTI, &code, sizeof(code));
}

static void answer_send(void)
{
	fault_answer(bytes, used, true);
	used = 0;
}

static int dump(void)
{
	assert_int_equal(encode_dump(&request, DUMP_TABLE, NULL), 0);
	return ct_dump(&s, &request, count_message, &seen, &answer);
}

static int ask(void)
{
	assert_int_equal(encode_flush(&request, NULL), 0);
	return ct_ask(&s, &request, count_message, &seen, &answer);
}

/* Two entries in one datagram, one and the end in another. */
static void answer_three(uint16_t flags)
{
	answer_begin();
	answer_entry(NLM_F_MULTI);
	answer_entry(NLM_F_MULTI | flags);
	answer_send();
	answer_entry(NLM_F_MULTI);
	answer_done(0);
	answer_send();
}

/* ------------------------------------------------------------------- dumps */

static void test_dump(void **state)
{
	(void)state;
	answer_three(0);
	assert_int_equal(dump(), 0);
	assert_int_equal(seen, 3);
	assert_int_equal(answer.error, 0);
	assert_string_equal(answer.text, "");
	assert_false(answer.interrupted);
	assert_false(answer.filtered);
	assert_false(answer.has_offset);
	assert_int_equal(fault_acks_asked(), 0);
}

static void test_dump_again(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		answer_three(0);
		packet_init(&request, request_bytes, sizeof(request_bytes));
		assert_int_equal(dump(), 0);
	}
	assert_int_equal(seen, 9);
}

static void test_dump_flags(void **state)
{
	(void)state;
	answer_three(NLM_F_DUMP_INTR | NLM_F_DUMP_FILTERED);
	assert_int_equal(dump(), 0);
	assert_int_equal(seen, 3);
	assert_true(answer.interrupted);
	assert_true(answer.filtered);
}

/* The end mark, too, can say that the table changed. */
static void test_dump_interrupted_at_end(void **state)
{
	int code = 0;
	(void)state;
	answer_begin();
	answer_message(NLMSG_DONE, NLM_F_MULTI | NLM_F_DUMP_INTR, &code, sizeof(code));
	answer_send();
	assert_int_equal(dump(), 0);
	assert_true(answer.interrupted);
}

static void test_dump_fails_at_end(void **state)
{
	(void)state;
	answer_begin();
	answer_entry(NLM_F_MULTI);
	answer_done(-EIO);
	answer_send();
	assert_int_equal(dump(), -EIO);
	assert_int_equal(answer.error, EIO);
	assert_int_equal(seen, 1);
}

/* An end mark without its number is an end. */
static void test_dump_short_end(void **state)
{
	(void)state;
	answer_begin();
	answer_message(NLMSG_DONE, NLM_F_MULTI, "", 0);
	answer_send();
	assert_int_equal(dump(), 0);
}

static void test_dump_refused(void **state)
{
	(void)state;
	fault_refuse(1, EINVAL, "no such filter");
	assert_int_equal(dump(), -EINVAL);
	assert_int_equal(answer.error, EINVAL);
	assert_string_equal(answer.text, "no such filter");
	assert_int_equal(seen, 0);
}

/* An ACK is no end mark: no dump was started. */
static void test_dump_acknowledged(void **state)
{
	(void)state;
	fault_refuse(1, 0, "");
	assert_int_equal(dump(), -EPIPE);
}

static void test_dump_without_end(void **state)
{
	(void)state;
	answer_begin();
	answer_entry(NLM_F_MULTI);
	answer_send();
	assert_int_equal(dump(), -EPIPE);
	assert_int_equal(seen, 1);
}

/* What answers another request, or another socket, is not ours. */
static void test_strangers(void **state)
{
	static const struct nlmsghdr strangers[] = {
		{16, 0x0100, 0, 12345, FAULT_PORT},
		{16, 0x0100, 0, 1, FAULT_PORT + 1},
		{16, NLMSG_DONE, 0, 0, FAULT_PORT},
		{16, NLMSG_OVERRUN, 0, 0, 0},
	};
	(void)state;
	fault_answer(strangers, sizeof(strangers), false);
	answer_three(0);
	assert_int_equal(dump(), 0);
	assert_int_equal(seen, 3);
}

static void test_control_messages(void **state)
{
	(void)state;
	answer_begin();
	answer_message(NLMSG_NOOP, 0, "", 0);
	answer_message(NLMSG_MIN_TYPE - 1, 0, "", 0);
	answer_entry(NLM_F_MULTI);
	answer_done(0);
	answer_send();
	assert_int_equal(dump(), 0);
	assert_int_equal(seen, 1);
}

static void test_overrun_message(void **state)
{
	(void)state;
	answer_begin();
	answer_message(NLMSG_OVERRUN, 0, "", 0);
	answer_send();
	assert_int_equal(dump(), -ENOBUFS);
}

static void test_callback_ends_dump(void **state)
{
	(void)state;
	answer_three(0);
	fail_at = 2;
	fail_with = -ECANCELED;
	assert_int_equal(dump(), -ECANCELED);
	assert_int_equal(seen, 2);
}

static void test_receive_errors(void **state)
{
	static const int errors[] = {-ENOBUFS, -EMSGSIZE, -ENOMEM, -EPERM};
	(void)state;
	for (unsigned i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		setup(NULL);
		answer_three(0);
		fault_receive(2, errors[i]);
		assert_int_equal(dump(), errors[i]);
		assert_int_equal(seen, 2);
		teardown(NULL);
	}
}

static void test_send_errors(void **state)
{
	static const int errors[] = {-ENOBUFS, -EPERM, -ENOMEM, -ECONNREFUSED};
	(void)state;
	for (unsigned i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		setup(NULL);
		answer_three(0);
		fault_send(1, errors[i]);
		assert_int_equal(dump(), errors[i]);
		assert_int_equal(seen, 0);
		teardown(NULL);
	}
}

static void test_interrupted_receive(void **state)
{
	(void)state;
	answer_three(0);
	fault_receive(1, -EINTR);
	fault_receive(2, -EINTR);
	fault_receive(4, -EINTR);
	assert_int_equal(dump(), 0);
	assert_int_equal(seen, 3);
}

/* A datagram cut anywhere: no entry is made up, and no end. */
static void test_cut(void **state)
{
	const size_t entry = NLMSG_HDRLEN + 12, first = 2 * entry;
	(void)state;
	for (size_t length = 0; length < first; length++) {
		setup(NULL);
		answer_three(0);
		fault_cut(1, length);
		int result = dump();
		if (length % entry != 0)
			assert_int_equal(result, -EPROTO);
		else
			assert_int_equal(result, length == 0 ? -EPIPE : 0);
		assert_int_equal(seen, (int)(length / entry) + (result == 0));
		teardown(NULL);
	}
}

/* A message length that leads nowhere. */
static void test_false_lengths(void **state)
{
	static const uint32_t lies[] = {0, 1, 15, 29, 0x7fffffff, 0xffffffff};
	(void)state;
	for (unsigned i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		setup(NULL);
		answer_begin();
		answer_entry(0);
		memcpy(bytes, &lies[i], sizeof(lies[i]));
		fault_answer(bytes, used, false);
		assert_int_equal(dump(), -EPROTO);
		assert_int_equal(seen, 0);
		teardown(NULL);
	}
}

/* -------------------------------------------------------------------- asking */

static void test_ask(void **state)
{
	(void)state;
	assert_int_equal(ask(), 0);
	assert_int_equal(fault_acks_asked(), 1);
	assert_int_equal(seen, 0);
}

/* Data carries NLM_F_MULTI here too, and no end mark follows: the ACK ends it. */
static void test_ask_with_data(void **state)
{
	(void)state;
	answer_begin();
	answer_entry(NLM_F_MULTI);
	answer_send();
	assert_int_equal(ask(), 0);
	assert_int_equal(seen, 1);
}

static void test_ask_without_callback(void **state)
{
	(void)state;
	answer_begin();
	answer_entry(NLM_F_MULTI);
	answer_send();
	assert_int_equal(encode_flush(&request, NULL), 0);
	assert_int_equal(ct_ask(&s, &request, NULL, NULL, &answer), 0);
}

static void test_ask_refused(void **state)
{
	(void)state;
	fault_refuse(1, ENOENT, "");
	assert_int_equal(ask(), -ENOENT);
	assert_int_equal(answer.error, ENOENT);
	assert_string_equal(answer.text, "");
	/* The socket is as good as before. */
	packet_init(&request, request_bytes, sizeof(request_bytes));
	assert_int_equal(ask(), 0);
	assert_int_equal(answer.error, 0);
}

static void test_ask_unanswered(void **state)
{
	(void)state;
	fault_swallow(1);
	assert_int_equal(ask(), -EPIPE);
}

/* ------------------------------------------------------------ opening, events */

static void test_open_fails(void **state)
{
	struct ct_socket other;
	(void)state;
	fault_open(-EPROTONOSUPPORT);
	assert_int_equal(ct_open(&other), -EPROTONOSUPPORT);
	assert_null(other.transport);
	assert_null(other.buffer);
	ct_close(&other);
}

static void test_subscribe(void **state)
{
	const unsigned groups = 1u << (NFNLGRP_CONNTRACK_NEW - 1) |
				1u << (NFNLGRP_CONNTRACK_DESTROY - 1) | 1u << 31;
	(void)state;
	assert_int_equal(ct_subscribe(&s, groups), 0);
	assert_int_equal(fault_groups(), groups);
}

/* ------------------------------------------------------------ the kernel's words */

/* An NLMSG_ERROR for a request of `request_length` bytes, its attributes behind it. */
static size_t build_error(int code, uint16_t flags, size_t request_length, size_t attributes)
{
	struct nlmsgerr error = {.error = code, .msg = {.nlmsg_len = (uint32_t)request_length}};
	size_t echoed = flags & NLM_F_CAPPED ? 0 : request_length - NLMSG_HDRLEN;
	uint8_t payload[512] = {0};
	memcpy(payload, &error, sizeof(error));
	answer_begin();
	answer_message(
		NLMSG_ERROR, flags, payload, sizeof(error) + NLMSG_ALIGN(echoed) + attributes);
	return NLMSG_HDRLEN + sizeof(error) + NLMSG_ALIGN(echoed);
}

static size_t put_attribute(size_t at, uint16_t type, const void *payload, size_t length)
{
	struct nlattr a = {.nla_type = type, .nla_len = (uint16_t)(NLA_HDRLEN + length)};
	memcpy(bytes + at, &a, sizeof(a));
	memcpy(bytes + at + NLA_HDRLEN, payload, length);
	return at + NLA_ALIGN(NLA_HDRLEN + length);
}

static int read_error(size_t length)
{
	answer = (struct ct_answer){0};
	return ct_read_error(at_edge(bytes, length), length, &answer);
}

static void test_words(void **state)
{
	uint32_t offset = 20;
	(void)state;
	for (unsigned capped = 0; capped < 2; capped++) {
		uint16_t flags = NLM_F_ACK_TLVS | (capped ? NLM_F_CAPPED : 0);
		size_t at = build_error(-EINVAL, flags, 29, 28);
		at = put_attribute(at, 1, "bad attribute", 14);
		put_attribute(at, 2, &offset, sizeof(offset));
		assert_int_equal(read_error(used), 0);
		assert_int_equal(answer.error, EINVAL);
		assert_string_equal(answer.text, "bad attribute");
		assert_true(answer.has_offset);
		assert_int_equal(answer.offset, 20);
	}
}

static void test_words_without_end(void **state)
{
	char much[300];
	(void)state;
	memset(much, 'x', sizeof(much));
	size_t at = build_error(-EINVAL, NLM_F_ACK_TLVS | NLM_F_CAPPED, 16, 304);
	put_attribute(at, 1, much, sizeof(much));
	assert_int_equal(read_error(used), 0);
	assert_int_equal(strlen(answer.text), sizeof(answer.text) - 1);
	at = build_error(-EINVAL, NLM_F_ACK_TLVS | NLM_F_CAPPED, 16, 8);
	put_attribute(at, 1, "four", 4);
	assert_int_equal(read_error(used), 0);
	assert_string_equal(answer.text, "four");
}

/* Without the flag what follows is the request, not attributes. */
static void test_no_words(void **state)
{
	(void)state;
	size_t at = build_error(-EPERM, NLM_F_CAPPED, 16, 12);
	put_attribute(at, 1, "nothing", 8);
	assert_int_equal(read_error(used), 0);
	assert_int_equal(answer.error, EPERM);
	assert_string_equal(answer.text, "");
}

static void test_short_offset(void **state)
{
	(void)state;
	size_t at = build_error(-EPERM, NLM_F_ACK_TLVS | NLM_F_CAPPED, 16, 8);
	put_attribute(at, 2, "\1\2", 2);
	assert_int_equal(read_error(used), 0);
	assert_false(answer.has_offset);
}

/* A request longer than the message claims its place: there are no attributes. */
static void test_false_echo(void **state)
{
	static const uint32_t lies[] = {0, 15, 17, 400, 0x7fffffff, 0xfffffffd, 0xffffffff};
	(void)state;
	for (unsigned i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		build_error(-EPERM, NLM_F_ACK_TLVS, 20, 12);
		memcpy(bytes + NLMSG_HDRLEN + sizeof(int), &lies[i], sizeof(lies[i]));
		assert_int_equal(read_error(used), 0);
		assert_int_equal(answer.error, EPERM);
	}
}

static void test_error_of_any_length(void **state)
{
	(void)state;
	size_t at = build_error(-EINVAL, NLM_F_ACK_TLVS | NLM_F_CAPPED, 16, 16);
	put_attribute(at, 1, "some words", 11);
	for (size_t length = NLMSG_HDRLEN; length <= used; length++) {
		int result = read_error(length);
		assert_int_equal(result, length < at ? -EBADMSG : 0);
		if (length < at + NLA_HDRLEN + 11)
			assert_string_equal(answer.text, "");
		else
			assert_string_equal(answer.text, "some words");
	}
	/* nlmsg_len says less than there is. */
	struct nlmsghdr *message = at_edge(bytes, used);
	message->nlmsg_len = NLMSG_HDRLEN;
	assert_int_equal(ct_read_error(message, used, &answer), -EBADMSG);
}

/* No error number of the kernel: something is wrong, whatever it is. */
static void test_strange_codes(void **state)
{
	static const int codes[] = {1, INT_MAX, INT_MIN, -4096};
	(void)state;
	for (unsigned i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		build_error(codes[i], NLM_F_CAPPED, 16, 0);
		assert_int_equal(read_error(used), 0);
		assert_int_equal(answer.error, EPROTO);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_dump, setup, teardown),
		cmocka_unit_test_setup_teardown(test_dump_again, setup, teardown),
		cmocka_unit_test_setup_teardown(test_dump_flags, setup, teardown),
		cmocka_unit_test_setup_teardown(test_dump_interrupted_at_end, setup, teardown),
		cmocka_unit_test_setup_teardown(test_dump_fails_at_end, setup, teardown),
		cmocka_unit_test_setup_teardown(test_dump_short_end, setup, teardown),
		cmocka_unit_test_setup_teardown(test_dump_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(test_dump_acknowledged, setup, teardown),
		cmocka_unit_test_setup_teardown(test_dump_without_end, setup, teardown),
		cmocka_unit_test_setup_teardown(test_strangers, setup, teardown),
		cmocka_unit_test_setup_teardown(test_control_messages, setup, teardown),
		cmocka_unit_test_setup_teardown(test_overrun_message, setup, teardown),
		cmocka_unit_test_setup_teardown(test_callback_ends_dump, setup, teardown),
		cmocka_unit_test(test_receive_errors),
		cmocka_unit_test(test_send_errors),
		cmocka_unit_test_setup_teardown(test_interrupted_receive, setup, teardown),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_false_lengths),
		cmocka_unit_test_setup_teardown(test_ask, setup, teardown),
		cmocka_unit_test_setup_teardown(test_ask_with_data, setup, teardown),
		cmocka_unit_test_setup_teardown(test_ask_without_callback, setup, teardown),
		cmocka_unit_test_setup_teardown(test_ask_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(test_ask_unanswered, setup, teardown),
		cmocka_unit_test_setup_teardown(test_open_fails, setup, teardown),
		cmocka_unit_test_setup_teardown(test_subscribe, setup, teardown),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_words_without_end),
		cmocka_unit_test(test_no_words),
		cmocka_unit_test(test_short_offset),
		cmocka_unit_test(test_false_echo),
		cmocka_unit_test(test_error_of_any_length),
		cmocka_unit_test(test_strange_codes),
	};
	return cmocka_run_group_tests_name("socket", tests, open_edge, NULL);
}
