/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/config/section.h"

#include "jwt-agent/config/section_name.h"
#include "jwt-agent/config/shipped.h"

#include <stdio.h>
#include <string.h>

static struct section
issuer_section(struct issuer_config *issuer)
{
	return (struct section){&config_kinds()[CONFIG_ISSUER], issuer->name,
	    issuer, &issuer->origins};
}

static struct section
service_section(struct service_config *service)
{
	return (struct section){&config_kinds()[CONFIG_SERVICE], service->name,
	    service, &service->origins};
}

static struct section
alert_section(struct alert_config *alert)
{
	return (struct section){
	    &config_kinds()[CONFIG_ALERT], alert->name, alert, &alert->origins};
}

/* The kinds without names come first, and have one section each. */
static struct section
nameless_section(struct config *config, size_t kind)
{
	struct origins *const origins[CONFIG_ISSUER] = {
	    [CONFIG_AGENT] = &config->agent_origins,
	    [CONFIG_TOKEN] = &config->token_origins,
	    [CONFIG_LIMIT] = &config->limit_origins,
	    [CONFIG_DEVICE] = &config->device_origins,
	    [CONFIG_RETENTION] = &config->retention_origins,
	    [CONFIG_UPKEEP] = &config->upkeep_origins,
	};

	return (struct section){
	    &config_kinds()[kind], NULL, config, origins[kind]};
}

static bool
section_at(struct config *config, size_t index, struct section *out)
{
	if (index < CONFIG_ISSUER) {
		*out = nameless_section(config, index);
		return true;
	}
	index -= CONFIG_ISSUER;
	if (index < config->issuer_count) {
		*out = issuer_section(&config->issuers[index]);
		return true;
	}
	index -= config->issuer_count;
	if (index < config->service_count) {
		*out = service_section(&config->services[index]);
		return true;
	}
	index -= config->service_count;
	if (index >= config->alert_count)
		return false;
	*out = alert_section(&config->alerts[index]);
	return true;
}

bool
config_section(
    const struct config *config, size_t index, struct config_section *out)
{
	struct section section;

	/* what comes back is const again */
	if (!section_at((struct config *)config, index, &section))
		return false;
	*out = (struct config_section){
	    section.kind, section.name, section.object, section.origins};
	return true;
}

static bool
is_called(const struct section *section, const char *text)
{
	size_t size = strlen(section->kind->name);

	if (strncmp(text, section->kind->name, size) != 0)
		return false;
	if (section->name == NULL)
		return text[size] == '\0';
	return text[size] == ' ' && strcmp(text + size + 1, section->name) == 0;
}

bool
section_find(const struct config *config, const char *text, struct section *out)
{
	struct section section;

	for (size_t i = 0; section_at((struct config *)config, i, &section);
	     i++)
		if (is_called(&section, text)) {
			*out = section;
			return true;
		}
	return false;
}

static enum err
preset(const struct section *section, struct option_error *error)
{
	return options_preset(section->kind->options, section->kind->count,
	    section->object, error);
}

static enum err
add_issuer(struct config *config, const char *name, struct section *out,
    struct option_error *error)
{
	enum err e = issuer_name_check(name, error);
	struct issuer_config *issuers, *added;

	if (e != OK)
		return e;
	if (config->issuer_count == CONFIG_ISSUERS_MAX)
		return option_refuse(error, "there are more than %d issuers",
		    CONFIG_ISSUERS_MAX);
	issuers = reallocarray(
	    config->issuers, config->issuer_count + 1, sizeof(*issuers));
	if (issuers == NULL)
		return ERR_NO_MEMORY;
	config->issuers = issuers;
	added = &issuers[config->issuer_count++];
	*added = (struct issuer_config){.name = strdup(name)};
	if (added->name == NULL)
		return ERR_NO_MEMORY;
	*out = issuer_section(added);
	return preset(out, error);
}

static enum err
add_service(struct config *config, const char *name, struct section *out,
    struct option_error *error)
{
	enum err e = service_name_check(name, error);
	struct service_config *services, *added;

	if (e != OK)
		return e;
	if (config->service_count == CONFIG_SERVICES_MAX)
		return option_refuse(error, "there are more than %d services",
		    CONFIG_SERVICES_MAX);
	services = reallocarray(
	    config->services, config->service_count + 1, sizeof(*services));
	if (services == NULL)
		return ERR_NO_MEMORY;
	config->services = services;
	added = &services[config->service_count++];
	*added = (struct service_config){.name = strdup(name)};
	if (added->name == NULL)
		return ERR_NO_MEMORY;
	*out = service_section(added);
	return preset(out, error);
}

static enum err
add_alert(struct config *config, const char *name, struct section *out,
    struct option_error *error)
{
	enum err e = alert_name_check(name, error);
	struct alert_config *alerts, *added;

