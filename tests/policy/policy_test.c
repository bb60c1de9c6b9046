/* SPDX-License-Identifier: BSD-3-Clause */

#include "jwt-agent/policy/policy.h"
#include "tests/policy/claimset.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
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
	assert_string_equal(trail.steps[0].rule.key, "username_map");
	assert_int_equal(policy_user(&usual, &bin, &trail), ERR_WRONG_USER);
	assert_string_equal(trail.steps[1].detail, "uid 2 is below 1000");
	assert_string_equal(trail.steps[1].rule.key, "min_uid");
	assert_string_equal(trail.steps[1].found, "2");
	assert_string_equal(trail.steps[1].wanted, "uid 1000 or above");
	assert_int_equal(policy_user(&usual, &root, &trail), ERR_WRONG_USER);
	assert_string_equal(trail.steps[2].rule.section, "service");
	assert_string_equal(trail.steps[2].rule.key, "allow_root");
}

#define NOW INT64_C(1767225600)
#define ISSUED (NOW - 100)
#define AUTH(at) "{'auth_time':" at "}"

/* The rules of one service and a token that comes to it. */
struct scene {
	const char *issuers, *users, *issuer_claims, *claims, *groups, *acr,
	    *amr;
	int64_t auth_age, token_age;
	const char *groups_claim;
	int64_t issued; /* 0: ISSUED, -1: none */
};

