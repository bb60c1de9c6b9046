/* SPDX-License-Identifier: BSD-3-Clause */
#include "varlink/alert.h"

DEFINE_FIELDS(alert_view, ALERT_VIEW)
DEFINE_FIELDS(alert_test_request, ALERT_TEST_REQUEST)
DEFINE_FIELDS(alert_test_reply, ALERT_TEST_REPLY)
