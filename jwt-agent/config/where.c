/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/config/section.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define WHERE_FILE_MAX 200

static const struct origin *
key_origin(const struct section *section, const char *key)
{
	const struct config_kind *kind = section->kind;
	const struct option *option =
	    options_find(kind->options, kind->count, kind->name, key);

	return option == NULL ? NULL
			      : &section->origins->key[option - kind->options];
}

/* The section whose setting holds where this one sets nothing itself. */
static const char *
section_above(const char *section, const char *key)
{
	if (strncmp(section, "service ", strlen("service ")) == 0)
		return "service " CONFIG_ANY_SERVICE;
	if (strncmp(section, "issuer ", strlen("issuer ")) == 0 &&
	    strcmp(key, "audience") == 0)
		return "token";
	return NULL;
}

/* Of the value in effect; NULL: default. */
static const struct origin *
find_origin(const struct config *config, const char *text, const char *key)
{
	const char *above = section_above(text, key);
	const struct origin *origin = NULL;
	struct section section;

	if (section_find(config, text, &section))
		origin = key_origin(&section, key);
	if (origin != NULL && origin_is_set(origin))
		return origin;
	if (above == NULL || !section_find(config, above, &section))
		return NULL;
	origin = key_origin(&section, key);
	return origin != NULL && origin_is_set(origin) ? origin : NULL;
}

static unsigned
item_line(const struct origin *origin, size_t item)
{
	return item < origin->item_count ? origin->items[item] : origin->line;
}

void
config_where_item(const struct config *config, const char *section,
    const char *key, size_t item, char text[CONFIG_WHERE_SIZE])
{
	const struct origin *origin = find_origin(config, section, key);

	if (origin == NULL)
		snprintf(text, CONFIG_WHERE_SIZE, "default");
	else
		snprintf(text, CONFIG_WHERE_SIZE, "%.*s:%u", WHERE_FILE_MAX,
		    origin->file, item_line(origin, item));
}

void
config_where(const struct config *config, const char *section, const char *key,
    char text[CONFIG_WHERE_SIZE])
{
	config_where_item(config, section, key, 0, text);
}

/* As config_where(), and where nothing was set the header or the file. */
static void
where_to_look(const struct config *config, const char *text, const char *key,
    size_t item, char where[CONFIG_WHERE_SIZE])
{
	struct section section;

	if (find_origin(config, text, key) != NULL)
		config_where_item(config, text, key, item, where);
	else if (section_find(config, text, &section) &&
	    origin_is_set(&section.origins->header))
		snprintf(where, CONFIG_WHERE_SIZE, "%.*s:%u", WHERE_FILE_MAX,
		    section.origins->header.file, section.origins->header.line);
	else
		snprintf(where, CONFIG_WHERE_SIZE, "%.*s", WHERE_FILE_MAX,
		    config->files.item[0]);
}

__attribute__((format(printf, 3, 0))) static enum err
refuse_at(struct config_error *error, const char *where, const char *format,
    va_list arguments)
{
	size_t size =
	    (size_t)snprintf(error->text, sizeof(error->text), "%s: ", where);

	vsnprintf(
	    error->text + size, sizeof(error->text) - size, format, arguments);
	return ERR_CONFIG;
}

enum err
config_refuse(const struct config *config, const char *section, const char *key,
    struct config_error *error, const char *format, ...)
{
	char where[CONFIG_WHERE_SIZE];
	va_list arguments;
	enum err e;

	where_to_look(config, section, key, 0, where);
	va_start(arguments, format);
	e = refuse_at(error, where, format, arguments);
	va_end(arguments);
	return e;
}

enum err
config_refuse_item(const struct config *config, const char *section,
    const char *key, size_t item, struct config_error *error,
    const char *format, ...)
{
	char where[CONFIG_WHERE_SIZE];
	va_list arguments;
	enum err e;

	where_to_look(config, section, key, item, where);
	va_start(arguments, format);
	e = refuse_at(error, where, format, arguments);
	va_end(arguments);
	return e;
}

const struct service_config *
config_service(const struct config *config, const char *service)
{
	for (size_t i = 1; i < config->service_count; i++)
		if (strcmp(config->services[i].name, service) == 0)
			return &config->services[i];
	return &config->services[0];
}