	if (e != OK)
		return e;
	if (config->alert_count == CONFIG_ALERTS_MAX)
		return option_refuse(
		    error, "there are more than %d alerts", CONFIG_ALERTS_MAX);
	alerts = reallocarray(
	    config->alerts, config->alert_count + 1, sizeof(*alerts));
	if (alerts == NULL)
		return ERR_NO_MEMORY;
	config->alerts = alerts;
	added = &alerts[config->alert_count++];
	*added = (struct alert_config){.name = strdup(name)};
	if (added->name == NULL)
		return ERR_NO_MEMORY;
	*out = alert_section(added);
	return preset(out, error);
}

/* What stands behind the kind and one blank, or NULL when it is not of this
 * kind at all. */
static const char *
name_behind(const char *text, const char *kind)
{
	size_t size = strlen(kind);

	if (strncmp(text, kind, size) != 0 ||
	    (text[size] != ' ' && text[size] != '\0'))
		return NULL;
	return text[size] == ' ' ? text + size + 1 : "";
}

enum err
section_open(struct config *config, const char *text, struct section *out,
    struct option_error *error)
{
	const char *issuer = name_behind(text, "issuer");
	const char *service = name_behind(text, "service");
	const char *alert = name_behind(text, "alert");

	if (section_find(config, text, out))
		return OK;
	if (issuer != NULL)
		return add_issuer(config, issuer, out, error);
	if (service != NULL)
		return add_service(config, service, out, error);
	if (alert != NULL)
		return add_alert(config, alert, out, error);
	return option_refuse(error, "unknown section");
}

static enum err
set_shipped(const struct section *section, const struct shipped_key *keys,
    struct option_error *error)
{
	const struct config_kind *kind = section->kind;
	enum err e = OK;

	for (; keys->name != NULL && e == OK; keys++) {
		const struct option *option = options_find(
		    kind->options, kind->count, kind->name, keys->name);

		option_clear(option, section->object);
		e = option_set(option, section->object, keys->value, error);
	}
	return e;
}

static enum err
add_shipped(struct config *config, struct option_error *error)
{
	struct section section;
	enum err e = OK;

	for (size_t i = 0; shipped_alert(i) != NULL && e == OK; i++) {
		const struct shipped_alert *alert = shipped_alert(i);

		e = add_alert(config, alert->name, &section, error);
		if (e == OK)
			e = set_shipped(&section, alert->keys, error);
	}
	return e;
}

enum err
sections_preset(struct config *config, struct option_error *error)
{
	struct section section;
	enum err e = add_service(config, CONFIG_ANY_SERVICE, &section, error);

	for (size_t i = 0; e == OK && i < CONFIG_ISSUER; i++) {
		section_at(config, i, &section);
		e = preset(&section, error);
	}
	return e == OK ? add_shipped(config, error) : e;
}

static enum err
inherit_service(const struct service_config *any, struct service_config *to)
{
	const struct config_kind *kind = &config_kinds()[CONFIG_SERVICE];
	bool set[CONFIG_KEYS_MAX];

	for (size_t i = 0; i < CONFIG_KEYS_MAX; i++)
		set[i] = origin_is_set(&to->origins.key[i]);
	return options_inherit(kind->options, kind->count, to, any, set);
}

static enum err
complete_issuer(const struct config *config, struct issuer_config *issuer)
{
	bool fetched = issuer->jwks_url != NULL || issuer->discovery;

	/* what is set all the same is refused by a check */
	if (!fetched) {
		issuer->keys_min_age = 0;
		issuer->keys_max_age = 0;
	}
	if (issuer->audience.count > 0)
		return OK;
	return texts_add(
	    &issuer->audience, config->audience, strlen(config->audience));
}

/* What is measured is so at once. */
static void
complete_alert(struct alert_config *alert)
{
	if (strcmp(alert->kind, "level") != 0)
		return;
	alert->window = 0;
	alert->minimum = 0;
}

enum err
sections_inherit(struct config *config)
{
	enum err e = OK;

	for (size_t i = 1; i < config->service_count && e == OK; i++)
		e = inherit_service(&config->services[0], &config->services[i]);
	for (size_t i = 0; i < config->issuer_count && e == OK; i++)
		e = complete_issuer(config, &config->issuers[i]);
	for (size_t i = 0; i < config->alert_count; i++)
		complete_alert(&config->alerts[i]);
	return e;
}

static void
section_clear(struct section *section)
{
	options_clear(
	    section->kind->options, section->kind->count, section->object);
	origins_clear(section->origins);
}

void
sections_clear(struct config *config)
{
	struct section section;

	for (size_t i = 0; section_at(config, i, &section); i++)
		section_clear(&section);
	for (size_t i = 0; i < config->issuer_count; i++)
		free(config->issuers[i].name);
	for (size_t i = 0; i < config->service_count; i++)
		free(config->services[i].name);
	for (size_t i = 0; i < config->alert_count; i++)
		free(config->alerts[i].name);
	free(config->issuers);
	free(config->services);
	free(config->alerts);
	texts_clear(&config->files);
}
