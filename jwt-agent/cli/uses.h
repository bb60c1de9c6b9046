/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_CLI_USES_H
#define JWT_AGENT_CLI_USES_H

/* Sections of `rollout status` and of the report: what ends at a date and who still uses it,
 * versions of the claims, claims that were filled in. */

#include "jwt-agent/cli/connection.h"

enum uses {
	USES_DATED,
	USES_VERSIONS,
	USES_FALLBACKS,
};

/* `since`: 0, or from when on uses are counted by themselves, too. */
MUST_USE enum err list_uses(
    const struct call *call, enum uses section, int64_t since, json_t **out);

/* The same in all. */
MUST_USE enum err list_dated(const struct call *call, json_t **out);
MUST_USE enum err list_versions(const struct call *call, json_t **out);
MUST_USE enum err list_fallbacks(const struct call *call, json_t **out);
MUST_USE enum err print_dated(json_t *rows);
MUST_USE enum err print_versions(json_t *rows);
MUST_USE enum err print_fallbacks(json_t *rows);

#endif
