/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/policy/policy.h"

#include <inttypes.h>
#include <string.h>

static enum err
check_name(const char *sub, const char *user, struct trail *trail)
{
	if (strcmp(sub, user) == 0)
		return OK;
	trail_note(trail, "the token is for ");
	trail_quote(trail, sub);
	trail_note(trail, ", not for ");
	trail_quote(trail, user);
	return ERR_WRONG_USER;
}

static enum err
check_uid(const struct policy *policy, int64_t uid, struct trail *trail)
{
	if (uid == 0 && policy->allow_root)
		return OK;
	if (uid == 0) {
		trail_note(trail, "root may not log in with a token");
		return ERR_WRONG_USER;
	}
	if (uid < 0 || uid < policy->min_uid) {
		trail_note(trail, "uid %" PRId64 " is below %" PRId64, uid,
		    policy->min_uid);
		return ERR_WRONG_USER;
	}
	return OK;
}

enum err
policy_check(const struct policy *policy, const char *sub, const char *user,
    int64_t uid, struct trail *trail)
{
	enum err e;

	trail_open(trail, "user");
	e = check_name(sub, user, trail);
	if (e == OK)
		e = check_uid(policy, uid, trail);
	if (e == OK)
		trail_quote(trail, user);
	trail_close(trail, e);
	return e;
}
