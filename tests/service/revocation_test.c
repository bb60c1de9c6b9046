/* SPDX-License-Identifier: BSD-3-Clause */

/* Every mark: what it means, what it leaves alone, and when it ends. */

#include "tests/service/foreign.h"

#include "jwt-agent/service/sweep.h"

#include "jwt-agent/service/issuer.h"
#include "jwt-agent/service/mark.h"
#include "jwt-agent/service/revocation.h"
#include "jwt-agent/service/token_revocation.h"
#include "jwt-agent/service/user.h"
#include "lmdb-store/session.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#define TEXT(text) ((char *)(uintptr_t)(text))
#define ALICE "{'sub':'alice','jti':'one'}"
#define NO_JTI "{'sub':'alice'}"

/* One call of a handler in one transaction; `e` is what came of it. */
#define ASK(agency, handler, request, reply)                                   \
	agency_end(agency, handler(agency_begin(agency), request, reply))

static enum err
log_out(struct agency *agency, char *user, bool all, int64_t *ended)
{
	const struct user_logout_request request = {user, all, NULL};
	auto_clear(user_logout_reply) struct user_logout_reply reply = {0};
	enum err e = ASK(agency, user_logout, &request, &reply);

	if (ended != NULL)
		*ended = reply.sessions_ended;
	return e;
}

static enum err
revoke_issuer(struct agency *agency, const char *name, int64_t *ended)
{
	const struct issuer_revoke_request request = {TEXT(name), NULL};
	auto_clear(issuer_revoke_reply) struct issuer_revoke_reply reply = {0};
	enum err e = ASK(agency, issuer_revoke, &request, &reply);

	if (ended != NULL)
		*ended = reply.sessions_ended;
	return e;
}

static enum err
revoke_token(struct agency *agency, const struct secret *token,
    struct token_revoke_reply *reply)
{
	const struct token_revoke_request request = {
	    .token = (struct secret *)(uintptr_t)token};

	token_revoke_reply_clear(reply);
	return ASK(agency, token_revoke, &request, reply);
}

static enum err
revoke_jti(struct agency *agency, const char *jti, const char *issuer)
{
	const struct token_revoke_request request = {
	    .jti = TEXT(jti), .issuer = TEXT(issuer)};
	auto_clear(token_revoke_reply) struct token_revoke_reply reply = {0};

	return ASK(agency, token_revoke, &request, &reply);
}

static enum err
restore(struct agency *agency, const char *device, const char *result)
{
	const struct device_request request = {TEXT(device)};
	auto_clear(device_restore_reply) struct device_restore_reply reply = {
	    0};
	enum err e = ASK(agency, device_restore, &request, &reply);

	if (e == OK)
		assert_string_equal(reply.result, result);
	return e;
}

static enum err
login(struct agency *agency, const struct secret *token)
{
	auto_clear(authenticate_reply) struct authenticate_reply reply = {0};

	return agency_login(agency, token, &reply);
}

static enum err
refresh(struct agency *agency, const struct secret *token)
{
	auto_clear(refresh_reply) struct refresh_reply reply = {0};

	return agency_refresh(agency, token, &reply);
}

static size_t
marks(struct agency *agency)
{
	struct call *call = agency_begin(agency);
	size_t count = 0;

	assert_int_equal(revoked_count(call->txn, &count), OK);
	txn_free(TAKE(call->txn));
	return count;
}

static void
sweep(struct agency *agency)
{
	const struct sweep_request request = {(char *)(uintptr_t) "marks"};
	struct sweep_reply reply;

	assert_int_equal(ASK(agency, sweep_step, &request, &reply), OK);
}

static void
open_foreign(struct foreign *foreign, void **state, const char *more)
{
	auto_str char *path = NULL, *keys = NULL;

	foreign_open(foreign, *state);
	foreign_publish(foreign, NULL);
	path = foreign_path(foreign);
	assert_true(asprintf(&keys, "keys_file = %s\n%s", path, more) > 0);
	foreign_configure(foreign, keys, "");
}

