/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * Schema 4: several data keys and a hash key instead of one key for both;
 * signing keys that do not sign yet or do not sign any more. Schema 3 takes
 * each signing key for one that signs, so that it gets those only that do.
 */

#include "lmdb-store/aside.h"
#include "lmdb-store/datakey.h"
#include "lmdb-store/family.h"
#include "lmdb-store/signkey.h"
#include "lmdb-store/step.h"

#include <string.h>

#define OLD_SIGNKEY_VERSION 1

static enum err
up_aside(const struct step_entry *entry)
{
	struct aside_taken taken;

	return aside_take(entry, &taken);
}

static enum err
up_datakeys(const struct step_entry *entry)
{
	return datakeys_up(entry->txn, entry->master, entry->host);
}

static const struct phase up[] = {
    {TABLE_ASIDE, up_aside},
    {STEP_ONCE, up_datakeys},
    {TABLE_META, NULL},
};

/* What does not open is lost to both. */
static enum err
down_family(const struct step_entry *entry)
{
	auto_clear(family_record) struct family_record family = {0};
	auto_free(secret) struct secret *secret = NULL;
	auto_free(seal) struct seal *older = NULL;
	auto_json json_t *record = NULL;
	enum err e = record_get(entry->txn, TABLE_FAMILY, entry->key,
	    family_record_fields(), &family);

	if (e == OK)
		e = step_parse(entry, &record);
	if (e == OK)
		e = family_secret(entry->seal, &family, &secret);
	if (e == ERR_CRYPTO)
		return ERR_STORE;
	if (e == OK)
		e = seal_older(&older, entry->seal);
	if (e == OK)
		e = family_set_secret(older, &family, secret);
	if (e == OK &&
	    json_object_set_new(record, "secret", json_string(family.secret)) !=
		0)
		e = ERR_NO_MEMORY;
	if (e != OK)
		return txn_fail(entry->txn, e);
	return record_write(entry->txn, TABLE_FAMILY, entry->key, record);
}

/* Schema 3 does not know when a key began to sign. */
static enum err
keep_since(const struct step_entry *entry, const struct signkey_record *signkey)
{
	auto_json json_t *members = NULL;

	if (signkey->since == 0)
		return OK;
	members = json_pack("{sI}", "since", (json_int_t)signkey->since);
	return members != NULL ? aside_keep(entry, members)
			       : txn_fail(entry->txn, ERR_NO_MEMORY);
}

static enum err
write_signkey(
    const struct step_entry *entry, const struct signkey_record *signkey)
{
	auto_json json_t *record = json_pack("{sI ss ss ss sI ss}", "v",
	    (json_int_t)OLD_SIGNKEY_VERSION, "kid", signkey->kid, "algorithm",
	    signkey->algorithm, "state", signkey->state, "created",
	    (json_int_t)signkey->created, "private",
	    secret_text(signkey->private));

	if (record == NULL)
		return txn_fail(entry->txn, ERR_NO_MEMORY);
	return record_write(entry->txn, TABLE_SIGNKEY, entry->key, record);
}

static enum err
down_signkey(const struct step_entry *entry)
{
	auto_clear(signkey_record) struct signkey_record signkey = {0};
	auto_free(secret) struct secret *private = NULL;
	auto_free(seal) struct seal *older = NULL;
	enum err e = record_get(entry->txn, TABLE_SIGNKEY, entry->key,
	    signkey_record_fields(), &signkey);

	if (e != OK)
		return e;
	if (strcmp(signkey.state, SIGNKEY_ACTIVE) != 0)
		return step_delete(entry);
	e = signkey_private(entry->seal, &signkey, &private);
	if (e == ERR_CRYPTO)
		return ERR_STORE;
	if (e == OK)
		e = seal_older(&older, entry->seal);
	if (e == OK)
		e = signkey_set_private(older, &signkey, private);
	if (e != OK)
		return txn_fail(entry->txn, e);
	e = keep_since(entry, &signkey);
	return e == OK ? write_signkey(entry, &signkey) : e;
}

static enum err
down_datakeys(const struct step_entry *entry)
{
	return datakeys_down(entry->txn, entry->master, entry->host);
}

/* The keys that sealed what is being sealed anew go last. */
static const struct phase down[] = {
    {TABLE_FAMILY, down_family},
    {TABLE_SIGNKEY, down_signkey},
    {STEP_ONCE, down_datakeys},
    {TABLE_META, NULL},
};

static enum err
losses(struct txn *txn, int64_t now, struct step_losses *losses)
{
	auto_clear(signkey_record) struct signkey_record signkey = {0};
	int64_t retired = 0;
	enum err e = OK;

	(void)now;
	while (e == OK) {
		e = signkey_next(txn, signkey.kid, &signkey);
		if (e == OK)
			retired += strcmp(signkey.state, SIGNKEY_RETIRED) == 0;
	}
	if (e != ERR_NOT_FOUND)
		return e;
	step_lose(losses,
	    "signing keys are forgotten that verified older access tokens",
	    retired, false);
	return OK;
}

const struct step step_4 = {
    .version = 4,
    .name = "several data keys, states of signing keys",
    .up = up,
    .down = down,
    .losses = losses,
};
