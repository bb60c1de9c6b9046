/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/verify/proof.h"

#include "base/fields.h"
#include "jwt-agent/verify/claims.h"
#include "jwt-agent/verify/header.h"
#include "jwt-agent/verify/jws.h"

#include <string.h>

/* What is known so far: each step reads what those before it found. */
struct check {
	const char *token;
	size_t size;
	const struct proof_wanted *wanted;
	const char **why;
	struct jws jws;
	struct header header;
	json_t *members; /* of the header */
	struct key *key;
	struct claims *claims;
	struct proof proof;
};

static void
check_clear(struct check *check)
{
	jws_clear(&check->jws);
	header_clear(&check->header);
	json_decref(check->members);
	key_free(check->key);
	claims_free(check->claims);
	proof_clear(&check->proof);
}

void
proof_clear(struct proof *proof)
{
	free(proof->jti);
	*proof = (struct proof){0};
}

static enum err
refuse(const struct check *check, const char *why)
{
	*check->why = why;
	return ERR_INVALID_PROOF;
}

const struct algorithm *
proof_algorithm(size_t index)
{
	static const char *const names[] = {"ES256", "EdDSA", "RS256"};

	return index < sizeof(names) / sizeof(*names)
	    ? algorithm_find(names[index])
	    : NULL;
}

static uint32_t
accepted_algorithms(void)
{
	const struct algorithm *algorithm;
	uint32_t set = 0;

	for (size_t i = 0; (algorithm = proof_algorithm(i)) != NULL; i++)
		set |= algorithm_bit(algorithm);
	return set;
}

/* The algorithm that the key is for, or NULL. */
static const struct algorithm *
algorithm_of(const struct jwk *jwk)
{
	const struct algorithm *algorithm;

	for (size_t i = 0; (algorithm = proof_algorithm(i)) != NULL; i++)
		if (jwk_fits(jwk, algorithm))
			return algorithm;
	return NULL;
}

static enum err
thumbprint(const struct jwk *jwk, const struct algorithm *algorithm,
    char jkt[THUMBPRINT_SIZE + 1])
{
	auto_json json_t *members = NULL;
	enum err e = jwk_public(jwk->pkey, algorithm, &members);

	return e == OK ? jwk_thumbprint(members, jkt) : e;
}

/* Reads a key that is public and nothing more. */
static enum err
read_public(const json_t *json, struct jwk *out, const char **why)
{
	if (json_object_get(json, "d") != NULL) {
		*why = "is a private key, which nobody else may have";
		return ERR_MALFORMED;
	}
	return jwk_read(json, out, why);
}

enum err
proof_key(const json_t *json, char jkt[THUMBPRINT_SIZE + 1], const char **why)
{
	auto_clear(jwk) struct jwk jwk = {.pkey = NULL};
	const struct algorithm *algorithm;
	enum err e = read_public(json, &jwk, why);

	if (e != OK)
		return e;
	algorithm = jwk.pkey != NULL ? algorithm_of(&jwk) : NULL;
	if (algorithm != NULL)
		return thumbprint(&jwk, algorithm, jkt);
	*why = "is not a public key for " PROOF_ALGORITHMS;
	return ERR_MALFORMED;
}

static enum err
read_header(struct check *check)
{
	const struct jws *jws = &check->jws;
	const char *typ;
	enum err e;

	e = jws_read(check->token, check->size, NULL, &check->jws);
	if (e == OK)
		e = header_read_any(jws->header, jws->header_size,
		    accepted_algorithms(), NULL, &check->header);
	if (err_is_fault(e))
		return e;
	if (e != OK)
		return refuse(check,
		    "is not a JWT that is signed with " PROOF_ALGORITHMS);
	/* header_read_any() has checked its form */
	check->members =
	    json_loadb((const char *)jws->header, jws->header_size, 0, NULL);
	if (check->members == NULL)
		return ERR_NO_MEMORY;
	typ = json_string_value(json_object_get(check->members, "typ"));
	if (typ == NULL || strcmp(typ, PROOF_TYP) != 0)
		return refuse(check, "has not the typ " PROOF_TYP);
	return OK;
}

