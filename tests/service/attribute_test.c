/* SPDX-License-Identifier: BSD-3-Clause */

/* What can be set of a user, and what is refused without a trace. */

#include "jwt-agent/service/attribute.h"

#include "jwt-agent/service/grant.h"
#include "lmdb-store/user.h"
#include "tests/service/agency.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#define TEXT(text) ((char *)(uintptr_t)(text))

/* JSON with ' for ". */
static json_t *
object(const char *text)
{
	auto_str char *copy = strdup(text);
	json_t *parsed;

	assert_non_null(copy);
	for (char *at = copy; *at != '\0'; at++)
		if (*at == '\'')
			*at = '"';
	parsed = json_loads(copy, 0, NULL);
	if (parsed == NULL)
		fail_msg("the test's %s is no JSON", text);
	return parsed;
}

static enum err
try_json(struct agency *agency, json_t *set)
{
	const struct user_set_request request = {TEXT("alice"), set};
	auto_clear(user_set_reply) struct user_set_reply reply = {0};
	enum err e = agency_end(
	    agency, user_set(agency_begin(agency), &request, &reply));

	assert_true((e == OK) == (reply.attributes != NULL));
	return e;
}

static enum err
try_set(struct agency *agency, const char *set)
{
	auto_json json_t *parsed = object(set);

	return try_json(agency, parsed);
}

static void
assert_detail_has(struct agency *agency, const char *part)
{
	const char *detail = agency->call.event.detail;

	assert_non_null(detail);
	if (strstr(detail, part) == NULL)
		fail_msg("\"%s\" says nothing of \"%s\"", detail, part);
}

/* What the store has of her; NULL when it has no record. */
static json_t *
stored(struct agency *agency)
{
	auto_clear(user_record) struct user_record user = {0};
	struct call *call = agency_begin(agency);

	assert_int_equal(user_get(call->txn, AGENCY_UID, &user), OK);
	assert_int_equal(agency_end(agency, OK), OK);
	return json_incref(user.attributes);
}

static void
assert_stored(struct agency *agency, const char *expected)
{
	auto_json json_t *is = stored(agency);
	auto_json json_t *wanted = object(expected);

	if (!json_equal(is, wanted))
		fail_msg("not %s", expected);
}

static void
test_set_and_taken_out(void **state)
{
	struct agency *agency = *state;

	assert_int_equal(
	    try_set(agency, "{'team':'blue','floor':3,'onboarded':true}"), OK);
	assert_string_equal(agency->call.event.user, "alice");
	assert_int_equal(agency->call.event.uid, AGENCY_UID);
	assert_stored(agency, "{'team':'blue','floor':3,'onboarded':true}");
	assert_int_equal(try_set(agency,
			     "{'team':'green','floor':null,'gone':null,"
			     "'left':false}"),
	    OK);
	agency_restart(agency);
	assert_stored(agency, "{'team':'green','onboarded':true,'left':false}");
	assert_int_equal(
	    try_set(agency, "{'team':null,'onboarded':null,'left':null}"), OK);
	assert_stored(agency, "{}");
}

static void
test_reply_has_all(void **state)
{
	struct agency *agency = *state;
	auto_json json_t *set = object("{'floor':4}");
	auto_json json_t *all = object("{'team':'blue','floor':4}");
	const struct user_set_request request = {TEXT("alice"), set};
	auto_clear(user_set_reply) struct user_set_reply reply = {0};

	assert_int_equal(try_set(agency, "{'team':'blue'}"), OK);
	assert_int_equal(agency_end(agency,
			     user_set(agency_begin(agency), &request, &reply)),
	    OK);
	assert_string_equal(reply.user, "alice");
	assert_int_equal(reply.uid, AGENCY_UID);
	assert_true(json_equal(reply.attributes, all));
}

/* When she was asked to renew is not what is set here. */
static void
test_rest_of_the_record_stays(void **state)
{
	struct agency *agency = *state;
	const struct user_record before = {
	    .uid = AGENCY_UID, .user = TEXT("al"), .asked = 77};
	auto_clear(user_record) struct user_record after = {0};

	assert_int_equal(
	    agency_end(agency, user_put(agency_begin(agency)->txn, &before)),
	    OK);
	assert_int_equal(try_set(agency, "{'team':'blue'}"), OK);
	assert_int_equal(
	    user_get(agency_begin(agency)->txn, AGENCY_UID, &after), OK);
	assert_int_equal(agency_end(agency, OK), OK);
	assert_int_equal(after.asked, 77);
	assert_string_equal(after.user, "alice");
}

/* The audit has the names alone, and in a bounded room. */
static void
test_event_has_names_alone(void **state)
{
	struct agency *agency = *state;
	auto_json json_t *many = json_object();
	char name[80];

	assert_int_equal(
	    try_set(agency, "{'team':'secret-value','floor':null}"), OK);
	assert_string_equal(agency->call.event.detail, "team -floor");
	for (int i = 0; i < ATTRIBUTES_MAX - 1; i++) {
		snprintf(name, sizeof(name), "a%0*d", 60, i);
		json_object_set_new(many, name, json_true());
	}
	assert_int_equal(try_json(agency, many), OK);
	assert_in_range(strlen(agency->call.event.detail), 300, 400);
}

