/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/config/config.h"

#include "jwt-agent/cli/connection.h"
#include "jwt-agent/cli/output.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

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

int
cli_config_check(const struct call *call)
{
	auto_free(config) struct config *config = NULL;
	const char *path = call->option[CLI_CONFIG];
	struct config_error error;
	enum err printed, e;

	if (path == NULL)
		path = CONFIG_PATH;
	/* here the file is asked for, by default or not */
	e = config_load(path, true, &config, &error);
	if (e == ERR_NO_MEMORY)
		return err_exit(e);
	printed = print_check(call, path, e == OK ? NULL : error.text);
	return err_exit(e != OK ? e : printed);
}

static json_t *
value_json(const struct option *option, const struct config *config)
{
	const void *member = (const char *)config + option->offset;

	switch (option->type) {
	case OPTION_FLAG:
		return json_boolean(*(const bool *)member);
	case OPTION_SECONDS:
		return json_integer(*(const int64_t *)member);
	default:
		return json_string(*(char *const *)member);
	}
}

/* {section: {key: value}}; times in seconds. */
static enum err
config_json(const struct config *config, json_t **out)
{
	auto_json json_t *whole = json_object();
	const struct option *options;
	size_t count;

	options = config_options(&count);
	for (size_t i = 0; i < count; i++) {
		json_t *section = json_object_get(whole, options[i].section);

		if (section == NULL) {
			section = json_object();
			if (json_object_set_new(
				whole, options[i].section, section) != 0)
				return ERR_NO_MEMORY;
		}
		if (json_object_set_new(section, options[i].name,
			value_json(&options[i], config)) != 0)
			return ERR_NO_MEMORY;
	}
	*out = TAKE(whole);
	return OK;
}

static void
print_value(const struct option *option, const struct config *config)
{
	const void *member = (const char *)config + option->offset;

	switch (option->type) {
	case OPTION_FLAG:
		printf("%s = %s\n", option->name,
		    *(const bool *)member ? "yes" : "no");
		break;
	case OPTION_SECONDS:
		printf("%s = %" PRId64 "s\n", option->name,
		    *(const int64_t *)member);
		break;
	default:
		printf("%s = %s\n", option->name, *(char *const *)member);
	}
}

static void
print_file(const struct config *config)
{
	const struct option *options;
	const char *section = "";
	size_t count;

	options = config_options(&count);
	for (size_t i = 0; i < count; i++) {
		if (strcmp(section, options[i].section) != 0)
			printf(
			    "%s[%s]\n", i > 0 ? "\n" : "", options[i].section);
		section = options[i].section;
		print_value(&options[i], config);
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
