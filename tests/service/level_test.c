/* SPDX-License-Identifier: BSD-3-Clause */

/* What is measured for alerts of kind=level. */

#include "jwt-agent/service/level.h"

#include "jwt-agent/service/alerts.h"
#include "jwt-agent/service/upkeep.h"
#include "tests/service/agency.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#define TEXT(text) ((char *)(uintptr_t)(text))

static struct level_value
measure_in(struct agency *agency, const char *name, enum txn_mode mode)
{
	const struct level *level = level_find(name);
	auto_free(txn) struct txn *txn = NULL;
	struct level_value value = {0};

	assert_non_null(level);
	assert_string_equal(level->name, name);
	assert_int_equal(store_begin(agency->store, mode, &txn), OK);
	assert_int_equal(
	    level->read(&agency->service, txn, host_now(&agency->host), &value),
	    OK);
	return value;
}

/* The same when the agent looks and when somebody tests an alert. */
static struct level_value
measure(struct agency *agency, const char *name)
{
	struct level_value read = measure_in(agency, name, TXN_READ);
	struct level_value written = measure_in(agency, name, TXN_WRITE);

	assert_int_equal(read.known, written.known);
	assert_int_equal(read.value, written.value);
	assert_string_equal(read.of, written.of);
	return read;
}

static void
assert_level(
    struct agency *agency, const char *name, int64_t number, const char *of)
{
	struct level_value value = measure(agency, name);

	assert_true(value.known);
	assert_int_equal(value.value, number);
	assert_string_equal(value.of, of);
}

static void
test_names(void **state)
{
	static const char *const none[] = {
	    "", "store", "store_used ", "Store_used", "login"};

	(void)state;
	for (size_t i = 0; i < sizeof(none) / sizeof(*none); i++)
		assert_null(level_find(none[i]));
	assert_string_equal(level_find("store_used")->unit, "%");
	assert_string_equal(level_find("keys_age")->unit, "%");
	assert_string_equal(level_find("audit_chain")->unit, "");
	assert_string_equal(level_find("upkeep")->unit, "");
}

/* So many entries of a page each; NULL removes them. */
static void
put_pages(struct agency *agency, int count, const char *room, size_t size)
{
	for (int i = 0; i < count; i++) {
		struct call *call = agency_begin(agency);
		char name[16];

		snprintf(name, sizeof(name), "page%d", i);
		assert_int_equal(room != NULL
			? txn_put(call->txn, TABLE_JWKS, text_slice(name),
			      (struct slice){room, size})
			: txn_delete(call->txn, TABLE_JWKS, text_slice(name)),
		    OK);
		assert_int_equal(agency_end(agency, OK), OK);
	}
}

/* Of store_max=, and what is free in the file is not used. */
static void
test_store_used(void **state)
{
	static char room[4000];
	struct agency *agency = *state;
	int64_t before, full;

	agency_configure(agency, "[agent]\nstore_max = 4M\n");
	before = measure(agency, "store_used").value;
	assert_in_range(before, 0, 30);
	memset(room, 'x', sizeof(room));
	put_pages(agency, 512, room, sizeof(room));
	full = measure(agency, "store_used").value;
	assert_in_range(full, before + 45, before + 60);
	put_pages(agency, 512, NULL, 0);
	assert_in_range(
	    measure(agency, "store_used").value, before, before + 5);
	agency_configure(agency, "[agent]\nstore_max = 4G\n");
	assert_level(agency, "store_used", 0, "");
}

#define ISSUER(name)                                                           \
	"[issuer " name "]\nissuer = https://" name ".test\naudience = h\n"    \
	"keys_max_age = 1000s\n"
#define SERVER(name) ISSUER(name) "jwks_url = https://" name ".test/keys\n"

static void
fail_fetch(struct agency *agency, const char *name, int64_t fetched)
{
	struct trusted *trusted = trust_find(agency->trust, name);

	assert_non_null(trusted);
	trusted->fetched = fetched;
	snprintf(trusted->problem.text, sizeof(trusted->problem.text), "%s",
	    "it answers with a page of errors");
}

