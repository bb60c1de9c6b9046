/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/service/lifetime.h"

#include "lmdb-store/configured.h"
#include "tests/service/agency.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

/* Starts with this configuration; what the event says of it, NULL: none. */
static const char *
start(struct agency *agency, const char *text)
{
	const struct empty request = {};
	struct empty reply = {};
	struct call *call;

	agency_configure(agency, text);
	call = agency_begin(agency);
	assert_int_equal(
	    agency_end(agency, lifetime_begin(call, &request, &reply)), OK);
	assert_non_null(strstr(call->event.detail, "jwt-agent "));
	if (call->record_count == 0)
		return NULL;
	assert_int_equal(call->record_count, 1);
	assert_string_equal(call->records[0].event, "config-changed");
	return call->records[0].detail;
}

#define FIRST "[token]\nissuer = https://a.test\n[service sshd]\naudience = a\n"

static void
keys_that_changed_are_named(void **state)
{
	struct agency *agency = *state;

	assert_null(start(agency, FIRST)); /* there is nothing before it */
	assert_null(start(agency, FIRST));
	assert_string_equal(start(agency,
				"[token]\nissuer = https://a.test\n"
				"[service sshd]\naudience = a, b\n"),
	    "[service sshd] audience");
	assert_string_equal(start(agency, FIRST "issuers = local\n"),
	    "[service sshd] audience, [service sshd] issuers");
	assert_string_equal(start(agency, "[token]\nissuer = https://b.test\n"),
	    "[token] issuer, [service sshd] audience, [service sshd] issuers");
	assert_null(start(agency, "[token]\nissuer = https://b.test\n"));
}

/* Neither order nor layout of the file are a change. */
static void
the_same_written_otherwise_is_no_change(void **state)
{
	struct agency *agency = *state;

	start(agency, FIRST);
	assert_null(start(agency,
	    "# said elsewhere\n[service sshd]\naudience=a\n\n"
	    "[token]\n\nissuer = https://a.test\n"));
}

static void
no_value_is_kept(void **state)
{
	struct agency *agency = *state;
	auto_clear(configured_record) struct configured_record record = {0};
	auto_free(txn) struct txn *txn = NULL;
	auto_str char *text = NULL;

	start(agency, FIRST);
	assert_int_equal(store_begin(agency->store, TXN_READ, &txn), OK);
	assert_int_equal(configured_get(txn, &record), OK);
	text = json_dumps(record.keys, 0);
	assert_non_null(strstr(text, "[token] issuer"));
	assert_null(strstr(text, "a.test"));
}

/* A long list is cut behind a name, and says how many are left out. */
static void
many_names_are_bounded(void **state)
{
	struct agency *agency = *state;
	auto_str char *text = calloc(1, 64 * 100);
	const char *detail;

	start(agency, FIRST);
	for (int i = 0; i < 60; i++)
		sprintf(text + strlen(text),
		    "[service service-number-%d]\naudience = a\n", i);
	detail = start(agency, text);
	assert_non_null(strstr(detail, "[service service-number-0] audience"));
	assert_non_null(strstr(detail, " more"));
	assert_true(strlen(detail) <= FIELD_STR_MAX);
}

int
main(void)
{
#define T(test)                                                                \
	cmocka_unit_test_setup_teardown(test, agency_set_up, agency_tear_down)
	const struct CMUnitTest tests[] = {
	    T(keys_that_changed_are_named),
	    T(the_same_written_otherwise_is_no_change),
	    T(no_value_is_kept),
	    T(many_names_are_bounded),
	};

	return cmocka_run_group_tests_name("lifetime", tests, NULL, NULL);
}
