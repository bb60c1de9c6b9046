/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef VARLINK_DEVICE_H
#define VARLINK_DEVICE_H

/*
 * io.jwtagent.Device. Times are seconds since 1970.
 */

#include "varlink/session.h"

/* `claims` go into every access token of the device. `key`: a public JWK. */
#define ENROLL_REQUEST(F)                                                      \
	F(str, user)                                                           \
	F(str, name)                                                           \
	F(opt_object, claims)                                                  \
	F(opt_object, key)
DECLARE_FIELDS(enroll_request, ENROLL_REQUEST)

#define ENROLL_REPLY(F)                                                        \
	F(str, device)                                                         \
	F(str, user)                                                           \
	F(str, name)                                                           \
	F(secret, access_token)                                                \
	F(num, access_expires)                                                 \
	F(secret, refresh_token)                                               \
	F(num, refresh_expires)
DECLARE_FIELDS(enroll_reply, ENROLL_REPLY)

/* Absent user: every device the caller may see. */
#define DEVICE_LIST_REQUEST(F) F(opt_str, user)
DECLARE_FIELDS(device_list_request, DEVICE_LIST_REQUEST)

#define DEVICE_REQUEST(F) F(str, device)
DECLARE_FIELDS(device_request, DEVICE_REQUEST)

/* `state`: active or revoked. `seen`: the last login. `issuer`: of a device
 * whose tokens are another issuer's; it has no generation of refresh tokens. */
#define DEVICE_VIEW(F)                                                         \
	F(str, device)                                                         \
	F(str, user)                                                           \
	F(num, uid)                                                            \
	F(str, name)                                                           \
	F(str, state)                                                          \
	F(num, created)                                                        \
	F(opt_num, seen)                                                       \
	F(opt_str, seen_rhost)                                                 \
	F(opt_str, seen_service)                                               \
	F(opt_num, revoked)                                                    \
	F(opt_str, revoked_reason)                                             \
	F(opt_str, issuer)                                                     \
	F(opt_num, generation)                                                 \
	F(opt_num, refresh_expires)                                            \
	F(num, sessions)                                                       \
	F(opt_object, claims)                                                  \
	F(opt_str, seen_tty)                                                   \
	F(opt_str, jkt)
DECLARE_FIELDS(device_view, DEVICE_VIEW)

/* What one device is shown with: the interface file says what is in them. */
#define DEVICE_DETAIL(F)                                                       \
	DEVICE_VIEW(F)                                                         \
	F(list, history)                                                       \
	F(list, oddities)
DECLARE_FIELDS(device_detail, DEVICE_DETAIL)

#define DEVICE_REVOKE_REQUEST(F)                                               \
	F(str, device)                                                         \
	F(opt_str, reason)
DECLARE_FIELDS(device_revoke_request, DEVICE_REVOKE_REQUEST)

/* `result`: revoked or already revoked. */
#define DEVICE_REVOKE_REPLY(F)                                                 \
	F(str, device)                                                         \
	F(str, result)                                                         \
	F(num, families_revoked)                                               \
	SESSION_ENDS(F)
DECLARE_FIELDS(device_revoke_reply, DEVICE_REVOKE_REPLY)

/* `result`: restored or not revoked. */
#define DEVICE_RESTORE_REPLY(F)                                                \
	F(str, device)                                                         \
	F(str, result)
DECLARE_FIELDS(device_restore_reply, DEVICE_RESTORE_REPLY)

#define DEVICE_RENAME_REQUEST(F)                                               \
	F(str, device)                                                         \
	F(str, name)
DECLARE_FIELDS(device_rename_request, DEVICE_RENAME_REQUEST)

#define DEVICE_RENAME_REPLY(F)                                                 \
	F(str, device)                                                         \
	F(str, name)
DECLARE_FIELDS(device_rename_reply, DEVICE_RENAME_REPLY)

/* Answered with an enroll_reply. */
#define ENROLL_AGAIN_REQUEST(F)                                                \
	F(str, device)                                                         \
	F(opt_object, key)
DECLARE_FIELDS(enroll_again_request, ENROLL_AGAIN_REQUEST)

#endif
