/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef LMDB_STORE_JWKS_H
#define LMDB_STORE_JWKS_H

/*
 * What was fetched from issuers: their JWK Sets (RFC 7517 section 5), kept so
 * that neither a restart nor an issuer that is down stops logins. Times are
 * seconds since 1970. Reading and writing: see record.h.
 */

#include "lmdb-store/record.h"

/*
 * `name`: the issuer's in the configuration. `source`: where the keys come
 * from; when that is configured anew, what was fetched before says nothing.
 * `jwks`: the newest good set, fetched at `fetched`, fresh for `max_age`
 * seconds as its server said (0: it did not). `tried` and `problem`: the last
 * attempt, and why it gave no good set.
 */
#define JWKS_RECORD(F)                                                         \
	F(num, v)                                                              \
	F(str, name)                                                           \
	F(str, source)                                                         \
	F(opt_object, jwks)                                                    \
	F(opt_num, fetched)                                                    \
	F(opt_num, max_age)                                                    \
	F(opt_num, tried)                                                      \
	F(opt_str, problem)
DECLARE_FIELDS(jwks_record, JWKS_RECORD)

MUST_USE enum err jwks_put(struct txn *txn, const struct jwks_record *record);

/* ERR_NOT_FOUND. */
MUST_USE enum err
jwks_get(struct txn *txn, const char *name, struct jwks_record *record);

/* The names in order; `after` may be `name`, and empty: from the beginning.
 * ERR_NOT_FOUND at the end. */
#define JWKS_NAME_SIZE (KV_KEY_MAX + 1)
MUST_USE enum err
jwks_next_name(struct txn *txn, const char *after, char name[JWKS_NAME_SIZE]);

/* ERR_NOT_FOUND. */
MUST_USE enum err jwks_remove(struct txn *txn, const char *name);

#endif
