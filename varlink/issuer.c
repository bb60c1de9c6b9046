/* SPDX-License-Identifier: BSD-3-Clause */
#include "varlink/issuer.h"

DEFINE_FIELDS(issuer_request, ISSUER_REQUEST)
DEFINE_FIELDS(issuer_view, ISSUER_VIEW)
DEFINE_FIELDS(issuer_list_request, ISSUER_LIST_REQUEST)
DEFINE_FIELDS(issuer_revoke_request, ISSUER_REVOKE_REQUEST)
DEFINE_FIELDS(issuer_revoke_reply, ISSUER_REVOKE_REPLY)
