/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_SERVICE_TRUSTED_H
#define JWT_AGENT_SERVICE_TRUSTED_H

/*
 * One configured issuer as the agent trusts it: what verification reads, and
 * where its keys come from. Times are seconds since 1970.
 *
 * A JWK Set that is fetched replaces the one before only when it has a key
 * that can be used; whatever else a server answers is a problem that is noted.
 * Fetched keys are fresh as long as the server's Cache-Control says, but at most
 * for a part of keys_max_age and at least for keys_min_age; then they are stale,
 * which is good but due to be fetched again; past keys_max_age they are not used
 * any more. The keys of an issuer that has ended are not fetched, and are kept
 * however old they are: they are good for telling its tokens from others, and
 * those are refused.
 */

#include "jwt-agent/config/config.h"
#include "jwt-agent/policy/mapping.h"
#include "jwt-agent/service/keyfiles.h"
#include "jwt-agent/verify/issuer.h"
#include "lmdb-store/jwks.h"

/* Keys are asked for because one is missing, or again after a failure, at most
 * so often each. */
#define TRUSTED_RETRY_SECONDS 30
/* How long a set is fresh whose server does not say. */
#define TRUSTED_FRESH_SECONDS 3600
/* Of keys_max_age: for how much of it a set is fresh at most, whatever its server
 * says, and above which it is old, which is told. What lies between is for
 * attempts that fail. */
#define TRUSTED_FRESH_PERCENT 40
#define TRUSTED_OLD_PERCENT 50

enum keys_state {
	KEYS_OK,
	KEYS_STALE,
	KEYS_UNAVAILABLE,
	KEYS_ENDED, /* of an issuer that is not accepted any more */
};

struct trusted {
	struct issuer issuer;
	const struct issuer_config *config;
	struct mapping *mapping;
	struct keyset keys;
	struct keyfiles *files; /* NULL: the keys are not in files */
	json_t *jwks;		/* the set that was fetched */
	int64_t fetched;	/* 0: never */
	int64_t max_age;	/* as the server said, 0: it did not */
	int64_t tried;
	/* kept by the server: when keys were asked for because one was
	 * missing, and whether they are under way at this moment */
	int64_t asked;
	bool fetching;
	struct option_error problem; /* of the last attempt; may be empty */
};

/* What the configuration says that cannot be, and of which key. */
struct trusted_error {
	const char *key;
	struct option_error problem;
};

/* `config` outlives the issuer. Files are read. ERR_CONFIG, ERR_NO_MEMORY. */
MUST_USE enum err trusted_new(struct trusted **out,
    const struct issuer_config *config, struct trusted_error *error);
void trusted_free(struct trusted *trusted);
DEFINE_AUTO_FREE(trusted)

/* keys_file, jwks_url, discovery or secret_file. */
const char *trusted_source(const struct trusted *trusted);
bool trusted_is_fetched(const struct trusted *trusted);

/* The same, and the issuer has not ended: for what can never be accepted no
 * key is fetched. */
bool trusted_may_fetch(const struct trusted *trusted, int64_t now);

enum keys_state trusted_state(const struct trusted *trusted, int64_t now);

/* When fetched keys are to be fetched again, and whether that is now. */
int64_t trusted_next(const struct trusted *trusted);
bool trusted_is_due(const struct trusted *trusted, int64_t now);

/*
 * How old fetched keys are, in percent of keys_max_age. Above
 * TRUSTED_OLD_PERCENT are only those that could not be fetched again for a
 * minute, as keys_min_age= may be long. Never fetched although it was tried is
 * as good as too old: 100.
 */
int64_t trusted_age(const struct trusted *trusted, int64_t now);

/* Whether fetched keys may be asked for because one is missing. */
bool trusted_may_ask(const struct trusted *trusted, int64_t now);

/* Files that changed are read again; what is broken replaces nothing. Says
 * whether anything was read. */
bool trusted_look(struct trusted *trusted, int64_t now);

/* What a server gave: a set (borrowed), or a problem. */
MUST_USE enum err trusted_take(struct trusted *trusted, const json_t *jwks,
    int64_t max_age, const char *problem, int64_t now);

/* From and to the store. A record of another source is passed over. */
MUST_USE enum err
trusted_load(struct trusted *trusted, const struct jwks_record *record);
MUST_USE enum err
trusted_save(const struct trusted *trusted, struct jwks_record *record);

#endif
