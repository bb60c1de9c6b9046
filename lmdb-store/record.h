/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef LMDB_STORE_RECORD_H
#define LMDB_STORE_RECORD_H

/*
 * Records are JSON objects made by the codec of base/fields.h. Each list
 * begins with F(num, v), the version of the record, which is set when it is
 * written and which tells a reader what the record is.
 *
 * Reading fills an object that is all zero or holds an earlier record: what
 * it held is freed once the new one is there, so `after` may belong to it.
 * ERR_NOT_FOUND, ERR_STORE_NEWER, ERR_STORE for a record that cannot be
 * read; the last two leave the transaction usable.
 *
 * Writing: ERR_INTERNAL for a record that could not be read back (a text
 * that is missing or longer than FIELD_STR_MAX), ERR_NO_MEMORY, and the
 * faults of txn_put(); the transaction carries each of them.
 */

#include "base/fields.h"
#include "lmdb-store/table.h"

MUST_USE enum err record_get(struct txn *txn, enum table table,
    struct slice key, const struct fields *fields, void *object);

/* The first record after that key; from the beginning if it is empty. */
MUST_USE enum err record_next(struct txn *txn, enum table table,
    struct slice after, const struct fields *fields, void *object);

/* The last key of a table whose keys are numbers; 0 when it is empty. */
MUST_USE enum err
record_newest(struct txn *txn, enum table table, int64_t *number);

MUST_USE enum err record_put(struct txn *txn, enum table table,
    struct slice key, const struct fields *fields, const void *object);

/* The same for a key that is greater than all in the table. */
MUST_USE enum err record_append(struct txn *txn, enum table table,
    struct slice key, const struct fields *fields, const void *object);

/* The same with JSON, whose member v the caller looks after. ERR_STORE when
 * the value is not JSON. */
MUST_USE enum err record_parse(struct slice value, json_t **out);
MUST_USE enum err record_write(
    struct txn *txn, enum table table, struct slice key, const json_t *record);

#endif
