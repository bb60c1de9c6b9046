/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_SERVICE_MARK_H
#define JWT_AGENT_SERVICE_MARK_H

/*
 * Marks that revoke tokens: one token by its name, or everything that was
 * issued in a second or before, of a device, a user, an issuer or altogether.
 * What is issued in the very second of a mark counts as issued before it, and
 * so does a token without iat. A mark ends when no token can be meant any
 * more. Times are seconds since 1970.
 */

#include "jwt-agent/service/call.h"
#include "jwt-agent/service/origin.h"
#include "lmdb-store/revoked.h"

/* The largest leeway= and more: how long after exp a token may be accepted,
 * whatever the configuration comes to say. */
#define MARK_SLACK (10 * 60)
/* The largest access_lifetime=. */
#define MARK_ACCESS_LIFETIME (24 * 3600)
/* The largest refresh_absolute=: how long marks last that mean refresh tokens
 * too, which are those of users, of this agent and of everything. */
#define MARK_REFRESH_LIFETIME (INT64_C(3650) * 24 * 3600)
/* What a token of an issuer without max_lifetime= is taken to last at most
 * when the token itself is not there to say. */
#define MARK_FOREIGN_LIFETIME (INT64_C(365) * 24 * 3600)

/* What there is to know of a token. */
struct marked {
	const char *issuer; /* iss */
	const char *token;  /* mark_of_token() */
	const char *device; /* its id, NULL: it is new */
	int64_t uid;
	int64_t issued; /* 0: the token does not say */
};

/* A sentence: what is revoked, and why. */
struct mark_reason {
	char text[192];
};

/* By what name a token is revoked: issuer and jti, or what it was known by
 * (origin_of_token()) when it has no jti. */
MUST_USE enum err mark_of_token(const char *issuer, const char *jti,
    const char *origin, char mark[ORIGIN_HASH_SIZE + 1]);

/* OK, or ERR_REVOKED with `why`. */
MUST_USE enum err mark_check(
    struct call *call, const struct marked *what, struct mark_reason *why);

/* The same for what else this agent gave to a user and when: a refresh family, a
 * login code. The reason becomes the detail of the call's event. */
MUST_USE enum err
mark_check_given(struct call *call, int64_t uid, int64_t issued);

/* Marks one token, which may be accepted until `expires` and its leeway. It
 * was marked before: `*already`. */
MUST_USE enum err mark_token(struct call *call, const char *mark,
    int64_t expires, const char *reason, bool *already);

/* Marks what was issued until now: to a user, to anybody, by an issuer, and to
 * a device by the issuer of its tokens (its iss, which need not be configured
 * any more). */
MUST_USE enum err mark_user(struct call *call, int64_t uid, const char *reason);
MUST_USE enum err mark_all(struct call *call, const char *reason);
MUST_USE enum err
mark_issuer(struct call *call, const struct issuer *issuer, const char *reason);
MUST_USE enum err mark_device(struct call *call, const char *device,
    const char *issuer, const char *reason);

/* How long tokens of this issuer can last, seconds; NULL: it is not known. */
int64_t mark_lifetime(const struct issuer *issuer);

/* The second that something issued now to this user is dated with, so that no
 * mark of this very second means it: now, or the next. */
MUST_USE enum err
mark_issue_time(struct call *call, int64_t uid, int64_t *issued);

#endif
