/* SPDX-License-Identifier: BSD-3-Clause */
#include "varlink/flag.h"

DEFINE_FIELDS(flag_set_request, FLAG_SET_REQUEST)
DEFINE_FIELDS(flag_set_reply, FLAG_SET_REPLY)
DEFINE_FIELDS(flag_undo_reply, FLAG_UNDO_REPLY)
DEFINE_FIELDS(flag_list_request, FLAG_LIST_REQUEST)
DEFINE_FIELDS(flag_view, FLAG_VIEW)
