/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_CLI_EVENT_H
#define JWT_AGENT_CLI_EVENT_H

/* An event of the audit in one line, for people who watch them come. */

#include "base/fields.h"

/* "TIME EVENT OUTCOME REASON USER SERVICE from HOST: DETAIL", what is absent
 * left out and without characters that a terminal would obey. ERR_IO. */
MUST_USE enum err event_print(const json_t *event);

#endif
