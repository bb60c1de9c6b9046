/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/verify/issuer.h"

#include <string.h>

/* What a header may ask for: a name, nothing by name, or anything. */
enum choice {
	OF_THIS_NAME,
	WITHOUT_NAME,
	ANY,
};

static bool
is_chosen(const struct key *key, enum choice choice, const char *kid)
{
	switch (choice) {
	case OF_THIS_NAME:
		return strcmp(key_kid(key), kid) == 0;
	case WITHOUT_NAME:
		return !key_is_named(key);
	default:
		return true;
	}
}

/* How many there are; as many as there is room for are set. */
static size_t
choose(const struct issuer *issuer, const struct algorithm *algorithm,
    enum choice choice, const char *kid, const struct key **found)
{
	size_t count = 0;

	for (size_t i = 0; i < issuer->key_count; i++) {
		const struct key *key = issuer->keys[i];

		if (key_algorithm(key) != algorithm ||
		    !is_chosen(key, choice, kid))
			continue;
		if (count < KEY_TRIES_MAX)
			found[count] = key;
		count++;
	}
	return count;
}

size_t
issuer_keys(const struct issuer *issuer, const struct algorithm *algorithm,
    const char *kid, const struct key *found[KEY_TRIES_MAX])
{
	size_t count;

	if (kid == NULL) {
		count = choose(issuer, algorithm, ANY, NULL, found);
	} else {
		count = choose(issuer, algorithm, OF_THIS_NAME, kid, found);
		if (count == 0)
			count = choose(
			    issuer, algorithm, WITHOUT_NAME, NULL, found);
	}
	return count <= KEY_TRIES_MAX ? count : 0;
}

bool
issuer_has_ended(const struct issuer *issuer, int64_t now)
{
	return issuer->until != 0 && now >= issuer->until;
}

const struct issuer *
issuer_find(const struct issuer *const *issuers, size_t count, const char *iss)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(issuers[i]->issuer, iss) == 0)
			return issuers[i];
	return NULL;
}
