/* SPDX-License-Identifier: MIT */
/* Events from a kernel that says what it is told to. */
#include "ctnetlink/event_socket.h"

#include <errno.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "ctnetlink/encode.h"
#include "ctnetlink/transport.h"
#include "seams/transport_fault.h"

static struct event_socket s;
static _Alignas(struct nlmsghdr) uint8_t bytes[8192];
static size_t used;

/* Events given to the callback, and what it returns at the n-th. */
static int seen, fail_at, fail_with;
static unsigned broken;

static int count_event(const struct nlmsghdr *message, void *data)
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
	broken = 0;
	used = 0;
	return event_socket_open(&s);
}

static int teardown(void **state)
{
	(void)state;
	event_socket_close(&s);
	/* A closed one may be closed again. */
	event_socket_close(&s);
	return 0;
}

static void put_message(uint16_t type, size_t payload)
{
	struct nlmsghdr header = {
		.nlmsg_len = (uint32_t)(NLMSG_HDRLEN + payload), .nlmsg_type = type};

	memset(bytes + used, 0, NLMSG_ALIGN(header.nlmsg_len));
	memcpy(bytes + used, &header, sizeof(header));
	used += NLMSG_ALIGN((size_t)header.nlmsg_len);
}

/* What was put together comes as one datagram. Any request makes it come; this wants no ACK. */
static void send_datagram(void)
{
	_Alignas(struct nlmsghdr) uint8_t request_bytes[64];
	struct packet request;

	fault_answer(bytes, used, false);
	used = 0;
	packet_init(&request, request_bytes, sizeof(request_bytes));
	assert_int_equal(encode_flush(&request, NULL), 0);
	assert_int_equal(transport_send(s.socket.transport, request.bytes, request.used), 0);
}

static void send_events(unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		put_message(0x0100, 60);
		send_datagram();
	}
}

static int receive(void)
{
	return event_socket_receive(&s, count_event, &seen, &broken);
}

static void test_open_fails(void **state)
{
	struct event_socket other;
	(void)state;

	fault_open(-EPROTONOSUPPORT);
	assert_int_equal(event_socket_open(&other), -EPROTONOSUPPORT);
	assert_null(other.socket.transport);
	assert_null(other.bytes);
	event_socket_close(&other);
}

static void test_many(void **state)
{
	(void)state;
	send_events(EVENT_SOCKET_BATCH + 6);
	assert_int_equal(receive(), EVENT_SOCKET_BATCH);
	assert_int_equal(receive(), 6);
	assert_int_equal(seen, EVENT_SOCKET_BATCH + 6);
	assert_int_equal(receive(), -EAGAIN);
	assert_int_equal(broken, 0);
}

/* More than one message in a datagram, and messages that are no events. */
static void test_messages_of_a_datagram(void **state)
{
	(void)state;
	put_message(0x0100, 60);
	put_message(NLMSG_NOOP, 0);
	put_message(0x0100, 8);
	send_datagram();
	assert_int_equal(receive(), 1);
	assert_int_equal(seen, 2);
	assert_int_equal(broken, 0);
}

static void test_errors(void **state)
{
	(void)state;
	send_events(3);
	fault_receive(1, -EINTR);
	assert_int_equal(receive(), -EINTR);
	fault_receive(4, -ENOBUFS);
	assert_int_equal(receive(), 2); /* what came first */
	assert_int_equal(receive(), -ENOBUFS);
	assert_int_equal(receive(), 1);
	assert_int_equal(seen, 3);
}

static void test_callback_ends(void **state)
{
	(void)state;
	send_events(3);
	fail_at = 2;
	fail_with = -ECANCELED;
	assert_int_equal(receive(), -ECANCELED);
	assert_int_equal(seen, 2);
}

/* What cannot be read is counted, and the rest goes on. */
static void test_broken(void **state)
{
	(void)state;
	send_events(3);
	fault_cut(2, NLMSG_HDRLEN + 5);
	assert_int_equal(receive(), 3);
	assert_int_equal(seen, 2);
	assert_int_equal(broken, 1);

	/* Longer than a place is. */
	fault_receive(5, -EMSGSIZE);
	send_events(1);
	assert_int_equal(receive(), 2);
	assert_int_equal(seen, 3);
	assert_int_equal(broken, 2);
}

static void test_lost(void **state)
{
	uint32_t lost;
	(void)state;

	assert_true(event_socket_lost(&s, &lost));
	assert_int_equal(lost, 0);
	fault_drop(7);
	assert_true(event_socket_lost(&s, &lost));
	assert_int_equal(lost, 7);
	fault_drop(UINT32_MAX); /* the count wraps */
	assert_true(event_socket_lost(&s, &lost));
	assert_int_equal(lost, UINT32_MAX);
}

static void test_filter(void **state)
{
	struct filter filter = {.count = 0};
	(void)state;

	event_socket_filter(&s, &filter, CT_GROUP_NEW);
	assert_int_equal(fault_filter_length(), 0);
	filter_add(&filter, TERM_PROTOCOL)->number = IPPROTO_TCP;
	event_socket_filter(&s, &filter, CT_GROUP_NEW);
	assert_true(fault_filter_length() > 5);
	assert_int_equal(event_socket_mute(&s), 0);
	assert_int_equal(fault_filter_length(), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_open_fails),
		cmocka_unit_test_setup_teardown(test_many, setup, teardown),
		cmocka_unit_test_setup_teardown(test_messages_of_a_datagram, setup, teardown),
		cmocka_unit_test_setup_teardown(test_errors, setup, teardown),
		cmocka_unit_test_setup_teardown(test_callback_ends, setup, teardown),
		cmocka_unit_test_setup_teardown(test_broken, setup, teardown),
		cmocka_unit_test_setup_teardown(test_lost, setup, teardown),
		cmocka_unit_test_setup_teardown(test_filter, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
