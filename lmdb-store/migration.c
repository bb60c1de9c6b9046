/* SPDX-License-Identifier: BSD-3-Clause */
#include "lmdb-store/migration.h"

#include "lmdb-store/key.h"

#include <string.h>

/* The step to version n is at n - 2. */
static const struct step *const steps[] = {
    &step_2, &step_3, &step_4, &step_5, &step_6};

#define FIRST_STEP 2
#define STEP_COUNT (sizeof(steps) / sizeof(*steps))

_Static_assert(FIRST_STEP + STEP_COUNT - 1 == SCHEMA_VERSION,
    "a step to every schema but the first");

/* What is under way, between two transactions. */
struct run {
	const struct migration *migration;
	struct schema schema;
	int64_t unreadable;
	struct migration_progress progress;
};

static const struct step *
step_of(const struct schema *schema)
{
	return steps[schema->version - FIRST_STEP];
}

static const struct phase *
phases_of(const struct schema *schema)
{
	const struct step *step = step_of(schema);

	return schema->down ? step->down : step->up;
}

static enum err
count_entries(struct txn *txn, const struct phase *phases, size_t *total)
{
	enum err e = OK;

	*total = 0;
	for (size_t i = 0; phases[i].run != NULL && e == OK; i++) {
		size_t entries = 1;

		if (phases[i].table != STEP_ONCE)
			e = txn_entries(txn, phases[i].table, &entries);
		*total += entries;
	}
	return e;
}

static void
next_phase(struct schema *schema)
{
	schema->phase++;
	schema->after = (struct key){0};
}

/* A record that cannot be read is an outcome; anything else is not. */
static bool
is_unreadable(const struct step_entry *entry, enum err e)
{
	return (e == ERR_STORE || e == ERR_STORE_NEWER) &&
	    txn_error(entry->txn) == OK;
}

static enum err
run_entry(struct run *run, step_run function, const struct step_entry *entry)
{
	enum err e = function(entry);

	if (is_unreadable(entry, e)) {
		run->unreadable++;
		run->progress.unreadable = run->unreadable;
		e = OK;
	}
	return e;
}

/* Deals with one entry, or goes over to the next phase. */
static enum err
advance(struct run *run, const struct phase *phase, struct step_entry *entry)
{
	struct schema *schema = &run->schema;
	enum err e;

	entry->table = phase->table;
	if (phase->table == STEP_ONCE) {
		next_phase(schema);
		return run_entry(run, phase->run, entry);
	}
	e = txn_next(entry->txn, phase->table, key_slice(&schema->after),
	    &entry->key, &entry->value);
	if (e == ERR_NOT_FOUND) {
		next_phase(schema);
		return OK;
	}
	if (e != OK)
		return e;
	schema->after = (struct key){0};
	key_add_bytes(&schema->after, entry->key.data, entry->key.size);
	entry->key = key_slice(&schema->after);
	run->progress.done++;
	return run_entry(run, phase->run, entry);
}

static void
finish_step(struct schema *schema)
{
	*schema = (struct schema){
	    .version = schema->down ? schema->version - 1 : schema->version};
}

/* As much as fits into this transaction. */
static enum err
fill(struct run *run, struct txn *txn)
{
	const struct phase *phases = phases_of(&run->schema);
	size_t chunk = run->migration->chunk;
	enum err e = OK;

	if (chunk == 0)
		chunk = MIGRATION_CHUNK;
	for (size_t i = 0; i < chunk && e == OK; i++) {
		struct step_entry entry = {
		    .txn = txn,
		    .seal = run->migration->seal,
		    .master = run->migration->master,
		    .host = run->migration->host,
		    .version = run->schema.version,
		    .now = run->migration->now,
		};

		if (phases[run->schema.phase].run == NULL) {
			finish_step(&run->schema);
			break;
		}
		e = advance(run, &phases[run->schema.phase], &entry);
	}
	return e == OK ? schema_write(txn, &run->schema) : e;
}

