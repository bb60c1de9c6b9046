/* SPDX-License-Identifier: BSD-3-Clause */

#include "jwt-agent/policy/policy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const struct policy usual = {.min_uid = POLICY_MIN_UID};
static const struct policy with_root = {
    .min_uid = POLICY_MIN_UID, .allow_root = true};
static const struct policy any_uid = {.min_uid = 0};

static const struct row {
	const struct policy *policy;
	const char *mapped, *user;
	int64_t uid;
	enum err expected;
} rows[] = {
    {&usual, "alice", "alice", 1000, OK},
    {&usual, "alice", "alice", 60000, OK},
    {&usual, "alice", "alice", 999, ERR_WRONG_USER},
    {&usual, "alice", "alice", -1, ERR_WRONG_USER},
    {&usual, "alice", "bob", 1000, ERR_WRONG_USER},
    {&usual, "alice", "Alice", 1000, ERR_WRONG_USER},
    {&usual, "alice@evil.example", "alice", 1000, ERR_WRONG_USER},
    {&usual, "alice", "alice@evil.example", 1000, ERR_WRONG_USER},
    {&usual, "alic", "alice", 1000, ERR_WRONG_USER},
    {&usual, "alice ", "alice", 1000, ERR_WRONG_USER},
    {&usual, "", "alice", 1000, ERR_WRONG_USER},
    {&usual, "alice", "", 1000, ERR_WRONG_USER},
    {&usual, "root", "root", 0, ERR_WRONG_USER},
    {&usual, "alice", "alice", 0, ERR_WRONG_USER},
    {&with_root, "root", "root", 0, OK},
    {&with_root, "alice", "root", 0, ERR_WRONG_USER},
    {&with_root, "daemon", "daemon", 1, ERR_WRONG_USER},
    {&any_uid, "daemon", "daemon", 1, OK},
    {&any_uid, "root", "root", 0, ERR_WRONG_USER},
    {&any_uid, "alice", "alice", -1, ERR_WRONG_USER},
};

static void
table(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct row *row = &rows[i];
		struct trail trail = {0};

		const struct policy_subject subject = {
		    .user = row->user, .uid = row->uid, .mapped = row->mapped};

		assert_int_equal(
		    policy_user(row->policy, &subject, &trail), row->expected);
		assert_int_equal(
		    policy_user(row->policy, &subject, NULL), row->expected);
		assert_int_equal(trail.count, 1);
		assert_string_equal(trail.steps[0].step, "user");
		assert_int_equal(trail.steps[0].ok, row->expected == OK);
		assert_true(trail.steps[0].detail[0] != '\0');
	}
}

static void
details(void **state)
{
	const struct policy_subject bob = {
	    .user = "bob", .uid = 1000, .mapped = "al\nice"};
	const struct policy_subject bin = {
	    .user = "bin", .uid = 2, .mapped = "bin"};
	const struct policy_subject root = {.user = "root", .mapped = "root"};
	struct trail trail = {0};

	(void)state;
	assert_int_equal(policy_user(&usual, &bob, &trail), ERR_WRONG_USER);
	assert_string_equal(trail.steps[0].detail,
	    "the token is for \"al\\x0aice\", not for \"bob\"");
	assert_string_equal(trail.steps[0].found, "\"al\\x0aice\"");
	assert_string_equal(trail.steps[0].wanted, "bob");
	assert_null(trail.steps[0].rule.section);
	assert_int_equal(policy_user(&usual, &bin, &trail), ERR_WRONG_USER);
	assert_string_equal(trail.steps[1].detail, "uid 2 is below 1000");
	assert_string_equal(trail.steps[1].rule.key, "min_uid");
	assert_int_equal(policy_user(&usual, &root, &trail), ERR_WRONG_USER);
	assert_string_equal(trail.steps[2].rule.section, "service");
	assert_string_equal(trail.steps[2].rule.key, "allow_root");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(table),
	    cmocka_unit_test(details),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
