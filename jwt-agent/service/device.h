/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_SERVICE_DEVICE_H
#define JWT_AGENT_SERVICE_DEVICE_H

/* io.jwtagent.Device: one function for each method of the interface file. */

#include "jwt-agent/service/call.h"
#include "jwt-agent/service/cursor.h"
#include "varlink/device.h"

#define DEVICE_CLAIMS_MAX 64	       /* members given at enrolment */
#define DEVICE_CLAIMS_BYTES (8 * 1024) /* of them, as JSON */
#define DEVICE_NAME_MAX 128	       /* bytes */
#define DEVICE_HISTORY_MAX 20	       /* sessions that are shown */

MUST_USE enum err device_enroll(struct call *call,
    const struct enroll_request *request, struct enroll_reply *reply);
MUST_USE enum err
device_list(struct call *call, const struct device_list_request *request,
    struct cursor *cursor, struct device_view *entry);
MUST_USE enum err device_show(struct call *call,
    const struct device_request *request, struct device_detail *reply);
MUST_USE enum err
device_revoke(struct call *call, const struct device_revoke_request *request,
    struct device_revoke_reply *reply);

MUST_USE enum err device_restore(struct call *call,
    const struct device_request *request, struct device_restore_reply *reply);
MUST_USE enum err
device_rename(struct call *call, const struct device_rename_request *request,
    struct device_rename_reply *reply);
MUST_USE enum err device_enroll_again(struct call *call,
    const struct enroll_again_request *request, struct enroll_reply *reply);

/* The name of the device's user, a copy, or NULL when there is no such
 * device. */
MUST_USE enum err
device_user(struct call *call, const char *device, char **user);

/* Whom the call is about: the user of the device. */
MUST_USE enum err
device_subject(struct call *call, const char *device, int64_t *uid);

#endif
