/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/service/mark.h"

#include "jwt-agent/service/keyring.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define UID_SIZE 24
/* user, issuer, everything, device */
#define MARKS_MAX 4

/* One mark that may mean something. */
struct place {
	enum revoked_kind kind;
	const char *value;
};

struct places {
	struct place place[MARKS_MAX];
	size_t count;
	char uid[UID_SIZE];
	char issuer[ORIGIN_HASH_SIZE + 1];
};

static void
add_place(struct places *places, enum revoked_kind kind, const char *value)
{
	places->place[places->count++] = (struct place){kind, value};
}

/* The not-before marks that concern this user's things from this issuer. */
static enum err
find_places(
    struct places *places, int64_t uid, const char *issuer, const char *device)
{
	enum err e = origin_of_issuer(issuer, places->issuer);

	snprintf(places->uid, sizeof(places->uid), "%" PRId64, uid);
	add_place(places, REVOKED_USER, places->uid);
	add_place(places, REVOKED_ISSUER, places->issuer);
	add_place(places, REVOKED_ALL, REVOKED_EVERYTHING);
	if (device != NULL)
		add_place(places, REVOKED_DEVICE, device);
	return e;
}

static void
say_why(enum revoked_kind kind, const struct revoked_record *mark,
    struct mark_reason *why)
{
	static const char *const whose[] = {
	    [REVOKED_TOKEN] = "this token",
	    [REVOKED_DEVICE] = "the device's",
	    [REVOKED_USER] = "the user's",
	    [REVOKED_ISSUER] = "the issuer's",
	    [REVOKED_ALL] = "everybody's",
	};
	time_t before = (time_t)mark->before;
	char when[32] = "";
	struct tm utc;

	if (kind == REVOKED_TOKEN) {
		snprintf(why->text, sizeof(why->text),
		    "this token was revoked: %.128s",
		    mark->reason != NULL ? mark->reason : "");
		return;
	}
	if (gmtime_r(&before, &utc) != NULL)
		strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", &utc);
	snprintf(why->text, sizeof(why->text),
	    "%s tokens until %s are revoked: %.96s", whose[kind], when,
	    mark->reason != NULL ? mark->reason : "");
}

/* ERR_REVOKED when the mark is there and means what was issued then. */
static enum err
check_place(struct call *call, const struct place *place, int64_t issued,
    struct mark_reason *why)
{
	auto_clear(revoked_record) struct revoked_record mark = {0};
	enum err e =
	    revoked_get(call->txn, place->kind, place->value, call->now, &mark);

	if (e != OK)
		return e == ERR_NOT_FOUND ? OK : e;
	if (place->kind != REVOKED_TOKEN && issued > mark.before)
		return OK;
	say_why(place->kind, &mark, why);
	return ERR_REVOKED;
}

static enum err
check_places(struct call *call, const struct places *places, int64_t issued,
    struct mark_reason *why)
{
	enum err e = OK;

	for (size_t i = 0; i < places->count && e == OK; i++)
		e = check_place(call, &places->place[i], issued, why);
	return e;
}

enum err
mark_of_token(const char *issuer, const char *jti, const char *origin,
    char mark[ORIGIN_HASH_SIZE + 1])
{
	if (jti != NULL)
		return origin_of_text("jti", issuer, jti, mark);
	snprintf(mark, ORIGIN_HASH_SIZE + 1, "%s", origin);
	return OK;
}

enum err
mark_check(
    struct call *call, const struct marked *what, struct mark_reason *why)
{
	const struct place token = {REVOKED_TOKEN, what->token};
	struct places places = {0};
	enum err e =
	    find_places(&places, what->uid, what->issuer, what->device);

	if (e == OK)
		e = check_place(call, &token, 0, why);
	return e == OK ? check_places(call, &places, what->issued, why) : e;
}

static const struct issuer *
own_issuer(const struct call *call)
{
	return &call->service->keyring->issuer;
}

enum err
mark_check_given(struct call *call, int64_t uid, int64_t issued)
{
	struct mark_reason why = {""};
	struct places places = {0};
	enum err e = find_places(&places, uid, own_issuer(call)->issuer, NULL);

	if (e == OK)
		e = check_places(call, &places, issued, &why);
	if (e == ERR_REVOKED)
		call_note(&call->event.detail, why.text);
	return e;
}

/* Some issuers' exp is near the end of what a number holds. */
static int64_t
later(int64_t time, int64_t seconds)
{
	return time > INT64_MAX - seconds ? INT64_MAX : time + seconds;
}

static enum err
put(struct call *call, enum revoked_kind kind, const char *value,
    int64_t lifetime, const char *reason)
{
	const struct revoked_record mark = {
	    .until = later(call->now, lifetime + MARK_SLACK),
	    .before = call->now,
	    .reason = (char *)(uintptr_t)reason, /* it is only read */
	};

	return revoked_put(call->txn, kind, value, &mark);
}

enum err
mark_token(struct call *call, const char *mark, int64_t expires,
    const char *reason, bool *already)
{
	auto_clear(revoked_record) struct revoked_record old = {0};
	const struct revoked_record new = {
	    .until = later(expires, MARK_SLACK),
	    .reason = (char *)(uintptr_t)reason, /* it is only read */
	};
	enum err e =
	    revoked_get(call->txn, REVOKED_TOKEN, mark, call->now, &old);

	if (e != OK && e != ERR_NOT_FOUND)
		return e;
	*already = e == OK;
	return revoked_put(call->txn, REVOKED_TOKEN, mark, &new);
}

enum err
mark_user(struct call *call, int64_t uid, const char *reason)
{
	char value[UID_SIZE];

	snprintf(value, sizeof(value), "%" PRId64, uid);
	return put(call, REVOKED_USER, value, MARK_REFRESH_LIFETIME, reason);
}

enum err
mark_all(struct call *call, const char *reason)
{
	return put(call, REVOKED_ALL, REVOKED_EVERYTHING, MARK_REFRESH_LIFETIME,
	    reason);
}

int64_t
mark_lifetime(const struct issuer *issuer)
{
	if (issuer == NULL)
		return MARK_FOREIGN_LIFETIME;
	if (issuer->local)
		return MARK_ACCESS_LIFETIME;
	return issuer->max_lifetime > 0 ? issuer->max_lifetime
					: MARK_FOREIGN_LIFETIME;
}

enum err
mark_issuer(struct call *call, const struct issuer *issuer, const char *reason)
{
	char value[ORIGIN_HASH_SIZE + 1];
	enum err e = origin_of_issuer(issuer->issuer, value);

	if (e != OK)
		return e;
	return put(call, REVOKED_ISSUER, value,
	    issuer->local ? MARK_REFRESH_LIFETIME : mark_lifetime(issuer),
	    reason);
}

enum err
mark_device(struct call *call, const char *device, const char *issuer,
    const char *reason)
{
	return put(call, REVOKED_DEVICE, device,
	    mark_lifetime(trust_issuer(call->service->trust, issuer)), reason);
}

enum err
mark_issue_time(struct call *call, int64_t uid, int64_t *issued)
{
	struct mark_reason why;
	struct places places = {0};
	enum err e = find_places(&places, uid, own_issuer(call)->issuer, NULL);

	if (e == OK)
		e = check_places(call, &places, call->now, &why);
	if (e != OK && e != ERR_REVOKED)
		return e;
	*issued = e == OK ? call->now : call->now + 1;
	return OK;
}
