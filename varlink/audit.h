/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef VARLINK_AUDIT_H
#define VARLINK_AUDIT_H

/*
 * What io.jwtagent.Admin says of the audit. Times are seconds since 1970.
 */

#include "base/fields.h"

/*
 * The newest `limit` events of those that are asked for: all of them when
 * `since` is given without a limit, else 100. The texts have to be exactly those
 * of the event; `since` is the first second, `until` the last. `after`: all
 * behind the event of this number, instead. `alerts`: only what tells of alerts.
 * `follow`: and then those that come.
 */
#define AUDIT_REQUEST(F)                                                       \
	F(opt_num, limit)                                                      \
	F(opt_str, user)                                                       \
	F(opt_str, device)                                                     \
	F(opt_str, session)                                                    \
	F(opt_str, service)                                                    \
	F(opt_str, rhost)                                                      \
	F(opt_str, event)                                                      \
	F(opt_str, outcome)                                                    \
	F(opt_str, reason)                                                     \
	F(opt_num, since)                                                      \
	F(opt_num, until)                                                      \
	F(opt_num, after)                                                      \
	F(opt_flag, alerts)                                                    \
	F(opt_flag, follow)
DECLARE_FIELDS(audit_request, AUDIT_REQUEST)

/* `outcome`: granted, denied or fault. `reason`: the name of the error.
 * `uid`: -1 when nobody is meant. `command`: what the caller's process calls
 * itself. `count`: how many denials that have no event of their own this one
 * stands for; absent: it is one event. */
#define AUDIT_VIEW(F)                                                          \
	F(num, seq)                                                            \
	F(num, time)                                                           \
	F(str, event)                                                          \
	F(str, outcome)                                                        \
	F(str, reason)                                                         \
	F(opt_str, detail)                                                     \
	F(opt_str, user)                                                       \
	F(num, uid)                                                            \
	F(opt_str, device)                                                     \
	F(opt_str, session)                                                    \
	F(opt_str, service)                                                    \
	F(opt_str, rhost)                                                      \
	F(opt_str, tty)                                                        \
	F(num, caller_uid)                                                     \
	F(num, caller_pid)                                                     \
	F(opt_str, command)                                                    \
	F(opt_num, count)
DECLARE_FIELDS(audit_view, AUDIT_VIEW)

/* `head`: a compact JWS of type audit-head+jwt with the claims iss, iat, seq
 * and link of the newest event. */
#define AUDIT_HEAD_REPLY(F)                                                    \
	F(str, head)                                                           \
	F(num, seq)                                                            \
	F(num, time)
DECLARE_FIELDS(audit_head_reply, AUDIT_HEAD_REPLY)

#define AUDIT_HOLD_REQUEST(F) F(str, head)
DECLARE_FIELDS(audit_hold_request, AUDIT_HOLD_REQUEST)

/* `holds`: the event of this head and with it all before it are as they were.
 * `problem`: why not. */
#define AUDIT_HOLD_REPLY(F)                                                    \
	F(num, seq)                                                            \
	F(num, time)                                                           \
	F(flag, holds)                                                         \
	F(opt_str, problem)
DECLARE_FIELDS(audit_hold_reply, AUDIT_HOLD_REPLY)

#endif
