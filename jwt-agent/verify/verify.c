/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/verify/verify.h"
#include "jwt-agent/verify/header.h"

#include <inttypes.h>
#include <string.h>

/* What is known so far: each step reads what those before it found. */
struct verification {
	const struct verify_input *input;
	const struct issuer *const *issuers;
	size_t issuer_count;
	int64_t now;
	struct trail *trail;
	struct jws jws;
	struct header header;
	const struct key *key;
	struct verified found;
};

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
	if (claims_str(v->found.claims, "iss", &iss) != OK) {
		trail_note(v->trail, "the token names no issuer");
		return ERR_UNKNOWN_ISSUER;
	}
	v->found.issuer = issuer_find(v->issuers, v->issuer_count, iss);
	if (v->found.issuer == NULL)
		return unknown_issuer(v, iss);
	trail_note(v->trail, "%s", v->found.issuer->name);
	if ((v->found.issuer->algorithms &
		algorithm_bit(v->header.algorithm)) != 0)
		return OK;
	trail_note(
	    v->trail, " does not sign with %s", v->header.algorithm->name);
	return ERR_ALGORITHM_REFUSED;
}

static enum err
find_key(struct verification *v)
{
	v->key =
	    issuer_key(v->found.issuer, v->header.algorithm, v->header.kid);
	if (v->key != NULL) {
		trail_note(v->trail, "%s", key_kid(v->key));
		return OK;
	}
	trail_note(v->trail, "%s has no one key for %s", v->found.issuer->name,
	    v->header.algorithm->name);
	if (v->header.kid != NULL) {
		trail_note(v->trail, " named ");
		trail_quote(v->trail, v->header.kid);
	}
	return ERR_UNKNOWN_KEY;
}

static enum err
check_signature(struct verification *v)
{
	return key_verify(v->key, v->header.algorithm, v->jws.input,
	    v->jws.input_size, v->jws.signature, v->jws.signature_size);
}

static enum err
invalid_claim(struct verification *v, const char *name, enum err e)
{
	if (e == ERR_NOT_FOUND)
		trail_note(v->trail, "the claim %s is missing", name);
	if (e == ERR_INVALID_CLAIM)
		trail_note(v->trail, "the claim %s is not valid", name);
	return e == ERR_NOT_FOUND ? ERR_INVALID_CLAIM : e;
}

/* The strings that whoever uses a verified token relies on. */
static enum err
read_names(struct verification *v)
{
	const struct {
		const char *name;
		const char **out;
		bool required;
	} names[] = {
	    {"sub", &v->found.user, true},
	    {"jti", &v->found.jti, false},
	    {"did", &v->found.device, false},
	    {"fam", &v->found.family, false},
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		enum err e =
		    claims_str(v->found.claims, names[i].name, names[i].out);

		if (e != OK && (names[i].required || e != ERR_NOT_FOUND))
			return invalid_claim(v, names[i].name, e);
	}
	return OK;
}

static enum err
check_expiry(struct verification *v)
{
	const struct issuer *issuer = v->found.issuer;
	int64_t *expires = &v->found.expires;
	enum err e = claims_num(v->found.claims, "exp", expires);

	if (e != OK)
		return invalid_claim(v, "exp", e);
	/* RFC 7519 section 4.1.4: "on or after" is expired */
	if (v->now - issuer->leeway < *expires)
		return OK;
	trail_note(
	    v->trail, "expired %" PRId64 " seconds ago", v->now - *expires);
	return ERR_EXPIRED;
}

/* Sets `out` when the claim is there, and refuses it in the future. */
static enum err
check_begin(struct verification *v, const char *name, int64_t *out)
{
	enum err e = claims_num(v->found.claims, name, out);

	if (e == ERR_NOT_FOUND)
		return OK;
	if (e != OK)
		return invalid_claim(v, name, e);
	if (*out - v->found.issuer->future_leeway <= v->now)
		return OK;
	trail_note(v->trail, "%s is %" PRId64 " seconds in the future", name,
	    *out - v->now);
	return ERR_NOT_YET_VALID;
}

static enum err
check_lifetime(struct verification *v, int64_t issued)
{
	int64_t longest = v->found.issuer->max_lifetime;

	if (longest == 0)
		return OK;
	if (issued < 0)
		return invalid_claim(v, "iat", ERR_NOT_FOUND);
	if (v->found.expires - issued <= longest)
		return OK;
	trail_note(v->trail, "lives %" PRId64 " seconds, at most %" PRId64,
	    v->found.expires - issued, longest);
	return ERR_LIFETIME_TOO_LONG;
}

static enum err
check_times(struct verification *v)
{
	int64_t begins = 0, issued = -1;
	enum err e = read_names(v);

	if (e == OK)
		e = check_expiry(v);
	if (e == OK)
		e = check_begin(v, "nbf", &begins);
	if (e == OK)
		e = check_begin(v, "iat", &issued);
	if (e == OK)
		e = check_lifetime(v, issued);
	if (e != OK)
		return e;
	v->found.issued = issued < 0 ? 0 : issued;
	trail_note(
	    v->trail, "%" PRId64 " seconds left", v->found.expires - v->now);
	return OK;
}

static enum err
check_audience(struct verification *v)
{
	enum err e = claims_audience_has(v->found.claims, v->input->audience);

	if (e == ERR_INVALID_CLAIM)
		return invalid_claim(v, "aud", e);
	if (e == ERR_WRONG_AUDIENCE)
		trail_note(v->trail, "not for ");
	if (v->input->audience != NULL)
		trail_quote(v->trail, v->input->audience);
	return e;
}

static const struct step {
	const char *name;
	enum err (*run)(struct verification *v);
} steps[] = {
    {"size", read_parts},
    {"header", read_header},
    {"issuer", find_issuer},
    {"key", find_key},
    {"signature", check_signature},
    {"times", check_times},
    {"audience", check_audience},
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

		trail_open(trail, steps[i].name);
		e = cut_or(input, steps[i].run(&v));
		trail_close(trail, e);
		if (e != OK)
			return e;
	}
	*out = v.found;
	v.found.claims = NULL;
	return OK;
}

void
verified_clear(struct verified *verified)
{
	claims_free(verified->claims);
	*verified = (struct verified){0};
}
