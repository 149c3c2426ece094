/* SPDX-License-Identifier: MIT */
#include "base/put.h"

#include <arpa/inet.h>
#include <endian.h>

/* Rows of four bytes: a number from 0 to 255 and a dot behind it. */
static const char octets[] = "0.  1.  2.  3.  4.  5.  6.  7.  8.  9.  10. 11. 12. 13. 14. 15. "
			     "16. 17. 18. 19. 20. 21. 22. 23. 24. 25. 26. 27. 28. 29. 30. 31. "
			     "32. 33. 34. 35. 36. 37. 38. 39. 40. 41. 42. 43. 44. 45. 46. 47. "
			     "48. 49. 50. 51. 52. 53. 54. 55. 56. 57. 58. 59. 60. 61. 62. 63. "
			     "64. 65. 66. 67. 68. 69. 70. 71. 72. 73. 74. 75. 76. 77. 78. 79. "
			     "80. 81. 82. 83. 84. 85. 86. 87. 88. 89. 90. 91. 92. 93. 94. 95. "
			     "96. 97. 98. 99. 100.101.102.103.104.105.106.107.108.109.110.111."
			     "112.113.114.115.116.117.118.119.120.121.122.123.124.125.126.127."
			     "128.129.130.131.132.133.134.135.136.137.138.139.140.141.142.143."
			     "144.145.146.147.148.149.150.151.152.153.154.155.156.157.158.159."
			     "160.161.162.163.164.165.166.167.168.169.170.171.172.173.174.175."
			     "176.177.178.179.180.181.182.183.184.185.186.187.188.189.190.191."
			     "192.193.194.195.196.197.198.199.200.201.202.203.204.205.206.207."
			     "208.209.210.211.212.213.214.215.216.217.218.219.220.221.222.223."
			     "224.225.226.227.228.229.230.231.232.233.234.235.236.237.238.239."
			     "240.241.242.243.244.245.246.247.248.249.250.251.252.253.254.255.";

/* "00" to "ff". */
static const char octets_in_hex[] = "000102030405060708090a0b0c0d0e0f"
				    "101112131415161718191a1b1c1d1e1f"
				    "202122232425262728292a2b2c2d2e2f"
				    "303132333435363738393a3b3c3d3e3f"
				    "404142434445464748494a4b4c4d4e4f"
				    "505152535455565758595a5b5c5d5e5f"
				    "606162636465666768696a6b6c6d6e6f"
				    "707172737475767778797a7b7c7d7e7f"
				    "808182838485868788898a8b8c8d8e8f"
				    "909192939495969798999a9b9c9d9e9f"
				    "a0a1a2a3a4a5a6a7a8a9aaabacadaeaf"
				    "b0b1b2b3b4b5b6b7b8b9babbbcbdbebf"
				    "c0c1c2c3c4c5c6c7c8c9cacbcccdcecf"
				    "d0d1d2d3d4d5d6d7d8d9dadbdcdddedf"
				    "e0e1e2e3e4e5e6e7e8e9eaebecedeeef"
				    "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff";

static const uint64_t powers_of_ten[] = {
	0, /* and not 1, so that 0 has one digit */
	UINT64_C(10),
	UINT64_C(100),
	UINT64_C(1000),
	UINT64_C(10000),
	UINT64_C(100000),
	UINT64_C(1000000),
	UINT64_C(10000000),
	UINT64_C(100000000),
	UINT64_C(1000000000),
	UINT64_C(10000000000),
	UINT64_C(100000000000),
	UINT64_C(1000000000000),
	UINT64_C(10000000000000),
	UINT64_C(100000000000000),
	UINT64_C(1000000000000000),
	UINT64_C(10000000000000000),
	UINT64_C(100000000000000000),
	UINT64_C(1000000000000000000),
	UINT64_C(10000000000000000000),
};

/* 1233 / 4096 is log10(2), exact enough for 64 bits. */
static inline unsigned decimal_length(uint64_t value)
{
	unsigned bits = 64 - (unsigned)__builtin_clzll(value | 1);
	unsigned least = bits * 1233 >> 12;

	return least + (value >= powers_of_ten[least]);
}

/*
 * The digits of a number below 10^8 as eight bytes, the first one in the lowest.
 *
 * All lanes of a word are divided at once, by multiplying and shifting: 10486 /
 * 2^20 is 1 / 100 for numbers below 10^4, 103 / 2^10 is 1 / 10 for those below 100.
 */
static inline uint64_t eight_digits(uint32_t value)
{
	uint64_t fours = value / 10000 | (uint64_t)(value % 10000) << 32;
	uint64_t hundreds = fours * 10486 >> 20 & UINT64_C(0x7f0000007f);
	uint64_t twos = hundreds | (fours - 100 * hundreds) << 16;
	uint64_t tens = twos * 103 >> 10 & UINT64_C(0x000f000f000f000f);
	uint64_t ones = tens | (twos - 10 * tens) << 8;

	return ones | UINT64_C(0x3030303030303030);
}

