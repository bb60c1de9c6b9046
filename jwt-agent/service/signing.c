/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/service/signing.h"

#include "base/texts.h"
#include "jwt-agent/service/mark.h"
#include "jwt-agent/service/newkey.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* A token of the second in which its key retired, and a clock read twice. */
#define SLACK_SECONDS 10

/* All the keys, as they are in the transaction. */
struct signing {
	struct txn *txn;
	const struct seal *seal;
	const struct config *config;
	int64_t now;
	int64_t past;	   /* surely past */
	struct call *call; /* NULL: nobody is told */
	struct signkey_record keys[KEYRING_KEYS_MAX];
	size_t count;
	bool changed;
};

static void
signing_clear(struct signing *signing)
{
	for (size_t i = 0; i < signing->count; i++)
		signkey_record_clear(&signing->keys[i]);
}

static enum err
load(struct signing *signing)
{
	const char *after = NULL;
	enum err e = OK;

	while (e == OK && signing->count < KEYRING_KEYS_MAX) {
		struct signkey_record *next = &signing->keys[signing->count];

		e = signkey_next(signing->txn, after, next);
		if (e == OK) {
			after = next->kid;
			signing->count++;
		}
	}
	return e == ERR_NOT_FOUND ? OK : e;
}

static bool
is(const struct signkey_record *key, const char *state)
{
	return strcmp(key->state, state) == 0;
}

static bool
is_configured(const struct signing *signing, const struct signkey_record *key)
{
	return strcmp(key->algorithm, signing->config->algorithm) == 0;
}

static void
tell(struct signing *signing, const char *event,
    const struct signkey_record *key)
{
	signing->changed = true;
	if (signing->call != NULL)
		call_alert(signing->call, event, key->kid);
}

static enum err
change_state(
    struct signkey_record *key, const char *state, int64_t now, int64_t until)
{
	enum err e = text_replace(&key->state, state);

	key->since = now;
	key->until = until;
	return e;
}

/* Makes a key of the configured algorithm and writes it. */
static enum err
make(struct signing *signing, const char *state, int64_t until)
{
	struct signkey_record *record = &signing->keys[signing->count];

	if (signing->count == KEYRING_KEYS_MAX)
		return ERR_STORE;
	signing->count++;
	*record = (struct signkey_record){
	    .created = signing->now, .since = signing->now, .until = until};
	return newkey_make(
	    signing->txn, signing->seal, signing->config, state, record);
}

static enum err
drop(struct signing *signing, struct signkey_record *key)
{
	enum err e = signkey_remove(signing->txn, key->kid);

	if (e != OK)
		return e == ERR_NOT_FOUND ? ERR_STORE : e;
	tell(signing, "key-removed", key);
	signkey_record_clear(key);
	*key = signing->keys[--signing->count];
	signing->keys[signing->count] = (struct signkey_record){0};
	return OK;
}

/* The public half stays, as long as what it signed can be valid. */
static enum err
retire(struct signing *signing, struct signkey_record *record)
{
	const int64_t lifetime =
	    record->lifetime > 0 ? record->lifetime : MARK_ACCESS_LIFETIME;
	auto_free(secret) struct secret *private = NULL;
	auto_free(key) struct key *key = NULL;
	enum err e = signkey_private(signing->seal, record, &private);

	if (e == OK)
		e = key_from_private(
		    private, algorithm_find(record->algorithm), &key);
	if (e == OK)
		e = key_jwk(key, &record->public);
	if (e == OK)
		e = change_state(record, SIGNKEY_RETIRED, signing->now,
		    signing->now + lifetime + ISSUER_LEEWAY + SLACK_SECONDS);
	if (e != OK)
		return e;
	secret_free(TAKE(record->private));
	tell(signing, "key-retired", record);
	return signkey_put(signing->txn, record);
}

/* The one active key that is to stay: of the configured algorithm before all
 * others, then the newest. */
static struct signkey_record *
active_of(struct signing *signing)
{
	struct signkey_record *best = NULL;

	for (size_t i = 0; i < signing->count; i++) {
		struct signkey_record *key = &signing->keys[i];
		bool fits = is_configured(signing, key);

		if (!is(key, SIGNKEY_ACTIVE))
			continue;
		if (best == NULL || fits > is_configured(signing, best) ||
		    (fits == is_configured(signing, best) &&
			key->created > best->created))
			best = key;
	}
	return best;
}

static struct signkey_record *
next_of(struct signing *signing)
{
	for (size_t i = 0; i < signing->count; i++)
		if (is(&signing->keys[i], SIGNKEY_NEXT))
			return &signing->keys[i];
	return NULL;
}

static enum err
retire_others(struct signing *signing, const struct signkey_record *active)
{
	enum err e = OK;

	for (size_t i = 0; i < signing->count && e == OK; i++)
		if (is(&signing->keys[i], SIGNKEY_ACTIVE) &&
		    &signing->keys[i] != active)
			e = retire(signing, &signing->keys[i]);
	return e;
}

