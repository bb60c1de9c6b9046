/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_CONFIG_SECTION_NAME_H
#define JWT_AGENT_CONFIG_SECTION_NAME_H

/* How issuers and services may be called in [issuer NAME] and [service NAME].
 * ERR_CONFIG with a sentence. */

#include "base/options.h"

MUST_USE enum err
issuer_name_check(const char *name, struct option_error *error);

MUST_USE enum err
service_name_check(const char *name, struct option_error *error);

#endif
