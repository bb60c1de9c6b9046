/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef LMDB_STORE_SIGNKEY_H
#define LMDB_STORE_SIGNKEY_H

/*
 * The agent's own signing keys. Reading and writing: see record.h.
 */

#include "lmdb-store/record.h"
#include "lmdb-store/seal.h"

#define SIGNKEY_NEXT "next"	  /* is shown, and does not sign yet */
#define SIGNKEY_ACTIVE "active"	  /* signs */
#define SIGNKEY_RETIRED "retired" /* verifies what it signed */

/*
 * `algorithm`: as in RFC 7518 (ES256). `private`: PKCS#8 DER, sealed; that
 * of an RSA key is longer than a str may be. A retired key has none, and the
 * public half as a JWK (RFC 7517) in `public`. `since`: when it came into its
 * state; absent: when it was made. `until`: when it is to leave it, which an
 * active key is not. `lifetime`: how long tokens may last that it signed,
 * seconds; absent: as long as any. Times are seconds since 1970.
 */
#define SIGNKEY_RECORD(F)                                                      \
	F(num, v)                                                              \
	F(str, kid)                                                            \
	F(str, algorithm)                                                      \
	F(str, state)                                                          \
	F(num, created)                                                        \
	F(opt_secret, private)                                                 \
	F(opt_object, public)                                                  \
	F(opt_num, since)                                                      \
	F(opt_num, until)                                                      \
	F(opt_num, lifetime)
DECLARE_FIELDS(signkey_record, SIGNKEY_RECORD)

MUST_USE enum err
signkey_put(struct txn *txn, const struct signkey_record *record);

/* In the order of their kids; `after` NULL: from the beginning; it may be
 * the kid in the record. ERR_NOT_FOUND at the end. */
MUST_USE enum err
signkey_next(struct txn *txn, const char *after, struct signkey_record *record);

/* ERR_NOT_FOUND. */
MUST_USE enum err
signkey_get(struct txn *txn, const char *kid, struct signkey_record *record);
MUST_USE enum err signkey_remove(struct txn *txn, const char *kid);

/* Seals the private key into the record, whose kid is set already. */
MUST_USE enum err signkey_set_private(const struct seal *seal,
    struct signkey_record *record, const struct secret *private);

/* Opens it again. ERR_CRYPTO, also when there is none; ERR_NO_MEMORY. */
MUST_USE enum err signkey_private(const struct seal *seal,
    const struct signkey_record *record, struct secret **out);

/* As family_reseal(). */
MUST_USE enum err signkey_reseal(
    struct txn *txn, const struct seal *seal, char **after, bool *moved);

#endif
