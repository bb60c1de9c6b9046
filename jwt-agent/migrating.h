/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_MIGRATING_H
#define JWT_AGENT_MIGRATING_H

/*
 * A start that takes longer because the store is of an older schema: a line in
 * the log for the backup and each step, and word to systemd that it goes on, so
 * that it waits (sd_notify(3), EXTEND_TIMEOUT_USEC).
 */

#include "jwt-agent/observe/log.h"
#include "lmdb-store/migration.h"

struct migrating {
	const struct log *log;
	int64_t from, to; /* of what is told now */
	int64_t unreadable;
};

/* A migration_report; `context` is a struct migrating. */
void migrating_report(void *context, const struct migration_progress *at);

/* With what opened the store. */
void migrating_end(struct migrating *migrating, enum err e);

#endif
