/* SPDX-License-Identifier: BSD-3-Clause */
#include "varlink/login.h"

DEFINE_FIELDS(authenticate_request, AUTHENTICATE_REQUEST)
DEFINE_FIELDS(authenticate_reply, AUTHENTICATE_REPLY)
DEFINE_FIELDS(session_request, SESSION_REQUEST)
DEFINE_FIELDS(credential_request, CREDENTIAL_REQUEST)
DEFINE_FIELDS(change_request, CHANGE_REQUEST)
DEFINE_FIELDS(empty, EMPTY)
