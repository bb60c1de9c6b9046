/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/verify/verification.h"

#include <stdio.h>
#include <string.h>

static void
verification_clear(struct verification *v)
{
	jws_clear(&v->jws);
	header_clear(&v->header);
	verified_clear(&v->found);
}

static enum err
read_parts(struct verification *v)
{
	enum err e =
	    jws_read(v->input->token, v->input->size, v->trail, &v->jws);

	if (e == OK && v->jws.payload_size == 0) {
		trail_note(v->trail, "the payload is empty");
		e = ERR_MALFORMED;
	}
	if (e == OK)
		trail_note(v->trail, "%zu bytes", v->input->size);
	return e;
}

static enum err
read_header(struct verification *v)
{
	uint32_t accepted = 0;
	enum err e;

	for (size_t i = 0; i < v->issuer_count; i++)
		accepted |= v->issuers[i]->algorithms;
	e = header_read(
	    v->jws.header, v->jws.header_size, accepted, v->trail, &v->header);
	if (e == ERR_ALGORITHM_REFUSED)
		trail_rule(v->trail, "issuer", "algorithms");
	if (e != OK)
		return e;
	if (v->jws.signature_size == 0) {
		trail_note(v->trail, "the signature is empty");
		return ERR_MALFORMED;
	}
	trail_note(v->trail, "%s", v->header.algorithm->name);
	return OK;
}

static enum err
unknown_issuer(struct verification *v, const char *iss)
{
	trail_note(v->trail, "no issuer is named ");
	trail_quote(v->trail, iss);
	return ERR_UNKNOWN_ISSUER;
}

/* The algorithms of a set, as far as a step has room for their names. */
static void
want_algorithms(struct trail *trail, uint32_t set)
{
	const struct algorithm *algorithm;
	char names[TRAIL_VALUE_SIZE] = "";
	size_t size = 0;

	for (size_t i = 0; (algorithm = algorithm_at(i)) != NULL; i++) {
		if ((set & algorithm_bit(algorithm)) == 0 ||
		    size >= sizeof(names))
			continue;
		size += (size_t)snprintf(names + size, sizeof(names) - size,
		    "%s%s", size > 0 ? ", " : "", algorithm->name);
	}
	trail_wanted(trail, "%s", names);
}

static enum err
check_algorithm(struct verification *v)
{
	const struct issuer *issuer = v->found.issuer;
	const char *name = v->header.algorithm->name;

	if ((issuer->algorithms & algorithm_bit(v->header.algorithm)) != 0)
		return OK;
	verification_rule(v, "algorithms");
	trail_found(v->trail, name);
	want_algorithms(v->trail, issuer->algorithms);
	trail_note(v->trail, " does not sign with %s", name);
	return ERR_ALGORITHM_REFUSED;
}

/* Nothing in the payload is to be believed yet: it only says whose keys are to
 * be tried. */
static enum err
find_issuer(struct verification *v)
{
	const char *iss = "";
	enum err e =
	    claims_read(v->jws.payload, v->jws.payload_size, &v->found.claims);

	if (e == ERR_MALFORMED)
		trail_note(v->trail, "the payload is not a valid claim set");
	if (e != OK)
		return e;
	trail_rule(v->trail, "issuer", "issuer");
	trail_wanted(v->trail, "a configured issuer");
	if (claims_str(v->found.claims, "iss", &iss) != OK) {
		trail_note(v->trail, "the token names no issuer");
		return ERR_UNKNOWN_ISSUER;
	}
	trail_found(v->trail, iss);
	v->found.issuer = issuer_find(v->issuers, v->issuer_count, iss);
	if (v->found.issuer == NULL)
		return unknown_issuer(v, iss);
	verification_rule(v, "issuer");
	trail_wanted(v->trail, "%s", v->found.issuer->issuer);
	trail_note(v->trail, "%s", v->found.issuer->name);
	return check_algorithm(v);
}

static enum err
unknown_key(struct verification *v)
{
	trail_note(v->trail, "%s has no key for %s", v->found.issuer->name,
	    v->header.algorithm->name);
	if (v->header.kid != NULL) {
		trail_note(v->trail, " named ");
		trail_quote(v->trail, v->header.kid);
	}
	return ERR_UNKNOWN_KEY;
}

static enum err
find_keys(struct verification *v)
{
	verification_rule(v, "keys");
	trail_wanted(v->trail, "a key of %s for %s", v->found.issuer->name,
	    v->header.algorithm->name);
	if (v->header.kid != NULL)
		trail_found(v->trail, v->header.kid);
	v->key_count = issuer_keys(
	    v->found.issuer, v->header.algorithm, v->header.kid, v->keys);
	if (v->key_count == 0)
		return unknown_key(v);
	if (v->key_count == 1)
		trail_quote(v->trail, key_kid(v->keys[0]));
	else
		trail_note(
		    v->trail, "%zu keys come into question", v->key_count);
	return OK;
}

static enum err
check_signature(struct verification *v)
{
	enum err e = ERR_BAD_SIGNATURE;

	for (size_t i = 0; i < v->key_count && e == ERR_BAD_SIGNATURE; i++) {
		e = key_verify(v->keys[i], v->header.algorithm, v->jws.input,
		    v->jws.input_size, v->jws.signature, v->jws.signature_size);
		if (e != OK)
			continue;
		trail_note(v->trail, "good by ");
		trail_quote(v->trail, key_kid(v->keys[i]));
	}
	return e;
}

static bool
has_end(const struct verification *v)
{
	return v->found.issuer->until != 0;
}

static const struct step {
	const char *name;
	enum err (*run)(struct verification *v);
	/* NULL: it is always taken */
	bool (*is_taken)(const struct verification *v);
} steps[] = {
    {"size", read_parts, NULL},
    {"header", read_header, NULL},
    {"issuer", find_issuer, NULL},
    {"key", find_keys, NULL},
    {"signature", check_signature, NULL},
    {"until", verification_until, has_end},
    {"claims", verification_claims, NULL},
    {"times", verification_times, NULL},
    {"lifetime", verification_lifetime, NULL},
    {"audience", verification_audience, NULL},
};

/* A cut token is broken in one of these two ways. */
static enum err
cut_or(const struct verify_input *input, enum err e)
{
	if (input->cut && (e == ERR_MALFORMED || e == ERR_BAD_SIGNATURE))
		return ERR_TRUNCATED;
	return e;
}

enum err
verify_token(const struct verify_input *input,
    const struct issuer *const *issuers, size_t count, int64_t now,
    struct trail *trail, struct verified *out)
{
	auto_clear(verification) struct verification v = {
	    .input = input,
	    .issuers = issuers,
	    .issuer_count = count,
	    .now = now,
	    .trail = trail,
	};

	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
		enum err e;

		if (steps[i].is_taken != NULL && !steps[i].is_taken(&v))
			continue;
		trail_open(trail, steps[i].name);
		e = cut_or(input, steps[i].run(&v));
		trail_close(trail, e);
		out->issuer = v.found.issuer;
		if (e != OK)
			return e;
	}
	*out = v.found;
	out->algorithm = v.header.algorithm;
	v.found.claims = NULL;
	return OK;
}

void
verified_clear(struct verified *verified)
{
	claims_free(verified->claims);
	*verified = (struct verified){0};
}
