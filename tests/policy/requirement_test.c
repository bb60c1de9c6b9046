/* SPDX-License-Identifier: BSD-3-Clause */

#include "jwt-agent/policy/requirement.h"
#include "tests/policy/claimset.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static const struct row {
	const char *claims, *item;
	enum err expected;
	const char *found; /* NULL: absent */
} rows[] = {
    /* being there */
    {"{'a':'x'}", "a", OK, "x"},
    {"{'a':''}", "a", ERR_POLICY_DENIED, ""},
    {"{'a':null}", "a", ERR_POLICY_DENIED, "null"},
    {"{'a':false}", "a", ERR_POLICY_DENIED, "false"},
    {"{'a':true}", "a", OK, "true"},
    {"{'a':0}", "a", OK, "0"},
    {"{'a':-1}", "a", OK, "-1"},
    {"{'a':0.5}", "a", OK, "0.5"},
    {"{'a':[]}", "a", ERR_POLICY_DENIED, ""},
    {"{'a':['']}", "a", OK, ""},
    {"{'a':[null,{},[],1,'x']}", "a", OK, "null, {...}, [...], 1, x"},
    {"{'a':{}}", "a", ERR_POLICY_DENIED, "{...}"},
    {"{'a':{'b':1}}", "a", OK, "{...}"},
    {"{}", "a", ERR_POLICY_DENIED, NULL},
    {"{'A':'x'}", "a", ERR_POLICY_DENIED, NULL},
    {"{'ab':'x'}", "a", ERR_POLICY_DENIED, NULL},
    /* a string */
    {"{'a':'x'}", "a=x", OK, "x"},
    {"{'a':'x'}", "a=X", ERR_POLICY_DENIED, "x"},
    {"{'a':'x'}", "a=xy", ERR_POLICY_DENIED, "x"},
    {"{'a':'xy'}", "a=x", ERR_POLICY_DENIED, "xy"},
    {"{'a':'yx'}", "a=x", ERR_POLICY_DENIED, "yx"},
    {"{'a':'x '}", "a=x", ERR_POLICY_DENIED, "x "},
    {"{'a':'x\\n'}", "a=x", ERR_POLICY_DENIED, "x?"},
    {"{'a':'x y'}", "a=x y", OK, "x y"},
    {"{'a':'x=y'}", "a=x=y", OK, "x=y"},
    {"{'a':'\xd1\x85'}", "a=x", ERR_POLICY_DENIED, "\xd1\x85"}, /* kha */
    {"{'a':'\xd1\x85'}", "a=\xd1\x85", OK, "\xd1\x85"},
    {"{'a':'\\u0445'}", "a=\xd1\x85", OK, "\xd1\x85"},
    {"{'b':'x'}", "a=x", ERR_POLICY_DENIED, NULL},
    /* one of several */
    {"{'a':'x'}", "a=x|y", OK, "x"},
    {"{'a':'y'}", "a=x|y", OK, "y"},
    {"{'a':'y'}", "a=x|y|z", OK, "y"},
    {"{'a':'x|y'}", "a=x|y", ERR_POLICY_DENIED, "x|y"},
    {"{'a':'|'}", "a=x|y", ERR_POLICY_DENIED, "|"},
    {"{'a':''}", "a=x|y", ERR_POLICY_DENIED, ""},
    /* numbers and booleans */
    {"{'a':3}", "a=3", OK, "3"},
    {"{'a':3}", "a=1|3", OK, "3"},
    {"{'a':3}", "a=03", ERR_POLICY_DENIED, "3"},
    {"{'a':3}", "a=3.0", ERR_POLICY_DENIED, "3"},
    {"{'a':33}", "a=3", ERR_POLICY_DENIED, "33"},
    {"{'a':-3}", "a=-3", OK, "-3"},
    {"{'a':3.0}", "a=3.0", OK, "3.0"},
    {"{'a':1.1}", "a=1.1", OK, "1.1"},
    {"{'a':0.1}", "a=0.1", OK, "0.1"},
    {"{'a':0.30000000000000004}", "a=0.30000000000000004", OK,
	"0.30000000000000004"},
    {"{'a':0.30000000000000004}", "a=0.3", ERR_POLICY_DENIED,
	"0.30000000000000004"},
    {"{'a':9007199254740993}", "a=9007199254740993", OK, "9007199254740993"},
    {"{'a':9007199254740993}", "a=9007199254740992", ERR_POLICY_DENIED,
	"9007199254740993"},
    {"{'a':9223372036854775807}", "a=9223372036854775807", OK,
	"9223372036854775807"},
    {"{'a':1e100}", "a=1e+100", OK, "1e+100"},
    {"{'a':1e2}", "a=100.0", OK, "100.0"},
    {"{'a':-0.0}", "a=-0.0", OK, "-0.0"},
    {"{'a':true}", "a=true", OK, "true"},
    {"{'a':true}", "a=1", ERR_POLICY_DENIED, "true"},
    {"{'a':false}", "a=false", OK, "false"},
    {"{'a':false}", "a=true", ERR_POLICY_DENIED, "false"},
    {"{'a':'true'}", "a=true", OK, "true"},
    {"{'a':null}", "a=null", ERR_POLICY_DENIED, "null"},
    {"{'a':{'x':1}}", "a=x", ERR_POLICY_DENIED, "{...}"},
    {"{'a':{}}", "a={...}", ERR_POLICY_DENIED, "{...}"},
    /* arrays */
    {"{'a':['x','y']}", "a=y", OK, "x, y"},
    {"{'a':['x','y']}", "a=z|y", OK, "x, y"},
    {"{'a':['x','y']}", "a=z", ERR_POLICY_DENIED, "x, y"},
    {"{'a':['x, y']}", "a=x", ERR_POLICY_DENIED, "x, y"},
    {"{'a':[1,true,'x']}", "a=true", OK, "1, true, x"},
    {"{'a':[['x']]}", "a=x", ERR_POLICY_DENIED, "[...]"},
    {"{'a':[]}", "a=x", ERR_POLICY_DENIED, ""},
    /* paths */
    {"{'a':{'b':{'c':'x'}}}", "a.b.c=x", OK, "x"},
    {"{'a':{'b':{'c':'x'}}}", "a.b.c", OK, "x"},
    {"{'a':{'b':{'c':'x'}}}", "a.b=x", ERR_POLICY_DENIED, "{...}"},
    {"{'a.b':'x','a':{'b':'y'}}", "a.b=x", OK, "x"},
    {"{'a.b':'x','a':{'b':'y'}}", "a.b=y", ERR_POLICY_DENIED, "x"},
    {"{'https://corp.example/t':'x'}", "https://corp.example/t=x", OK, "x"},
    {"{'a':'x'}", "a.b", ERR_POLICY_DENIED, NULL},
    {"{'a':['x']}", "a.0", ERR_POLICY_DENIED, NULL},
    {"{'a':{'b':'x'}}", "a.", ERR_POLICY_DENIED, NULL},
    {"{'a':{'b':'x'}}", ".a", ERR_POLICY_DENIED, NULL},
    /* what the configuration does not let in fits nothing */
    {"{'a':''}", "a=", ERR_POLICY_DENIED, ""},
    {"{'a':''}", "a=x|", ERR_POLICY_DENIED, ""},
    {"{'':'x'}", "=x", ERR_POLICY_DENIED, NULL},
};

