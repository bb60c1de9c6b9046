/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/service/claimset.h"

#include "jwt-agent/service/dated.h"
#include "lmdb-store/user.h"

#include <string.h>

/* What is no JSON is a text as it stands. */
static json_t *
default_value(const struct claim_config *claim)
{
	json_t *value = json_loads(claim->value, JSON_DECODE_ANY, NULL);

	return value != NULL ? value : json_string(claim->value);
}

/* A new reference, and where it is from; ERR_NOT_FOUND: there is none. */
static enum err
find_value(const struct claim_config *claim, const json_t *attributes,
    json_t **out, const char **source)
{
	json_t *attribute = claim->from != NULL
	    ? json_object_get(attributes, claim->name)
	    : NULL;

	*source = attribute != NULL ? CLAIMSET_ATTRIBUTE : CLAIMSET_DEFAULT;
	if (attribute == NULL && claim->value == NULL)
		return ERR_NOT_FOUND;
	*out =
	    attribute != NULL ? json_incref(attribute) : default_value(claim);
	return *out != NULL ? OK : ERR_NO_MEMORY;
}

static enum err
add_one(const struct claim_config *claim, const json_t *attributes,
    struct claims *claims, const char **source)
{
	auto_json json_t *value = NULL;
	enum err e = find_value(claim, attributes, &value, source);

	return e == OK ? claims_set_json(claims, claim->name, value) : e;
}

enum err
claimset_add(const struct config *config, int64_t version,
    const json_t *attributes, struct claims *claims)
{
	const char *source;
	enum err e = OK;

	for (size_t i = 0; i < config->claim_count && e == OK; i++) {
		const struct claim_config *claim = &config->claims[i];

		if (claim->since > version ||
		    !texts_has(&claim->issuers, CONFIG_LOCAL_ISSUER))
			continue;
		e = add_one(claim, attributes, claims, &source);
		if (e == ERR_NOT_FOUND)
			e = OK;
	}
	return e;
}

/* Whether the token should have it, and has not. */
static bool
is_lacking(const struct claim_config *claim, const struct verified *token)
{
	auto_json json_t *value = NULL;

	return texts_has(&claim->issuers,
		   token->issuer->local ? CONFIG_LOCAL_ISSUER
					: token->issuer->name) &&
	    claims_json(token->claims, claim->name, &value) == ERR_NOT_FOUND;
}

static void
note(struct trail *trail, const struct claim_config *claim, const char *source)
{
	trail_note(trail, "%s%s is ",
	    trail->steps[trail->count - 1].detail[0] != '\0' ? ", " : "",
	    claim->name);
	trail_note(trail,
	    source == NULL ? "missing"
		: strcmp(source, CLAIMSET_ATTRIBUTE) == 0
		? "the user's attribute"
		: "the default");
}

static enum err
complete_one(size_t index, const struct claim_config *claim,
    const json_t *attributes, struct verdict *verdict)
{
	const char *source = NULL;
	enum err e = add_one(claim, attributes, verdict->token.claims, &source);

	if (e == ERR_NOT_FOUND) {
		note(&verdict->trail, claim, NULL);
		return OK;
	}
	if (e != OK)
		return e;
	note(&verdict->trail, claim, source);
	if (strcmp(source, CLAIMSET_ATTRIBUTE) == 0)
		verdict->from_user |= UINT32_C(1) << index;
	else
		verdict->from_default |= UINT32_C(1) << index;
	return OK;
}

_Static_assert(CONFIG_CLAIMS_MAX <= 32, "a bit for each claim");

/* Read only when one comes from there. */
static enum err
get_user(struct call *call, const struct claim_config *claim, int64_t uid,
    struct user_record *user)
{
	return claim->from == NULL || user->user != NULL
	    ? OK
	    : user_get(call->txn, uid, user);
}

enum err
claimset_complete(struct call *call, int64_t uid, struct verdict *verdict)
{
	const struct config *config = call->service->config;
	auto_clear(user_record) struct user_record user = {0};
	bool open = false;
	enum err e = OK;

	for (size_t i = 0; i < config->claim_count && e == OK; i++) {
		const struct claim_config *claim = &config->claims[i];

		if (!is_lacking(claim, &verdict->token))
			continue;
		if (!open)
			trail_open(&verdict->trail, "fallback");
		open = true;
		e = get_user(call, claim, uid, &user);
		if (e == OK)
			e = complete_one(i, claim, user.attributes, verdict);
	}
	if (open)
		trail_close(&verdict->trail, e);
	return e;
}

static enum err
count_one(
    struct call *call, const char *user, const char *claim, const char *source)
{
	const char *const labels[COUNTER_LABELS_MAX + 1] = {claim, source};

	return counter_add_by(
	    call->txn, CLAIMSET_COUNTER, labels, user, call->now);
}

enum err
claimset_count(
    struct call *call, const char *user, const struct verdict *verdict)
{
	const struct config *config = call->service->config;
	enum err e = OK;

	for (size_t i = 0; i < config->claim_count && e == OK; i++) {
		const char *name = config->claims[i].name;
		uint32_t bit = UINT32_C(1) << i;

		if ((verdict->from_user & bit) != 0)
			e = count_one(call, user, name, CLAIMSET_ATTRIBUTE);
		if ((verdict->from_default & bit) != 0)
			e = count_one(call, user, name, CLAIMSET_DEFAULT);
	}
	return e;
}
