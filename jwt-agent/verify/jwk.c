/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/verify/jwk.h"
#include "jwt-agent/verify/pkey.h"

#include <string.h>

void
jwk_clear(struct jwk *jwk)
{
	EVP_PKEY_free(jwk->pkey);
	secret_free(jwk->secret);
	*jwk = (struct jwk){.pkey = NULL};
}

bool
jwk_fits(const struct jwk *jwk, const struct algorithm *algorithm)
{
	if (jwk->algorithm != NULL && jwk->algorithm != algorithm)
		return false;
	if (algorithm_is_symmetric(algorithm))
		return jwk->secret != NULL &&
		    secret_size(jwk->secret) >= algorithm->signature_size;
	return jwk->pkey != NULL && pkey_fits(jwk->pkey, algorithm);
}

enum err
jwk_key(
    const struct jwk *jwk, const struct algorithm *algorithm, struct key **out)
{
	return jwk->secret != NULL
	    ? key_from_secret(jwk->secret, algorithm, jwk->kid, out)
	    : key_from_public(jwk->pkey, algorithm, jwk->kid, out);
}

/* Deletes all members whose names are not in the list, which NULL ends. */
static void
keep_only(json_t *object, const char *const *names)
{
	const char *name;
	json_t *value;
	void *next;
	size_t i;

	json_object_foreach_safe(object, next, name, value)
	{
		for (i = 0; names[i] != NULL; i++)
			if (strcmp(names[i], name) == 0)
				break;
		if (names[i] == NULL)
			json_object_del(object, name);
	}
}

static void
strip_key(json_t *jwk)
{
	static const char *const members[] = {"kty", "use", "key_ops", "alg",
	    "kid", "crv", "x", "y", "n", "e", NULL};

	keep_only(jwk, members);
}

void
jwk_strip_private(json_t *json)
{
	static const char *const only[] = {"keys", NULL};
	json_t *keys = json_object_get(json, "keys");

	if (keys == NULL) {
		strip_key(json);
		return;
	}
	keep_only(json, only);
	for (size_t i = json_array_size(keys); i-- > 0;)
		if (json_is_object(json_array_get(keys, i)))
			strip_key(json_array_get(keys, i));
		else
			json_array_remove(keys, i);
}
