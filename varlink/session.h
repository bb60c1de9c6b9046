/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef VARLINK_SESSION_H
#define VARLINK_SESSION_H

/*
 * io.jwtagent.Session. Times are seconds since 1970.
 */

#include "base/fields.h"

/* `all`: those that have ended, too. */
#define SESSION_LIST_REQUEST(F)                                                \
	F(opt_str, user)                                                       \
	F(opt_flag, all)
DECLARE_FIELDS(session_list_request, SESSION_LIST_REQUEST)

#define SESSION_SHOW_REQUEST(F) F(str, session)
DECLARE_FIELDS(session_show_request, SESSION_SHOW_REQUEST)

/* `state`: pending, active, closed, expired or revoked. `leader`: the pid of
 * the process that opened it. */
#define SESSION_VIEW(F)                                                        \
	F(str, session)                                                        \
	F(str, user)                                                           \
	F(num, uid)                                                            \
	F(str, device)                                                         \
	F(str, service)                                                        \
	F(str, state)                                                          \
	F(opt_str, rhost)                                                      \
	F(opt_str, tty)                                                        \
	F(num, created)                                                        \
	F(opt_num, opened)                                                     \
	F(num, activity)                                                       \
	F(num, expires)                                                        \
	F(opt_num, ended)                                                      \
	F(opt_str, reason)                                                     \
	F(opt_num, leader)
DECLARE_FIELDS(session_view, SESSION_VIEW)

#define SESSION_TERMINATE_REQUEST(F)                                           \
	F(str, session)                                                        \
	F(opt_str, reason)
DECLARE_FIELDS(session_terminate_request, SESSION_TERMINATE_REQUEST)

/* `result`: terminated or already ended. */
#define SESSION_TERMINATE_REPLY(F)                                             \
	F(str, session)                                                        \
	F(str, result)
DECLARE_FIELDS(session_terminate_reply, SESSION_TERMINATE_REPLY)

#endif