static enum err
activate(struct signing *signing, struct signkey_record *key)
{
	enum err e = change_state(key, SIGNKEY_ACTIVE, signing->now, 0);

	if (e != OK)
		return e;
	tell(signing, "key-activated", key);
	e = signkey_put(signing->txn, key);
	return e == OK ? retire_others(signing, key) : e;
}

/* Also when the clock was set back behind its making: it would wait longer
 * than it should. */
static bool
is_due(const struct signing *signing, const struct signkey_record *next)
{
	return signing->now >= next->until || signing->now < next->since;
}

static enum err
remove_expired(struct signing *signing)
{
	enum err e = OK;

	for (size_t i = signing->count; i-- > 0 && e == OK;)
		if (is(&signing->keys[i], SIGNKEY_RETIRED) &&
		    signing->keys[i].until <= signing->past)
			e = drop(signing, &signing->keys[i]);
	return e;
}

/* Its tokens may last longer than when it was made. */
static enum err
keep_lifetime(struct signing *signing, struct signkey_record *active)
{
	if (active->lifetime == 0 ||
	    active->lifetime >= signing->config->access_lifetime)
		return OK;
	active->lifetime = signing->config->access_lifetime;
	return signkey_put(signing->txn, active);
}

/* What waits may be of an algorithm that is not wanted any more. Removing it
 * moves other keys in the array. */
static enum err
provide_next(struct signing *signing, const struct signkey_record *active)
{
	const bool is_wanted = !is_configured(signing, active);
	struct signkey_record *next = next_of(signing);
	enum err e = OK;

	if (next != NULL && !is_configured(signing, next))
		e = drop(signing, next);
	if (e != OK || !is_wanted || next_of(signing) != NULL)
		return e;
	e = make(
	    signing, SIGNKEY_NEXT, signing->now + signing->config->key_publish);
	if (e == OK)
		tell(signing, "key-made", next_of(signing));
	return e;
}

static enum err
settle(struct signing *signing)
{
	struct signkey_record *active = active_of(signing), *next;
	enum err e;

	if (active == NULL)
		return make(signing, SIGNKEY_ACTIVE, 0);
	e = retire_others(signing, active);
	if (e == OK)
		e = keep_lifetime(signing, active);
	if (e == OK)
		e = provide_next(signing, active);
	next = next_of(signing);
	if (e == OK && next != NULL && is_due(signing, next))
		e = activate(signing, next);
	return e == OK ? remove_expired(signing) : e;
}

static struct signing
signing_of(struct call *call)
{
	return (struct signing){
	    .txn = call->txn,
	    .seal = store_seal(call->service->store),
	    .config = call->service->config,
	    .now = call->now,
	    .past = call_surely_past(call),
	    .call = call,
	};
}

/* What is in the store by now is what is to be used. */
static enum err
prepare(struct call *call)
{
	struct keyring *keyring = NULL;
	enum err e = keyring_read(&keyring, call->txn,
	    store_seal(call->service->store), call->service->config);

	if (e != OK)
		return e;
	keyring_free(call->change.keyring);
	call->change.keyring = keyring;
	return OK;
}

enum err
signing_settle(struct call *call)
{
	auto_clear(signing) struct signing signing = signing_of(call);
	enum err e = load(&signing);

	if (e == OK)
		e = settle(&signing);
	return e == OK && signing.changed ? prepare(call) : e;
}

/* A leaked key may not verify anything any more, not even for us. */
static enum err
replace_all(struct signing *signing)
{
	enum err e = OK;

	while (signing->count > 0 && e == OK)
		e = drop(signing, &signing->keys[0]);
	return e == OK ? make(signing, SIGNKEY_ACTIVE, 0) : e;
}

static enum err
refuse(struct signing *signing, const struct signkey_record *next)
{
	char text[KV_KEY_MAX + 64];

	snprintf(text, sizeof(text), "key %.128s signs in %" PRId64 " seconds",
	    next->kid,
	    next->until > signing->now ? next->until - signing->now : 0);
	call_note(&signing->call->event.detail, text);
	return ERR_ROTATION_UNDER_WAY;
}

static enum err
add_next(struct signing *signing)
{
	const int64_t publish = signing->config->key_publish;
	struct signkey_record *next = next_of(signing);
	enum err e;

	if (next != NULL)
		return refuse(signing, next);
	e = make(signing, SIGNKEY_NEXT, signing->now + publish);
	if (e == OK && publish == 0)
		e = activate(signing, next_of(signing));
	return e;
}

static const struct signkey_record *
newest_of(const struct signing *signing)
{
	return &signing->keys[signing->count - 1];
}

enum err
signing_rotate(struct call *call, bool at_once, struct signkey_record *out)
{
	auto_clear(signing) struct signing signing = signing_of(call);
	enum err e = load(&signing);

	if (e == OK)
		e = at_once ? replace_all(&signing) : add_next(&signing);
	if (e == OK)
		e = prepare(call);
	if (e != OK)
		return e;
	call_note(&call->event.detail, newest_of(&signing)->kid);
	return signkey_get(call->txn, newest_of(&signing)->kid, out);
}
