/* SPDX-License-Identifier: MIT */
/* How flows are to be shown: groups, order, columns, namespaces. */
#include "cli/cli.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "lines.h"

static const struct {
	const char *line;
	const char *means; /* see describe() */
} rows[] = {
	{"-L", ""},
	{"-L --group-by src", "by src/32/128 sum packets bytes sort -flows"},
	{"-L --group-by=src,dport", "by src/32/128 dport sum packets bytes sort -flows"},
	{"-L --group-by src --group-by dport", "by src/32/128 dport sum packets bytes sort -flows"},
	{"-L --group-by src/24", "by src/24/128 sum packets bytes sort -flows"},
	{"-L --group-by src/64", "by src/32/64 sum packets bytes sort -flows"},
	{"-L --group-by dst/24/56", "by dst/24/56 sum packets bytes sort -flows"},
	{"-L --group-by src/0/0", "by src/0/0 sum packets bytes sort -flows"},
	/* One family: the number is of that one. */
	{"-L -f ipv6 --group-by src/24", "by src/32/24 sum packets bytes sort -flows"},
	{"-L --group-by src/24 -f ipv6", "by src/32/24 sum packets bytes sort -flows"},
	{"-L --group-by src/24 -s 2001:db8::1", "by src/32/24 sum packets bytes sort -flows"},
	{"-L --group-by src/64 -f ipv4", "by src/32/64 sum packets bytes sort -flows"},
	{"-L --group-by label,protocol,reply-src,orig_sport",
		"by labels proto reply_src/32/128 sport sum packets bytes sort -flows"},
	{"-L --group-by proto --sum bytes", "by proto sum bytes sort -bytes"},
	{"-L --group-by proto --sum flows", "by proto sum sort -flows"},
	{"-L --group-by proto --sum reply_bytes,flows,packets",
		"by proto sum reply_bytes packets sort -reply_bytes"},
	{"-L --group-by proto --sort bytes", "by proto sum packets bytes sort -bytes"},
	{"-L --group-by proto --sort +bytes,proto",
		"by proto sum packets bytes sort +bytes +proto"},
	{"-L --group-by proto --sort -proto", "by proto sum packets bytes sort -proto"},
	{"-L --group-by proto --sort flows", "by proto sum packets bytes sort -flows"},
	{"-L --group-by proto --sort +flows", "by proto sum packets bytes sort +flows"},
	{"-L --group-by proto --top 10 --min 5",
		"by proto sum packets bytes sort -flows top 10 min 5"},
	{"-L --group-by proto --approx -H --resolve",
		"by proto sum packets bytes sort -flows approx human resolve"},
	{"-L --group-by proto -o json", "json by proto sum packets bytes sort -flows"},
	{"-L --group-by proto -o csv", "csv by proto sum packets bytes sort -flows"},
	{"-L --group-by proto -o table,labels", "table by proto sum packets bytes sort -flows"},
	{"-E --group-by dst --top 3", "by dst/32/128 sum sort -flows top 3"},
	{"-E --group-by dst --sum bytes", "by dst/32/128 sum bytes sort -bytes"},
	{"-L dying --group-by src", "by src/32/128 sum packets bytes sort -flows"},
	{"-L -z --group-by src", "by src/32/128 sum packets bytes sort -flows"},
	{"-L --sort bytes --limit 100", "sort -bytes limit 100"},
	{"-L --sort src,-dport", "sort +src -dport"},
	{"-L --sort -timeout", "sort -timeout"},
	{"-L --sort age -o xml", "xml sort -age"},
	{"-L --limit 1", "limit 1"},
	{"-L -o table", "table"},
	{"-L -o csv", "csv"},
	/* What 1.4.9 knows goes on to mean it. */
	{"-L -o t", ""},
	{"-L -o ta", "table"},
	{"-L -o c", "csv"},
	{"-L --columns src,dst", "table columns src dst"},
	{"-L --columns src -o csv", "csv columns src"},
	{"-D --columns src -H", "table columns src human"},
	{"-E --columns src,age", "table columns src age"},
	{"-E --columns src -o timestamp", "table columns src"},
	{"-E -o table,timestamp", "table"},
	{"-L --columns src -o labels", "table columns src"},
	{"-L -o table -H --resolve", "table human resolve"},
	{"-L --netns blue", "netns blue"},
	{"-L --netns=all", "netns all"},
	{"-S --netns all", "netns all"},
	{"-C --netns all -o json", "json netns all"},
	{"-D --netns 17", "netns 17"},
	{"-F --netns /proc/1/ns/net", "netns /proc/1/ns/net"},
	{"-L expect --netns blue", "netns blue"},
};

static void add_field(char *text, const char *before, const struct field *field)
{
	sprintf(text + strlen(text), "%s%s ", before, field != NULL ? field->name : "flows");
}

