/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/agent.h"

#include "jwt-agent/metering.h"
#include "jwt-agent/migrating.h"
#include "jwt-agent/server/process.h"
#include "jwt-agent/server/server.h"
#include "jwt-agent/service/alerts.h"
#include "jwt-agent/service/reading.h"
#include "jwt-agent/service/timekeeping.h"
#include "lmdb-store/damage.h"

#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <syslog.h>

struct agent {
	const struct config *config;
	struct log log;
	struct resolver *resolver;
	struct store *store;
	struct keyring *keyring;
	struct trust *trust;
	struct stacks *stacks;
	struct limit *limit;
	struct alerts *alerts;
	struct service service;
	struct server *server;
	struct clock clock;
	struct outage outage;
	struct metrics *metrics;
	struct fdstore fdstore;
	char boot[BOOT_ID_SIZE + 1];
};

static void
agent_clear(struct agent *agent)
{
	server_free(agent->server);
	trust_free(agent->trust);
	stacks_free(agent->stacks);
	limit_free(agent->limit);
	alerts_free(agent->alerts);
	keyring_free(agent->keyring);
	store_free(agent->store);
	resolver_free(agent->resolver);
	metrics_free(agent->metrics);
	fdstore_clear(&agent->fdstore);
}

static enum err
fail(const struct agent *agent, enum err e, const char *sentence)
{
	log_sentence(&agent->log, LOG_ERR, "start-failed",
	    sentence[0] != '\0' ? sentence : err_text(e));
	return e;
}

/* A gid for a look-up that may not happen later, when it could block. */
static int64_t
admin_gid(const struct config *config)
{
	const struct group *group = getgrnam(config->admin_group);

	return group != NULL ? (int64_t)group->gr_gid : -1;
}

static void
raise_descriptor_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

/* The event loop reads these as events. */
static void
block_signals(void)
{
	struct sigaction ignore = {.sa_handler = SIG_IGN};
	sigset_t stopping;

	sigemptyset(&stopping);
	sigaddset(&stopping, SIGTERM);
	sigaddset(&stopping, SIGINT);
	sigprocmask(SIG_BLOCK, &stopping, NULL);
	sigaction(SIGPIPE, &ignore, NULL);
}

static size_t
map_start(const struct config *config)
{
	size_t max = (size_t)config->store_max;

	return max < STORE_MAP_START ? max : STORE_MAP_START;
}

static enum err
open_store(struct agent *agent)
{
	struct migrating migrating = {.log = &agent->log};
	struct store_options options = {
	    .path = agent->config->store,
	    .master_key = agent->config->master_key,
	    .master_key_command = agent->config->master_key_command,
	    .map_start = map_start(agent->config),
	    .map_max = (size_t)agent->config->store_max,
	    .host = &host_system,
	    .report = migrating_report,
	    .context = &migrating,
	};
	struct store_error why = {""};
	enum err e;

	damage_watch(agent->config->store);
	e = store_open(&agent->store, &options, &why);
	damage_watch(agent->config->store); /* if it was not there yet */
	migrating_end(&migrating, e);
	return e == OK ? OK : fail(agent, e, why.text);
}

static enum err
open_keyring(struct agent *agent)
{
	enum err e = keyring_new(
	    &agent->keyring, agent->store, agent->config, &host_system);

	return e == OK ? OK : fail(agent, e, "the signing keys");
}

static enum err
load_keys(struct agent *agent)
{
	auto_free(txn) struct txn *txn = NULL;
	enum err e = store_begin(agent->store, TXN_READ, &txn);

	return e == OK ? trust_load(agent->trust, txn) : e;
}

static enum err
open_alerts(struct agent *agent, struct config_error *error)
{
	auto_free(txn) struct txn *txn = NULL;
	enum err e = alerts_check(agent->config, error);

	if (e == OK)
		e = alerts_new(
		    &agent->alerts, agent->config, clock_elapsed_ms());
	if (e == OK)
		e = store_begin(agent->store, TXN_READ, &txn);
	return e == OK ? alerts_load(agent->alerts, txn) : e;
}

