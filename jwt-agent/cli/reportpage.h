/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_CLI_REPORTPAGE_H
#define JWT_AGENT_CLI_REPORTPAGE_H

/* The report as a page of plain text that a mail can hold. */

#include "base/fields.h"

/* ERR_IO. */
MUST_USE enum err reportpage_print(const json_t *report);

#endif
