/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/service/token_revocation.h"

#include "jwt-agent/service/issuer.h"
#include "jwt-agent/service/mark.h"
#include "jwt-agent/service/revocation.h"
#include "jwt-agent/service/token.h"
#include "jwt-agent/verify/verify.h"

#include <string.h>

#define REASON "token revoked"

static const char *
reason_of(const struct token_revoke_request *request)
{
	return request->reason != NULL ? request->reason : REASON;
}

/* No access token is shaped like that. */
static bool
is_refresh_token(const struct secret *token)
{
	return strncmp(secret_text(token), "jr1_", 4) == 0;
}

/* Whoever it is for, whatever service, and also when its issuer has ended: it is
 * only to be taken away. */
static enum err
verify(struct call *call, const struct secret *token, struct verified *out)
{
	const struct verify_input input = {
	    .token = secret_text(token),
	    .size = secret_size(token),
	    .audience = &verify_any_audience,
	    .even_ended = true,
	};
	size_t count;
	const struct issuer *const *issuers =
	    trust_issuers(call->service->trust, call->now, &count);

	return verify_token(&input, issuers, count, call->now, NULL, out);
}

static enum err
user_of_device(struct call *call, const char *id, char **user, int64_t *uid)
{
	auto_clear(device_record) struct device_record device = {0};
	enum err e = id_valid(id) ? device_get(call->txn, id, &device)
				  : ERR_NO_SUCH_DEVICE;

	if (e != OK)
		return e;
	*user = TAKE(device.user);
	*uid = device.uid;
	return OK;
}

/* Of a token of another issuer; without a copy of it nobody is named. */
static enum err
mapped_user(struct call *call, const struct verified *token, char **user)
{
	const struct trusted *trusted =
	    trust_of(call->service->trust, token->issuer);
	char room[MAPPING_USER_MAX + 1];
	enum err e = mapping_apply(trusted->mapping, token->user, room);

	if (e != OK)
		return e;
	*user = strdup(room);
	return *user != NULL ? OK : ERR_NO_MEMORY;
}

static enum err
user_of_access_token(struct call *call, const struct secret *text, char **user)
{
	auto_clear(verified) struct verified token = {0};
	enum err e = verify(call, text, &token);
	int64_t uid;

	if (e != OK)
		return e;
	return token.issuer->local
	    ? user_of_device(call, token.device, user, &uid)
	    : mapped_user(call, &token, user);
}

enum err
token_revoke_user(
    struct call *call, const struct token_revoke_request *request, char **user)
{
	enum err e;

	if (request->token == NULL)
		return OK;
	if (is_refresh_token(request->token))
		return token_user(call,
		    &(struct refresh_request){.token = request->token}, user);
	e = user_of_access_token(call, request->token, user);
	return err_is_fault(e) ? e : OK;
}

static enum err
refuse(struct call *call, const char *what)
{
	call_note(&call->event.detail, what);
	return ERR_INVALID_PARAMETER;
}

static enum err
fill_reply(bool refresh, bool already, struct token_revoke_reply *reply)
{
	reply->kind = strdup(refresh ? "refresh" : "access");
	reply->result = strdup(already ? "already revoked" : "revoked");
	return reply->kind != NULL && reply->result != NULL ? OK
							    : ERR_NO_MEMORY;
}

/* Marks a token and ends what was opened with it; the event says by whom, if
 * that is known. */
static enum err
revoke_access(struct call *call, const char *mark, const char *origin,
    int64_t expires, const struct token_revoke_request *request,
    struct token_revoke_reply *reply)
{
	const struct choice which = {
	    .uid = call->event.uid,
	    .tokens = {mark, origin},
	};
	bool already = false;
	enum err e =
	    mark_token(call, mark, expires, reason_of(request), &already);

	if (e == OK)
		e = end_sessions(
		    call, &which, reason_of(request), &reply->sessions_ended);
	if (e != OK)
		return e;
	note_revoked(call, already ? "already revoked" : NULL,
	    reason_of(request), reply->sessions_ended);
	return fill_reply(false, already, reply);
}

