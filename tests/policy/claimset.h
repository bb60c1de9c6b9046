/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef TESTS_POLICY_CLAIMSET_H
#define TESTS_POLICY_CLAIMSET_H

/* Claims and lists for the tests of policy. Whatever fails here is a fault of
 * the test. */

#include "base/texts.h"
#include "jwt-agent/verify/claims.h"

/* The claims of a JSON object, which is written with ' for ". */
struct claims *claimset(const char *json);

/* The items of a list, which is written with commas; NULL and "" are none. */
struct texts textlist(const char *items);

#endif
