/* SPDX-License-Identifier: BSD-3-Clause */

/* What is accepted until a date: one second before it is over, and at it. */

#include "jwt-agent/service/dated.h"

#include "tests/policy/claimset.h"
#include "tests/service/agency.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

/* AGENCY_START is 2027-01-15T08:00:00Z. */
#define OVER INT64_C(1800057600) /* 2027-01-16 begins */

#define CONFIG                                                                 \
	"[token]\nclaim_version = 4\n"                                         \
	"claim_versions_until = 1 2027-01-15, 3 2027-02-01T12:00:00Z\n"        \
	"[issuer idp]\nissuer = https://idp.test\naudience = hosts\n"          \
	"algorithms = ES256, RS256\njwks_url = https://idp.test/keys\n"        \
	"accept_until = 2027-01-15\n"                                          \
	"algorithms_until = RS256 2027-01-15\n"                                \
	"[issuer other]\nissuer = https://other.test\naudience = hosts\n"      \
	"jwks_url = https://other.test/keys\n"                                 \
	"algorithms_until = ES256 2027-03-01\n"

static const struct issuer local = {.name = CONFIG_LOCAL_ISSUER, .local = true};
static const struct issuer idp = {.name = "idp"};
static const struct issuer other = {.name = "other"};
static const struct issuer third = {.name = "third"};

/* The verdict of a token that is good otherwise. */
static struct verdict
verdict_of(
    const struct issuer *issuer, const char *algorithm, const char *claims)
{
	return (struct verdict){
	    .token = {.claims = claimset(claims),
		.issuer = issuer,
		.algorithm = algorithm_find(algorithm)},
	};
}

static enum err
check(struct agency *agency, const struct issuer *issuer, const char *algorithm,
    const char *claims, struct trail *trail)
{
	auto_clear(verdict) struct verdict verdict =
	    verdict_of(issuer, algorithm, claims);
	enum err e = dated_check(agency_begin(agency), &verdict);

	assert_int_equal(agency_end(agency, OK), OK);
	*trail = verdict.trail;
	return e;
}

static void
test_list(void **state)
{
	static const struct {
		const char *kind, *name;
		int64_t over;
	} rows[] = {
	    {DATED_ISSUER, "idp", OVER},
	    {DATED_ALGORITHM, "idp RS256", OVER},
	    {DATED_ALGORITHM, "other ES256", INT64_C(1803945600)},
	    {DATED_CLAIMS, "1", OVER},
	    {DATED_CLAIMS, "3", INT64_C(1801483200)},
	};
	struct agency *agency = *state;
	struct dated dated;

	assert_false(dated_at(agency->config, 0, &dated));
	agency_configure(agency, CONFIG);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		assert_true(dated_at(agency->config, i, &dated));
		assert_string_equal(dated.kind, rows[i].kind);
		assert_string_equal(dated.name, rows[i].name);
		assert_int_equal(dated.over, rows[i].over);
	}
	assert_false(dated_at(agency->config, 5, &dated));
	assert_false(dated_at(agency->config, 500, &dated));
}

static void
test_version(void **state)
{
	static const struct {
		const char *claims;
		int64_t version;
	} rows[] = {
	    {"{}", 1},
	    {"{'ver':1}", 1},
	    {"{'ver':3}", 3},
	    {"{'ver':0}", 1},
	    {"{'ver':-4}", 1},
	    {"{'ver':'3'}", 1},
	    {"{'ver':null}", 1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		auto_clear(verdict) struct verdict verdict =
		    verdict_of(&local, "ES256", rows[i].claims);

		assert_int_equal(
		    dated_version(&verdict.token), rows[i].version);
	}
}

/* Good until the second before, refused by name from then on. */
static void
test_ends(void **state)
{
	static const struct {
		const struct issuer *issuer;
		const char *algorithm, *claims, *section, *key, *detail;
		enum err refusal;
	} rows[] = {
	    {&idp, "RS256", "{}", "issuer", "algorithms_until",
		"algorithm \"idp RS256\" end", ERR_ALGORITHM_ENDED},
	    {&local, "ES256", "{'ver':1}", "token", "claim_versions_until",
		"claims \"1\" end", ERR_CLAIMS_ENDED},
	    {&local, "ES256", "{}", "token", "claim_versions_until",
		"claims \"1\" end", ERR_CLAIMS_ENDED},
	};
	struct agency *agency = *state;
	struct trail trail;

	agency_configure(agency, CONFIG);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		for (int at = -1; at <= 1; at++) {
			agency->now_ms = (OVER + at) * 1000;
			assert_int_equal(
			    check(agency, rows[i].issuer, rows[i].algorithm,
				rows[i].claims, &trail),
			    at < 0 ? OK : rows[i].refusal);
			assert_int_equal(trail.count, 1);
			assert_string_equal(trail.steps[0].step, "until");
			assert_int_equal(trail.steps[0].ok, at < 0);
			assert_string_equal(
			    trail.steps[0].rule.section, rows[i].section);
			assert_string_equal(
			    trail.steps[0].rule.key, rows[i].key);
			assert_non_null(
			    strstr(trail.steps[0].detail, rows[i].detail));
			assert_non_null(strstr(trail.steps[0].detail,
			    at < 0 ? " ends 2027-01-16T00:00:00Z"
				   : " ended 2027-01-16T00:00:00Z"));
			assert_string_equal(trail.steps[0].wanted,
			    "before 2027-01-16T00:00:00Z");
		}
	}
}

