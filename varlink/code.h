/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef VARLINK_CODE_H
#define VARLINK_CODE_H

/*
 * io.jwtagent.Code. Times are seconds since 1970.
 */

#include "base/fields.h"

/* `ttl`: in seconds; absent: CODE_TTL_DEFAULT. `session`: of the caller. */
#define CODE_NEW_REQUEST(F)                                                    \
	F(str, user)                                                           \
	F(opt_str, service)                                                    \
	F(opt_str, rhost)                                                      \
	F(opt_num, ttl)                                                        \
	F(opt_str, session)
DECLARE_FIELDS(code_new_request, CODE_NEW_REQUEST)

/* `code`: grouped, as it is shown. */
#define CODE_NEW_REPLY(F)                                                      \
	F(secret, code)                                                        \
	F(num, expires)
DECLARE_FIELDS(code_new_reply, CODE_NEW_REPLY)

#define CODE_TTL_MIN 10
#define CODE_TTL_MAX 900
#define CODE_TTL_DEFAULT 120

#endif
