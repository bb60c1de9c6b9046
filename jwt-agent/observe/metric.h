/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef JWT_AGENT_OBSERVE_METRIC_H
#define JWT_AGENT_OBSERVE_METRIC_H

/*
 * What the agent counts and measures, for Prometheus: one row each. A metric
 * has a cell for each combination of its labels' values, which are all known
 * when the agent starts, so that counting allocates nothing and nobody from
 * outside makes a series.
 *
 * Counters and histograms begin with the process. A gauge is set when somebody
 * asks (service/gauge.h); one that was never set is not shown.
 *
 * Every function takes NULL metrics, of which nothing comes.
 */

#include "base/autofree.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What the values of a label are. Those that are marked so are known only when
 * the agent starts: metrics_new(). */
enum metric_domain {
	METRIC_ALONE,	      /* there is no label */
	METRIC_SERVICE,	      /* service; given, the last one is "other" */
	METRIC_ISSUER,	      /* issuer, as the configuration calls it; given */
	METRIC_METHOD,	      /* method; given */
	METRIC_VERSION,	      /* version; given */
	METRIC_REASON,	      /* outcome and reason: an enum err */
	METRIC_RESULT,	      /* outcome: ok or failed */
	METRIC_ODDITY,	      /* event: what is odd about a login */
	METRIC_DEVICE_STATE,  /* state */
	METRIC_SESSION_STATE, /* state */
	METRIC_KEY_STATE,     /* state */
	METRIC_JOB,	      /* job, of the upkeep; given */
	METRIC_CLAIM,	      /* claim; given */
	METRIC_SOURCE,	      /* source: where a claim came from */
	METRIC_DATED,	      /* what: what is accepted until a date; given */
	METRIC_DOMAIN_COUNT
};

enum metric_kind {
	METRIC_COUNTER,
	METRIC_GAUGE,
	METRIC_HISTOGRAM,
};

/* What one is. Durations are counted in nanoseconds and shown in seconds. */
enum metric_unit {
	METRIC_ONE,
	METRIC_NANOSECONDS,
};

