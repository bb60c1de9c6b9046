/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/service/uses.h"

#include "jwt-agent/service/claimset.h"
#include "jwt-agent/service/dated.h"
#include "lmdb-store/daily.h"
#include "lmdb-store/holding.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* What the list is made of, in order; the cursor's `back` is the part, and
 * its `seq` where in it. */
enum part {
	PART_DATED,
	PART_VERSIONS,
	PART_FALLBACKS,
	PART_COUNT
};

static enum err
name(struct use_view *view, const char *kind, const char *text)
{
	view->kind = strdup(kind);
	view->name = strdup(text);
	return view->kind != NULL && view->name != NULL ? OK : ERR_NO_MEMORY;
}

int64_t
uses_kept(const struct call *call)
{
	int64_t keep = call->service->config->keep_audit;

	return call->now - (keep < DAILY_KEPT_MAX ? keep : DAILY_KEPT_MAX);
}

/* What was never used has no counter. */
static enum err
take_recent(struct call *call, int64_t since,
    const struct counter_record *counter, struct use_view *view)
{
	if (since < uses_kept(call))
		since = uses_kept(call);
	view->recent_since = daily_day(since) * DAILY_SECONDS;
	return counter->name != NULL
	    ? counter_since(call->txn, counter, since, &view->recent)
	    : OK;
}

static enum err
take_counter(struct call *call, const struct uses_request *request,
    struct counter_record *counter, struct use_view *view)
{
	view->uses = counter->count;
	view->last = counter->last;
	view->user = TAKE(counter->user);
	return request->since != 0
	    ? take_recent(call, request->since, counter, view)
	    : OK;
}

static enum err
next_dated(struct call *call, const struct uses_request *request,
    struct cursor *cursor, struct use_view *view)
{
	auto_clear(counter_record) struct counter_record counter = {0};
	struct dated dated;
	enum err e;

	if (!dated_at(call->service->config, (size_t)cursor->seq, &dated))
		return ERR_NOT_FOUND;
	cursor->seq++;
	e = counter_get(call->txn, DATED_COUNTER,
	    (const char *const[]){dated.kind, dated.name, NULL}, &counter);
	if (e != OK && e != ERR_NOT_FOUND)
		return e;
	view->until = dated.over;
	e = take_counter(call, request, &counter, view);
	return e == OK ? name(view, dated.kind, dated.name) : e;
}

static enum err
next_version(struct call *call, const struct uses_request *request,
    struct cursor *cursor, struct use_view *view)
{
	auto_clear(holding_record) struct holding_record counts = {0};
	char text[24];
	enum err e = holding_next(call->txn, cursor->seq, &counts);

	(void)request;
	if (e != OK)
		return e;
	cursor->seq = counts.version;
	view->current = counts.version == call->service->config->claim_version;
	view->devices = counts.devices;
	view->users = counts.users;
	snprintf(text, sizeof(text), "%" PRId64, counts.version);
	return name(view, "version", text);
}

/* Two of each claim: from the user's attribute, and by default. */
static enum err
next_fallback(struct call *call, const struct uses_request *request,
    struct cursor *cursor, struct use_view *view)
{
	const struct config *config = call->service->config;
	auto_clear(counter_record) struct counter_record counter = {0};
	enum err e = ERR_NOT_FOUND;
	char text[CONFIG_CLAIM_NAME_MAX + 16];

	while (e == ERR_NOT_FOUND) {
		size_t claim = (size_t)cursor->seq / 2;
		const char *source = cursor->seq % 2 == 0 ? CLAIMSET_ATTRIBUTE
							  : CLAIMSET_DEFAULT;

		if (claim >= config->claim_count)
			return ERR_NOT_FOUND;
		cursor->seq++;
		snprintf(text, sizeof(text), "%s %s",
		    config->claims[claim].name, source);
		e = counter_get(call->txn, CLAIMSET_COUNTER,
		    (const char *const[]){
			config->claims[claim].name, source, NULL},
		    &counter);
	}
	if (e == OK)
		e = take_counter(call, request, &counter, view);
	return e == OK ? name(view, "fallback", text) : e;
}

enum err
admin_uses(struct call *call, const struct uses_request *request,
    struct cursor *cursor, struct use_view *entry)
{
	static enum err (*const parts[PART_COUNT])(struct call *,
	    const struct uses_request *, struct cursor *, struct use_view *) = {
	    [PART_DATED] = next_dated,
	    [PART_VERSIONS] = next_version,
	    [PART_FALLBACKS] = next_fallback,
	};
	enum err e = ERR_NOT_FOUND;

	while (e == ERR_NOT_FOUND && cursor->back < PART_COUNT) {
		e = parts[cursor->back](call, request, cursor, entry);
		if (e == ERR_NOT_FOUND) {
			cursor->back++;
			cursor->seq = 0;
		}
	}
	return e;
}
