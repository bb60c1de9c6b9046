/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_CONFIG_SECTION_H
#define JWT_AGENT_CONFIG_SECTION_H

/* The sections of a configuration that is being read. */

#include "jwt-agent/config/config.h"

/* Good until the next section is made. */
struct section {
	const struct config_kind *kind;
	const char *name; /* NULL where the kind has none */
	void *object;
	struct origins *origins;
};

/*
 * Gives the section that a header names, made with its defaults when it is met
 * for the first time. ERR_CONFIG with a sentence when there can be no such
 * section, ERR_NO_MEMORY.
 */
MUST_USE enum err section_open(struct config *config, const char *text,
    struct section *out, struct option_error *error);

/* Looks one up by the same text. */
bool section_find(
    const struct config *config, const char *text, struct section *out);

/* The defaults of the sections that are always there. */
MUST_USE enum err
sections_preset(struct config *config, struct option_error *error);

/* What a section does not set itself: a service from [service *], an issuer
 * its audience from [token]. */
MUST_USE enum err sections_inherit(struct config *config);

void sections_clear(struct config *config);

#endif
