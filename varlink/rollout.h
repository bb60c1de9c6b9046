/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef VARLINK_ROLLOUT_H
#define VARLINK_ROLLOUT_H

/*
 * io.jwtagent.Admin.Uses. Times are seconds since 1970.
 */

#include "varlink/message.h"

/* `since`: from the day of UTC on in which this is, `recent` is counted. */
#define USES_REQUEST(F) F(opt_num, since)
DECLARE_FIELDS(uses_request, USES_REQUEST)

/* `kind`: issuer, algorithm or claims, of which `until` says from when on it
 * is refused; version, of which there are `devices` and `users`; fallback,
 * whose `name` is a claim and where it came from. `uses`, by whom and when
 * `last`, and how many of them are `recent`: from `recent_since` on, the
 * beginning of a day; `current`: what new tokens have. */
#define USE_VIEW(F)                                                            \
	F(str, kind)                                                           \
	F(str, name)                                                           \
	F(opt_num, until)                                                      \
	F(opt_flag, current)                                                   \
	F(opt_num, devices)                                                    \
	F(opt_num, users)                                                      \
	F(num, uses)                                                           \
	F(opt_str, user)                                                       \
	F(opt_num, last)                                                       \
	F(num, recent)                                                         \
	F(opt_num, recent_since)
DECLARE_FIELDS(use_view, USE_VIEW)

#endif
