/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/service/trusted.h"

#include "base/date.h"
#include "jwt-agent/policy/requirement.h"
#include "jwt-agent/verify/jwk.h"

#include <stdio.h>
#include <string.h>

void
trusted_free(struct trusted *trusted)
{
	if (trusted == NULL)
		return;
	mapping_free(trusted->mapping);
	keyset_clear(&trusted->keys);
	keyfiles_free(trusted->files);
	json_decref(trusted->jwks);
	free(trusted);
}

bool
trusted_is_fetched(const struct trusted *trusted)
{
	return trusted->config->jwks_url != NULL || trusted->config->discovery;
}

const char *
trusted_source(const struct trusted *trusted)
{
	if (trusted->config->jwks_url != NULL)
		return "jwks_url";
	if (trusted->config->discovery)
		return "discovery";
	return trusted->files != NULL ? "keys_file" : "secret_file";
}

/* What verification reads of the keys. */
static void
show_keys(struct trusted *trusted)
{
	trusted->issuer.keys = (const struct key *const *)trusted->keys.keys;
	trusted->issuer.key_count = trusted->keys.count;
}

static void
describe(struct trusted *trusted, const struct issuer_config *config)
{
	struct issuer *issuer = &trusted->issuer;

	issuer->name = config->name;
	issuer->issuer = config->issuer;
	issuer->audience = &config->audience;
	issuer->user_claim = config->user_claim;
	issuer->leeway = config->leeway;
	issuer->future_leeway = ISSUER_FUTURE_LEEWAY;
	issuer->max_lifetime = config->max_lifetime;
	if (config->accept_until == NULL ||
	    !date_read(config->accept_until, &issuer->until))
		issuer->until = 0;
	for (size_t i = 0; i < config->algorithms.count; i++) {
		const struct algorithm *algorithm =
		    algorithm_find(config->algorithms.item[i]);

		if (algorithm != NULL)
			issuer->algorithms |= algorithm_bit(algorithm);
	}
	show_keys(trusted);
}

static enum err
read_mapping(struct trusted *trusted, struct trusted_error *error)
{
	error->key = "username_map";
	return mapping_new(
	    &trusted->mapping, &trusted->config->username_map, &error->problem);
}

static enum err
check_claims(const struct trusted *trusted, struct trusted_error *error)
{
	const struct texts *items = &trusted->config->require_claims;

	for (size_t i = 0; i < items->count; i++) {
		const char *problem = requirement_problem(items->item[i]);

		if (problem == NULL)
			continue;
		error->key = "require_claims";
		snprintf(error->problem.text, sizeof(error->problem.text),
		    "\"%.64s\": %s", items->item[i], problem);
		return ERR_CONFIG;
	}
	return OK;
}

static enum err
read_secret(struct trusted *trusted, struct trusted_error *error)
{
	auto_free(secret) struct secret *secret = NULL;
	struct keyset_problem why = {0};
	enum err e;

	error->key = "secret_file";
	e = keyfile_secret(
	    trusted->config->secret_file, &secret, &error->problem);
	if (e == OK)
		e = keyset_read_secret(
		    secret, trusted->issuer.algorithms, &trusted->keys, &why);
	if (e != ERR_MALFORMED)
		return e;
	snprintf(
	    error->problem.text, sizeof(error->problem.text), "%s", why.why);
	return ERR_CONFIG;
}

static enum err
read_files(struct trusted *trusted, struct trusted_error *error)
{
	enum err e = keyfiles_new(&trusted->files, &trusted->config->keys_file);

	error->key = "keys_file";
	return e == OK
	    ? keyfiles_read(trusted->files, trusted->issuer.algorithms,
		  &trusted->keys, &error->problem)
	    : e;
}

static enum err
read_keys(struct trusted *trusted, struct trusted_error *error)
{
	enum err e = OK;

	if (trusted->config->secret_file != NULL)
		e = read_secret(trusted, error);
	else if (!trusted_is_fetched(trusted))
		e = read_files(trusted, error);
	show_keys(trusted);
	return e;
}

enum err
trusted_new(struct trusted **out, const struct issuer_config *config,
    struct trusted_error *error)
{
	auto_free(trusted) struct trusted *trusted =
	    calloc(1, sizeof(*trusted));
	enum err e;

	if (trusted == NULL)
		return ERR_NO_MEMORY;
	trusted->config = config;
	describe(trusted, config);
	e = read_mapping(trusted, error);
	if (e == OK)
		e = check_claims(trusted, error);
	if (e == OK)
		e = read_keys(trusted, error);
	if (e == OK)
		*out = TAKE(trusted);
	return e;
}

/* How long fetched keys are fresh. */
static int64_t
fresh_seconds(const struct trusted *trusted)
{
	const struct issuer_config *config = trusted->config;
	int64_t seconds =
	    trusted->max_age > 0 ? trusted->max_age : TRUSTED_FRESH_SECONDS;
	int64_t most = config->keys_max_age * TRUSTED_FRESH_PERCENT / 100;

	if (seconds > most)
		seconds = most;
	return seconds > config->keys_min_age ? seconds : config->keys_min_age;
}

/* A clock that was set back makes keys younger, not older. */
enum keys_state
trusted_state(const struct trusted *trusted, int64_t now)
{
	if (issuer_has_ended(&trusted->issuer, now))
		return KEYS_ENDED;
	if (!trusted_is_fetched(trusted))
		return KEYS_OK;
	if (trusted->fetched == 0 ||
	    now - trusted->fetched > trusted->config->keys_max_age)
		return KEYS_UNAVAILABLE;
	return now - trusted->fetched >= fresh_seconds(trusted) ? KEYS_STALE
								: KEYS_OK;
}