static void add_number(char *text, const char *before, uint64_t number)
{
	if (number > 0)
		sprintf(text + strlen(text), "%s %llu ", before, (unsigned long long)number);
}

/* What differs from an ordinary list, in words. */
static const char *describe(const struct request *request)
{
	static char text[1024];
	const struct view *view = &request->view;

	*text = '\0';
	if (request->format != &output_text)
		sprintf(text, "%s ", request->format->name);
	if (view->key_count > 0)
		strcat(text, "by ");
	for (unsigned i = 0; i < view->key_count; i++) {
		const struct group_key *key = &view->key[i];

		add_field(text, "", key->field);
		if (key->field->type == FIELD_ADDRESS)
			sprintf(text + strlen(text) - 1, "/%u/%u ", key->bits[0], key->bits[1]);
	}
	if (view->key_count > 0)
		strcat(text, "sum ");
	for (unsigned i = 0; i < view->sum_count; i++)
		add_field(text, "", view->sum[i]);
	if (view->sort_count > 0)
		strcat(text, "sort ");
	for (unsigned i = 0; i < view->sort_count; i++)
		add_field(text, view->sort[i].descending ? "-" : "+", view->sort[i].field);
	add_number(text, "top", view->top);
	add_number(text, "min", view->minimum);
	add_number(text, "limit", view->limit);
	if (view->column_count > 0)
		strcat(text, "columns ");
	for (unsigned i = 0; i < view->column_count; i++)
		add_field(text, "", view->column[i]);
	strcat(text, view->approximate ? "approx " : "");
	strcat(text, view->human ? "human " : "");
	strcat(text, view->resolve ? "resolve " : "");
	if (request->netns != NULL)
		sprintf(text + strlen(text), "netns %s ", request->netns);
	if (*text != '\0')
		text[strlen(text) - 1] = '\0';
	return text;
}

static void what_lines_mean(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct parsed *p = parse_line(rows[i].line);

		if (p->result < 0)
			print_error("%s\n  %s\n", rows[i].line, p->complaint.text);
		assert_int_equal(p->result, 0);
		if (strcmp(describe(&p->request), rows[i].means) != 0)
			print_error("%s\n", rows[i].line);
		assert_string_equal(describe(&p->request), rows[i].means);
		forget_line(p);
	}
}

