/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_SERVER_INTROSPECTION_H
#define JWT_AGENT_SERVER_INTROSPECTION_H

/* org.varlink.service, which every Varlink service answers. */

#include "varlink/message.h"

/* The answer, or ERR_NOT_FOUND for a method of another interface. A refusal
 * is an answer, too. */
MUST_USE enum err
introspection_answer(const struct call_message *call, json_t **out);

#endif
