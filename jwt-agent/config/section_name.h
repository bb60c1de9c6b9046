/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_CONFIG_SECTION_NAME_H
#define JWT_AGENT_CONFIG_SECTION_NAME_H

/* How issuers, services, alerts and flags may be called in [issuer NAME] and so on.
 * ERR_CONFIG with a sentence. */

#include "base/options.h"

MUST_USE enum err
issuer_name_check(const char *name, struct option_error *error);

MUST_USE enum err
service_name_check(const char *name, struct option_error *error);

MUST_USE enum err
alert_name_check(const char *name, struct option_error *error);
MUST_USE enum err flag_name_check(const char *name, struct option_error *error);

#endif
