/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef LMDB_STORE_HOLDING_H
#define LMDB_STORE_HOLDING_H

/*
 * Which version of the claims the tokens of each active family have: an index
 * of families by version and user, and for each version how many devices and
 * users there are. Kept in the transaction of each change, so that nobody has
 * to go through all families to know.
 */

#include "lmdb-store/key.h"
#include "lmdb-store/record.h"

/* What a family has whose record does not say, and the highest there is. */
#define CLAIMS_FIRST 1
#define CLAIMS_MAX 9999

/* A user is one of each version that a device of theirs has. */
#define HOLDING_RECORD(F)                                                      \
	F(num, v)                                                              \
	F(num, version)                                                        \
	F(num, devices)                                                        \
	F(num, users)
DECLARE_FIELDS(holding_record, HOLDING_RECORD)

/* One entry of the index. */
struct holder {
	int64_t version;
	int64_t uid;
	const char *family;
};

/* One that is there already, or is not there, stays so. */
MUST_USE enum err holding_add(struct txn *txn, const struct holder *holder);
MUST_USE enum err holding_remove(struct txn *txn, const struct holder *holder);

/* The counts of the first version above `after`. ERR_NOT_FOUND. */
MUST_USE enum err
holding_next(struct txn *txn, int64_t after, struct holding_record *record);

/*
 * The first user behind `version` and `uid` who has a device of a version
 * below `below`; the versions ascend, the users of one do not come in the order
 * of their numbers. Begins with `version` 0. ERR_NOT_FOUND, ERR_STORE.
 */
struct holding_place {
	int64_t version;
	int64_t uid;
};
MUST_USE enum err
holding_next_user(struct txn *txn, int64_t below, struct holding_place *place);

/* Whether a user has a device of this version. */
MUST_USE enum err
holding_has_user(struct txn *txn, int64_t version, int64_t uid, bool *has);

/* What the counts of a version should be, from the index. */
MUST_USE enum err
holding_count(struct txn *txn, int64_t version, struct holding_record *record);

/* What the entry is filed under. */
struct key holding_key(const struct holder *holder);

#endif
