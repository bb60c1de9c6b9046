/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_OBSERVE_MESSAGE_H
#define JWT_AGENT_OBSERVE_MESSAGE_H

/*
 * The MESSAGE_ID of each event in the journal: by it an event is found whatever
 * its text is, and "journalctl -x" shows the entry of etc/jwt-agent.catalog
 * that has it.
 */

#include <stddef.h>

struct message {
	const char *event;
	const char *id; /* 32 hexadecimal digits */
};

/* By number, in the order of the names; NULL behind the last one. */
const struct message *message_at(size_t index);

/* NULL for a name that is no event's. */
const char *message_id(const char *event);

#endif
