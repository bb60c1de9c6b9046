/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/config/job.h"

#include <string.h>

static const struct row {
	const char *name;
	int64_t interval;
	const char *help;
} rows[] = {
#define J(id, name, interval, help) [JOB_##id] = {name, interval, help},
    JOBS(J)
#undef J
};

const char *
job_name(enum job job)
{
	return rows[job].name;
}

const char *
job_help(enum job job)
{
	return rows[job].help;
}

int64_t
job_interval(enum job job)
{
	return rows[job].interval;
}

bool
job_find(const char *name, enum job *job)
{
	for (int i = 0; i < JOB_COUNT; i++)
		if (strcmp(rows[i].name, name) == 0) {
			*job = (enum job)i;
			return true;
		}
	return false;
}

bool
job_is_wanted(const struct config *config, enum job job)
{
	if (job == JOB_BACKUP)
		return config->backup_dir != NULL;
	if (job == JOB_KEY_ROTATION)
		return config->key_max_age > 0;
	return true;
}
