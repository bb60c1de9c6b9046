/* SPDX-License-Identifier: BSD-3-Clause */
#include "varlink/session.h"

DEFINE_FIELDS(session_list_request, SESSION_LIST_REQUEST)
DEFINE_FIELDS(session_show_request, SESSION_SHOW_REQUEST)
DEFINE_FIELDS(session_view, SESSION_VIEW)
DEFINE_FIELDS(session_terminate_request, SESSION_TERMINATE_REQUEST)
DEFINE_FIELDS(session_terminate_reply, SESSION_TERMINATE_REPLY)
DEFINE_FIELDS(session_gone_request, SESSION_GONE_REQUEST)