/* clang-format off */
#define METRICS(M) \
/* id                 kind       name                                   unit         labels                 help */ \
M(BUILD,              GAUGE,     "jwtagent_build_info",                 ONE,         VERSION,       ALONE,  "The version that runs; always 1.") \
M(START_TIME,         GAUGE,     "jwtagent_start_time_seconds",         ONE,         ALONE,         ALONE,  "When the agent was started, in seconds since 1970.") \
M(LOGINS,             COUNTER,   "jwtagent_logins_total",               ONE,         SERVICE,       REASON, "Logins by service and how they ended.") \
M(OBSERVED,           COUNTER,   "jwtagent_observed_logins_total",      ONE,         SERVICE,       REASON, "What would have come of logins of services that only observe.") \
M(REFRESHES,          COUNTER,   "jwtagent_refreshes_total",            ONE,         REASON,        ALONE,  "Exchanges of refresh tokens by how they ended.") \
M(FALLBACKS,          COUNTER,   "jwtagent_claim_fallbacks_total",      ONE,         CLAIM,         SOURCE, "Logins whose token lacked a claim, which then came from elsewhere.") \
M(DATED_LOGINS,       COUNTER,   "jwtagent_dated_logins_total",         ONE,         DATED,         ALONE,  "Logins with what is accepted until a date only.") \
M(ODDITIES,           COUNTER,   "jwtagent_oddities_total",             ONE,         ODDITY,        ALONE,  "What was odd about a login, a refresh or its place.") \
M(AUDIT_SUMMED,       COUNTER,   "jwtagent_audit_summed_total",         ONE,         ALONE,         ALONE,  "Denials of a flood that went into a sum, not into events of their own.") \
M(CALLS_IN_FLIGHT,    GAUGE,     "jwtagent_calls_in_flight",            ONE,         ALONE,         ALONE,  "Calls that are not answered yet, this one among them.") \
M(CONNECTIONS,        GAUGE,     "jwtagent_connections",                ONE,         ALONE,         ALONE,  "Connections that are open, this one among them.") \
M(TURNED_AWAY,        COUNTER,   "jwtagent_connections_refused_total",  ONE,         ALONE,         ALONE,  "Connections that were turned away because there were too many.") \
M(CALL_TIME,          HISTOGRAM, "jwtagent_call_duration_seconds",      NANOSECONDS, METHOD,        ALONE,  "Time from a call to its answer; lists are not among them.") \
M(VERIFICATION_TIME,  HISTOGRAM, "jwtagent_verification_duration_seconds", NANOSECONDS, ALONE,      ALONE,  "Time to reach a verdict about a token.") \
M(COMMIT_TIME,        HISTOGRAM, "jwtagent_commit_duration_seconds",    NANOSECONDS, ALONE,         ALONE,  "Time in which what a turn wrote became durable.") \
M(TURN_CALLS,         HISTOGRAM, "jwtagent_turn_calls",                 ONE,         ALONE,         ALONE,  "Calls that shared one turn and its commit.") \
M(KEY_FETCHES,        COUNTER,   "jwtagent_key_fetches_total",          ONE,         ISSUER,        RESULT, "Fetches of an issuer's keys by how they ended.") \
M(ISSUER_KEYS_AGE,    GAUGE,     "jwtagent_issuer_keys_age_seconds",    ONE,         ISSUER,        ALONE,  "Seconds since an issuer's keys were fetched.") \
M(ISSUER_KEYS_MAX,    GAUGE,     "jwtagent_issuer_keys_max_age_seconds", ONE,        ISSUER,        ALONE,  "The age from which an issuer's keys are not used any more.") \
M(ISSUER_KEYS,        GAUGE,     "jwtagent_issuer_keys",                ONE,         ISSUER,        ALONE,  "Keys of an issuer that a token can be verified with now.") \
M(SIGNING_KEYS,       GAUGE,     "jwtagent_signing_keys",               ONE,         KEY_STATE,     ALONE,  "Signing keys of this agent by state.") \
M(SIGNING_KEY_AGE,    GAUGE,     "jwtagent_signing_key_age_seconds",    ONE,         KEY_STATE,     ALONE,  "Seconds since the oldest signing key in this state came into it.") \
M(DEVICES,            GAUGE,     "jwtagent_devices",                    ONE,         DEVICE_STATE,  ALONE,  "Devices in the store by state; those that were imported are not enrolled yet.") \
M(SESSIONS,           GAUGE,     "jwtagent_sessions",                   ONE,         SESSION_STATE, ALONE,  "Sessions in the store by state.") \
M(SESSION_PROCESSES,  GAUGE,     "jwtagent_session_processes",          ONE,         ALONE,         ALONE,  "Processes of sessions that were opened, whose end is waited for.") \
M(AUDIT_RECORDS,      GAUGE,     "jwtagent_audit_records",              ONE,         ALONE,         ALONE,  "Events that the audit holds.") \
M(AUDIT_EVENTS,       COUNTER,   "jwtagent_audit_events_total",         ONE,         ALONE,         ALONE,  "Events that were ever written to the audit of this store.") \
M(STORE_SIZE,         GAUGE,     "jwtagent_store_size_bytes",           ONE,         ALONE,         ALONE,  "Bytes of the store that are in use, free pages among them.") \
M(STORE_FREE,         GAUGE,     "jwtagent_store_free_bytes",           ONE,         ALONE,         ALONE,  "Bytes in pages of the store that hold nothing now.") \
M(STORE_MAP,          GAUGE,     "jwtagent_store_map_bytes",            ONE,         ALONE,         ALONE,  "Bytes that the store may have before its map has to grow.") \
M(STORE_MAX,          GAUGE,     "jwtagent_store_max_bytes",            ONE,         ALONE,         ALONE,  "Bytes that the store may have at most.") \
M(UPKEEP_GOOD,        GAUGE,     "jwtagent_upkeep_last_success_timestamp_seconds", ONE, JOB,        ALONE,  "When a job of the upkeep did not fail last, in seconds since 1970.") \
M(UPKEEP_OVERDUE,     GAUGE,     "jwtagent_upkeep_overdue",             ONE,         JOB,           ALONE,  "Whether a job of the upkeep was not done for two of its intervals: 1 or 0.") \
M(STORE_WRITABLE,     GAUGE,     "jwtagent_store_writable",             ONE,         ALONE,         ALONE,  "Whether the store takes writes: 1, or 0 as long as only reading goes on.")
/* clang-format on */

