/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef VARLINK_LOGIN_H
#define VARLINK_LOGIN_H

/*
 * io.jwtagent.Login: what the PAM module asks. The module has resolved
 * PAM_USER in its own process and sends name and uid.
 */

#include "base/fields.h"

/* `cut`: the last answer had exactly the length at which clients cut.
 * `fingerprint`: what the device says of itself; kept as a hash. */
#define AUTHENTICATE_REQUEST(F)                                                \
	F(str, user)                                                           \
	F(num, uid)                                                            \
	F(str, service)                                                        \
	F(opt_str, rhost)                                                      \
	F(opt_str, tty)                                                        \
	F(secret, token)                                                       \
	F(opt_flag, cut)                                                       \
	F(opt_str, fingerprint)
DECLARE_FIELDS(authenticate_request, AUTHENTICATE_REQUEST)

/* `expires`: end of the token, seconds since 1970. Without a session the login
 * could not be recorded. */
#define AUTHENTICATE_REPLY(F)                                                  \
	F(opt_str, session)                                                    \
	F(str, device)                                                         \
	F(num, expires)
DECLARE_FIELDS(authenticate_reply, AUTHENTICATE_REPLY)

/* CheckAccount, OpenSession and CloseSession name a session by these. The
 * caller of OpenSession sends its own pidfd beside the message. */
#define SESSION_REQUEST(F)                                                     \
	F(str, session)                                                        \
	F(str, user)                                                           \
	F(num, uid)                                                            \
	F(str, service)                                                        \
	F(opt_str, rhost)                                                      \
	F(opt_str, tty)
DECLARE_FIELDS(session_request, SESSION_REQUEST)

/* `action`: establish, reinitialize, refresh or delete, as in
 * pam_setcred(3). */
#define CREDENTIAL_REQUEST(F)                                                  \
	F(str, session)                                                        \
	F(str, user)                                                           \
	F(num, uid)                                                            \
	F(str, service)                                                        \
	F(str, action)
DECLARE_FIELDS(credential_request, CREDENTIAL_REQUEST)

/* pam_chauthtok(3): rotates a refresh token of this user. */
#define CHANGE_REQUEST(F)                                                      \
	F(str, user)                                                           \
	F(num, uid)                                                            \
	F(str, service)                                                        \
	F(secret, token)
DECLARE_FIELDS(change_request, CHANGE_REQUEST)

/* Nothing to say beside yes. */
#define EMPTY(F)
DECLARE_FIELDS(empty, EMPTY)

#endif
