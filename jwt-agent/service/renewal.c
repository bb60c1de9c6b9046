/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/service/renewal.h"

#include "jwt-agent/service/dated.h"
#include "jwt-agent/service/flag.h"
#include "lmdb-store/user.h"

#include <stdio.h>
#include <string.h>

#define WHICH_OUTDATED "outdated"
#define WHICH_ALL "all"

static enum err
asked_of(struct call *call, int64_t uid, int64_t *asked)
{
	auto_clear(user_record) struct user_record user = {0};
	enum err e = user_get(call->txn, uid, &user);

	*asked = user.asked;
	return e;
}

/* A family that has a version which is not given any more, after the
 * configuration went back, goes back as well. */
static int64_t
version_kept(const struct call *call, const struct family_record *family)
{
	int64_t newest = call->service->config->claim_version;
	int64_t version = family_claims(family);

	return version < newest && !dated_version_ended(call, version) ? version
								       : newest;
}

enum err
renewal_choose(struct call *call, const char *user,
    struct family_record *family, bool fully)
{
	int64_t asked = 0, version;
	enum err e = asked_of(call, family->uid, &asked);

	fully = fully || asked > family->renewed;
	if (e == OK && !fully)
		e = flag_holds(call, FLAG_CLAIMS_BACKFILL, user, &fully);
	if (e != OK)
		return e;
	version = fully ? call->service->config->claim_version
			: version_kept(call, family);
	if (version != family_claims(family))
		e = family_renew(call->txn, family, version);
	if (fully && asked > family->renewed)
		family->renewed = asked;
	return e;
}

/* Later than any request before it, also in the same second. */
static enum err
ask(struct call *call, int64_t uid, const char *name)
{
	auto_clear(user_record) struct user_record user = {0};
	enum err e = user_get(call->txn, uid, &user);

	if (e != OK)
		return e;
	user.uid = uid;
	user.asked = user.asked < call->now ? call->now : user.asked + 1;
	if (name != NULL || user.user == NULL)
		e = text_replace(&user.user, name != NULL ? name : "");
	return e == OK ? user_put(call->txn, &user) : e;
}

/* Whether the user has been met at a lower version already. */
static enum err
was_met(struct call *call, const struct holding_place *place, bool *met)
{
	auto_clear(holding_record) struct holding_record below = {0};
	enum err e = OK;

	for (*met = false; e == OK && !*met;) {
		e = holding_next(call->txn, below.version, &below);
		if (e == OK && below.version >= place->version)
			break;
		if (e == OK)
			e = holding_has_user(
			    call->txn, below.version, place->uid, met);
	}
	return e == ERR_NOT_FOUND ? OK : e;
}

static enum err
renew_next(struct call *call, int64_t below, bool dry,
    struct holding_place *place, int64_t *users)
{
	bool met = false;
	enum err e = holding_next_user(call->txn, below, place);

	if (e == OK)
		e = was_met(call, place, &met);
	if (e != OK || met)
		return e;
	++*users;
	return dry ? OK : ask(call, place->uid, NULL);
}

/* Those who have devices with a version below that; at most so many. */
static enum err
renew_many(struct call *call, const struct user_renew_request *request,
    struct user_renew_reply *reply)
{
	bool all = strcmp(request->which, WHICH_ALL) == 0;
	int64_t below =
	    all ? CLAIMS_MAX + 1 : call->service->config->claim_version;
	struct holding_place place = {
	    request->after_version, request->after_uid};
	enum err e = OK;

	for (int i = 0; i < RENEWAL_USERS_MAX && e == OK; i++)
		e = renew_next(
		    call, below, request->dry_run, &place, &reply->users);
	reply->more = e == OK;
	reply->after_version = place.version;
	reply->after_uid = place.uid;
	return e == ERR_NOT_FOUND ? OK : e;
}

/* How many there are at most, for whoever waits. */
static enum err
count_users(struct call *call, int64_t below, int64_t *users)
{
	auto_clear(holding_record) struct holding_record counts = {0};
	enum err e = OK;

	while (e == OK) {
		e = holding_next(call->txn, counts.version, &counts);
		if (e == OK && counts.version < below)
			*users += counts.users;
	}
	return e == ERR_NOT_FOUND ? OK : e;
}

static enum err
check_request(struct call *call, const struct user_renew_request *request)
{
	const char *why = NULL;

	if ((request->user != NULL) == (request->which != NULL))
		why = "user or which is to be given, one of them";
	else if (request->which != NULL &&
	    strcmp(request->which, WHICH_ALL) != 0 &&
	    strcmp(request->which, WHICH_OUTDATED) != 0)
		why = "which is outdated or all";
	else if (request->after_version < 0 || request->after_uid < 0)
		why = "after_version and after_uid are not negative";
	if (why == NULL)
		return OK;
	call_note(&call->event.detail, why);
	return ERR_INVALID_PARAMETER;
}

static enum err
renew_user(struct call *call, const struct user_renew_request *request,
    struct user_renew_reply *reply)
{
	if (call->subject < 0)
		return ERR_NO_SUCH_USER;
	call_note(&call->event.user, request->user);
	call->event.uid = call->subject;
	reply->users = reply->total = 1;
	return request->dry_run ? OK : ask(call, call->subject, request->user);
}

static void
tell(struct call *call, const struct user_renew_request *request,
    const struct user_renew_reply *reply)
{
	char text[64];

	if (request->which == NULL)
		return;
	snprintf(text, sizeof(text), "%s: %lld users%s", request->which,
	    (long long)reply->users, request->dry_run ? ", only counted" : "");
	call_note(&call->event.detail, text);
}

enum err
user_renew(struct call *call, const struct user_renew_request *request,
    struct user_renew_reply *reply)
{
	enum err e = check_request(call, request);

	if (e == OK && request->user != NULL)
		return renew_user(call, request, reply);
	if (e == OK)
		e = renew_many(call, request, reply);
	if (e == OK)
		e = count_users(call,
		    strcmp(request->which, WHICH_ALL) == 0
			? CLAIMS_MAX + 1
			: call->service->config->claim_version,
		    &reply->total);
	if (e == OK)
		tell(call, request, reply);
	return e;
}
