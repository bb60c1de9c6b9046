/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_SERVER_MEASURE_H
#define JWT_AGENT_SERVER_MEASURE_H

/*
 * What of a task goes into the metrics (observe/metric.h): how it ended, and
 * how long it took.
 */

#include "jwt-agent/server/task.h"

/* It is settled, and will not be run again. */
void measure_task(const struct task *task);

/* It is answered. */
void measure_call(const struct task *task);

/* The names of the requests, for the label: METRIC_METHOD. */
MUST_USE enum err measure_methods(const char ***out);

#endif
