/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_SERVER_PROCESS_H
#define JWT_AGENT_SERVER_PROCESS_H

/* What /proc says of processes, and of the machine's boot. */

#include "jwt-agent/service/call.h"

#define BOOT_ID_SIZE 36

/* Which process a pidfd stands for: fills pid and start and keeps the fd.
 * ERR_INVALID_PARAMETER when it is no pidfd or the process is gone. */
MUST_USE enum err process_identify(int pidfd, struct leader *out);

/* A pidfd of the process that has this pid and started then; ERR_NOT_FOUND
 * when that process is gone, whoever has its pid now. */
MUST_USE enum err process_find(int64_t pid, int64_t start, struct leader *out);

/* The id of this boot, "" when the machine has none. */
void process_boot_id(char id[BOOT_ID_SIZE + 1]);

#endif
