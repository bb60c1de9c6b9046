/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/config/source.h"

#include "jwt-agent/config/inifile.h"
#include "jwt-agent/config/item.h"
#include "jwt-agent/config/section.h"

#include <stdio.h>
#include <string.h>

struct source {
	struct config *config;
	const char *path;
	struct section section; /* the one that is open */
};

/* One key that is being set. */
struct setting {
	const struct option *option;
	struct origin *origin;
	void *object;
	const char *value;
	unsigned line;
};

static enum err
open_section(
    void *context, const char *text, unsigned line, struct option_error *error)
{
	struct source *source = context;
	struct section *section = &source->section;
	enum err e = section_open(source->config, text, section, error);

	if (e == OK && !origin_is_set(&section->origins->header))
		section->origins->header =
		    (struct origin){.file = source->path, .line = line};
	return e;
}

/* What no value may hold, or NULL. */
static const char *
value_problem(const char *value)
{
	for (const char *at = value; *at != '\0'; at++)
		if (*at < ' ' || *at > '~')
			return "a value takes printable ASCII characters only";
	if (strstr(value, " #") != NULL || strstr(value, "\t#") != NULL)
		return "a comment behind a value begins with ;";
	return NULL;
}

static bool
is_list(const struct option *option)
{
	return option->type == OPTION_LIST || option->type == OPTION_LINES;
}

static enum err
refuse_item(const char *key, const char *item, struct option_error *error)
{
	const char *problem = item_problem(key, item);

	if (problem == NULL)
		return OK;
	return option_refuse(error, "%s=: \"%.80s\" %s", key, item, problem);
}

static enum err
set_one(const struct setting *setting, struct option_error *error)
{
	const struct option *option = setting->option;
	enum err e = option_set(option, setting->object, setting->value, error);

	return e == OK ? refuse_item(option->name, setting->value, error) : e;
}

static enum err
add_items(const struct setting *setting, struct option_error *error)
{
	const struct option *option = setting->option;
	const struct texts *list =
	    (void *)((char *)setting->object + option->offset);
	size_t before = list->count;
	enum err e = option_set(option, setting->object, setting->value, error);

	for (size_t i = before; i < list->count && e == OK; i++)
		e = refuse_item(option->name, list->item[i], error);
	if (e != OK)
		return e;
	return origin_add_items(setting->origin, list->count, setting->line);
}

static enum err
apply(const struct source *source, const struct setting *setting,
    struct option_error *error)
{
	const struct option *option = setting->option;
	/* the same path twice is the same pointer */
	bool again = setting->origin->file == source->path;

	if (again && !is_list(option))
		return option_refuse(
		    error, "the key is set twice in this file");
	if (!again) {
		option_clear(option, setting->object);
		origin_clear(setting->origin);
		*setting->origin = (struct origin){
		    .file = source->path, .line = setting->line};
	}
	return is_list(option) ? add_items(setting, error)
			       : set_one(setting, error);
}

static enum err
set_key(void *context, const char *name, const char *value, unsigned line,
    struct option_error *error)
{
	const struct source *source = context;
	const struct section *section = &source->section;
	const struct config_kind *kind = section->kind;
	const char *problem = value_problem(value);
	struct setting setting = {
	    .object = section->object, .value = value, .line = line};

	if (problem != NULL)
		return option_refuse(error, "%s", problem);
	setting.option =
	    options_find(kind->options, kind->count, kind->name, name);
	if (setting.option == NULL)
		return option_refuse(error,
		    "unknown key \"%.60s\" in section [%s%s%s]", name,
		    kind->name, section->name != NULL ? " " : "",
		    section->name != NULL ? section->name : "");
	setting.origin = &section->origins->key[setting.option - kind->options];
	return apply(source, &setting, error);
}

enum err
source_read(struct config *config, const char *path, struct config_error *error)
{
	struct source source = {.config = config, .path = path};
	const struct inifile_reader reader = {
	    .open = open_section, .set = set_key, .context = &source};
	struct inifile_error problem = {0};
	enum err e = inifile_read(path, &reader, &problem);

	if (e == OK || e == ERR_NOT_FOUND || e == ERR_NO_MEMORY)
		return e;
	if (problem.line == 0)
		snprintf(error->text, sizeof(error->text), "%.200s: %s", path,
		    problem.problem.text);
	else
		snprintf(error->text, sizeof(error->text), "%.200s:%u: %s",
		    path, problem.line, problem.problem.text);
	return ERR_CONFIG;
}
