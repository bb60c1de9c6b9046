/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_OBSERVE_EXPOSITION_H
#define JWT_AGENT_OBSERVE_EXPOSITION_H

/*
 * Metrics as Prometheus reads them: its text format, version 0.0.4
 * (prometheus.io, "Exposition formats").
 */

#include "base/autofree.h"
#include "base/err.h"

#include <jansson.h>
#include <stdint.h>
#include <stdio.h>

#define EXPOSITION_NAME_SIZE 128

struct exposition {
	FILE *out;			 /* the caller's */
	char name[EXPOSITION_NAME_SIZE]; /* the metric that came last */
};

/* Writes one series, as io.jwtagent.Admin.Metrics gives it, and before the first
 * of a metric what that is. ERR_PROTOCOL when it is none. Whether it could be
 * written is asked of the file. */
MUST_USE enum err
exposition_add(struct exposition *exposition, const json_t *series);

#endif
