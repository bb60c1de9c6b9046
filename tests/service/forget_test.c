/* SPDX-License-Identifier: BSD-3-Clause */

/* A person who is forgotten is named nowhere any more, and what was his is of
 * no use to anybody. */

#include "tests/base/sparse.h"
#include "tests/service/agency.h"

#include "jwt-agent/service/forget.h"
#include "jwt-agent/service/mark.h"
#include "jwt-agent/service/pseudonym.h"
#include "lmdb-store/check.h"
#include "lmdb-store/code.h"
#include "lmdb-store/device.h"
#include "lmdb-store/refusals.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#define TEXT(text) ((char *)(uintptr_t)(text))
#define BOB_UID 777
#define MANY 700

#define ASK(agency, handler, request, reply)                                   \
	agency_end(agency, handler(agency_begin(agency), request, reply))

static void
tell(struct agency *agency, const struct audit_record *event)
{
	struct audit_record copy = *event;
	struct call *call = agency_begin(agency);

	copy.event = TEXT("login");
	copy.outcome = TEXT("granted");
	copy.reason = TEXT("ok");
	copy.time = agency->now_ms / 1000;
	assert_int_equal(
	    agency_end(agency,
		audit_append(call->txn, store_seal(agency->store), &copy)),
	    OK);
}

/* Four events that alice is in, and two that she is not. */
static void
tell_stories(struct agency *agency)
{
	tell(agency,
	    &(struct audit_record){.user = TEXT("alice"),
		.uid = AGENCY_UID,
		.device = TEXT("DEVICE"),
		.session = TEXT("SESSION"),
		.rhost = TEXT("alices-laptop.example"),
		.tty = TEXT("pts/9"),
		.detail = TEXT("her own words")});
	tell(agency,
	    &(struct audit_record){
		.user = TEXT("alice"), .uid = -1, .device = TEXT("DEVICE")});
	tell(agency,
	    &(struct audit_record){.user = TEXT("bob"),
		.uid = BOB_UID,
		.rhost = TEXT("bobs-laptop"),
		.caller_uid = AGENCY_UID});
	tell(agency,
	    &(struct audit_record){.user = TEXT("bob"),
		.uid = BOB_UID,
		.command = TEXT("/home/alice/bin/login"),
		.detail = TEXT("the token is alice's")});
	tell(agency,
	    &(struct audit_record){.user = TEXT("malice"),
		.uid = BOB_UID,
		.detail = TEXT("malice, alice2, _alice")});
	tell(agency, &(struct audit_record){.uid = -1});
}

static void
read_event(struct agency *agency, int64_t seq, struct audit_record *event)
{
	struct call *call = agency_begin(agency);

	assert_int_equal(audit_next(call->txn, seq - 1, event), OK);
	assert_int_equal(event->seq, seq);
	txn_free(TAKE(call->txn));
}

static bool
holds(struct slice bytes, const char *text)
{
	return memmem(bytes.data, bytes.size, text, strlen(text)) != NULL;
}

/* In any entry of any table: keys and records. */
static int
count_entries_with(struct agency *agency, const char *text)
{
	struct call *call = agency_begin(agency);
	int found = 0;

	for (unsigned table = 0; table < TABLE_COUNT; table++) {
		struct slice key = {NULL, 0}, value;

		while (txn_next(call->txn, table, key, &key, &value) == OK)
			found += holds(key, text) || holds(value, text);
	}
	txn_free(TAKE(call->txn));
	return found;
}

static void
assert_sound(struct agency *agency)
{
	struct call *call = agency_begin(agency);
	struct check_total total = {.entries = 0};

	assert_int_equal(
	    check_all(call->txn, store_seal(agency->store), &total), OK);
	if (total.problems > 0)
		fail_msg("%s: %s %s", table_name(total.table), total.first.key,
		    total.first.problem);
	txn_free(TAKE(call->txn));
}

static enum err
begin_forgetting(
    struct agency *agency, const char *user, struct user_forget_reply *reply)
{
	const struct user_forget_request request = {.user = TEXT(user)};

	return ASK(agency, user_forget, &request, reply);
}

static struct user_forget_step_reply
step(struct agency *agency, const char *pseudonym)
{
	const struct user_forget_step_request request = {TEXT(pseudonym)};
	struct user_forget_step_reply reply = {0};

	assert_int_equal(ASK(agency, user_forget_step, &request, &reply), OK);
	return reply;
}