static enum err
read_key(struct check *check)
{
	const struct algorithm *algorithm = check->header.algorithm;
	const json_t *json = json_object_get(check->members, "jwk");
	auto_clear(jwk) struct jwk jwk = {.pkey = NULL};
	char jkt[THUMBPRINT_SIZE + 1] = "";
	enum err e;

	if (!json_is_object(json))
		return refuse(check, "has no jwk in its header");
	e = read_public(json, &jwk, check->why);
	if (err_is_fault(e))
		return e;
	if (e != OK || jwk.pkey == NULL || !jwk_fits(&jwk, algorithm))
		return refuse(
		    check, "has a jwk that is no public key for its alg");
	e = thumbprint(&jwk, algorithm, jkt);
	if (e == OK && strcmp(jkt, check->wanted->jkt) != 0)
		return refuse(check, "was made with another key");
	return e == OK ? jwk_key(&jwk, algorithm, &check->key) : e;
}

static enum err
check_signature(struct check *check)
{
	const struct jws *jws = &check->jws;
	enum err e = key_verify(check->key, check->header.algorithm, jws->input,
	    jws->input_size, jws->signature, jws->signature_size);

	return e == ERR_BAD_SIGNATURE
	    ? refuse(check, "has a signature that is not good")
	    : e;
}

static enum err
check_str(struct check *check, const char *name, const char *wanted,
    const char *sentence)
{
	const char *value = NULL;
	enum err e = claims_str(check->claims, name, &value);

	if (err_is_fault(e))
		return e;
	if (e != OK || strcmp(value, wanted) != 0)
		return refuse(check, sentence);
	return OK;
}

static enum err
check_time(struct check *check)
{
	int64_t *issued = &check->proof.issued;
	enum err e = claims_num(check->claims, "iat", issued);

	if (err_is_fault(e))
		return e;
	if (e != OK)
		return refuse(check, "has no iat");
	if (*issued < check->wanted->now - PROOF_AGE_MAX)
		return refuse(check, "is older than 60 seconds");
	if (*issued > check->wanted->now + PROOF_AGE_MAX)
		return refuse(check, "is from the future");
	return OK;
}

static enum err
take_jti(struct check *check)
{
	const char *jti = NULL;
	enum err e = claims_str(check->claims, "jti", &jti);

	if (err_is_fault(e))
		return e;
	if (e != OK)
		return refuse(check, "has no jti");
	check->proof.jti = strdup(jti);
	return check->proof.jti != NULL ? OK : ERR_NO_MEMORY;
}

static enum err
check_claims(struct check *check)
{
	enum err e = claims_read(
	    check->jws.payload, check->jws.payload_size, &check->claims);

	if (e == ERR_MALFORMED)
		return refuse(check, "has no claims that can be read");
	if (e == OK)
		e = check_str(check, "htm", check->wanted->htm,
		    "is for another request: its htm is not the one");
	if (e == OK)
		e = check_str(check, "htu", check->wanted->htu,
		    "is for another agent: its htu is not the one");
	if (e == OK)
		e = check_time(check);
	return e == OK ? take_jti(check) : e;
}

enum err
proof_read(const char *token, size_t size, const struct proof_wanted *wanted,
    struct proof *out, const char **why)
{
	static enum err (*const steps[])(struct check * check) = {
	    read_header, read_key, check_signature, check_claims};
	auto_clear(check) struct check check = {
	    .token = token, .size = size, .wanted = wanted, .why = why};

	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
		enum err e = steps[i](&check);

		if (e != OK)
			return e;
	}
	*out = check.proof;
	check.proof.jti = NULL;
	return OK;
}
