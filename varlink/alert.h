/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef VARLINK_ALERT_H
#define VARLINK_ALERT_H

/*
 * io.jwtagent.Alert. Times are seconds since 1970.
 */

#include "base/fields.h"

/*
 * `state`: ok, firing, unknown (nothing was measured yet) or off. `value`: the
 * number now, with its unit as `threshold` has it. `window`: seconds; absent
 * for a level. `rests_until`: it does not fire again before.
 */
#define ALERT_VIEW(F)                                                          \
	F(str, name)                                                           \
	F(str, state)                                                          \
	F(str, kind)                                                           \
	F(strs, of)                                                            \
	F(opt_str, value)                                                      \
	F(str, threshold)                                                      \
	F(opt_num, window)                                                     \
	F(opt_num, fired)                                                      \
	F(opt_num, cleared)                                                    \
	F(opt_num, rests_until)
DECLARE_FIELDS(alert_view, ALERT_VIEW)

#define ALERT_TEST_REQUEST(F) F(str, alert)
DECLARE_FIELDS(alert_test_request, ALERT_TEST_REQUEST)

#define ALERT_TEST_REPLY(F)                                                    \
	F(str, name)                                                           \
	F(str, detail)
DECLARE_FIELDS(alert_test_reply, ALERT_TEST_REPLY)

#endif
