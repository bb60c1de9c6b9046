/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/service/keyring.h"

#include "jwt-agent/service/newkey.h"
#include "jwt-agent/verify/jwk.h"

#include <string.h>

static enum err
open_pair(const struct seal *seal, const struct signkey_record *record,
    const struct algorithm *algorithm, struct key **out)
{
	auto_free(secret) struct secret *private = NULL;
	enum err e = signkey_private(seal, record, &private);

	return e == OK ? key_from_private(private, algorithm, out) : e;
}

static enum err
open_public(const struct signkey_record *record,
    const struct algorithm *algorithm, struct key **out)
{
	auto_clear(jwk) struct jwk jwk = {0};
	const char *why = NULL;
	enum err e = jwk_read(record->public, &jwk, &why);

	if (e != OK)
		return e == ERR_MALFORMED ? ERR_STORE : e;
	return jwk_key(&jwk, algorithm, out);
}

static enum err
open_key(struct keyring *keyring, const struct seal *seal,
    const struct signkey_record *record)
{
	const struct algorithm *algorithm = algorithm_find(record->algorithm);
	struct key **key = &keyring->keys[keyring->count];
	enum err e;

	if (algorithm == NULL || keyring->count == KEYRING_KEYS_MAX)
		return ERR_STORE;
	e = record->private != NULL ? open_pair(seal, record, algorithm, key)
				    : open_public(record, algorithm, key);
	if (e == OK)
		keyring->count++;
	return e;
}

/* Of several, which an older jwt-agent left, the one of the configured
 * algorithm signs until there is but one. */
static void
choose(struct keyring *keyring, const struct signkey_record *record,
    const struct config *config)
{
	if (strcmp(record->state, SIGNKEY_ACTIVE) == 0 &&
	    (keyring->signing == NULL ||
		strcmp(record->algorithm, config->algorithm) == 0))
		keyring->signing = keyring->keys[keyring->count - 1];
}

static enum err
open_keys(struct keyring *keyring, struct txn *txn, const struct seal *seal,
    const struct config *config)
{
	auto_clear(signkey_record) struct signkey_record record = {0};
	enum err e = signkey_next(txn, NULL, &record);

	while (e == OK) {
		e = open_key(keyring, seal, &record);
		if (e != OK)
			return e;
		choose(keyring, &record, config);
		e = signkey_next(txn, record.kid, &record);
	}
	if (e == ERR_NOT_FOUND)
		return keyring->signing != NULL ? OK : ERR_STORE;
	return e;
}

static void
describe_keys(struct keyring *keyring)
{
	struct issuer *issuer = &keyring->issuer;

	issuer->keys = (const struct key *const *)keyring->keys;
	issuer->key_count = keyring->count;
	issuer->algorithms = 0;
	for (size_t i = 0; i < keyring->count; i++)
		issuer->algorithms |=
		    algorithm_bit(key_algorithm(keyring->keys[i]));
}

static void
describe_issuer(struct keyring *keyring, const struct config *config)
{
	struct issuer *issuer = &keyring->issuer;

	issuer->name = CONFIG_LOCAL_ISSUER;
	issuer->issuer = config->issuer;
	keyring->audience_item = config->audience;
	keyring->audience = (struct texts){1, &keyring->audience_item};
	issuer->audience = &keyring->audience;
	issuer->leeway = ISSUER_LEEWAY;
	issuer->future_leeway = ISSUER_FUTURE_LEEWAY;
	issuer->local = true;
	describe_keys(keyring);
}

enum err
keyring_read(struct keyring **out, struct txn *txn, const struct seal *seal,
    const struct config *config)
{
	auto_free(keyring) struct keyring *keyring =
	    calloc(1, sizeof(*keyring));
	enum err e;

	if (keyring == NULL)
		return ERR_NO_MEMORY;
	e = open_keys(keyring, txn, seal, config);
	if (e != OK)
		return e;
	describe_issuer(keyring, config);
	*out = TAKE(keyring);
	return OK;
}

enum err
keyring_new(struct keyring **out, struct store *store,
    const struct config *config, const struct host *host)
{
	auto_free(keyring) struct keyring *keyring = NULL;
	auto_free(txn) struct txn *txn = NULL;
	enum err e = store_begin(store, TXN_WRITE, &txn);

	if (e == OK)
		e = newkey_begin(txn, store_seal(store), config, host);
	if (e == OK)
		e = keyring_read(&keyring, txn, store_seal(store), config);
	if (e == OK)
		e = txn_commit(TAKE(txn));
	if (e == OK)
		*out = TAKE(keyring);
	return e;
}

void
keyring_free(struct keyring *keyring)
{
	if (keyring == NULL)
		return;
	for (size_t i = 0; i < keyring->count; i++)
		key_free(keyring->keys[i]);
	free(keyring);
}

void
keyring_take(struct keyring *keyring, struct keyring *from)
{
	struct key *keys[KEYRING_KEYS_MAX];
	size_t count = keyring->count;

	memcpy(keys, keyring->keys, sizeof(keys));
	memcpy(keyring->keys, from->keys, sizeof(keys));
	memcpy(from->keys, keys, sizeof(keys));
	keyring->count = from->count;
	from->count = count;
	keyring->signing = from->signing;
	describe_keys(keyring);
}
