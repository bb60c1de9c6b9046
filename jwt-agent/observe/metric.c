/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/observe/metric.h"

#include <string.h>
#include <time.h>

#define COUNT(table) (sizeof(table) / sizeof(*(table)))
#define UNSET INT64_MIN

static const struct row {
	const char *name;
	const char *help;
	enum metric_kind kind;
	enum metric_unit unit;
	enum metric_domain first;
	enum metric_domain second;
} rows[] = {
#define M(id, kind, name, unit, first, second, help)                           \
	[METRIC_##id] = {name, help, METRIC_##kind, METRIC_##unit,             \
	    METRIC_##first, METRIC_##second},
    METRICS(M)
#undef M
};

/* From a commit in memory to a directory server that hangs. */
static const int64_t durations[] = {50000, 100000, 250000, 500000, 1000000,
    2500000, 5000000, 10000000, 25000000, 50000000, 100000000, 250000000,
    1000000000, 10000000000};
static const int64_t sizes[] = {1, 2, 4, 8, 16, 32, 64, 128, 256};

_Static_assert(COUNT(durations) <= METRIC_BOUNDS_MAX, "durations");
_Static_assert(COUNT(sizes) <= METRIC_BOUNDS_MAX, "sizes");

#define FIXED(...)                                                             \
	{                                                                      \
		(const char *const[]){__VA_ARGS__},                            \
		    COUNT(((const char *const[]){__VA_ARGS__}))                \
	}

/* Of a reason the names come from the error table. */
static const struct domain {
	const char *label;
	struct metric_values fixed;
} domains[METRIC_DOMAIN_COUNT] = {
    [METRIC_ALONE] = {NULL, {NULL, 1}},
    [METRIC_SERVICE] = {"service", {NULL, 0}},
    [METRIC_ISSUER] = {"issuer", {NULL, 0}},
    [METRIC_METHOD] = {"method", {NULL, 0}},
    [METRIC_VERSION] = {"version", {NULL, 0}},
    [METRIC_REASON] = {"reason", {NULL, ERR_COUNT}},
    [METRIC_RESULT] = {"outcome", FIXED("ok", "failed")},
    [METRIC_ODDITY] = {"event",
	FIXED("odd-network", "odd-fingerprint", "odd-failures", "token-reuse",
	    "code-guessing", "clock-jump")},
    [METRIC_DEVICE_STATE] = {"state", FIXED("active", "revoked", "imported")},
    [METRIC_SESSION_STATE] = {"state",
	FIXED("pending", "active", "closed", "expired", "revoked")},
    [METRIC_JOB] = {"job", {NULL, 0}},
    [METRIC_CLAIM] = {"claim", {NULL, 0}},
    [METRIC_SOURCE] = {"source", FIXED("user", "default")},
    [METRIC_DATED] = {"what", {NULL, 0}},
    [METRIC_KEY_STATE] = {"state", FIXED("next", "active", "retired")},
};

struct metrics {
	int64_t (*ticks)(void);
	struct metric_values values[METRIC_DOMAIN_COUNT];
	int64_t *cells[METRIC_COUNT];
};

int64_t
metrics_ticks(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static size_t
bound_count(const struct row *row)
{
	return row->unit == METRIC_NANOSECONDS ? COUNT(durations)
					       : COUNT(sizes);
}

static const int64_t *
bounds_of(const struct row *row)
{
	return row->unit == METRIC_NANOSECONDS ? durations : sizes;
}

/* A histogram's series is its buckets, then the count and the sum. */
static size_t
cells_of_series(const struct row *row)
{
	return row->kind == METRIC_HISTOGRAM ? bound_count(row) + 2 : 1;
}

static size_t
series_count(const struct metrics *metrics, const struct row *row)
{
	return metrics->values[row->first].count *
	    metrics->values[row->second].count;
}

static int64_t *
cells_at(const struct metrics *metrics, enum metric metric, size_t first,
    size_t second)
{
	const struct row *row = &rows[metric];
	size_t number = first * metrics->values[row->second].count + second;

	return metrics->cells[metric] + number * cells_of_series(row);
}

void
metric_clear(struct metrics *metrics, enum metric metric)
{
	const struct row *row = &rows[metric];
	size_t count;

	if (metrics == NULL)
		return;
	count = series_count(metrics, row) * cells_of_series(row);
	for (size_t i = 0; i < count; i++)
		metrics->cells[metric][i] =
		    row->kind == METRIC_GAUGE ? UNSET : 0;
}

/* Memory that is never counted in stays untouched, but for gauges. */
static enum err
make_cells(struct metrics *metrics, enum metric metric)
{
	const struct row *row = &rows[metric];
	size_t count = series_count(metrics, row);

	metrics->cells[metric] =
	    calloc(count * cells_of_series(row) + 1, sizeof(int64_t));
	if (metrics->cells[metric] == NULL)
		return ERR_NO_MEMORY;
	if (row->kind == METRIC_GAUGE)
		metric_clear(metrics, metric);
	return OK;
}

static void
free_values(struct metric_values *values)
{
	for (size_t i = 0; i < values->count; i++)
		free((void *)(uintptr_t)values->names[i]);
	free((void *)(uintptr_t)values->names);
}

static enum err
take_values(struct metrics *metrics, enum metric_domain domain,
    const struct metric_values *given)
{
	const char **names;

	metrics->values[domain] = domains[domain].fixed;
	if (domains[domain].fixed.count > 0)
		return OK;
	names = calloc(given->count + 1, sizeof(*names));
	if (names == NULL)
		return ERR_NO_MEMORY;
	metrics->values[domain] = (struct metric_values){names, given->count};
	for (size_t i = 0; i < given->count; i++) {
		names[i] = strdup(given->names[i]);
		if (names[i] == NULL)
			return ERR_NO_MEMORY;
	}
	return OK;
}

enum err
metrics_new(struct metrics **out, int64_t (*ticks)(void),
    const struct metric_values given[METRIC_DOMAIN_COUNT])
{
	auto_free(metrics) struct metrics *metrics =
	    calloc(1, sizeof(*metrics));
	enum err e = metrics != NULL ? OK : ERR_NO_MEMORY;

	for (int i = 0; i < METRIC_DOMAIN_COUNT && e == OK; i++)
		e = take_values(metrics, (enum metric_domain)i, &given[i]);
	for (int i = 0; i < METRIC_COUNT && e == OK; i++)
		e = make_cells(metrics, (enum metric)i);
	if (e != OK)
		return e;
	metrics->ticks = ticks;
	*out = TAKE(metrics);
	return OK;
}

void
metrics_free(struct metrics *metrics)
{
	if (metrics == NULL)
		return;
	for (int i = 0; i < METRIC_DOMAIN_COUNT; i++)
		if (domains[i].fixed.count == 0)
			free_values(&metrics->values[i]);
	for (int i = 0; i < METRIC_COUNT; i++)
		free(metrics->cells[i]);
	free(metrics);
}

static const char *
name_of(const struct metrics *metrics, enum metric_domain domain, size_t place)
{
	return domain == METRIC_REASON ? err_name((enum err)place)
				       : metrics->values[domain].names[place];
}

bool
metric_find(const struct metrics *metrics, enum metric_domain domain,
    const char *value, size_t *place)
{
	if (metrics == NULL || domain == METRIC_ALONE || value == NULL)
		return false;
	for (size_t i = 0; i < metrics->values[domain].count; i++)
		if (strcmp(name_of(metrics, domain, i), value) == 0) {
			*place = i;
			return true;
		}
	return false;
}

const char *
metric_at(
    const struct metrics *metrics, enum metric_domain domain, size_t place)
{
	return metrics != NULL && domain != METRIC_ALONE &&
		place < metrics->values[domain].count
	    ? name_of(metrics, domain, place)
	    : NULL;
}

size_t
metric_place(
    const struct metrics *metrics, enum metric_domain domain, const char *value)
{
	size_t place = 0;

	if (metrics == NULL || metric_find(metrics, domain, value, &place))
		return place;
	return metrics->values[domain].count > 0
	    ? metrics->values[domain].count - 1
	    : 0;
}

/* A place that is none, where an issuer has no name for instance, counts
 * nothing. */
static bool
is_place(const struct metrics *metrics, enum metric metric, size_t first,
    size_t second)
{
	return metrics != NULL &&
	    first < metrics->values[rows[metric].first].count &&
	    second < metrics->values[rows[metric].second].count;
}

void
metric_set(struct metrics *metrics, enum metric metric, size_t first,
    size_t second, int64_t value)
{
	if (is_place(metrics, metric, first, second))
		*cells_at(metrics, metric, first, second) = value;
}

int64_t
metric_value(const struct metrics *metrics, enum metric metric, size_t first,
    size_t second)
{
	int64_t value = 0;

	if (is_place(metrics, metric, first, second))
		value = *cells_at(metrics, metric, first, second);
	return value == UNSET ? 0 : value;
}

void
metric_add(struct metrics *metrics, enum metric metric, size_t first,
    size_t second, int64_t more)
{
	metric_set(metrics, metric, first, second,
	    metric_value(metrics, metric, first, second) + more);
}

void
metric_observe(
    struct metrics *metrics, enum metric metric, size_t first, int64_t value)
{
	const struct row *row = &rows[metric];
	const int64_t *bounds = bounds_of(row);
	size_t count = bound_count(row);
	int64_t *cells;

	if (!is_place(metrics, metric, first, 0))
		return;
	cells = cells_at(metrics, metric, first, 0);
	for (size_t i = 0; i < count; i++)
		if (value <= bounds[i]) {
			cells[i]++;
			break;
		}
	cells[count]++;
	cells[count + 1] += value;
}

int64_t
metric_begin(const struct metrics *metrics)
{
	return metrics != NULL ? metrics->ticks() : 0;
}

void
metric_end(
    struct metrics *metrics, enum metric metric, size_t first, int64_t began)
{
	if (metrics != NULL)
		metric_observe(
		    metrics, metric, first, metrics->ticks() - began);
}

static void
add_label(struct metric_series *series, const char *name, const char *value)
{
	series->labels[series->label_count++] =
	    (struct metric_label){name, value};
}

static void
add_domain(const struct metrics *metrics, struct metric_series *series,
    enum metric_domain domain, size_t place)
{
	if (domain == METRIC_ALONE)
		return;
	if (domain == METRIC_REASON)
		add_label(series, "outcome", err_outcome((enum err)place));
	add_label(
	    series, domains[domain].label, name_of(metrics, domain, place));
}

static void
add_labels(const struct metrics *metrics, const struct row *row, size_t number,
    struct metric_series *series)
{
	size_t count = metrics->values[row->second].count;

	add_domain(metrics, series, row->first, number / count);
	add_domain(metrics, series, row->second, number % count);
}

/* What has not happened is not shown, but where there are few of it: success,
 * so that a rate can be made of the first failure too. */
static bool
is_shown(const struct metrics *metrics, const struct row *row, size_t number,
    const int64_t *cells)
{
	size_t count = metrics->values[row->second].count;

	if (row->kind == METRIC_GAUGE)
		return cells[0] != UNSET;
	if (row->kind == METRIC_HISTOGRAM)
		return row->first == METRIC_ALONE ||
		    cells[bound_count(row)] > 0;
	if (row->first == METRIC_REASON)
		return cells[0] != 0 || number / count == OK;
	if (row->second == METRIC_REASON)
		return cells[0] != 0 || number % count == OK;
	return true;
}

static void
add_value(
    const struct row *row, const int64_t *cells, struct metric_series *series)
{
	size_t bounds = bound_count(row);

	if (row->kind != METRIC_HISTOGRAM) {
		series->value = cells[0];
		return;
	}
	series->bounds = bounds_of(row);
	series->buckets = cells;
	series->bucket_count = bounds;
	series->count = cells[bounds];
	series->value = cells[bounds + 1];
}

bool
metric_next(const struct metrics *metrics, enum metric metric, size_t *at,
    struct metric_series *series)
{
	const struct row *row = &rows[metric];
	size_t number;

	*series = (struct metric_series){.label_count = 0};
	if (metrics == NULL)
		return false;
	for (number = *at; number < series_count(metrics, row); number++) {
		const int64_t *cells =
		    metrics->cells[metric] + number * cells_of_series(row);

		if (!is_shown(metrics, row, number, cells))
			continue;
		add_labels(metrics, row, number, series);
		add_value(row, cells, series);
		*at = number + 1;
		return true;
	}
	*at = number;
	return false;
}

static bool
has_label(
    const struct metric_series *series, const char *label, const char *value)
{
	for (size_t i = 0; i < series->label_count; i++)
		if (strcmp(series->labels[i].name, label) == 0)
			return strcmp(series->labels[i].value, value) == 0;
	return false;
}

int64_t
metric_total(const struct metrics *metrics, enum metric metric,
    const char *label, const char *value)
{
	struct metric_series series;
	int64_t total = 0;
	size_t at = 0;

	while (metric_next(metrics, metric, &at, &series))
		if (label == NULL || has_label(&series, label, value))
			total += series.value;
	return total;
}

const char *
metric_name(enum metric metric)
{
	return rows[metric].name;
}

const char *
metric_help(enum metric metric)
{
	return rows[metric].help;
}

enum metric_kind
metric_kind(enum metric metric)
{
	return rows[metric].kind;
}

enum metric_unit
metric_unit(enum metric metric)
{
	return rows[metric].unit;
}
