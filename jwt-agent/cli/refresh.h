/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_CLI_REFRESH_H
#define JWT_AGENT_CLI_REFRESH_H

/*
 * Exchanging refresh tokens, by hand and from a file that many processes
 * share. What fails has been said on stderr.
 */

#include "jwt-agent/cli/command.h"
#include "varlink/token.h"

#define REFRESH_MARGIN 30 /* seconds that a cached access token must last */

MUST_USE enum err refresh_token(const struct call *call,
    const struct secret *token, struct refresh_reply *reply);

/* Under the file's lock: read, exchange, replace. */
MUST_USE enum err refresh_file(
    const struct call *call, const char *path, struct refresh_reply *reply);

/*
 * The access token beside the file. While it lasts, and for every part but
 * the first however long it lasts, it is the one that was cached, so that the
 * parts of one answer fit together; else the file is refreshed, by one of the
 * processes that wait for it.
 */
MUST_USE enum err refresh_cached(const struct call *call, const char *path,
    unsigned part, struct secret **access_token);

#endif
