/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/service/newkey.h"

#include "base/texts.h"
#include "jwt-agent/verify/key.h"

#include <string.h>

static enum err
fill(struct signkey_record *record, const struct key *key, const char *state)
{
	enum err e = text_replace(&record->kid, key_kid(key));

	if (e == OK)
		e = text_replace(&record->algorithm, key_algorithm(key)->name);
	return e == OK ? text_replace(&record->state, state) : e;
}

enum err
newkey_make(struct txn *txn, const struct seal *seal,
    const struct config *config, const char *state,
    struct signkey_record *record)
{
	const struct algorithm *algorithm = algorithm_find(config->algorithm);
	auto_free(secret) struct secret *private = NULL;
	auto_free(key) struct key *key = NULL;
	enum err e;

	if (algorithm == NULL)
		return ERR_CONFIG;
	e = key_generate(algorithm, &key);
	if (e == OK)
		e = key_private(key, &private);
	if (e != OK)
		return e;
	record->lifetime = config->access_lifetime;
	e = fill(record, key, state);
	if (e == OK)
		e = signkey_set_private(seal, record, private);
	return e == OK ? signkey_put(txn, record) : e;
}

/* Whether one of them signs. */
static enum err
has_active(struct txn *txn, bool *active)
{
	auto_clear(signkey_record) struct signkey_record key = {0};
	enum err e = signkey_next(txn, NULL, &key);

	for (*active = false; e == OK && !*active;) {
		*active = strcmp(key.state, SIGNKEY_ACTIVE) == 0;
		if (!*active)
			e = signkey_next(txn, key.kid, &key);
	}
	return e == ERR_NOT_FOUND ? OK : e;
}

enum err
newkey_begin(struct txn *txn, const struct seal *seal,
    const struct config *config, const struct host *host)
{
	int64_t now = host_now(host);
	auto_clear(signkey_record) struct signkey_record record = {
	    .created = now, .since = now};
	bool active = false;
	enum err e = has_active(txn, &active);

	if (e != OK || active)
		return e;
	return newkey_make(txn, seal, config, SIGNKEY_ACTIVE, &record);
}
