/* SPDX-License-Identifier: BSD-3-Clause */
#include "varlink/upkeep.h"

DEFINE_FIELDS(upkeep_view, UPKEEP_VIEW)
DEFINE_FIELDS(upkeep_done_request, UPKEEP_DONE_REQUEST)
DEFINE_FIELDS(sweep_step_request, SWEEP_STEP_REQUEST)
DEFINE_FIELDS(sweep_step_reply, SWEEP_STEP_REPLY)
