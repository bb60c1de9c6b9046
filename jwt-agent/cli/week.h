/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_CLI_WEEK_H
#define JWT_AGENT_CLI_WEEK_H

/* What the audit says of a stretch of time, added up as it is read: a sum of a
 * flood counts for what it stands for. */

#include "jwt-agent/cli/tally.h"

/* How something ended: granted, denied, fault. */
struct outcomes {
	int64_t granted, denied, fault;
};

struct week {
	struct outcomes logins, refreshes;
	struct tally refusals; /* of logins, by reason */
	struct tally services; /* logins that were granted */
	struct tally revokes;
	struct tally oddities;
	struct tally fired;   /* by alert */
	struct tally changes; /* of flags, keys and configuration */
	int64_t reuse;
};

void week_add(struct week *week, const json_t *event);

/* Of all that ended, in percent; -1 when nothing did. */
double outcomes_success(const struct outcomes *ends);

#endif
