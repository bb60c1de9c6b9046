/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/fetch/message.h"

DEFINE_FIELDS(fetch_request, FETCH_REQUEST)
DEFINE_FIELDS(fetch_reply, FETCH_REPLY)
