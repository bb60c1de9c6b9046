/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TESTS_CONFIG_LOADED_H
#define TESTS_CONFIG_LOADED_H

/* A configuration that is read from texts in a throwaway folder. */

#include "jwt-agent/config/config.h"
#include "tests/cli/folder.h"

/* A key source for issuers whose test is about something else. */
#define KEYS "keys_file = /k\n"
#define MAIN "jwt-agent.conf"

struct loaded {
	struct folder folder;
	char path[PATH_MAX]; /* of the main file */
	struct config *config;
	struct config_error error;
};

void loaded_new(struct loaded *loaded);
void loaded_clear(struct loaded *loaded);

/* Reads main file and conf.d/1.conf (NULL: none); what was there is freed. */
enum err loaded_try(struct loaded *loaded, const char *text, const char *more);

/* The same, of a text that must be taken. */
const struct config *loaded_read(struct loaded *loaded, const char *text);

/* The text must be refused with this behind the main file's path. */
void loaded_refused(const char *text, const char *sentence);

#endif
