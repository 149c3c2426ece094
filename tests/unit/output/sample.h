/* SPDX-License-Identifier: MIT */
/*
 * What the tests of the output room share: flows made by hand, and a page that
 * catches what a format writes.
 */
#ifndef TESTS_OUTPUT_SAMPLE_H
#define TESTS_OUTPUT_SAMPLE_H

#include <arpa/inet.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/writer.h"
#include "output/output.h"

/* 2025-11-24 22:07:23 UTC, a Monday. */
#define SAMPLE_SECOND      1764022043
#define SAMPLE_NANOSECONDS (UINT64_C(1764022043) * 1000000000)

/* The character at text, and how many bytes it takes; 0 where none is in UTF-8. */
static inline int read_utf8(uint32_t *character, const char *text)
{
	static const uint32_t smallest[] = {0, 1, 0x80, 0x800, 0x10000};
	const uint8_t *bytes = (const uint8_t *)text;
	int length = bytes[0] < 0x80    ? 1
		     : bytes[0] < 0xc0  ? 0
		     : bytes[0] < 0xe0  ? 2
		     : bytes[0] < 0xf0  ? 3
		     : bytes[0] <= 0xf4 ? 4
					: 0;
	uint32_t value = length < 2 ? bytes[0] : bytes[0] & (0x7fu >> length);

	for (int i = 1; i < length; i++) {
		if ((bytes[i] & 0xc0) != 0x80)
			return 0;
		value = value << 6 | (bytes[i] & 0x3fu);
	}
	*character = value;
	if (value < smallest[length] || value > 0x10ffff || (value >= 0xd800 && value < 0xe000))
		return 0;
	return length;
}

/* An output into memory; text is what was written up to the last page_text(). */
struct page {
	struct output output;
	struct writer writer;
	char block[WRITER_RESERVE_MAX + 1];
	int fd;
	char *text;
	size_t length;
};

static inline void page_open(struct page *page, const struct output_format *format)
{
	memset(page, 0, sizeof(*page));
	page->fd = memfd_create("page", MFD_CLOEXEC);
	assert_true(page->fd >= 0);
	writer_open(&page->writer, page->fd, page->block, sizeof(page->block));
	page->output.format = format;
	page->output.writer = &page->writer;
	page->output.now = SAMPLE_SECOND + 9;
	page->output.moment = (SAMPLE_SECOND + 9) * NANOSECONDS;
}

/* All that was written so far, NUL terminated. */
static inline const char *page_text(struct page *page)
{
	assert_int_equal(writer_flush(&page->writer), 0);
	page->length = (size_t)lseek(page->fd, 0, SEEK_END);
	free(page->text);
	page->text = calloc(1, page->length + 1);
	assert_non_null(page->text);
	assert_int_equal(pread(page->fd, page->text, page->length, 0), page->length);
	return page->text;
}

static inline void page_close(struct page *page)
{
	free(page->text);
	close(page->fd);
}

/* The bytes of one flow alone, without head and foot. */
static inline void check_flow_with(const struct output *how, const struct flow *flow,
	const struct event *event, const char *expected)
{
	struct page page;

	page_open(&page, how->format);
	page.output.flags = how->flags;
	page.output.subject = how->subject;
	page.output.labels = how->labels;
	page.output.format->flow(&page.output, flow, event);
	assert_string_equal(page_text(&page), expected);
	page_close(&page);
}

static inline struct tuple make_tuple(uint8_t protocol, const char *source, const char *destination,
	unsigned parts, const uint16_t part[])
{
	struct tuple tuple = {
		.family = strchr(source, ':') ? AF_INET6 : AF_INET,
		.protocol = protocol,
		.present = TUPLE_ADDRESSES | TUPLE_PROTOCOL,
	};

	assert_int_equal(inet_pton(tuple.family, source, tuple.source.bytes), 1);
	assert_int_equal(inet_pton(tuple.family, destination, tuple.destination.bytes), 1);
	for (unsigned i = 0; i < parts; i++) {
		tuple.part[i] = part[i];
		tuple.present |= TUPLE_PART << i;
	}
	return tuple;
}

/* A flow of a protocol with ports (or keys), not translated. */
static inline struct flow make_flow(uint8_t protocol, const char *source, const char *destination,
	uint16_t source_port, uint16_t destination_port)
{
	struct flow flow = {.present = FLOW_STATUS | FLOW_TIMEOUT | FLOW_ID};

	flow.tuple[ORIGINAL] = make_tuple(protocol, source, destination, 2,
		(const uint16_t[]){source_port, destination_port});
	flow.tuple[REPLY] = make_tuple(protocol, destination, source, 2,
		(const uint16_t[]){destination_port, source_port});
	flow.status = IPS_CONFIRMED;
	flow.timeout = 99;
	flow.id = 728964595;
	return flow;
}

/* As a list shows it: with mark and reference count. */
static inline void make_listed(struct flow *flow)
{
	flow->present |= FLOW_MARK | FLOW_USE;
	flow->mark = 0;
	flow->use = 1;
}

static inline struct flow make_tcp(void)
{
	struct flow flow = make_flow(IPPROTO_TCP, "192.0.2.1", "198.51.100.1", 1000, 80);

	make_listed(&flow);
	flow.present |= FLOW_STATE;
	flow.state = 3; /* ESTABLISHED */
	flow.status = IPS_SEEN_REPLY | IPS_ASSURED | IPS_CONFIRMED;
	return flow;
}

