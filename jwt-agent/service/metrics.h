/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_SERVICE_METRICS_H
#define JWT_AGENT_SERVICE_METRICS_H

/* Every metric that there is, series by series: io.jwtagent.Admin.Metrics. */

#include "jwt-agent/service/call.h"
#include "jwt-agent/service/cursor.h"
#include "varlink/metric.h"

/* ERR_NOT_FOUND at the end, or a fault of the store. A series is of one moment,
 * also where the list rests before the next. */
MUST_USE enum err admin_metrics(struct call *call, const struct empty *request,
    struct cursor *cursor, struct metric_view *entry);

#endif
