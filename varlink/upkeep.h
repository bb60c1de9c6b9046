/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef VARLINK_UPKEEP_H
#define VARLINK_UPKEEP_H

/*
 * What io.jwtagent.Admin says of upkeep: the jobs of jwt-agent/config/job.h.
 * Times are seconds since 1970, `interval` is seconds.
 */

#include "base/fields.h"

/* `wanted`: the configuration asks for it. `last`, `outcome` and `detail` of the
 * last run, absent when there was none; `next`: when it is due, `overdue`: that
 * was too long ago; both only where it is wanted. */
#define UPKEEP_VIEW(F)                                                         \
	F(str, job)                                                            \
	F(str, does)                                                           \
	F(num, interval)                                                       \
	F(flag, wanted)                                                        \
	F(opt_num, last)                                                       \
	F(opt_str, outcome)                                                    \
	F(opt_str, detail)                                                     \
	F(opt_num, next)                                                       \
	F(flag, overdue)
DECLARE_FIELDS(upkeep_view, UPKEEP_VIEW)

/* `outcome`: ok, due, failed or skipped. */
#define UPKEEP_DONE_REQUEST(F)                                                 \
	F(str, job)                                                            \
	F(str, outcome)                                                        \
	F(num, began)                                                          \
	F(opt_str, detail)
DECLARE_FIELDS(upkeep_done_request, UPKEEP_DONE_REQUEST)

#define SWEEP_STEP_REQUEST(F) F(num, number)
DECLARE_FIELDS(sweep_step_request, SWEEP_STEP_REQUEST)

/* `more`: there may be more of it; `last`: there is no sweep behind it. */
#define SWEEP_STEP_REPLY(F)                                                    \
	F(str, sweep)                                                          \
	F(num, removed)                                                        \
	F(flag, more)                                                          \
	F(flag, last)
DECLARE_FIELDS(sweep_step_reply, SWEEP_STEP_REPLY)

#endif