static inline struct flow make_udp(void)
{
	struct flow flow = make_flow(IPPROTO_UDP, "192.0.2.3", "198.51.100.2", 1000, 53);

	make_listed(&flow);
	return flow;
}

static inline struct flow make_icmp(void)
{
	struct flow flow = {.present = FLOW_STATUS | FLOW_TIMEOUT | FLOW_ID};

	flow.tuple[ORIGINAL] = make_tuple(
		IPPROTO_ICMP, "192.0.2.200", "198.51.100.2", 3, (const uint16_t[]){8, 0, 7});
	flow.tuple[REPLY] = make_tuple(
		IPPROTO_ICMP, "198.51.100.2", "192.0.2.200", 3, (const uint16_t[]){0, 0, 7});
	flow.status = IPS_CONFIRMED;
	flow.timeout = 99;
	flow.id = 5;
	make_listed(&flow);
	return flow;
}

static inline struct flow make_icmpv6(void)
{
	struct flow flow = make_icmp();

	flow.tuple[ORIGINAL] = make_tuple(
		IPPROTO_ICMPV6, "2001:db8::1", "2001:db8::2", 3, (const uint16_t[]){128, 0, 5});
	flow.tuple[REPLY] = make_tuple(
		IPPROTO_ICMPV6, "2001:db8::2", "2001:db8::1", 3, (const uint16_t[]){129, 0, 5});
	return flow;
}

/* An entry of a protocol that has no row. */
static inline struct flow make_unknown(void)
{
	struct flow flow = make_flow(89, "192.0.2.7", "198.51.100.2", 0, 0);

	flow.tuple[ORIGINAL].present &= (uint8_t)~TUPLE_PARTS;
	flow.tuple[REPLY].present &= (uint8_t)~TUPLE_PARTS;
	make_listed(&flow);
	return flow;
}

static inline struct flow make_sctp(uint8_t state)
{
	struct flow flow = make_flow(IPPROTO_SCTP, "192.0.2.1", "198.51.100.1", 1, 2);

	make_listed(&flow);
	flow.present |= FLOW_STATE | FLOW_VTAG << ORIGINAL | FLOW_VTAG << REPLY;
	flow.state = state;
	flow.vtag[ORIGINAL] = 1;
	flow.vtag[REPLY] = 4294967295;
	return flow;
}

static inline struct flow make_dccp(void)
{
	struct flow flow = make_flow(IPPROTO_DCCP, "192.0.2.13", "198.51.100.20", 4003, 56);

	make_listed(&flow);
	flow.present |= FLOW_STATE | FLOW_ROLE | FLOW_HANDSHAKE;
	flow.state = 4; /* OPEN */
	flow.role = 0;
	flow.handshake_sequence = 281474976710655;
	return flow;
}

static inline void set_slice(struct slice *slice, const void *bytes, size_t length)
{
	slice->bytes = bytes;
	slice->length = (uint16_t)length;
}

static inline void set_counters(struct flow *flow)
{
	flow->present |= FLOW_COUNTERS << ORIGINAL | FLOW_COUNTERS << REPLY;
	flow->counters[ORIGINAL] = (struct counters){2, 156};
	flow->counters[REPLY] = (struct counters){UINT64_MAX, UINT64_MAX};
}

static inline void set_tuple_zone(struct tuple *tuple, uint16_t zone)
{
	tuple->present |= TUPLE_ZONE;
	tuple->zone = zone;
}

/* Names of bits 0, 1, 2 and 40 in connlabel.conf. */
static inline void make_label_map(struct label_map *map)
{
	memset(map, 0, sizeof(*map));
	map->name[0] = "zero";
	map->name[1] = "one";
	map->name[2] = "two words";
	map->name[40] = "forty";
}

static inline void set_label(struct flow *flow, unsigned bit)
{
	flow->present |= FLOW_LABELS;
	label_set(flow->labels, bit);
}

/* What the FTP helper expects; the reference's cases have the same one. */
static inline struct expectation make_expectation(void)
{
	struct expectation e = {
		.present = EXPECTATION_TUPLE | EXPECTATION_MASK | EXPECTATION_MASTER |
			   EXPECTATION_TIMEOUT | EXPECTATION_ID | EXPECTATION_FLAGS |
			   EXPECTATION_CLASS | EXPECTATION_HELPER,
		.timeout = 299,
		.id = 7,
		.helper = "ftp",
	};

	e.tuple = make_tuple(IPPROTO_TCP, "192.0.2.7", "192.0.2.8", 2, (const uint16_t[]){0, 5000});
	e.mask = make_tuple(
		IPPROTO_TCP, "255.255.255.255", "255.255.255.255", 2, (const uint16_t[]){0, 65535});
	e.master =
		make_tuple(IPPROTO_TCP, "127.0.0.1", "127.0.0.1", 2, (const uint16_t[]){1024, 21});
	return e;
}

/* Text that every format must survive: quotes, marks, controls, UTF-8, broken UTF-8. */
#define HOSTILE                                                                                    \
	"a\"b\\c<d>&'\n\t\r\x01\x1b\x7f\xc2\x9b\xc3\xa9\xff\xed\xa0\x80\xf0\x9f\x98\x80\xe2\x82"
#define HOSTILE_LENGTH (sizeof(HOSTILE) - 1)

#endif
