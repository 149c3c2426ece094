/* SPDX-License-Identifier: MIT */
/* What -G, -I, -A, -U and the table expect understand. */
#include "cli/cli.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "describe.h"
#include "lines.h"

/* A line that begins with @ is one of a -R file. */
static const struct {
	const char *line;
	const char *means;
} rows[] = {
	/* -G: what is looked up, and what must hold */
	{"-G -s 192.0.2.1 -d 192.0.2.2 -p udp --sport 1 --dport 2",
		"-G ipv4 [ family=ipv4 p17 o.src=192.0.2.1 o.dst=192.0.2.2 o.part0=1 o.part1=2 ] "
		"orig{192.0.2.1>192.0.2.2 p17 1 2}"},
	{"-G -s 192.0.2.1 -d 192.0.2.2 -p udp --sport 1 --dport 2 -i 9 -l one -o id",
		"-G ipv4 [ family=ipv4 p17 o.src=192.0.2.1 o.dst=192.0.2.2 o.part0=1 o.part1=2 "
		"id=9 labels=1 ] orig{192.0.2.1>192.0.2.2 p17 1 2} +id +labels"},
	{"-G -r 192.0.2.2 -q 192.0.2.1 -p tcp --reply-port-src 2 --reply-port-dst 1",
		"-G ipv4 [ family=ipv4 p6 r.src=192.0.2.2 r.dst=192.0.2.1 r.part0=2 r.part1=1 ] "
		"reply{192.0.2.2>192.0.2.1 p6 2 1}"},
	{"-G -r 192.0.2.2 -q 192.0.2.1 -p tcp --sport 1 --dport 2",
		"-G ipv4 [ family=ipv4 p6 r.src=192.0.2.2 r.dst=192.0.2.1 o.part0=1 o.part1=2 ] "
		"reply{192.0.2.2>192.0.2.1 p6 2 1}"},
	{"-G -s 192.0.2.1 -d 192.0.2.2 -p tcp --reply-port-src 2 --reply-port-dst 1",
		"-G ipv4 [ family=ipv4 p6 o.src=192.0.2.1 o.dst=192.0.2.2 r.part0=2 r.part1=1 ] "
		"orig{192.0.2.1>192.0.2.2 p6 1 2}"},
	{"-G -s 192.0.2.1 -d 192.0.2.2 -r 192.0.2.2 -q 192.0.2.7 -p tcp --sport 1 --dport 2 "
	 "--state CLOSE",
		"-G ipv4 [ family=ipv4 p6 o.src=192.0.2.1 o.dst=192.0.2.2 r.src=192.0.2.2 "
		"r.dst=192.0.2.7 o.part0=1 o.part1=2 state=8 ] orig{192.0.2.1>192.0.2.2 p6 1 2}"},
	{"-G -s 192.0.2.1 -d 192.0.2.2 -p icmp --icmp-type 8 --icmp-code 0",
		"-G ipv4 [ family=ipv4 p1 o.src=192.0.2.1 o.dst=192.0.2.2 o.part0=8 o.part1=0 ] "
		"orig{192.0.2.1>192.0.2.2 p1 8 0 0}"},
	{"-G -r 192.0.2.2 -q 192.0.2.1 -p icmp --icmp-type 8 --icmp-code 0 --icmp-id 5",
		"-G ipv4 [ family=ipv4 p1 r.src=192.0.2.2 r.dst=192.0.2.1 o.part0=8 o.part1=0 "
		"o.part2=5 ] reply{192.0.2.2>192.0.2.1 p1 0 0 5}"},
	{"-G -s 192.0.2.1 -d 192.0.2.2 -p 89", "-G ipv4 [ family=ipv4 p89 o.src=192.0.2.1 "
					       "o.dst=192.0.2.2 ] orig{192.0.2.1>192.0.2.2 p89}"},
	{"-G -s 192.0.2.1 -d 192.0.2.2 -p gre --srckey 0xa --dstkey 32 -w 4",
		"-G ipv4 [ family=ipv4 p47 o.src=192.0.2.1 o.dst=192.0.2.2 o.part0=10 o.part1=32 "
		"zone=4 ] orig{192.0.2.1>192.0.2.2 p47 10 32} zone:=4"},
	{"-G -s 192.0.2.1 -d 192.0.2.2 -p udp --sport 1 --dport 2 --orig-zone 6 --reply-zone 7",
		"-G ipv4 [ family=ipv4 p17 o.src=192.0.2.1 o.dst=192.0.2.2 o.part0=1 o.part1=2 "
		"o.zone=6 r.zone=7 ] orig{192.0.2.1>192.0.2.2 p17 1 2 zone=6}"},
	{"-G -r 192.0.2.1 -q 192.0.2.2 -p udp --sport 1 --dport 2 --orig-zone 6 --reply-zone 7",
		"-G ipv4 [ family=ipv4 p17 r.src=192.0.2.1 r.dst=192.0.2.2 o.part0=1 o.part1=2 "
		"o.zone=6 r.zone=7 ] reply{192.0.2.1>192.0.2.2 p17 2 1 zone=7}"},
	{"-G -s 2001:db8::1 -d 2001:db8::2 -p sctp --sport 1 --dport 2 --orig-vtag 5",
		"-G ipv6 [ family=ipv6 p132 o.src=2001:db8::1 o.dst=2001:db8::2 o.part0=1 "
		"o.part1=2 o.vtag=5 ] orig{2001:db8::1>2001:db8::2 p132 1 2}"},
	/* -I and -A: both tuples */
	{"-I -s 192.0.2.1 -d 192.0.2.2 -p udp --sport 1 --dport 2 -t 5",
		"-I ipv4 orig{192.0.2.1>192.0.2.2 p17 1 2} reply{192.0.2.2>192.0.2.1 p17 2 1} "
		"timeout:=5"},
	{"-I -s 192.0.2.1 -d 192.0.2.2 -p udp --reply-port-src 5 --reply-port-dst 6 -t 9",
		"-I ipv4 orig{192.0.2.1>192.0.2.2 p17 6 5} reply{192.0.2.2>192.0.2.1 p17 5 6} "
		"timeout:=9"},
	{"-I -r 198.51.100.20 -q 192.0.2.1 -p udp --reply-port-src 53 --reply-port-dst 4000 -t 40",
		"-I ipv4 orig{192.0.2.1>198.51.100.20 p17 4000 53} reply{198.51.100.20>192.0.2.1 "
		"p17 53 4000} timeout:=40"},
	{"-I -r 198.51.100.20 -q 192.0.2.1 -p udp --sport 4000 --dport 53 -t 40",
		"-I ipv4 orig{192.0.2.1>198.51.100.20 p17 4000 53} reply{198.51.100.20>192.0.2.1 "
		"p17 53 4000} timeout:=40"},
	{"-I -s 192.0.2.1 -d 198.51.100.20 -r 203.0.113.9 -q 192.0.2.1 -p tcp --sport 4000 --dport "
	 "22 --reply-port-src 2222 --reply-port-dst 4000 --state ESTABLISHED -t 40",
		"-I ipv4 orig{192.0.2.1>198.51.100.20 p6 4000 22} reply{203.0.113.9>192.0.2.1 p6 "
		"2222 4000} timeout:=40 state:=3 flags:=a/a flags:=a/a"},
	{"-I -s 192.0.2.1 -d 192.0.2.2 -p udp --sport 1 --dport 2 --reply-port-src 7 -t 5",
		"-I ipv4 orig{192.0.2.1>192.0.2.2 p17 1 2} reply{192.0.2.2>192.0.2.1 p17 7 1} "
		"timeout:=5"},
	/* what they set */
	{"-I -s 192.0.2.1 -d 192.0.2.2 -p tcp --sport 1 --dport 2 -t 5 --state TIME_WAIT",
		"-I ipv4 orig{192.0.2.1>192.0.2.2 p6 1 2} reply{192.0.2.2>192.0.2.1 p6 2 1} "
		"timeout:=5 state:=7 flags:=e/e flags:=e/e"},
	{"-I -s 192.0.2.1 -d 192.0.2.2 -p tcp --sport 1 --dport 2 -t 5 --state CLOSE",
		"-I ipv4 orig{192.0.2.1>192.0.2.2 p6 1 2} reply{192.0.2.2>192.0.2.1 p6 2 1} "
		"timeout:=5 state:=8 flags:=e/e flags:=e/e"},
	{"-I -s 192.0.2.1 -d 192.0.2.2 -p tcp --sport 1 --dport 2 -t 5 --state LISTEN",
		"-I ipv4 orig{192.0.2.1>192.0.2.2 p6 1 2} reply{192.0.2.2>192.0.2.1 p6 2 1} "
		"timeout:=5 state:=9 flags:=e/e flags:=e/e"},
	{"-I -s 192.0.2.1 -d 192.0.2.2 -p tcp --sport 1 --dport 2 -t 5 --state NONE -u UNSET",
		"-I ipv4 orig{192.0.2.1>192.0.2.2 p6 1 2} reply{192.0.2.2>192.0.2.1 p6 2 1} "
		"timeout:=5 state:=0 flags:=a/a flags:=a/a"},
	{"-I -s 192.0.2.1 -d 192.0.2.2 -p udp --sport 1 --dport 2 -t 5 -u SEEN_REPLY,ASSURED -m "
	 "0x15/0xf -w 3",
		"-I ipv4 orig{192.0.2.1>192.0.2.2 p17 1 2} reply{192.0.2.2>192.0.2.1 p17 2 1} "
		"zone:=3 timeout:=5 status:=6 mark:=15"},
	{"-I -s 192.0.2.1 -d 192.0.2.2 -p udp --sport 1 --dport 2 -t 5 -u EXPECTED",
		"-I ipv4 orig{192.0.2.1>192.0.2.2 p17 1 2} reply{192.0.2.2>192.0.2.1 p17 2 1} "
		"timeout:=5 status:=1"},
	{"-I -s 192.0.2.1 -d 192.0.2.2 -p udp --sport 1 --dport 2 -t 5 -u UNREPLIED",
		"-I ipv4 orig{192.0.2.1>192.0.2.2 p17 1 2} reply{192.0.2.2>192.0.2.1 p17 2 1} "
		"timeout:=5"},
	{"-A -s 192.0.2.1 -d 192.0.2.2 -p udp --sport 1 --dport 2 -t 5 -u UNREPLIED",
		"-A ipv4 orig{192.0.2.1>192.0.2.2 p17 1 2} reply{192.0.2.2>192.0.2.1 p17 2 1} "
		"timeout:=5"},
	{"-A -s 192.0.2.1 -d 192.0.2.2 -p udp --sport 1 --dport 2 -t 5 -u SEEN_REPLY,!ASSURED",
		"-A ipv4 orig{192.0.2.1>192.0.2.2 p17 1 2} reply{192.0.2.2>192.0.2.1 p17 2 1} "
		"timeout:=5 status:=2"},
	{"-I -s 192.0.2.1 -d 192.0.2.2 -p udp --sport 1 --dport 2 -t 5 -w 1 --orig-zone 2",
		"-I ipv4 orig{192.0.2.1>192.0.2.2 p17 1 2 zone=2} reply{192.0.2.2>192.0.2.1 p17 2 "
		"1} zone:=1 timeout:=5"},
	{"-I -s 192.0.2.1 -d 192.0.2.2 -p udp --sport 1 --dport 2 -t 5 --orig-zone 1 --reply-zone "
	 "2",
		"-I ipv4 orig{192.0.2.1>192.0.2.2 p17 1 2 zone=1} reply{192.0.2.2>192.0.2.1 p17 2 "
		"1 zone=2} timeout:=5"},
	{"-I -s 192.0.2.1 -d 192.0.2.2 -p udp --sport 1 --dport 2 -t 5 --label-add one,forty "
	 "--label-add last",
		"-I ipv4 orig{192.0.2.1>192.0.2.2 p17 1 2} reply{192.0.2.2>192.0.2.1 p17 2 1} "
		"timeout:=5 labels:=1,40,127/1,40,127 +labels"},
	/* protocols */
	{"-I -s 192.0.2.1 -d 192.0.2.2 -p icmp --icmp-type 8 --icmp-code 0 -t 5",
		"-I ipv4 orig{192.0.2.1>192.0.2.2 p1 8 0 0} reply{192.0.2.2>192.0.2.1 p1 0 0 0} "
		"timeout:=5"},
	{"-I -s 192.0.2.1 -d 192.0.2.2 -p icmp --icmp-type 0 --icmp-code 0 --icmp-id 9 -t 5",
		"-I ipv4 orig{192.0.2.1>192.0.2.2 p1 0 0 9} reply{192.0.2.2>192.0.2.1 p1 8 0 9} "
		"timeout:=5"},
	{"-I -s 192.0.2.1 -d 192.0.2.2 -p icmp --icmp-type 3 --icmp-code 1 --icmp-id 9 -t 5",
		"-I ipv4 orig{192.0.2.1>192.0.2.2 p1 3 1 9} reply{192.0.2.2>192.0.2.1 p1 3 1 9} "
		"timeout:=5"},
	{"-I -r 192.0.2.2 -q 192.0.2.1 -p icmp --icmp-type 8 --icmp-code 0 --icmp-id 9 -t 5",
		"-I ipv4 orig{192.0.2.1>192.0.2.2 p1 8 0 9} reply{192.0.2.2>192.0.2.1 p1 0 0 9} "
		"timeout:=5"},
	{"-I -s 2001:db8::1 -d 2001:db8::2 -p icmp --icmp-type 8 --icmp-code 0 --icmp-id 1 -t 40",
		"-I ipv6 orig{2001:db8::1>2001:db8::2 p1 8 0 1} reply{2001:db8::2>2001:db8::1 p1 "
		"255 0 1} timeout:=40"},
	{"-I -s 192.0.2.1 -d 192.0.2.2 -p icmpv6 --icmpv6-type 128 --icmpv6-code 0 -t 40",
		"-I ipv4 orig{192.0.2.1>192.0.2.2 p58 128 0 0} reply{192.0.2.2>192.0.2.1 p58 255 0 "
		"0} timeout:=40"},
	{"-I -s 2001:db8::1 -d 2001:db8::2 -p icmpv6 --icmpv6-type 128 --icmpv6-code 0 --icmpv6-id "
	 "4321 -t 40",
		"-I ipv6 orig{2001:db8::1>2001:db8::2 p58 128 0 4321} "
		"reply{2001:db8::2>2001:db8::1 p58 129 0 4321} timeout:=40"},
	{"-I -s 192.0.2.1 -d 192.0.2.2 -p gre --srckey 10 --dstkey 0x20 -t 40",
		"-I ipv4 orig{192.0.2.1>192.0.2.2 p47 10 32} reply{192.0.2.2>192.0.2.1 p47 32 10} "
		"timeout:=40"},
	{"-I -s 192.0.2.1 -d 192.0.2.2 -p sctp --sport 1 --dport 2 --state COOKIE_WAIT --orig-vtag "
	 "1 --reply-vtag 4294967295 -t 40",
		"-I ipv4 orig{192.0.2.1>192.0.2.2 p132 1 2} reply{192.0.2.2>192.0.2.1 p132 2 1} "
		"timeout:=40 state:=2 vtag:=1 vtag:=4294967295"},
	{"-I -s 192.0.2.1 -d 192.0.2.2 -p dccp --sport 1 --dport 2 --state OPEN --role C -t 40",
		"-I ipv4 orig{192.0.2.1>192.0.2.2 p33 1 2} reply{192.0.2.2>192.0.2.1 p33 2 1} "
		"timeout:=40 state:=4 role:=0"},
	{"-I -s 192.0.2.1 -d 192.0.2.2 -p dccp --sport 1 --dport 2 --state OPEN --role server -t "
	 "40",
		"-I ipv4 orig{192.0.2.1>192.0.2.2 p33 1 2} reply{192.0.2.2>192.0.2.1 p33 2 1} "
		"timeout:=40 state:=4 role:=1"},
	{"-I -s 192.0.2.1 -d 192.0.2.2 -p 50 -t 0",
		"-I ipv4 orig{192.0.2.1>192.0.2.2 p50} reply{192.0.2.2>192.0.2.1 p50} timeout:=0"},
	{"-A -s 192.0.2.1 -d 192.0.2.2 -p 254 -t 4294967295",
		"-A ipv4 orig{192.0.2.1>192.0.2.2 p254} reply{192.0.2.2>192.0.2.1 p254} "
		"timeout:=4294967295"},
	/* NAT: the reply tuple stays the plain mirror */
	{"-I -s 192.0.2.1 -d 198.51.100.1 -p udp --sport 1 --dport 2 -t 5 -n 203.0.113.7",
		"-I ipv4 orig{192.0.2.1>198.51.100.1 p17 1 2} reply{198.51.100.1>192.0.2.1 p17 2 "
		"1} timeout:=5 snat:=203.0.113.7"},
	{"-I -s 192.0.2.1 -d 198.51.100.1 -p udp --sport 1 --dport 2 -t 5 "
	 "--src-nat=203.0.113.7:7000 -g 203.0.113.6:5353",
		"-I ipv4 orig{192.0.2.1>198.51.100.1 p17 1 2} reply{198.51.100.1>192.0.2.1 p17 2 "
		"1} timeout:=5 snat:=203.0.113.7:7000-7000 dnat:=203.0.113.6:5353-5353"},
	{"-I -s 192.0.2.1 -d 198.51.100.1 -p udp --sport 1 --dport 2 -t 5 -n 203.0.113.7:7000-7010",
		"-I ipv4 orig{192.0.2.1>198.51.100.1 p17 1 2} reply{198.51.100.1>192.0.2.1 p17 2 "
		"1} timeout:=5 snat:=203.0.113.7:7000-7010"},
	{"-I -s 2001:db8::1 -d 2001:db8::2 -p udp --sport 1000 --dport 80 -t 100 -n "
	 "[2001:db8::5]:99",
		"-I ipv6 orig{2001:db8::1>2001:db8::2 p17 1000 80} reply{2001:db8::2>2001:db8::1 "
		"p17 80 1000} timeout:=100 snat:=2001:db8::5:99-99"},
	{"-A -t 100 -u UNSET -s 192.0.2.1 -d 198.51.100.1 -r 198.51.100.1 -n 203.0.113.5 -p tcp "
	 "--sport 1 --dport 80 --reply-port-src 80 --reply-port-dst 1 --state ESTABLISHED",
		"-A ipv4 orig{192.0.2.1>198.51.100.1 p6 1 80} reply{198.51.100.1>192.0.2.1 p6 80 "
		"1} timeout:=100 state:=3 flags:=a/a flags:=a/a snat:=203.0.113.5"},
	{"-A -t 100 -u UNSET -s 192.0.2.2 -d 198.51.100.1 -r 198.51.100.1 -n 203.0.113.5 -p tcp "
	 "--sport 1 --dport 80 --reply-port-src 80 --reply-port-dst 99 --state ESTABLISHED",
		"-A ipv4 orig{192.0.2.2>198.51.100.1 p6 1 80} reply{198.51.100.1>192.0.2.2 p6 80 "
		"1} timeout:=100 state:=3 flags:=a/a flags:=a/a snat:=203.0.113.5:99-99"},
	{"-A -t 100 -u UNSET -s 192.0.2.4 -d 198.51.100.1 -g 203.0.113.6 -q 192.0.2.4 -p udp "
	 "--sport 1 --dport 80 --reply-port-src 8080 --reply-port-dst 1",
		"-A ipv4 orig{192.0.2.4>198.51.100.1 p17 1 80} reply{198.51.100.1>192.0.2.4 p17 80 "
		"1} timeout:=100 dnat:=203.0.113.6:8080-8080"},
	{"-A -t 100 -s 192.0.2.4 -d 198.51.100.1 -g 203.0.113.6 -n 203.0.113.7 -p udp --sport 1 "
	 "--dport 80 --reply-port-src 8080 --reply-port-dst 70",
		"-A ipv4 orig{192.0.2.4>198.51.100.1 p17 1 80} reply{198.51.100.1>192.0.2.4 p17 80 "
		"1} timeout:=100 snat:=203.0.113.7:70-70 dnat:=203.0.113.6:8080-8080"},
	{"-A -t 100 -s 192.0.2.4 -d 198.51.100.1 -g 203.0.113.6 -q 192.0.2.4 -p udp --sport 1 "
	 "--dport 80 --reply-port-src 8080 --reply-port-dst 9",
		"-A ipv4 orig{192.0.2.4>198.51.100.1 p17 1 80} reply{198.51.100.1>192.0.2.4 p17 80 "
		"9} timeout:=100 dnat:=203.0.113.6:8080-8080"},
	{"-A -t 100 -s 192.0.2.4 -d 198.51.100.1 -r 198.51.100.1 -q 203.0.113.7 -n 203.0.113.7 -p "
	 "udp --sport 1 --dport 80",
		"-A ipv4 orig{192.0.2.4>198.51.100.1 p17 1 80} reply{198.51.100.1>192.0.2.4 p17 80 "
		"1} timeout:=100 snat:=203.0.113.7"},
	{"-A -t 100 -s 192.0.2.4 -d 198.51.100.1 -n 203.0.113.7:9 -p udp --sport 1 --dport 80 "
	 "--reply-port-src 80 --reply-port-dst 9",
		"-A ipv4 orig{192.0.2.4>198.51.100.1 p17 1 80} reply{198.51.100.1>192.0.2.4 p17 80 "
		"1} timeout:=100 snat:=203.0.113.7:9-9"},
	{"-A -r 192.0.2.2 -q 192.0.2.1 -n 203.0.113.7 -p udp --sport 1 --dport 80 -t 5",
		"-A ipv4 orig{192.0.2.1>192.0.2.2 p17 1 80} reply{192.0.2.2>192.0.2.1 p17 80 1} "
		"timeout:=5 snat:=203.0.113.7"},
	/* -U: what it selects by, what it sets */
	{"-U", "-U"},
	{"-U -m 0x138/0xf0", "-U mark:=138/f0"},
	{"-U -m 5 -s 192.0.2.0/25",
		"-U ipv4 [ family=ipv4 o.src=192.0.2.0/255.255.255.128 ] mark:=5/ffffffff"},
	{"-U -s 192.0.2.1 -t 9 -u SEEN_REPLY,ASSURED",
		"-U ipv4 [ family=ipv4 o.src=192.0.2.1 ] timeout:=9 status:=6"},
	{"-U -u UNSET", "-U"},
	{"-U -u EXPECTED", "-U status:=1"},
	{"-U -p tcp --dport 22 --state TIME_WAIT",
		"-U [ p6 o.part1=22 ] state:=7 flags:=e/e flags:=e/e"},
	{"-U -p tcp -t 500", "-U [ p6 ] timeout:=500"},
	{"-U -p sctp --state ESTABLISHED --orig-vtag 1 --reply-vtag 2 -s 192.0.2.1",
		"-U ipv4 [ family=ipv4 p132 o.src=192.0.2.1 ] state:=4 vtag:=1 vtag:=2"},
	{"-U -g -m 9", "-U [ dnat ] mark:=9/ffffffff"},
	{"-U -n 5.5.5.5 -m 4", "-U ipv4 [ family=ipv4 snat=5.5.5.5 ] mark:=4/ffffffff"},
	{"-U -i 5 -m 1", "-U [ id=5 ] mark:=1/ffffffff"},
	{"-U --label-add one,forty", "-U labels:=1,40/1,40 +labels"},
	{"-U -l one --label-add zero", "-U [ labels=1 ] labels:=0/0 +labels"},
	{"-U --label-del one --label-del last", "-U labels:=/1,127 +labels"},
	{"-U --label-del=one", "-U labels:=/1 +labels"},
	{"-U --label-del", "-U labels:=/all +labels"},
	{"-U --label-del -s 192.0.2.1",
		"-U ipv4 [ family=ipv4 o.src=192.0.2.1 ] labels:=/all +labels"},
	{"-U -f ipv6 -m 1 -o xml", "-U ipv6 [ family=ipv6 ] mark:=1/ffffffff -o xml"},
	{"-U -s 192.0.2.1 -d 192.0.2.2 --mask-dst 255.255.0.0 -p icmp --icmp-id 3 -m 1",
		"-U ipv4 [ family=ipv4 p1 o.src=192.0.2.1 o.dst=192.0.0.0/255.255.0.0 o.part2=3 ] "
		"mark:=1/ffffffff"},
	/* the table expect */
	{"-I expect -s 127.0.0.1 -d 127.0.0.1 -p tcp --sport 1024 --dport 21 -t 60 --tuple-src "
	 "192.0.2.7 --tuple-dst 192.0.2.8 --mask-src 255.255.255.255 --mask-dst 255.255.0.0 "
	 "--tuple-port-src 0 --tuple-port-dst 5000 --mask-port-src 0 --mask-port-dst 65535",
		"-I expect ipv4 master{127.0.0.1>127.0.0.1 p6 1024 21} tuple{192.0.2.7>192.0.2.8 "
		"p6 0 5000} mask{255.255.255.255>255.255.0.0 p6 0 65535} timeout:=60"},
	{"-I expect -s 127.0.0.1 -d 127.0.0.1 -p tcp --sport 1024 --dport 21 -t 60 --tuple-src "
	 "192.0.2.0/24 --tuple-dst 198.51.100.0/32 --tuple-port-src 0 --tuple-port-dst 5000 "
	 "--mask-port-src 0 --mask-port-dst 65535",
		"-I expect ipv4 master{127.0.0.1>127.0.0.1 p6 1024 21} "
		"tuple{192.0.2.0>198.51.100.0 p6 0 5000} mask{255.255.255.0>255.255.255.255 p6 0 "
		"65535} timeout:=60"},
	{"-I expect -s 127.0.0.1 -d 127.0.0.1 -r 127.0.0.1 -p tcp --sport 1024 --dport 21 -t 60 -[ "
	 "192.0.2.0/24 -] 198.51.100.0/32 --tuple-port-src 0 --tuple-port-dst 5000 --mask-port-src "
	 "0 --mask-port-dst 65535 -u ASSURED,perm -u US",
		"-I expect ipv4 master{127.0.0.1>127.0.0.1 p6 1024 21} "
		"tuple{192.0.2.0>198.51.100.0 p6 0 5000} mask{255.255.255.0>255.255.255.255 p6 0 "
		"65535} timeout:=60 flags:=5"},
	{"-I expect -s 127.0.0.1 -d 127.0.0.1 -p sctp --sport 1024 --dport 21 -t 60 --tuple-src "
	 "192.0.2.0/24 --tuple-dst 198.51.100.0/32 --tuple-port-src 0 --tuple-port-dst 5000 "
	 "--mask-port-src 0 --mask-port-dst 65535 --orig-vtag 1 --reply-vtag 2",
		"-I expect ipv4 master{127.0.0.1>127.0.0.1 p132 1024 21} "
		"tuple{192.0.2.0>198.51.100.0 p132 0 5000} mask{255.255.255.0>255.255.255.255 p132 "
		"0 65535} timeout:=60"},
	{"-I expect -s 127.0.0.1 -d 127.0.0.1 -p gre --srckey 1 --dstkey 2 --reply-key-src 3 "
	 "--reply-key-dst 4 -t 60 --tuple-src 192.0.2.0/24 --tuple-dst 198.51.100.0/32 "
	 "--tuple-key-src 0 --tuple-key-dst 5000 --mask-key-src 0 --mask-key-dst 0xffff",
		"-I expect ipv4 master{127.0.0.1>127.0.0.1 p47 1 2} tuple{192.0.2.0>198.51.100.0 "
		"p47 0 5000} mask{255.255.255.0>255.255.255.255 p47 0 65535} timeout:=60"},
	{"-G expect -s 192.0.2.7 -d 192.0.2.8 -p tcp --sport 0 --dport 5000 --reply-port-src 0 "
	 "--reply-port-dst 0",
		"-G expect ipv4 tuple{192.0.2.7>192.0.2.8 p6 0 5000}"},
	{"-D expect -s 2001:db8::7 -d 2001:db8::8 -p udp --sport 0 --dport 5000 --reply-port-src 0 "
	 "--reply-port-dst 0",
		"-D expect ipv6 tuple{2001:db8::7>2001:db8::8 p17 0 5000}"},
	/* lines of a file */
	{"@-D -t 100 -u SEEN_REPLY -s 192.0.2.1 -d 192.0.2.2 -r 192.0.2.2 -q 192.0.2.1 -p udp "
	 "--sport 1 --dport 2 --reply-port-src 2 --reply-port-dst 1",
		"-D ipv4 [ family=ipv4 p17 o.src=192.0.2.1 o.dst=192.0.2.2 r.src=192.0.2.2 "
		"r.dst=192.0.2.1 o.part0=1 o.part1=2 r.part0=2 r.part1=1 status=2/2 ]"},
	{"@-D -c 5 -p sctp --orig-vtag 4 --reply-vtag 5",
		"-D [ p132 secmark=5 o.vtag=4 r.vtag=5 ]"},
	{"@-A -t 100 -c 5 -s 192.0.2.1 -d 192.0.2.2 -p 89",
		"-A ipv4 orig{192.0.2.1>192.0.2.2 p89} reply{192.0.2.2>192.0.2.1 p89} "
		"timeout:=100"},
	{"@-U -t 100 -u SEEN_REPLY -c 5 -w 3 -s 192.0.2.1 -p dccp --state OPEN --role server",
		"-U ipv4 [ family=ipv4 p33 o.src=192.0.2.1 zone=3 secmark=5 ] timeout:=100 "
		"status:=2 state:=4 role:=1"},
	{"@-F -f ipv6", "-F ipv6 [ family=ipv6 ]"},
	{"@-F", "-F"},
	{"@-D -t 100 -s 192.0.2.1 -d 192.0.2.2 -p dccp --role client",
		"-D ipv4 [ family=ipv4 p33 o.src=192.0.2.1 o.dst=192.0.2.2 ]"},
	/* what makes an entry whole, and what a saved line may have */
	{"-I -s 192.0.2.1 -d 192.0.2.2 -p udp --sport 1 --dport 2 -t 5 --helper ftp",
		"-I ipv4 orig{192.0.2.1>192.0.2.2 p17 1 2} reply{192.0.2.2>192.0.2.1 p17 2 1} "
		"timeout:=5 helper:=ftp"},
	{"-I -s 192.0.2.1 -d 192.0.2.2 -p udp --sport 1 --dport 2 -t 5 --orig-seqadj "
	 "4294967295,-2147483648,2147483647",
		"-I ipv4 orig{192.0.2.1>192.0.2.2 p17 1 2} reply{192.0.2.2>192.0.2.1 p17 2 1} "
		"timeout:=5 seqadj:=4294967295,-2147483648,2147483647"},
	{"-I -s 192.0.2.1 -d 192.0.2.2 -p udp --sport 1 --dport 2 -t 5 --reply-seqadj "
	 "1,-2,0 --synproxy 1,2,4294967295 --skip-existing",
		"-I ipv4 orig{192.0.2.1>192.0.2.2 p17 1 2} reply{192.0.2.2>192.0.2.1 p17 2 1} "
		"timeout:=5 seqadj:=1,-2,0 synproxy:=1,2,4294967295 skip-existing"},
	{"-I -s 192.0.2.1 -d 192.0.2.2 -p udp --sport 1 --dport 2 -t 5 --master-src "
	 "192.0.2.8 --master-dst 192.0.2.9 --master-protonum tcp --master-sport 3 "
	 "--master-dport 0x4",
		"-I ipv4 orig{192.0.2.1>192.0.2.2 p17 1 2} reply{192.0.2.2>192.0.2.1 p17 2 1} "
		"timeout:=5 master{192.0.2.8>192.0.2.9 p6 3 4}"},
	{"-I -s 192.0.2.1 -d 192.0.2.2 -p udp --sport 1 --dport 2 -t 5 --master-src "
	 "192.0.2.8 --master-dst 192.0.2.9 --master-protonum 89",
		"-I ipv4 orig{192.0.2.1>192.0.2.2 p17 1 2} reply{192.0.2.2>192.0.2.1 p17 2 1} "
		"timeout:=5 master{192.0.2.8>192.0.2.9 p89}"},
	{"-I -s 192.0.2.1 -d 192.0.2.2 -p udp --sport 1 --dport 2 -t 5 --label-add "
	 "bit:5,one",
		"-I ipv4 orig{192.0.2.1>192.0.2.2 p17 1 2} reply{192.0.2.2>192.0.2.1 p17 2 1} "
		"timeout:=5 labels:=1,5/1,5 +labels"},
	{"-A -s 192.0.2.1 -d 192.0.2.2 -p tcp --sport 1 --dport 2 -t 5 --state "
	 "ESTABLISHED --orig-wscale 7 --reply-wscale 14",
		"-A ipv4 orig{192.0.2.1>192.0.2.2 p6 1 2} reply{192.0.2.2>192.0.2.1 p6 2 1} "
		"timeout:=5 state:=3 flags:=b/b flags:=b/b wscale:=7 wscale:=14"},
	{"-A -s 192.0.2.1 -d 192.0.2.2 -p tcp --sport 1 --dport 2 -t 5 --state "
	 "ESTABLISHED --orig-tcp-flags NONE --reply-tcp-flags window_scale,be",
		"-A ipv4 orig{192.0.2.1>192.0.2.2 p6 1 2} reply{192.0.2.2>192.0.2.1 p6 2 1} "
		"timeout:=5 state:=3 flags:=0/ff flags:=9/ff"},
	{"-A -s 192.0.2.1 -d 192.0.2.2 -p tcp --sport 1 --dport 2 -t 5 --state "
	 "ESTABLISHED --orig-wscale 0 --reply-wscale 1 --reply-tcp-flags win",
		"-A ipv4 orig{192.0.2.1>192.0.2.2 p6 1 2} reply{192.0.2.2>192.0.2.1 p6 2 1} "
		"timeout:=5 state:=3 flags:=b/b flags:=1/ff wscale:=0 wscale:=1"},
	{"-U -p tcp --orig-wscale 7 --reply-wscale 14 -s 192.0.2.1",
		"-U ipv4 [ family=ipv4 p6 o.src=192.0.2.1 ] flags:=1/1 flags:=1/1 wscale:=7 "
		"wscale:=14"},
	{"-U -s 192.0.2.1 --synproxy 1,2,3",
		"-U ipv4 [ family=ipv4 o.src=192.0.2.1 ] synproxy:=1,2,3"},
	{"-I -s 192.0.2.1 -d 192.0.2.2 -p dccp --sport 1 --dport 2 -t 5 --state OPEN "
	 "--role server --handshake-seq 281474976710655",
		"-I ipv4 orig{192.0.2.1>192.0.2.2 p33 1 2} reply{192.0.2.2>192.0.2.1 p33 2 1} "
		"timeout:=5 state:=4 role:=1 handshake:=281474976710655"},
	{"@-A -s 192.0.2.1 -d 192.0.2.2 -p dccp -t 5 -u EXPECTED,ASSURED -c 5 "
	 "[USERSPACE] portid=1 progname=a -F",
		"-A ipv4 orig{192.0.2.1>192.0.2.2 p33} reply{192.0.2.2>192.0.2.1 p33} "
		"timeout:=5 status:=4"},
	{"@-A -s 192.0.2.1 -d 192.0.2.2 -p sctp --sport 1 --dport 2 -t 5 --state (null) "
	 "--orig-vtag 1 --reply-vtag 2",
		"-A ipv4 orig{192.0.2.1>192.0.2.2 p132 1 2} reply{192.0.2.2>192.0.2.1 p132 2 1} "
		"timeout:=5 state:=8 vtag:=1 vtag:=2"},
	{"-I expect -s 127.0.0.1 -d 127.0.0.1 -p tcp --sport 1024 --dport 21 -t 60 "
	 "--tuple-src 192.0.2.7/32 --tuple-dst 192.0.2.8/32 --tuple-port-src 0 "
	 "--tuple-port-dst 5000 --mask-port-src 0 --mask-port-dst 65535 --tuple-protonum "
	 "gre --class 3 --helper sip --function nat-follow-master -w 5",
		"-I expect ipv4 master{127.0.0.1>127.0.0.1 p6 1024 21} "
		"tuple{192.0.2.7>192.0.2.8 p47 0 5000} mask{255.255.255.255>255.255.255.255 p47 "
		"0 65535} timeout:=60 zone:=5 class:=3 helper:=sip function:=nat-follow-master"},
	{"@-I expect -s 127.0.0.1 -d 127.0.0.1 -p tcp --sport 1024 --dport 21 -t 60 "
	 "--tuple-src 192.0.2.7/32 --tuple-dst 192.0.2.8/32 --tuple-port-src 0 "
	 "--tuple-port-dst 5000 --mask-port-src 0 --mask-port-dst 65535 "
	 "--expect-nat-reply 203.0.113.5:7 --skip-existing",
		"-I expect ipv4 master{127.0.0.1>127.0.0.1 p6 1024 21} "
		"tuple{192.0.2.7>192.0.2.8 p6 0 5000} mask{255.255.255.255>255.255.255.255 p6 0 "
		"65535} timeout:=60 nat-reply{203.0.113.5>0.0.0.0 p6 7 0} skip-existing"},
	{"-I expect -s 127.0.0.1 -d 127.0.0.1 -p tcp --sport 1024 --dport 21 -t 60 "
	 "--tuple-src 192.0.2.7/32 --tuple-dst 192.0.2.8/32 --tuple-port-src 0 "
	 "--tuple-port-dst 5000 --mask-port-src 0 --mask-port-dst 65535 "
	 "--expect-nat-orig :7",
		"-I expect ipv4 master{127.0.0.1>127.0.0.1 p6 1024 21} "
		"tuple{192.0.2.7>192.0.2.8 p6 0 5000} mask{255.255.255.255>255.255.255.255 p6 0 "
		"65535} timeout:=60 nat-orig{0.0.0.0>0.0.0.0 p6 7 0}"},
	{"@-D expect -s 192.0.2.7 -d 192.0.2.8 -p tcp --sport 0 --dport 5000 "
	 "--reply-port-src 0 --reply-port-dst 0 -w 3",
		"-D expect ipv4 tuple{192.0.2.7>192.0.2.8 p6 0 5000} zone:=3"},
	{"-R f --skip-existing", "-R load=f skip-existing"},
	{"-L -o save,full", "-L -o save +full"},
};

static void every_line(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct parsed *p = parse_line(rows[i].line);

		if (p->result != 0)
			fail_msg("%s\n  is refused: %s", rows[i].line, p->complaint.text);
		if (strcmp(describe(&p->request), rows[i].means) != 0)
			fail_msg("%s\n  means: %s\n  not:   %s", rows[i].line,
				describe(&p->request), rows[i].means);
		forget_line(p);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
