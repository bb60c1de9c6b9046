/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_VERIFY_ISSUER_H
#define JWT_AGENT_VERIFY_ISSUER_H

/*
 * Who may make tokens, and what is accepted from them. Plain data that the
 * agent fills; verification only reads it.
 */

#include "base/texts.h"
#include "jwt-agent/verify/key.h"

#include <stdint.h>

#define ISSUER_LEEWAY 60
#define ISSUER_FUTURE_LEEWAY 5
#define ISSUER_USER_CLAIM "sub" /* unless the configuration says otherwise */
/* Signatures that one token can make us check. */
#define KEY_TRIES_MAX 4

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
	int64_t until; /* its tokens end in this second of 1970, 0: never */
	/* what its tokens have to name; NULL or empty: nothing of its own */
	const struct texts *audience;
	const char *user_claim; /* NULL: ISSUER_USER_CLAIM */
	bool local; /* this agent: its tokens name devices and families */
};

/*
 * The keys that may have signed what a header describes, in the order in which
 * they are to be tried: those of the algorithm whose kid is the header's; if
 * there are none, those of the algorithm that have no kid of their own; without
 * a kid in the header all of the algorithm. 0 when there are none, and also
 * when there are more than KEY_TRIES_MAX.
 */
size_t
issuer_keys(const struct issuer *issuer, const struct algorithm *algorithm,
    const char *kid, const struct key *found[KEY_TRIES_MAX]);

/* Whether tokens of the issuer are not accepted any more. */
bool issuer_has_ended(const struct issuer *issuer, int64_t now);

/* The issuer of this claim `iss`, or NULL. */
const struct issuer *
issuer_find(const struct issuer *const *issuers, size_t count, const char *iss);

#endif
