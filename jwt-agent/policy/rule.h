/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_POLICY_RULE_H
#define JWT_AGENT_POLICY_RULE_H

/* The kinds of rules that a service may have for a token. */

#include "jwt-agent/policy/policy.h"

/* One as it is configured, with a list or with seconds. */
struct rule {
	const char *step;
	struct trail_rule key;
	enum err (*check)(const struct rule *rule,
	    const struct policy_subject *subject, struct trail *trail);
	const struct texts *list;
	int64_t seconds;
};

/* Each fills the step that is open. ERR_POLICY_DENIED, ERR_NO_MEMORY. */
enum err rule_issuers(const struct rule *rule,
    const struct policy_subject *subject, struct trail *trail);
enum err rule_users(const struct rule *rule,
    const struct policy_subject *subject, struct trail *trail);
enum err rule_claims(const struct rule *rule,
    const struct policy_subject *subject, struct trail *trail);
enum err rule_groups(const struct rule *rule,
    const struct policy_subject *subject, struct trail *trail);
enum err rule_acr(const struct rule *rule, const struct policy_subject *subject,
    struct trail *trail);
enum err rule_amr(const struct rule *rule, const struct policy_subject *subject,
    struct trail *trail);
enum err rule_auth_age(const struct rule *rule,
    const struct policy_subject *subject, struct trail *trail);
enum err rule_token_age(const struct rule *rule,
    const struct policy_subject *subject, struct trail *trail);

#endif
