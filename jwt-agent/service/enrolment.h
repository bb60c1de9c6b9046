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

/* What is asked for; everything is borrowed, `claims` and `key` may be NULL. */
struct enrolment_wish {
	const char *user;
	const char *name;
	json_t *claims;
	const json_t *key; /* a public JWK */
};

/*
 * Writes device and family. ERR_NO_SUCH_USER, ERR_PERMISSION_DENIED (claims
 * are for administrators), ERR_PROOF_REQUIRED (there has to be a key),
 * ERR_TOO_MANY_DEVICES, ERR_INVALID_PARAMETER with the member as the event's
 * detail.
 */
MUST_USE enum err enrolment_make(struct call *call,
    const struct enrolment_wish *wish, struct enrolment *out);

/*
 * Enrols the device (taken over into `out`) anew: its old family ends, it is
 * active, and where `key` is not NULL that is its key. ERR_INVALID_PARAMETER
 * when another issuer makes its tokens; the others as above.
 */
MUST_USE enum err enrolment_renew(struct call *call,
    struct device_record *device, const json_t *key, struct enrolment *out);

/* A name is refused with ERR_INVALID_PARAMETER. */
MUST_USE enum err enrolment_check_name(struct call *call, const char *name);

/* Claims that an administrator gives to a device, NULL: none.
 * ERR_PERMISSION_DENIED, ERR_INVALID_PARAMETER. */
MUST_USE enum err enrolment_check_claims(struct call *call, json_t *claims);

/* Whether the user may have one more active device: ERR_TOO_MANY_DEVICES. */
MUST_USE enum err enrolment_check_count(struct call *call, int64_t uid);

#endif
