/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef VARLINK_TRANSFER_H
#define VARLINK_TRANSFER_H

/*
 * What goes out of a store and into another as JSON lines: no secrets, and
 * nothing that only one store can use. Times are seconds since 1970. The lists
 * below are the format, which man/jwt-agent-transfer.5 describes; a member that
 * is not in them is refused.
 */

#include "base/fields.h"

#define TRANSFER_FORMAT 1

#define TRANSFER_USER "user"
#define TRANSFER_DEVICE "device"
#define TRANSFER_SESSION "session"

/* Lines of one person that are imported in one call. */
#define IMPORT_LINES_MAX 64

/* `not_before`: tokens from this second or earlier are refused. `attributes`:
 * texts, whole numbers, true and false by name. */
#define USER_LINE(F)                                                           \
	F(str, type)                                                           \
	F(opt_num, format)                                                     \
	F(str, user)                                                           \
	F(opt_num, uid)                                                        \
	F(opt_num, not_before)                                                 \
	F(opt_str, reason)                                                     \
	F(opt_object, attributes)
DECLARE_FIELDS(user_line, USER_LINE)

/* `id`: that of jwt-agent, or any text by which the other system knows it.
 * `issuer` and `origin`: of a device whose tokens another issuer makes. */
#define DEVICE_LINE(F)                                                         \
	F(str, type)                                                           \
	F(opt_num, format)                                                     \
	F(str, id)                                                             \
	F(str, user)                                                           \
	F(opt_num, uid)                                                        \
	F(str, name)                                                           \
	F(num, created)                                                        \
	F(opt_str, issuer)                                                     \
	F(opt_str, origin)                                                     \
	F(opt_num, seen)                                                       \
	F(opt_str, seen_rhost)                                                 \
	F(opt_str, seen_service)                                               \
	F(opt_str, seen_tty)                                                   \
	F(opt_num, revoked)                                                    \
	F(opt_str, revoked_reason)                                             \
	F(opt_str, jkt)                                                        \
	F(opt_str, fingerprint)                                                \
	F(opt_object, claims)
DECLARE_FIELDS(device_line, DEVICE_LINE)

/* `device`: the id of a device line, whether that is imported or not. `state`:
 * closed, expired or revoked. Without `ended` the session lives where it
 * comes from. */
#define SESSION_LINE(F)                                                        \
	F(str, type)                                                           \
	F(opt_num, format)                                                     \
	F(str, id)                                                             \
	F(str, user)                                                           \
	F(opt_num, uid)                                                        \
	F(str, device)                                                         \
	F(num, created)                                                        \
	F(opt_str, issuer)                                                     \
	F(opt_str, service)                                                    \
	F(opt_str, tty)                                                        \
	F(opt_str, rhost)                                                      \
	F(opt_num, opened)                                                     \
	F(opt_num, activity)                                                   \
	F(opt_num, expires)                                                    \
	F(opt_num, ended)                                                      \
	F(opt_str, state)                                                      \
	F(opt_str, reason)
DECLARE_FIELDS(session_line, SESSION_LINE)

/* `what`: user, device or session. */
#define EXPORT_REQUEST(F) F(str, what)
DECLARE_FIELDS(export_request, EXPORT_REQUEST)

#define EXPORT_LINE(F) F(object, line)
DECLARE_FIELDS(export_line, EXPORT_LINE)

/* `lines`: at most IMPORT_LINES_MAX objects, all of this user. */
#define IMPORT_REQUEST(F)                                                      \
	F(str, user)                                                           \
	F(list, lines)                                                         \
	F(opt_flag, dry_run)
DECLARE_FIELDS(import_request, IMPORT_REQUEST)

/* `results`: for each line an object {result, reason, detail}: result is
 * imported, present (it was there already) or skipped; reason, of a line that
 * was skipped, is a word. */
#define IMPORT_REPLY(F) F(list, results)
DECLARE_FIELDS(import_reply, IMPORT_REPLY)

#endif
