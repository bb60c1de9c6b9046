/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/config/config.h"

#include "jwt-agent/config/inifile.h"
#include "varlink/socket.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/un.h>

#define MINUTE 60
#define DAY (24 * 60 * MINUTE)
#define YEARS_10 (3650 * (int64_t)DAY)
#define NAME_MAX_BYTES 160 /* access tokens carry issuer and audience */
#define NAME_PREFIX "urn:jwt-agent:"

#define AT(member) offsetof(struct config, member)

static const struct option options[] = {
    {"agent", "socket", OPTION_PATH, AT(socket), DEFAULT_SOCKET, 0, 0, NULL,
	"where the agent listens"},
    {"agent", "store", OPTION_PATH, AT(store), "/var/lib/jwt-agent/store", 0, 0,
	NULL, "directory of the store"},
    {"agent", "master_key", OPTION_PATH, AT(master_key),
	"/var/lib/jwt-agent/master.key", 0, 0, NULL,
	"file of the key that seals the store's secrets"},
    {"agent", "admin_group", OPTION_TEXT, AT(admin_group), "jwt-admin", 1, 64,
	NULL, "group whose members may see and revoke everything"},
    {"token", "issuer", OPTION_TEXT, AT(issuer), NULL, 1, NAME_MAX_BYTES, NULL,
	"iss of the tokens that the agent issues"},
    {"token", "audience", OPTION_TEXT, AT(audience), NULL, 1, NAME_MAX_BYTES,
	NULL, "aud of the tokens that the agent issues and accepts"},
    {"token", "algorithm", OPTION_CHOICE, AT(algorithm), "ES256", 0, 0,
	"ES256|RS256|EdDSA", "signature algorithm of new keys"},
    {"token", "access_lifetime", OPTION_SECONDS, AT(access_lifetime), "15m", 1,
	DAY, NULL, "how long an access token is valid"},
    {"token", "refresh_idle", OPTION_SECONDS, AT(refresh_idle), "30d", 1,
	YEARS_10, NULL, "how long a refresh token may stay unused"},
    {"token", "refresh_absolute", OPTION_SECONDS, AT(refresh_absolute), "180d",
	1, YEARS_10, NULL, "how long after enrolment refreshing goes on"},
    {"token", "refresh_grace", OPTION_SECONDS, AT(refresh_grace), "30s", 0,
	10 * MINUTE, NULL, "how long a refresh may be tried again"},
};

#define OPTION_COUNT (sizeof(options) / sizeof(*options))

/* One file being read into a configuration. */
struct source {
	struct config *config;
	bool seen[OPTION_COUNT];
};

const struct option *
config_options(size_t *count)
{
	*count = OPTION_COUNT;
	return options;
}

void
config_free(struct config *config)
{
	if (config == NULL)
		return;
	options_clear(options, OPTION_COUNT, config);
	free(config);
}

static bool
has_section(const char *section)
{
	for (size_t i = 0; i < OPTION_COUNT; i++)
		if (strcmp(options[i].section, section) == 0)
			return true;
	return false;
}

/* Marks the key as seen; false when it was already. */
static bool
first_time(struct source *source, const char *section, const char *name)
{
	for (size_t i = 0; i < OPTION_COUNT; i++)
		if (strcmp(options[i].section, section) == 0 &&
		    strcmp(options[i].name, name) == 0) {
			bool seen = source->seen[i];

			source->seen[i] = true;
			return !seen;
		}
	return true;
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

static enum err
set_key(void *context, const char *section, const char *name, const char *value,
    struct option_error *error)
{
	struct source *source = context;
	const char *problem = value_problem(value);

	if (problem == NULL && !first_time(source, section, name))
		problem = "the key is set twice in this file";
	if (problem != NULL) {
		snprintf(error->text, sizeof(error->text), "%s", problem);
		return ERR_CONFIG;
	}
	return options_set(
	    options, OPTION_COUNT, source->config, section, name, value, error);
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
	struct source source = {.config = config};
	struct inifile_reader reader = {
	    .has_section = has_section, .set = set_key, .context = &source};
	struct inifile_error problem = {0};
	enum err e = inifile_read(path, &reader, &problem);

	if (e == OK || e == ERR_NOT_FOUND || e == ERR_NO_MEMORY)
		return e;
	if (problem.line == 0)
		return refuse(error, "%.200s: %s", path, problem.problem.text);
	return refuse(
	    error, "%.200s:%u: %s", path, problem.line, problem.problem.text);
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

static enum err
check(const struct config *config, const char *path, struct config_error *error)
{
	struct sockaddr_un address;

	if (strlen(config->socket) >= sizeof(address.sun_path))
		return refuse(error,
		    "%.200s: socket= takes a path of at most %zu bytes", path,
		    sizeof(address.sun_path) - 1);
	return OK;
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
	e = options_preset(options, OPTION_COUNT, config, &problem);
	if (e == ERR_CONFIG)
		return refuse(error, "default: %s", problem.text);
	if (e == OK)
		e = read_all(config, path, must_exist, error);
	if (e == OK)
		e = name_after_host(&config->issuer);
	if (e == OK)
		e = name_after_host(&config->audience);
	if (e == OK)
		e = check(config, path, error);
	if (e != OK)
		return e;
	*out = TAKE(config);
	return OK;
}
