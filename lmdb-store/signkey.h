/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef LMDB_STORE_SIGNKEY_H
#define LMDB_STORE_SIGNKEY_H

/*
 * The agent's own signing keys. Reading and writing: see record.h.
 */

#include "lmdb-store/record.h"
#include "lmdb-store/seal.h"

#define SIGNKEY_ACTIVE "active"

/* `algorithm`: as in RFC 7518 (ES256). `private`: PKCS#8 DER, sealed; that
 * of an RSA key is longer than a str may be. */
#define SIGNKEY_RECORD(F)                                                      \
	F(num, v)                                                              \
	F(str, kid)                                                            \
	F(str, algorithm)                                                      \
	F(str, state)                                                          \
	F(num, created)                                                        \
	F(secret, private)
DECLARE_FIELDS(signkey_record, SIGNKEY_RECORD)

MUST_USE enum err
signkey_put(struct txn *txn, const struct signkey_record *record);

/* In the order of their kids; `after` NULL: from the beginning; it may be
 * the kid in the record. ERR_NOT_FOUND at the end. */
MUST_USE enum err
signkey_next(struct txn *txn, const char *after, struct signkey_record *record);

/* Seals the private key into the record, whose kid is set already. */
MUST_USE enum err signkey_set_private(const struct seal *seal,
    struct signkey_record *record, const struct secret *private);

/* Opens it again. ERR_CRYPTO, ERR_NO_MEMORY. */
MUST_USE enum err signkey_private(const struct seal *seal,
    const struct signkey_record *record, struct secret **out);

#endif
