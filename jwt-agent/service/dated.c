/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/service/dated.h"

#include "base/date.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_VERSION 1

static struct dated
dated_issuer(const struct issuer_config *issuer)
{
	struct dated dated = {.kind = DATED_ISSUER};

	snprintf(dated.name, sizeof(dated.name), "%s", issuer->name);
	if (!date_read(issuer->accept_until, &dated.over))
		dated.over = 0;
	return dated;
}

/* "NAME DATE", behind a prefix. The configuration has checked the form. */
static struct dated
dated_item(const char *kind, const char *prefix, const char *item)
{
	struct dated dated = {.kind = kind};
	size_t size = 0;

	if (date_read_item(item, &size, &dated.over))
		snprintf(dated.name, sizeof(dated.name), "%s%s%.*s", prefix,
		    prefix[0] != '\0' ? " " : "", (int)size, item);
	return dated;
}

static bool
dated_of_issuer(
    const struct issuer_config *issuer, size_t *index, struct dated *out)
{
	const struct texts *algorithms = &issuer->algorithms_until;

	if (issuer->accept_until != NULL && (*index)-- == 0) {
		*out = dated_issuer(issuer);
		return true;
	}
	if (*index < algorithms->count) {
		*out = dated_item(
		    DATED_ALGORITHM, issuer->name, algorithms->item[*index]);
		return true;
	}
	*index -= algorithms->count;
	return false;
}

bool
dated_at(const struct config *config, size_t index, struct dated *out)
{
	const struct texts *versions = &config->claim_versions_until;

	for (size_t i = 0; i < config->issuer_count; i++)
		if (dated_of_issuer(&config->issuers[i], &index, out))
			return true;
	if (index >= versions->count)
		return false;
	*out = dated_item(DATED_CLAIMS, "", versions->item[index]);
	return true;
}

int64_t
dated_version(const struct verified *token)
{
	int64_t version;

	if (claims_num(token->claims, "ver", &version) != OK || version < 1)
		return FIRST_VERSION;
	return version;
}

/* What the token is by this kind, as dated_at() names it. */
static void
name_of(const struct verified *token, const char *kind, char *name, size_t size)
{
	name[0] = '\0';
	if (strcmp(kind, DATED_CLAIMS) == 0 && token->issuer->local)
		snprintf(name, size, "%" PRId64, dated_version(token));
	else if (strcmp(kind, DATED_ALGORITHM) == 0 && !token->issuer->local)
		snprintf(name, size, "%s %s", token->issuer->name,
		    token->algorithm->name);
	else if (strcmp(kind, DATED_ISSUER) == 0 && !token->issuer->local)
		snprintf(name, size, "%s", token->issuer->name);
}

static bool
is_meant(const struct dated *dated, const struct verified *token)
{
	char name[COUNTER_LABEL_MAX + 1];

	name_of(token, dated->kind, name, sizeof(name));
	return name[0] != '\0' && strcmp(name, dated->name) == 0;
}

static const struct ending {
	const char *kind;
	struct trail_rule rule;
	enum err refusal;
} endings[] = {
    {DATED_ALGORITHM, {"issuer", "algorithms_until"}, ERR_ALGORITHM_ENDED},
    {DATED_CLAIMS, {"token", "claim_versions_until"}, ERR_CLAIMS_ENDED},
};

/* NULL of an issuer: whether it has ended the verification has said, before it
 * looked at the token's claims. */
static const struct ending *
ending_of(const struct dated *dated)
{
	for (size_t i = 0; i < sizeof(endings) / sizeof(*endings); i++)
		if (strcmp(endings[i].kind, dated->kind) == 0)
			return &endings[i];
	return NULL;
}

static enum err
check_one(
    const struct call *call, const struct dated *dated, struct trail *trail)
{
	const struct ending *ending = ending_of(dated);
	enum err e;

	if (ending == NULL)
		return OK;
	trail_open(trail, "until");
	trail_rule(trail, ending->rule.section, ending->rule.key);
	e = trail_until(trail, dated->kind, dated->name, dated->over, call->now)
	    ? OK
	    : ending->refusal;
	trail_close(trail, e);
	return e;
}

enum err
dated_check(struct call *call, struct verdict *verdict)
{
	struct dated dated;
	enum err e = OK;

	for (size_t i = 0;
	     e == OK && dated_at(call->service->config, i, &dated); i++)
		if (is_meant(&dated, &verdict->token))
			e = check_one(call, &dated, &verdict->trail);
	return e;
}

enum err
dated_count(struct call *call, const char *user, const struct verdict *verdict)
{
	struct dated dated;
	enum err e = OK;

	if (verdict->token.claims == NULL)
		return OK; /* a login code */
	for (size_t i = 0;
	     e == OK && dated_at(call->service->config, i, &dated); i++) {
		const char *const labels[COUNTER_LABELS_MAX + 1] = {
		    dated.kind, dated.name};

		if (is_meant(&dated, &verdict->token))
			e = counter_add_by(
			    call->txn, DATED_COUNTER, labels, user, call->now);
	}
	return e;
}

bool
dated_version_ended(const struct call *call, int64_t version)
{
	const struct texts *versions =
	    &call->service->config->claim_versions_until;

	for (size_t i = 0; i < versions->count; i++) {
		struct dated dated =
		    dated_item(DATED_CLAIMS, "", versions->item[i]);

		if (strtoll(dated.name, NULL, 10) == version &&
		    call->now >= dated.over)
			return true;
	}
	return false;
}
