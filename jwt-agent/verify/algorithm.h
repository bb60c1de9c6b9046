/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_VERIFY_ALGORITHM_H
#define JWT_AGENT_VERIFY_ALGORITHM_H

/*
 * The signature algorithms (RFC 7518 section 3.1, RFC 8037 section 3.1), one
 * row each. `none` is not among them: a token that names it finds no row.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum key_type {
	KEY_EC,
	KEY_RSA,
	KEY_OKP,
	KEY_OCT, /* a secret that both sides have */
};

#define RSA_BITS_MIN 2048 /* RFC 7518 section 3.3 */
#define RSA_BITS_MAX 8192
#define SIGNATURE_SIZE_MAX (RSA_BITS_MAX / 8)

struct algorithm {
	const char *name; /* in the header's `alg` */
	enum key_type type;
	const char *kty;    /* in a JWK */
	const char *curve;  /* in a JWK; NULL for RSA and secrets */
	const char *group;  /* OpenSSL's name of it; the same */
	unsigned int bits;  /* of a new RSA key */
	const char *digest; /* NULL: the algorithm hashes by itself */
	bool pss;
	size_t signature_size; /* 0: as long as the modulus */
};

#define ALGORITHM_NAME_MAX 16

/* The row of exactly this name, or NULL. */
const struct algorithm *algorithm_find(const char *name);

/* The rows in order, for listing: NULL behind the last one. */
const struct algorithm *algorithm_at(size_t index);

/* One bit for each row, for sets of algorithms. */
uint32_t algorithm_bit(const struct algorithm *algorithm);

/* Whether whoever can verify can sign, too: HS256, HS384 and HS512. */
bool algorithm_is_symmetric(const struct algorithm *algorithm);

/* The sets of all that are not, and of all that are. */
uint32_t algorithms_asymmetric(void);
uint32_t algorithms_symmetric(void);

#endif
