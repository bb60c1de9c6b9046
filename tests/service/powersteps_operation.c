/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/service/alert.h"
#include "jwt-agent/service/attribute.h"
#include "jwt-agent/service/audit.h"
#include "jwt-agent/service/claimset.h"
#include "jwt-agent/service/flag.h"
#include "jwt-agent/service/renewal.h"
#include "jwt-agent/service/upkeep.h"
#include "lmdb-store/checkpoint.h"
#include "lmdb-store/counter.h"
#include "lmdb-store/daily.h"
#include "lmdb-store/flag_change.h"
#include "lmdb-store/holding.h"
#include "lmdb-store/upkeep.h"
#include "lmdb-store/user.h"
#include "tests/service/powersteps.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#define TEXT(text) ((char *)(uintptr_t)(text))

static int64_t
flag_percent(struct scene *scene, const char *flag, const char *user)
{
	struct flag_setting setting;

	assert_int_equal(flag_read(scene->txn, flag, user, &setting), OK);
	return setting.percent;
}

static void
set_share(struct scene *scene)
{
	agency_set_flag(scene->agency, "token_login", "25%", NULL);
	agency_set_flag(scene->agency, "token_login", "on", "alice");
}

static void
is_share(struct scene *scene)
{
	assert_int_equal(flag_percent(scene, "token_login", NULL), 25);
	assert_int_equal(flag_percent(scene, "token_login", "alice"), 100);
}

static void
set_and_undo(struct scene *scene)
{
	auto_clear(flag_undo_reply) struct flag_undo_reply reply = {0};
	struct empty request;

	agency_set_flag(scene->agency, "refresh_rotation", "off", "alice");
	assert_int_equal(
	    agency_end(scene->agency,
		admin_flag_undo(agency_begin(scene->agency), &request, &reply)),
	    OK);
	assert_string_equal(reply.flag, "refresh_rotation");
}

static void
is_undone(struct scene *scene)
{
	size_t left = 0;

	assert_int_equal(
	    flag_percent(scene, "refresh_rotation", "alice"), FLAG_UNSET);
	assert_int_equal(flag_change_count(scene->txn, &left), OK);
	assert_int_equal(left, 2);
}

static void
set_attributes(struct scene *scene)
{
	auto_json json_t *set = json_pack("{ss}", "team", "blue");
	const struct user_set_request request = {TEXT("alice"), set};
	auto_clear(user_set_reply) struct user_set_reply reply = {0};

	agency_configure(scene->agency,
	    "[token]\nclaim_version = 2\n"
	    "[claim team]\nsince = 2\nfrom = user\n");
	assert_int_equal(
	    agency_end(scene->agency,
		user_set(agency_begin(scene->agency), &request, &reply)),
	    OK);
}

static struct user_record
user_of(struct scene *scene)
{
	struct user_record user = {0};

	assert_int_equal(user_get(scene->txn, AGENCY_UID, &user), OK);
	return user;
}

static void
has_attributes(struct scene *scene)
{
	auto_clear(user_record) struct user_record user = user_of(scene);

	assert_string_equal(
	    json_string_value(json_object_get(user.attributes, "team")),
	    "blue");
}

/* The token of before lacks the claim. */
static void
use_fallback(struct scene *scene)
{
	assert_int_equal(agency_login(scene->agency, scene->device.access_token,
			     &scene->login),
	    OK);
}

static void
is_counted(struct scene *scene)
{
	static const char *const labels[] = {"team", CLAIMSET_ATTRIBUTE, NULL};
	auto_clear(counter_record) struct counter_record record = {0};
	int64_t of_day = 0;
	struct key key;

	assert_int_equal(
	    counter_get(scene->txn, CLAIMSET_COUNTER, labels, &record), OK);
	assert_int_equal(record.count, 1);
	key = counter_key(&record);
	assert_int_equal(
	    daily_sum(scene->txn, &key, daily_day(AGENCY_START), &of_day), OK);
	assert_int_equal(of_day, 1);
}

static void
ask(struct scene *scene)
{
	const struct user_renew_request request = {.user = TEXT("alice")};
	struct user_renew_reply reply = {0};

	assert_int_equal(
	    agency_end(scene->agency,
		user_renew(agency_begin(scene->agency), &request, &reply)),
	    OK);
}

