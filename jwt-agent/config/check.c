/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/config/check.h"

#include "base/fields.h"
#include "base/url.h"
#include "jwt-agent/config/selector.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#define SECTION_SIZE 80
#define SYMMETRIC_PREFIX "HS"

/* One section under check. */
struct subject {
	const struct config *config;
	struct config_error *error;
	char section[SECTION_SIZE];
	const struct origins *origins;
	const struct config_kind *kind;
};

#define REFUSE(subject, key, ...)                                              \
	config_refuse((subject)->config, (subject)->section, key,              \
	    (subject)->error, __VA_ARGS__)

static struct subject
subject_of(const struct config *config, unsigned kind, const char *name,
    const struct origins *origins, struct config_error *error)
{
	struct subject subject = {
	    .config = config,
	    .error = error,
	    .origins = origins,
	    .kind = &config_kinds()[kind],
	};

	snprintf(subject.section, sizeof(subject.section), "%s %s",
	    subject.kind->name, name);
	return subject;
}

/* In this section itself. */
static bool
is_set(const struct subject *subject, const char *key)
{
	const struct config_kind *kind = subject->kind;
	const struct option *option =
	    options_find(kind->options, kind->count, kind->name, key);

	return option != NULL &&
	    origin_is_set(&subject->origins->key[option - kind->options]);
}

static enum err
check_iss(const struct subject *subject, const struct issuer_config *issuer)
{
	const struct config *config = subject->config;

	if (issuer->issuer == NULL)
		return REFUSE(
		    subject, "issuer", "[%s] needs issuer=", subject->section);
	if (strcmp(issuer->issuer, config->issuer) == 0)
		return REFUSE(subject, "issuer",
		    "issuer= is that of the agent itself, see [token]");
	for (const struct issuer_config *other = config->issuers;
	     other != issuer; other++)
		if (strcmp(other->issuer, issuer->issuer) == 0)
			return REFUSE(subject, "issuer",
			    "issuer= is also that of [issuer %s]", other->name);
	return OK;
}

static enum err
check_source(const struct subject *subject, const struct issuer_config *issuer)
{
	const struct {
		bool given;
		const char *key;
		const char *setting;
	} sources[] = {
	    {issuer->keys_file.count > 0, "keys_file", "keys_file="},
	    {issuer->jwks_url != NULL, "jwks_url", "jwks_url="},
	    {issuer->discovery, "discovery", "discovery=yes"},
	    {issuer->secret_file != NULL, "secret_file", "secret_file="},
	};
	const char *found = NULL;

	for (size_t i = 0; i < sizeof(sources) / sizeof(*sources); i++) {
		if (!sources[i].given)
			continue;
		if (found != NULL)
			return REFUSE(subject, sources[i].key,
			    "%s and %s exclude each other", found,
			    sources[i].setting);
		found = sources[i].setting;
	}
	if (found != NULL)
		return OK;
	return REFUSE(subject, "",
	    "[%s] needs one of keys_file=, jwks_url=, discovery=yes and "
	    "secret_file=",
	    subject->section);
}

static bool
is_fetched(const struct issuer_config *issuer)
{
	return issuer->jwks_url != NULL || issuer->discovery;
}

static enum err
check_fetching(
    const struct subject *subject, const struct issuer_config *issuer)
{
	static const char *const keys[] = {
	    "ca_file", "keys_min_age", "keys_max_age"};

	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		if (is_set(subject, keys[i]) && !is_fetched(issuer))
			return REFUSE(subject, keys[i],
			    "%s= goes with jwks_url= or discovery=yes",
			    keys[i]);
	if (issuer->keys_min_age <= issuer->keys_max_age)
		return OK;
	return REFUSE(subject,
	    is_set(subject, "keys_min_age") ? "keys_min_age" : "keys_max_age",
	    "keys_min_age= is longer than keys_max_age=");
}

static enum err
check_discovery(
    const struct subject *subject, const struct issuer_config *issuer)
{
	const char *problem = NULL;

	if (!issuer->discovery)
		return OK;
	if (!url_is_allowed(issuer->issuer, &problem))
		return REFUSE(subject, "issuer",
		    "discovery=yes needs an address in issuer=: the URL %s",
		    problem);
	/* OpenID Connect Discovery 1.0, section 3 */
	if (strchr(issuer->issuer, '?') != NULL)
		return REFUSE(subject, "issuer",
		    "discovery=yes needs an address without \"?\" in issuer=");
	return OK;
}

static bool
is_symmetric(const char *algorithm)
{
	return strncmp(algorithm, SYMMETRIC_PREFIX, strlen(SYMMETRIC_PREFIX)) ==
	    0;
}

static enum err
check_algorithms(
    const struct subject *subject, const struct issuer_config *issuer)
{
	const struct texts *algorithms = &issuer->algorithms;
	bool secret = issuer->secret_file != NULL;

	if (secret && !is_set(subject, "algorithms"))
		return REFUSE(subject, "secret_file",
		    "secret_file= needs algorithms= to name HS256, HS384 or "
		    "HS512");
	for (size_t i = 0; i < algorithms->count; i++)
		if (is_symmetric(algorithms->item[i]) != secret)
			return config_refuse_item(subject->config,
			    subject->section, "algorithms", i, subject->error,
			    secret ? "%s does not go with secret_file="
				   : "%s needs secret_file=",
			    algorithms->item[i]);
	return OK;
}