/* Tokens of these times, seconds from the start of the agency. */
static struct secret *
dated(const struct foreign *foreign, const char *jti, int64_t iat, int64_t exp)
{
	char claims[200];

	snprintf(claims, sizeof(claims),
	    "{'sub':'alice','jti':'%s','iat':%lld,'exp':%lld}", jti,
	    (long long)(AGENCY_START + iat), (long long)(AGENCY_START + exp));
	return foreign_token(foreign, claims);
}

static struct secret *
without_iat(const struct foreign *foreign, int64_t exp)
{
	auto_free(claims) struct claims *set = NULL;
	struct secret *token = NULL;

	assert_int_equal(claims_new(&set), OK);
	assert_int_equal(claims_set_str(set, "iss", FOREIGN_ISS), OK);
	assert_int_equal(claims_set_str(set, "aud", "hosts"), OK);
	assert_int_equal(claims_set_str(set, "sub", "alice"), OK);
	assert_int_equal(claims_set_num(set, "exp", AGENCY_START + exp), OK);
	assert_int_equal(sign_token(foreign->key, "JWT", set, &token), OK);
	return token;
}

static void
a_logout_means_what_was_issued_until_then(void **state)
{
	struct agency *agency = *state;
	auto_clear(enroll_reply) struct enroll_reply old = {0}, new = {0};
	auto_clear(refresh_reply) struct refresh_reply next = {0};
	int64_t ended = 0;

	assert_int_equal(agency_enroll(agency, &old), OK);
	assert_int_equal(login(agency, old.access_token), OK);
	assert_int_equal(login(agency, old.access_token), OK);
	assert_int_equal(log_out(agency, TEXT("alice"), false, &ended), OK);
	assert_int_equal(ended, 2);
	assert_string_equal(
	    agency->call.event.detail, "logged out; sessions ended: 2");
	assert_int_equal(marks(agency), 1);

	assert_int_equal(login(agency, old.access_token), ERR_REVOKED);
	assert_non_null(strstr(agency->call.event.detail,
	    "the user's tokens until 2027-01-15T08:00:00Z are revoked: "
	    "logged out"));
	assert_int_equal(refresh(agency, old.refresh_token), ERR_REVOKED);
	assert_non_null(
	    strstr(agency->call.event.detail, "the user's tokens until"));
	/* in the same second, and for good */
	assert_int_equal(agency_enroll(agency, &new), OK);
	assert_int_equal(login(agency, new.access_token), OK);
	assert_int_equal(agency_refresh(agency, new.refresh_token, &next), OK);
	assert_int_equal(login(agency, next.access_token), OK);
	agency_pass(agency, 100);
	assert_int_equal(refresh(agency, next.refresh_token), OK);
	assert_int_equal(refresh(agency, old.refresh_token), ERR_REVOKED);
}

static void
a_logout_of_everybody_needs_an_administrator(void **state)
{
	struct agency *agency = *state;
	const struct user_logout_request request = {.all = true};
	auto_clear(user_logout_reply) struct user_logout_reply reply = {0};
	auto_clear(enroll_reply) struct enroll_reply device = {0};
	struct call *call;

	assert_int_equal(agency_enroll(agency, &device), OK);
	assert_int_equal(login(agency, device.access_token), OK);
	call = agency_begin(agency);
	call->admin = false;
	assert_int_equal(
	    agency_end(agency, user_logout(call, &request, &reply)),
	    ERR_PERMISSION_DENIED);
	assert_int_equal(login(agency, device.access_token), OK);

	assert_int_equal(ASK(agency, user_logout, &request, &reply), OK);
	assert_int_equal(reply.sessions_ended, 2);
	assert_int_equal(reply.before, AGENCY_START);
	assert_null(reply.user);
	assert_int_equal(login(agency, device.access_token), ERR_REVOKED);
	assert_int_equal(refresh(agency, device.refresh_token), ERR_REVOKED);
	assert_non_null(strstr(agency->call.event.detail, "everybody's"));
}

static void
a_logout_names_one_user_or_all(void **state)
{
	assert_int_equal(
	    log_out(*state, NULL, false, NULL), ERR_INVALID_PARAMETER);
	assert_int_equal(
	    log_out(*state, TEXT("alice"), true, NULL), ERR_INVALID_PARAMETER);
	assert_int_equal(marks(*state), 0);
}

