/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef VARLINK_KEY_H
#define VARLINK_KEY_H

/*
 * io.jwtagent.Key. Times are seconds since 1970.
 */

#include "base/fields.h"

#define KEY_MASTER "master"
#define KEY_DATA "data"
#define KEY_SIGNING "signing"

/* The interface file says what each means. */
#define KEY_VIEW(F)                                                            \
	F(str, kind)                                                           \
	F(str, key)                                                            \
	F(opt_str, algorithm)                                                  \
	F(str, state)                                                          \
	F(opt_num, since)                                                      \
	F(opt_num, until)                                                      \
	F(opt_num, left)
DECLARE_FIELDS(key_view, KEY_VIEW)

#define KEY_ROTATE_REQUEST(F) F(opt_flag, now)
DECLARE_FIELDS(key_rotate_request, KEY_ROTATE_REQUEST)

/* 32 bytes, in hexadecimal or base64. */
#define KEY_MASTER_REQUEST(F) F(opt_secret, new_key)
DECLARE_FIELDS(key_master_request, KEY_MASTER_REQUEST)

#endif
