/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/service/admin.h"

#include "jwt-agent/service/upkeep.h"
#include "lmdb-store/counter.h"
#include "lmdb-store/device.h"
#include "lmdb-store/schema.h"
#include "lmdb-store/session.h"
#include "lmdb-store/stats.h"

#include <string.h>
#include <unistd.h>

static enum err
count_records(struct call *call, struct status_reply *reply)
{
	size_t devices = 0, sessions = 0;
	enum err e = device_count(call->txn, &devices);

	if (e == OK)
		e = session_live_count(call->txn, &sessions);
	reply->devices = (int64_t)devices;
	reply->sessions = (int64_t)sessions;
	return e;
}

static enum err
add_observed(const struct counter_record *counter, struct status_reply *reply)
{
	const char *service, *reason;
	json_t *entry;
	bool accept;

	if (json_unpack(counter->labels, "[ss]", &service, &reason) != 0)
		return ERR_STORE;
	accept = strcmp(reason, err_name(OK)) == 0;
	*(accept ? &reply->would_accept : &reply->would_refuse) +=
	    counter->count;
	if (reply->observed_since == 0 ||
	    counter->since < reply->observed_since)
		reply->observed_since = counter->since;
	entry = json_pack("{ss ss ss sI sI sI}", "service", service, "would",
	    accept ? "accept" : "refuse", "reason", reason, "count",
	    (json_int_t)counter->count, "since", (json_int_t)counter->since,
	    "last", (json_int_t)counter->last);
	return json_array_append_new(reply->observed, entry) == 0
	    ? OK
	    : ERR_NO_MEMORY;
}

/* What would have come of the logins of services that only observe. */
static enum err
list_observed(struct call *call, struct status_reply *reply)
{
	auto_clear(counter_record) struct counter_record counter = {0};
	enum err e = OK;

	reply->observed = json_array();
	if (reply->observed == NULL)
		return ERR_NO_MEMORY;
	while (e == OK) {
		e = counter_next(call->txn, "observe", &counter);
		if (e == OK)
			e = add_observed(&counter, reply);
	}
	return e == ERR_NOT_FOUND ? OK : e;
}

static enum err
tell_of_outage(const struct outage *outage, struct status_reply *reply)
{
	if (outage == NULL || outage->fault == OK)
		return OK;
	reply->store_fault = strdup(err_text(outage->fault));
	reply->store_fault_since = outage->since;
	reply->unrecorded = outage->unrecorded;
	reply->not_served = outage->refused;
	return reply->store_fault != NULL ? OK : ERR_NO_MEMORY;
}

enum err
admin_status(
    struct call *call, const struct empty *request, struct status_reply *reply)
{
	const struct service *service = call->service;
	enum err e = tell_of_outage(service->outage, reply);

	(void)request;
	if (e != OK)
		return e;
	reply->version = strdup(PACKAGE_VERSION);
	reply->store = strdup(service->config->store);
	reply->issuer = strdup(service->config->issuer);
	reply->algorithm = strdup(service->config->algorithm);
	reply->key = strdup(key_kid(service->keyring->signing));
	if (reply->version == NULL || reply->store == NULL ||
	    reply->issuer == NULL || reply->algorithm == NULL ||
	    reply->key == NULL)
		return ERR_NO_MEMORY;
	reply->pid = getpid();
	reply->started = service->started;
	reply->schema = SCHEMA_VERSION;
	reply->store_size = (int64_t)store_size(service->store);
	reply->store_map = (int64_t)store_map_size(service->store);
	e = count_records(call, reply);
	if (e == OK)
		e = upkeep_list(call, &reply->upkeep);
	return e == OK ? list_observed(call, reply) : e;
}

static enum err
add_table(struct call *call, enum table table, json_t *tables)
{
	struct table_stats stats;
	enum err e = table_stats(call->txn, table, &stats);
	json_t *entry;

	if (e != OK)
		return e;
	entry = json_pack("{ss sI sI so* so*}", "table", table_name(table),
	    "entries", (json_int_t)stats.entries, "bytes",
	    (json_int_t)stats.bytes, "oldest",
	    stats.oldest != 0 ? json_integer(stats.oldest) : NULL, "newest",
	    stats.newest != 0 ? json_integer(stats.newest) : NULL);
	return json_array_append_new(tables, entry) == 0 ? OK : ERR_NO_MEMORY;
}

enum err
admin_store_stats(struct call *call, const struct empty *request,
    struct store_stats_reply *reply)
{
	auto_json json_t *tables = json_array();
	size_t free_bytes = 0;
	enum err e = tables != NULL ? OK : ERR_NO_MEMORY;

	(void)request;
	for (int i = 0; i < TABLE_COUNT && e == OK; i++)
		e = add_table(call, (enum table)i, tables);
	if (e == OK)
		e = txn_free_bytes(call->txn, &free_bytes);
	if (e != OK)
		return e;
	reply->tables = TAKE(tables);
	reply->free = (int64_t)free_bytes;
	reply->map_max = call->service->config->store_max;
	reply->size = (int64_t)store_size(call->service->store);
	reply->map = (int64_t)store_map_size(call->service->store);
	return OK;
}