static enum err
log_out_unknown(struct agency *agency, const char *user, int64_t *ended)
{
	const struct user_logout_request request = {TEXT(user), false, NULL};
	auto_clear(user_logout_reply) struct user_logout_reply reply = {0};
	struct call *call = agency_begin(agency);
	enum err e;

	call->subject = SUBJECT_UNKNOWN;
	e = agency_end(agency, user_logout(call, &request, &reply));
	*ended = reply.sessions_ended;
	return e;
}

/* Who has left the company is in no directory any more. */
static void
a_user_whom_only_the_records_know_is_logged_out(void **state)
{
	struct agency *agency = *state;
	auto_clear(enroll_reply) struct enroll_reply device = {0};
	int64_t ended = 0;

	assert_int_equal(agency_enroll(agency, &device), OK);
	assert_int_equal(login(agency, device.access_token), OK);
	assert_int_equal(
	    log_out_unknown(agency, "bob", &ended), ERR_NO_SUCH_USER);
	assert_int_equal(log_out_unknown(agency, "alice", &ended), OK);
	assert_int_equal(ended, 1);
	assert_int_equal(login(agency, device.access_token), ERR_REVOKED);
}

static void
a_logout_mark_outlasts_every_refresh_token(void **state)
{
	struct agency *agency = *state;
	auto_clear(enroll_reply) struct enroll_reply device = {0};

	assert_int_equal(agency_enroll(agency, &device), OK);
	assert_int_equal(log_out(agency, TEXT("alice"), false, NULL), OK);
	agency_pass(agency, agency->config->refresh_idle - 1);
	sweep(agency);
	assert_int_equal(refresh(agency, device.refresh_token), ERR_REVOKED);
	agency_pass(agency,
	    MARK_REFRESH_LIFETIME + MARK_SLACK - agency->config->refresh_idle +
		1);
	sweep(agency);
	assert_int_equal(marks(agency), 1);
	agency_pass(agency, 1);
	sweep(agency);
	assert_int_equal(marks(agency), 0);
}

static void
one_token_is_revoked_and_its_sessions_end(void **state)
{
	struct agency *agency = *state;
	auto_clear(enroll_reply) struct enroll_reply device = {0};
	auto_clear(refresh_reply) struct refresh_reply other = {0};
	auto_clear(token_revoke_reply) struct token_revoke_reply reply = {0};
	auto_clear(authenticate_reply) struct authenticate_reply stays = {0};
	auto_str char *state_of = NULL;

	assert_int_equal(agency_enroll(agency, &device), OK);
	assert_int_equal(
	    agency_refresh(agency, device.refresh_token, &other), OK);
	assert_int_equal(login(agency, device.access_token), OK);
	assert_int_equal(login(agency, device.access_token), OK);
	assert_int_equal(agency_login(agency, other.access_token, &stays), OK);

	assert_int_equal(revoke_token(agency, device.access_token, &reply), OK);
	assert_string_equal(reply.kind, "access");
	assert_string_equal(reply.result, "revoked");
	assert_int_equal(reply.sessions_ended, 2);
	state_of = agency_session_state(agency, stays.session);
	assert_string_equal(state_of, SESSION_PENDING);
	assert_int_equal(login(agency, device.access_token), ERR_REVOKED);
	assert_string_equal(
	    agency->call.event.detail, "this token was revoked: token revoked");
	assert_int_equal(login(agency, other.access_token), OK);
	assert_int_equal(revoke_token(agency, device.access_token, &reply), OK);
	assert_string_equal(reply.result, "already revoked");
	assert_int_equal(reply.sessions_ended, 0);

	agency_pass(agency, agency->config->access_lifetime + MARK_SLACK);
	sweep(agency);
	assert_int_equal(marks(agency), 1);
	agency_pass(agency, 1);
	sweep(agency);
	assert_int_equal(marks(agency), 0);
	assert_int_equal(
	    revoke_token(agency, device.access_token, &reply), ERR_EXPIRED);
}

