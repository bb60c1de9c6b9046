/* SPDX-License-Identifier: BSD-3-Clause */

/*
 * `store migrate` works on the store of an agent that does not run, as its
 * owner: the lock of the store's directory sees to that.
 */

#include "lmdb-store/store.h"

#include "jwt-agent/cli/confirm.h"
#include "jwt-agent/cli/connection.h"
#include "jwt-agent/cli/identity.h"
#include "jwt-agent/cli/meter.h"
#include "jwt-agent/cli/output.h"
#include "jwt-agent/cli/stopped_store.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define STEP_NAME_SIZE 32

struct job {
	const struct call *call;
	const struct config *config;
	struct secret *master; /* NULL: what opens the store finds it */
	struct store *store;
	struct store_options options;
	int64_t to;
	json_t *steps, *losses; /* arrays */
	bool opens;		/* something refused would be accepted */
	/* the step on the meter */
	struct meter meter;
	char name[STEP_NAME_SIZE];
	int64_t shown_from, shown_to;
	int64_t unreadable;
};

static void
job_clear(struct job *job)
{
	store_free(job->store);
	secret_free(job->master);
	json_decref(job->steps);
	json_decref(job->losses);
}

static enum err
complain(const struct job *job, enum err e, const struct store_error *why)
{
	connection_complain(
	    job->call, "%s", why->text[0] != '\0' ? why->text : err_text(e));
	return e;
}

static void
on_step(void *context, const struct migration_progress *at)
{
	struct job *job = context;

	if (at->from != job->shown_from || at->to != job->shown_to) {
		meter_end(&job->meter);
		snprintf(job->name, sizeof(job->name),
		    "schema %" PRId64 " to %" PRId64, at->from, at->to);
		if (at->from == at->to)
			meter_begin(
			    &job->meter, job->call, "backed up", &METER_MIB);
		else
			meter_begin(
			    &job->meter, job->call, job->name, &METER_ENTRIES);
		job->shown_from = at->from;
		job->shown_to = at->to;
	}
	job->unreadable = at->unreadable;
	progress_at(&job->meter.progress, at->done, at->total);
}

static enum err
read_target(const struct call *call, int64_t *to)
{
	const char *text = call->option[CLI_TO];
	char *end = NULL;
	long number = SCHEMA_VERSION;

	if (text != NULL)
		number = strtol(text, &end, 10);
	if (text != NULL &&
	    (end == text || *end != '\0' || number < 1 ||
		number > SCHEMA_VERSION)) {
		connection_complain(call,
		    "--to takes a schema from 1 to %d, which is this "
		    "version's",
		    SCHEMA_VERSION);
		return ERR_USAGE;
	}
	*to = number;
	return OK;
}

/* A missing store would be made. */
static enum err
check_there(const struct job *job, struct store_error *why)
{
	auto_free(kv) struct kv *kv = NULL;
	enum err e = kv_open_reader(&kv, job->config->store, why);

	return e != ERR_NOT_FOUND
	    ? e
	    : store_refuse(
		  why, e, "there is no store in %s", job->config->store);
}

static enum err
open_store(struct job *job)
{
	const size_t map_max = (size_t)job->config->store_max;
	struct store_error why = {""};
	struct identity owner;
	enum err e = identity_of(&owner, job->config->store, &why);

	if (e == OK)
		e = stopped_store_master(&job->master, job->config, &why);
	if (e == OK)
		e = identity_become(&owner, &why);
	if (e == OK)
		e = check_there(job, &why);
	if (e != OK)
		return complain(job, e, &why);
	job->options = (struct store_options){
	    .path = job->config->store,
	    .master_key = job->config->master_key,
	    .master_key_command = job->config->master_key_command,
	    .master = job->master,
	    .map_start = map_max < STORE_MAP_START ? map_max : STORE_MAP_START,
	    .map_max = map_max,
	    .host = &host_system,
	    .report = on_step,
	    .context = job,
	};
	e = store_open_as_is(&job->store, &job->options, &why);
	return e == OK ? OK : complain(job, e, &why);
}

static enum err
add_losses(struct job *job, const struct migration_step *step)
{
	for (size_t i = 0; i < step->losses.count; i++) {
		const struct step_loss *loss = &step->losses.loss[i];

		job->opens |= loss->opens;
		if (json_array_append_new(job->losses,
			json_pack("{sI sI ss sb}", "schema",
			    (json_int_t)step->to, "count",
			    (json_int_t)loss->count, "what", loss->what,
			    "opens", loss->opens)) != 0)
			return ERR_NO_MEMORY;
	}
	return OK;
}

static enum err
add_step(struct job *job, const struct migration_step *step)
{
	if (json_array_append_new(job->steps,
		json_pack("{sI sI ss sI}", "from", (json_int_t)step->from, "to",
		    (json_int_t)step->to, "name", step->name, "entries",
		    (json_int_t)step->entries)) != 0)
		return ERR_NO_MEMORY;
	return add_losses(job, step);
}

