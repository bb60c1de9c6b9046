/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_POLICY_STEP_H
#define JWT_AGENT_POLICY_STEP_H

/* How the steps of policy fill a trail; each takes a NULL trail. */

#include "jwt-agent/policy/requirement.h"
#include "jwt-agent/verify/trail.h"

/* Sets what was found, or that nothing was. */
void step_found(struct trail *trail, const struct requirement_value *value);
void step_found_absent(struct trail *trail);

/* Sets what is wanted to names or items of the configuration, cut to what a
 * step shows. */
void step_wanted(struct trail *trail, const char *const *item, size_t count);

#endif
