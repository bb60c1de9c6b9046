/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_CLI_BOOKMARK_H
#define JWT_AGENT_CLI_BOOKMARK_H

/*
 * The number of the last event that was dealt with, in a file of the folder that
 * STATE_DIRECTORY names (systemd.exec(5)), so that whoever follows the audit
 * goes on after a restart where it was. Without that folder nothing is kept.
 */

#include "base/autofree.h"
#include "base/err.h"

#include <stdint.h>

#define BOOKMARK_FILE "last-event"

/* 0: there is none. ERR_IO with errno. */
MUST_USE enum err bookmark_read(int64_t *seq);

/* As a whole or not at all. ERR_IO with errno. */
MUST_USE enum err bookmark_write(int64_t seq);

#endif
