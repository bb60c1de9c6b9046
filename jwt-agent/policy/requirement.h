/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_POLICY_REQUIREMENT_H
#define JWT_AGENT_POLICY_REQUIREMENT_H

/*
 * What a token must say: the items of `require_claims=` and
 * `require_groups=`. Names of claims are looked up as claims_find() does, so
 * realm_access.roles is a member of a claim when no claim has that name.
 *
 * A claim item is
 *	name		the claim is there, and is not null, false or empty
 *	name=a|b	it is one of these, or an array that holds one of them
 * where a string is compared byte for byte, and a number or boolean by its
 * JSON text (3, 1.5, true).
 *
 * A group item is `a` or `a|b`: one of these is among the groups.
 */

#include "jwt-agent/verify/claims.h"

#include <stdbool.h>

#define REQUIREMENT_SIZE_MAX 512
#define REQUIREMENT_VALUE_SIZE 96 /* what is told of a value, with NUL */

/* NULL when the item is well formed; else what is wrong with it. */
const char *requirement_problem(const char *item);
const char *group_problem(const char *item);

/*
 * What a token has, for people: a string as it is, the items of an array with
 * ", " between them, other values as JSON; cut, and empty when absent.
 */
struct requirement_value {
	bool is_there;
	char text[REQUIREMENT_VALUE_SIZE];
};

/*
 * ERR_POLICY_DENIED when the token does not meet the item; ERR_NO_MEMORY.
 * `value` is set when it is not a fault.
 */
MUST_USE enum err requirement_check(const struct claims *claims,
    const char *item, struct requirement_value *value);

/* The same for a group; `path` is the claim that lists them: a string, which
 * is one group, or an array of nothing but strings. */
MUST_USE enum err group_check(const struct claims *claims, const char *path,
    const char *item, struct requirement_value *value);

/* The same for an array of nothing but strings that has to hold the item as it
 * stands, like amr. */
MUST_USE enum err member_check(const struct claims *claims, const char *path,
    const char *item, struct requirement_value *value);

#endif