static const struct row group_rows[] = {
    {"{'groups':['dev','wheel']}", "wheel", OK, "dev, wheel"},
    {"{'groups':['dev','wheel']}", "admin", ERR_POLICY_DENIED, "dev, wheel"},
    {"{'groups':['dev','wheel']}", "admin|dev", OK, "dev, wheel"},
    {"{'groups':['wheelchair']}", "wheel", ERR_POLICY_DENIED, "wheelchair"},
    {"{'groups':['wheel']}", "wheelchair", ERR_POLICY_DENIED, "wheel"},
    {"{'groups':['Wheel']}", "wheel", ERR_POLICY_DENIED, "Wheel"},
    {"{'groups':['/wheel']}", "wheel", ERR_POLICY_DENIED, "/wheel"},
    {"{'groups':[' wheel']}", "wheel", ERR_POLICY_DENIED, " wheel"},
    {"{'groups':['admin|wheel']}", "admin|wheel", ERR_POLICY_DENIED,
	"admin|wheel"},
    {"{'groups':'wheel'}", "wheel", OK, "wheel"},
    {"{'groups':'dev wheel'}", "wheel", ERR_POLICY_DENIED, "dev wheel"},
    {"{'groups':'dev,wheel'}", "wheel", ERR_POLICY_DENIED, "dev,wheel"},
    {"{'groups':['dev wheel']}", "wheel", ERR_POLICY_DENIED, "dev wheel"},
    {"{'groups':['wheel',3]}", "wheel", ERR_POLICY_DENIED, "wheel, 3"},
    {"{'groups':['wheel',null]}", "wheel", ERR_POLICY_DENIED, "wheel, null"},
    {"{'groups':3}", "3", ERR_POLICY_DENIED, "3"},
    {"{'groups':true}", "true", ERR_POLICY_DENIED, "true"},
    {"{'groups':[3]}", "3", ERR_POLICY_DENIED, "3"},
    {"{'groups':{'wheel':true}}", "wheel", ERR_POLICY_DENIED, "{...}"},
    {"{'groups':[]}", "wheel", ERR_POLICY_DENIED, ""},
    {"{'groups':null}", "wheel", ERR_POLICY_DENIED, "null"},
    {"{'roles':['wheel']}", "wheel", ERR_POLICY_DENIED, NULL},
    {"{'groups':['']}", "", ERR_POLICY_DENIED, ""},
    {"{'groups':['a=b']}", "a=b", OK, "a=b"},
};

