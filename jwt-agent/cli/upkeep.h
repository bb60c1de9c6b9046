/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_CLI_UPKEEP_H
#define JWT_AGENT_CLI_UPKEEP_H

/*
 * The jobs of the upkeep (config/job.h) as the command does them. Each returns
 * what came of it, UPKEEP_OK or another outcome of lmdb-store/upkeep.h, with a
 * sentence in `detail`; what else there is to say went to stdout and stderr.
 */

#include "jwt-agent/cli/command.h"
#include "jwt-agent/config/job.h"

#define UPKEEP_DETAIL_SIZE 256
/* Room that a backup leaves on its disk. */
#define UPKEEP_ROOM (INT64_C(64) << 20)
#define UPKEEP_HEADS_MAX 30 /* signed heads that are kept */

struct upkeep {
	const struct call *call;
	const struct config *config;
	char detail[UPKEEP_DETAIL_SIZE];
};

const char *upkeep_backup(struct upkeep *upkeep);
const char *upkeep_audit(struct upkeep *upkeep);
const char *upkeep_keys(struct upkeep *upkeep);

/* Another command with what `with` says, argument and options, in a process of
 * its own; its exit code. */
int upkeep_command(const struct upkeep *upkeep, const char *noun,
    const char *verb, struct call *with);

/* Fills `detail`; returns `outcome`. */
__attribute__((format(printf, 3, 4))) const char *
upkeep_say(struct upkeep *upkeep, const char *outcome, const char *format, ...);

/* That backup_dir= is a folder of root's that nobody else can write in:
 * NULL, or an outcome. */
const char *upkeep_check_folder(struct upkeep *upkeep);

#endif
