/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/config/config.h"

#include "jwt-agent/config/check.h"
#include "jwt-agent/config/section.h"
#include "jwt-agent/config/source.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define NAME_PREFIX "urn:jwt-agent:"

void
config_free(struct config *config)
{
	if (config == NULL)
		return;
	sections_clear(config);
	free(config);
}

__attribute__((format(printf, 2, 3))) static enum err
refuse(struct config_error *error, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(error->text, sizeof(error->text), format, arguments);
	va_end(arguments);
	return ERR_CONFIG;
}

static enum err
read_file(struct config *config, const char *path, struct config_error *error)
{
	struct texts *files = &config->files;
	enum err e = texts_add(files, path, strlen(path));

	if (e != OK)
		return e;
	return source_read(config, files->item[files->count - 1], error);
}

struct directory {
	struct dirent **entry;
	int count;
};

static void
directory_clear(struct directory *directory)
{
	for (int i = 0; i < directory->count; i++)
		free(directory->entry[i]);
	free(directory->entry);
}

static int
is_conf(const struct dirent *entry)
{
	size_t size = strlen(entry->d_name);

	return entry->d_name[0] != '.' && size > 5 &&
	    strcmp(entry->d_name + size - 5, ".conf") == 0;
}

/* Not alphasort(3): the order must not hang on the locale. */
static int
by_name(const struct dirent **left, const struct dirent **right)
{
	return strcmp((*left)->d_name, (*right)->d_name);
}

static enum err
read_entries(struct config *config, const char *folder,
    const struct directory *directory, struct config_error *error)
{
	enum err e = OK;

	for (int i = 0; i < directory->count && e == OK; i++) {
		char path[PATH_MAX];

		snprintf(path, sizeof(path), "%s/%s", folder,
		    directory->entry[i]->d_name);
		e = read_file(config, path, error);
		if (e == ERR_NOT_FOUND)
			e = refuse(error, "%.200s: is a dangling link", path);
	}
	return e;
}

/* Reads the conf.d beside the main file. */
static enum err
read_folder(struct config *config, const char *path, struct config_error *error)
{
	auto_clear(directory) struct directory directory = {0};
	const char *slash = strrchr(path, '/');
	char folder[PATH_MAX - NAME_MAX - 1];
	int size = slash == NULL ? 0 : (int)(slash - path) + 1;
	int count;

	if (snprintf(folder, sizeof(folder), "%.*sconf.d", size, path) >=
	    (int)sizeof(folder))
		return refuse(error, "%.200s: the path is too long", path);
	count = scandir(folder, &directory.entry, is_conf, by_name);
	if (count < 0 && (errno == ENOENT || errno == ENOTDIR))
		return OK;
	if (count < 0)
		return refuse(error, "%.200s: %s", folder, strerror(errno));
	directory.count = count;
	if (count > CONFIG_FILES_MAX)
		return refuse(error, "%.200s: holds more than %d files", folder,
		    CONFIG_FILES_MAX);
	return read_entries(config, folder, &directory, error);
}

/* What has the host's name in its default. */
static enum err
name_after_host(char **member)
{
	char host[HOST_NAME_MAX + 1] = "";

	if (*member != NULL)
		return OK;
	if (gethostname(host, sizeof(host) - 1) != 0 || host[0] == '\0')
		snprintf(host, sizeof(host), "localhost");
	if (asprintf(member, NAME_PREFIX "%s", host) < 0) {
		*member = NULL;
		return ERR_NO_MEMORY;
	}
	return OK;
}

/* What no file sets. */
static enum err
complete(struct config *config)
{
	enum err e = name_after_host(&config->issuer);

	if (config->claim_version == 0)
		config->claim_version = 1;
	if (e == OK)
		e = name_after_host(&config->audience);
	return e == OK ? sections_inherit(config) : e;
}

static enum err
read_all(struct config *config, const char *path, bool must_exist,
    struct config_error *error)
{
	enum err e = read_file(config, path, error);

	if (e == ERR_NOT_FOUND && must_exist)
		return refuse(error, "%.200s: there is no such file", path);
	if (e != OK && e != ERR_NOT_FOUND)
		return e;
	return read_folder(config, path, error);
}

enum err
config_load(const char *path, bool must_exist, struct config **out,
    struct config_error *error)
{
	auto_free(config) struct config *config = calloc(1, sizeof(*config));
	struct option_error problem;
	enum err e;

	*error = (struct config_error){0};
	if (config == NULL)
		return ERR_NO_MEMORY;
	e = sections_preset(config, &problem);
	if (e == ERR_CONFIG)
		return refuse(error, "default: %s", problem.text);
	if (e == OK)
		e = read_all(config, path, must_exist, error);
	if (e == OK)
		e = complete(config);
	if (e == OK)
		e = config_check(config, error);
	if (e != OK)
		return e;
	*out = TAKE(config);
	return OK;
}