static enum err
revoke_by_jti(struct call *call, const struct token_revoke_request *request,
    struct token_revoke_reply *reply)
{
	char mark[ORIGIN_HASH_SIZE + 1];
	const struct issuer *issuer;
	enum err e;

	if (request->jti == NULL || request->issuer == NULL ||
	    request->token != NULL)
		return refuse(
		    call, "token is to be given, or jti and issuer instead");
	if (!call->admin)
		return ERR_PERMISSION_DENIED;
	issuer = issuer_named(call, request->issuer);
	if (issuer == NULL)
		return ERR_NO_SUCH_ISSUER;
	e = origin_of_text("jti", issuer->issuer, request->jti, mark);
	if (e != OK)
		return e;
	return revoke_access(call, mark, NULL,
	    call->now + mark_lifetime(issuer), request, reply);
}

/* A refresh token that is genuine is enough, however old its generation. */
static enum err
revoke_refresh(struct call *call, const struct token_revoke_request *request,
    struct token_revoke_reply *reply)
{
	auto_clear(presented) struct presented presented = {0};
	struct family_record *family = &presented.family;
	enum err e = rotation_find(call, request->token, &presented);
	struct choice which = {.uid = SUBJECT_EVERYBODY};
	bool active;

	if (e != OK)
		return e;
	call_note(&call->event.device, family->device);
	call->event.uid = family->uid;
	if (!call->admin && call->subject != family->uid)
		return ERR_PERMISSION_DENIED;
	active = strcmp(family->state, FAMILY_ACTIVE) == 0;
	which.device = family->device;
	which.family = family->id;
	if (active)
		e = revoke_family(call, family, reason_of(request));
	if (e == OK && active)
		e = end_sessions(
		    call, &which, reason_of(request), &reply->sessions_ended);
	if (e != OK)
		return e;
	note_revoked(call, active ? "family" : "family, already revoked",
	    reason_of(request), reply->sessions_ended);
	return fill_reply(true, !active, reply);
}

/*
 * Whether the caller may take this token away. That they were found by the
 * name in a token of another issuer is what makes them its user.
 */
static enum err
check_caller(struct call *call, const struct verified *token)
{
	auto_str char *user = NULL;
	int64_t uid = call->named ? call->subject : SUBJECT_UNKNOWN;
	enum err e = OK;

	if (token->issuer->local)
		e = user_of_device(call, token->device, &user, &uid);
	if (e != OK)
		return e;
	call_note(&call->event.user, user);
	call_note(&call->event.device, token->device);
	call->event.uid = uid >= 0 ? uid : -1;
	return call->admin || uid == call->subject ? OK : ERR_PERMISSION_DENIED;
}

static enum err
revoke_shown(struct call *call, const struct token_revoke_request *request,
    struct token_revoke_reply *reply)
{
	auto_clear(verified) struct verified token = {0};
	char origin[ORIGIN_HASH_SIZE + 1], mark[ORIGIN_HASH_SIZE + 1];
	enum err e = verify(call, request->token, &token);

	if (e == OK)
		e = check_caller(call, &token);
	if (e == OK)
		e = origin_of_token(
		    token.issuer->issuer, request->token, origin);
	if (e == OK)
		e = mark_of_token(
		    token.issuer->issuer, token.jti, origin, mark);
	if (e != OK)
		return e;
	return revoke_access(call, mark, origin, token.expires, request, reply);
}

enum err
token_revoke(struct call *call, const struct token_revoke_request *request,
    struct token_revoke_reply *reply)
{
	if (request->token == NULL || request->jti != NULL ||
	    request->issuer != NULL)
		return revoke_by_jti(call, request, reply);
	return is_refresh_token(request->token)
	    ? revoke_refresh(call, request, reply)
	    : revoke_shown(call, request, reply);
}
