/* SPDX-License-Identifier: MIT */
/*
 * usage: recorder make
 *        recorder dump|zero|expect|stats|stats-expect|global|refused FILE
 *        recorder events FILE
 *
 * make fills the table of its network namespace with one entry of each kind
 * that packets do not make; the others write what the kernel sends into FILE
 * as tests/seams/recording.h says. Meant to be called by the script beside it.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctnetlink/encode.h"
#include "ctnetlink/socket.h"
#include "ctnetlink/transport.h"
#include "flow/labels.h"
#include "flow/protocol.h"

/* When no event has come for this many milliseconds, none comes any more. */
#define PATIENCE 2000

static _Alignas(struct nlmsghdr) uint8_t bytes[4096];

/* An entry as packets would show it, timeout 1000 s. */
struct made {
	const char *source, *destination;
	uint8_t protocol;
	uint16_t part[TUPLE_PART_COUNT];
	void (*more)(struct flow *flow);
};

static void tcp_established(struct flow *f)
{
	f->state = 3;
	f->status = IPS_SEEN_REPLY | IPS_ASSURED;
	for (unsigned d = 0; d < DIRECTIONS; d++) {
		f->window_scale[d] = (uint8_t)(7 + d);
		f->tcp_flags[d] = (struct tcp_flags){.flags = 0x2b, .mask = 0xff};
	}
	f->present |= FLOW_STATE | FLOW_STATUS | FLOW_WINDOW_SCALE * 3 | FLOW_TCP_FLAGS * 3;
}

static void sctp_established(struct flow *f)
{
	f->state = 4;
	f->vtag[ORIGINAL] = 0x01020304;
	f->vtag[REPLY] = 0xf5f6f7f8;
	f->present |= FLOW_STATE | FLOW_VTAG | FLOW_VTAG << REPLY;
}

static void mark_and_labels(struct flow *f)
{
	f->mark = 0xdeadbeef;
	label_set(f->labels, 0);
	label_set(f->labels, 42);
	label_set(f->labels, 127);
	f->present |= FLOW_MARK | FLOW_LABELS;
}

static void zone(struct flow *f)
{
	f->zone = 7;
	f->present |= FLOW_ZONE;
}

static void original_zone(struct flow *f)
{
	f->tuple[ORIGINAL].zone = 8;
	f->tuple[ORIGINAL].present |= TUPLE_ZONE;
}

static void reply_zone(struct flow *f)
{
	f->tuple[REPLY].zone = 9;
	f->tuple[REPLY].present |= TUPLE_ZONE;
}

static void fixed_timeout(struct flow *f)
{
	f->status = IPS_FIXED_TIMEOUT;
	f->present |= FLOW_STATUS;
}

static void source_nat(struct flow *f)
{
	struct nat_request *nat = &f->nat[NAT_SOURCE];
	nat->family = f->tuple[ORIGINAL].family;
	inet_pton(nat->family, nat->family == AF_INET ? "203.0.113.7" : "2001:db8:7::7",
		&nat->minimum);
	nat->maximum = nat->minimum;
	nat->has_port = true;
	nat->port_minimum = nat->port_maximum = 40000;
	f->present |= FLOW_NAT << NAT_SOURCE;
}

static void both_nats(struct flow *f)
{
	source_nat(f);
	f->nat[NAT_DESTINATION] = f->nat[NAT_SOURCE];
	inet_pton(AF_INET, "192.168.1.2", &f->nat[NAT_DESTINATION].minimum);
	f->nat[NAT_DESTINATION].maximum = f->nat[NAT_DESTINATION].minimum;
	f->present |= FLOW_NAT << NAT_DESTINATION;
}

static void sequences(struct flow *f)
{
	tcp_established(f);
	f->sequence[ORIGINAL] = (struct sequence_adjustment){1000, 0, 5};
	f->sequence[REPLY] = (struct sequence_adjustment){2000, 3, 0xfffffffb};
	f->synproxy.initial_sequence = 11;
	f->synproxy.initial_timestamp = 22;
	f->synproxy.timestamp_offset = 33;
	f->present |= FLOW_SEQUENCE | FLOW_SEQUENCE << REPLY | FLOW_SYNPROXY;
}

static void ftp_helper(struct flow *f)
{
	tcp_established(f);
	strcpy(f->helper, "ftp");
	f->present |= FLOW_HELPER;
}

/* A related entry, of the one that has the helper. */
static void master(struct flow *f)
{
	struct tuple *t = &f->master;
	tcp_established(f);
	t->family = AF_INET;
	inet_pton(AF_INET, "10.0.0.1", &t->source);
	inet_pton(AF_INET, "10.0.0.2", &t->destination);
	t->protocol = IPPROTO_TCP;
	t->part[0] = 30009;
	t->part[1] = 21;
	t->present = TUPLE_ADDRESSES | TUPLE_PROTOCOL | TUPLE_PART | TUPLE_PART << 1;
	f->present |= FLOW_MASTER;
}