/* One of a list "NAME DATE", whose form is checked when it is read. */
static enum err
check_ending_algorithm(const struct subject *subject,
    const struct issuer_config *issuer, size_t item)
{
	const char *text = issuer->algorithms_until.item[item];
	size_t size = strcspn(text, " \t");

	for (size_t i = 0; i < issuer->algorithms.count; i++)
		if (strlen(issuer->algorithms.item[i]) == size &&
		    strncmp(issuer->algorithms.item[i], text, size) == 0)
			return OK;
	return config_refuse_item(subject->config, subject->section,
	    "algorithms_until", item, subject->error,
	    "%.*s is not in algorithms=", (int)size, text);
}

static enum err
check_endings(const struct subject *subject, const struct issuer_config *issuer)
{
	enum err e = OK;

	for (size_t i = 0; i < issuer->algorithms_until.count && e == OK; i++)
		e = check_ending_algorithm(subject, issuer, i);
	return e;
}

static enum err
check_issuer(const struct config *config, const struct issuer_config *issuer,
    struct config_error *error)
{
	static enum err (*const checks[])(const struct subject *,
	    const struct issuer_config *) = {check_iss, check_source,
	    check_fetching, check_discovery, check_algorithms, check_endings};
	struct subject subject = subject_of(
	    config, CONFIG_ISSUER, issuer->name, &issuer->origins, error);
	enum err e = OK;

	for (size_t i = 0; i < sizeof(checks) / sizeof(*checks) && e == OK; i++)
		e = checks[i](&subject, issuer);
	return e;
}

static bool
is_issuer(const struct config *config, const char *name)
{
	if (strcmp(name, CONFIG_LOCAL_ISSUER) == 0)
		return true;
	for (size_t i = 0; i < config->issuer_count; i++)
		if (strcmp(config->issuers[i].name, name) == 0)
			return true;
	return false;
}

static enum err
check_issuers(
    const struct subject *subject, const struct service_config *service)
{
	for (size_t i = 0; i < service->issuers.count; i++)
		if (!is_issuer(subject->config, service->issuers.item[i]))
			return config_refuse_item(subject->config,
			    subject->section, "issuers", i, subject->error,
			    "issuers=: there is no [issuer %s]",
			    service->issuers.item[i]);
	return OK;
}

static enum err
check_root(const struct subject *subject, const struct service_config *service)
{
	if (service->allow_root)
		return OK;
	if (service->min_uid == 0)
		return REFUSE(subject, "min_uid",
		    "min_uid=0 lets root in only with allow_root=yes; for "
		    "everybody else write 1");
	for (size_t i = 0; i < service->users.count; i++)
		if (strcmp(service->users.item[i], "root") == 0)
			return config_refuse_item(subject->config,
			    subject->section, "users", i, subject->error,
			    "users= names root, who needs allow_root=yes");
	return OK;
}

static enum err
check_service(const struct config *config, const struct service_config *service,
    struct config_error *error)
{
	struct subject subject = subject_of(
	    config, CONFIG_SERVICE, service->name, &service->origins, error);
	enum err e = check_issuers(&subject, service);

	return e == OK ? check_root(&subject, service) : e;
}

/* What can be a value of a claim: a text, a whole number, true or false. */
static enum err
check_default(const struct subject *subject, const struct claim_config *claim)
{
	auto_json json_t *value = NULL;

	if (claim->value == NULL && claim->from == NULL)
		return REFUSE(subject, "",
		    "[%s] needs default= or from=", subject->section);
	if (claim->value == NULL)
		return OK;
	value = json_loads(claim->value, JSON_DECODE_ANY, NULL);
	if (value == NULL || json_is_string(value) || json_is_integer(value) ||
	    json_is_boolean(value))
		return OK;
	return REFUSE(subject, "default",
	    "default= takes a text, a whole number, true or false");
}

static enum err
check_claim(const struct config *config, const struct claim_config *claim,
    struct config_error *error)
{
	struct subject subject = subject_of(
	    config, CONFIG_CLAIM, claim->name, &claim->origins, error);

	for (size_t i = 0; i < claim->issuers.count; i++)
		if (!is_issuer(config, claim->issuers.item[i]))
			return config_refuse_item(config, subject.section,
			    "issuers", i, error,
			    "issuers=: there is no [issuer %s]",
			    claim->issuers.item[i]);
	return check_default(&subject, claim);
}

/* To end what new tokens are would lock everybody out. */
static enum err
check_versions(const struct config *config, struct config_error *error)
{
	const struct texts *list = &config->claim_versions_until;

	for (size_t i = 0; i < list->count; i++)
		if (strtoll(list->item[i], NULL, 10) >= config->claim_version)
			return config_refuse_item(config, "token",
			    "claim_versions_until", i, error,
			    "new tokens have version %" PRId64
			    " (claim_version=): only an older one can end",
			    config->claim_version);
	return OK;
}

