/* SPDX-License-Identifier: BSD-3-Clause */

/* Which users an export has a line of, and that it rests on its way. */

#include "jwt-agent/service/export.h"

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
#define FIRST_UID 10000

static void
put_user(struct call *call, int64_t uid, const char *name, json_t *attributes)
{
	const struct user_record user = {.user = TEXT(name),
	    .uid = uid,
	    .attributes = attributes,
	    .asked = 1};

	assert_int_equal(user_put(call->txn, &user), OK);
}

/* The next answer, as the server asks for it: the line's user, or NULL. */
static enum err
next_line(struct agency *agency, struct cursor *cursor, json_t **line)
{
	const struct export_request request = {TEXT(TRANSFER_USER)};
	struct export_line entry = {NULL};
	struct call *call = agency_begin(agency);
	enum err e = admin_export(call, &request, cursor, &entry);

	*line = entry.line;
	return agency_end(agency, e);
}

static void
assert_line(
    struct agency *agency, struct cursor *cursor, int64_t uid, const char *team)
{
	auto_json json_t *line = NULL;
	const json_t *attributes;

	assert_int_equal(next_line(agency, cursor, &line), OK);
	assert_int_equal(json_integer_value(json_object_get(line, "uid")), uid);
	attributes = json_object_get(line, "attributes");
	if (team == NULL)
		assert_null(attributes);
	else
		assert_string_equal(
		    json_string_value(json_object_get(attributes, "team")),
		    team);
}

static void
who_has_a_device_or_an_attribute(void **state)
{
	auto_clear(enroll_reply) struct enroll_reply device = {0};
	auto_json json_t *nothing = json_object(), *line = NULL;
	auto_json json_t *ops = json_pack("{ss}", "team", "ops");
	struct agency *agency = *state;
	struct cursor cursor = {0};
	struct call *call;

	assert_int_equal(agency_enroll(agency, &device), OK);
	call = agency_begin(agency);
	put_user(call, 1, "asked", NULL);
	put_user(call, 2, "unset", nothing);
	put_user(call, 5, "set", ops);
	put_user(call, 77, "last", ops);
	assert_int_equal(agency_end(agency, OK), OK);

	assert_line(agency, &cursor, AGENCY_UID, NULL);
	assert_line(agency, &cursor, 5, "ops");
	assert_line(agency, &cursor, 77, "ops");
	assert_int_equal(next_line(agency, &cursor, &line), ERR_NOT_FOUND);
}

static void
attributes_of_who_has_a_device_come_once(void **state)
{
	auto_clear(enroll_reply) struct enroll_reply device = {0};
	auto_json json_t *ops = json_pack("{ss}", "team", "ops"), *line = NULL;
	struct agency *agency = *state;
	struct cursor cursor = {0};

	assert_int_equal(agency_enroll(agency, &device), OK);
	put_user(agency_begin(agency), AGENCY_UID, "alice", ops);
	assert_int_equal(agency_end(agency, OK), OK);

	assert_line(agency, &cursor, AGENCY_UID, "ops");
	assert_int_equal(next_line(agency, &cursor, &line), ERR_NOT_FOUND);
}

static void
others_have_their_turn(void **state)
{
	auto_json json_t *ops = json_pack("{ss}", "team", "ops"), *line = NULL;
	struct agency *agency = *state;
	struct cursor cursor = {0};
	struct call *call = agency_begin(agency);

	for (int64_t i = 0; i < CURSOR_LOOKS_MAX + 1; i++)
		put_user(call, FIRST_UID + i, "asked", NULL);
	put_user(call, 9, "set", ops);
	assert_int_equal(agency_end(agency, OK), OK);

	assert_int_equal(next_line(agency, &cursor, &line), ERR_GO_ON);
	assert_line(agency, &cursor, 9, "ops");
	assert_int_equal(next_line(agency, &cursor, &line), ERR_NOT_FOUND);
}

int
main(void)
{
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, agency_set_up, agency_tear_down)
	const struct CMUnitTest tests[] = {
	    TEST(who_has_a_device_or_an_attribute),
	    TEST(attributes_of_who_has_a_device_come_once),
	    TEST(others_have_their_turn),
	};

	return cmocka_run_group_tests_name("export", tests, NULL, NULL);
}
