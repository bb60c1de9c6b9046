/* SPDX-License-Identifier: BSD-3-Clause */
#include "lmdb-store/step.h"

#include "lmdb-store/key.h"

void
step_lose(
    struct step_losses *losses, const char *what, int64_t count, bool opens)
{
	if (count > 0 && losses->count < STEP_LOSSES_MAX)
		losses->loss[losses->count++] =
		    (struct step_loss){what, count, opens};
}

enum err
step_delete(const struct step_entry *entry)
{
	return txn_delete(entry->txn, entry->table, entry->key);
}

enum err
step_parse(const struct step_entry *entry, json_t **out)
{
	auto_json json_t *json = NULL;
	enum err e = record_parse(entry->value, &json);

	if (e == OK && !json_is_object(json))
		e = ERR_STORE;
	if (e == OK)
		*out = TAKE(json);
	return e;
}

enum err
step_count_until(struct txn *txn, enum table table, int64_t now, int64_t *count)
{
	struct key from = key_numbered(now, "");
	struct slice key;
	enum err e = txn_seek(txn, table, key_slice(&from), &key, NULL);

	for (*count = 0; e == OK; ++*count)
		e = txn_next(txn, table, key, &key, NULL);
	return e == ERR_NOT_FOUND ? OK : e;
}
