/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_CONFIG_SECTION_NAME_H
#define JWT_AGENT_CONFIG_SECTION_NAME_H

/* How issuers, services, alerts, flags and claims may be called in [issuer NAME]
 * and so on.
 * ERR_CONFIG with a sentence. */

#include "base/options.h"

MUST_USE enum err
issuer_name_check(const char *name, struct option_error *error);

/* Whether the agent sets this claim itself, or RFC 7519 or RFC 9068 gives it a
 * meaning. */
bool claim_name_is_taken(const char *name);

MUST_USE enum err
claim_name_check(const char *name, struct option_error *error);

MUST_USE enum err
service_name_check(const char *name, struct option_error *error);

MUST_USE enum err
alert_name_check(const char *name, struct option_error *error);
MUST_USE enum err flag_name_check(const char *name, struct option_error *error);

#endif
