/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/service/import.h"
#include "lmdb-store/census.h"
#include "lmdb-store/device.h"
#include "lmdb-store/family.h"
#include "lmdb-store/flood.h"
#include "lmdb-store/session.h"
#include "tests/service/powersteps.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#define IMPORTED "01ARZ3NDEKTSV4RRFFQ69G5FAV"

void
step_enroll(struct scene *scene)
{
	assert_int_equal(agency_enroll(scene->agency, &scene->device), OK);
}

void
step_is_enrolled(struct scene *scene)
{
	auto_clear(device_record) struct device_record device = {0};
	auto_clear(family_record) struct family_record family = {0};
	auto_free(secret) struct secret *secret = NULL;

	assert_int_equal(
	    device_get(scene->txn, scene->device.device, &device), OK);
	assert_int_equal(family_get(scene->txn, device.family, &family), OK);
	assert_int_equal(
	    family_secret(store_seal(scene->store), &family, &secret), OK);
}

static void
log_in(struct scene *scene)
{
	assert_int_equal(agency_login(scene->agency, scene->device.access_token,
			     &scene->login),
	    OK);
}

static struct session_record
session_of(struct scene *scene, const char *id)
{
	struct session_record session = {0};

	assert_int_equal(session_get(scene->txn, id, &session), OK);
	return session;
}

static void
is_logged_in(struct scene *scene)
{
	auto_clear(session_record) struct session_record session =
	    session_of(scene, scene->login.session);

	assert_string_equal(session.device, scene->device.device);
}

static void
open_session(struct scene *scene)
{
	struct session_request request = {
	    .user = (char *)(uintptr_t) "alice",
	    .uid = AGENCY_UID,
	    .service = (char *)(uintptr_t) "sshd",
	    .session = scene->login.session,
	};
	struct empty reply;

	assert_int_equal(agency_end(scene->agency,
			     login_open_session(agency_begin(scene->agency),
				 &request, &reply)),
	    OK);
}

static void
is_open(struct scene *scene)
{
	auto_clear(session_record) struct session_record session =
	    session_of(scene, scene->login.session);

	assert_string_not_equal(session.state, SESSION_PENDING);
}

static void
rotate(struct scene *scene)
{
	assert_int_equal(agency_refresh(scene->agency,
			     scene->device.refresh_token, &scene->refreshed),
	    OK);
}

static void
is_rotated(struct scene *scene)
{
	auto_clear(device_record) struct device_record device = {0};
	auto_clear(family_record) struct family_record family = {0};

	assert_int_equal(
	    device_get(scene->txn, scene->device.device, &device), OK);
	assert_int_equal(family_get(scene->txn, device.family, &family), OK);
	assert_int_equal(family.generation, 1);
}

static void
enroll_another(struct scene *scene)
{
	assert_int_equal(agency_enroll(scene->agency, &scene->other), OK);
	assert_int_equal(agency_login(scene->agency, scene->other.access_token,
			     &scene->lapsing),
	    OK);
}

static void
is_another(struct scene *scene)
{
	auto_clear(session_record) struct session_record session =
	    session_of(scene, scene->lapsing.session);

	assert_string_equal(session.device, scene->other.device);
}

static void
revoke_device(struct scene *scene)
{
	assert_int_equal(
	    agency_revoke(scene->agency, scene->device.device, &scene->revoked),
	    OK);
}

static void
is_revoked(struct scene *scene)
{
	auto_clear(device_record) struct device_record device = {0};
	auto_clear(session_record) struct session_record session =
	    session_of(scene, scene->login.session);
	int64_t revoked = 0;

	assert_int_equal(
	    device_get(scene->txn, scene->device.device, &device), OK);
	assert_string_equal(device.state, DEVICE_REVOKED);
	assert_int_equal(
	    census_get(scene->txn, TABLE_DEVICE, DEVICE_REVOKED, &revoked), OK);
	assert_int_equal(revoked, 1);
	assert_string_equal(session.state, SESSION_REVOKED);
}

static void
sweep(struct scene *scene)
{
	agency_pass(scene->agency, 24 * 3600);
	agency_sweep(scene->agency, "lapse");
}

static void
is_swept(struct scene *scene)
{
	auto_clear(session_record) struct session_record session =
	    session_of(scene, scene->lapsing.session);

	assert_string_equal(session.state, SESSION_EXPIRED);
}

static void
import(struct scene *scene)
{
	auto_clear(import_reply) struct import_reply reply = {0};
	auto_json json_t *lines =
	    json_pack("[{ss ss ss ss si}]", "type", "device", "id", IMPORTED,
		"user", "alice", "name", "phone", "created", 1799999000);
	const struct import_request request = {
	    .user = (char *)(uintptr_t) "alice", .lines = lines};

	assert_int_equal(
	    agency_end(scene->agency,
		admin_import(agency_begin(scene->agency), &request, &reply)),
	    OK);
}

static void
is_imported(struct scene *scene)
{
	auto_clear(device_record) struct device_record device = {0};

	assert_int_equal(device_get(scene->txn, IMPORTED, &device), OK);
	assert_string_equal(device.state, DEVICE_IMPORTED);
}

#define DENIALS (FLOOD_EACH + 2)

/* Each in a turn of its own. */
static void
deny(struct scene *scene)
{
	const struct audit_record denial = {.time = AGENCY_START,
	    .event = (char *)(uintptr_t) "login",
	    .outcome = (char *)(uintptr_t) "denied",
	    .reason = (char *)(uintptr_t) "Expired",
	    .rhost = (char *)(uintptr_t) "192.0.2.7"};

	for (int i = 0; i < DENIALS; i++) {
		struct call *call = agency_begin(scene->agency);
		const struct seal *seal = store_seal(scene->agency->store);
		bool summed = false;
		enum err e =
		    flood_add(call->txn, seal, &denial, call->steady, &summed);

		if (e == OK && !summed)
			e = audit_append(call->txn, seal, &denial);
		assert_int_equal(agency_end(scene->agency, e), OK);
	}
}

/* Each is an event or in the count, and none is both. */
static void
is_denied(struct scene *scene)
{
	auto_clear(audit_record) struct audit_record event = {0};
	auto_clear(flood_record) struct flood_record flood = {0};
	int64_t told = 0;

	while (audit_next(scene->txn, event.seq, &event) == OK)
		told += strcmp(event.outcome, "denied") == 0;
	assert_int_equal(told, FLOOD_EACH);
	assert_int_equal(flood_first_due(scene->txn, INT64_MAX, &flood), OK);
	assert_int_equal(flood.recorded + flood.count, DENIALS);
}

const struct powerstep device_steps[] = {
    {step_enroll, step_is_enrolled},
    {log_in, is_logged_in},
    {open_session, is_open},
    {rotate, is_rotated},
    {enroll_another, is_another},
    {revoke_device, is_revoked},
    {sweep, is_swept},
    {import, is_imported},
    {deny, is_denied},
    {NULL, NULL},
};