static void
a_refresh_token_stands_for_its_family(void **state)
{
	struct agency *agency = *state;
	auto_clear(enroll_reply) struct enroll_reply device = {0};
	auto_clear(enroll_reply) struct enroll_reply other = {0};
	auto_clear(refresh_reply) struct refresh_reply next = {0};
	auto_clear(token_revoke_reply) struct token_revoke_reply reply = {0};

	assert_int_equal(agency_enroll(agency, &device), OK);
	assert_int_equal(agency_enroll(agency, &other), OK);
	assert_int_equal(login(agency, device.access_token), OK);
	assert_int_equal(login(agency, other.access_token), OK);
	assert_int_equal(
	    agency_refresh(agency, device.refresh_token, &next), OK);
	agency_pass(agency, 100); /* an old generation is good for this */
	assert_int_equal(
	    revoke_token(agency, device.refresh_token, &reply), OK);
	assert_string_equal(reply.kind, "refresh");
	assert_string_equal(reply.result, "revoked");
	assert_int_equal(reply.sessions_ended, 1);
	assert_int_equal(login(agency, next.access_token), ERR_REVOKED);
	assert_int_equal(refresh(agency, next.refresh_token), ERR_REVOKED);
	assert_int_equal(login(agency, other.access_token), OK);
	assert_int_equal(revoke_token(agency, next.refresh_token, &reply), OK);
	assert_string_equal(reply.result, "already revoked");
}

static enum err
revoke_as(
    struct agency *agency, const struct secret *token, int64_t uid, bool named)
{
	const struct token_revoke_request request = {
	    .token = (struct secret *)(uintptr_t)token};
	auto_clear(token_revoke_reply) struct token_revoke_reply reply = {0};
	struct call *call = agency_begin(agency);

	call->admin = false;
	call->subject = uid;
	call->named = named;
	return agency_end(agency, token_revoke(call, &request, &reply));
}

static void
a_token_is_revoked_by_its_user_only(void **state)
{
	auto_clear(foreign) struct foreign foreign = {0};
	auto_clear(enroll_reply) struct enroll_reply device = {0};
	auto_free(secret) struct secret *token = NULL, *junk = NULL;
	struct agency *agency = *state;

	open_foreign(&foreign, state, "");
	token = foreign_token(&foreign, ALICE);
	assert_int_equal(agency_enroll(agency, &device), OK);
	assert_int_equal(
	    revoke_as(agency, device.access_token, AGENCY_UID + 1, true),
	    ERR_PERMISSION_DENIED);
	assert_int_equal(
	    revoke_as(agency, device.refresh_token, AGENCY_UID + 1, true),
	    ERR_PERMISSION_DENIED);
	/* of another issuer: only the name in it says whose it is */
	assert_int_equal(
	    revoke_as(agency, token, AGENCY_UID, false), ERR_PERMISSION_DENIED);
	assert_int_equal(foreign_login(&foreign, token), OK);
	assert_int_equal(revoke_as(agency, token, AGENCY_UID, true), OK);
	assert_int_equal(foreign_login(&foreign, token), ERR_REVOKED);
	assert_int_equal(
	    revoke_as(agency, device.access_token, AGENCY_UID, false), OK);
	assert_int_equal(login(agency, device.access_token), ERR_REVOKED);
	assert_int_equal(
	    revoke_as(agency, device.refresh_token, AGENCY_UID, true), OK);
	assert_int_equal(secret_new(&junk, "a.b.c", 5), OK);
	assert_int_equal(
	    revoke_as(agency, junk, AGENCY_UID, false), ERR_MALFORMED);
}

static void
the_user_of_a_token_is_found(void **state)
{
	auto_clear(foreign) struct foreign foreign = {0};
	auto_clear(enroll_reply) struct enroll_reply device = {0};
	auto_free(secret) struct secret *token = NULL, *junk = NULL;
	struct agency *agency = *state;
	struct token_revoke_request request = {0};

	open_foreign(&foreign, state, "");
	token = foreign_token(&foreign, ALICE);
	assert_int_equal(secret_new(&junk, "a.b.c", 5), OK);
	assert_int_equal(agency_enroll(agency, &device), OK);
	struct secret *const tokens[] = {
	    device.access_token, device.refresh_token, token, junk, NULL};
	for (size_t i = 0; i < sizeof(tokens) / sizeof(*tokens); i++) {
		auto_str char *user = NULL;

		request.token = tokens[i];
		assert_int_equal(agency_end(agency,
				     token_revoke_user(agency_begin(agency),
					 &request, &user)),
		    OK);
		if (i < 3)
			assert_string_equal(user, "alice");
		else
			assert_null(user);
	}
}

