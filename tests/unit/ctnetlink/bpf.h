/* SPDX-License-Identifier: MIT */
/*
 * An interpreter of classic BPF as far as event filters use it, as strict as the
 * kernel's checker and run time. Of the unit test and the fuzz target.
 */
#ifndef TEST_CTNETLINK_BPF_H
#define TEST_CTNETLINK_BPF_H

#include <linux/netlink.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "ctnetlink/event_filter.h"

#define KERNEL_LIMIT 4096 /* BPF_MAXINSNS */

struct bpf_machine {
	const uint8_t *data;
	uint32_t length;
	uint32_t a, x;
};

/* __skb_get_nlattr() and nla_find() of the kernel: the offset of an attribute, or 0. */
static uint32_t bpf_attribute(
	const struct bpf_machine *m, uint32_t from, uint32_t end, uint32_t type)
{
	while (end >= sizeof(struct nlattr) && from <= end - sizeof(struct nlattr)) {
		struct nlattr header;

		memcpy(&header, m->data + from, sizeof(header));
		if (header.nla_len < sizeof(header) || header.nla_len > end - from)
			return 0;
		if ((header.nla_type & NLA_TYPE_MASK) == type)
			return from;
		from += NLA_ALIGN(header.nla_len);
	}
	return 0;
}

static uint32_t bpf_nested(const struct bpf_machine *m, uint32_t nest, uint32_t type)
{
	struct nlattr header;

	if (m->length < sizeof(header) || nest > m->length - sizeof(header))
		return 0;
	memcpy(&header, m->data + nest, sizeof(header));
	if (header.nla_len < sizeof(header) || header.nla_len > m->length - nest)
		return 0;
	return bpf_attribute(m, nest + NLA_HDRLEN, nest + header.nla_len, type);
}

/* False: out of the packet, which ends a program with 0. */
static bool bpf_load(struct bpf_machine *m, uint16_t code, uint32_t offset)
{
	unsigned size = BPF_SIZE(code) == BPF_W ? 4 : BPF_SIZE(code) == BPF_H ? 2 : 1;

	if (offset == (uint32_t)(SKF_AD_OFF + SKF_AD_NLATTR)) {
		m->a = bpf_attribute(m, m->a, m->length, m->x);
		return true;
	}
	if (offset == (uint32_t)(SKF_AD_OFF + SKF_AD_NLATTR_NEST)) {
		m->a = bpf_nested(m, m->a, m->x);
		return true;
	}
	if (offset > m->length || m->length - offset < size)
		return false;
	m->a = 0;
	for (unsigned i = 0; i < size; i++)
		m->a = m->a << 8 | m->data[offset + i];
	return true;
}

/* Run a program over data; false when the kernel would not: *taken is what it returns. */
static bool bpf_run(
	const struct event_filter *program, const void *data, size_t length, uint32_t *taken)
{
	struct bpf_machine m = {.data = data, .length = (uint32_t)length};

	*taken = 0;
	for (unsigned at = 0; at < program->length; at++) {
		const struct sock_filter *i = &program->code[at];

		switch (i->code) {
		case BPF_LD | BPF_W | BPF_ABS:
		case BPF_LD | BPF_H | BPF_ABS:
		case BPF_LD | BPF_B | BPF_ABS:
			if (!bpf_load(&m, i->code, i->k))
				return true;
			break;
		case BPF_LD | BPF_W | BPF_IND:
		case BPF_LD | BPF_H | BPF_IND:
		case BPF_LD | BPF_B | BPF_IND:
			if (!bpf_load(&m, i->code, m.x + i->k))
				return true;
			break;
		case BPF_LD | BPF_IMM:
			m.a = i->k;
			break;
		case BPF_LDX | BPF_IMM:
			m.x = i->k;
			break;
		case BPF_MISC | BPF_TAX:
			m.x = m.a;
			break;
		case BPF_ALU | BPF_AND | BPF_K:
			m.a &= i->k;
			break;
		case BPF_JMP | BPF_JA:
			at += i->k;
			break;
		case BPF_JMP | BPF_JEQ | BPF_K:
			at += m.a == i->k ? i->jt : i->jf;
			break;
		case BPF_JMP | BPF_JSET | BPF_K:
			at += m.a & i->k ? i->jt : i->jf;
			break;
		case BPF_RET | BPF_K:
			*taken = i->k;
			return true;
		default:
			return false;
		}
	}
	return false;
}

/* What bpf_check_classic() asks of the length, the jumps and the end. */
static bool bpf_is_valid(const struct event_filter *program)
{
	if (program->length < 1 || program->length > KERNEL_LIMIT)
		return false;
	for (unsigned at = 0; at < program->length; at++) {
		const struct sock_filter *i = &program->code[at];
		unsigned behind = program->length - at - 1;

		if (i->code == (BPF_JMP | BPF_JA) && i->k >= behind)
			return false;
		if (BPF_CLASS(i->code) == BPF_JMP && (i->jt >= behind || i->jf >= behind))
			return false;
	}
	return program->code[program->length - 1].code == (BPF_RET | BPF_K);
}

#endif
