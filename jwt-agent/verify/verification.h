/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_VERIFY_VERIFICATION_H
#define JWT_AGENT_VERIFY_VERIFICATION_H

/*
 * One verification under way: what verify.c, which takes the steps, and
 * verification.c, which looks at the claims, share. Nobody else includes this.
 */

#include "jwt-agent/verify/header.h"
#include "jwt-agent/verify/verify.h"

/* What is known so far: each step reads what those before it found. */
struct verification {
	const struct verify_input *input;
	const struct issuer *const *issuers;
	size_t issuer_count;
	int64_t now;
	struct trail *trail;
	struct jws jws;
	struct header header;
	const struct key *keys[KEY_TRIES_MAX];
	size_t key_count;
	struct verified found;
};

/* Notes which key of the issuer's section the open step goes by; what is said
 * of this agent itself stands in [token], or is not to be configured. */
void verification_rule(struct verification *v, const char *key);

/* The steps behind the signature, as verify.h describes them. */
MUST_USE enum err verification_until(struct verification *v);
MUST_USE enum err verification_claims(struct verification *v);
MUST_USE enum err verification_times(struct verification *v);
MUST_USE enum err verification_lifetime(struct verification *v);
MUST_USE enum err verification_audience(struct verification *v);

#endif
