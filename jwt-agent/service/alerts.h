/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_SERVICE_ALERTS_H
#define JWT_AGENT_SERVICE_ALERTS_H

/*
 * The alerts that are watched: what was counted of late, in memory, and what
 * became of each. Read by handlers, kept by the dispatcher.
 *
 * An alert fires when its number is above the threshold, and clears when it is
 * not any more; after it fired it does not fire again for its cool-down,
 * whatever happened meanwhile. Both are written to the store, so that a restart
 * changes nothing of it; the windows begin anew then, so an alert that was
 * firing goes on until one whole window was seen.
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

#define ALERT_TEXT_SIZE 128

/* The number now. `known` false: nothing was measured yet. */
struct alert_reading {
	bool known;
	bool above;
	char value[ALERT_TEXT_SIZE]; /* "5.2%" */
	char more[ALERT_TEXT_SIZE];  /* " events=21/400", or empty */
};

enum alert_change {
	ALERT_STAYS,
	ALERT_FIRES,
	ALERT_CLEARS,
};

struct alerts;

/* `config` outlives it. ERR_CONFIG with `error` filled: a level of what is not
 * measured. ERR_NO_MEMORY. */
MUST_USE enum err alerts_new(struct alerts **out, const struct config *config,
    int64_t now_ms, struct config_error *error);
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

MUST_USE enum err
alert_read(struct alert_rule *rule, const struct service *service,
    struct txn *txn, int64_t now, int64_t now_ms, struct alert_reading *out);

/* What is to become of it. */
enum alert_change alert_judge(const struct alert_rule *rule,
    const struct alert_reading *reading, int64_t now, int64_t now_ms);

/* Until when it does not fire again; 0: it may. */
int64_t alert_rests_until(const struct alert_rule *rule, int64_t now);

/* "NAME value=5.2% events=21/400 threshold=5% window=5m" */
void alert_describe(const struct alert_config *config,
    const struct alert_reading *reading, char *text, size_t size);

/* The threshold with its unit. */
void
alert_threshold(const struct alert_config *config, char *text, size_t size);

#endif
