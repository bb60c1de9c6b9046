/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_OBSERVE_LOG_H
#define JWT_AGENT_OBSERVE_LOG_H

/*
 * Log lines: a stable event name and key=value pairs, to the journal as
 * structured fields (JWT_AGENT_USER=..., and the MESSAGE_ID of the event) when the journal reads our stderr,
 * else to stderr as text. Values from outside are escaped. No secret is ever
 * passed here.
 */

#include <stdbool.h>
#include <stddef.h>

#define LOG_PAIRS_MAX 24

struct log {
	bool journal;
};

/* `value` NULL: the pair is left out. */
struct log_pair {
	const char *key; /* lower case */
	const char *value;
};

/* Whether stderr is the journal's, as systemd says by JOURNAL_STREAM. */
void log_init(struct log *log);

/* `priority` as in syslog(3). */
void log_event(const struct log *log, int priority, const char *event,
    const struct log_pair *pairs, size_t count);

/* One line with a sentence: event=..., message=... */
void log_sentence(const struct log *log, int priority, const char *event,
    const char *sentence);

#endif