static const struct service_row {
	struct scene scene;
	const char *token;
	enum err expected;
	const char *step, *key; /* of the last step; NULL: there is none */
	const char *found, *wanted, *detail; /* the same; NULL: not looked at */
} service_rows[] = {
    {{.issuers = NULL}, "{}", OK, NULL, NULL, NULL, NULL, NULL},
    {{.issuers = ""}, "{}", OK, NULL, NULL, NULL, NULL, NULL},
    /* issuers: the subject's is `corp` */
    {{.issuers = "corp"}, "{}", OK, "issuers", "issuers", "\"corp\"", "corp",
	"issuer \"corp\""},
    {{.issuers = "local,corp"}, "{}", OK, "issuers", "issuers", "\"corp\"",
	"local, corp", NULL},
    {{.issuers = "local"}, "{}", ERR_POLICY_DENIED, "issuers", "issuers",
	"\"corp\"", "local",
	"issuer \"corp\" is none that this service accepts"},
    {{.issuers = "corp2,cor,Corp"}, "{}", ERR_POLICY_DENIED, "issuers",
	"issuers", NULL, NULL, NULL},
    /* users: PAM_USER is alice, mapped from another name */
    {{.users = "bob,alice"}, "{}", OK, "users", "users", "\"alice\"",
	"bob, alice", "user \"alice\""},
    {{.users = "bob"}, "{'sub':'bob'}", ERR_POLICY_DENIED, "users", "users",
	"\"alice\"", "bob", "user \"alice\" is none that this service accepts"},
    {{.users = "alic,alice2,Alice"}, "{}", ERR_POLICY_DENIED, "users", "users",
	NULL, NULL, NULL},
    /* claims of the issuer, then of the service */
    {{.issuer_claims = "a=x"}, "{'a':'x'}", OK, "issuer claims",
	"require_claims", "\"x\"", "a=x", NULL},
    {{.issuer_claims = "a=x"}, "{'a':'y'}", ERR_POLICY_DENIED, "issuer claims",
	"require_claims", "\"y\"", "a=x",
	"require_claims asks for \"a=x\", the token has \"y\""},
    {{.issuer_claims = "a=x", .claims = "a=y"}, "{'a':'y'}", ERR_POLICY_DENIED,
	"issuer claims", "require_claims", NULL, NULL, NULL},
    {{.issuer_claims = "a=y", .claims = "a=x"}, "{'a':'y'}", ERR_POLICY_DENIED,
	"claims", "require_claims", NULL, NULL, NULL},
    {{.claims = "a,b=1|2,c.d=true"}, "{'a':'x','b':2,'c':{'d':true}}", OK,
	"claims", "require_claims", "\"x, 2, true\"", "a, b=1|2, c.d=true",
	NULL},
    {{.claims = "a,b=1|2,c.d=true"}, "{'a':'x','b':3,'c':{'d':true}}",
	ERR_POLICY_DENIED, "claims", "require_claims", "\"3\"", "b=1|2", NULL},
    {{.claims = "a,b"}, "{'a':'x'}", ERR_POLICY_DENIED, "claims",
	"require_claims", "absent", "b",
	"require_claims asks for \"b\", the token has nothing there"},
    {{.claims = "a"}, "{'a':false}", ERR_POLICY_DENIED, "claims",
	"require_claims", "\"false\"", "a", NULL},
    {{.claims = "a=x"}, "{'a':'absent'}", ERR_POLICY_DENIED, "claims",
	"require_claims", "\"absent\"", "a=x", NULL},
    {{.claims = "a=x"}, "{'a':'\\u202e\\n\\u0001'}", ERR_POLICY_DENIED,
	"claims", "require_claims", "\"\\xe2\\x80\\xae??\"", "a=x", NULL},
    /* groups */
    {{.groups = "wheel"}, "{'groups':['dev','wheel']}", OK, "groups",
	"require_groups", "\"dev, wheel\"", "wheel", NULL},
    {{.groups = "wheel,ops|dev"}, "{'groups':['dev','wheel']}", OK, "groups",
	"require_groups", "\"dev, wheel\"", "wheel, ops|dev", NULL},
    {{.groups = "wheel,ops"}, "{'groups':['dev','wheel']}", ERR_POLICY_DENIED,
	"groups", "require_groups", "\"dev, wheel\"", "ops",
	"require_groups asks for \"ops\", the token has \"dev, wheel\""},
    {{.groups = "wheel"}, "{'groups':'wheel'}", OK, "groups", "require_groups",
	"\"wheel\"", "wheel", NULL},
    {{.groups = "wheel"}, "{'groups':['wheelchair']}", ERR_POLICY_DENIED,
	"groups", "require_groups", NULL, NULL, NULL},
    {{.groups = "wheel"}, "{'roles':['wheel']}", ERR_POLICY_DENIED, "groups",
	"require_groups", "absent", "wheel",
	"require_groups asks for \"wheel\", the token has nothing there"},
    {{.groups = "wheel", .groups_claim = "r.roles"},
	"{'groups':['x'],'r':{'roles':['wheel']}}", OK, "groups",
	"require_groups", "\"wheel\"", "wheel", NULL},
    {{.groups = "wheel", .groups_claim = "r.roles"}, "{'groups':['wheel']}",
	ERR_POLICY_DENIED, "groups", "require_groups", "absent", "wheel", NULL},
    /* acr */
    {{.acr = "gold,2"}, "{'acr':'2'}", OK, "acr", "require_acr", "\"2\"",
	"gold, 2", NULL},
    {{.acr = "gold"}, "{'acr':'goldfish'}", ERR_POLICY_DENIED, "acr",
	"require_acr", "\"goldfish\"", "gold", NULL},
    {{.acr = "gold"}, "{}", ERR_POLICY_DENIED, "acr", "require_acr", "absent",
	"gold", "acr is absent"},
    {{.acr = "2"}, "{'acr':2}", ERR_POLICY_DENIED, "acr", "require_acr", "",
	"2", "acr is no string, or an empty one"},
    {{.acr = "gold"}, "{'acr':['gold']}", ERR_POLICY_DENIED, "acr",
	"require_acr", NULL, NULL, NULL},
    {{.acr = "gold"}, "{'acr':''}", ERR_POLICY_DENIED, "acr", "require_acr",
	NULL, NULL, NULL},
    /* amr */
    {{.amr = "pwd,otp"}, "{'amr':['otp','pwd']}", OK, "amr", "require_amr",
	"\"otp, pwd\"", "pwd, otp", NULL},
    {{.amr = "pwd,otp"}, "{'amr':['pwd']}", ERR_POLICY_DENIED, "amr",
	"require_amr", "\"pwd\"", "otp", NULL},
    {{.amr = "otp"}, "{'amr':'otp'}", ERR_POLICY_DENIED, "amr", "require_amr",
	NULL, NULL, NULL},
    {{.amr = "otp"}, "{'amr':['otp',1]}", ERR_POLICY_DENIED, "amr",
	"require_amr", NULL, NULL, NULL},
    {{.amr = "otp"}, "{}", ERR_POLICY_DENIED, "amr", "require_amr", "absent",
	"otp", NULL},
    /* auth_time: NOW ends in 5600 */
    {{.auth_age = 300}, AUTH("1767225600"), OK, "auth age", "max_auth_age",
	"1767225600", "at most 300 s ago", "auth_time was 0 s ago"},
    {{.auth_age = 300}, AUTH("1767225300"), OK, "auth age", "max_auth_age",
	"1767225300", NULL, "auth_time was 300 s ago"},
    {{.auth_age = 300}, AUTH("1767225299"), ERR_POLICY_DENIED, "auth age",
	"max_auth_age", "1767225299", "at most 300 s ago",
	"auth_time was 301 s ago, longer than 300 s"},
    {{.auth_age = 300}, AUTH("1767225299.9"), ERR_POLICY_DENIED, "auth age",
	"max_auth_age", NULL, NULL, NULL},
    {{.auth_age = 300}, AUTH("1767225605"), OK, "auth age", "max_auth_age",
	NULL, NULL, NULL},
    {{.auth_age = 300}, AUTH("1767225606"), ERR_POLICY_DENIED, "auth age",
	"max_auth_age", "1767225606", NULL, "auth_time lies 6 s ahead"},
    {{.auth_age = 300}, AUTH("253402300799"), ERR_POLICY_DENIED, "auth age",
	"max_auth_age", NULL, NULL, NULL},
    {{.auth_age = 300}, "{}", ERR_POLICY_DENIED, "auth age", "max_auth_age",
	"absent", "at most 300 s ago", "auth_time is absent"},
    {{.auth_age = 300}, AUTH("'1767225600'"), ERR_POLICY_DENIED, "auth age",
	"max_auth_age", "", NULL, "auth_time is not a time"},
    {{.auth_age = 300}, AUTH("null"), ERR_POLICY_DENIED, "auth age",
	"max_auth_age", NULL, NULL, "auth_time is not a time"},
    {{.auth_age = 300}, AUTH("true"), ERR_POLICY_DENIED, "auth age",
	"max_auth_age", NULL, NULL, NULL},
    {{.auth_age = 300}, AUTH("-1"), ERR_POLICY_DENIED, "auth age",
	"max_auth_age", NULL, NULL, NULL},
    {{.auth_age = 300}, AUTH("1e300"), ERR_POLICY_DENIED, "auth age",
	"max_auth_age", NULL, NULL, NULL},
    {{.auth_age = 300}, AUTH("[1767225600]"), ERR_POLICY_DENIED, "auth age",
	"max_auth_age", NULL, NULL, NULL},
    {{.auth_age = 300}, AUTH("0"), ERR_POLICY_DENIED, "auth age",
	"max_auth_age", NULL, NULL, NULL},
    {{.auth_age = 300}, "{'iat':1767225600}", ERR_POLICY_DENIED, "auth age",
	"max_auth_age", NULL, NULL, NULL},
    {{.auth_age = -1}, AUTH("1767225600"), ERR_POLICY_DENIED, "auth age",
	"max_auth_age", NULL, NULL, NULL},
    /* iat, which is that of `issued` */
    {{.token_age = 100}, "{}", OK, "token age", "max_token_age", "1767225500",
	"at most 100 s ago", "iat was 100 s ago"},
    {{.token_age = 99}, "{}", ERR_POLICY_DENIED, "token age", "max_token_age",
	"1767225500", "at most 99 s ago",
	"iat was 100 s ago, longer than 99 s"},
    {{.token_age = 99, .issued = NOW + 5}, "{}", OK, "token age",
	"max_token_age", NULL, NULL, NULL},
    {{.token_age = 99, .issued = NOW + 6}, "{}", ERR_POLICY_DENIED, "token age",
	"max_token_age", NULL, NULL, "iat lies 6 s ahead"},
    {{.token_age = 99, .issued = -1}, "{}", ERR_POLICY_DENIED, "token age",
	"max_token_age", "absent", NULL, "iat is absent"},
};

