/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_POLICY_MAPPING_H
#define JWT_AGENT_POLICY_MAPPING_H

/*
 * From the claim that names a user to the name of the user on this host: the
 * rules of `username_map=`. A rule is `PATTERN` or `PATTERN -> USER`, where
 * PATTERN is
 *
 *	/ERE/		a POSIX extended expression (see pattern.h)
 *	corp-{user}	a text with one {user}, which stands for one or more bytes
 *	alice@corp	a text
 *
 * and always takes in the whole claim. Without USER the result is what {user}
 * stood for, the first group of an expression or the whole claim when it has
 * none, and of a text the claim. USER may contain that result as {user}.
 *
 * The first rule that matches decides, and when none does there is no user:
 * `alice@partner` is never alice because of a rule for `{user}@corp`. Without
 * any rule the result is the whole claim.
 */

#include "base/autofree.h"
#include "base/options.h"
#include "base/texts.h"
#include "jwt-agent/policy/username.h"

#define MAPPING_USER_MAX USER_NAME_MAX
#define MAPPING_RULE_MAX 512 /* bytes of one rule */

struct mapping;

/*
 * `rules` is copied; NULL or empty: the whole claim. ERR_CONFIG with a
 * sentence that quotes the rule: it is malformed, or no claim could make it
 * name a user. ERR_NO_MEMORY.
 */
MUST_USE enum err mapping_new(
    struct mapping **out, const struct texts *rules, struct option_error *why);

/* NULL is fine. */
void mapping_free(struct mapping *mapping);
DEFINE_AUTO_FREE(mapping)

/*
 * ERR_WRONG_USER when no rule matches or when what the rule says is no name
 * (user_name_problem()); ERR_NO_MEMORY. `user` is set when OK is returned.
 * The answer depends on nothing but the rules and the claim; what a
 * mapping remembers of earlier claims makes it faster, and is bounded.
 */
MUST_USE enum err mapping_apply(const struct mapping *mapping,
    const char *claim, char user[MAPPING_USER_MAX + 1]);

#endif
