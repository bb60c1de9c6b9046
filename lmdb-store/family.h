/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef LMDB_STORE_FAMILY_H
#define LMDB_STORE_FAMILY_H

/*
 * Refresh-token families: one record each, whatever their age. Times are
 * seconds since 1970. Reading and writing: see record.h.
 */

#include "lmdb-store/holding.h"
#include "lmdb-store/record.h"
#include "lmdb-store/seal.h"

#define FAMILY_ACTIVE "active"
#define FAMILY_REVOKED "revoked"

/* `id`: 16 random bytes as base64url. `generation` is the newest that was
 * issued and `rotated` when, on the steady clock (service/clock.h). `expires`:
 * the absolute end. `secret` is sealed: family_set_secret(), family_secret().
 * `alive`: it was so then, for sure; absent: when it was made; only
 * family_keep() changes it. `claims`: the version of the claims that its tokens
 * have; absent: CLAIMS_FIRST; only family_renew() changes it. `renewed`: the
 * last request to renew them (user.h) that it has met. */
#define FAMILY_RECORD(F)                                                       \
	F(num, v)                                                              \
	F(str, id)                                                             \
	F(str, device)                                                         \
	F(num, uid)                                                            \
	F(num, generation)                                                     \
	F(num, rotated)                                                        \
	F(num, created)                                                        \
	F(num, last_used)                                                      \
	F(num, expires)                                                        \
	F(str, state)                                                          \
	F(opt_num, revoked)                                                    \
	F(opt_str, revoked_reason)                                             \
	F(str, secret)                                                         \
	F(opt_num, alive)                                                      \
	F(opt_num, claims)                                                     \
	F(opt_num, renewed)
DECLARE_FIELDS(family_record, FAMILY_RECORD)

MUST_USE enum err
family_put(struct txn *txn, const struct family_record *record);

/* ERR_NOT_FOUND. */
MUST_USE enum err
family_get(struct txn *txn, const char *id, struct family_record *record);

/* For the sweep, as with devices: device.h. */
MUST_USE enum err
family_oldest(struct txn *txn, int64_t until, struct family_record *record);
MUST_USE enum err
family_keep(struct txn *txn, struct family_record *record, int64_t alive);
MUST_USE enum err
family_remove(struct txn *txn, const struct family_record *record);

/* For migrations: puts the family of a record into the index, if it is
 * missing there. */
MUST_USE enum err
family_index(struct txn *txn, const struct family_record *record);

/* The version of the claims that its tokens have. */
int64_t family_claims(const struct family_record *record);

/* From now on its tokens have this version. The caller puts it then. */
MUST_USE enum err
family_renew(struct txn *txn, struct family_record *record, int64_t claims);

/* For migrations: counts the family of a record among those of its version,
 * if it is active and not counted yet. */
MUST_USE enum err
family_hold(struct txn *txn, const struct family_record *record);

/* Seals the secret into the record, whose id is set already. */
MUST_USE enum err family_set_secret(const struct seal *seal,
    struct family_record *record, const struct secret *secret);

/* Opens it again. ERR_CRYPTO, ERR_NO_MEMORY. */
MUST_USE enum err family_secret(const struct seal *seal,
    const struct family_record *record, struct secret **out);

/* Seals the secret of the next record behind `*after` under the newest key, if
 * it is not, and says so in `moved`. `*after` becomes its id, in any case but
 * ERR_NOT_FOUND; NULL: from the beginning. ERR_CRYPTO when it does not open. */
MUST_USE enum err family_reseal(
    struct txn *txn, const struct seal *seal, char **after, bool *moved);

#endif