static enum err
service_check(const struct scene *scene, const char *token, struct trail *trail)
{
	auto_free(claims) struct claims *claims = claimset(token);
	auto_clear(texts) struct texts issuers = textlist(scene->issuers);
	auto_clear(texts) struct texts users = textlist(scene->users);
	auto_clear(texts) struct texts first = textlist(scene->issuer_claims);
	auto_clear(texts) struct texts second = textlist(scene->claims);
	auto_clear(texts) struct texts groups = textlist(scene->groups);
	auto_clear(texts) struct texts acr = textlist(scene->acr);
	auto_clear(texts) struct texts amr = textlist(scene->amr);
	const struct policy policy = {
	    .issuers = scene->issuers != NULL ? &issuers : NULL,
	    .users = &users,
	    .require_claims = &second,
	    .require_groups = &groups,
	    .require_acr = &acr,
	    .require_amr = &amr,
	    .max_auth_age = scene->auth_age,
	    .max_token_age = scene->token_age,
	};
	const struct policy_subject subject = {
	    .user = "alice",
	    .uid = 1000,
	    .mapped = "alice",
	    .issuer = "corp",
	    .claims = claims,
	    .groups_claim = scene->groups_claim,
	    .issuer_claims = &first,
	    .issued = scene->issued == 0 ? ISSUED
		: scene->issued < 0	 ? 0
					 : scene->issued,
	    .now = NOW,
	};

	return policy_service(&policy, &subject, trail);
}

