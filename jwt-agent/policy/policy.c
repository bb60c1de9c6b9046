/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/policy/policy.h"

#include <inttypes.h>
#include <string.h>

static enum err
check_name(const char *mapped, const char *user, struct trail *trail)
{
	if (strcmp(mapped, user) == 0)
		return OK;
	trail_note(trail, "the token is for ");
	trail_quote(trail, mapped);
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
		trail_rule(trail, "service", "allow_root");
		trail_note(trail, "root may not log in with a token");
		return ERR_WRONG_USER;
	}
	if (uid < 0 || uid < policy->min_uid) {
		trail_rule(trail, "service", "min_uid");
		trail_note(trail, "uid %" PRId64 " is below %" PRId64, uid,
		    policy->min_uid);
		return ERR_WRONG_USER;
	}
	return OK;
}

enum err
policy_user(const struct policy *policy, const struct policy_subject *subject,
    struct trail *trail)
{
	enum err e;

	trail_open(trail, "user");
	trail_found(trail, subject->mapped);
	trail_wanted(trail, "%s", subject->user);
	e = check_name(subject->mapped, subject->user, trail);
	if (e == OK)
		e = check_uid(policy, subject->uid, trail);
	if (e == OK)
		trail_quote(trail, subject->user);
	trail_close(trail, e);
	return e;
}
