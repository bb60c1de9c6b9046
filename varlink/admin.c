/* SPDX-License-Identifier: BSD-3-Clause */
#include "varlink/admin.h"

DEFINE_FIELDS(status_reply, STATUS_REPLY)
DEFINE_FIELDS(check_view, CHECK_VIEW)
DEFINE_FIELDS(store_stats_reply, STORE_STATS_REPLY)
