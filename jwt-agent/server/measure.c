/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/server/measure.h"

static struct metrics *
metrics_of(const struct task *task)
{
	return task->call.service != NULL ? task->call.service->metrics : NULL;
}

static void
count_login(const struct task *task)
{
	struct metrics *metrics = metrics_of(task);

	metric_add(metrics, METRIC_LOGINS,
	    metric_place(metrics, METRIC_SERVICE, task_service(task)),
	    task->outcome, 1);
}

/* Of what an event of its own tells, only what is odd. */
static void
count_oddities(const struct task *task)
{
	struct metrics *metrics = metrics_of(task);
	const struct call *call = &task->call;
	size_t place;

	for (size_t i = 0; i < call->alert_count; i++)
		if (metric_find(
			metrics, METRIC_ODDITY, call->alerts[i].name, &place))
			metric_add(metrics, METRIC_ODDITIES, place, 0, 1);
}

void
measure_task(const struct task *task)
{
	struct metrics *metrics = metrics_of(task);
	const struct request *row = task->row;

	if (metrics == NULL)
		return;
	if ((row->flags & LOGS_IN) != 0)
		count_login(task);
	if ((row->flags & REFRESHES) != 0)
		metric_add(metrics, METRIC_REFRESHES, task->outcome, 0, 1);
	count_oddities(task);
	if (task->summed)
		metric_add(metrics, METRIC_AUDIT_SUMMED, 0, 0, 1);
}

void
measure_call(const struct task *task)
{
	const struct request *row = task->row;

	if (row->who != WHO_AGENT && row->next == NULL)
		metric_end(metrics_of(task), METRIC_CALL_TIME,
		    (size_t)(row - requests), task->began);
}

enum err
measure_methods(const char ***out)
{
	const char **names = calloc(request_count, sizeof(*names));

	if (names == NULL)
		return ERR_NO_MEMORY;
	for (size_t i = 0; i < request_count; i++)
		names[i] = requests[i].method;
	*out = names;
	return OK;
}
