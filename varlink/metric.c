/* SPDX-License-Identifier: BSD-3-Clause */
#include "varlink/metric.h"

DEFINE_FIELDS(metric_view, METRIC_VIEW)
