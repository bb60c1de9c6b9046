/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/config/section.h"

#include "jwt-agent/config/section_name.h"
#include "jwt-agent/config/shipped.h"

#include <stdint.h>
#include <string.h>

/* The kinds that have any number of sections, each with a name. */
struct named {
	size_t list, count; /* where struct config has them */
	size_t size;	    /* of one */
	size_t name, origins;
	enum err (*check)(const char *name, struct option_error *error);
	size_t max;
	const char *plural;
};

#define NAMED(type, list, count, check, max)                                   \
	{                                                                      \
		offsetof(struct config, list), offsetof(struct config, count), \
		    sizeof(struct type), offsetof(struct type, name),          \
		    offsetof(struct type, origins), check, max, #list          \
	}

static const struct named named_kinds[CONFIG_KINDS] = {
    [CONFIG_ISSUER] = NAMED(issuer_config, issuers, issuer_count,
	issuer_name_check, CONFIG_ISSUERS_MAX),
    [CONFIG_SERVICE] = NAMED(service_config, services, service_count,
	service_name_check, CONFIG_SERVICES_MAX),
    [CONFIG_ALERT] = NAMED(
	alert_config, alerts, alert_count, alert_name_check, CONFIG_ALERTS_MAX),
    [CONFIG_FLAG] =
	NAMED(flag_config, flags, flag_count, flag_name_check, FLAG_COUNT),
    [CONFIG_CLAIM] = NAMED(
	claim_config, claims, claim_count, claim_name_check, CONFIG_CLAIMS_MAX),
};

/* Lists of several types are handled alike, so a pointer is copied as
 * bytes. */
static char *
list_of(const struct config *config, const struct named *kind)
{
	char *list;

	memcpy(&list, (const char *)config + kind->list, sizeof(list));
	return list;
}

static size_t *
count_of(const struct config *config, const struct named *kind)
{
	return (size_t *)(void *)((char *)(uintptr_t)config + kind->count);
}

static char **
name_of(const struct named *kind, void *object)
{
	return (char **)(void *)((char *)object + kind->name);
}

static struct section
named_section(const struct config *config, size_t kind, size_t index)
{
	const struct named *named = &named_kinds[kind];
	char *object = list_of(config, named) + index * named->size;

	return (struct section){&config_kinds()[kind], *name_of(named, object),
	    object, (struct origins *)(void *)(object + named->origins)};
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
	for (size_t kind = CONFIG_ISSUER; kind < CONFIG_KINDS; kind++) {
		size_t count = *count_of(config, &named_kinds[kind]);

		if (index < count) {
			*out = named_section(config, kind, index);
			return true;
		}
		index -= count;
	}
	return false;
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

/* Room for one more, all zero. */
static enum err
grow_list(struct config *config, const struct named *kind, void **out)
{
	size_t *count = count_of(config, kind);
	char *list =
	    reallocarray(list_of(config, kind), *count + 1, kind->size);

	if (list == NULL)
		return ERR_NO_MEMORY;
	memcpy((char *)config + kind->list, &list, sizeof(list));
	*out = memset(list + *count * kind->size, 0, kind->size);
	*count += 1;
	return OK;
}

static enum err
add_named(struct config *config, size_t kind, const char *name,
    struct section *out, struct option_error *error)
{
	const struct named *named = &named_kinds[kind];
	size_t count = *count_of(config, named);
	void *added = NULL;
	enum err e = named->check(name, error);

	if (e != OK)
		return e;
	if (count == named->max)
		return option_refuse(error, "there are more than %zu %s",
		    named->max, named->plural);
	e = grow_list(config, named, &added);
	if (e == OK)
		e = text_copy(name_of(named, added), name);
	if (e != OK)
		return e;
	*out = named_section(config, kind, count);
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
	if (section_find(config, text, out))
		return OK;
	for (size_t kind = CONFIG_ISSUER; kind < CONFIG_KINDS; kind++) {
		const char *name = name_behind(text, config_kinds()[kind].name);

		if (name != NULL)
			return add_named(config, kind, name, out, error);
	}
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

		e = add_named(
		    config, CONFIG_ALERT, alert->name, &section, error);
		if (e == OK)
			e = set_shipped(&section, alert->keys, error);
	}
	return e;
}

enum err
sections_preset(struct config *config, struct option_error *error)
{
	struct section section;
	enum err e = add_named(
	    config, CONFIG_SERVICE, CONFIG_ANY_SERVICE, &section, error);

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

static void
clear_list(struct config *config, const struct named *kind)
{
	char *list = list_of(config, kind);

	for (size_t i = 0; i < *count_of(config, kind); i++)
		free(*name_of(kind, list + i * kind->size));
	free(list);
}

void
sections_clear(struct config *config)
{
	struct section section;

	for (size_t i = 0; section_at(config, i, &section); i++)
		section_clear(&section);
	for (size_t kind = CONFIG_ISSUER; kind < CONFIG_KINDS; kind++)
		clear_list(config, &named_kinds[kind]);
	texts_clear(&config->files);
}
