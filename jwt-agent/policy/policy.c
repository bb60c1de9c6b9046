/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/policy/policy.h"
#include "jwt-agent/policy/rule.h"
#include "jwt-agent/policy/step.h"

#include <inttypes.h>
#include <string.h>

static enum err
check_name(const char *mapped, const char *user, struct trail *trail)
{
	if (strcmp(mapped, user) == 0)
		return OK;
	trail_rule(trail, "issuer", "username_map");
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
		trail_found_number(trail, uid);
		trail_wanted(trail, "allow_root=yes");
		trail_note(trail, "root may not log in with a token");
		return ERR_WRONG_USER;
	}
	if (uid < 0 || uid < policy->min_uid) {
		trail_rule(trail, "service", "min_uid");
		trail_found_number(trail, uid);
		trail_wanted(
		    trail, "uid %" PRId64 " or above", policy->min_uid);
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
	step_wanted(trail, &subject->user, 1);
	e = check_name(subject->mapped, subject->user, trail);
	if (e == OK)
		e = check_uid(policy, subject->uid, trail);
	if (e == OK)
		trail_quote(trail, subject->user);
	trail_close(trail, e);
	return e;
}

static bool
is_asked(const struct rule *rule)
{
	return (rule->list != NULL && rule->list->count > 0) ||
	    rule->seconds != 0;
}

enum err
policy_service(const struct policy *policy,
    const struct policy_subject *subject, struct trail *trail)
{
	const struct rule rules[] = {
	    {"issuers", {"service", "issuers"}, rule_issuers, policy->issuers,
		0},
	    {"users", {"service", "users"}, rule_users, policy->users, 0},
	    {"issuer claims", {"issuer", "require_claims"}, rule_claims,
		subject->issuer_claims, 0},
	    {"claims", {"service", "require_claims"}, rule_claims,
		policy->require_claims, 0},
	    {"groups", {"service", "require_groups"}, rule_groups,
		policy->require_groups, 0},
	    {"acr", {"service", "require_acr"}, rule_acr, policy->require_acr,
		0},
	    {"amr", {"service", "require_amr"}, rule_amr, policy->require_amr,
		0},
	    {"auth age", {"service", "max_auth_age"}, rule_auth_age, NULL,
		policy->max_auth_age},
	    {"token age", {"service", "max_token_age"}, rule_token_age, NULL,
		policy->max_token_age},
	};
	enum err e = OK;

	for (size_t i = 0; i < sizeof(rules) / sizeof(*rules) && e == OK; i++) {
		const struct rule *rule = &rules[i];

		if (!is_asked(rule))
			continue;
		trail_open(trail, rule->step);
		trail_rule(trail, rule->key.section, rule->key.key);
		e = rule->check(rule, subject, trail);
		trail_close(trail, e);
	}
	return e;
}
