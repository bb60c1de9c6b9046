/* SPDX-License-Identifier: BSD-3-Clause */

/* Which events an alert means. */

#include "jwt-agent/config/selector.h"

#include "base/err.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#define ROWS(rows) (sizeof(rows) / sizeof(*(rows)))

static const struct happening expired = {"login", "denied", "Expired"};

static bool
has(const char *selector, const struct happening *happening)
{
	char *item[] = {(char *)(uintptr_t)selector};
	const struct texts one = {1, item};

	return selectors_have(&one, happening);
}

static void
test_means(void **state)
{
	static const char *const rows[] = {"login", "login:denied",
	    "login:denied:Expired", "*", "log*", "login*", "*:denied",
	    "login:den*", "login:*:Expired", "*:*:*", "login:denied:Exp*",
	    "login:denied:*", "login:*"};

	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++)
		if (!has(rows[i], &expired))
			fail_msg("%s", rows[i]);
}

static void
test_means_not(void **state)
{
	static const char *const rows[] = {"logi", "logins", "Login", "login ",
	    "logins*", "refresh", "login:deni", "login:denied2",
	    "login:granted", "login:fault", "login:gr*", "login:denied:Expire",
	    "login:denied:expired", "login:denied:BadSignature",
	    "login:denied:ExpiredX*", "refresh:*", "*:granted", ":denied",
	    "login:", "login::Expired", "login:denied:"};

	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++)
		if (has(rows[i], &expired))
			fail_msg("%s", rows[i]);
}

static void
test_one_of_several(void **state)
{
	char *items[] = {(char *)(uintptr_t) "refresh",
	    (char *)(uintptr_t) "odd-*", (char *)(uintptr_t) "login:denied"};
	struct texts list = {0, items};

	(void)state;
	for (; list.count < ROWS(items); list.count++)
		assert_false(selectors_have(&list, &expired));
	assert_true(selectors_have(&list, &expired));
}

/* Whom a rollout leaves out only its own reason means. */
static void
test_left_out(void **state)
{
	static const struct {
		const char *selector;
		bool means;
	} rows[] = {
	    {"login:denied", false},
	    {"*:denied", false},
	    {"login:*", false},
	    {"login", true}, /* all there are, of which a ratio is taken */
	    {"*", true},
	    {"login:denied:StandAside", true},
	    {"login:denied:Stand*", true},
	    {"login:denied:*", true},
	};
	const struct happening aside = {
	    "login", "denied", err_name(ERR_STAND_ASIDE)};

	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++)
		if (has(rows[i].selector, &aside) != rows[i].means)
			fail_msg("%s", rows[i].selector);
}

static void
test_names(void **state)
{
	(void)state;
	assert_true(selector_names("login", "login"));
	assert_true(selector_names("login:denied:Expired", "login"));
	assert_true(selector_names("log*:fault", "login"));
	assert_true(selector_names("*", "login"));
	assert_false(selector_names("login", "logins"));
	assert_false(selector_names("refresh:denied", "login"));
	assert_false(selector_names("", "login"));
}

static void
test_can_mean_something(void **state)
{
	static const char *const rows[] = {"login", "login:denied",
	    "login:granted", "login:fault", "login:denied:Expired", "odd-*",
	    "*", "*:denied:Bad*", "login:*:Expired", "login:granted:*"};
	struct option_error error;

	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++)
		if (selector_check(rows[i], &error) != OK)
			fail_msg("%s: %s", rows[i], error.text);
}

static void
test_can_mean_nothing(void **state)
{
	static const struct {
		const char *selector, *why;
	} rows[] = {
	    {"logni", "there is no event \"logni\""},
	    {"logins*", "there is no event \"logins*\""},
	    {"Login", "there is no event \"Login\""},
	    {"logni:denied:Expired", "there is no event \"logni\""},
	    {"login:denid",
		"there is no outcome \"denid\": there is granted, "
		"denied, fault"},
	    {"login:", "there is no outcome \"\""},
	    {"login::Expired", "there is no outcome \"\""},
	    {":denied", "there is no event \"\""},
	    {"login:denied:", "there is no reason \"\" of the outcome"},
	    {"login:denied:Expired:", "nothing comes behind the reason"},
	    {"login:denied:Expired:x", "so no \"x\""},
	    {"login:denid:Expired", "there is no outcome \"denid\""},
	    {"login:denied:Expird",
		"there is no reason \"Expird\" of the "
		"outcome \"denied\""},
	    {"login:denied:Xyz*", "there is no reason \"Xyz*\""},
	    /* nothing is granted as it has expired */
	    {"login:granted:Expired",
		"there is no reason \"Expired\" of the "
		"outcome \"granted\""},
	};

	(void)state;
	for (size_t i = 0; i < ROWS(rows); i++) {
		struct option_error error = {""};

		assert_int_equal(
		    selector_check(rows[i].selector, &error), ERR_CONFIG);
		if (strstr(error.text, rows[i].why) == NULL)
			fail_msg("%s: %s", rows[i].selector, error.text);
	}
}

/* The reasons that it may have been are told. */
static void
test_reasons_are_told(void **state)
{
	struct option_error error = {""};

	(void)state;
	assert_int_equal(
	    selector_check("login:denied:expird", &error), ERR_CONFIG);
	assert_non_null(strstr(error.text, "Expired"));
	assert_null(strstr(error.text, "BadSignature"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_means),
	    cmocka_unit_test(test_means_not),
	    cmocka_unit_test(test_one_of_several),
	    cmocka_unit_test(test_left_out),
	    cmocka_unit_test(test_names),
	    cmocka_unit_test(test_can_mean_something),
	    cmocka_unit_test(test_can_mean_nothing),
	    cmocka_unit_test(test_reasons_are_told),
	};

	return cmocka_run_group_tests_name("selector", tests, NULL, NULL);
}
