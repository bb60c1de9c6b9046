/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/metering.h"

#include "jwt-agent/config/job.h"
#include "jwt-agent/server/measure.h"
#include "jwt-agent/service/gauge.h"

#include <string.h>

#define OTHER_SERVICE "other"

static void
free_names(const char ***names)
{
	free(*names);
}

#define auto_names __attribute__((cleanup(free_names)))

/* [service *] stands for those that have no section: they are the others. */
static enum err
list_services(const struct config *config, const char ***out)
{
	const char **names = calloc(config->service_count, sizeof(*names));

	if (names == NULL)
		return ERR_NO_MEMORY;
	for (size_t i = 1; i < config->service_count; i++)
		names[i - 1] = config->services[i].name;
	names[config->service_count - 1] = OTHER_SERVICE;
	*out = names;
	return OK;
}

static enum err
list_issuers(const struct config *config, const char ***out)
{
	const char **names = calloc(config->issuer_count + 1, sizeof(*names));

	if (names == NULL)
		return ERR_NO_MEMORY;
	for (size_t i = 0; i < config->issuer_count; i++)
		names[i] = config->issuers[i].name;
	*out = names;
	return OK;
}

static enum err
list_claims(const struct config *config, const char ***out)
{
	const char **names = calloc(config->claim_count + 1, sizeof(*names));

	if (names == NULL)
		return ERR_NO_MEMORY;
	for (size_t i = 0; i < config->claim_count; i++)
		names[i] = config->claims[i].name;
	*out = names;
	return OK;
}

/* The names are of the list's own making. */
struct dated_names {
	char **name;
	size_t count;
};

static void
dated_names_clear(struct dated_names *names)
{
	for (size_t i = 0; i < names->count; i++)
		free(names->name[i]);
	free(names->name);
}

static enum err
list_dated(const struct config *config, struct dated_names *out)
{
	struct dated dated;
	size_t count = 0;

	while (dated_at(config, count, &dated))
		count++;
	out->name = calloc(count + 1, sizeof(*out->name));
	if (out->name == NULL)
		return ERR_NO_MEMORY;
	for (; out->count < count; out->count++) {
		char text[GAUGE_DATED_SIZE];

		(void)dated_at(config, out->count, &dated);
		gauge_dated(dated.kind, dated.name, text);
		out->name[out->count] = strdup(text);
		if (out->name[out->count] == NULL)
			return ERR_NO_MEMORY;
	}
	return OK;
}

enum err
metering_new(struct metrics **out, const struct config *config)
{
	static const char *const version[] = {PACKAGE_VERSION};
	struct metric_values given[METRIC_DOMAIN_COUNT] = {
	    [METRIC_VERSION] = {version, 1}};
	const char *jobs[JOB_COUNT];
	auto_names const char **services = NULL, **issuers = NULL;
	auto_names const char **methods = NULL, **claims = NULL;
	auto_clear(dated_names) struct dated_names dated = {NULL, 0};
	enum err e = list_services(config, &services);

	if (e == OK)
		e = list_issuers(config, &issuers);
	if (e == OK)
		e = list_claims(config, &claims);
	if (e == OK)
		e = list_dated(config, &dated);
	if (e == OK)
		e = measure_methods(&methods);
	if (e != OK)
		return e;
	given[METRIC_SERVICE] =
	    (struct metric_values){services, config->service_count};
	given[METRIC_ISSUER] =
	    (struct metric_values){issuers, config->issuer_count};
	for (int i = 0; i < JOB_COUNT; i++)
		jobs[i] = job_name((enum job)i);
	given[METRIC_JOB] = (struct metric_values){jobs, JOB_COUNT};
	given[METRIC_CLAIM] =
	    (struct metric_values){claims, config->claim_count};
	given[METRIC_DATED] = (struct metric_values){
	    (const char *const *)dated.name, dated.count};
	given[METRIC_METHOD] = (struct metric_values){methods, request_count};
	return metrics_new(out, metrics_ticks, given);
}
