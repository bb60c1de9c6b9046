/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef VARLINK_FLAG_H
#define VARLINK_FLAG_H

/*
 * io.jwtagent.Admin: flags. A state is "on", "off" or a percentage, "25%".
 * Times are seconds since 1970.
 */

#include "base/fields.h"

/* A setting that is taken away. */
#define FLAG_DEFAULT "default"

/* `state` may be FLAG_DEFAULT, too. With `user` it holds for that user alone,
 * and is no percentage. */
#define FLAG_SET_REQUEST(F)                                                    \
	F(str, flag)                                                           \
	F(str, state)                                                          \
	F(opt_str, user)
DECLARE_FIELDS(flag_set_request, FLAG_SET_REQUEST)

/* `before` and `after` may be FLAG_DEFAULT. */
#define FLAG_SET_REPLY(F)                                                      \
	F(str, flag)                                                           \
	F(opt_str, user)                                                       \
	F(str, before)                                                         \
	F(str, after)
DECLARE_FIELDS(flag_set_reply, FLAG_SET_REPLY)

/* Without a change that could be taken back there is no flag. `left`: how many
 * more can be. */
#define FLAG_UNDO_REPLY(F)                                                     \
	F(opt_str, flag)                                                       \
	F(opt_str, user)                                                       \
	F(opt_str, before)                                                     \
	F(opt_str, after)                                                      \
	F(num, left)
DECLARE_FIELDS(flag_undo_reply, FLAG_UNDO_REPLY)

#define FLAG_LIST_REQUEST(F) F(opt_str, user)
DECLARE_FIELDS(flag_list_request, FLAG_LIST_REQUEST)

/* `holds`: for the user, or for everybody; `why`: override, set, configured or
 * built-in, what `state`, `changed` and `by` (a uid) are of; `by` and `bucket`
 * are -1 where there is none. `configured`: the state when nothing is set. */
#define FLAG_VIEW(F)                                                           \
	F(str, flag)                                                           \
	F(opt_str, user)                                                       \
	F(flag, holds)                                                         \
	F(str, state)                                                          \
	F(str, why)                                                            \
	F(num, bucket)                                                         \
	F(opt_num, changed)                                                    \
	F(num, by)                                                             \
	F(num, overrides_on)                                                   \
	F(num, overrides_off)                                                  \
	F(str, configured)                                                     \
	F(str, about)                                                          \
	F(str, off_means)
DECLARE_FIELDS(flag_view, FLAG_VIEW)

#endif
