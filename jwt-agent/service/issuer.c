/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/service/issuer.h"

#include "jwt-agent/service/mark.h"
#include "jwt-agent/service/revocation.h"
#include "lmdb-store/jwks.h"

#include <string.h>

static json_t *
list_keys(const struct key *const *keys, size_t count)
{
	auto_json json_t *list = json_array();

	for (size_t i = 0; i < count; i++) {
		json_t *key = json_pack("{ss? ss}", "kid", key_kid(keys[i]),
		    "alg", key_algorithm(keys[i])->name);

		if (json_array_append_new(list, key) != 0)
			return NULL;
	}
	return TAKE(list);
}

static json_t *
list_algorithms(uint32_t set)
{
	auto_json json_t *list = json_array();
	const struct algorithm *algorithm;

	for (size_t i = 0; (algorithm = algorithm_at(i)) != NULL; i++)
		if ((set & algorithm_bit(algorithm)) != 0 &&
		    json_array_append_new(list, json_string(algorithm->name)) !=
			0)
			return NULL;
	return TAKE(list);
}

static enum err
view_issuer(const struct issuer *issuer, const char *name, const char *source,
    enum keys_state state, struct issuer_view *view)
{
	static const char *const states[] = {
	    [KEYS_OK] = "ok",
	    [KEYS_STALE] = "stale",
	    [KEYS_UNAVAILABLE] = "unavailable",
	    [KEYS_ENDED] = "ended",
	};

	view->name = strdup(name);
	view->issuer = strdup(issuer->issuer);
	view->source = strdup(source);
	view->state = strdup(states[state]);
	view->algorithms = list_algorithms(issuer->algorithms);
	return view->name != NULL && view->issuer != NULL &&
		view->source != NULL && view->state != NULL &&
		view->algorithms != NULL
	    ? OK
	    : ERR_NO_MEMORY;
}

static enum err
view_local(const struct call *call, struct issuer_view *view)
{
	const struct issuer *issuer = &call->service->keyring->issuer;
	enum err e =
	    view_issuer(issuer, CONFIG_LOCAL_ISSUER, "local", KEYS_OK, view);

	view->keys = list_keys(issuer->keys, issuer->key_count);
	return e == OK && view->keys == NULL ? ERR_NO_MEMORY : e;
}

/* Files that changed are looked at for this, too. */
static enum err
view_trusted(
    const struct call *call, struct trusted *trusted, struct issuer_view *view)
{
	const char *problem = trusted->problem.text;
	enum err e;

	trusted_look(trusted, call->now);
	e = view_issuer(&trusted->issuer, trusted->config->name,
	    trusted_source(trusted), trusted_state(trusted, call->now), view);

	view->keys = list_keys(
	    (const struct key *const *)trusted->keys.keys, trusted->keys.count);
	view->problem = problem[0] != '\0' ? strdup(problem) : NULL;
	if (e != OK || view->keys == NULL ||
	    (view->problem == NULL && problem[0] != '\0'))
		return ERR_NO_MEMORY;
	view->tried = trusted->tried;
	if (trusted->fetched != 0) {
		view->fetched = trusted->fetched;
		view->age = call->now - trusted->fetched;
		if (trusted_may_fetch(trusted, call->now))
			view->next = trusted_next(trusted) - call->now;
	}
	return OK;
}

/* The agent itself comes first. */
enum err
issuer_list(struct call *call, const struct issuer_list_request *request,
    struct cursor *cursor, struct issuer_view *entry)
{
	struct trusted *trusted;

	(void)request;
	if (!cursor->begun) {
		cursor->begun = true;
		return view_local(call, entry);
	}
	trusted = trust_at(call->service->trust, (size_t)cursor->seq);
	if (trusted == NULL)
		return ERR_NOT_FOUND;
	cursor->seq++;
	return view_trusted(call, trusted, entry);
}

enum err
issuer_show(struct call *call, const struct issuer_request *request,
    struct issuer_view *reply)
{
	struct trusted *trusted =
	    trust_find(call->service->trust, request->issuer);

	if (strcmp(request->issuer, CONFIG_LOCAL_ISSUER) == 0)
		return view_local(call, reply);
	return trusted != NULL ? view_trusted(call, trusted, reply)
			       : ERR_NO_SUCH_ISSUER;
}

enum err
issuer_refresh(struct call *call, const struct issuer_request *request,
    struct issuer_view *reply)
{
	struct trusted *trusted =
	    trust_find(call->service->trust, request->issuer);

	call_note(&call->event.detail, request->issuer);
	if (trusted == NULL || !trusted_may_fetch(trusted, call->now) ||
	    call->waited)
		return issuer_show(call, request, reply);
	call->fetch = trusted;
	return ERR_KEYS_NEEDED;
}

enum err
issuer_keep(struct call *call, const struct issuer_request *request,
    struct empty *reply)
{
	auto_clear(jwks_record) struct jwks_record record = {0};
	const struct trusted *trusted =
	    trust_find(call->service->trust, request->issuer);
	enum err e;

	(void)reply;
	if (trusted == NULL)
		return ERR_NO_SUCH_ISSUER;
	e = trusted_save(trusted, &record);
	return e == OK ? jwks_put(call->txn, &record) : e;
}

const struct issuer *
issuer_named(const struct call *call, const char *name)
{
	const struct trusted *trusted = trust_find(call->service->trust, name);

	if (strcmp(name, CONFIG_LOCAL_ISSUER) == 0)
		return &call->service->keyring->issuer;
	return trusted != NULL ? &trusted->issuer : NULL;
}

enum err
issuer_revoke(struct call *call, const struct issuer_revoke_request *request,
    struct issuer_revoke_reply *reply)
{
	const struct issuer *issuer = issuer_named(call, request->issuer);
	const char *reason =
	    request->reason != NULL ? request->reason : "issuer revoked";
	struct choice which = {.uid = SUBJECT_EVERYBODY};
	enum err e;

	call_note(&call->event.detail, request->issuer);
	if (issuer == NULL)
		return ERR_NO_SUCH_ISSUER;
	which.issuer = issuer->issuer;
	e = mark_issuer(call, issuer, reason);
	if (e == OK)
		e = end_sessions(call, &which, reason, &reply->sessions_ended);
	if (e != OK)
		return e;
	reply->before = call->now;
	reply->name = strdup(request->issuer);
	reply->issuer = strdup(issuer->issuer);
	note_revoked(call, request->issuer, reason, reply->sessions_ended);
	return reply->name != NULL && reply->issuer != NULL ? OK
							    : ERR_NO_MEMORY;
}
