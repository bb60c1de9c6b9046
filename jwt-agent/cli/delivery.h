/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_CLI_DELIVERY_H
#define JWT_AGENT_CLI_DELIVERY_H

/*
 * Events given to a program, one after the other. Each run gets the event as one
 * line of JSON on its standard input, and as arguments the event's name and, of
 * what tells of an alert, that alert's: both are words of ours. A run that takes
 * longer than DELIVERY_SECONDS is killed with what it has started. What fails is
 * said on stderr and not tried again.
 *
 * What waits for its turn waits in the audit: nothing is kept here but the
 * number of the last event that was given (bookmark.h). When the agent restarts,
 * or drops who reads too slowly, it goes on behind that, so that nothing is
 * missed; an event may come a second time when this process was killed while the
 * program ran. The first time of all it begins with what comes.
 */

#include "jwt-agent/cli/events.h"

#define DELIVERY_SECONDS 30
#define DELIVERY_RECONNECT_SECONDS 1

/* Until it is ended, or may not ask; the exit code. */
int delivery_run(const struct call *call, struct audit_request *request);

#endif