static enum err
take_chunk(struct run *run)
{
	auto_free(txn) struct txn *txn = NULL;
	enum err e = kv_begin(run->migration->kv, TXN_WRITE, &txn);

	if (e == OK)
		e = fill(run, txn);
	return e == OK ? txn_commit(TAKE(txn)) : e;
}

/* A chunk, again with a larger map if that is what it takes. */
static enum err
take_chunk_growing(struct run *run)
{
	struct run next = *run;
	enum err e = take_chunk(&next);

	while (e == ERR_STORE_GROW) {
		e = kv_grow(run->migration->kv);
		next = *run;
		if (e == OK)
			e = take_chunk(&next);
	}
	if (e == OK)
		*run = next;
	return e;
}

static void
report(const struct run *run)
{
	if (run->migration->report != NULL)
		run->migration->report(run->migration->context, &run->progress);
}

/* The schema says which step it is; it may have been begun before. */
static enum err
start_step(struct run *run)
{
	const struct schema *schema = &run->schema;
	auto_free(txn) struct txn *txn = NULL;
	enum err e = kv_begin(run->migration->kv, TXN_READ, &txn);

	run->progress = (struct migration_progress){
	    .from = schema->down ? schema->version : schema->version - 1,
	    .to = schema->down ? schema->version - 1 : schema->version,
	    .name = step_of(schema)->name,
	    .unreadable = run->unreadable,
	};
	if (e == OK)
		e = count_entries(txn, phases_of(schema) + schema->phase,
		    &run->progress.total);
	return e;
}

static enum err
take_step(struct run *run)
{
	enum err e = start_step(run);

	while (e == OK && run->schema.under_way) {
		e = take_chunk_growing(run);
		if (e == OK)
			report(run);
	}
	return e;
}

/* Another release may have had other phases. */
static bool
has_phase(const struct schema *schema)
{
	const struct phase *phases = phases_of(schema);
	int64_t count = 0;

	while (phases[count].run != NULL)
		count++;
	return schema->phase >= 0 && schema->phase <= count;
}

/* What is to be done next, on the way to `to`: what is under way goes on, or
 * turns back. */
static void
choose_step(struct schema *schema, int64_t to)
{
	bool down = to < schema->version;

	if (schema->under_way && schema->down == down && has_phase(schema))
		return;
	*schema = (struct schema){
	    .version = down || schema->under_way ? schema->version
						 : schema->version + 1,
	    .under_way = true,
	    .down = down,
	};
}

static bool
is_there(const struct schema *schema, int64_t to)
{
	return !schema->under_way && schema->version == to;
}

static enum err
read_schema(const struct migration *migration, struct schema *schema)
{
	auto_free(txn) struct txn *txn = NULL;
	enum err e = kv_begin(migration->kv, TXN_READ, &txn);

	if (e == OK)
		e = schema_read(txn, schema);
	return e == OK && schema->version == 0 ? ERR_INTERNAL : e;
}

enum err
migration_run(
    const struct migration *migration, int64_t to, int64_t *unreadable)
{
	struct run run = {.migration = migration};
	enum err e = read_schema(migration, &run.schema);

	if (e == OK && (to < 1 || to > SCHEMA_VERSION))
		e = ERR_INTERNAL;
	while (e == OK && !is_there(&run.schema, to)) {
		choose_step(&run.schema, to);
		e = take_step(&run);
	}
	*unreadable = run.unreadable;
	return e;
}

enum err
migration_plan(struct txn *txn, int64_t at, int64_t to, int64_t now,
    struct migration_step *out)
{
	struct schema schema = {.version = at};
	const struct step *step;
	enum err e;

	choose_step(&schema, to);
	step = step_of(&schema);
	*out = (struct migration_step){
	    .from = at,
	    .to = schema.down ? at - 1 : at + 1,
	    .name = step->name,
	};
	e = count_entries(txn, phases_of(&schema), &out->entries);
	if (e == OK && schema.down && step->losses != NULL)
		e = step->losses(txn, now, &out->losses);
	return e;
}
