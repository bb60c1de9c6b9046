/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/service/trust.h"

#include <stdio.h>
#include <string.h>

struct trust {
	const struct config *config;
	struct trusted *trusted[CONFIG_ISSUERS_MAX];
	size_t count;
	/* the agent's first */
	const struct issuer *issuers[CONFIG_ISSUERS_MAX + 1];
	size_t issuer_count;
	int64_t looked;
};

static enum err
refuse(const struct trust *trust, const struct issuer_config *config,
    const struct trusted_error *problem, struct config_error *error)
{
	char section[CONFIG_ISSUER_NAME_MAX + 16];

	snprintf(section, sizeof(section), "issuer %s", config->name);
	return config_refuse(trust->config, section, problem->key, error, "%s",
	    problem->problem.text);
}

static enum err
add(struct trust *trust, const struct issuer_config *config,
    struct config_error *error)
{
	struct trusted_error problem = {0};
	enum err e =
	    trusted_new(&trust->trusted[trust->count], config, &problem);

	if (e == ERR_CONFIG)
		return refuse(trust, config, &problem, error);
	if (e != OK)
		return e;
	trust->issuers[trust->issuer_count++] =
	    &trust->trusted[trust->count++]->issuer;
	return OK;
}

enum err
trust_new(struct trust **out, const struct config *config,
    const struct keyring *keyring, struct config_error *error)
{
	auto_free(trust) struct trust *trust = calloc(1, sizeof(*trust));
	enum err e = OK;

	if (trust == NULL)
		return ERR_NO_MEMORY;
	trust->config = config;
	if (keyring != NULL)
		trust->issuers[trust->issuer_count++] = &keyring->issuer;
	for (size_t i = 0; i < config->issuer_count && e == OK; i++)
		e = add(trust, &config->issuers[i], error);
	if (e == OK)
		*out = TAKE(trust);
	return e;
}

void
trust_free(struct trust *trust)
{
	if (trust == NULL)
		return;
	for (size_t i = 0; i < trust->count; i++)
		trusted_free(trust->trusted[i]);
	free(trust);
}

enum err
trust_load(struct trust *trust, struct txn *txn)
{
	enum err e = OK;

	for (size_t i = 0; i < trust->count && e == OK; i++) {
		auto_clear(jwks_record) struct jwks_record record = {0};
		struct trusted *trusted = trust->trusted[i];

		if (!trusted_is_fetched(trusted))
			continue;
		e = jwks_get(txn, trusted->config->name, &record);
		if (e == OK)
			e = trusted_load(trusted, &record);
		else if (e == ERR_NOT_FOUND)
			e = OK;
	}
	return e;
}

/* Keys are shown or left out by their count. */
static void
bring_up_to_date(struct trust *trust, struct trusted *trusted, int64_t now)
{
	if (now != trust->looked)
		trusted_look(trusted, now);
	trusted->issuer.key_count =
	    trusted_state(trusted, now) == KEYS_UNAVAILABLE
	    ? 0
	    : trusted->keys.count;
}

const struct issuer *const *
trust_issuers(struct trust *trust, int64_t now, size_t *count)
{
	for (size_t i = 0; i < trust->count; i++)
		bring_up_to_date(trust, trust->trusted[i], now);
	trust->looked = now;
	*count = trust->issuer_count;
	return trust->issuers;
}

struct trusted *
trust_of(const struct trust *trust, const struct issuer *issuer)
{
	for (size_t i = 0; i < trust->count; i++)
		if (&trust->trusted[i]->issuer == issuer)
			return trust->trusted[i];
	return NULL;
}

struct trusted *
trust_find(const struct trust *trust, const char *name)
{
	for (size_t i = 0; i < trust->count; i++)
		if (strcmp(trust->trusted[i]->config->name, name) == 0)
			return trust->trusted[i];
	return NULL;
}

struct trusted *
trust_at(const struct trust *trust, size_t index)
{
	return index < trust->count ? trust->trusted[index] : NULL;
}

const struct issuer *
trust_issuer(const struct trust *trust, const char *iss)
{
	return issuer_find(trust->issuers, trust->issuer_count, iss);
}
