/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/config/config.h"

#include "jwt-agent/cli/connection.h"
#include "jwt-agent/cli/output.h"
#include "jwt-agent/config/value.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define LIST_WIDTH 100 /* of a line with several items */

static enum err
print_check(const struct call *call, const char *path, const char *sentence)
{
	auto_json json_t *answer = NULL;

	if (!call_has(call, CLI_JSON)) {
		if (sentence == NULL)
			printf("%s: ok\n", path);
		else
			fprintf(stderr, "%s\n", sentence);
		return OK;
	}
	answer = json_pack("{ss sb ss?}", "file", path, "ok", sentence == NULL,
	    "message", sentence);
	return answer != NULL ? output_json(answer) : ERR_NO_MEMORY;
}

/* Keys, files, and what the program itself knows of them. */
static enum err
load_and_check(
    const struct call *call, const char *path, struct config_error *error)
{
	auto_free(config) struct config *config = NULL;
	/* here the file is asked for, by default or not */
	enum err e = config_load(path, true, &config, error);

	if (e == OK)
		e = config_check_files(config, error);
	if (e == OK && call->program->check != NULL)
		e = call->program->check(config, error);
	return e;
}

int
cli_config_check(const struct call *call)
{
	const char *path = call->option[CLI_CONFIG];
	struct config_error error;
	enum err printed, e;

	if (path == NULL)
		path = CONFIG_PATH;
	e = load_and_check(call, path, &error);
	if (e == ERR_NO_MEMORY)
		return err_exit(e);
	printed = print_check(call, path, e == OK ? NULL : error.text);
	return err_exit(e != OK ? e : printed);
}

static json_t *
section_json(const struct config_section *section)
{
	auto_json json_t *object = json_object();
	const struct option *options = section->kind->options;

	for (size_t i = 0; i < section->kind->count; i++)
		if (json_object_set_new(object, options[i].name,
			config_value_json(&options[i],
			    config_member(&options[i], section))) != 0)
			return NULL;
	return TAKE(object);
}

/* The object that the sections of a kind with names go into. */
static json_t *
kind_json(json_t *whole, const struct config_kind *kind)
{
	if (json_object_get(whole, kind->name) == NULL &&
	    json_object_set_new(whole, kind->name, json_object()) != 0)
		return NULL;
	return json_object_get(whole, kind->name);
}

/* {kind: {key: value}} and {kind: {name: {key: value}}}; times in seconds. */
static enum err
config_json(const struct config *config, json_t **out)
{
	auto_json json_t *whole = json_object();
	struct config_section section;

	for (size_t i = 0; config_section(config, i, &section); i++) {
		const struct config_kind *kind = section.kind;
		json_t *place = kind->named ? kind_json(whole, kind) : whole;

		if (json_object_set_new(place,
			kind->named ? section.name : kind->name,
			section_json(&section)) != 0)
			return ERR_NO_MEMORY;
	}
	/* a kind without a section is an empty object */
	for (size_t i = CONFIG_ISSUER; i < CONFIG_KINDS; i++)
		if (kind_json(whole, &config_kinds()[i]) == NULL)
			return ERR_NO_MEMORY;
	*out = TAKE(whole);
	return OK;
}

/* What goes before a value: behind a blank these would begin a comment. */
static const char *
blank(const char *value)
{
	return value[0] == '#' || value[0] == ';' ? "" : " ";
}

/* In lines that can be read back; setting a list again adds to it. */
static void
print_list(const char *name, const struct texts *texts)
{
	size_t room = 0;

	for (size_t i = 0; i < texts->count; i++) {
		const char *item = texts->item[i];
		size_t size = strlen(item) + strlen(", ");

		if (size > room) {
			printf("%s%s =%s%s", i > 0 ? "\n" : "", name,
			    blank(item), item);
			room = LIST_WIDTH;
		} else {
			printf(",%s%s", blank(item), item);
		}
		room -= size < room ? size : room;
	}
	putchar('\n');
}

static void
print_text(const char *name, const char *text)
{
	printf("%s =%s%s\n", name, blank(text), text);
}

static void
print_lines(const char *name, const struct texts *texts)
{
	for (size_t i = 0; i < texts->count; i++)
		print_text(name, texts->item[i]);
}

static void
print_value(const struct option *option, const void *member)
{
	const char *name = option->name;

	switch (option->type) {
	case OPTION_FLAG:
		printf("%s = %s\n", name, *(const bool *)member ? "yes" : "no");
		break;
	case OPTION_SECONDS:
		printf("%s = %" PRId64 "s\n", name, *(const int64_t *)member);
		break;
	case OPTION_SIZE:
	case OPTION_NUMBER:
		printf("%s = %" PRId64 "\n", name, *(const int64_t *)member);
		break;
	case OPTION_LIST:
		print_list(name, member);
		break;
	case OPTION_LINES:
		print_lines(name, member);
		break;
	default:
		print_text(name, *(char *const *)member);
	}
}

static void
print_section(const struct config_section *section)
{
	const struct option *options = section->kind->options;

	printf("[%s%s%s]\n", section->kind->name,
	    section->kind->named ? " " : "",
	    section->kind->named ? section->name : "");
	for (size_t i = 0; i < section->kind->count; i++) {
		const void *member = config_member(&options[i], section);

		if (!config_is_unset(&options[i], member))
			print_value(&options[i], member);
	}
}

static void
print_file(const struct config *config)
{
	struct config_section section;

	for (size_t i = 0; config_section(config, i, &section); i++) {
		if (i > 0)
			putchar('\n');
		print_section(&section);
	}
}

int
cli_config_show(const struct call *call)
{
	auto_free(config) struct config *config = NULL;
	auto_json json_t *answer = NULL;
	enum err e = connection_config(call, &config);

	if (e == OK && !call_has(call, CLI_JSON)) {
		print_file(config);
		return 0;
	}
	if (e == OK)
		e = config_json(config, &answer);
	return err_exit(e == OK ? output_json(answer) : e);
}
