/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/verify/issuer.h"

#include <string.h>

static bool
fits(const struct key *key, const struct algorithm *algorithm, const char *kid)
{
	return key_algorithm(key) == algorithm &&
	    (kid == NULL || strcmp(key_kid(key), kid) == 0);
}

const struct key *
issuer_key(const struct issuer *issuer, const struct algorithm *algorithm,
    const char *kid)
{
	const struct key *found = NULL;

	for (size_t i = 0; i < issuer->key_count; i++) {
		if (!fits(issuer->keys[i], algorithm, kid))
			continue;
		if (found != NULL)
			return NULL;
		found = issuer->keys[i];
	}
	return found;
}

const struct issuer *
issuer_find(const struct issuer *const *issuers, size_t count, const char *iss)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(issuers[i]->issuer, iss) == 0)
			return issuers[i];
	return NULL;
}
