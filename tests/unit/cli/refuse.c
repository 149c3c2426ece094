/* SPDX-License-Identifier: MIT */
/* What is refused, and that the complaint says what is wrong and what would be right. */
#include "cli/cli.h"

#include <netdb.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "describe.h"
#include "lines.h"

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

#define I_UDP    "-I -s 192.0.2.1 -d 192.0.2.2 -p udp --sport 1 --dport 2 -t 5"
#define I_TCP    "-I -s 192.0.2.1 -d 192.0.2.2 -p tcp --sport 1 --dport 2 -t 5"
#define I_PAIR   "-I -s 192.0.2.1 -d 192.0.2.2 -t 5"
#define G_UDP    "-G -s 192.0.2.1 -d 192.0.2.2 -p udp --sport 1 --dport 2"
#define E_MASTER "-I expect -s 127.0.0.1 -d 127.0.0.1 -p tcp --sport 1024 --dport 21 -t 60"
#define E_ADDRESSES                                                                                \
	" --tuple-src 192.0.2.7 --tuple-dst 192.0.2.8 --mask-src 255.0.0.0 --mask-dst 255.0.0.0"
#define E_PORTS " --tuple-port-src 0 --tuple-port-dst 5000 --mask-port-src 0 --mask-port-dst 65535"

