/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_METERING_H
#define JWT_AGENT_METERING_H

/* The metrics with the labels that this configuration knows. */

#include "jwt-agent/config/config.h"
#include "jwt-agent/observe/metric.h"

MUST_USE enum err
metering_new(struct metrics **out, const struct config *config);

#endif