static enum err
check_of(const struct subject *subject, const struct alert_config *alert)
{
	bool level = strcmp(alert->kind, "level") == 0;

	if (alert->of.count == 0)
		return REFUSE(
		    subject, "of", "[%s] needs of=", subject->section);
	if (level && alert->of.count > 1)
		return config_refuse_item(subject->config, subject->section,
		    "of", 1, subject->error, "a level is of one thing");
	return OK;
}

static enum err
check_ratio(const struct subject *subject, const struct alert_config *alert)
{
	bool ratio = strcmp(alert->kind, "ratio") == 0;

	if (ratio && alert->to.count == 0)
		return REFUSE(subject, "kind", "kind=ratio needs to=");
	if (!ratio && alert->to.count > 0)
		return REFUSE(subject, "to", "to= goes with kind=ratio");
	if (ratio && alert->threshold >= 100)
		return REFUSE(subject, "threshold",
		    "threshold= of a ratio is less than 100 percent");
	return OK;
}

static enum err
check_level(const struct subject *subject, const struct alert_config *alert)
{
	static const char *const keys[] = {"window", "minimum"};

	if (strcmp(alert->kind, "level") != 0)
		return OK;
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		if (is_set(subject, keys[i]))
			return REFUSE(subject, keys[i],
			    "%s= does not go with kind=level", keys[i]);
	return OK;
}

/* What is mistyped would never fire. */
static enum err
check_events(
    const struct subject *subject, const char *key, const struct texts *list)
{
	struct option_error problem;

	for (size_t i = 0; i < list->count; i++)
		if (selector_check(list->item[i], &problem) != OK)
			return config_refuse_item(subject->config,
			    subject->section, key, i, subject->error, "%s=: %s",
			    key, problem.text);
	return OK;
}

static enum err
check_alert(const struct config *config, const struct alert_config *alert,
    struct config_error *error)
{
	struct subject subject = subject_of(
	    config, CONFIG_ALERT, alert->name, &alert->origins, error);
	enum err e = check_of(&subject, alert);

	if (e == OK)
		e = check_ratio(&subject, alert);
	if (e == OK)
		e = check_level(&subject, alert);
	if (e != OK || strcmp(alert->kind, "level") == 0)
		return e;
	e = check_events(&subject, "of", &alert->of);
	return e == OK ? check_events(&subject, "to", &alert->to) : e;
}

static enum err
check_flag(const struct config *config, const struct flag_config *flag,
    struct config_error *error)
{
	struct subject subject =
	    subject_of(config, CONFIG_FLAG, flag->name, &flag->origins, error);
	char where[CONFIG_WHERE_SIZE];
	int64_t percent;

	config_where(config, "device", "require_key", where);
	if (flag->preset == NULL)
		return REFUSE(
		    &subject, "", "[%s] needs default=", subject.section);
	if (!flag_state_read(flag->preset, &percent))
		return REFUSE(&subject, "default",
		    "default= takes on, off or a percentage such as 25%%");
	if (strcmp(flag->name, flag_name(FLAG_DEVICE_KEY_REQUIRED)) == 0 &&
	    strcmp(where, "default") != 0)
		return REFUSE(&subject, "default",
		    "default= and require_key= of [device] say the same: set "
		    "one of them");
	return OK;
}

static enum err
check_socket_path(const struct config *config, struct config_error *error)
{
	struct sockaddr_un address;

	if (strlen(config->socket) < sizeof(address.sun_path))
		return OK;
	return config_refuse(config, "agent", "socket", error,
	    "socket= takes a path of at most %zu bytes",
	    sizeof(address.sun_path) - 1);
}

/* It is run without a shell and without a PATH. */
static enum err
check_key_command(const struct config *config, struct config_error *error)
{
	if (config->master_key_command == NULL ||
	    config->master_key_command[0] == '/')
		return OK;
	return config_refuse(config, "agent", "master_key_command", error,
	    "master_key_command= begins with the absolute path of a program");
}

enum err
config_check(const struct config *config, struct config_error *error)
{
	enum err e = check_socket_path(config, error);

	if (e == OK)
		e = check_key_command(config, error);

	if (e == OK)
		e = check_versions(config, error);
	for (size_t i = 0; i < config->claim_count && e == OK; i++)
		e = check_claim(config, &config->claims[i], error);
	for (size_t i = 0; i < config->issuer_count && e == OK; i++)
		e = check_issuer(config, &config->issuers[i], error);
	for (size_t i = 0; i < config->service_count && e == OK; i++)
		e = check_service(config, &config->services[i], error);
	for (size_t i = 0; i < config->alert_count && e == OK; i++)
		e = check_alert(config, &config->alerts[i], error);
	for (size_t i = 0; i < config->flag_count && e == OK; i++)
		e = check_flag(config, &config->flags[i], error);
	return e;
}
