/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/service/metrics.h"

#include "jwt-agent/service/gauge.h"

#include <stdio.h>
#include <string.h>

#define NAME_SIZE 128
#define BOUND_SIZE 32

static json_t *
number(enum metric_unit unit, int64_t value)
{
	return unit == METRIC_NANOSECONDS ? json_real((double)value / 1e9)
					  : json_integer(value);
}

/* `bound` NULL: the sample is of no bucket. */
static enum err
add_sample(enum metric metric, const struct metric_series *series,
    const char *suffix, const char *bound, json_t *value, json_t *samples)
{
	auto_json json_t *labels = json_object();
	char name[NAME_SIZE];
	json_t *sample;
	int failed = 0;

	snprintf(name, sizeof(name), "%s%s", metric_name(metric), suffix);
	for (size_t i = 0; i < series->label_count; i++)
		failed |= json_object_set_new(labels, series->labels[i].name,
		    json_string(series->labels[i].value));
	if (bound != NULL)
		failed |= json_object_set_new(labels, "le", json_string(bound));
	sample = json_pack(
	    "{ss sO so}", "name", name, "labels", labels, "value", value);
	failed |= json_array_append_new(samples, sample);
	return failed == 0 ? OK : ERR_NO_MEMORY;
}

static enum err
add_buckets(
    enum metric metric, const struct metric_series *series, json_t *samples)
{
	enum metric_unit unit = metric_unit(metric);
	int64_t sum = 0;
	enum err e = OK;

	for (size_t i = 0; i < series->bucket_count && e == OK; i++) {
		char bound[BOUND_SIZE];

		sum += series->buckets[i];
		snprintf(bound, sizeof(bound), "%.9g",
		    (double)series->bounds[i] /
			(unit == METRIC_NANOSECONDS ? 1e9 : 1));
		e = add_sample(metric, series, "_bucket", bound,
		    json_integer(sum), samples);
	}
	if (e == OK)
		e = add_sample(metric, series, "_bucket", "+Inf",
		    json_integer(series->count), samples);
	if (e == OK)
		e = add_sample(metric, series, "_sum", NULL,
		    number(unit, series->value), samples);
	if (e == OK)
		e = add_sample(metric, series, "_count", NULL,
		    json_integer(series->count), samples);
	return e;
}

static enum err
view(enum metric metric, const struct metric_series *series,
    struct metric_view *entry)
{
	static const char *const types[] = {
	    [METRIC_COUNTER] = "counter",
	    [METRIC_GAUGE] = "gauge",
	    [METRIC_HISTOGRAM] = "histogram",
	};

	entry->name = strdup(metric_name(metric));
	entry->type = strdup(types[metric_kind(metric)]);
	entry->help = strdup(metric_help(metric));
	entry->samples = json_array();
	if (entry->name == NULL || entry->type == NULL || entry->help == NULL ||
	    entry->samples == NULL)
		return ERR_NO_MEMORY;
	if (metric_kind(metric) == METRIC_HISTOGRAM)
		return add_buckets(metric, series, entry->samples);
	return add_sample(metric, series, "", NULL,
	    number(metric_unit(metric), series->value), entry->samples);
}

/* The cursor's seq is the metric, its back the place in it; it has begun when
 * that was read. */
static enum err
next_series(
    struct call *call, struct cursor *cursor, struct metric_series *series)
{
	const struct metrics *metrics = call->service->metrics;

	for (; cursor->seq < METRIC_COUNT; cursor->seq++) {
		enum metric metric = (enum metric)cursor->seq;
		size_t at = (size_t)cursor->back;
		enum err e = cursor->begun ? OK : gauge_load(call, metric);

		if (e != OK)
			return e;
		cursor->begun = metric_next(metrics, metric, &at, series);
		cursor->back = cursor->begun ? (int64_t)at : 0;
		if (cursor->begun)
			return OK;
	}
	return ERR_NOT_FOUND;
}

enum err
admin_metrics(struct call *call, const struct empty *request,
    struct cursor *cursor, struct metric_view *entry)
{
	struct metric_series series;
	enum err e = next_series(call, cursor, &series);

	(void)request;
	return e == OK ? view((enum metric)cursor->seq, &series, entry) : e;
}
