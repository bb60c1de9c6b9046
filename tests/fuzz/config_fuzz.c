/* SPDX-License-Identifier: BSD-3-Clause */

/* Any bytes as a configuration file: it is refused with a sentence, or every
 * value of it can be looked at. */

#include "jwt-agent/config/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define PATH_SIZE 32

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What every reader of a section relies on. */
static void
look_at(const struct config *config, const struct config_section *section)
{
	const struct config_kind *kind = section->kind;
	char text[128], where[CONFIG_WHERE_SIZE];
	struct config_error error;

	snprintf(text, sizeof(text), "%s%s%s", kind->name,
	    section->name != NULL ? " " : "",
	    section->name != NULL ? section->name : "");
	for (size_t i = 0; i < kind->count; i++) {
		const char *key = kind->options[i].name;

		config_where(config, text, key, where);
		if (config_refuse(config, text, key, &error, "no") == OK ||
		    strlen(where) < strlen(":1"))
			abort();
	}
	if (kind == &config_kinds()[CONFIG_SERVICE] &&
	    config_service(config, section->name) != section->object)
		abort();
}

static void
look_through(const struct config *config)
{
	struct config_section section;
	struct config_error error;

	for (size_t i = 0; config_section(config, i, &section); i++)
		look_at(config, &section);
	for (size_t i = 0; i < config->issuer_count; i++)
		if (config->issuers[i].issuer == NULL ||
		    config->issuers[i].algorithms.count == 0 ||
		    config->issuers[i].audience.count == 0)
			abort();
	(void)!config_check_files(config, &error);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_free(config) struct config *config = NULL;
	auto_fd int fd = memfd_create("config", MFD_CLOEXEC);
	struct config_error error;
	char path[PATH_SIZE];
	enum err e;

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	e = config_load(path, true, &config, &error);
	if (e == OK)
		look_through(config);
	else if (e != ERR_CONFIG || error.text[0] == '\0')
		abort();
	return 0;
}
