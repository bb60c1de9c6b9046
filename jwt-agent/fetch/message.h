/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_FETCH_MESSAGE_H
#define JWT_AGENT_FETCH_MESSAGE_H

/*
 * What the agent and the fetcher say to each other over a stream: one request
 * until its end of file, one reply, the end. Both are JSON objects.
 */

#include "base/fields.h"

/* Bytes. A reply is a key set of at most FETCH_BODY_MAX, written anew. */
#define FETCH_REQUEST_MAX (16 * 1024)
#define FETCH_BODY_MAX (512 * 1024)
#define FETCH_REPLY_MAX (600 * 1024)

/* Of a whole fetch; the agent ends a fetcher that goes on for longer. */
#define FETCH_SECONDS 8
#define FETCH_CONNECT_SECONDS 3

/*
 * url        of the key set; with `discovery` the issuer itself
 * discovery  ask the issuer where its keys are (OpenID Connect Discovery 1.0)
 * ca_file    PEM certificates to trust instead of the system's
 */
#define FETCH_REQUEST(F)                                                       \
	F(str, url)                                                            \
	F(opt_flag, discovery)                                                 \
	F(opt_str, ca_file)
DECLARE_FIELDS(fetch_request, FETCH_REQUEST)

/*
 * Either `problem`, a sentence for an administrator in printable ASCII, or
 * `jwks`, an object that nobody has looked into yet, with `url`, from where
 * it came, redirects followed.
 * max_age   seconds for which its provider lets it be kept; 0: it says nothing
 * no_cache  its provider says that it may not be kept; max_age is then 0
 */
#define FETCH_REPLY(F)                                                         \
	F(opt_object, jwks)                                                    \
	F(opt_str, url)                                                        \
	F(opt_num, max_age)                                                    \
	F(opt_flag, no_cache)                                                  \
	F(opt_str, problem)
DECLARE_FIELDS(fetch_reply, FETCH_REPLY)

#endif
