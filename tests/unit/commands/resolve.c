/* SPDX-License-Identifier: MIT */
/*
 * --resolve, with a name service that answers as it is told: each address is
 * asked for once, so many at the most, and none is waited for without end.
 */
#include "commands/resolve.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

/* As in commands/resolve.c. */
#define HOSTS 4096

/* ------------------------------------------------ in place of the system's */

static atomic_uint asked;
static atomic_bool numbers_wanted; /* names were not asked for alone */
static unsigned services_asked;

/* 10.0.0.0/8 has names, 10.9.0.0/16 bad ones, 172.0.0.0/8 never answers, others have none. */
int getnameinfo(const struct sockaddr *address, socklen_t length, char *host, socklen_t size,
	char *service, socklen_t service_size, int flags)
{
	uint32_t ipv4 = ntohl(((const struct sockaddr_in *)address)->sin_addr.s_addr);

	(void)length;
	(void)service;
	(void)service_size;
	atomic_fetch_add(&asked, 1);
	if (!(flags & NI_NAMEREQD))
		atomic_store(&numbers_wanted, true);
	if (address->sa_family == AF_INET6) {
		snprintf(host, size, "six.example");
		return 0;
	}
	if (ipv4 >> 24 == 172)
		pause();
	if (ipv4 >> 24 != 10)
		return EAI_NONAME;
	snprintf(host, size, ipv4 >> 16 == 0x0a09 ? "bad\x1b[31m.example" : "host-%u.example",
		ipv4 & 0xffff);
	return 0;
}

struct servent *getservbyport(int port, const char *protocol)
{
	static struct servent found;
	static char domain[] = "domain";

	services_asked++;
	found.s_name = domain;
	return ntohs((uint16_t)port) == 53 && (protocol == NULL || strcmp(protocol, "udp") == 0)
		       ? &found
		       : NULL;
}

/* --------------------------------------------------------------- addresses */

static union address address_of(uint8_t first, uint32_t rest)
{
	return (union address){
		.bytes = {first, (uint8_t)(rest >> 16), (uint8_t)(rest >> 8), (uint8_t)rest}};
}

static const char *name_of(struct names *names, uint8_t first, uint32_t rest)
{
	union address address = address_of(first, rest);

	return names->address(names, AF_INET, &address);
}

static void want(struct names *names, uint8_t first, uint32_t rest)
{
	union address address = address_of(first, rest);

	names->want(names, AF_INET, &address);
}

static long milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static struct names *start(void)
{
	struct names *names = resolve_start();

	assert_non_null(names);
	atomic_store(&asked, 0);
	services_asked = 0;
	return names;
}

static void test_found(void **state)
{
	struct names *names = start();
	const union address six = {.bytes = {0x20, 0x01, [15] = 1}};

	(void)state;
	want(names, 10, 7);
	want(names, 10, 8);
	want(names, 192, 1);
	names->want(names, AF_INET6, &six);
	names->wait(names);
	assert_string_equal(name_of(names, 10, 7), "host-7.example");
	assert_string_equal(name_of(names, 10, 8), "host-8.example");
	assert_string_equal(names->address(names, AF_INET6, &six), "six.example");
	assert_null(name_of(names, 192, 1));
	/* Nobody asked for this one. */
	assert_null(name_of(names, 10, 9));
	assert_false(atomic_load(&numbers_wanted));
}

/* Who owns an address may call it as he likes; a terminal does not hear of it. */
static void test_bad_name(void **state)
{
	struct names *names = start();

	(void)state;
	want(names, 10, 9 << 16);
	names->wait(names);
	assert_null(name_of(names, 10, 9 << 16));
}

static void test_once(void **state)
{
	struct names *names = start();

	(void)state;
	for (int i = 0; i < 100; i++) {
		want(names, 10, 1);
		want(names, 192, 1);
		names->wait(names);
	}
	assert_int_equal(atomic_load(&asked), 2);
}

/* The cache is bounded: what does not fit is not asked for, and stays a number. */
static void test_bound(void **state)
{
	struct names *names = start();
	unsigned found = 0;

	(void)state;
	for (uint32_t i = 0; i < 3 * HOSTS; i++)
		want(names, 10, i);
	names->wait(names);
	for (uint32_t i = 0; i < 3 * HOSTS; i++)
		found += name_of(names, 10, i) != NULL;
	assert_int_equal(found, HOSTS);
	assert_int_equal(atomic_load(&asked), HOSTS);
	assert_string_equal(name_of(names, 10, HOSTS - 1), "host-4095.example");
	assert_null(name_of(names, 10, HOSTS));
}

/* Two seconds at a time, five in all, and then not at all; what is known is there. */
static void test_time(void **state)
{
	static const long limits[][2] = {{1900, 2900}, {1900, 2900}, {500, 1900}, {0, 200}};
	struct names *names = start();

	(void)state;
	want(names, 10, 1);
	want(names, 172, 1);
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++) {
		long begin = milliseconds();

		names->wait(names);
		assert_in_range(milliseconds() - begin, limits[i][0], limits[i][1]);
		assert_string_equal(name_of(names, 10, 1), "host-1.example");
		assert_null(name_of(names, 172, 1));
	}
}

/* ------------------------------------------------------------------- ports */

static void test_ports(void **state)
{
	struct names *names = start();

	(void)state;
	for (int i = 0; i < 10; i++) {
		assert_string_equal(names->port(names, IPPROTO_UDP, 53), "domain");
		assert_null(names->port(names, IPPROTO_TCP, 53));
		assert_null(names->port(names, IPPROTO_UDP, 54));
		assert_string_equal(names->port(names, 0, 53), "domain");
	}
	/* Each is looked up once: the list of services is a file. */
	assert_int_equal(services_asked, 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_found),
		cmocka_unit_test(test_bad_name),
		cmocka_unit_test(test_once),
		cmocka_unit_test(test_bound),
		cmocka_unit_test(test_time),
		cmocka_unit_test(test_ports),
	};

	return cmocka_run_group_tests_name("resolve", tests, NULL, NULL);
}