static void
expect_text(const char *text, const char *expected)
{
	if (expected != NULL)
		assert_string_equal(text, expected);
}

static void
expect_step(const struct service_row *row, const struct trail *trail)
{
	const struct trail_step *step = &trail->steps[trail->count - 1];

	assert_string_equal(step->step, row->step);
	assert_string_equal(step->rule.section,
	    strcmp(row->step, "issuer claims") == 0 ? "issuer" : "service");
	assert_string_equal(step->rule.key, row->key);
	assert_int_equal(step->ok, row->expected == OK);
	expect_text(step->found, row->found);
	expect_text(step->wanted, row->wanted);
	expect_text(step->detail, row->detail);
}

static void
services(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(service_rows) / sizeof(*service_rows);
	     i++) {
		const struct service_row *row = &service_rows[i];
		struct trail trail = {0};
		enum err e = service_check(&row->scene, row->token, &trail);

		if (e != row->expected)
			fail_msg("row %zu, %s: %s", i, row->token, err_name(e));
		assert_int_equal(
		    service_check(&row->scene, row->token, NULL), e);
		if (row->step == NULL)
			assert_int_equal(trail.count, 0);
		else
			expect_step(row, &trail);
	}
}

#define FULL                                                                   \
	"{'a':'x','b':'y','groups':['wheel'],'acr':'2','amr':['otp'],"         \
	"'auth_time':1767225600}"

static const struct scene full = {
    "corp", "alice", "a=x", "b=y", "wheel", "2", "otp", 300, 300, NULL, 0};

/* All kinds of rules, in their order; what fails first ends it. */
static void
order(void **state)
{
	static const char *const steps[] = {"issuers", "users", "issuer claims",
	    "claims", "groups", "acr", "amr", "auth age", "token age"};
	struct trail trail = {0};
	struct scene scene = full;

	(void)state;
	assert_int_equal(service_check(&scene, FULL, &trail), OK);
	assert_int_equal(trail.count, sizeof(steps) / sizeof(*steps));
	for (size_t i = 0; i < trail.count; i++) {
		assert_string_equal(trail.steps[i].step, steps[i]);
		assert_true(trail.steps[i].ok);
	}

	memset(&trail, 0, sizeof(trail));
	scene.token_age = 1;
	scene.groups = "ops";
	assert_int_equal(
	    service_check(&scene, FULL, &trail), ERR_POLICY_DENIED);
	assert_int_equal(trail.count, 5);
	assert_true(trail.steps[3].ok);
	assert_false(trail.steps[4].ok);
}

/* An issuer without a name is none of the list. */
static void
nameless_issuer(void **state)
{
	auto_clear(texts) struct texts issuers = textlist("corp");
	const struct policy policy = {.issuers = &issuers};
	const struct policy_subject subject = {.user = "alice"};
	struct trail trail = {0};

	(void)state;
	assert_int_equal(
	    policy_service(&policy, &subject, &trail), ERR_POLICY_DENIED);
	assert_string_equal(trail.steps[0].found, "absent");
	assert_string_equal(trail.steps[0].detail, "issuer is absent");
}

/* What a step shows is cut, at the end of a character. */
static void
long_values(void **state)
{
	const struct scene scene = {
	    .groups = "0123456789012345678901234567890123456789012345678901234"
		      "567890123456789012345678901234567890123\xc3\xa9more"};
	struct trail trail = {0};

	(void)state;
	assert_int_equal(
	    service_check(&scene, "{'groups':'x'}", &trail), ERR_POLICY_DENIED);
	assert_int_equal(strlen(trail.steps[0].wanted), TRAIL_VALUE_SIZE - 2);
	assert_int_equal(trail.steps[0].wanted[TRAIL_VALUE_SIZE - 3], '3');
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(table),
	    cmocka_unit_test(details),
	    cmocka_unit_test(services),
	    cmocka_unit_test(order),
	    cmocka_unit_test(nameless_issuer),
	    cmocka_unit_test(long_values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
