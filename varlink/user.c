/* SPDX-License-Identifier: BSD-3-Clause */
#include "varlink/user.h"

DEFINE_FIELDS(user_show_request, USER_SHOW_REQUEST)
DEFINE_FIELDS(user_view, USER_VIEW)
DEFINE_FIELDS(user_set_request, USER_SET_REQUEST)
DEFINE_FIELDS(user_set_reply, USER_SET_REPLY)
DEFINE_FIELDS(user_renew_request, USER_RENEW_REQUEST)
DEFINE_FIELDS(user_renew_reply, USER_RENEW_REPLY)
DEFINE_FIELDS(user_logout_request, USER_LOGOUT_REQUEST)
DEFINE_FIELDS(user_logout_reply, USER_LOGOUT_REPLY)
DEFINE_FIELDS(user_forget_request, USER_FORGET_REQUEST)
DEFINE_FIELDS(user_forget_reply, USER_FORGET_REPLY)
DEFINE_FIELDS(user_forget_step_request, USER_FORGET_STEP_REQUEST)
DEFINE_FIELDS(user_forget_step_reply, USER_FORGET_STEP_REPLY)