static void
a_jti_is_that_of_one_issuer(void **state)
{
	auto_clear(foreign) struct foreign foreign = {0};
	auto_free(secret) struct secret *one = NULL, *two = NULL;
	struct agency *agency = *state;

	open_foreign(&foreign, state, "");
	one = dated(&foreign, "one", 0, 3 * MARK_FOREIGN_LIFETIME);
	two = dated(&foreign, "two", 0, 300);
	assert_int_equal(revoke_jti(agency, "one", "local"), OK);
	assert_int_equal(foreign_login(&foreign, one), OK);
	assert_int_equal(revoke_jti(agency, "one", "idp"), OK);
	assert_int_equal(foreign_login(&foreign, one), ERR_REVOKED);
	assert_int_equal(foreign_login(&foreign, two), OK);
	assert_int_equal(
	    revoke_jti(agency, "one", "nobody"), ERR_NO_SUCH_ISSUER);
	assert_int_equal(
	    revoke_jti(agency, "one", NULL), ERR_INVALID_PARAMETER);
	assert_int_equal(
	    revoke_jti(agency, NULL, "idp"), ERR_INVALID_PARAMETER);

	/* without the token nobody knows its exp: a year, by its issuer */
	agency_pass(agency, MARK_FOREIGN_LIFETIME + MARK_SLACK);
	sweep(agency);
	assert_int_equal(foreign_login(&foreign, one), ERR_REVOKED);
	agency_pass(agency, 1);
	sweep(agency);
	assert_int_equal(marks(agency), 0);
	assert_int_equal(foreign_login(&foreign, one), OK);
}

static void
a_token_without_jti_is_revoked_too(void **state)
{
	auto_clear(foreign) struct foreign foreign = {0};
	auto_clear(token_revoke_reply) struct token_revoke_reply reply = {0};
	auto_free(secret) struct secret *one = NULL, *two = NULL;
	struct agency *agency = *state;

	open_foreign(&foreign, state, "");
	one = foreign_token(&foreign, NO_JTI);
	two = foreign_token(&foreign, "{'sub':'alice','n':2}");
	assert_int_equal(foreign_login(&foreign, one), OK);
	assert_int_equal(foreign_login(&foreign, two), OK);
	assert_int_equal(revoke_token(agency, one, &reply), OK);
	assert_int_equal(reply.sessions_ended, 1);
	assert_int_equal(foreign_login(&foreign, one), ERR_REVOKED);
	assert_int_equal(foreign_login(&foreign, two), OK);
}

static void
an_issuer_is_revoked_until_its_tokens_are_over(void **state)
{
	auto_clear(foreign) struct foreign foreign = {0};
	auto_clear(enroll_reply) struct enroll_reply device = {0};
	auto_free(secret) struct secret *same = NULL, *next = NULL;
	struct agency *agency = *state;
	int64_t ended = 0;

	open_foreign(&foreign, state, "max_lifetime = 1h\n");
	assert_int_equal(agency_enroll(agency, &device), OK);
	same = dated(&foreign, "same", 0, 3600);
	next = dated(&foreign, "next", 1, 3601);
	assert_int_equal(foreign_login(&foreign, same), OK);
	assert_int_equal(login(agency, device.access_token), OK);
	assert_int_equal(revoke_issuer(agency, "idp", &ended), OK);
	assert_int_equal(ended, 1);
	assert_int_equal(
	    revoke_issuer(agency, "nobody", NULL), ERR_NO_SUCH_ISSUER);
	assert_int_equal(foreign_login(&foreign, same), ERR_REVOKED);
	assert_non_null(
	    strstr(agency->call.event.detail, "the issuer's tokens until"));
	assert_int_equal(login(agency, device.access_token), OK);
	agency_pass(agency, 1);
	assert_int_equal(foreign_login(&foreign, next), OK);
	agency_pass(agency, 3600 + MARK_SLACK - 1);
	sweep(agency);
	assert_int_equal(marks(agency), 1);
	agency_pass(agency, 1);
	sweep(agency);
	assert_int_equal(marks(agency), 0);
}