/* The complaint must have each part of `says`, parted by |. @: a line of a file. */
static const struct {
	const char *line;
	const char *says;
} rows[] = {
	/* commands */
	{"", "no command given"},
	{"-s 192.0.2.1", "no command given"},
	{"-p tcp", "no command given"},
	{"-L -C", "-L and -C are two commands"},
	{"-L -L", "-L and -L are two commands"},
	{"-LF", "-L and -F are two commands"},
	{"--dump --counter", "--dump and --counter are two commands"},
	{"-C -C", "two commands"},
	{"-V -h", "-V and -h"},
	{"-h -V", "-h and -V"},
	{"-h -h", "two commands"},
	{"-h -L", "two commands"},
	{"-L -h -h", "two commands"},
	{"-L -h -C", "-L and -C"},
	{"--version=x", "--version|takes no argument"},
	{"--help=x", "--help|takes no argument"},
	/* words */
	{"foo", "'foo'|no option"},
	{"-G oops", "-G: 'oops' is not a table (conntrack, expect)"},
	{"-G -s 1.1.1.1 oops", "'oops'|no option"},
	{"-L -s 1.1.1.1 oops", "expression: 'oops' is not a word|\n    oops\n    ^~~~"},
	{"-L exppect", "expression: 'exppect' is not a word|did you mean 'expect'?"},
	{"-D tcp an dport 80", "expression: expected 'and', 'or' or the end|\n        ^~"},
	{"-D tcp -s 1.1.1.1 an udp", "expression: expected 'and'|\n    tcp an udp\n        ^~"},
	{"-L expect tcp", "'tcp'|no option"},
	{"-S tcp", "-S: 'tcp' is not a table (conntrack, expect)"},
	{"-I tcp", "-I: 'tcp' is not a table"},
	{"-V tcp", "'tcp'|no option"},
	{"-L --filter", "--filter: needs an argument (EXPRESSION)"},
	{"-L --filter tcpp", "--filter: 'tcpp' is not a word|did you mean 'tcp'?"},
	{"-G --filter tcp", "--filter: does not go with -G"},
	{"-L -z tcp", "-z: zeroes all entries, so it cannot be used with 'tcp' (only with -f)"},
	{"-L tcp -z", "cannot be used with 'tcp'"},
	{"-L -z --filter tcp", "cannot be used with --filter"},
	{"-L --filter-file /nonexistent", "--filter-file: '/nonexistent' cannot be read"},
	{"-L -p tcp expect", "'expect'|right behind a command"},
	{"-Lz expect", "'expect'|right behind a command"},
	{"-L expect conntrack", "'conntrack'|right behind a command"},
	{"-L -- expect", "'expect'"},
	{"-L -", "'-'"},
	{"-L !x", "'x' is not a word|\n    !x\n     ^"},
	{"-L -n !x", "'x' is not a word"},
	{"-V conntrack", "'conntrack'"},
	{"-h expect", "'expect'"},
	{"-h foo", "'foo'"},
	/* options that do not exist */
	{"-L -x", "-x: unknown option"},
	{"-L -1", "-1: unknown option"},
	{"-Lx", "-x: unknown option"},
	{"-X", "-X: unknown option"},
	{"-L --foo", "--foo: unknown option"},
	{"--no-such-command", "--no-such-command: unknown"},
	{"-V conntrack", "'conntrack': a table stands right behind a command that has some"},
	{"--loadfile /dev/null", "--loadfile|did you mean '--load-file'?"},
	{"--load /dev/null", "did you mean '--load-file'?"},
	{"-L --familiy ipv4", "--familiy|did you mean '--family'?"},
	{"-L --statsu ASSURED", "did you mean '--status'?"},
	{"-L -p tcp --dportt 80", "--dportt|did you mean '--dport'?"},
	{"-L --orig 192.0.2.1", "--orig|more than one|--orig-src, --orig-dst, --orig-zone"},
	{"-L --reply 192.0.2.1", "--reply-src, --reply-dst, --reply-zone"},
	{"-L --mask 192.0.2.1", "--mask-src, --mask-dst"},
	{"-L --m=5", "--m|more than one"},
	{"-L -p tcp --orig-port 5", "--orig-port-src, --orig-port-dst"},
	{"-L --=5", "unknown option"},
	{"-F -R /dev/null", "-R|first place only"},
	{"-L -R /dev/null", "-R|first place only"},
	{"-LR", "-R|first place only"},
	{"-Rfile", "-R|first place only"},
	{"-L --load-file f", "--load-file|first place only"},
	{"--load f", "--load|unknown option"},
	{"-R", "-R: needs an argument (FILE)"},
	{"--load-file", "--load-file: needs an argument (FILE)"},
	{"-R f -L", "-R and -L are two commands"},
	{"-R f -s 192.0.2.1", "-s: does not go with -R"},
	{"-R f g", "'g': "},
	{"--load-file=f -L", "--load-file and -L are two commands"},
	{"@-R f", "-R|first place only"},
	/* arguments that are missing, or too many */
	{"-L -s", "-s: needs an argument (ADDRESS[/BITS])"},
	{"-L --src", "--src: needs an argument"},
	{"-L -p tcp --sport", "--sport: needs an argument"},
	{"-L -p tcp --state", "--state: needs an argument (STATE)"},
	{"-E -b", "-b: needs an argument (BYTES)"},
	{"-L --zero=1", "--zero: takes no argument"},
	/* tables */
	{"-L \"\"", "expression: expected a condition"},
	{"-L foo", "'foo' is not a word"},
	{"-G foo", "-G: 'foo' is not a table (conntrack, expect)"},
	{"-A foo", "-A: 'foo' is not a table (conntrack)"},
	{"--dump=foo", "'foo' is not a table (conntrack, expect, dying, unconfirmed)"},
	{"-L EXPECT", "'EXPECT' is not a word|did you mean 'expect'?"},
	{"-L conntrackx", "'conntrackx'|did you mean 'conntrack'?"},
	{"--dump=exepct", "--dump: 'exepct'|did you mean 'expect'?"},
	{"-U expect", "-U: does not go with the table 'expect'"},
	{"-A expect", "-A|'expect'"},
	{"-D dying", "-D|'dying'"},
	{"-E unconfirmed", "-E|'unconfirmed'"},
	{"-S d", "-S|'dying'"},
	/* the matrix */
	{"-L -t 5", "-t: does not go with -L"},
	{"-L -b 65536", "-b: does not go with -L"},
	{"-L --label-add one", "--label-add: does not go with -L"},
	{"-L --label-del", "--label-del: does not go with -L"},
	{"-L --tuple-dst 192.0.2.2", "--tuple-dst: does not go with -L"},
	{"-L -i 5", "-i: does not go with -L"},
	{"-L dying -t 5", "-t: does not go with -L dying"},
	{"-L expect -z", "-z: does not go with -L expect"},
	{"-L expect -s 1.1.1.1", "-s: does not go with -L expect"},
	{"--dump unconf --timeout 5", "--timeout: does not go with --dump unconfirmed"},
	{G_UDP " -n", "-n: does not go with -G"},
	{G_UDP " -f ipv4", "-f: does not go with -G"},
	{G_UDP " -t 5", "-t: does not go with -G"},
	{"-D -t 5", "-t: does not select|-D"},
	{"-D -s 1.1.1.1 -t 5", "-t: does not select"},
	{"-D -z", "-z: does not go with -D"},
	{"-D -j", "-j: does not go with -D"},
	{"-D -p sctp --reply-vtag 1", "--reply-vtag: does not go with -D"},
	{I_UDP " -c 1", "-c: does not go with -I"},
	{I_UDP " -f ipv4", "-f: does not go with -I"},
	{I_UDP " -o id", "-o: does not go with -I"},
	{I_UDP " --tuple-port-src 1", "--tuple-port-src: does not go with -I"},
	{"-U -w 3 -m 1", "-w: does not go with -U"},
	{"-U -z", "-z: does not go with -U"},
	{"-E -u ASSURED", "-u: does not go with -E"},
	{"-E expect -e NEW", "-e: does not go with -E expect"},
	{"-F -t 5", "-t: does not go with -F"},
	{"-F expect -f ipv6", "-f: does not go with -F expect"},
	{"-S -m 1", "-m: does not go with -S"},
	{"-V -p udp", "-p: does not go with -V"},
	{"-h -t 5", "-t: does not go with -h"},
	{E_MASTER E_ADDRESSES " --mask-port-src ftp",
		"--mask-port-src: 'ftp' is not a mask of ports (a number from 0 to 65535)"},
	{E_MASTER E_ADDRESSES " --mask-port-dst 65536", "a number from 0 to 65535"},
	{"-L -p tcp --mask-port-src 1", "--mask-port-src: does not go with -L"},
	{"-L -p dccp --role client", "--role: does not go with -L"},
	{E_MASTER E_ADDRESSES E_PORTS " --state NONE", "--state: does not go with -I expect"},
	{E_MASTER E_ADDRESSES E_PORTS " --reply-port-src 5", "--reply-port-src: does not go"},
	{E_MASTER E_ADDRESSES E_PORTS " --expect-nat-orig 192.0.2.1:1-2", "takes one port"},
	{E_MASTER E_ADDRESSES E_PORTS " --expect-nat-orig :1 --expect-nat-reply :1",
		"--expect-nat-orig and --expect-nat-reply cannot be used together"},
	{E_MASTER E_ADDRESSES E_PORTS " --function \"\"", "--function: '' is not the name"},
	{E_MASTER E_ADDRESSES E_PORTS " --class -1", "--class: '-1' is not a class"},
	{E_MASTER E_ADDRESSES E_PORTS " --master-src 192.0.2.1",
		"--master-src: does not go with -I expect"},
	{I_UDP " --helper sixteencharacter", "--helper: 'sixteencharacter' is not the name"},
	{I_UDP " --orig-seqadj 1,2", "--orig-seqadj: '1,2' is not an adjustment"},
	{I_UDP " --orig-seqadj 1,2,3,4", "'1,2,3,4' is not an adjustment"},
	{I_UDP " --orig-seqadj -1,2,3", "'-1,2,3' is not an adjustment"},
	{I_UDP " --reply-seqadj 1,2147483648,3", "'1,2147483648,3' is not an adjustment"},
	{I_UDP " --reply-seqadj 1,2,-2147483649", "'1,2,-2147483649' is not an adjustment"},
	{I_UDP " --synproxy 1,2,-3", "--synproxy: '1,2,-3' is not three numbers"},
	{I_UDP " --synproxy 1,2,4294967296", "'1,2,4294967296' is not three numbers"},
	{I_UDP " --master-src 192.0.2.1", "-I: needs --master-dst ADDRESS"},
	{I_UDP " --master-src 192.0.2.1 --master-dst 192.0.2.2 --master-protonum tcp",
		"-I: needs --master-sport PORT"},
	{I_UDP " --master-dport 5", "-I: needs --master-src ADDRESS"},
	{I_UDP " --master-src ::1", "--master-src: '::1' is IPv6"},
	{I_UDP " --label-add bit:128", "'bit:128' is not the number of a label"},
	{I_UDP " --label-add bit:", "'bit:' is not the number of a label"},
	{I_UDP " --orig-wscale 1", "--orig-wscale: is not an option of -p udp (but of tcp)"},
	{I_UDP " -o save", "-o: does not go with -I"},
	{"-L -o full", "-o: 'full' goes with 'save'"},
	{"-L -o save,full,id", "-o: 'save' goes with no other output but 'full'"},
	{I_TCP " --orig-wscale 15 --reply-wscale 1", "--orig-wscale: '15' is not a window scale"},
	{I_TCP " --state NONE --reply-wscale 1", "--reply-wscale: needs --orig-wscale, too"},
	{I_TCP " --state NONE --orig-wscale 1 --reply-wscale 1 --reply-tcp-flags SACK_PERM",
		"--reply-wscale: needs WINDOW_SCALE in --reply-tcp-flags"},
	{I_TCP " --orig-tcp-flags SACK,FOO", "'FOO' is not a known flag"},
	{"-G expect -s 1.1.1.1 -d 1.1.1.1 -i 5", "-i: does not go with -G expect"},
	/* what must be there */
	{"-I", "-I: needs -s and -d, or -r and -q"},
	{"-A -s 192.0.2.1 -p udp -t 5 --sport 1 --dport 2", "-A: needs -s and -d"},
	{"-A -s 192.0.2.1 -r 192.0.2.2 -p udp -t 5 --sport 1 --dport 2", "-A: needs -s and -d"},
	{I_UDP " -r 192.0.2.2", "-I: needs -s and -d|all four"},
	{I_UDP " -r 192.0.2.2 -g 192.0.2.3", "all four"},
	{I_UDP " -q 192.0.2.2 -n 192.0.2.3", "all four"},
	{"-I -s 192.0.2.1 -d 192.0.2.2 -p udp --sport 1 --dport 2", "-I: needs -t SECONDS"},
	{I_PAIR, "-I: needs -p PROTOCOL"},
	{I_PAIR " -p udp", "-I -p udp: needs --sport and --dport, or --reply-port-src and"},
	{I_PAIR " -p udp --sport 1", "needs --sport and --dport"},
	{I_PAIR " -p udp --sport 1 --reply-port-src 2", "needs --sport and --dport"},
	{I_PAIR " -p gre --srckey 1", "-p gre: needs --srckey and --dstkey, or --reply-key-src"},
	{I_PAIR " -p icmp", "-I: needs --icmp-type NUMBER"},
	{I_PAIR " -p icmp --icmp-type 8", "-I: needs --icmp-code NUMBER"},
	{I_PAIR " -p icmpv6", "-I: needs --icmpv6-type NUMBER"},
	{I_TCP, "-I: needs --state STATE"},
	{I_PAIR " -p sctp --sport 1 --dport 2 --state CLOSED", "-I: needs --orig-vtag NUMBER"},
	{I_PAIR " -p sctp --sport 1 --dport 2 --state CLOSED --orig-vtag 1", "--reply-vtag"},
	{I_PAIR " -p dccp --sport 1 --dport 2 --state OPEN", "-I: needs --role ROLE"},
	{"-G -p udp", "-G: needs -s and -d"},
	{"-G -s 192.0.2.1 -d 192.0.2.2", "-G: needs -p PROTOCOL"},
	{"-G -s 192.0.2.1 -d 192.0.2.2 -p tcp --dport 1", "-G -p tcp: needs --sport and --dport"},
	{"-G -s 192.0.2.1 -d 192.0.2.2 -p icmp --icmp-type 8", "-G: needs --icmp-code NUMBER"},
	{"-G expect", "-G expect: needs -s ADDRESS"},
	{"-D expect -s 1.1.1.1 -d 1.1.1.1", "-D expect: needs -p PROTOCOL"},
	{"-D expect -s 1.1.1.1 -d 1.1.1.1 -p tcp --sport 1 --dport 2",
		"-D expect: needs --reply-port-src NUMBER"},
	{E_MASTER, "-I expect: needs --tuple-src ADDRESS"},
	{E_MASTER " --tuple-src 192.0.2.7 --tuple-dst 192.0.2.8 --mask-dst 255.0.0.0" E_PORTS,
		"-I expect: needs --mask-src MASK"},
	{E_MASTER E_ADDRESSES, "-I expect: needs --mask-port-src NUMBER"},
	{"-L --mask-src 255.255.255.0", "--mask-src: needs -s ADDRESS"},
	{"-L -s 192.0.2.1 --mask-dst 255.0.0.0", "--mask-dst: needs -d ADDRESS"},
	/* conflicts name each other */
	{"-L -j -n", "-j and -n cannot be used together"},
	{"-E --any-nat --dst-nat", "--any-nat and --dst-nat cannot be used together"},
	{"-U --label-add one --label-del zero", "--label-add and --label-del"},
	{"-L -z -s 192.0.2.1", "-z|cannot be used with -s"},
	{"-L --zero --mark 1", "--zero|cannot be used with --mark"},
	{"-L -z -p tcp --dport 80", "-z|-p"},
	{"-L -z -n", "-z|-n"},
	{"-L -z -l one", "-z|-l"},
	{"-L --labelmap a --labelmap b", "--labelmap: given twice ('a' and 'b')"},
	{"-L -o xml,save", "-o: 'xml' and 'save' are both formats"},
	{"-L -o json -o xml", "-o: 'json' and 'xml' are both formats"},
	{"-L -o save,id", "-o: 'save' goes with no other output"},
	{"-E -o timestamp --output=save", "'save' goes with no other output"},
	{"-C -o id", "-o: 'id' does not go with -C (json)"},
	{"-S -o json,id", "-o: 'id' does not go with -S (json)"},
	{"-L -s 192.0.2.0/24 --mask-src 255.0.0.0", "--mask-src|/BITS of -s"},
	{E_MASTER " --tuple-src 192.0.2.0/24 --tuple-dst 192.0.2.8 --mask-src 255.0.0.0", "/BITS"},
	{"-I -s 192.0.2.0/24 -d 192.0.2.1 -p udp --sport 1 --dport 2 -t 5",
		"-s: a network (/BITS) does not go with -I"},
	{"-G -s 192.0.2.1 -d 192.0.2.0/24 -p udp --sport 1 --dport 2",
		"-d: a network (/BITS) does not go with -G"},
	{"-I expect -s 127.0.0.0/8 -d 127.0.0.1 -p tcp --sport 1024 --dport 21 -t 60" E_ADDRESSES
			E_PORTS,
		"-s: a network (/BITS) does not go with -I expect"},
	{I_UDP " -r 192.0.2.2 -q 9.9.9.9 -n 8.8.8.8", "-n and -q name different addresses"},
	{I_UDP " -r 9.9.9.9 -q 192.0.2.1 -g 8.8.8.8", "-g and -r name different addresses"},
	{I_UDP " -n 8.8.8.8:7 --reply-port-src 2 --reply-port-dst 9",
		"-n and --reply-port-dst name different ports"},
	/* protocols, and what belongs to them */
	{"-L -p foo", "-p: 'foo' is not a known protocol (tcp,|/etc/protocols|0 to 255"},
	{"-L -p tpc", "did you mean 'tcp'?"},
	{"-L -p 256", "'256' is not a known protocol"},
	{"-L -p -1", "'-1' is not"},
	{"-L -p \"\"", "'' is not"},
	{"-L -p 6x", "'6x' is not"},
	{"-L -p 99999999999", "'99999999999' is not"},
	{"-h -p foo", "'foo' is not"},
	{"-L --dprt 1", "--dprt: unknown option, did you mean '--dport'?"},
	{"-L --sport 1", "--sport: is known to the right of -p only (-p tcp, udp, udplite, sctp"},
	{"-L --sport 1 -p tcp", "--sport: is known to the right of -p only"},
	{"-L --state ESTABLISHED", "--state: is known|(-p tcp, sctp, dccp)"},
	{"-L -p udp --state ESTABLISHED", "--state: is not an option of -p udp (but of tcp"},
	{"-L -p icmp --sport=1", "--sport: is not an option of -p icmp"},
	{"-L -p 50 --sport 1", "--sport: is not an option of -p 50"},
	{"-L -p tcp --sport 1 -p udp", "-p: 'udp' comes behind options of -p 'tcp'"},
	{"-L -p tcp --sport abc", "--sport: 'abc' is not a port (0-65535 or a service name)"},
	{"-L -p tcp --dport htps",
		"--dport: 'htps' is not a port (0-65535 or a service name), did you mean 'https'?"},
	{"-L -p tcp --dport 80:90",
		"--dport: '80:90' is not a port (0-65535 or a service name); an "
		"expression takes several, as 'port 80-90' or 'port {80, 443}'"},
	{"-L -p tcp --dport 80-90", "an expression takes several"},
	{"-L -p tcp --dport 65616", "'65616' is not a port"},
	{"-L -p tcp --dport 65536", "'65536' is not a port"},
	{"-L -p tcp --dport 80abc", "'80abc' is not a port"},
	{"-L -p tcp --dport 0x50", "'0x50' is not a port"},
	{"-L -p tcp --dport -1", "'-1' is not a port"},
	{"-L -p tcp --dport=", "'' is not a port"},
	{"-L -p tcp --dport \" 80\"", "' 80' is not a port"},
	{"-L -p icmp --icmp-type 300", "--icmp-type: '300' is not a number from 0 to 255"},
	{"-L -p icmp --icmp-id 65536", "--icmp-id: '65536' is not a number from 0 to 65535"},
	{"-L -p gre --srckey 0x10000", "--srckey: '0x10000' is not a key"},
	{"-L -p gre --srckey 09", "'09' is not a key"},
	{"-U -p sctp --orig-vtag 4294967296", "'4294967296' is not a verification tag"},
	{"-U -p sctp --orig-vtag x", "'x' is not a verification tag"},
	{"-L -p tcp --state ESTABLISHD", "did you mean 'ESTABLISHED'?|SYN_SENT2)"},
	{"-L -p tcp --state established", "'established' is not a state of tcp"},
	{"-L -p tcp --state \"\"", "'' is not a state of tcp"},
	{"-L -p sctp --state BAD", "'BAD' is not a state of sctp (NONE, CLOSED"},
	{"-L -p dccp --state ESTABLISHED", "is not a state of dccp"},
	{I_PAIR " -p dccp --sport 1 --dport 2 --state OPEN --role both",
		"--role: 'both' is not a known role (client, server)"},
	/* addresses */
	{"-L -s foo", "-s: 'foo' is not an address or a network"},
	{"-L -s \"\"", "'' is not an address"},
	{"-L -s 192.0.2.256", "'192.0.2.256' is not an address"},
	{"-L -s 1.1", "'1.1' is not an address"},
	{"-L -s 0x7f.1", "'0x7f.1' is not an address"},
	{"-L -s \"1.1.1.1 junk\"", "is not an address"},
	{"-L -d 2001:db8:::1", "-d: '2001:db8:::1' is not"},
	{"-L -s -1", "'-1' is not an address"},
	{"-L -s 1.1.1.1/", "-s: '1.1.1.1/' is not a network (ADDRESS/BITS with 0 to 32 BITS)"},
	{"-L -s 192.0.2.0/33", "0 to 32 BITS"},
	{"-L -s 192.0.2.0/-1", "0 to 32 BITS"},
	{"-L -d 192.0.2.0/24x", "0 to 32 BITS"},
	{"-L -s 192.0.2.0/24/24", "0 to 32 BITS"},
	{"-L -s 192.0.2.0/255.255.255.0", "0 to 32 BITS"},
	{"-L -d 2001:db8::/129", "0 to 128 BITS"},
	{"-L -s /24", "'/24' is not"},
	{"-L -r 192.0.2.0/24", "-r: '192.0.2.0/24' is not an address; a network cannot"},
	{"-L -s 192.0.2.1 --mask-src 255.0.0.0/8", "--mask-src: '255.0.0.0/8'"},
	{"-L -s 192.0.2.1 --mask-src 24", "--mask-src: '24' is not an address"},
	{"-L -s 192.0.2.1 -d 2001:db8::1", "-d: '2001:db8::1' is IPv6, but -s '192.0.2.1' is IPv4"},
	{"-L -f ipv6 -s 192.0.2.1", "-s: '192.0.2.1' is IPv4, but -f 'ipv6' is IPv6"},
	{"-L --src 2001:db8::1 --family=ipv4", "--family: 'ipv4' is IPv4, but --src"},
	{"-L -f ipv4 -f ipv6", "-f: 'ipv6' is IPv6, but"},
	{"-L -f ipv6 -n 203.0.113.6", "-n: '203.0.113.6' is IPv4, but -f 'ipv6' is IPv6"},
	{"-D -s 192.0.2.1 --mask-src ffff::", "--mask-src: 'ffff::' is IPv6, but -s"},
	{"-L -f inet", "-f: 'inet' is not a family (ipv4, ipv6)"},
	{"-L -f IPV4", "'IPV4' is not a family"},
	{"-L -f ipv4x", "'ipv4x' is not a family"},
	{"-L -f \"\"", "'' is not a family"},
	/* NAT */
	{"-L -n \"\"", "-n: '' is not an address with or without a port"},
	{"-L -n foo", "'foo' is not an address"},
	{"-L --src-nat=foo", "--src-nat: 'foo' is not"},
	{"-L -nL", "-n: 'L' is not"},
	{"-L -n 203.0.113.7:", "is not"},
	{"-L -n 203.0.113.7:65536", "is not"},
	{"-L -n 203.0.113.7:90-80", "is not"},
	{"-L -n 203.0.113.7:80-", "is not"},
	{"-L -n 203.0.113.7:-1", "is not"},
	{"-L -n \"203.0.113.7: 5\"", "is not"},
	{"-L -n 203.0.113.7:80x", "is not"},
	{"-L -n 203.0.113.7:80:90", "is not"},
	{"-L -n 203.0.113.7:99999999999999999999", "is not"},
	{"-L -n 203.0.113.7/24", "-n|a network cannot be used here"},
	{"-L -g [2001:db8::1", "is not"},
	{"-L -g [2001:db8::1]x", "is not"},
	{"-L -g []:80", "is not"},
	{"-L -g []", "is not"},
	{"-L -g :", "is not"},
	{I_UDP " -g :80", "-g: needs an address with -I"},
	{I_UDP " -n", "-n: needs an address with -I"},
	{I_UDP " -n 2001:db8::1", "is IPv6, but -s"},
	/* status, events, outputs */
	{"-L -u FOO", "-u: 'FOO' is not a known status (EXPECTED, SEEN_REPLY"},
	{"-L -u ASURED", "did you mean 'ASSURED'?"},
	{"-L -u REPLIED", "did you mean 'SEEN_REPLY'?"},
	{"-L -p icmp6", "did you mean 'icmpv6'?"},
	{"-L -p opsf", "did you mean 'ospf'?"},
	{"-L -p vrpp", "did you mean 'vrrp'?"},
	{"-L -p igpm", "did you mean 'igmp'?"},
	{"-L -p tcp --state ESTAB", "did you mean 'ESTABLISHED'?"},
	{"-L --protocol tcp", "--protocol: unknown option, did you mean '--protonum'?"},
	{"-L --source 192.0.2.1", "did you mean '--src'?"},
	{"-L --destination 192.0.2.1", "did you mean '--dst'?"},
	{"-L --source-port 1", "did you mean '--sport'?"},
	{"-L -p tcp --destination-port 1", "did you mean '--dport'?"},
	{"-L --json", "--json: unknown option, did you mean '-o json'?"},
	{"-L --xml", "did you mean '-o xml'?"},
	{"-L -u UNREPLID", "did you mean 'UNREPLIED'?"},
	{"-L -u \"\"", "-u: an empty word in the list"},
	{"-L -u ASSURED,", "an empty word"},
	{"-L -u ,ASSURED", "an empty word"},
	{"-L -u !", "an empty word"},
	{"-L -u CONFIRMED", "'CONFIRMED' is not a known status"},
	{"-L -u DYING", "'DYING' is not"},
	{"-L -u SRC_NAT", "-u: translated entries are selected with -n and -g, not by 'SRC_NAT'"},
	{"-L -u d", "-n and -g"},
	{"-D -u UN", "-u: 'UN' is the beginning of more than one status (UNREPLIED, UNSET)"},
	{"-D -u u", "(UNREPLIED, UNSET)"},
	{"-D -u !Un", "(UNREPLIED, UNSET)"},
	{"-L -u !UNSET", "'!UNSET' means nothing"},
	{"-L -u ASSURED,!ASSURED", "ASSURED cannot be both"},
	{"-L -u UNREPLIED -u SEEN_REPLY", "SEEN_REPLY cannot be both"},
	{"-I expect -u FOO",
		"-u: 'FOO' is not a known flag of an expectation (PERMANENT, INACTIVE, USERSPACE)"},
	{"-I expect -u PERMANENTT", "did you mean 'PERMANENT'?"},
	{"-L -u PERM", "-u: 'PERM' is not a known status (EXPECTED"},
	{"-L -u PERMANENT", "flags of expectations"},
	{"-U -u !ASSURED", "-u: flags can be added only"},
	{"-E -e FOO", "-e: 'FOO' is not a known event (ALL, NEW, UPDATES, DESTROY)"},
	{"-E -e UPDATED", "did you mean 'UPDATES'?"},
	{"-E -e NEW,", "-e: an empty word"},
	{"-L -o foo", "-o: 'foo' is not a known output (xml, save, extended"},
	{"-L -o exended", "did you mean 'extended'?"},
	{"-L -o xml,", "-o: an empty word"},
	{"-L -o \"xml;id\"", "'xml;id' is not"},
	{"-oxL", "-o: 'xL' is not"},
	/* numbers */
	{"-L -m abc", "-m: 'abc' is not a mark"},
	{"-L -m \"\"", "'' is not a mark"},
	{"-L -m -1", "'-1' is not a mark"},
	{"-L -m 4294967296", "'4294967296' is not a mark"},
	{"-L -m 1x", "'1x' is not a mark"},
	{"-L -m 5/", "'5/' is not a mark"},
	{"-L -m /5", "'/5' is not a mark"},
	{"-L -m 1/x", "'1/x' is not a mark"},
	{"-L -m 0/0x100000001", "'0/0x100000001' is not a mark"},
	{"-L -m 00000000000000000000000000000000000001/1", "is not a mark"},
	{"-L -c 1/2", "-c: '1/2' is not a security mark"},
	{"-D -i 1x", "-i: '1x' is not an identifier"},
	{"-D -i 4294967296", "'4294967296' is not an identifier"},
	{"-L -w 65536", "-w: '65536' is not a zone (0-65535)"},
	{"-L -w -1", "'-1' is not a zone"},
	{"-L -w 08", "-w: '08' is not a zone (0-65535): a number that begins with 0 is octal"},
	{"-D -i 09", "'09' is not an identifier (0-4294967295): a number that begins with 0"},
	{"-L --orig-zone x", "--orig-zone: 'x' is not a zone"},
	{"-D --reply-zone \"\"", "--reply-zone: '' is not a zone"},
	{"-I -t abc", "-t: 'abc' is not a number of seconds"},
	{"-I -t -1", "'-1' is not a number of seconds"},
	{"-I -t 4294967296", "'4294967296' is not a number of seconds"},
	{"-I -t 0x5", "'0x5' is not a number of seconds"},
	{"-E -b 0", "-b: '0' is not a number of bytes"},
	{"-E -b 2147483648", "is not a number of bytes"},
	{"-E -b 1M", "'1M' is not a number of bytes"},
	/* labels */
	{"-L -l foo", "-l: 'foo' is not in the list of labels (/etc/xtables/connlabel.conf)"},
	{"-L -l \"\"", "-l: an empty word in the list (names of labels"},
	{"-U --label-add \"\"", "--label-add: an empty word in the list"},
	{"-U --label-add ,one", "--label-add: an empty word in the list"},
	{"-L -l one --labelmap \"\"",
		"-l: the list of labels cannot be read: the name of the file is empty"},
	{"-L -l ONE", "'ONE' is not in the list|did you mean 'one'?"},
	{"-L -l \"one \"", "'one ' is not"},
	{"-L -l one,", "-l: an empty word in the list"},
	{"-L -l one,fourty", "'fourty'|did you mean 'forty'?"},
	{"-U --label-add foo", "--label-add: 'foo'"},
	{"-U --label-del=foo", "--label-del: 'foo'"},
	{"-L -l one --labelmap /nonexistent",
		"-l: the list of labels cannot be read: /nonexistent"},
	/* lines of a file */
	{"@--", "no command given; -D, -I, -A, -U and -F have a place in a file"},
	{"@-L", "-L: has no place in a file; -D, -I, -A, -U and -F have"},
	{"@--counter", "--counter: has no place in a file"},
	{"@-h", "-h: has no place in a file"},
	{"@-D -h", "-h: has no place in a file"},
	{"@-F expect",
		"-F expect: has no place in a file; only -D, -I, -A, -U and -F of conntrack, and "
		"-D and -I of expect have"},
	{"@-I expect", "-I expect: needs -s ADDRESS"},
	{"@-L expect", "-L: has no place in a file"},
	{"@-A -s 1.1.1.1 -d 1.1.1.2 -p udp --sport 1 --dport 2 -t 5 # note", "'#'"},
	{"@-D -t 100", "-t: does not select; a -D line with it needs -s and -d"},
	{"@-D -t 100 -p tcp", "-t: does not select"},
	{"@-D -p dccp --role client -s 1.1.1.1", "--role: does not select"},
	{"@-A -o xml", "-o: does not go with -A"},
	{"@-D -b 5", "-b: does not go with -D"},
	{"@-D [USERSPACE] portid=5", "'[USERSPACE]' is not a word"},
	{"@-I -s 1.1.1.1 -d 1.1.1.2 -p udp --sport 1 --dport 2 -t 5 udp", "'udp'|no option"},
};

