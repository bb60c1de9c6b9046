/* SPDX-License-Identifier: BSD-3-Clause */
#include "varlink/transfer.h"

DEFINE_FIELDS(user_line, USER_LINE)
DEFINE_FIELDS(device_line, DEVICE_LINE)
DEFINE_FIELDS(session_line, SESSION_LINE)
DEFINE_FIELDS(export_request, EXPORT_REQUEST)
DEFINE_FIELDS(export_line, EXPORT_LINE)
DEFINE_FIELDS(import_request, IMPORT_REQUEST)
DEFINE_FIELDS(import_reply, IMPORT_REPLY)
