/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_FETCH_JOB_H
#define JWT_AGENT_FETCH_JOB_H

/* From a request to its reply: one document, or two when the first one has to
 * say where the keys are. */

#include "jwt-agent/fetch/message.h"
#include "jwt-agent/fetch/transfer.h"

/* OK means that there is a reply, which may be a problem; ERR_NO_MEMORY.
 * `reply` is all zero before. */
MUST_USE enum err job_run(const struct fetch_request *request,
    const struct transfer_options *options, struct fetch_reply *reply);

#endif
