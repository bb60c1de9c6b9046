/* SPDX-License-Identifier: BSD-3-Clause */
#include "varlink/audit.h"

DEFINE_FIELDS(audit_request, AUDIT_REQUEST)
DEFINE_FIELDS(audit_view, AUDIT_VIEW)
DEFINE_FIELDS(audit_head_reply, AUDIT_HEAD_REPLY)
DEFINE_FIELDS(audit_hold_request, AUDIT_HOLD_REQUEST)
DEFINE_FIELDS(audit_hold_reply, AUDIT_HOLD_REPLY)