/* Sessions whose process was told to go have 30 seconds. */
static int
finish(struct agency *agency, const char *pseudonym)
{
	struct user_forget_step_reply reply = {.more = true};
	int steps = 0;

	for (; reply.more; steps++) {
		reply = step(agency, pseudonym);
		if (reply.waits) {
			agency_pass(agency, 31);
			agency_sweep(agency, "lapse");
		}
	}
	return steps;
}

static void
give_code(struct agency *agency)
{
	const struct code_record code = {.hash = TEXT("H"),
	    .id = TEXT("C"),
	    .user = TEXT("alice"),
	    .uid = AGENCY_UID,
	    .created = 5,
	    .expires = 8};
	struct call *call = agency_begin(agency);

	assert_int_equal(code_put(call->txn, &code), OK);
	assert_int_equal(refusals_add(call->txn, AGENCY_UID, 6, 60), OK);
	assert_int_equal(
	    mark_device(call, "DEVICE", "https://elsewhere", "alice lost it"),
	    OK);
	assert_int_equal(agency_end(agency, OK), OK);
}

static void
put_aside(struct agency *agency)
{
	struct call *call = agency_begin(agency);
	struct key key = {0};

	key_add_number(&key, 99);
	key_add_text(&key, "x");
	assert_int_equal(txn_put(call->txn, TABLE_ASIDE, key_slice(&key),
			     text_slice("{\"v\":1,\"record\":{\"user\":"
					"\"alice\",\"uid\":1}}")),
	    OK);
	assert_int_equal(agency_end(agency, OK), OK);
}

/* Somebody else tried it with a token of this device. */
static void
tell_of_device(struct agency *agency, const char *device)
{
	tell(agency,
	    &(struct audit_record){
		.user = TEXT("bob"), .uid = BOB_UID, .device = TEXT(device)});
}

/* Two devices, one of them with an older family, a session and all else. */
static void
live_here(struct agency *agency, struct enroll_reply *device)
{
	auto_clear(enroll_reply) struct enroll_reply other = {0};
	auto_clear(authenticate_reply) struct authenticate_reply login = {0};
	struct enroll_again_request again = {0};
	struct empty nothing;

	assert_int_equal(agency_enroll(agency, &other), OK);
	again.device = other.device;
	assert_int_equal(
	    agency_end(agency,
		device_enroll_again(agency_begin(agency), &again, device)),
	    OK);
	enroll_reply_clear(device);
	assert_int_equal(agency_enroll(agency, device), OK);
	assert_int_equal(
	    agency_login(agency, device->access_token, &login), OK);
	assert_int_equal(
	    agency_end(agency,
		login_open_session(agency_begin(agency),
		    &(struct session_request){.session = login.session,
			.user = TEXT("alice"),
			.uid = AGENCY_UID,
			.service = TEXT("sshd")},
		    &nothing)),
	    OK);
	give_code(agency);
	put_aside(agency);
	tell_of_device(agency, device->device);
}

static void
nothing_names_the_person(void **state)
{
	struct agency *agency = *state;
	auto_clear(enroll_reply) struct enroll_reply device = {0};
	auto_clear(user_forget_reply) struct user_forget_reply reply = {0};

	tell_stories(agency);
	live_here(agency, &device);
	assert_true(count_entries_with(agency, "\"alice\"") >= 5);
	assert_int_equal(begin_forgetting(agency, "alice", &reply), OK);
	assert_int_equal(reply.sessions_ended, 1);
	assert_int_equal(agency->call.effect_count, 1);
	assert_string_equal(agency->call.event.user, reply.pseudonym);
	assert_null(strstr(reply.pseudonym, "alice"));
	finish(agency, reply.pseudonym);
	assert_int_equal(count_entries_with(agency, "\"alice\""), 0);
	assert_int_equal(count_entries_with(agency, "alices-laptop"), 0);
	assert_int_equal(count_entries_with(agency, "alice's"), 0);
	assert_int_equal(count_entries_with(agency, "alice lost"), 0);
	assert_int_equal(count_entries_with(agency, "her own words"), 0);
	assert_int_equal(count_entries_with(agency, "/alice/"), 0);
	assert_int_equal(count_entries_with(agency, device.device), 0);
	assert_int_equal(count_entries_with(agency, "\"uid\":4242"), 0);
	assert_int_equal(count_entries_with(agency, "_uid\":4242"), 0);
	assert_sound(agency);
}

