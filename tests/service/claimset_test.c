/* SPDX-License-Identifier: BSD-3-Clause */

/* Which claims a new token gets, and what a token that lacks one is taken to
 * say. */

#include "jwt-agent/service/claimset.h"

#include "lmdb-store/counter.h"
#include "lmdb-store/user.h"
#include "tests/policy/claimset.h"
#include "tests/service/agency.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#define TEXT(text) ((char *)(uintptr_t)(text))

#define CONFIG                                                                 \
	"[token]\nclaim_version = 3\n"                                         \
	"[claim team]\nsince = 2\nfrom = user\ndefault = none\n"               \
	"[claim tier]\nsince = 3\ndefault = 7\n"                               \
	"[claim seat]\nfrom = user\n"                                          \
	"[claim site]\ndefault = west\nissuers = idp\n"                        \
	"[claim area]\ndefault = open\nissuers = local, idp\n"                 \
	"[issuer idp]\nissuer = https://idp.test\naudience = hosts\n"          \
	"jwks_url = https://idp.test/keys\n"

static const struct issuer local = {.name = CONFIG_LOCAL_ISSUER, .local = true};
static const struct issuer idp = {.name = "idp"};
static const struct issuer other = {.name = "other"};

static void
assert_claims(const struct claims *claims, const char *expected)
{
	auto_free(claims) struct claims *set = claimset(expected);
	auto_str char *is = NULL, *wanted = NULL;
	auto_json json_t *left = NULL, *right = NULL;

	assert_int_equal(claims_text(claims, &is), OK);
	assert_int_equal(claims_text(set, &wanted), OK);
	left = json_loads(is, 0, NULL);
	right = json_loads(wanted, 0, NULL);
	if (left == NULL || !json_equal(left, right))
		fail_msg("%s is not %s", is, wanted);
}

/* What a new token gets of a user with these attributes. */
static void
assert_added(struct agency *agency, int64_t version, const json_t *attributes,
    const char *expected)
{
	auto_free(claims) struct claims *claims = claimset("{'sub':'alice'}");

	assert_int_equal(
	    claimset_add(agency->config, version, attributes, claims), OK);
	assert_claims(claims, expected);
}

static void
test_new_tokens(void **state)
{
	struct agency *agency = *state;
	auto_json json_t *attributes = json_pack("{ss si ss ss}", "team",
	    "blue", "tier", 9, "seat", "4b", "site", "east");

	assert_added(agency, 9, attributes, "{'sub':'alice'}");
	agency_configure(agency, CONFIG);
	assert_added(agency, 1, NULL, "{'sub':'alice','area':'open'}");
	assert_added(
	    agency, 2, NULL, "{'sub':'alice','area':'open','team':'none'}");
	assert_added(agency, 3, NULL,
	    "{'sub':'alice','area':'open','team':'none','tier':7}");
	/* only a claim that says so is from the user; never one for others */
	assert_added(agency, 3, attributes,
	    "{'sub':'alice','area':'open','team':'blue','tier':7,"
	    "'seat':'4b'}");
	assert_added(
	    agency, 1, attributes, "{'sub':'alice','area':'open','seat':'4b'}");
}

/* JSON where it is some, else a text as it stands. */
static void
test_what_a_default_is(void **state)
{
	static const struct {
		const char *value, *claims;
	} rows[] = {
	    {"true", "{'c':true}"},
	    {"false", "{'c':false}"},
	    {"12", "{'c':12}"},
	    {"\"12\"", "{'c':'12'}"},
	    {"012", "{'c':'012'}"},
	    {"yes", "{'c':'yes'}"},
	    {"a b", "{'c':'a b'}"},
	    {"{broken", "{'c':'{broken'}"},
	};
	struct agency *agency = *state;
	char text[64];

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		auto_free(claims) struct claims *claims = claimset("{}");

		snprintf(text, sizeof(text), "[claim c]\ndefault = %s\n",
		    rows[i].value);
		agency_configure(agency, text);
		assert_int_equal(
		    claimset_add(agency->config, 1, NULL, claims), OK);
		assert_claims(claims, rows[i].claims);
	}
}

static void
put_user(struct agency *agency, const char *team)
{
	auto_json json_t *attributes = json_pack("{ss}", "team", team);
	const struct user_record user = {
	    .uid = AGENCY_UID, .user = TEXT("alice"), .attributes = attributes};

	assert_int_equal(
	    agency_end(agency, user_put(agency_begin(agency)->txn, &user)), OK);
}

/* The verdict of such a token of hers, with what it lacked filled in. */
static struct verdict
complete(struct agency *agency, const struct issuer *issuer, const char *claims)
{
	struct verdict verdict = {
	    .token = {.claims = claimset(claims), .issuer = issuer}};

	assert_int_equal(
	    agency_end(agency,
		claimset_complete(agency_begin(agency), AGENCY_UID, &verdict)),
	    OK);
	return verdict;
}

#define BIT(index) (UINT32_C(1) << (index))
enum {
	TEAM,
	TIER,
	SEAT,
	SITE,
	AREA
};

