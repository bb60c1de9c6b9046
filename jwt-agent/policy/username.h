/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_POLICY_USERNAME_H
#define JWT_AGENT_POLICY_USERNAME_H

/* What may be taken for the name of a user at all. */

#define USER_NAME_MAX 256 /* bytes */

/*
 * NULL when `name` may be looked up; else what is wrong with it, to follow
 * "the name": empty or longer than USER_NAME_MAX, not UTF-8, with a slash, a
 * colon, white space or anything that is not seen, a hyphen in front, or
 * nothing but digits.
 */
const char *user_name_problem(const char *name);

#endif