static void
a_token_without_iat_is_from_before_every_mark(void **state)
{
	auto_clear(foreign) struct foreign foreign = {0};
	auto_free(secret) struct secret *token = NULL;
	struct agency *agency = *state;

	open_foreign(&foreign, state, "");
	token = without_iat(&foreign, 3600);
	assert_int_equal(foreign_login(&foreign, token), OK);
	assert_int_equal(log_out(agency, TEXT("alice"), false, NULL), OK);
	agency_pass(agency, 60);
	assert_int_equal(foreign_login(&foreign, token), ERR_REVOKED);
}

static void
the_agent_itself_is_revoked_with_its_refresh_tokens(void **state)
{
	struct agency *agency = *state;
	auto_clear(enroll_reply) struct enroll_reply old = {0}, new = {0};

	assert_int_equal(agency_enroll(agency, &old), OK);
	assert_int_equal(revoke_issuer(agency, "local", NULL), OK);
	assert_int_equal(login(agency, old.access_token), ERR_REVOKED);
	assert_int_equal(refresh(agency, old.refresh_token), ERR_REVOKED);
	assert_int_equal(agency_enroll(agency, &new), OK);
	assert_int_equal(login(agency, new.access_token), OK);
}

static void
a_restored_device_does_not_get_its_tokens_back(void **state)
{
	struct agency *agency = *state;
	auto_clear(enroll_reply) struct enroll_reply device = {0};
	auto_clear(device_revoke_reply) struct device_revoke_reply reply = {0};

	assert_int_equal(agency_enroll(agency, &device), OK);
	assert_int_equal(restore(agency, device.device, "not revoked"), OK);
	assert_int_equal(login(agency, device.access_token), OK);
	assert_int_equal(agency_revoke(agency, device.device, &reply), OK);
	assert_int_equal(
	    login(agency, device.access_token), ERR_DEVICE_REVOKED);
	assert_int_equal(restore(agency, device.device, "restored"), OK);
	assert_int_equal(login(agency, device.access_token), ERR_REVOKED);
	assert_int_equal(refresh(agency, device.refresh_token), ERR_REVOKED);
	assert_int_equal(restore(agency, "nothing", ""), ERR_NO_SUCH_DEVICE);
}

static void
a_restored_device_of_another_issuer_takes_new_tokens_only(void **state)
{
	auto_clear(foreign) struct foreign foreign = {0};
	auto_clear(device_revoke_reply) struct device_revoke_reply reply = {0};
	auto_free(secret) struct secret *old = NULL, *new = NULL;
	auto_str char *device = NULL;
	struct agency *agency = *state;

	open_foreign(&foreign, state, "max_lifetime = 1h\n");
	old = dated(&foreign, "old", 0, 3600);
	new = dated(&foreign, "new", 61, 3661);
	assert_int_equal(foreign_login(&foreign, old), OK);
	device = strdup(foreign.reply.device);
	assert_int_equal(agency_revoke(agency, device, &reply), OK);
	agency_pass(agency, 60);
	assert_int_equal(restore(agency, device, "restored"), OK);
	assert_int_equal(foreign_login(&foreign, old), ERR_REVOKED);
	assert_non_null(
	    strstr(agency->call.event.detail, "the device's tokens until"));
	agency_pass(agency, 1);
	assert_int_equal(foreign_login(&foreign, new), OK);
	agency_pass(agency, 3600 + MARK_SLACK);
	sweep(agency);
	assert_int_equal(marks(agency), 0);
}

