/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_SERVICE_ENROLMENT_H
#define JWT_AGENT_SERVICE_ENROLMENT_H

/* A new device of the call's subject, its family, and what it is given. */

#include "jwt-agent/service/grant.h"

struct enrolment {
	struct device_record device;
	struct family_record family;
	struct secret *family_secret;
	struct grant grant;
};

void enrolment_clear(struct enrolment *enrolment);

/*
 * Writes device and family. `claims` (may be NULL) is borrowed.
 * ERR_NO_SUCH_USER, ERR_PERMISSION_DENIED (claims are for administrators),
 * ERR_INVALID_PARAMETER with the member as the event's detail.
 */
MUST_USE enum err enrolment_make(struct call *call, const char *user,
    const char *name, json_t *claims, struct enrolment *out);

#endif