static void
test_refused_names(void **state)
{
	static const char *const names[] = {"", "a b", "a/b", "a=b", "a\nb",
	    "\x1b[31m", "gr\xc3\xbcn", "a\xe2\x80\xae", "sub", "iss", "exp",
	    "ver", "cnf", "did", "jti", "acr"};
	struct agency *agency = *state;

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		auto_json json_t *set = json_pack("{sb}", names[i], 1);

		assert_int_equal(try_json(agency, set), ERR_INVALID_PARAMETER);
		assert_detail_has(agency, "is no name of an attribute");
		assert_null(strpbrk(agency->call.event.detail, "\n\x1b"));
	}
	assert_null(stored(agency));
}

static void
test_length_of_a_name(void **state)
{
	struct agency *agency = *state;
	char name[CONFIG_CLAIM_NAME_MAX + 2];

	memset(name, 'n', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	for (int i = 0; i < 2; i++) {
		auto_json json_t *set = json_pack("{sb}", name, 1);

		assert_int_equal(
		    try_json(agency, set), i == 0 ? ERR_INVALID_PARAMETER : OK);
		name[CONFIG_CLAIM_NAME_MAX] = '\0';
	}
}

static void
test_refused_values(void **state)
{
	static const char *const values[] = {"1.5", "[]", "['a']", "{}",
	    "{'a':1}", "'a\\nb'", "'\\u001b[31m'", "'\\u007f'", "'\\u0085'"};
	struct agency *agency = *state;
	char set[64];

	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++) {
		snprintf(set, sizeof(set), "{'good':1,'team':%s}", values[i]);
		if (try_set(agency, set) != ERR_INVALID_PARAMETER)
			fail_msg("%s is taken", set);
		assert_detail_has(agency, "team is to be a text of at most");
	}
	assert_null(stored(agency));
}

static void
test_length_of_a_text(void **state)
{
	struct agency *agency = *state;
	char text[ATTRIBUTE_TEXT_MAX + 2];

	memset(text, 't', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	for (int i = 0; i < 2; i++) {
		auto_json json_t *set = json_pack("{ss}", "team", text);

		assert_int_equal(
		    try_json(agency, set), i == 0 ? ERR_INVALID_PARAMETER : OK);
		text[ATTRIBUTE_TEXT_MAX] = '\0';
	}
}

/* One more than there may be is refused as a whole; one in the place of
 * another is not. */
static void
test_how_many(void **state)
{
	struct agency *agency = *state;
	auto_json json_t *full = json_object();
	char name[16];

	for (int i = 0; i < ATTRIBUTES_MAX; i++) {
		snprintf(name, sizeof(name), "a%d", i);
		json_object_set_new(full, name, json_integer(i));
	}
	assert_int_equal(try_json(agency, full), OK);
	assert_int_equal(
	    try_set(agency, "{'a0':9,'b':1}"), ERR_INVALID_PARAMETER);
	assert_detail_has(agency, "at most 16 attributes");
	assert_int_equal(try_set(agency, "{'b':1,'a1':null}"), OK);
	json_object_del(full, "a1");
	json_object_set_new(full, "b", json_integer(1));
	{
		auto_json json_t *is = stored(agency);

		assert_true(json_equal(is, full));
	}
}

static void
test_nobody_of_this_name(void **state)
{
	struct agency *agency = *state;
	auto_json json_t *set = object("{'team':'blue'}");
	const struct user_set_request request = {TEXT("alcie"), set};
	auto_clear(user_set_reply) struct user_set_reply reply = {0};
	struct call *call = agency_begin(agency);

	call->subject = SUBJECT_UNKNOWN;
	assert_int_equal(agency_end(agency, user_set(call, &request, &reply)),
	    ERR_NO_SUCH_USER);
	assert_string_equal(agency->call.event.user, "alcie");
	assert_null(reply.attributes);
}

/* Three texts of the greatest length make a token longer than what can be
 * carried everywhere, as soon as they are claims. */
static void
test_too_long_for_a_token(void **state)
{
	static const char claims[] = "[claim a]\nfrom = user\n"
				     "[claim b]\nfrom = user\n"
				     "[claim c]\nfrom = user\n";
	struct agency *agency = *state;
	char text[ATTRIBUTE_TEXT_MAX + 1];
	auto_json json_t *set = NULL;

	memset(text, 't', ATTRIBUTE_TEXT_MAX);
	text[ATTRIBUTE_TEXT_MAX] = '\0';
	set = json_pack("{ss ss ss}", "a", text, "b", text, "c", text);
	agency_configure(agency, claims);
	assert_int_equal(try_json(agency, set), ERR_INVALID_PARAMETER);
	assert_detail_has(agency, "an access token would be ");
	assert_detail_has(agency, "at most 600");
	assert_null(stored(agency));
	agency_configure(agency, "");
	assert_int_equal(try_json(agency, set), OK);
	/* longer than it may be from before: shorter is no worse */
	agency_configure(agency, claims);
	assert_int_equal(try_set(agency, "{'d':1}"), OK);
	assert_int_equal(try_set(agency, "{'a':'short'}"), OK);
	assert_int_equal(try_json(agency, set), ERR_INVALID_PARAMETER);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, agency_set_up, agency_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(test_set_and_taken_out),
	    TEST(test_reply_has_all),
	    TEST(test_rest_of_the_record_stays),
	    TEST(test_event_has_names_alone),
	    TEST(test_refused_names),
	    TEST(test_length_of_a_name),
	    TEST(test_refused_values),
	    TEST(test_length_of_a_text),
	    TEST(test_how_many),
	    TEST(test_nobody_of_this_name),
	    TEST(test_too_long_for_a_token),
	};

	return cmocka_run_group_tests_name("attribute", tests, NULL, NULL);
}