static const struct row member_rows[] = {
    {"{'amr':['pwd','otp']}", "otp", OK, "pwd, otp"},
    {"{'amr':['pwd','otp']}", "mfa", ERR_POLICY_DENIED, "pwd, otp"},
    {"{'amr':['pwd','otp']}", "mfa|otp", ERR_POLICY_DENIED, "pwd, otp"},
    {"{'amr':['mfa|otp']}", "mfa|otp", OK, "mfa|otp"},
    {"{'amr':['OTP']}", "otp", ERR_POLICY_DENIED, "OTP"},
    {"{'amr':'otp'}", "otp", ERR_POLICY_DENIED, "otp"},
    {"{'amr':['otp',1]}", "otp", ERR_POLICY_DENIED, "otp, 1"},
    {"{'amr':[]}", "otp", ERR_POLICY_DENIED, ""},
    {"{}", "otp", ERR_POLICY_DENIED, NULL},
};

static void
expect(const struct row *row, enum err e, const struct requirement_value *value)
{
	const char *found = value->is_there ? value->text : NULL;

	if (e != row->expected)
		fail_msg("%s %s: %s", row->claims, row->item, err_name(e));
	assert_int_equal(value->is_there, row->found != NULL);
	if (row->found != NULL)
		assert_string_equal(found, row->found);
}

static void
claim_items(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		auto_free(claims) struct claims *claims =
		    claimset(rows[i].claims);
		struct requirement_value value;
		enum err e = requirement_check(claims, rows[i].item, &value);

		expect(&rows[i], e, &value);
	}
}

static void
group_items(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(group_rows); i++) {
		const struct row *row = &group_rows[i];
		auto_free(claims) struct claims *claims = claimset(row->claims);
		struct requirement_value value;

		expect(row, group_check(claims, "groups", row->item, &value),
		    &value);
	}
}

