/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef LMDB_STORE_AUDIT_RECORD_H
#define LMDB_STORE_AUDIT_RECORD_H

/* One event of the audit. */

#include "base/fields.h"

/* `reason`: the name of the error, "ok". `uid`: of the user that it is
 * about, -1 for none. `caller_uid`, `caller_pid`, `command`: who asked. `count`:
 * how many denials that are not recorded by themselves it stands for
 * (flood.h). The last three are those of chain.h. */
#define AUDIT_RECORD(F)                                                        \
	F(num, v)                                                              \
	F(num, seq)                                                            \
	F(num, time)                                                           \
	F(str, event)                                                          \
	F(str, outcome)                                                        \
	F(str, reason)                                                         \
	F(opt_str, detail)                                                     \
	F(opt_str, user)                                                       \
	F(num, uid)                                                            \
	F(opt_str, device)                                                     \
	F(opt_str, session)                                                    \
	F(opt_str, service)                                                    \
	F(opt_str, rhost)                                                      \
	F(opt_str, tty)                                                        \
	F(num, caller_uid)                                                     \
	F(num, caller_pid)                                                     \
	F(opt_str, command)                                                    \
	F(opt_num, count)                                                      \
	F(opt_str, link)                                                       \
	F(opt_str, person)                                                     \
	F(opt_str, redaction)
DECLARE_FIELDS(audit_record, AUDIT_RECORD)

#endif