static void
test_fallback(void **state)
{
	struct agency *agency = *state;
	auto_clear(verdict) struct verdict before = {.new_device = false};
	auto_clear(verdict) struct verdict after = {.new_device = false};

	agency_configure(agency, CONFIG);
	before = complete(agency, &local, "{'ver':1}");
	assert_claims(before.token.claims,
	    "{'ver':1,'team':'none','tier':7,'area':'open'}");
	assert_int_equal(before.from_user, 0);
	assert_int_equal(
	    before.from_default, BIT(TEAM) | BIT(TIER) | BIT(AREA));
	assert_int_equal(before.trail.count, 1);
	assert_string_equal(before.trail.steps[0].step, "fallback");
	assert_true(before.trail.steps[0].ok);
	assert_string_equal(before.trail.steps[0].detail,
	    "team is the default, tier is the default, seat is missing, "
	    "area is the default");
	put_user(agency, "blue");
	after = complete(agency, &local, "{'ver':1,'tier':1}");
	assert_claims(after.token.claims,
	    "{'ver':1,'team':'blue','tier':1,'area':'open'}");
	assert_int_equal(after.from_user, BIT(TEAM));
	assert_int_equal(after.from_default, BIT(AREA));
	assert_string_equal(after.trail.steps[0].detail,
	    "team is the user's attribute, seat is missing, "
	    "area is the default");
}

/* Whatever a token says stands, also that it says nothing. */
static void
test_nothing_is_written_over(void **state)
{
	static const char claims[] =
	    "{'team':'','tier':null,'seat':0,'area':false}";
	struct agency *agency = *state;
	auto_clear(verdict) struct verdict full = {.new_device = false};

	agency_configure(agency, CONFIG);
	put_user(agency, "blue");
	full = complete(agency, &local, claims);
	assert_claims(full.token.claims, claims);
	assert_int_equal(full.from_user | full.from_default, 0);
	assert_int_equal(full.trail.count, 0);
}

static void
test_of_other_issuers(void **state)
{
	struct agency *agency = *state;
	auto_clear(verdict) struct verdict listed = {.new_device = false};
	auto_clear(verdict) struct verdict unlisted = {.new_device = false};

	agency_configure(agency, CONFIG);
	put_user(agency, "blue");
	listed = complete(agency, &idp, "{}");
	assert_claims(listed.token.claims, "{'site':'west','area':'open'}");
	assert_int_equal(listed.from_default, BIT(SITE) | BIT(AREA));
	unlisted = complete(agency, &other, "{}");
	assert_claims(unlisted.token.claims, "{}");
	assert_int_equal(unlisted.trail.count, 0);
}

static struct counter_record
counted(struct agency *agency, const char *claim, const char *source)
{
	const char *const labels[COUNTER_LABELS_MAX + 1] = {claim, source};
	struct counter_record record = {0};
	enum err e = counter_get(
	    agency_begin(agency)->txn, CLAIMSET_COUNTER, labels, &record);

	assert_true(e == OK || e == ERR_NOT_FOUND);
	assert_int_equal(agency_end(agency, OK), OK);
	return record;
}

static void
assert_count(
    struct agency *agency, const char *claim, const char *source, int64_t count)
{
	auto_clear(counter_record) struct counter_record record =
	    counted(agency, claim, source);

	assert_int_equal(record.count, count);
}

static void
test_counted(void **state)
{
	struct agency *agency = *state;
	auto_clear(counter_record) struct counter_record team = {0};
	struct verdict verdict = {
	    .from_user = BIT(TEAM), .from_default = BIT(TIER) | BIT(AREA)};
	const struct verdict none = {.from_user = 0};

	agency_configure(agency, CONFIG);
	assert_int_equal(
	    agency_end(agency,
		claimset_count(agency_begin(agency), "alice", &verdict)),
	    OK);
	agency_pass(agency, 5);
	verdict.from_default = 0;
	assert_int_equal(
	    agency_end(
		agency, claimset_count(agency_begin(agency), "bob", &verdict)),
	    OK);
	assert_int_equal(
	    agency_end(
		agency, claimset_count(agency_begin(agency), "carol", &none)),
	    OK);
	team = counted(agency, "team", CLAIMSET_ATTRIBUTE);
	assert_int_equal(team.count, 2);
	assert_int_equal(team.last, AGENCY_START + 5);
	assert_string_equal(team.user, "bob");
	assert_count(agency, "team", CLAIMSET_DEFAULT, 0);
	assert_count(agency, "tier", CLAIMSET_DEFAULT, 1);
	assert_count(agency, "area", CLAIMSET_DEFAULT, 1);
	assert_count(agency, "seat", CLAIMSET_DEFAULT, 0);
}

/* A login that is granted counts, one that is refused does not. */
static void
test_counted_with_the_login(void **state)
{
	struct agency *agency = *state;
	auto_clear(enroll_reply) struct enroll_reply device = {0};
	auto_clear(authenticate_reply) struct authenticate_reply login = {0};

	assert_int_equal(agency_enroll(agency, &device), OK);
	agency_configure(agency, CONFIG);
	assert_int_equal(agency_login(agency, device.access_token, &login), OK);
	assert_count(agency, "tier", CLAIMSET_DEFAULT, 1);
	agency_configure(
	    agency, CONFIG "[service sshd]\nrequire_claims = tier=8\n");
	assert_int_equal(agency_login(agency, device.access_token, &login),
	    ERR_POLICY_DENIED);
	assert_count(agency, "tier", CLAIMSET_DEFAULT, 1);
	agency_configure(
	    agency, CONFIG "[service sshd]\nrequire_claims = tier=7\n");
	assert_int_equal(agency_login(agency, device.access_token, &login), OK);
	assert_count(agency, "tier", CLAIMSET_DEFAULT, 2);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, agency_set_up, agency_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_new_tokens),
	    TEST(test_what_a_default_is),
	    TEST(test_fallback),
	    TEST(test_nothing_is_written_over),
	    TEST(test_of_other_issuers),
	    TEST(test_counted),
	    TEST(test_counted_with_the_login),
	};

	return cmocka_run_group_tests_name("claimset", tests, NULL, NULL);
}