/* Whether text has all parts of `says`. */
static bool has_all(const char *text, const char *says)
{
	while (*says != '\0') {
		char part[128];
		size_t length = strcspn(says, "|");

		snprintf(part, sizeof(part), "%.*s", (int)length, says);
		if (strstr(text, part) == NULL)
			return false;
		says += length;
		says += *says == '|';
	}
	return true;
}

static unsigned lines_below(const char *text)
{
	unsigned count = 0;

	while ((text = strchr(text, '\n')) != NULL) {
		text++;
		count++;
	}
	return count;
}

static void every_line(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct parsed *p = parse_line(rows[i].line);

		if (p->result != -1)
			fail_msg("%s\n  is taken: %s", rows[i].line, describe(&p->request));
		if (!has_all(p->complaint.text, rows[i].says))
			fail_msg("%s\n  complains: %s\n  without:   %s", rows[i].line,
				p->complaint.text, rows[i].says);
		/* One line, or with the expression and the marks below it. */
		assert_int_equal(lines_below(p->complaint.text),
			strstr(p->complaint.text, "\n    ") != NULL ? 2 : 0);
		forget_line(p);
	}
}

static void words_of_any_length(void **state)
{
	static const char *const before[] = {"-", "-L -p ", "-L -s ", "-L -u ", "-L -o ", "-L -m ",
		"-L -l ", "-L -n ", "-L --", "-L ", "-L -p tcp --state ", "-L -p tcp --dport "};
	static char line[4096];

	(void)state;
	for (size_t i = 0; i < COUNT(before); i++) {
		size_t used = strlen(before[i]);

		memcpy(line, before[i], used);
		memset(line + used, 'x', sizeof(line) - 1 - used);

		struct parsed *p = parse_line(line);

		assert_int_equal(p->result, -1);
		assert_in_range(strlen(p->complaint.text), 1, sizeof(p->complaint.text) - 1);
		forget_line(p);
	}
}