static const struct made table[] = {
	{"10.0.0.1", "10.0.0.2", IPPROTO_TCP, {30001, 80}, tcp_established},
	{"10.0.0.1", "10.0.0.2", IPPROTO_TCP, {30002, 443}, mark_and_labels},
	{"10.0.0.1", "10.0.0.2", IPPROTO_TCP, {30003, 80}, source_nat},
	{"10.0.0.1", "10.0.0.2", IPPROTO_TCP, {30004, 80}, both_nats},
	{"10.0.0.1", "10.0.0.2", IPPROTO_TCP, {30005, 80}, sequences},
	{"10.0.0.1", "10.0.0.2", IPPROTO_TCP, {30009, 21}, ftp_helper},
	{"10.0.0.1", "10.0.0.2", IPPROTO_TCP, {30010, 30011}, master},
	{"10.0.0.1", "10.0.0.2", IPPROTO_UDP, {5353, 53}, NULL},
	{"10.0.0.1", "10.0.0.2", IPPROTO_UDP, {5354, 53}, zone},
	{"10.0.0.1", "10.0.0.2", IPPROTO_UDP, {5355, 53}, original_zone},
	{"10.0.0.1", "10.0.0.2", IPPROTO_UDP, {5356, 53}, reply_zone},
	{"10.0.0.1", "10.0.0.2", IPPROTO_UDP, {5357, 53}, fixed_timeout},
	{"10.0.0.1", "10.0.0.2", IPPROTO_UDPLITE, {6000, 6001}, NULL},
	{"10.0.0.1", "10.0.0.2", IPPROTO_SCTP, {7000, 7001}, sctp_established},
	{"10.0.0.1", "10.0.0.2", IPPROTO_DCCP, {8000, 8001}, NULL},
	{"10.0.0.1", "10.0.0.2", IPPROTO_GRE, {0x123, 0x456}, NULL},
	{"10.0.0.1", "10.0.0.2", IPPROTO_ICMP, {8, 0, 4660}, NULL},
	{"10.0.0.1", "10.0.0.2", IPPROTO_ICMP, {13, 0, 1}, NULL},
	{"10.0.0.1", "10.0.0.2", IPPROTO_ESP, {0}, NULL},
	{"fd00::1", "fd00:0:0:1::2", IPPROTO_TCP, {30001, 80}, tcp_established},
	{"fd00::1", "fd00:0:0:1::2", IPPROTO_UDP, {5353, 53}, source_nat},
	{"fd00::1", "fd00:0:0:1::2", IPPROTO_ICMPV6, {128, 0, 4660}, NULL},
	{"fd00::1", "fd00:0:0:1::2", IPPROTO_SCTP, {7000, 7001}, sctp_established},
	{"fd00::1", "fd00:0:0:1::2", 253, {0}, zone},
};

static void make_flow(const struct made *made, struct flow *f)
{
	struct tuple *t = &f->tuple[ORIGINAL];
	const struct protocol *row = protocol_by_number(made->protocol);
	*f = (struct flow){.present = FLOW_TIMEOUT, .timeout = 1000};
	t->family = strchr(made->source, ':') ? AF_INET6 : AF_INET;
	inet_pton(t->family, made->source, &t->source);
	inet_pton(t->family, made->destination, &t->destination);
	t->protocol = made->protocol;
	t->present = TUPLE_ADDRESSES | TUPLE_PROTOCOL;
	for (unsigned i = 0; row && i < row->part_count; i++) {
		t->part[i] = made->part[i];
		t->present |= (uint8_t)(TUPLE_PART << i);
	}
	tuple_invert(&f->tuple[REPLY], t);
	if (made->more)
		made->more(f);
}

/* Send a message that was encoded with this result. */
static int ask(struct ct_socket *s, struct packet *packet, int encoded)
{
	struct ct_answer answer;
	return encoded ? encoded : ct_ask(s, packet, NULL, NULL, &answer);
}

/* An entry that is created, changed and deleted, for the events of that. */
static int come_and_go(struct ct_socket *s)
{
	static const struct made made = {"10.0.0.3", "10.0.0.4", IPPROTO_UDP, {1, 2}, NULL};
	struct flow flow;
	struct packet p;
	make_flow(&made, &flow);
	packet_init(&p, bytes, sizeof(bytes));
	int error = ask(s, &p, encode_create(&p, &flow, true));
	flow.mark = 77;
	flow.present |= FLOW_MARK;
	packet_init(&p, bytes, sizeof(bytes));
	if (error == 0)
		error = ask(s, &p, encode_update(&p, &flow));
	packet_init(&p, bytes, sizeof(bytes));
	if (error == 0)
		error = ask(s, &p, encode_delete(&p, &flow));
	return error;
}

