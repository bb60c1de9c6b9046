/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/service/grant.h"

#include "jwt-agent/config/section_name.h"
#include "jwt-agent/service/claimset.h"
#include "jwt-agent/service/refresh_token.h"
#include "jwt-agent/verify/sign.h"
#include "lmdb-store/user.h"

#include <string.h>

void
grant_clear(struct grant *grant)
{
	secret_free(grant->access_token);
	secret_free(grant->refresh_token);
	*grant = (struct grant){0};
}

bool
grant_claim_is_reserved(const char *name)
{
	return claim_name_is_taken(name);
}

static enum err
set_extra_claims(struct claims *claims, json_t *extra)
{
	const char *name;
	json_t *value;
	enum err e = OK;

	json_object_foreach (extra, name, value)
		if (e == OK)
			e = claims_set_json(claims, name, value);
	return e;
}

/* A family of the second of a not-before mark is dated one second later, and
 * so are its tokens of that second. */
static int64_t
issued_at(const struct call *call, const struct family_record *family)
{
	return family->created == call->now + 1 ? family->created : call->now;
}

/* The key that the device has (RFC 9449 section 6.1). */
static enum err
set_confirmation(struct claims *claims, const struct device_record *device)
{
	auto_json json_t *confirmation = NULL;

	if (device->jkt == NULL)
		return OK;
	confirmation = json_pack("{ss}", "jkt", device->jkt);
	return confirmation != NULL
	    ? claims_set_json(claims, "cnf", confirmation)
	    : ERR_NO_MEMORY;
}

/* What an access token is made for. */
struct holder_claims {
	const struct device_record *device;
	const json_t *attributes; /* of its user; may be NULL */
	int64_t version;
	int64_t issued, expires;
};

static enum err
set_claims(struct claims *claims, const struct call *call,
    const struct holder_claims *of)
{
	const struct device_record *device = of->device;
	const struct config *config = call->service->config;
	char jti[ID_SIZE + 1];
	enum err e = id_new(call->service->host, jti);

	if (e == OK)
		e = claims_set_str(claims, "iss", config->issuer);
	if (e == OK)
		e = claims_set_str(claims, "sub", device->user);
	if (e == OK)
		e = claims_set_str(claims, "aud", config->audience);
	if (e == OK)
		e = claims_set_num(claims, "iat", of->issued);
	if (e == OK)
		e = claims_set_num(claims, "exp", of->expires);
	if (e == OK)
		e = claims_set_str(claims, "jti", jti);
	if (e == OK)
		e = claims_set_str(claims, "did", device->id);
	if (e == OK)
		e = claims_set_str(claims, "fam", device->family);
	if (e == OK)
		e = claims_set_num(claims, "ver", of->version);
	if (e == OK)
		e = set_confirmation(claims, device);
	return e;
}

/* What was given to the device goes before what its user has. */
static enum err
sign_claims(const struct call *call, const struct holder_claims *of,
    struct secret **token)
{
	auto_free(claims) struct claims *claims = NULL;
	enum err e = claims_new(&claims);

	if (e == OK)
		e = claimset_add(
		    call->service->config, of->version, of->attributes, claims);
	if (e == OK)
		e = set_extra_claims(claims, of->device->claims);
	if (e == OK)
		e = set_claims(claims, call, of);
	if (e == OK)
		e = sign_token(call->service->keyring->signing,
		    TYP_ACCESS_TOKEN, claims, token);
	return e;
}

static enum err
make_access_token(const struct call *call, const struct device_record *device,
    const struct family_record *family, struct grant *grant)
{
	auto_clear(user_record) struct user_record user = {0};
	struct holder_claims of = {
	    .device = device,
	    .version = family_claims(family),
	    .issued = issued_at(call, family),
	    .expires = call->now + call->service->config->access_lifetime,
	};
	enum err e = OK;

	if (call->service->config->claim_count > 0)
		e = user_get(call->txn, family->uid, &user);
	if (e != OK)
		return e;
	of.attributes = user.attributes;
	grant->access_expires = of.expires;
	return sign_claims(call, &of, &grant->access_token);
}

enum err
grant_token_size(const struct call *call, const struct device_record *device,
    const json_t *attributes, size_t *size)
{
	auto_free(secret) struct secret *token = NULL;
	const struct holder_claims of = {
	    .device = device,
	    .attributes = attributes,
	    .version = call->service->config->claim_version,
	    .issued = call->now,
	    .expires = call->now + call->service->config->access_lifetime,
	};
	enum err e = sign_claims(call, &of, &token);

	if (e == OK)
		*size = secret_size(token);
	return e;
}

int64_t
grant_refresh_expires(
    const struct config *config, const struct family_record *family)
{
	int64_t idle = family->last_used + config->refresh_idle;

	return idle < family->expires ? idle : family->expires;
}

enum err
grant_make(const struct call *call, const struct device_record *device,
    const struct family_record *family, const struct secret *family_secret,
    struct grant *out)
{
	auto_clear(grant) struct grant grant = {0};
	enum err e = refresh_token_make(family->id,
	    (uint32_t)family->generation, family_secret, &grant.refresh_token);

	if (e == OK)
		e = make_access_token(call, device, family, &grant);
	if (e != OK)
		return e;
	grant.refresh_expires =
	    grant_refresh_expires(call->service->config, family);
	*out = grant;
	grant = (struct grant){0};
	return OK;
}
