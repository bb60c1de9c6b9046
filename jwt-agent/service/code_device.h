/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_SERVICE_CODE_DEVICE_H
#define JWT_AGENT_SERVICE_CODE_DEVICE_H

/*
 * Whose login it is when somebody logs in by a code: that of the device in whose
 * session the code was made, else of one that all such codes of a user share.
 */

#include "jwt-agent/service/call.h"
#include "lmdb-store/code.h"
#include "lmdb-store/device.h"

/* What the device is called whose logins come by codes of no other device. */
#define CODE_DEVICE_NAME "login code"

/* Sets the device that the login will be of, if that is known now; `session`
 * is what the caller says, or NULL. ERR_DEVICE_REVOKED. */
MUST_USE enum err
code_choose_device(struct call *call, const char *session, char **out);

/* The device of a code that is used. One that is not in the store yet is made
 * ready and not written: `*is_new`. ERR_DEVICE_REVOKED, ERR_WRONG_USER. */
MUST_USE enum err
code_find_device(struct call *call, const struct code_record *record,
    struct device_record *device, bool *is_new);

#endif