/* The oldest is named; above half are only keys that cannot be fetched. */
static void
test_keys_age(void **state)
{
	struct agency *agency = *state;

	assert_level(agency, "keys_age", 0, "");
	agency_configure(agency, SERVER("one") SERVER("two"));
	assert_level(agency, "keys_age", 0, ""); /* not asked for yet */
	trust_find(agency->trust, "one")->fetched = AGENCY_START - 200;
	assert_level(agency, "keys_age", 20, " issuer=one");
	trust_find(agency->trust, "one")->fetched = AGENCY_START - 900;
	assert_level(agency, "keys_age", 50, " issuer=one");
	fail_fetch(agency, "one", AGENCY_START - 504);
	assert_level(agency, "keys_age", 50, " issuer=one");
	fail_fetch(agency, "two", AGENCY_START - 510);
	assert_level(agency, "keys_age", 51, " issuer=two");
	agency_pass(agency, 1000);
	assert_level(agency, "keys_age", 151, " issuer=two");
	fail_fetch(agency, "one", 0); /* never fetched: as good as too old */
	assert_level(agency, "keys_age", 151, " issuer=two");
	trust_find(agency->trust, "two")->problem.text[0] = '\0';
	assert_level(agency, "keys_age", 100, " issuer=one");
	/* nobody needs the keys of one that has ended */
	agency_configure(agency, SERVER("one") "accept_until = 2020-01-01\n");
	fail_fetch(agency, "one", 0);
	assert_level(agency, "keys_age", 0, "");
}

static void
test_audit_chain(void **state)
{
	struct agency *agency = *state;

	assert_false(measure(agency, "audit_chain").known);
	alerts_note_verified(agency->alerts, 0);
	assert_level(agency, "audit_chain", 0, "");
	alerts_note_head(agency->alerts);
	assert_level(agency, "audit_chain", 1, "");
	alerts_note_verified(agency->alerts, 7);
	assert_level(agency, "audit_chain", 7, "");
	alerts_note_head(agency->alerts);
	assert_level(agency, "audit_chain", 8, "");
	alerts_note_verified(agency->alerts, 0); /* each check is by itself */
	assert_level(agency, "audit_chain", 0, "");
}

static void
done(struct agency *agency, const char *job, const char *outcome)
{
	const struct upkeep_done_request request = {.job = TEXT(job),
	    .outcome = TEXT(outcome),
	    .began = agency->now_ms / 1000};
	struct empty reply;

	assert_int_equal(
	    agency_end(agency,
		admin_upkeep_done(agency_begin(agency), &request, &reply)),
	    OK);
}

/* Jobs that are overdue, failed, or say that somebody has to come. */
static void
test_upkeep(void **state)
{
	struct agency *agency = *state;

	assert_level(agency, "upkeep", 0, "");
	done(agency, "report", UPKEEP_FAILED);
	assert_level(agency, "upkeep", 1, " job=report");
	done(agency, "audit-check", UPKEEP_DUE);
	assert_level(agency, "upkeep", 2, " job=audit-check");
	done(agency, "report", UPKEEP_OK);
	done(agency, "audit-check", UPKEEP_OK);
	assert_level(agency, "upkeep", 0, "");
	agency_pass(agency, 2 * (int64_t)JOB_DAY);
	assert_level(agency, "upkeep", 0, "");
	agency_pass(agency, 1);
	assert_level(agency, "upkeep", 2, " job=sweep");
	/* nobody waits for what is not configured */
	agency_configure(agency, "[upkeep]\nbackup_dir = /var/backups\n");
	assert_level(agency, "upkeep", 3, " job=sweep");
	done(agency, "sweep", UPKEEP_OK);
	assert_level(agency, "upkeep", 2, " job=backup");
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, agency_set_up, agency_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_names),
	    TEST(test_store_used),
	    TEST(test_keys_age),
	    TEST(test_audit_chain),
	    TEST(test_upkeep),
	};

	return cmocka_run_group_tests_name("level", tests, NULL, NULL);
}
