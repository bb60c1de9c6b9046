/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_SERVICE_ALERTS_H
#define JWT_AGENT_SERVICE_ALERTS_H

/*
 * The alerts that are watched: what was counted of late, in memory, and what
 * became of each. Read by handlers, kept by the dispatcher. What a number makes
 * of an alert says reading.h; that it fired or cleared is written to the store,
 * so that a restart changes nothing of it.
 *
 * `now` is in seconds since 1970, `now_ms` of a clock that is never set.
 */

#include "jwt-agent/config/config.h"
#include "jwt-agent/config/selector.h"
#include "jwt-agent/service/window.h"
#include "lmdb-store/alert.h"

struct service;

struct alert_rule {
	const struct alert_config *config;
	struct window of, to;
	int64_t begun_ms; /* since when events are counted */
	bool firing;
	bool inherited; /* it was firing when the agent started */
	int64_t fired;	/* 0: never */
	int64_t cleared;
	bool changing; /* kept by the dispatcher: it is being written */
};

struct alerts;

/* Whether it is of this kind, as in kind=. */
bool alert_is(const struct alert_config *config, const char *kind);

/* `config` outlives it. ERR_NO_MEMORY. */
MUST_USE enum err
alerts_new(struct alerts **out, const struct config *config, int64_t now_ms);
void alerts_free(struct alerts *alerts);
DEFINE_AUTO_FREE(alerts)

/* Takes up what the store has of them. */
MUST_USE enum err alerts_load(struct alerts *alerts, struct txn *txn);

/* Counts it where it is watched, and says whether it is. */
bool alerts_note(
    struct alerts *alerts, const struct happening *happening, int64_t now_ms);

/* A check of the audit is done, with so many problems; a head did not hold,
 * which is one more. */
void alerts_note_verified(struct alerts *alerts, int64_t problems);
void alerts_note_head(struct alerts *alerts);
/* The problems since the last check; false when there was none yet. */
bool alerts_verified(const struct alerts *alerts, int64_t *problems);

/* By number and by name, NULL when there is none. */
struct alert_rule *alerts_at(struct alerts *alerts, size_t index);
struct alert_rule *alerts_find(struct alerts *alerts, const char *name);

/* The clock that windows go by. */
int64_t alerts_clock(const struct service *service);

/* Until when it does not fire again; 0: it may. */
int64_t alert_rests_until(const struct alert_rule *rule, int64_t now);

#endif
