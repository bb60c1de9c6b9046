/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_SERVICE_ODDITY_H
#define JWT_AGENT_SERVICE_ODDITY_H

/*
 * What is odd about a login or a refresh that was granted. Nobody is refused
 * for it: it is an event of its own in the audit, and the device's record
 * keeps the newest of them. The names are stable:
 *	odd-network	the rhost is in none of the networks that the device
 *			came from lately
 *	odd-fingerprint	the device says something else of itself than before
 *	odd-failures	many logins of this user were refused before
 *	token-reuse	an old refresh token was presented; this is refused
 */

#include "jwt-agent/service/call.h"
#include "lmdb-store/device.h"

#define ODDITY_NETWORK "odd-network"
#define ODDITY_FINGERPRINT "odd-fingerprint"
#define ODDITY_FAILURES "odd-failures"
#define ODDITY_REUSE "token-reuse"

#define ODDITY_KEPT_MAX 16     /* of a device */
#define ODDITY_NETWORKS_MAX 8  /* the same */
#define ODDITY_REFUSALS_MIN 10 /* logins, to be many */
#define ODDITY_REFUSALS_SECONDS 3600

/* Alerts, and notes it in the device's record, which is not written. */
MUST_USE enum err oddity_note(struct call *call, struct device_record *device,
    const char *event, const char *detail);

/*
 * Before the record of the device that logs in is written: looks at its rhost
 * and fingerprint (either may be NULL: then nothing is odd) and remembers
 * them.
 */
MUST_USE enum err oddity_of_device(struct call *call,
    struct device_record *device, const char *rhost, const char *fingerprint);

/* The same for the refused logins of its user, which are forgotten: writes. */
MUST_USE enum err
oddity_of_user(struct call *call, struct device_record *device);

/* A login of the event's user was refused: writes. */
MUST_USE enum err oddity_count_refusal(struct call *call);

#endif
