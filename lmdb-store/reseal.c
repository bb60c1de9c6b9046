/* SPDX-License-Identifier: BSD-3-Clause */
#include "lmdb-store/reseal.h"

#include "lmdb-store/family.h"
#include "lmdb-store/key.h"
#include "lmdb-store/signkey.h"

#include <string.h>

#define RESEAL_KEY "reseal"

DEFINE_FIELDS(reseal_record, RESEAL_RECORD)

/* The next record behind `*after`, whose key then becomes that. */
typedef enum err (*resealer)(
    struct txn *txn, const struct seal *seal, char **after, bool *moved);

static const struct {
	enum table table;
	resealer next;
} sealed[] = {
    {TABLE_SIGNKEY, signkey_reseal},
    {TABLE_FAMILY, family_reseal},
};

#define SEALED_COUNT ((int64_t)(sizeof(sealed) / sizeof(*sealed)))

static enum err
put(struct txn *txn, const struct reseal_record *record)
{
	return record_put(txn, TABLE_META, text_slice(RESEAL_KEY),
	    reseal_record_fields(), record);
}

enum err
reseal_get(struct txn *txn, struct reseal_record *record)
{
	return record_get(txn, TABLE_META, text_slice(RESEAL_KEY),
	    reseal_record_fields(), record);
}

enum err
reseal_begin(struct txn *txn, int64_t now)
{
	return put(txn, &(struct reseal_record){.since = now});
}

/* Deals with one record, or goes over to the next table. */
static enum err
advance(struct txn *txn, const struct seal *seal, struct reseal_record *place)
{
	bool moved = false;
	enum err e =
	    sealed[place->table].next(txn, seal, &place->after, &moved);

	if (e == ERR_NOT_FOUND) {
		free(TAKE(place->after));
		place->table++;
		return OK;
	}
	if (e == ERR_CRYPTO && txn_error(txn) == OK) {
		place->failed++;
		e = OK;
	}
	place->seen++;
	place->moved += moved;
	return e;
}

static void
next_pass(struct reseal_record *place)
{
	place->pass++;
	place->table = 0;
	place->seen = place->moved = place->failed = 0;
}

/* After the last table. `out` has the figures of the pass that is over. */
static enum err
end_pass(struct txn *txn, struct reseal_record *place, enum reseal_end *end)
{
	struct reseal_record next = *place; /* it has no text here */

	if (place->moved == 0 && place->failed == 0) {
		*end = RESEAL_DONE;
		return txn_delete(txn, TABLE_META, text_slice(RESEAL_KEY));
	}
	*end = RESEAL_PASSED;
	next_pass(&next);
	return put(txn, &next);
}

enum err
reseal_step(struct txn *txn, const struct seal *seal, size_t limit, int64_t now,
    struct reseal_record *out, enum reseal_end *end)
{
	enum err e = reseal_get(txn, out);

	if (e == ERR_NOT_FOUND) {
		out->since = now;
		e = put(txn, out);
	}
	if (e == OK && (out->table < 0 || out->table >= SEALED_COUNT))
		e = ERR_STORE;
	for (size_t i = 0; i < limit && e == OK && out->table < SEALED_COUNT;
	     i++)
		e = advance(txn, seal, out);
	if (e != OK)
		return e;
	if (out->table == SEALED_COUNT)
		return end_pass(txn, out, end);
	*end = RESEAL_GOES_ON;
	return put(txn, out);
}

enum err
reseal_total(struct txn *txn, int64_t *total)
{
	enum err e = OK;

	*total = 0;
	for (int64_t i = 0; i < SEALED_COUNT && e == OK; i++) {
		size_t entries = 0;

		e = txn_entries(txn, sealed[i].table, &entries);
		*total += (int64_t)entries;
	}
	return e;
}