static enum err
open_trust(struct agent *agent)
{
	struct config_error error = {""};
	enum err e = stacks_new(&agent->stacks, agent->config, &error);

	if (e == OK)
		e = trust_new(
		    &agent->trust, agent->config, agent->keyring, &error);
	if (e == OK)
		e = load_keys(agent);
	if (e == OK)
		e = limit_new(&agent->limit, agent->config, &host_system);
	if (e == OK)
		e = open_alerts(agent, &error);
	return e == OK ? OK : fail(agent, e, error.text);
}

static enum err
check_files(struct agent *agent)
{
	struct config_error error = {""};
	enum err e = config_check_files(agent->config, &error);

	return e == OK ? OK : fail(agent, e, error.text);
}

enum err
agent_check(const struct config *config, struct config_error *error)
{
	auto_free(stacks) struct stacks *stacks = NULL;
	auto_free(trust) struct trust *trust = NULL;
	enum err e = stacks_new(&stacks, config, error);

	if (e == OK)
		e = trust_new(&trust, config, NULL, error);
	return e == OK ? alerts_check(config, error) : e;
}

static enum err
start_clock(struct agent *agent)
{
	enum err e;

	process_boot_id(agent->boot);
	agent->clock = (struct clock){.host = &host_system,
	    .elapsed_ms = clock_elapsed_ms,
	    .boot = agent->boot};
	e = timekeeping_begin(&agent->clock, agent->store);
	return e == OK ? OK : fail(agent, e, "the clock");
}

static enum err
start_server(struct agent *agent)
{
	struct calls_options options = {
	    .service = &agent->service,
	    .log = &agent->log,
	    .resolver = agent->resolver,
	    .admin_gid = admin_gid(agent->config),
	    .fdstore = &agent->fdstore,
	};
	char why[LISTENER_ERROR_MAX] = "";
	enum err e;

	agent->service = (struct service){
	    .config = agent->config,
	    .host = &host_system,
	    .store = agent->store,
	    .keyring = agent->keyring,
	    .trust = agent->trust,
	    .stacks = agent->stacks,
	    .limit = agent->limit,
	    .alerts = agent->alerts,
	    .boot = agent->boot,
	    .started = host_now(&host_system),
	    .clock = &agent->clock,
	    .outage = &agent->outage,
	    .metrics = agent->metrics,
	};
	e = server_new(&agent->server, &options);
	if (e == OK) {
		fdstore_drop_rest(&agent->fdstore);
		fdstore_clear(&agent->fdstore);
	}
	if (e == OK)
		e = server_listen(agent->server, agent->config->socket,
		    agent->fdstore.socket, why);
	return e == OK ? OK : fail(agent, e, why);
}

static enum err
run(struct agent *agent)
{
	struct log_pair pairs[] = {{"socket", agent->config->socket},
	    {"store", agent->config->store},
	    {"key", key_kid(agent->keyring->signing)}};
	enum err e;

	log_event(&agent->log, LOG_INFO, "start", pairs, 3);
	e = server_run(agent->server);
	log_sentence(&agent->log, LOG_INFO, "stop",
	    e == OK ? "all calls are answered" : err_text(e));
	return e;
}

/* The resolver's child is forked before a key is read. */
int
agent_serve(const struct config *config)
{
	auto_clear(agent) struct agent agent = {.config = config};
	enum err e;

	log_init(&agent.log);
	e = resolver_new(&agent.resolver);
	if (e != OK)
		return err_exit(fail(&agent, e, "the resolver"));
	raise_descriptor_limit();
	block_signals();
	e = fdstore_open(&agent.fdstore);
	if (e == OK)
		e = check_files(&agent);
	if (e == OK)
		e = open_store(&agent);
	if (e == OK)
		e = open_keyring(&agent);
	if (e == OK)
		e = open_trust(&agent);
	if (e == OK)
		e = start_clock(&agent);
	if (e == OK)
		e = metering_new(&agent.metrics, config);
	if (e == OK)
		e = start_server(&agent);
	if (e == OK)
		e = run(&agent);
	return err_exit(e);
}