static void
the_end_is_told_without_the_name(void **state)
{
	struct agency *agency = *state;
	auto_clear(enroll_reply) struct enroll_reply device = {0};
	auto_clear(user_forget_reply) struct user_forget_reply reply = {0};

	tell_stories(agency);
	assert_int_equal(agency_enroll(agency, &device), OK);
	assert_int_equal(begin_forgetting(agency, "alice", &reply), OK);
	finish(agency, reply.pseudonym);
	assert_int_equal(agency->call.alert_count, 1);
	assert_string_equal(agency->call.alerts[0].name, "user-forgotten");
	assert_string_equal(agency->call.alerts[0].detail,
	    "1 devices and 0 sessions removed, 4 events without the name");
	assert_string_equal(agency->call.event.user, reply.pseudonym);
	assert_false(step(agency, reply.pseudonym).more);
}

static void
the_history_stays_consistent(void **state)
{
	struct agency *agency = *state;
	auto_clear(user_forget_reply) struct user_forget_reply reply = {0};
	auto_clear(audit_record) struct audit_record first = {0}, second = {0};
	auto_clear(audit_record) struct audit_record called = {0}, named = {0};
	auto_clear(audit_record) struct audit_record other = {0};

	tell_stories(agency);
	assert_int_equal(begin_forgetting(agency, "alice", &reply), OK);
	finish(agency, reply.pseudonym);
	read_event(agency, 1, &first);
	read_event(agency, 2, &second);
	read_event(agency, 3, &called);
	read_event(agency, 4, &named);
	read_event(agency, 5, &other);
	assert_string_equal(first.user, reply.pseudonym);
	assert_string_equal(second.user, reply.pseudonym);
	assert_string_equal(first.device, second.device);
	assert_string_not_equal(first.device, first.session);
	assert_true(first.uid < -1);
	assert_int_equal(first.uid, second.uid);
	assert_string_equal(first.detail, "(forgotten)");
	assert_null(second.detail);
	/* an event about somebody else keeps that somebody */
	assert_int_equal(called.caller_uid, first.uid);
	assert_string_equal(called.user, "bob");
	assert_string_equal(called.rhost, "bobs-laptop");
	assert_string_equal(named.user, "bob");
	assert_string_equal(named.detail, "(forgotten)");
	assert_string_equal(other.detail, "malice, alice2, _alice");
	assert_string_equal(other.user, "malice");
}

static void
old_tokens_stay_revoked(void **state)
{
	struct agency *agency = *state;
	auto_clear(enroll_reply) struct enroll_reply device = {0};
	auto_clear(user_forget_reply) struct user_forget_reply reply = {0};
	auto_clear(authenticate_reply) struct authenticate_reply login = {0};
	auto_clear(refresh_reply) struct refresh_reply next = {0};

	assert_int_equal(agency_enroll(agency, &device), OK);
	assert_int_equal(begin_forgetting(agency, "alice", &reply), OK);
	assert_int_not_equal(
	    agency_login(agency, device.access_token, &login), OK);
	finish(agency, reply.pseudonym);
	assert_int_not_equal(
	    agency_login(agency, device.access_token, &login), OK);
	assert_int_not_equal(
	    agency_refresh(agency, device.refresh_token, &next), OK);
}

static void
who_comes_again_is_somebody_new(void **state)
{
	struct agency *agency = *state;
	auto_clear(enroll_reply) struct enroll_reply device = {0};
	auto_clear(user_forget_reply) struct user_forget_reply reply = {0};
	auto_clear(user_forget_reply) struct user_forget_reply again = {0};
	auto_clear(authenticate_reply) struct authenticate_reply login = {0};

	assert_int_equal(begin_forgetting(agency, "alice", &reply), OK);
	finish(agency, reply.pseudonym);
	agency_pass(agency, 5);
	assert_int_equal(agency_enroll(agency, &device), OK);
	assert_int_equal(agency_login(agency, device.access_token, &login), OK);
	/* and has the same pseudonym when she goes */
	assert_int_equal(begin_forgetting(agency, "alice", &again), OK);
	assert_string_equal(again.pseudonym, reply.pseudonym);
}

