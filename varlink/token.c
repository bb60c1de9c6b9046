/* SPDX-License-Identifier: BSD-3-Clause */
#include "varlink/token.h"

DEFINE_FIELDS(refresh_request, REFRESH_REQUEST)
DEFINE_FIELDS(refresh_reply, REFRESH_REPLY)
DEFINE_FIELDS(explain_request, EXPLAIN_REQUEST)
DEFINE_FIELDS(explain_reply, EXPLAIN_REPLY)
DEFINE_FIELDS(keys_reply, KEYS_REPLY)
DEFINE_FIELDS(token_revoke_request, TOKEN_REVOKE_REQUEST)
DEFINE_FIELDS(token_revoke_reply, TOKEN_REVOKE_REPLY)
