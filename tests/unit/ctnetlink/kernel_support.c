/* SPDX-License-Identifier: MIT */
/* What a kernel must have shown before a filtered flush is sent to it. */
#include "ctnetlink/kernel_support.h"

#include <errno.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/netlink.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "seams/transport_fault.h"

#define DUMP   (NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_GET)
#define DELETE (NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_DELETE)

static struct kernel_filter filter;

static int setup(void **state)
{
	(void)state;
	fault_reset();
	memset(&filter, 0, sizeof(filter));
	return 0;
}

/* Probes 1 to n are refused, as by a kernel that reads them. */
static void refuse(unsigned n, int error)
{
	for (unsigned i = 1; i <= n; i++)
		fault_refuse(i, error, "");
}

static void answer_dump(void)
{
	const struct {
		struct nlmsghdr header;
		int code;
	} done = {{sizeof(done), NLMSG_DONE, NLM_F_MULTI, 0, 0}, 0};

	fault_answer(&done, sizeof(done), true);
}

/* Which probes each filter needs: the first one dates the kernel, whatever is asked. */
static void test_probes(void **state)
{
	static const struct {
		uint8_t parts;
		unsigned probes;
		uint16_t last;
	} rows[] = {
		{KERNEL_FAMILY, 1, DUMP},
		{KERNEL_MARK, 1, DUMP},
		{KERNEL_STATUS, 1, DUMP},
		{KERNEL_MARK | KERNEL_STATUS | KERNEL_FAMILY, 1, DUMP},
		{KERNEL_ZONE, 2, DUMP},
		{KERNEL_TUPLE | KERNEL_FAMILY, 2, DELETE},
		{KERNEL_TUPLE | KERNEL_FAMILY | KERNEL_ZONE, 3, DELETE},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		setup(state);
		filter.parts = rows[i].parts;
		filter.family = AF_INET;
		refuse(3, i % 2 ? EINVAL : EOPNOTSUPP);
		assert_int_equal(kernel_flushes(&filter), 1);
		assert_int_equal(fault_messages(), rows[i].probes);
		assert_int_equal(fault_message(rows[i].probes)->nlmsg_type, rows[i].last);
	}
}

/* A kernel that starts the dump has not read the filter; no further probe is needed. */
static void test_ignored(void **state)
{
	const struct {
		struct nlmsghdr header;
		struct nfgenmsg general;
	} entry = {{20, 0x0100, NLM_F_MULTI, 0, 0}, {0}};

	filter.parts = KERNEL_MARK;
	answer_dump();
	assert_int_equal(kernel_flushes(&filter), 0);
	setup(state);
	filter.parts = KERNEL_MARK;
	fault_answer(&entry, sizeof(entry), true);
	assert_int_equal(kernel_flushes(&filter), 0);
	assert_int_equal(fault_messages(), 1);
	/* Of the zone alone. */
	setup(state);
	filter.parts = KERNEL_ZONE;
	refuse(1, EINVAL);
	answer_dump();
	assert_int_equal(kernel_flushes(&filter), 0);
	assert_int_equal(fault_messages(), 2);
}

/* A kernel that takes CTA_FILTER for nothing looks for the tuple that no flow has. */
static void test_tuple_ignored(void **state)
{
	static const int errors[] = {ENOENT, 0};

	for (size_t i = 0; i < 2; i++) {
		setup(state);
		filter.parts = KERNEL_TUPLE | KERNEL_FAMILY;
		refuse(1, EINVAL);
		if (errors[i])
			fault_refuse(2, errors[i], "");
		assert_int_equal(kernel_flushes(&filter), 0);
		assert_int_equal(fault_messages(), 2);
	}
}

/* No probe is a flush, on any kernel: a deletion has a tuple. */
static void test_harmless(void **state)
{
	(void)state;
	filter.parts = KERNEL_TUPLE | KERNEL_FAMILY | KERNEL_ZONE | KERNEL_STATUS;
	refuse(3, EINVAL);
	assert_int_equal(kernel_flushes(&filter), 1);
	for (unsigned n = 1; n <= fault_messages(); n++) {
		const struct nlmsghdr *message = fault_message(n);
		const struct nlattr *first = (const void *)((const uint8_t *)message + 20);

		if (message->nlmsg_type == DELETE)
			assert_int_equal(first->nla_type & NLA_TYPE_MASK, CTA_TUPLE_ORIG);
		else
			assert_int_equal(message->nlmsg_flags & NLM_F_DUMP, NLM_F_DUMP);
	}
}

/* Not known is not supported: the caller must not flush. */
static void test_errors(void **state)
{
	static const int errors[] = {EPERM, ENOMEM, EBUSY, EIO};

	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		setup(state);
		filter.parts = KERNEL_MARK;
		refuse(1, errors[i]);
		assert_int_equal(kernel_flushes(&filter), -errors[i]);
	}
	setup(state);
	filter.parts = KERNEL_MARK;
	fault_open(-EMFILE);
	assert_int_equal(kernel_flushes(&filter), -EMFILE);
	setup(state);
	filter.parts = KERNEL_MARK;
	fault_send(1, -ENOBUFS);
	assert_int_equal(kernel_flushes(&filter), -ENOBUFS);
	setup(state);
	filter.parts = KERNEL_MARK;
	fault_receive(1, -ENOBUFS);
	assert_int_equal(kernel_flushes(&filter), -ENOBUFS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_probes, setup),
		cmocka_unit_test_setup(test_ignored, setup),
		cmocka_unit_test_setup(test_tuple_ignored, setup),
		cmocka_unit_test_setup(test_harmless, setup),
		cmocka_unit_test_setup(test_errors, setup),
	};
	return cmocka_run_group_tests_name("kernel_support", tests, NULL, NULL);
}
