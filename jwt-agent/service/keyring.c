/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/service/keyring.h"

#include "lmdb-store/signkey.h"

#include <string.h>

static enum err
open_key(struct keyring *keyring, const struct store *store,
    const struct signkey_record *record)
{
	const struct algorithm *algorithm = algorithm_find(record->algorithm);
	auto_free(secret) struct secret *private = NULL;
	enum err e;

	if (algorithm == NULL || keyring->count == KEYRING_KEYS_MAX)
		return ERR_STORE;
	e = signkey_private(store_seal(store), record, &private);
	if (e == OK)
		e = key_from_private(
		    private, algorithm, &keyring->keys[keyring->count]);
	if (e == OK)
		keyring->count++;
	return e;
}

static enum err
open_keys(struct keyring *keyring, const struct store *store, struct txn *txn)
{
	auto_clear(signkey_record) struct signkey_record record = {0};
	enum err e = signkey_next(txn, NULL, &record);

	while (e == OK) {
		e = open_key(keyring, store, &record);
		if (e == OK)
			e = signkey_next(txn, record.kid, &record);
	}
	return e == ERR_NOT_FOUND ? OK : e;
}

static const struct key *
key_of(const struct keyring *keyring, const struct algorithm *algorithm)
{
	for (size_t i = 0; i < keyring->count; i++)
		if (key_algorithm(keyring->keys[i]) == algorithm)
			return keyring->keys[i];
	return NULL;
}

static enum err
keep_key(const struct key *key, const struct store *store, struct txn *txn,
    int64_t now)
{
	auto_clear(signkey_record) struct signkey_record record = {0};
	auto_free(secret) struct secret *private = NULL;
	enum err e = key_private(key, &private);

	if (e != OK)
		return e;
	record.kid = strdup(key_kid(key));
	record.algorithm = strdup(key_algorithm(key)->name);
	record.state = strdup(SIGNKEY_ACTIVE);
	record.created = now;
	if (record.kid == NULL || record.algorithm == NULL ||
	    record.state == NULL)
		return ERR_NO_MEMORY;
	e = signkey_set_private(store_seal(store), &record, private);
	return e == OK ? signkey_put(txn, &record) : e;
}

static enum err
make_key(struct keyring *keyring, const struct store *store, struct txn *txn,
    const struct algorithm *algorithm, int64_t now)
{
	enum err e;

	if (keyring->count == KEYRING_KEYS_MAX)
		return ERR_STORE;
	e = key_generate(algorithm, &keyring->keys[keyring->count]);
	if (e != OK)
		return e;
	return keep_key(keyring->keys[keyring->count++], store, txn, now);
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
	issuer->keys = (const struct key *const *)keyring->keys;
	issuer->key_count = keyring->count;
	for (size_t i = 0; i < keyring->count; i++)
		issuer->algorithms |=
		    algorithm_bit(key_algorithm(keyring->keys[i]));
	issuer->leeway = ISSUER_LEEWAY;
	issuer->future_leeway = ISSUER_FUTURE_LEEWAY;
	issuer->local = true;
}

static enum err
fill(struct keyring *keyring, struct store *store, const struct config *config,
    const struct host *host)
{
	const struct algorithm *algorithm = algorithm_find(config->algorithm);
	auto_free(txn) struct txn *txn = NULL;
	enum err e;

	if (algorithm == NULL)
		return ERR_CONFIG;
	e = store_begin(store, TXN_WRITE, &txn);
	if (e == OK)
		e = open_keys(keyring, store, txn);
	if (e == OK && key_of(keyring, algorithm) == NULL)
		e = make_key(keyring, store, txn, algorithm, host_now(host));
	if (e == OK)
		e = txn_commit(TAKE(txn));
	if (e == OK)
		keyring->signing = key_of(keyring, algorithm);
	return e;
}

enum err
keyring_new(struct keyring **out, struct store *store,
    const struct config *config, const struct host *host)
{
	auto_free(keyring) struct keyring *keyring =
	    calloc(1, sizeof(*keyring));
	enum err e;

	if (keyring == NULL)
		return ERR_NO_MEMORY;
	e = fill(keyring, store, config, host);
	if (e != OK)
		return e;
	describe_issuer(keyring, config);
	*out = TAKE(keyring);
	return OK;
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
