/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef VARLINK_ISSUER_H
#define VARLINK_ISSUER_H

/*
 * io.jwtagent.Issuer: whose tokens are accepted, and the state of their keys.
 * Times are seconds since 1970.
 */

#include "varlink/session.h"

/* `issuer`: its name in the configuration; "local" is the agent itself. */
#define ISSUER_REQUEST(F) F(str, issuer)
DECLARE_FIELDS(issuer_request, ISSUER_REQUEST)

/*
 * `source`: local, keys_file, jwks_url, discovery or secret_file. `state`: ok;
 * stale, which is good but due to be fetched again; unavailable; ended: the
 * issuer is not accepted any more. `keys`: objects {kid, alg}. `age` and `next`
 * (in how many seconds the keys are fetched again) are of fetched keys.
 * `problem`: why the last attempt to get keys gave none.
 */
#define ISSUER_VIEW(F)                                                         \
	F(str, name)                                                           \
	F(str, issuer)                                                         \
	F(str, source)                                                         \
	F(str, state)                                                          \
	F(strs, algorithms)                                                    \
	F(list, keys)                                                          \
	F(opt_num, fetched)                                                    \
	F(opt_num, age)                                                        \
	F(opt_num, next)                                                       \
	F(opt_num, tried)                                                      \
	F(opt_str, problem)
DECLARE_FIELDS(issuer_view, ISSUER_VIEW)

#define ISSUER_LIST_REQUEST(F)
DECLARE_FIELDS(issuer_list_request, ISSUER_LIST_REQUEST)

#define ISSUER_REVOKE_REQUEST(F)                                               \
	F(str, issuer)                                                         \
	F(opt_str, reason)
DECLARE_FIELDS(issuer_revoke_request, ISSUER_REVOKE_REQUEST)

/* `before`: what was issued in this second or earlier is revoked. */
#define ISSUER_REVOKE_REPLY(F)                                                 \
	F(str, name)                                                           \
	F(str, issuer)                                                         \
	F(num, before)                                                         \
	SESSION_ENDS(F)
DECLARE_FIELDS(issuer_revoke_reply, ISSUER_REVOKE_REPLY)

#endif
