/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * What the metrics cost a login: the same login (ES256, durable, one turn each)
 * with and without them, in turns of BLOCK logins, so that both meet the same
 * load. The ratio is the median of those of a block with and the one beside it
 * without, by the processor's time.
 *
 *	make bench/metrics && bench/metrics
 */

#include "bench/clock.h"
#include "jwt-agent/server/measure.h"
#include "jwt-agent/server/turn.h"
#include "tests/service/agency.h"

#include <stdio.h>

#define BLOCKS 1000
#define BLOCK 5
#define SERVICES 16

struct bench {
	struct agency *agency;
	sd_event *loop;
	struct turn *turn;
	struct metrics *metrics;
	json_t *login;
	size_t granted;
};

static void
fail(const char *what)
{
	fprintf(stderr, "%s failed\n", what);
	exit(1);
}

static void
settle(struct task *task, void *context)
{
	struct bench *bench = context;

	bench->granted += task->outcome == OK;
	measure_task(task);
	task_free(task);
}

static void
make_metrics(struct bench *bench)
{
	static const char *const services[SERVICES] = {"a", "b", "c", "d", "e",
	    "f", "g", "h", "i", "j", "k", "l", "m", "n", "sshd", "other"};
	static const char *const version[] = {"1"};
	struct metric_values given[METRIC_DOMAIN_COUNT] = {
	    [METRIC_SERVICE] = {services, SERVICES},
	    [METRIC_VERSION] = {version, 1}};
	const char **methods = NULL;

	if (measure_methods(&methods) != OK)
		fail("measure_methods");
	given[METRIC_METHOD] = (struct metric_values){methods, request_count};
	if (metrics_new(&bench->metrics, metrics_ticks, given) != OK)
		fail("metrics_new");
	free(methods);
}

static void
set_up(struct bench *bench)
{
	auto_clear(enroll_reply) struct enroll_reply reply = {0};
	void *state = NULL;

	if (agency_set_up(&state) != 0)
		fail("agency_set_up");
	bench->agency = state;
	if (agency_enroll(bench->agency, &reply) != OK)
		fail("agency_enroll");
	bench->login =
	    json_pack("{ss si ss ss#}", "user", "alice", "uid", AGENCY_UID,
		"service", "sshd", "token", secret_text(reply.access_token),
		(int)secret_size(reply.access_token));
	if (sd_event_new(&bench->loop) < 0 ||
	    turn_new(&bench->turn, bench->loop, bench->agency->store,
		&(struct turn_events){settle, NULL, bench}) != OK)
		fail("turn_new");
	make_metrics(bench);
}

static void
login(struct bench *bench, const struct request *row)
{
	struct task *task = NULL;

	if (task_new(&task, row, &bench->agency->service,
		&bench->agency->caller, true, bench->login, NULL) != OK)
		fail("task_new");
	turn_add(bench->turn, task);
	turn_commit(bench->turn);
}

static double
run_block(struct bench *bench, const struct request *row, bool measured)
{
	double began;

	bench->agency->service.metrics = measured ? bench->metrics : NULL;
	began = clock_seconds(CLOCK_PROCESS_CPUTIME_ID);
	for (int i = 0; i < BLOCK; i++)
		login(bench, row);
	return clock_seconds(CLOCK_PROCESS_CPUTIME_ID) - began;
}

static int
compare(const void *left, const void *right)
{
	double a = *(const double *)left, b = *(const double *)right;

	return (a > b) - (a < b);
}

static double
median(double *numbers)
{
	qsort(numbers, BLOCKS, sizeof(*numbers), compare);
	return numbers[BLOCKS / 2];
}

int
main(void)
{
	static double with[BLOCKS], without[BLOCKS], ratio[BLOCKS];
	const struct request *row = NULL;
	struct bench bench = {.granted = 0};

	set_up(&bench);
	if (request_find("io.jwtagent.Login.Authenticate", &row) != OK)
		fail("request_find");
	for (int i = 0; i < BLOCKS; i++) {
		bool first = i % 2 == 0; /* neither always comes first */

		(first ? with : without)[i] = run_block(&bench, row, first);
		(first ? without : with)[i] = run_block(&bench, row, !first);
		ratio[i] = with[i] / without[i];
	}
	if (bench.granted != (size_t)2 * BLOCKS * BLOCK ||
	    metric_total(bench.metrics, METRIC_LOGINS, "outcome", "granted") !=
		(int64_t)BLOCKS * BLOCK)
		fail("a login");
	printf("login with metrics     %8.2f us\n", median(with) / BLOCK * 1e6);
	printf(
	    "login without          %8.2f us\n", median(without) / BLOCK * 1e6);
	printf("ratio                  %8.3f\n", median(ratio));
	turn_free(bench.turn);
	sd_event_unref(bench.loop);
	metrics_free(bench.metrics);
	json_decref(bench.login);
	return agency_tear_down(&(void *){bench.agency});
}