static void
group_paths(void **state)
{
	auto_free(claims) struct claims *claims = claimset(
	    "{'realm_access':{'roles':['dev']},'x.y':['ops'],'x':{'y':['dev']}"
	    ",'s':'dev'}");
	struct requirement_value value;

	(void)state;
	assert_int_equal(
	    group_check(claims, "realm_access.roles", "dev", &value), OK);
	assert_int_equal(group_check(claims, "realm_access", "dev", &value),
	    ERR_POLICY_DENIED);
	assert_int_equal(
	    group_check(claims, "realm_access.roles.dev", "dev", &value),
	    ERR_POLICY_DENIED);
	assert_int_equal(
	    group_check(claims, "x.y", "dev", &value), ERR_POLICY_DENIED);
	assert_int_equal(group_check(claims, "x.y", "ops", &value), OK);
	assert_int_equal(
	    group_check(claims, "s.dev", "dev", &value), ERR_POLICY_DENIED);
	assert_int_equal(
	    group_check(claims, "", "dev", &value), ERR_POLICY_DENIED);
}

static void
member_items(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(member_rows); i++) {
		const struct row *row = &member_rows[i];
		auto_free(claims) struct claims *claims = claimset(row->claims);
		struct requirement_value value;

		expect(row, member_check(claims, "amr", row->item, &value),
		    &value);
	}
}

#define MISSING "something is missing before or behind = or |"
#define BLANK "a blank stands beside = or |"
#define CONTROL "there is a control character in it"

static void
item_problems(void **state)
{
	static const struct {
		const char *item, *claim, *group;
	} items[] = {
	    {"a", NULL, NULL},
	    {"a b", NULL, NULL},
	    {"a=b", NULL, NULL},
	    {"a=b=c", NULL, NULL},
	    {"a=b|c|d", NULL, NULL},
	    {"https://corp.example/t=x", NULL, NULL},
	    {"\xc3\xa9", NULL, NULL},
	    {"a|b", "a | stands in the name of a claim", NULL},
	    {"a|b=c", "a | stands in the name of a claim", NULL},
	    {"", MISSING, MISSING},
	    {"=b", MISSING, NULL},
	    {"a=", MISSING, NULL},
	    {"a=|b", MISSING, NULL},
	    {"a=b|", MISSING, MISSING},
	    {"a=b||c", MISSING, MISSING},
	    {" a", BLANK, BLANK},
	    {"a ", BLANK, BLANK},
	    {"a =b", BLANK, NULL},
	    {"a= b", BLANK, NULL},
	    {"a=b |c", BLANK, BLANK},
	    {"a=b| c", BLANK, BLANK},
	    {"a\tb", CONTROL, CONTROL},
	    {"a=b\n", CONTROL, CONTROL},
	    {"a=b\x7f|c", CONTROL, CONTROL},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(items); i++) {
		const char *claim = requirement_problem(items[i].item);
		const char *group = group_problem(items[i].item);

		if ((claim == NULL) != (items[i].claim == NULL) ||
		    (group == NULL) != (items[i].group == NULL))
			fail_msg("%s: %s, %s", items[i].item, claim, group);
		if (claim != NULL)
			assert_string_equal(claim, items[i].claim);
		if (group != NULL)
			assert_string_equal(group, items[i].group);
	}
}

/* Of items and of what is told. */
static void
lengths(void **state)
{
	char item[REQUIREMENT_SIZE_MAX + 2], text[160];
	auto_free(claims) struct claims *claims = NULL;
	struct requirement_value value;

	(void)state;
	memset(item, 'a', sizeof(item));
	item[REQUIREMENT_SIZE_MAX + 1] = '\0';
	claims = claimset("{'a':'x'}");
	assert_non_null(requirement_problem(item));
	assert_non_null(group_problem(item));
	assert_int_equal(
	    requirement_check(claims, item, &value), ERR_POLICY_DENIED);
	assert_null(requirement_problem(item + 1));
	assert_null(group_problem(item + 1));
	assert_int_equal(
	    requirement_check(claims, item + 1, &value), ERR_POLICY_DENIED);

	claims_free(claims);
	snprintf(text, sizeof(text), "{'a':'%.94s\xc3\xa9'}", item);
	claims = claimset(text);
	assert_int_equal(requirement_check(claims, "a", &value), OK);
	assert_int_equal(strlen(value.text), 94);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(claim_items),
	    cmocka_unit_test(group_items),
	    cmocka_unit_test(group_paths),
	    cmocka_unit_test(member_items),
	    cmocka_unit_test(item_problems),
	    cmocka_unit_test(lengths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
