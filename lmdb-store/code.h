/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef LMDB_STORE_CODE_H
#define LMDB_STORE_CODE_H

/*
 * Login codes that can still be used, by their hash, with an index by user and
 * the time of their making and one by the time of their end. Times are seconds
 * since 1970. Reading and writing: see record.h.
 *
 * The hash is keyed (seal_hash): a code has 60 random bits, which a plain hash
 * would let somebody with a copy of the store search in the minutes that it
 * counts; without the master key there is nothing to compare with. A slow hash
 * would make the agent pay for each guess, which comes from outside.
 */

#include "base/base64url.h"
#include "base/logincode.h"
#include "lmdb-store/record.h"
#include "lmdb-store/seal.h"

#define CODE_HASH_SIZE BASE64URL_TEXT_SIZE(SEAL_HASH_SIZE)

/*
 * `id`: time-ordered, what the audit calls it. `service`, `rhost`: the only
 * ones where it counts. `device`: whose login it will be; NULL: not known. It
 * counts before `expires`.
 */
#define CODE_RECORD(F)                                                         \
	F(num, v)                                                              \
	F(str, hash)                                                           \
	F(str, id)                                                             \
	F(str, user)                                                           \
	F(num, uid)                                                            \
	F(opt_str, service)                                                    \
	F(opt_str, rhost)                                                      \
	F(opt_str, device)                                                     \
	F(num, created)                                                        \
	F(num, expires)
DECLARE_FIELDS(code_record, CODE_RECORD)

/* ERR_CRYPTO. */
MUST_USE enum err code_hash(const struct seal *seal,
    const char code[LOGINCODE_SIZE + 1], char hash[CODE_HASH_SIZE + 1]);

/* A new record. */
MUST_USE enum err code_put(struct txn *txn, const struct code_record *record);

/* ERR_NOT_FOUND. */
MUST_USE enum err
code_get(struct txn *txn, const char *hash, struct code_record *record);

/* The user's first code behind the one with this id, NULL: the very first; in
 * the order of their making. ERR_NOT_FOUND at the end. */
MUST_USE enum err code_next_of_user(struct txn *txn, int64_t uid,
    const char *after, struct code_record *record);

/* Removes a record as it is in the store. */
MUST_USE enum err
code_remove(struct txn *txn, const struct code_record *record);

/* Removes at most `limit` codes that ended at `now` or before. */
MUST_USE enum err
code_sweep(struct txn *txn, int64_t now, size_t limit, size_t *done);

MUST_USE enum err code_count(struct txn *txn, size_t *count);

#endif
