/* SPDX-License-Identifier: BSD-3-Clause */
#include "varlink/device.h"

DEFINE_FIELDS(enroll_request, ENROLL_REQUEST)
DEFINE_FIELDS(enroll_reply, ENROLL_REPLY)
DEFINE_FIELDS(device_list_request, DEVICE_LIST_REQUEST)
DEFINE_FIELDS(device_request, DEVICE_REQUEST)
DEFINE_FIELDS(device_view, DEVICE_VIEW)
DEFINE_FIELDS(device_revoke_request, DEVICE_REVOKE_REQUEST)
DEFINE_FIELDS(device_revoke_reply, DEVICE_REVOKE_REPLY)
DEFINE_FIELDS(device_restore_reply, DEVICE_RESTORE_REPLY)
DEFINE_FIELDS(device_detail, DEVICE_DETAIL)
DEFINE_FIELDS(device_rename_request, DEVICE_RENAME_REQUEST)
DEFINE_FIELDS(device_rename_reply, DEVICE_RENAME_REPLY)
DEFINE_FIELDS(enroll_again_request, ENROLL_AGAIN_REQUEST)
