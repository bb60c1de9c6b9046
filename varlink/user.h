/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef VARLINK_USER_H
#define VARLINK_USER_H

/*
 * io.jwtagent.User. Times are seconds since 1970.
 */

#include "varlink/session.h"

#define USER_SHOW_REQUEST(F) F(str, user)
DECLARE_FIELDS(user_show_request, USER_SHOW_REQUEST)

/* `devices` that are active and `devices_revoked`, `sessions` that live.
 * `marks`: objects {kind, before, until, reason}; kind is user or everybody. */
#define USER_VIEW(F)                                                           \
	F(str, user)                                                           \
	F(num, uid)                                                            \
	F(num, devices)                                                        \
	F(num, devices_revoked)                                                \
	F(num, sessions)                                                       \
	F(opt_num, seen)                                                       \
	F(list, marks)                                                         \
	F(opt_object, attributes)                                              \
	F(opt_num, asked)
DECLARE_FIELDS(user_view, USER_VIEW)

/* `set`: texts, whole numbers, true and false by name; null takes one out. */
#define USER_SET_REQUEST(F)                                                    \
	F(str, user)                                                           \
	F(object, set)
DECLARE_FIELDS(user_set_request, USER_SET_REQUEST)

/* All that are set now. */
#define USER_SET_REPLY(F)                                                      \
	F(str, user)                                                           \
	F(num, uid)                                                            \
	F(object, attributes)
DECLARE_FIELDS(user_set_reply, USER_SET_REPLY)

/* Exactly one of `user` and `which`, outdated or all; of the latter those
 * behind the place that the last answer named. */
#define USER_RENEW_REQUEST(F)                                                  \
	F(opt_str, user)                                                       \
	F(opt_str, which)                                                      \
	F(opt_flag, dry_run)                                                   \
	F(opt_num, after_version)                                              \
	F(opt_num, after_uid)
DECLARE_FIELDS(user_renew_request, USER_RENEW_REQUEST)

/* `users` of this step; `total`: of all steps, or somewhat more. */
#define USER_RENEW_REPLY(F)                                                    \
	F(num, users)                                                          \
	F(num, total)                                                          \
	F(flag, more)                                                          \
	F(num, after_version)                                                  \
	F(num, after_uid)
DECLARE_FIELDS(user_renew_reply, USER_RENEW_REPLY)

/* Exactly one of `user` and `all`. */
#define USER_LOGOUT_REQUEST(F)                                                 \
	F(opt_str, user)                                                       \
	F(opt_flag, all)                                                       \
	F(opt_str, reason)
DECLARE_FIELDS(user_logout_request, USER_LOGOUT_REQUEST)

/* `before`: what was issued in this second or earlier is revoked. */
#define USER_LOGOUT_REPLY(F)                                                   \
	F(opt_str, user)                                                       \
	F(num, before)                                                         \
	SESSION_ENDS(F)
DECLARE_FIELDS(user_logout_reply, USER_LOGOUT_REPLY)

/* Exactly one of `user` and `uid`. */
#define USER_FORGET_REQUEST(F)                                                 \
	F(opt_str, user)                                                       \
	F(opt_num, uid)
DECLARE_FIELDS(user_forget_request, USER_FORGET_REQUEST)

#define USER_FORGET_REPLY(F)                                                   \
	F(str, pseudonym)                                                      \
	SESSION_ENDS(F)
DECLARE_FIELDS(user_forget_reply, USER_FORGET_REPLY)

#define USER_FORGET_STEP_REQUEST(F) F(str, pseudonym)
DECLARE_FIELDS(user_forget_step_request, USER_FORGET_STEP_REQUEST)

/* `more`: there is more to do; `waits`: but not before a session's process is
 * gone. What was removed so far, and how many events were rewritten. */
#define USER_FORGET_STEP_REPLY(F)                                              \
	F(flag, more)                                                          \
	F(flag, waits)                                                         \
	F(num, devices)                                                        \
	F(num, sessions)                                                       \
	F(num, events)
DECLARE_FIELDS(user_forget_step_reply, USER_FORGET_STEP_REPLY)

#endif
