/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_SERVICE_TIMEKEEPING_H
#define JWT_AGENT_SERVICE_TIMEKEEPING_H

/* The clock (see clock.h) and the store: it goes on after a restart, and a
 * jump is an audit event. */

#include "jwt-agent/service/call.h"
#include "varlink/login.h"

/* The agent asks this of itself. `from`, `to`: the jump that is told, in
 * seconds since 1970; absent when there was none. */
#define KEEP_CLOCK_REQUEST(F)                                                  \
	F(opt_num, from)                                                       \
	F(opt_num, to)
DECLARE_FIELDS(keep_clock_request, KEEP_CLOCK_REQUEST)

/* Begins a clock with what the store knows of it. */
MUST_USE enum err timekeeping_begin(struct clock *clock, struct store *store);

/* Writes down what the clock knows. */
MUST_USE enum err timekeeping_keep(struct call *call,
    const struct keep_clock_request *request, struct empty *reply);

#endif
