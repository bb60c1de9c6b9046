/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_SERVICE_DATED_H
#define JWT_AGENT_SERVICE_DATED_H

/*
 * What is accepted until a date: an issuer (accept_until=), one of its
 * algorithms (algorithms_until=), an older version of our own claims
 * (claim_versions_until=). Until then each login with it is counted, so that
 * it can be seen to fall to zero; from then on it is refused by name.
 */

#include "jwt-agent/service/verdict.h"
#include "lmdb-store/counter.h"

#define DATED_COUNTER "dated" /* labels: kind, name */
#define DATED_ISSUER "issuer"
#define DATED_ALGORITHM "algorithm"
#define DATED_CLAIMS "claims"

/* The claim `ver` of one of our tokens; 1 when it has none. */
int64_t dated_version(const struct verified *token);

/*
 * The step "until", of a token that is good otherwise. ERR_ISSUER_ENDED,
 * ERR_ALGORITHM_ENDED, ERR_CLAIMS_ENDED.
 */
MUST_USE enum err dated_check(struct call *call, struct verdict *verdict);

/* Counts what the login used of it. */
MUST_USE enum err
dated_count(struct call *call, const char *user, const struct verdict *verdict);

/* Whether this version of the claims has ended. */
bool dated_version_ended(const struct call *call, int64_t version);

/* What there is that ends, number `index`; false behind the last. `name` is
 * that of its counter. */
struct dated {
	const char *kind;
	char name[COUNTER_LABEL_MAX + 1];
	int64_t over; /* the second from which on it is refused */
};
bool dated_at(const struct config *config, size_t index, struct dated *out);

#endif