enum metric {
#define M(id, kind, name, unit, first, second, help) METRIC_##id,
	METRICS(M)
#undef M
	METRIC_COUNT
};

/* The values of a label that are given; they are copied. */
struct metric_values {
	const char *const *names;
	size_t count;
};

struct metrics;

/* `ticks`: nanoseconds of a clock that nobody sets. `given`: by domain, for
 * those that are given. ERR_NO_MEMORY. */
MUST_USE enum err metrics_new(struct metrics **out, int64_t (*ticks)(void),
    const struct metric_values given[METRIC_DOMAIN_COUNT]);
void metrics_free(struct metrics *metrics);
DEFINE_AUTO_FREE(metrics)

/* CLOCK_MONOTONIC. */
int64_t metrics_ticks(void);

/* Which value of a label this is: where there is no such one, the last. */
size_t metric_place(const struct metrics *metrics, enum metric_domain domain,
    const char *value);
/* The same; false where there is no such one. */
bool metric_find(const struct metrics *metrics, enum metric_domain domain,
    const char *value, size_t *place);

/* The value of a label at this place; NULL behind the last. */
const char *metric_at(
    const struct metrics *metrics, enum metric_domain domain, size_t place);

/* Of a counter or gauge; `first` and `second` are places, 0 without a label. */
void metric_add(struct metrics *metrics, enum metric metric, size_t first,
    size_t second, int64_t more);
void metric_set(struct metrics *metrics, enum metric metric, size_t first,
    size_t second, int64_t value);
int64_t metric_value(const struct metrics *metrics, enum metric metric,
    size_t first, size_t second);

/* Of all that the metric has: counters begin with 0, gauges are not set. */
void metric_clear(struct metrics *metrics, enum metric metric);

/* The sum of a counter or gauge over all series in which `label` has this
 * value; `label` NULL: over all. */
int64_t metric_total(const struct metrics *metrics, enum metric metric,
    const char *label, const char *value);

/* Of a histogram: one more observation. */
void metric_observe(
    struct metrics *metrics, enum metric metric, size_t first, int64_t value);

/* The time to pass to metric_end(), which observes how much has gone by. */
int64_t metric_begin(const struct metrics *metrics);
void metric_end(
    struct metrics *metrics, enum metric metric, size_t first, int64_t began);

#define METRIC_LABELS_MAX 3
#define METRIC_BOUNDS_MAX 16

struct metric_label {
	const char *name;
	const char *value;
};

/* One series as it is now. Of a histogram `count` observations of which the
 * first `bounds[0]` or less are `buckets[0]`, and so on: not cumulative; those
 * above the last bound are in the count only. */
struct metric_series {
	struct metric_label labels[METRIC_LABELS_MAX];
	size_t label_count;
	int64_t value; /* of a histogram the sum of what was observed */
	int64_t count;
	const int64_t *bounds;
	const int64_t *buckets;
	size_t bucket_count;
};

/* The first series at `*at` or behind it that is to be shown; `*at` becomes
 * the place behind it. False: there is none. */
bool metric_next(const struct metrics *metrics, enum metric metric, size_t *at,
    struct metric_series *series);

const char *metric_name(enum metric metric);
const char *metric_help(enum metric metric);
enum metric_kind metric_kind(enum metric metric);
enum metric_unit metric_unit(enum metric metric);

#endif