static void
is_asked(struct scene *scene)
{
	auto_clear(user_record) struct user_record user = user_of(scene);

	assert_int_equal(user.asked, AGENCY_START);
}

static void
renew(struct scene *scene)
{
	assert_int_equal(agency_refresh(scene->agency,
			     scene->device.refresh_token, &scene->refreshed),
	    OK);
}

/* And the older version holds nobody any more. */
static void
is_renewed(struct scene *scene)
{
	auto_clear(holding_record) struct holding_record held = {0};

	assert_int_equal(holding_next(scene->txn, 0, &held), OK);
	assert_int_equal(held.version, 2);
	assert_int_equal(held.devices, 1);
	assert_int_equal(held.users, 1);
}

static void
change_alert(struct scene *scene,
    enum err (*change)(struct call *call,
	const struct alert_change_request *request, struct empty *reply))
{
	const struct alert_change_request request = {
	    TEXT("token-reuse"), TEXT("token-reuse value=1 threshold=0")};
	struct empty reply;

	assert_int_equal(
	    agency_end(scene->agency,
		change(agency_begin(scene->agency), &request, &reply)),
	    OK);
}

static void
fire(struct scene *scene)
{
	change_alert(scene, alert_fire);
}

static void
is_fired(struct scene *scene)
{
	auto_clear(alert_record) struct alert_record record = {0};

	assert_int_equal(alert_get(scene->txn, "token-reuse", &record), OK);
	assert_int_equal(record.fired, AGENCY_START);
	assert_int_not_equal(record.firing, record.cleared != 0);
}

static void
clear(struct scene *scene)
{
	agency_pass(scene->agency, 60);
	change_alert(scene, alert_clear);
}

static void
is_cleared(struct scene *scene)
{
	auto_clear(alert_record) struct alert_record record = {0};

	assert_int_equal(alert_get(scene->txn, "token-reuse", &record), OK);
	assert_false(record.firing);
	assert_int_equal(record.cleared, AGENCY_START + 60);
}

static void
do_job(struct scene *scene)
{
	const struct upkeep_done_request request = {.job = TEXT("sweep"),
	    .outcome = TEXT(UPKEEP_OK),
	    .began = AGENCY_START};
	struct empty reply;

	assert_int_equal(agency_end(scene->agency,
			     admin_upkeep_done(agency_begin(scene->agency),
				 &request, &reply)),
	    OK);
}

static void
is_job_done(struct scene *scene)
{
	auto_clear(upkeep_record) struct upkeep_record record = {0};

	assert_int_equal(upkeep_get(scene->txn, "sweep", &record), OK);
	assert_int_equal(record.began, AGENCY_START);
}

/* Of the first event. */
static void
give_head(struct scene *scene)
{
	const struct audit_record event = {.time = AGENCY_START,
	    .event = TEXT("audit-head"),
	    .outcome = TEXT("granted"),
	    .reason = TEXT("ok")};
	auto_clear(audit_head_reply) struct audit_head_reply reply = {0};
	struct call *call = agency_begin(scene->agency);
	struct empty request;
	enum err e =
	    audit_append(call->txn, store_seal(scene->agency->store), &event);

	if (e == OK)
		e = admin_audit_head(call, &request, &reply);
	assert_int_equal(agency_end(scene->agency, e), OK);
	assert_int_equal(reply.seq, 1);
}

static void
is_head_kept(struct scene *scene)
{
	struct link link;

	assert_int_equal(
	    checkpoint_find(scene->txn, store_seal(scene->store), 1, &link),
	    OK);
}

const struct powerstep operation_steps[] = {
    {step_enroll, step_is_enrolled},
    {set_share, is_share},
    {set_and_undo, is_undone},
    {set_attributes, has_attributes},
    {use_fallback, is_counted},
    {ask, is_asked},
    {renew, is_renewed},
    {fire, is_fired},
    {clear, is_cleared},
    {do_job, is_job_done},
    {give_head, is_head_kept},
    {NULL, NULL},
};
