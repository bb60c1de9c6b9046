/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/service/level.h"

#include "jwt-agent/service/alerts.h"
#include "jwt-agent/service/upkeep.h"

#include <stdio.h>
#include <string.h>

static int64_t
percent(int64_t part, int64_t whole)
{
	return whole > 0 ? (int64_t)((double)part * 100 / (double)whole) : 0;
}

/* Pages that hold nothing now are room. */
static enum err
read_store_used(const struct service *service, struct txn *txn, int64_t now,
    struct level_value *out)
{
	size_t unused = 0;
	enum err e = txn_free_bytes(txn, &unused);
	int64_t size = (int64_t)store_size(service->store);

	(void)now;
	out->known = e == OK;
	out->value =
	    percent(size - (int64_t)unused, service->config->store_max);
	return e;
}

/* Of an issuer that has ended nobody needs the keys. */
static enum err
read_keys_age(const struct service *service, struct txn *txn, int64_t now,
    struct level_value *out)
{
	const struct trusted *trusted;

	(void)txn;
	out->known = true;
	for (size_t i = 0; (trusted = trust_at(service->trust, i)) != NULL;
	     i++) {
		if (!trusted_may_fetch(trusted, now) ||
		    trusted_age(trusted, now) <= out->value)
			continue;
		out->value = trusted_age(trusted, now);
		snprintf(out->of, sizeof(out->of), " issuer=%s",
		    trusted->config->name);
	}
	return OK;
}

static enum err
read_audit_chain(const struct service *service, struct txn *txn, int64_t now,
    struct level_value *out)
{
	(void)txn;
	(void)now;
	out->known = alerts_verified(service->alerts, &out->value);
	return OK;
}

/* How many jobs somebody has to look after. */
static enum err
read_upkeep(const struct service *service, struct txn *txn, int64_t now,
    struct level_value *out)
{
	enum err e = OK;

	for (int i = 0; i < JOB_COUNT && e == OK; i++) {
		auto_clear(upkeep_state) struct upkeep_state state = {0};

		e = upkeep_look(service, txn, now, (enum job)i, &state);
		if (e != OK || !upkeep_wants_somebody(&state))
			continue;
		if (out->value++ == 0)
			snprintf(out->of, sizeof(out->of), " job=%s",
			    job_name((enum job)i));
	}
	out->known = e == OK;
	return e;
}

static const struct level levels[] = {
    {"store_used", "%", read_store_used},
    {"keys_age", "%", read_keys_age},
    {"audit_chain", "", read_audit_chain},
    {"upkeep", "", read_upkeep},
};

const struct level *
level_find(const char *name)
{
	for (size_t i = 0; i < sizeof(levels) / sizeof(*levels); i++)
		if (strcmp(levels[i].name, name) == 0)
			return &levels[i];
	return NULL;
}