/* The account is gone from the directory: only the name is known. */
static void
a_deleted_account_is_found_by_name(void **state)
{
	struct agency *agency = *state;
	auto_clear(enroll_reply) struct enroll_reply device = {0};
	auto_clear(user_forget_reply) struct user_forget_reply reply = {0};
	auto_clear(authenticate_reply) struct authenticate_reply login = {0};
	const struct user_forget_request request = {.user = TEXT("alice")};
	struct call *call;

	assert_int_equal(agency_enroll(agency, &device), OK);
	assert_int_equal(agency_login(agency, device.access_token, &login), OK);
	call = agency_begin(agency);
	call->subject = SUBJECT_UNKNOWN;
	assert_int_equal(
	    agency_end(agency, user_forget(call, &request, &reply)), OK);
	finish(agency, reply.pseudonym);
	assert_int_equal(count_entries_with(agency, "alice"), 0);
	assert_int_equal(count_entries_with(agency, device.device), 0);
	assert_int_not_equal(
	    agency_login(agency, device.access_token, &login), OK);
	assert_sound(agency);
}

static void
a_uid_will_do(void **state)
{
	struct agency *agency = *state;
	auto_clear(enroll_reply) struct enroll_reply device = {0};
	auto_clear(user_forget_reply) struct user_forget_reply reply = {0};
	const struct user_forget_request request = {.uid = AGENCY_UID};

	assert_int_equal(agency_enroll(agency, &device), OK);
	assert_int_equal(ASK(agency, user_forget, &request, &reply), OK);
	finish(agency, reply.pseudonym);
	assert_int_equal(count_entries_with(agency, "alice"), 0);
}

static void
nobody_or_two_are_refused(void **state)
{
	struct agency *agency = *state;
	auto_clear(user_forget_reply) struct user_forget_reply reply = {0};
	const struct user_forget_request nobody = {0}, below = {.uid = -1};
	const struct user_forget_request both = {TEXT("alice"), AGENCY_UID};

	assert_int_equal(
	    ASK(agency, user_forget, &nobody, &reply), ERR_INVALID_PARAMETER);
	assert_int_equal(
	    ASK(agency, user_forget, &both, &reply), ERR_INVALID_PARAMETER);
	assert_int_equal(
	    ASK(agency, user_forget, &below, &reply), ERR_INVALID_PARAMETER);
	assert_null(reply.pseudonym);
}

static void
tell_many(struct agency *agency)
{
	for (int i = 0; i < MANY; i++)
		tell(agency,
		    &(struct audit_record){
			.user = TEXT("alice"), .uid = AGENCY_UID});
}

static void
steps_are_small(void **state)
{
	struct agency *agency = *state;
	auto_clear(user_forget_reply) struct user_forget_reply reply = {0};

	tell_many(agency);
	assert_int_equal(begin_forgetting(agency, "alice", &reply), OK);
	assert_true(finish(agency, reply.pseudonym) >= MANY / FORGET_STEP);
	assert_int_equal(count_entries_with(agency, "alice"), 0);
}

/* Whoever asked is gone after any number of steps: a sweep goes on from
 * there. */
static void
a_sweep_goes_on(void **state)
{
	struct agency *agency = *state;

	tell_many(agency);
	for (int steps = 0; steps < 9; steps += is_sparse() ? 4 : 1) {
		auto_clear(enroll_reply) struct enroll_reply device = {0};
		auto_clear(user_forget_reply) struct user_forget_reply reply = {
		    0};

		assert_int_equal(agency_enroll(agency, &device), OK);
		assert_int_equal(begin_forgetting(agency, "alice", &reply), OK);
		for (int i = 0; i < steps; i++)
			(void)step(agency, reply.pseudonym);
		agency_configure(agency, ""); /* starts anew */
		agency_sweep(agency, "forget");
		assert_int_equal(count_entries_with(agency, "alice"), 0);
		assert_int_equal(count_entries_with(agency, "forgetting"), 0);
		assert_sound(agency);
		agency_pass(agency, 5);
	}
}

#define T(test)                                                                \
	cmocka_unit_test_setup_teardown(test, agency_set_up, agency_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    T(nothing_names_the_person),
	    T(the_end_is_told_without_the_name),
	    T(the_history_stays_consistent),
	    T(old_tokens_stay_revoked),
	    T(who_comes_again_is_somebody_new),
	    T(a_deleted_account_is_found_by_name),
	    T(a_uid_will_do),
	    T(nobody_or_two_are_refused),
	    T(steps_are_small),
	    T(a_sweep_goes_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
