/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_VERIFY_ISSUER_H
#define JWT_AGENT_VERIFY_ISSUER_H

/*
 * Who may make tokens, and what is accepted from them. Plain data that the
 * agent fills; verification only reads it.
 */

#include "jwt-agent/verify/key.h"

#include <stdint.h>

#define ISSUER_LEEWAY 60
#define ISSUER_FUTURE_LEEWAY 5

struct issuer {
	const char *name;   /* ours, for people */
	const char *issuer; /* theirs: the claim `iss`, byte for byte */
	const struct key *const *keys;
	size_t key_count;
	uint32_t algorithms; /* set of algorithm_bit() */
	/* seconds */
	int64_t leeway;	       /* accepted after `exp` */
	int64_t future_leeway; /* accepted before `nbf` and `iat` */
	int64_t max_lifetime;  /* longest exp - iat, 0: any */
};

/*
 * The key that a header asks for: of this algorithm and, when `kid` is not
 * NULL, of this name. NULL when there is none or more than one.
 */
const struct key *issuer_key(const struct issuer *issuer,
    const struct algorithm *algorithm, const char *kid);

/* The issuer of this claim `iss`, or NULL. */
const struct issuer *
issuer_find(const struct issuer *const *issuers, size_t count, const char *iss);

#endif
