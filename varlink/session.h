/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef VARLINK_SESSION_H
#define VARLINK_SESSION_H

/*
 * io.jwtagent.Session. Times are seconds since 1970.
 */

#include "base/fields.h"

/*
 * What became of sessions that were to end, in the answer of every method that
 * ends some. `sessions_ended` is their number, the sum of the others: `ended`,
 * which were signalled or still waited to be opened; `already_gone`, whose
 * process was not there any more; `not_permitted`, whose process the agent may
 * not signal and which may run on.
 */
#define SESSION_ENDS(F)                                                        \
	F(num, sessions_ended)                                                 \
	F(num, ended)                                                          \
	F(num, already_gone)                                                   \
	F(num, not_permitted)

/* `all`: those that have ended, too. */
#define SESSION_LIST_REQUEST(F)                                                \
	F(opt_str, user)                                                       \
	F(opt_flag, all)
DECLARE_FIELDS(session_list_request, SESSION_LIST_REQUEST)

#define SESSION_SHOW_REQUEST(F) F(str, session)
DECLARE_FIELDS(session_show_request, SESSION_SHOW_REQUEST)

/* `state`: pending, active, closed, expired or revoked. `leader`: the pid of
 * the process that opened it. `idle`: seconds since the last activity, of a
 * session that has ended until its end. */
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
	F(opt_num, leader)                                                     \
	F(num, idle)
DECLARE_FIELDS(session_view, SESSION_VIEW)

/* Exactly one of session, device and user. */
#define SESSION_TERMINATE_REQUEST(F)                                           \
	F(opt_str, session)                                                    \
	F(opt_str, device)                                                     \
	F(opt_str, user)                                                       \
	F(opt_str, reason)
DECLARE_FIELDS(session_terminate_request, SESSION_TERMINATE_REQUEST)

/* `result`: terminated or already ended, of one session; terminated or no
 * sessions. */
#define SESSION_TERMINATE_REPLY(F)                                             \
	F(opt_str, session)                                                    \
	F(str, result)                                                         \
	SESSION_ENDS(F)
DECLARE_FIELDS(session_terminate_reply, SESSION_TERMINATE_REPLY)

/* What the agent tells itself of a session whose process is gone. */
#define SESSION_GONE_REQUEST(F)                                                \
	F(str, session)                                                        \
	F(str, reason)
DECLARE_FIELDS(session_gone_request, SESSION_GONE_REQUEST)

#endif
