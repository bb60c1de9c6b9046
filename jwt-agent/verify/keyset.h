/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_VERIFY_KEYSET_H
#define JWT_AGENT_VERIFY_KEYSET_H

/*
 * The keys of an issuer, as they come from a file or from its address: PEM, a
 * JWK or a JWK Set (RFC 7517 section 5). A key for several algorithms is there
 * once for each of those that are accepted.
 */

#include "jwt-agent/verify/jwk.h"

#define KEYSET_SIZE_MAX ((size_t)512 * 1024) /* bytes */
#define KEYSET_ENTRIES_MAX 64
#define KEYSET_DEPTH_MAX 8
#define KEYSET_MEMBERS_MAX 4096
#define KEYSET_WHY_SIZE 160

/* All zero is an empty set. */
struct keyset {
	struct key **keys; /* owned */
	size_t count;
};

/*
 * What was wrong: a sentence without a full stop, in printable ASCII, in which
 * text of the set is escaped and bounded. When the set was read it is about the
 * last of the entries that were left out, and empty when there were none.
 */
struct keyset_problem {
	size_t skipped;
	char why[KEYSET_WHY_SIZE];
};

/*
 * In all of these `algorithms` is a set of algorithm_bit(), and `out` is all
 * zero and set when OK is returned. ERR_MALFORMED when there is no key that can
 * be used, with `why` saying for what reason; ERR_NO_MEMORY; ERR_CRYPTO.
 */

/*
 * A file of public keys: PEM, one or several; a JWK; or a JWK Set. Of a set
 * the entries that cannot be used are skipped. In PEM everything has to be a
 * usable public key; one for other algorithms is skipped. Symmetric keys are
 * never taken.
 */
MUST_USE enum err keyset_read(const uint8_t *text, size_t size,
    uint32_t algorithms, struct keyset *out, struct keyset_problem *why);

/* A set as it was fetched. RFC 7517 section 5: entries that are not understood
 * or cannot be used are skipped. */
MUST_USE enum err keyset_read_jwks(const json_t *jwks, uint32_t algorithms,
    struct keyset *out, struct keyset_problem *why);

/* Bytes from outside as JSON for the function above, within the bounds: one
 * object, no member twice. */
MUST_USE enum err keyset_parse(
    const uint8_t *text, size_t size, json_t **out, struct keyset_problem *why);

/* A secret, for each of the symmetric algorithms that are accepted; it has to
 * be long enough for all of them. The asymmetric ones are left aside. */
MUST_USE enum err keyset_read_secret(const struct secret *secret,
    uint32_t algorithms, struct keyset *out, struct keyset_problem *why);

/* Adds the key that a JWK is for this algorithm, which it fits, unless it is
 * there already. ERR_CRYPTO, ERR_NO_MEMORY. */
MUST_USE enum err keyset_add(struct keyset *keyset, const struct jwk *jwk,
    const struct algorithm *algorithm);

/* Moves the keys of `more`, which is empty then, except those that are there
 * already. ERR_NO_MEMORY: both are as they were. */
MUST_USE enum err keyset_append(struct keyset *keyset, struct keyset *more);

/* Frees the keys and leaves an empty set. */
void keyset_clear(struct keyset *keyset);

#endif