static const struct {
	const char *line;
	const char *says; /* a part of it */
} refused[] = {
	{"-L --group-by nope", "--group-by: 'nope' is not a field"},
	{"-L --group-by dprot", "did you mean 'dport'"},
	{"-L --group-by \"\"", "--group-by: '' is not a field"},
	{"-L --group-by src,", "--group-by: '' is not a field"},
	{"-L --group-by dport/24", "'dport' is not an address, so it cannot be cut to /24"},
	{"-L --group-by src/129", "'/129' is not a length of addresses"},
	{"-L --group-by src/33/64", "'/33/64' is not a length of addresses"},
	{"-L --group-by src/24/129", "'/24/129' is not a length of addresses"},
	{"-L --group-by src/", "'/' is not a length of addresses"},
	{"-L --group-by src/x", "'/x' is not a length of addresses"},
	{"-L --group-by src,dst,sport,dport,proto,state,mark,zone,id", "more than 8 fields"},
	{"-L --group-by src --sum mark", "'mark' is not an amount that can be summed up"},
	{"-L --group-by src --sum nope", "--sum: 'nope' is not a field"},
	{"-L --group-by src --top 0", "--top: '0' is not a number from 1 to 4294967294"},
	{"-L --group-by src --top -1", "--top: '-1' is not a number from 1 to 4294967294"},
	{"-L --group-by src --min 1k", "--min: '1k' is not a number from 1 to 4294967294"},
	{"-L --group-by src --sort dst", "--sort: 'dst' is neither a key nor a sum"},
	{"-L --group-by src --sum packets --sort bytes", "'bytes' is neither a key nor a sum"},
	{"-L --group-by src --limit 5", "--limit: does not go with --group-by (--top does)"},
	{"-L --group-by src --columns src", "--columns: does not go with --group-by"},
	{"-L --group-by src -o xml", "'xml' has no form for --group-by"},
	{"-L --group-by src -o save", "'save' has no form for --group-by"},
	{"-L --group-by src -o extended", "--group-by: does not go with words of -o other"},
	{"-L --group-by src -o json -H", "-H: needs -o table, or --group-by without -o"},
	{"-D --group-by src", "--group-by: does not go with -D"},
	{"-L expect --group-by src", "--group-by: does not go with -L expect"},
	{"-L --top 5", "--top: needs --group-by (for flows there is --limit)"},
	{"-L --sum bytes", "--sum: needs --group-by"},
	{"-L --min 5", "--min: needs --group-by"},
	{"-L --approx", "--approx: needs --group-by"},
	{"-L --sort nope", "--sort: 'nope' is not a field"},
	{"-L --sort flows", "--sort: 'flows' are counted with --group-by only"},
	{"-L --sort src,dst,sport,dport,mark", "more than 4 fields"},
	{"-E --sort src", "--sort: needs --group-by: events come when they come"},
	{"-E --group-by src --sort bytes", "'bytes' is neither a key nor a sum"},
	{"-E --limit 5", "--limit: does not go with -E"},
	{"-L --limit 0", "--limit: '0' is not a number from 1 to 4294967294"},
	{"-L --limit 4294967295", "--limit: '4294967295' is not a number from 1 to 4294967294"},
	{"-L -z --limit 5", "-z: zeroes all entries, so it cannot be used with --limit"},
	{"-L --columns nope", "--columns: 'nope' is not a field"},
	{"-L --columns src -o json", "--columns: goes with -o table and -o csv, not 'json'"},
	{"-L --columns src -o xml", "--columns: goes with -o table and -o csv, not 'xml'"},
	{"-L -H", "-H: needs -o table"},
	{"-L --human -o csv", "--human: needs -o table"},
	{"-L --resolve", "--resolve: needs -o table"},
	{"-L expect -o table", "-o: 'table' does not go with -L expect (xml, save, extended"},
	{"-L expect -o csv", "-o: 'csv' does not go with -L expect (xml"},
	{"-C -o table", "-o: 'table' does not go with -C (json)"},
	{"-L -o table,csv", "'table' and 'csv' are both formats"},
	{"-L --netns \"\"", "--netns: '' is not a network namespace"},
	{"-D --netns all", "'all' goes with -L, -C and -S of flows alone"},
	{"-E --netns all", "'all' goes with -L, -C and -S of flows alone"},
	{"-L expect --netns all", "'all' goes with -L, -C and -S of flows alone"},
	{"-L --netns all -o save", "'all' does not go with -o save"},
	{"-V --netns blue", "--netns: does not go with -V"},
	{"@-D -s 192.0.2.1 --netns blue",
		"--netns: has no place in a line of a file; behind -R it holds for all of them"},
	{"@-D -s 192.0.2.1 --max 3", "--max: has no place in a line of a file; behind -R"},
	{"-L dying -z", "-z: the kernel zeroes no counters of 'dying'"},
	{"-L unconfirmed -z -f ipv4", "-z: the kernel zeroes no counters of 'unconfirmed'"},
	{"-L -o csv,id", "-o: words besides 'csv' and 'labels' add nothing; --columns names"},
	{"-E -o table,received", "-o: words besides 'table', 'timestamp' and 'labels' add nothing"},
	{"-L -o table,timestamp", "-o: words besides 'table' and 'labels' add nothing"},
	{"-E -o csv,timestamp", "-o: words besides 'csv' and 'labels' add nothing"},
	{"-L --columns src -o id", "-o: words besides 'table' and 'labels' add nothing"},
	{"-L -o extended --columns src", "-o: words besides 'table' and 'labels' add nothing"},
	{"-D --columns src -o ktimestamp", "-o: words besides 'table' and 'labels' add nothing"},
	{"-L -o received", "-o: 'received' does not go with -L (xml"},
	{"-E --reliable -e NEW",
		"--reliable: no end is lost; it needs DESTROY among the kinds of -e"},
	{"-L -z --netns all", "--netns: 'all' is for looking, so it does not go with -z"},
	{"-L --group-by src/24,src/16", "--group-by: 'src' is named twice"},
	{"-L --group-by src --group-by src", "--group-by: 'src' is named twice"},
	{"-L --group-by src --sum bytes,packets,bytes", "--sum: 'bytes' is named twice"},
	{"@-D -s 192.0.2.1 --columns src", "--columns: has no place in a line of a file"},
	{"@-U -s 192.0.2.1 -m 1 -H", "-H: has no place in a line of a file"},
	{"@-U -s 192.0.2.1 -m 1 -o table -H", "-H: has no place in a line of a file"},
	{"@-D -s 192.0.2.1 --resolve", "--resolve: has no place in a line of a file"},
};

static void what_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		struct parsed *p = parse_line(refused[i].line);

		if (p->result == 0 || strstr(p->complaint.text, refused[i].says) == NULL)
			print_error("%s\n  %s\n", refused[i].line,
				p->result == 0 ? "is taken" : p->complaint.text);
		assert_int_equal(p->result, -1);
		assert_non_null(strstr(p->complaint.text, refused[i].says));
		forget_line(p);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_lines_mean),
		cmocka_unit_test(what_is_refused),
	};

	return cmocka_run_group_tests_name("view", tests, NULL, NULL);
}
