/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_POLICY_POLICY_H
#define JWT_AGENT_POLICY_POLICY_H

/*
 * May the subject of a good token log in as this user, at this service? Pure.
 */

#include "base/autofree.h"
#include "base/err.h"
#include "base/texts.h"
#include "jwt-agent/verify/claims.h"
#include "jwt-agent/verify/trail.h"

#include <stdbool.h>
#include <stdint.h>

#define POLICY_MIN_UID 1000
#define POLICY_GROUPS_CLAIM "groups"
#define POLICY_FUTURE_LEEWAY 5 /* seconds that a time may be ahead of us */

/*
 * The rules of one service, borrowed. 0, NULL and an empty list: not asked
 * for, except that min_uid and allow_root always hold.
 */
struct policy {
	const char *service;
	const struct texts *issuers;	    /* their names */
	const struct texts *users;	    /* PAM_USER is one of them */
	const struct texts *require_groups; /* all; items of requirement.h */
	const struct texts *require_claims; /* all; the same */
	const struct texts *require_acr;    /* acr is one of them */
	const struct texts *require_amr;    /* amr has all of them */
	int64_t max_auth_age;		    /* seconds since auth_time */
	int64_t max_token_age;		    /* seconds since iat */
	int64_t min_uid; /* the lowest that may log in, root apart */
	bool allow_root;
	const char *deny_message; /* for policy_deny_text() */
};

/* Who comes, with what; borrowed. */
struct policy_subject {
	const char *user; /* PAM_USER */
	int64_t uid;	  /* its number */
	const char *mapped;
	const char *issuer; /* its name in the configuration */
	const struct claims *claims;
	const char *groups_claim; /* a path; NULL: POLICY_GROUPS_CLAIM */
	const struct texts *issuer_claims; /* require_claims of the issuer */
	int64_t issued;			   /* iat; 0: the token has none */
	int64_t now;
};

/*
 * The step `user`. ERR_WRONG_USER when `mapped` and `user` differ in any byte,
 * for uid 0 without allow_root, for a uid below min_uid and for a negative
 * one.
 */
MUST_USE enum err policy_user(const struct policy *policy,
    const struct policy_subject *subject, struct trail *trail);

/*
 * One step for each kind of rule that is configured, in this order; the first
 * that fails decides: issuers, users, issuer claims, claims, groups, acr, amr,
 * auth age, token age. ERR_POLICY_DENIED; ERR_NO_MEMORY.
 */
MUST_USE enum err policy_service(const struct policy *policy,
    const struct policy_subject *subject, struct trail *trail);

#endif