static void too_many_labels(void **state)
{
	static char line[8192] = "-L";

	(void)state;
	for (unsigned i = 0; i < LABEL_BITS; i++)
		strcat(line, " -l one");

	struct parsed *p = parse_line(line);

	assert_int_equal(p->result, 0);
	forget_line(p);
	p = parse_line(strcat(line, " -l one"));
	assert_int_equal(p->result, -1);
	assert_non_null(strstr(p->complaint.text, "-l: more than 128 label options"));
	forget_line(p);
}

/* Names of the system's lists, where it has them. */
static void names_of_the_system(void **state)
{
	static const struct {
		const char *line;
		const char *means;
	} named[] = {
		{"-L -p tcp --dport https", "-L [ p6 o.part1=443 ]"},
		{"-L -p udp --sport domain", "-L [ p17 o.part0=53 ]"},
		{"-L -p ospf", "-L [ p89 ]"},
		{"-L -p esp -d ::1", "-L ipv6 [ family=ipv6 p50 o.dst=::1 ]"},
	};

	(void)state;
	if (getservbyname("https", "tcp") == NULL || getprotobyname("ospf") == NULL)
		skip();
	for (size_t i = 0; i < COUNT(named); i++) {
		struct parsed *p = parse_line(named[i].line);

		assert_int_equal(p->result, 0);
		assert_string_equal(describe(&p->request), named[i].means);
		forget_line(p);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_line),
		cmocka_unit_test(words_of_any_length),
		cmocka_unit_test(too_many_labels),
		cmocka_unit_test(names_of_the_system),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
