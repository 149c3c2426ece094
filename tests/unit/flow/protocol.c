/* SPDX-License-Identifier: MIT */
#include "flow/protocol.h"

#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "flow/filter.h"

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

static void every_number(void **state)
{
	size_t known = 0;

	(void)state;
	for (unsigned number = 0; number < 256; number++) {
		const struct protocol *p = protocol_by_number((uint8_t)number);

		if (p == NULL) {
			assert_string_equal(protocol_name((uint8_t)number), "unknown");
			continue;
		}
		known++;
		assert_int_equal(p->number, number);
		assert_ptr_equal(protocol_by_name(p->name), p);
		assert_string_equal(protocol_name((uint8_t)number), p->name);
	}
	assert_int_equal(known, protocol_count);
}

static void names_and_numbers(void **state)
{
	static const struct {
		const char *name;
		uint8_t number;
	} rows[] = {{"tcp", 6}, {"udp", 17}, {"udplite", 136}, {"sctp", 132}, {"dccp", 33},
		{"icmp", 1}, {"icmpv6", 58}, {"gre", 47}, {"TCP", 6}, {"IcmpV6", 58}};
	static const char *const unknown[] = {"", "tc", "tcpx", "esp", "6", "ipv6-icmp"};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		assert_int_equal(protocol_by_name(rows[i].name)->number, rows[i].number);
	for (size_t i = 0; i < COUNT(unknown); i++)
		assert_null(protocol_by_name(unknown[i]));
}

static bool is_state_protocol(uint8_t number)
{
	for (unsigned i = 0; i < STATE_PROTOCOLS; i++) {
		if (state_protocols[i] == number)
			return true;
	}
	return false;
}

/* What the decoder, the encoder, the options and the filters rely on. */
static void rows_are_whole(void **state)
{
	(void)state;
	for (size_t i = 0; i < protocol_count; i++) {
		const struct protocol *p = &protocols[i];

		assert_in_range(p->part_count, 2, TUPLE_PART_COUNT);
		assert_int_equal(p->needed >> p->part_count, 0);
		assert_int_equal(p->states != NULL, p->state_count > 0);
		assert_int_equal(is_state_protocol(p->number), p->state_count > 0);
		assert_true(p->state_count <= 16); /* of a term: a bit a state */
		for (unsigned j = 0; j < p->part_count; j++) {
			const struct protocol_part *part = &p->part[j];

			assert_true(part->key != NULL && part->json != NULL && part->help != NULL);
			assert_true(part->attribute != 0);
			assert_true(part->bytes == 1 || part->bytes == 2);
			assert_non_null(part->option[PART_ORIGINAL]);
			/* All four places, or the original tuple alone. */
			assert_int_equal(part->option[PART_REPLY] != NULL, p->pairs);
			assert_int_equal(part->option[PART_MASK] != NULL, p->pairs);
			assert_int_equal(part->option[PART_TUPLE] != NULL, p->pairs);
			assert_int_equal(part->alias != NULL, p->pairs);
		}
	}
}

static void part_order_is_text_order(void **state)
{
	static const struct {
		uint8_t number;
		const char *keys[TUPLE_PART_COUNT];
		const char *options[TUPLE_PART_COUNT];
		const char *aliases[2];
	} rows[] = {
		{IPPROTO_TCP, {"sport", "dport"}, {"sport", "dport"},
			{"orig-port-src", "orig-port-dst"}},
		{IPPROTO_GRE, {"srckey", "dstkey"}, {"srckey", "dstkey"},
			{"orig-key-src", "orig-key-dst"}},
		{IPPROTO_ICMP, {"type", "code", "id"}, {"icmp-type", "icmp-code", "icmp-id"},
			{NULL}},
		{IPPROTO_ICMPV6, {"type", "code", "id"},
			{"icmpv6-type", "icmpv6-code", "icmpv6-id"}, {NULL}},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct protocol *p = protocol_by_number(rows[i].number);

		for (unsigned j = 0; j < p->part_count; j++) {
			assert_string_equal(p->part[j].key, rows[i].keys[j]);
			assert_string_equal(p->part[j].option[PART_ORIGINAL], rows[i].options[j]);
			if (p->pairs)
				assert_string_equal(p->part[j].alias, rows[i].aliases[j]);
		}
	}
}

static void states(void **state)
{
	static const struct {
		uint8_t protocol;
		const char *name;
		int number;
	} rows[] = {
		{IPPROTO_TCP, "NONE", 0},
		{IPPROTO_TCP, "ESTABLISHED", 3},
		{IPPROTO_TCP, "SYN_SENT2", 9},
		{IPPROTO_TCP, "LISTEN", 9},
		{IPPROTO_TCP, "established", -1},
		{IPPROTO_TCP, "ESTABLISHED ", -1},
		{IPPROTO_TCP, "", -1},
		{IPPROTO_TCP, "COOKIE_WAIT", -1},
		{IPPROTO_SCTP, "ESTABLISHED", 4},
		{IPPROTO_SCTP, "HEARTBEAT_SENT", 8},
		{IPPROTO_SCTP, "HEARTBEAT_ACKED", 9},
		{IPPROTO_SCTP, "LISTEN", -1},
		{IPPROTO_SCTP, "BAD", -1},
		{IPPROTO_DCCP, "OPEN", 4},
		{IPPROTO_DCCP, "INVALID", 9},
		{IPPROTO_UDP, "NONE", -1},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct protocol *p = protocol_by_number(rows[i].protocol);

		assert_int_equal(protocol_state_by_name(p, rows[i].name), rows[i].number);
	}
}

static void state_names_return(void **state)
{
	(void)state;
	for (size_t i = 0; i < protocol_count; i++) {
		const struct protocol *p = &protocols[i];

		for (unsigned number = 0; number < 256; number++) {
			const char *name = protocol_state_name(p, (uint8_t)number);

			assert_int_equal(name != NULL, number < p->state_count);
			if (name != NULL)
				assert_int_equal(protocol_state_by_name(p, name), number);
		}
	}
	assert_null(protocol_state_name(NULL, 0));
}

static void icmp_answers(void **state)
{
	static const uint8_t pairs[][3] = {{IPPROTO_ICMP, 8, 0}, {IPPROTO_ICMP, 13, 14},
		{IPPROTO_ICMP, 15, 16}, {IPPROTO_ICMP, 17, 18}, {IPPROTO_ICMPV6, 128, 129},
		{IPPROTO_ICMPV6, 139, 140}};
	static const uint8_t without[][2] = {{IPPROTO_ICMP, 3}, {IPPROTO_ICMP, 128},
		{IPPROTO_ICMPV6, 8}, {IPPROTO_ICMPV6, 0}, {IPPROTO_ICMPV6, 135},
		{IPPROTO_ICMP, 255}};

	(void)state;
	for (size_t i = 0; i < COUNT(pairs); i++) {
		assert_int_equal(protocol_icmp_answer(pairs[i][0], pairs[i][1]), pairs[i][2]);
		assert_int_equal(protocol_icmp_answer(pairs[i][0], pairs[i][2]), pairs[i][1]);
	}
	for (size_t i = 0; i < COUNT(without); i++)
		assert_int_equal(protocol_icmp_answer(without[i][0], without[i][1]), without[i][1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_number),
		cmocka_unit_test(names_and_numbers),
		cmocka_unit_test(rows_are_whole),
		cmocka_unit_test(part_order_is_text_order),
		cmocka_unit_test(states),
		cmocka_unit_test(state_names_return),
		cmocka_unit_test(icmp_answers),
	};

	return cmocka_run_group_tests_name("protocol", tests, NULL, NULL);
}
