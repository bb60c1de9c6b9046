/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_CONFIG_CONFIG_H
#define JWT_AGENT_CONFIG_CONFIG_H

/*
 * The configuration of daemon and command: an INI file and the files named
 * NAME.conf in the folder conf.d beside it, which are read after it in the
 * order of their names and may set a key again. Within one file a key stands
 * once. The schema table gives every key's name, type, default and range;
 * jwt-agent.conf(5) is held against it.
 */

#include "base/options.h"

#define CONFIG_PATH "/etc/jwt-agent/jwt-agent.conf"
#define CONFIG_FILES_MAX 100 /* in conf.d */

struct config {
	/* [agent] */
	char *socket;
	char *store;
	char *master_key;
	char *admin_group;
	/* [token]; times in seconds */
	char *issuer;	/* unset: "urn:jwt-agent:" and the host's name */
	char *audience; /* unset: the same */
	char *algorithm;
	int64_t access_lifetime;
	int64_t refresh_idle;
	int64_t refresh_absolute;
	int64_t refresh_grace;
};

/* A sentence that begins with "FILE:LINE: ", or "FILE: ". */
struct config_error {
	char text[512];
};

/*
 * Reads `path` and its conf.d. A missing file is refused when `must_exist`
 * and otherwise means that every key has its default. ERR_CONFIG with `error`
 * filled, ERR_NO_MEMORY.
 */
MUST_USE enum err config_load(const char *path, bool must_exist,
    struct config **out, struct config_error *error);

/* NULL is fine. */
void config_free(struct config *config);
DEFINE_AUTO_FREE(config)

/* The schema table. */
const struct option *config_options(size_t *count);

#endif