/* Of one issuer and not of another. */
static void
test_algorithm_of_an_issuer(void **state)
{
	struct agency *agency = *state;
	struct trail trail;

	agency_configure(agency, CONFIG);
	assert_int_equal(check(agency, &idp, "RS256", "{}", &trail), OK);
	assert_int_equal(trail.count, 1);
	assert_string_equal(trail.steps[0].rule.key, "algorithms_until");
	agency->now_ms = INT64_C(1803945599) * 1000;
	/* the verification has refused what its issuer made */
	assert_int_equal(check(agency, &idp, "ES256", "{}", &trail), OK);
	assert_int_equal(trail.count, 0);
	assert_int_equal(check(agency, &other, "ES256", "{}", &trail), OK);
	assert_int_equal(trail.count, 1);
	agency_pass(agency, 1);
	assert_int_equal(
	    check(agency, &other, "ES256", "{}", &trail), ERR_ALGORITHM_ENDED);
	assert_string_equal(trail.steps[0].found, "\"other ES256\"");
}

/* What is not named does not end, however late it is. */
static void
test_what_does_not_end(void **state)
{
	static const struct {
		const struct issuer *issuer;
		const char *algorithm, *claims;
	} rows[] = {
	    {&third, "ES256", "{}"},
	    {&other, "RS256", "{}"},
	    {&other, "EdDSA", "{'ver':1}"}, /* their ver is not ours */
	    {&local, "ES256", "{'ver':2}"},
	    {&local, "RS256", "{'ver':4}"},
	    {&local, "ES256", "{'ver':13}"},
	};
	struct agency *agency = *state;
	struct trail trail;

	agency_configure(agency, CONFIG);
	agency_pass(agency, INT64_C(10) * 365 * 86400);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		assert_int_equal(check(agency, rows[i].issuer,
				     rows[i].algorithm, rows[i].claims, &trail),
		    OK);
		assert_int_equal(trail.count, 0);
	}
}

static void
count(struct agency *agency, const struct verdict *verdict, const char *user)
{
	assert_int_equal(agency_end(agency,
			     dated_count(agency_begin(agency), user, verdict)),
	    OK);
}

static struct counter_record
counted(struct agency *agency, const char *kind, const char *name)
{
	const char *const labels[COUNTER_LABELS_MAX + 1] = {kind, name};
	struct counter_record record = {0};
	enum err e = counter_get(
	    agency_begin(agency)->txn, DATED_COUNTER, labels, &record);

	assert_true(e == OK || e == ERR_NOT_FOUND);
	assert_int_equal(agency_end(agency, OK), OK);
	return record;
}

static void
test_counted(void **state)
{
	struct agency *agency = *state;
	auto_clear(verdict) struct verdict dated =
	    verdict_of(&idp, "RS256", "{}");
	auto_clear(verdict) struct verdict ours =
	    verdict_of(&local, "ES256", "{'ver':3}");
	auto_clear(counter_record) struct counter_record record = {0};

	agency_configure(agency, CONFIG);
	count(agency, &dated, "alice");
	agency_pass(agency, 10);
	count(agency, &dated, "bob");
	count(agency, &ours, "alice");
	record = counted(agency, DATED_ISSUER, "idp");
	assert_int_equal(record.count, 2);
	assert_int_equal(record.since, AGENCY_START);
	assert_int_equal(record.last, AGENCY_START + 10);
	assert_string_equal(record.user, "bob");
	counter_record_clear(&record);
	record = counted(agency, DATED_ALGORITHM, "idp RS256");
	assert_int_equal(record.count, 2);
	counter_record_clear(&record);
	record = counted(agency, DATED_CLAIMS, "3");
	assert_int_equal(record.count, 1);
	assert_string_equal(record.user, "alice");
	counter_record_clear(&record);
	record = counted(agency, DATED_CLAIMS, "1");
	assert_int_equal(record.count, 0);
}

/* Neither a login code nor what is not dated. */
static void
test_not_counted(void **state)
{
	struct agency *agency = *state;
	const struct verdict code = {.device = {0}};
	auto_clear(verdict) struct verdict newest =
	    verdict_of(&local, "ES256", "{'ver':4}");
	size_t entries = 99;

	agency_configure(agency, CONFIG);
	count(agency, &code, "alice");
	count(agency, &newest, "alice");
	assert_int_equal(
	    txn_entries(agency_begin(agency)->txn, TABLE_COUNTER, &entries),
	    OK);
	assert_int_equal(agency_end(agency, OK), OK);
	assert_int_equal(entries, 0);
}

static void
test_version_ended(void **state)
{
	struct agency *agency = *state;

	agency_configure(agency, CONFIG);
	agency->now_ms = (OVER - 1) * 1000;
	assert_false(dated_version_ended(agency_begin(agency), 1));
	assert_int_equal(agency_end(agency, OK), OK);
	agency_pass(agency, 1);
	assert_true(dated_version_ended(agency_begin(agency), 1));
	assert_int_equal(agency_end(agency, OK), OK);
	assert_false(dated_version_ended(agency_begin(agency), 2));
	assert_int_equal(agency_end(agency, OK), OK);
	assert_false(dated_version_ended(agency_begin(agency), 3));
	assert_int_equal(agency_end(agency, OK), OK);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, agency_set_up, agency_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_list),
	    cmocka_unit_test(test_version),
	    TEST(test_ends),
	    TEST(test_algorithm_of_an_issuer),
	    TEST(test_what_does_not_end),
	    TEST(test_counted),
	    TEST(test_not_counted),
	    TEST(test_version_ended),
	};

	return cmocka_run_group_tests_name("dated", tests, NULL, NULL);
}