/* Where the way begins; from the other end of what was left half-way. */
static int64_t
beginning(const struct job *job)
{
	const struct schema *schema = store_schema(job->store);

	return schema->under_way && job->to >= schema->version
	    ? schema->version - 1
	    : schema->version;
}

static enum err
plan(struct job *job)
{
	int64_t at = beginning(job);
	enum err e = OK;

	job->steps = json_array();
	job->losses = json_array();
	if (job->steps == NULL || job->losses == NULL)
		e = ERR_NO_MEMORY;
	while (e == OK && at != job->to) {
		struct migration_step step;

		e = store_plan(job->store, at, job->to, &step);
		if (e == OK)
			e = add_step(job, &step);
		at += at < job->to ? 1 : -1;
	}
	return e;
}

static enum err
print_plan(const struct job *job)
{
	static const struct column steps[] = {
	    {"FROM", "from", COLUMN_PLAIN},
	    {"TO", "to", COLUMN_PLAIN},
	    {"ENTRIES", "entries", COLUMN_PLAIN},
	    {"STEP", "name", COLUMN_PLAIN},
	};
	static const struct column losses[] = {
	    {"SCHEMA", "schema", COLUMN_PLAIN},
	    {"COUNT", "count", COLUMN_PLAIN},
	    {"LOST THERE", "what", COLUMN_PLAIN},
	};
	enum err e =
	    output_table(steps, sizeof(steps) / sizeof(*steps), job->steps);

	if (e != OK || json_array_size(job->losses) == 0)
		return e;
	putchar('\n');
	e = output_table(losses, sizeof(losses) / sizeof(*losses), job->losses);
	fflush(stdout);
	return e;
}

/* What is lost is asked for; what lets somebody in, in plain words. */
static enum err
ask(const struct job *job)
{
	if (json_array_size(job->losses) == 0)
		return OK;
	return confirm(job->call,
	    job->opens ? "tokens that are revoked or used up now would be "
			 "accepted again, and more is lost"
		       : "an older jwt-agent does not know all that is in the "
			 "store");
}

static enum err
back_up(struct job *job, char **file, struct store_error *why)
{
	if (call_has(job->call, CLI_NO_BACKUP) ||
	    store_schema(job->store)->under_way)
		return OK;
	return store_back_up(job->store, &job->options, file, why);
}

static enum err
report(const struct job *job, bool migrated, const char *file)
{
	auto_json json_t *answer = json_pack("{sI sb sO sO sI ss?}", "schema",
	    (json_int_t)(migrated ? job->to
				  : store_schema(job->store)->version),
	    "migrated", migrated, "steps", job->steps, "losses", job->losses,
	    "unreadable", (json_int_t)job->unreadable, "backup", file);

	if (answer == NULL)
		return ERR_NO_MEMORY;
	if (call_has(job->call, CLI_JSON))
		return output_json(answer);
	if (!migrated)
		return OK;
	printf("The store is of schema %" PRId64 " now.\n", job->to);
	if (file != NULL)
		printf("A backup from before is %s\n", file);
	if (job->unreadable > 0)
		printf("%" PRId64 " records cannot be read and stay as they "
		       "are: jwt-agent store check\n",
		    job->unreadable);
	return OK;
}

static enum err
migrate(struct job *job)
{
	struct store_error why = {""};
	auto_str char *file = NULL;
	enum err e = ask(job);

	if (e != OK)
		return e;
	e = back_up(job, &file, &why);
	if (e == OK)
		e = store_migrate(job->store, job->to, &job->options, &why);
	meter_end(&job->meter);
	return e == OK ? report(job, true, file) : complain(job, e, &why);
}

static enum err
run(struct job *job)
{
	const struct schema *schema = store_schema(job->store);
	struct store_error none = {""};
	enum err e = plan(job);

	if (e != OK)
		return complain(job, e, &none);
	if (!schema->under_way && schema->version == job->to) {
		if (!call_has(job->call, CLI_JSON))
			printf("The store is of schema %" PRId64 " already.\n",
			    job->to);
		return report(job, false, NULL);
	}
	if (!call_has(job->call, CLI_JSON))
		e = print_plan(job);
	if (e != OK)
		return e;
	return call_has(job->call, CLI_DRY_RUN) ? report(job, false, NULL)
						: migrate(job);
}

int
cli_store_migrate(const struct call *call)
{
	auto_free(config) struct config *config = NULL;
	auto_clear(job) struct job job = {.call = call};
	enum err e = read_target(call, &job.to);

	if (e == OK)
		e = connection_config(call, &config);
	job.config = config;
	if (e == OK)
		e = open_store(&job);
	if (e == OK)
		e = run(&job);
	return err_exit(e);
}
