/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/migrating.h"

#include <inttypes.h>
#include <stdio.h>
#include <syslog.h>
#include <systemd/sd-daemon.h>

/* Until the next report, at the latest. */
#define PATIENCE_USEC INT64_C(300000000)
#define NUMBER_SIZE 24

static void
log_step(const struct migrating *migrating, const struct migration_progress *at)
{
	char from[NUMBER_SIZE], to[NUMBER_SIZE], entries[NUMBER_SIZE];
	struct log_pair pairs[] = {{"from", from},
	    {"to", at->from != at->to ? to : NULL}, {"step", at->name},
	    {at->from != at->to ? "entries" : "bytes", entries}};

	snprintf(from, sizeof(from), "%" PRId64, at->from);
	snprintf(to, sizeof(to), "%" PRId64, at->to);
	snprintf(entries, sizeof(entries), "%zu", at->total);
	log_event(migrating->log, LOG_NOTICE, "store-migration", pairs, 4);
}

static void
tell_manager(const struct migration_progress *at)
{
	size_t percent = at->total > 0 && at->done < at->total
	    ? (size_t)(100.0 * (double)at->done / (double)at->total)
	    : 100;

	if (at->from == at->to)
		sd_notifyf(0,
		    "EXTEND_TIMEOUT_USEC=%" PRId64
		    "\nSTATUS=Backing the store up, %zu %%",
		    PATIENCE_USEC, percent);
	else
		sd_notifyf(0,
		    "EXTEND_TIMEOUT_USEC=%" PRId64
		    "\nSTATUS=Migrating the store from schema %" PRId64
		    " to %" PRId64 ", %zu %%",
		    PATIENCE_USEC, at->from, at->to, percent);
}

void
migrating_report(void *context, const struct migration_progress *at)
{
	struct migrating *migrating = context;

	if (at->from != migrating->from || at->to != migrating->to)
		log_step(migrating, at);
	migrating->from = at->from;
	migrating->to = at->to;
	migrating->unreadable = at->unreadable;
	tell_manager(at);
}

void
migrating_end(struct migrating *migrating, enum err e)
{
	char count[NUMBER_SIZE], schema[NUMBER_SIZE];
	struct log_pair pairs[] = {{"schema", schema},
	    {"unreadable", migrating->unreadable > 0 ? count : NULL}};

	if (migrating->to == 0 || e != OK)
		return;
	snprintf(schema, sizeof(schema), "%" PRId64, migrating->to);
	snprintf(count, sizeof(count), "%" PRId64, migrating->unreadable);
	log_event(migrating->log,
	    migrating->unreadable > 0 ? LOG_WARNING : LOG_NOTICE,
	    "store-migrated", pairs, 2);
	sd_notify(0, "STATUS=");
}
