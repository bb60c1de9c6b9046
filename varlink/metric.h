/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef VARLINK_METRIC_H
#define VARLINK_METRIC_H

/*
 * What io.jwtagent.Admin says of metrics: one series. `samples`: what
 * Prometheus reads of it, objects {name, labels, value}, where `labels` is an
 * object of strings and `value` a number. Of a histogram they are its buckets,
 * cumulative, its sum and its count.
 */

#include "base/fields.h"

#define METRIC_VIEW(F)                                                         \
	F(str, name)                                                           \
	F(str, type)                                                           \
	F(str, help)                                                           \
	F(list, samples)
DECLARE_FIELDS(metric_view, METRIC_VIEW)

#endif
