/* SPDX-License-Identifier: MIT */
/* What the random conditions and flows of expression_random.c are made of. */
#ifndef EXPRESSION_VOCABULARY_H
#define EXPRESSION_VOCABULARY_H

struct spec {
	const char *text;
	uint8_t family;
	uint8_t first[16];
	uint8_t last[16];
};

#define V6(...)                                                                                    \
	{                                                                                          \
		0x20, 0x01, 0x0d, 0xb8, __VA_ARGS__                                                \
	}
#define ONES 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff

static const struct spec specs[] = {
	{"10.0.0.1", AF_INET, {10, 0, 0, 1}, {10, 0, 0, 1}},
	{"10.0.0.2/32", AF_INET, {10, 0, 0, 2}, {10, 0, 0, 2}},
	{"10.0.0.0/24", AF_INET, {10, 0, 0, 0}, {10, 0, 0, 255}},
	{"10.0.0.77/8", AF_INET, {10, 0, 0, 0}, {10, 255, 255, 255}},
	{"0.0.0.0/0", AF_INET, {0}, {255, 255, 255, 255}},
	{"10.0.0.2-10.0.1.1", AF_INET, {10, 0, 0, 2}, {10, 0, 1, 1}},
	{"2001:db8::1", AF_INET6, V6([15] = 1), V6([15] = 1)},
	{"2001:db8::/64", AF_INET6, V6(0), V6(0, 0, 0, 0, ONES)},
	{"2001:db8::1-2001:db8::2", AF_INET6, V6([15] = 1), V6([15] = 2)},
	{"::/0", AF_INET6, {0}, {ONES, ONES}},
};

static const uint8_t hosts4[][16] = {{10, 0, 0, 1}, {10, 0, 0, 2}, {10, 0, 1, 1}, {192, 0, 2, 1}};
static const uint8_t hosts6[][16] = {V6([15] = 1), V6([15] = 2), V6([7] = 1, [15] = 1), {[15] = 1}};

static const uint8_t protocols_used[] = {
	IPPROTO_TCP, IPPROTO_UDP, IPPROTO_ICMP, IPPROTO_SCTP, IPPROTO_GRE, 99};

static const struct {
	const char *name;
	int tcp, sctp, dccp; /* -1: no such state */
} states_used[] = {
	{"ESTABLISHED", 3, 4, -1},
	{"SYN_SENT", 1, -1, -1},
	{"CLOSED", -1, 1, -1},
	{"NONE", 0, 0, 0},
	{"CLOSE", 8, -1, -1},
};

static const struct {
	const char *name;
	uint32_t bit;
	bool set;
} flags_used[] = {
	{"assured", 1u << 2, true},
	{"unreplied", 1u << 1, false},
	{"replied", 1u << 1, true},
	{"status SEEN_REPLY", 1u << 1, true},
	{"expected", 1u << 0, true},
	{"offload", 1u << 14, true},
};

static const char *const helpers_used[] = {"ftp", "sip"};

enum number {
	SPORT,
	DPORT,
	PORT,
	MARK,
	ZONE,
	ID,
	TIMEOUT,
	AGE,
	PACKETS,
	BYTES,
	ICMP_TYPE,
	USE,
	NUMBERS,
};

static const struct {
	const char *name;
	bool directed;
	uint64_t maximum;
} numbers[NUMBERS] = {
	[SPORT] = {"sport", true, 65535},
	[DPORT] = {"dport", true, 65535},
	[PORT] = {"port", true, 65535},
	[MARK] = {"mark", false, UINT32_MAX},
	[ZONE] = {"zone", true, 65535},
	[ID] = {"id", false, UINT32_MAX},
	[TIMEOUT] = {"timeout", false, UINT32_MAX},
	[AGE] = {"age", false, UINT64_MAX},
	[PACKETS] = {"packets", true, UINT64_MAX},
	[BYTES] = {"bytes", true, UINT64_MAX},
	[ICMP_TYPE] = {"icmp-type", false, 255},
	[USE] = {"use", false, UINT32_MAX},
};

#endif