static int64_t
later_of(int64_t left, int64_t right)
{
	return left > right ? left : right;
}

int64_t
trusted_next(const struct trusted *trusted)
{
	int64_t retry =
	    trusted->tried == 0 ? 0 : trusted->tried + TRUSTED_RETRY_SECONDS;

	if (trusted->fetched == 0)
		return retry;
	return later_of(retry, trusted->fetched + fresh_seconds(trusted));
}

/* A clock that was set back has made no promise. */
static bool
is_past(int64_t since, int64_t now)
{
	return now < since || now - since >= TRUSTED_RETRY_SECONDS;
}

bool
trusted_may_fetch(const struct trusted *trusted, int64_t now)
{
	return trusted_is_fetched(trusted) &&
	    !issuer_has_ended(&trusted->issuer, now);
}

bool
trusted_is_due(const struct trusted *trusted, int64_t now)
{
	return trusted_may_fetch(trusted, now) &&
	    is_past(trusted->tried, now) &&
	    (now < trusted->fetched || now >= trusted_next(trusted));
}

/* An attempt that is under way has not failed; of one that could not even begin
 * there is nothing but its time. */
static bool
has_failed(const struct trusted *trusted)
{
	return trusted->problem.text[0] != '\0' ||
	    (trusted->tried > trusted->fetched && !trusted->fetching);
}

static bool
is_overdue(const struct trusted *trusted, int64_t now)
{
	return has_failed(trusted) &&
	    now - trusted->fetched >
	    fresh_seconds(trusted) + 2 * TRUSTED_RETRY_SECONDS;
}

int64_t
trusted_age(const struct trusted *trusted, int64_t now)
{
	double age = (double)(now - trusted->fetched);
	int64_t percent;

	if (trusted->fetched == 0)
		return has_failed(trusted) ? 100 : 0;
	if (trusted->config->keys_max_age == 0 || age < 0)
		return 0;
	percent = (int64_t)(age * 100 / (double)trusted->config->keys_max_age);
	return percent > TRUSTED_OLD_PERCENT && !is_overdue(trusted, now)
	    ? TRUSTED_OLD_PERCENT
	    : percent;
}

bool
trusted_may_ask(const struct trusted *trusted, int64_t now)
{
	return trusted_may_fetch(trusted, now) && is_past(trusted->asked, now);
}

bool
trusted_look(struct trusted *trusted, int64_t now)
{
	struct option_error why = {""};
	enum err e;

	if (trusted->files == NULL || !keyfiles_changed(trusted->files))
		return false;
	trusted->tried = now;
	e = keyfiles_read(
	    trusted->files, trusted->issuer.algorithms, &trusted->keys, &why);
	if (e != OK && why.text[0] == '\0')
		snprintf(why.text, sizeof(why.text), "%s", err_text(e));
	trusted->problem = why;
	show_keys(trusted);
	return true;
}

static enum err
take_set(
    struct trusted *trusted, const json_t *jwks, int64_t max_age, int64_t now)
{
	auto_clear(keyset) struct keyset keys = {0};
	auto_json json_t *kept = json_deep_copy(jwks);
	struct keyset_problem why = {0};
	enum err e;

	if (kept == NULL)
		return ERR_NO_MEMORY;
	e = keyset_read_jwks(jwks, trusted->issuer.algorithms, &keys, &why);
	if (e == ERR_MALFORMED)
		snprintf(trusted->problem.text, sizeof(trusted->problem.text),
		    "%s", why.why);
	if (e != OK)
		return e == ERR_MALFORMED ? OK : e;
	jwk_strip_private(kept);
	json_decref(trusted->jwks);
	trusted->jwks = TAKE(kept);
	keyset_clear(&trusted->keys);
	trusted->keys = keys;
	keys = (struct keyset){0};
	show_keys(trusted);
	trusted->fetched = now;
	trusted->max_age = max_age;
	trusted->problem.text[0] = '\0';
	return OK;
}

enum err
trusted_take(struct trusted *trusted, const json_t *jwks, int64_t max_age,
    const char *problem, int64_t now)
{
	trusted->tried = now;
	if (jwks != NULL)
		return take_set(trusted, jwks, max_age, now);
	snprintf(trusted->problem.text, sizeof(trusted->problem.text), "%s",
	    problem != NULL ? problem : "there was no answer");
	return OK;
}

static const char *
place_of(const struct trusted *trusted)
{
	return trusted->config->discovery ? trusted->config->issuer
					  : trusted->config->jwks_url;
}

/* A set that cannot be read any more, after algorithms= was changed, say, is
 * as good as none. */
enum err
trusted_load(struct trusted *trusted, const struct jwks_record *record)
{
	enum err e = OK;

	if (strcmp(record->source, place_of(trusted)) != 0)
		return OK;
	if (record->jwks != NULL)
		e = take_set(
		    trusted, record->jwks, record->max_age, record->fetched);
	trusted->tried = record->tried;
	snprintf(trusted->problem.text, sizeof(trusted->problem.text), "%s",
	    record->problem != NULL ? record->problem : "");
	return e;
}

enum err
trusted_save(const struct trusted *trusted, struct jwks_record *record)
{
	const char *problem = trusted->problem.text;

	record->name = strdup(trusted->config->name);
	record->source = strdup(place_of(trusted));
	record->problem = problem[0] != '\0' ? strdup(problem) : NULL;
	record->jwks = json_incref(trusted->jwks);
	record->fetched = trusted->fetched;
	record->max_age = trusted->max_age;
	record->tried = trusted->tried;
	if (record->name == NULL || record->source == NULL ||
	    (record->problem == NULL && problem[0] != '\0'))
		return ERR_NO_MEMORY;
	return OK;
}
