/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_CLI_WHEN_H
#define JWT_AGENT_CLI_WHEN_H

#include "base/autofree.h"
#include "base/err.h"
#include "jwt-agent/cli/command.h"

#include <stdint.h>

/*
 * A point in time as people write it, in seconds since 1970: so long ago (30m,
 * 7d), a day (2026-11-01) or a time (2026-11-01T18:00:00, with a blank for the
 * T or without the seconds), local unless a Z follows. ERR_USAGE.
 */
MUST_USE enum err when_read(const char *text, int64_t now, int64_t *out);

/* The same for an option, which is complained about. */
MUST_USE enum err
when_ask(const struct call *call, const char *text, int64_t now, int64_t *out);

#endif
