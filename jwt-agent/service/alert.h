/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_SERVICE_ALERT_H
#define JWT_AGENT_SERVICE_ALERT_H

/* io.jwtagent.Alert, and what the agent asks of itself when one changes. */

#include "jwt-agent/service/alerts.h"
#include "jwt-agent/service/call.h"
#include "jwt-agent/service/cursor.h"
#include "varlink/alert.h"
#include "varlink/login.h"

/* `detail`: as alert_describe() has it. */
#define ALERT_CHANGE_REQUEST(F)                                                \
	F(str, alert)                                                          \
	F(str, detail)
DECLARE_FIELDS(alert_change_request, ALERT_CHANGE_REQUEST)

MUST_USE enum err alert_fire(struct call *call,
    const struct alert_change_request *request, struct empty *reply);
MUST_USE enum err alert_clear(struct call *call,
    const struct alert_change_request *request, struct empty *reply);

MUST_USE enum err alert_list(struct call *call, const struct empty *request,
    struct cursor *cursor, struct alert_view *entry);

/* ERR_NO_SUCH_ALERT. */
MUST_USE enum err alert_test(struct call *call,
    const struct alert_test_request *request, struct alert_test_reply *reply);

/* A sweep: alerts that are not configured any more are forgotten, and cleared
 * if they were firing. */
MUST_USE enum err alert_sweep(struct call *call, size_t limit, size_t *done);

#endif
