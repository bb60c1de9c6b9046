/* SPDX-License-Identifier: BSD-3-Clause */
#include "varlink/rollout.h"

DEFINE_FIELDS(uses_request, USES_REQUEST)
DEFINE_FIELDS(use_view, USE_VIEW)