static void
a_user_is_shown_with_the_marks_in_force(void **state)
{
	struct agency *agency = *state;
	const struct user_show_request request = {TEXT("alice")};
	auto_clear(enroll_reply) struct enroll_reply first = {0}, second = {0};
	auto_clear(device_revoke_reply) struct device_revoke_reply reply = {0};
	auto_clear(user_view) struct user_view view = {0};

	assert_int_equal(agency_enroll(agency, &first), OK);
	assert_int_equal(agency_enroll(agency, &second), OK);
	assert_int_equal(login(agency, first.access_token), OK);
	assert_int_equal(agency_revoke(agency, second.device, &reply), OK);
	assert_int_equal(ASK(agency, user_show, &request, &view), OK);
	assert_int_equal(view.uid, AGENCY_UID);
	assert_int_equal(view.devices, 1);
	assert_int_equal(view.devices_revoked, 1);
	assert_int_equal(view.sessions, 1);
	assert_int_equal(view.seen, AGENCY_START);
	assert_int_equal(json_array_size(view.marks), 0);
	user_view_clear(&view);
	assert_int_equal(log_out(agency, TEXT("alice"), false, NULL), OK);
	assert_int_equal(log_out(agency, NULL, true, NULL), OK);
	assert_int_equal(ASK(agency, user_show, &request, &view), OK);
	assert_int_equal(view.sessions, 0);
	assert_int_equal(json_array_size(view.marks), 2);
	assert_int_equal(json_integer_value(json_object_get(
			     json_array_get(view.marks, 0), "before")),
	    AGENCY_START);
}

static int64_t
terminate(struct agency *agency, const char *device, const char *user)
{
	const struct session_terminate_request request = {
	    .device = TEXT(device), .user = TEXT(user)};
	auto_clear(
	    session_terminate_reply) struct session_terminate_reply reply = {0};

	if (ASK(agency, session_terminate, &request, &reply) != OK)
		return -1;
	assert_string_equal(reply.result,
	    reply.sessions_ended > 0 ? "terminated" : "no sessions");
	return reply.sessions_ended;
}

static void
sessions_of_a_device_or_a_user_end_and_tokens_stay_good(void **state)
{
	struct agency *agency = *state;
	auto_clear(enroll_reply) struct enroll_reply first = {0}, second = {0};

	assert_int_equal(agency_enroll(agency, &first), OK);
	assert_int_equal(agency_enroll(agency, &second), OK);
	for (int i = 0; i < 2; i++)
		assert_int_equal(login(agency, first.access_token), OK);
	assert_int_equal(login(agency, second.access_token), OK);
	assert_int_equal(terminate(agency, first.device, NULL), 2);
	assert_int_equal(terminate(agency, first.device, NULL), 0);
	assert_int_equal(login(agency, first.access_token), OK);
	assert_int_equal(terminate(agency, NULL, "alice"), 2);
	assert_int_equal(terminate(agency, NULL, NULL), -1);
	assert_int_equal(terminate(agency, first.device, "alice"), -1);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, agency_set_up, agency_tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(a_logout_means_what_was_issued_until_then),
	    TEST(a_logout_of_everybody_needs_an_administrator),
	    TEST(a_logout_names_one_user_or_all),
	    TEST(a_user_whom_only_the_records_know_is_logged_out),
	    TEST(a_logout_mark_outlasts_every_refresh_token),
	    TEST(one_token_is_revoked_and_its_sessions_end),
	    TEST(a_refresh_token_stands_for_its_family),
	    TEST(a_token_is_revoked_by_its_user_only),
	    TEST(the_user_of_a_token_is_found),
	    TEST(a_jti_is_that_of_one_issuer),
	    TEST(a_token_without_jti_is_revoked_too),
	    TEST(an_issuer_is_revoked_until_its_tokens_are_over),
	    TEST(a_token_without_iat_is_from_before_every_mark),
	    TEST(the_agent_itself_is_revoked_with_its_refresh_tokens),
	    TEST(a_restored_device_does_not_get_its_tokens_back),
	    TEST(a_restored_device_of_another_issuer_takes_new_tokens_only),
	    TEST(a_user_is_shown_with_the_marks_in_force),
	    TEST(sessions_of_a_device_or_a_user_end_and_tokens_stay_good),
	};

	return cmocka_run_group_tests_name("revocation", tests, NULL, NULL);
}
