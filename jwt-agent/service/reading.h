/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_SERVICE_READING_H
#define JWT_AGENT_SERVICE_READING_H

/*
 * The number of an alert as it is now, and what that makes of the alert: it
 * fires when the number is above the threshold, and clears when it is not any
 * more. After it fired it does not fire again for its cool-down, whatever
 * happened meanwhile. The windows begin anew with a restart, so an alert that
 * was firing goes on until one whole window was seen.
 */

#include "jwt-agent/service/alerts.h"
#include "jwt-agent/service/call.h"

#define ALERT_TEXT_SIZE 128

/* `known` false: nothing was measured yet. `now` in seconds since 1970,
 * `now_ms` of alerts_clock(): when it was read. */
struct alert_reading {
	int64_t now, now_ms;
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

/* What config_load() cannot know: ERR_CONFIG with `error` filled for a level of
 * what is not measured. */
MUST_USE enum err
alerts_check(const struct config *config, struct config_error *error);

MUST_USE enum err
alert_read(struct alert_rule *rule, const struct service *service,
    struct txn *txn, int64_t now, struct alert_reading *out);

/* What is to become of it. */
enum alert_change
alert_judge(const struct alert_rule *rule, const struct alert_reading *reading);

/* "NAME value=5.2% events=21/400 threshold=5% window=5m" */
void alert_describe(const struct alert_config *config,
    const struct alert_reading *reading, char *text, size_t size);

/* The threshold with its unit. */
void
alert_threshold(const struct alert_config *config, char *text, size_t size);

#endif
