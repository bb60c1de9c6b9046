/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef LMDB_STORE_RESEAL_H
#define LMDB_STORE_RESEAL_H

/*
 * Seals again under the newest data key what an older one sealed, in small
 * steps: how far it has come is in the table meta, so that it goes on after a
 * crash. It passes through the store until one whole pass found nothing any
 * more; then nothing needs the older keys. Times are seconds since 1970.
 */

#include "lmdb-store/record.h"
#include "lmdb-store/seal.h"

/* `table`: its place among those with sealed values; `after`: the record dealt
 * with last. `seen`, `moved`, `failed`: in this pass; `failed` did not open. */
#define RESEAL_RECORD(F)                                                       \
	F(num, v)                                                              \
	F(num, since)                                                          \
	F(opt_num, pass)                                                       \
	F(opt_num, table)                                                      \
	F(opt_str, after)                                                      \
	F(opt_num, seen)                                                       \
	F(opt_num, moved)                                                      \
	F(opt_num, failed)
DECLARE_FIELDS(reseal_record, RESEAL_RECORD)

enum reseal_end {
	RESEAL_GOES_ON,
	RESEAL_PASSED, /* a pass is over, and another is needed */
	RESEAL_DONE,   /* a pass found nothing: its place is forgotten */
};

/* Begins at the beginning. */
MUST_USE enum err reseal_begin(struct txn *txn, int64_t now);

/* Looks at up to `limit` records. `out`: what the pass has come to. A record
 * that does not open is passed over, and keeps the older keys. */
MUST_USE enum err reseal_step(struct txn *txn, const struct seal *seal,
    size_t limit, int64_t now, struct reseal_record *out, enum reseal_end *end);

/* ERR_NOT_FOUND when none is under way. */
MUST_USE enum err reseal_get(struct txn *txn, struct reseal_record *record);

/* How many records have sealed values. */
MUST_USE enum err reseal_total(struct txn *txn, int64_t *total);

#endif