static inline struct digits eight(uint32_t value)
{
	return (struct digits){eight_digits(value), 8};
}

/* How many digits there are is not to be foretold, so there is no branch on it. */
struct digits digits_of(uint32_t value)
{
	unsigned length = decimal_length(value);

	return (struct digits){eight_digits(value) >> (64 - 8 * length), length};
}

char *put_u32(char *p, uint32_t value)
{
	if (__builtin_expect(value < 100000000, 1))
		return put_digits(p, digits_of(value));
	return put_digits(put_digits(p, digits_of(value / 100000000)), eight(value % 100000000));
}

char *put_u64(char *p, uint64_t value)
{
	if (value <= UINT32_MAX)
		return put_u32(p, (uint32_t)value);
	p = put_u64(p, value / 100000000);
	return put_digits(p, eight((uint32_t)(value % 100000000)));
}

char *put_u64_padded(char *p, uint64_t value, unsigned digits)
{
	for (unsigned length = decimal_length(value); length < digits; length++)
		*p++ = '0';
	return put_u64(p, value);
}

char *put_hex(char *p, uint32_t value)
{
	unsigned length = (35 - (unsigned)__builtin_clz(value | 1)) / 4;
	char *end = p + length;

	for (char *q = end; q > p; value >>= 4)
		*--q = "0123456789abcdef"[value & 15];
	return end;
}

char *put_hex_byte(char *p, uint8_t byte)
{
	return put_bytes(p, octets_in_hex + 2 * byte, 2);
}

/* One octet and a dot; writes four bytes. */
static inline char *put_octet(char *p, uint8_t octet)
{
	memcpy(p, octets + 4 * octet, 4);
	return p + 2 + (octet >= 10) + (octet >= 100);
}

char *put_ipv4(char *p, const uint8_t address[static 4])
{
	p = put_octet(p, address[0]);
	p = put_octet(p, address[1]);
	p = put_octet(p, address[2]);
	/* Three bytes, lest a fourth lie outside the PUT_IPV4_MAX of the caller. */
	memcpy(p, octets + 4 * address[3], 3);
	return p + 1 + (address[3] >= 10) + (address[3] >= 100);
}

/*
 * RFC 5952, 4.2: the groups that "::" stands for, the first of the longest runs
 * of at least two zero groups. Bit i of `zeros` says that group i is zero, and
 * of the result that it is in the run.
 */
static inline unsigned longest_zero_run(unsigned zeros)
{
	unsigned starts = 0;
	unsigned length = 1;

	/* After n rounds, bit i of zeros says that groups i to i + n are zero. */
	while ((zeros &= zeros >> 1)) {
		starts = zeros;
		length++;
	}
	return starts != 0 ? ((1u << length) - 1) << __builtin_ctz(starts) : 0;
}

/* 16 bits in hexadecimal without leading zeros; writes four bytes. */
static inline char *put_group(char *p, uint32_t group)
{
	unsigned leading = ((unsigned)__builtin_clz(group | 1) - 16) / 4;
	uint16_t high;
	uint16_t low;

	memcpy(&high, octets_in_hex + 2 * (group >> 8), 2);
	memcpy(&low, octets_in_hex + 2 * (group & 0xff), 2);
	/* By numbers and not by bytes: a load that spans two stores is slow. */
	uint32_t text = htole32((le16toh(high) | (uint32_t)le16toh(low) << 16) >> 8 * leading);
	memcpy(p, &text, 4);
	return p + 4 - leading;
}

/* Without the forms that end in an IPv4 address. run: from longest_zero_run(). */
static inline char *put_groups(char *p, const uint16_t group[static 8], unsigned run)
{
	unsigned run_start = run & -run;

	for (unsigned i = 0; i < 8; i++) {
		*p = ':';
		if (run >> i & 1) {
			/* One colon here, the other one is that of the group behind. */
			p += run_start >> i & 1;
			continue;
		}
		p = put_group(p + (i > 0), group[i]);
	}
	*p = ':';
	return p + (run >> 7);
}

char *put_ipv6(char *p, const uint8_t address[static 16])
{
	uint16_t group[8];
	unsigned zeros = 0;

	memcpy(group, address, sizeof(group));
	for (unsigned i = 0; i < 8; i++) {
		group[i] = ntohs(group[i]);
		zeros |= (unsigned)(group[i] == 0) << i;
	}

	unsigned run = longest_zero_run(zeros);
	/* RFC 4291, 2.5.5: IPv4-compatible and IPv4-mapped addresses. */
	if (run == 0x3f)
		return put_ipv4(put_string(p, "::"), address + 12);
	if (run == 0x1f && group[5] == 0xffff)
		return put_ipv4(put_string(p, "::ffff:"), address + 12);
	return put_groups(p, group, run);
}