static int make(struct ct_socket *s)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		struct flow flow;
		struct packet packet;
		make_flow(&table[i], &flow);
		packet_init(&packet, bytes, sizeof(bytes));
		int error = ask(s, &packet, encode_create(&packet, &flow, true));
		if (error) {
			fprintf(stderr, "recorder: entry %zu is refused\n", i);
			return error;
		}
	}
	return come_and_go(s);
}

static int encode(const char *what, struct packet *p)
{
	if (strcmp(what, "dump") == 0)
		return encode_dump(p, DUMP_TABLE, NULL);
	if (strcmp(what, "zero") == 0)
		return encode_dump(p, DUMP_TABLE_ZERO, NULL);
	if (strcmp(what, "expect") == 0)
		return encode_expectation_dump(p, AF_UNSPEC);
	if (strcmp(what, "stats") == 0)
		return encode_stats(p, STATS_CONNTRACK);
	if (strcmp(what, "stats-expect") == 0)
		return encode_stats(p, STATS_EXPECT);
	if (strcmp(what, "global") == 0)
		return encode_global(p);
	if (strcmp(what, "refused") == 0) {
		/* A mark of one byte: the refusal comes with the kernel's words. */
		packet_begin(p, NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_NEW, NLM_F_REQUEST,
			AF_INET, NFNETLINK_V0);
		packet_put_u8(p, CTA_MARK, 1);
		return packet_end(p);
	}
	return -EINVAL;
}

/* Receive one datagram and write it down. Its last message's type, or a negative errno. */
static int record_datagram(struct ct_socket *s, FILE *out)
{
	ssize_t got = transport_receive(s->transport, s->buffer, CT_RECEIVE_SIZE, 0);
	if (got < 0)
		return (int)got;
	uint32_t length = (uint32_t)got;
	if (fwrite(&length, sizeof(length), 1, out) != 1 ||
		fwrite(s->buffer, 1, length, out) != length)
		return -EIO;

	int type = -EPROTO;
	struct nlmsghdr header;
	for (size_t at = 0; at + sizeof(header) <= length;) {
		memcpy(&header, s->buffer + at, sizeof(header));
		if (header.nlmsg_len < sizeof(header))
			return -EPROTO;
		type = header.nlmsg_type;
		at += NLMSG_ALIGN((size_t)header.nlmsg_len);
	}
	return type;
}

static int record_answer(struct ct_socket *s, const char *what, FILE *out)
{
	struct packet packet;
	packet_init(&packet, bytes, sizeof(bytes));
	int result = encode(what, &packet);
	if (result < 0)
		return result;
	struct nlmsghdr *header = packet_message(&packet, 0);
	header->nlmsg_seq = 1;
	header->nlmsg_pid = s->port;
	header->nlmsg_flags |= NLM_F_ACK;
	result = transport_send(s->transport, packet.bytes, packet.used);
	while (result >= 0 && result != NLMSG_DONE) {
		result = record_datagram(s, out);
		if (result == NLMSG_ERROR)
			return 0;
	}
	return result < 0 ? result : 0;
}

static int record_events(struct ct_socket *s, FILE *out)
{
	const unsigned groups =
		1 << (NFNLGRP_CONNTRACK_NEW - 1) | 1 << (NFNLGRP_CONNTRACK_UPDATE - 1) |
		1 << (NFNLGRP_CONNTRACK_DESTROY - 1) | 1 << (NFNLGRP_CONNTRACK_EXP_NEW - 1) |
		1 << (NFNLGRP_CONNTRACK_EXP_DESTROY - 1);
	struct pollfd there = {.fd = transport_descriptor(s->transport), .events = POLLIN};
	int result = ct_subscribe(s, groups);
	if (result < 0)
		return result;
	/* The script waits for this line before it makes traffic. */
	puts("listening");
	fflush(stdout);
	while (result >= 0 && poll(&there, 1, PATIENCE) == 1)
		result = record_datagram(s, out);
	return result < 0 ? result : 0;
}

static int record(struct ct_socket *s, const char *what, const char *path)
{
	FILE *out = fopen(path, "wbe");
	if (!out)
		return -errno;
	int error =
		strcmp(what, "events") == 0 ? record_events(s, out) : record_answer(s, what, out);
	if (fclose(out) != 0 && error == 0)
		error = -EIO;
	return error;
}

int main(int argc, char **argv)
{
	struct ct_socket socket;
	if (argc != 3 && !(argc == 2 && strcmp(argv[1], "make") == 0)) {
		fputs("recorder: wrong words\n", stderr);
		return 2;
	}
	int error = ct_open(&socket);
	if (error == 0)
		error = argc == 2 ? make(&socket) : record(&socket, argv[1], argv[2]);
	ct_close(&socket);
	if (error == 0)
		return 0;
	fprintf(stderr, "recorder: %s: %s\n", argv[1], strerror(-error));
	return 1;
}
