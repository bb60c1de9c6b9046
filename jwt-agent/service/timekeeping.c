/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/service/timekeeping.h"

#include "base/timetext.h"

#include <stdio.h>

DEFINE_FIELDS(keep_clock_request, KEEP_CLOCK_REQUEST)

enum err
timekeeping_begin(struct clock *clock, struct store *store)
{
	auto_clear(clock_record) struct clock_record record = {0};
	auto_free(txn) struct txn *txn = NULL;
	enum err e = store_begin(store, TXN_READ, &txn);

	if (e == OK)
		e = clock_get(txn, &record);
	if (e != OK && e != ERR_NOT_FOUND)
		return e;
	clock_begin(clock, e == OK ? &record : NULL);
	return OK;
}

static void
note_jump(struct call *call, int64_t from, int64_t to)
{
	char before[TIMETEXT_SIZE], after[TIMETEXT_SIZE],
	    text[TIMETEXT_SIZE * 2 + 64];

	timetext(from, before);
	timetext(to, after);
	snprintf(text, sizeof(text), "the clock said %s where %s was expected",
	    after, before);
	call_note(&call->event.detail, text);
	call_alert(call, "clock-jump", text);
}

enum err
timekeeping_keep(struct call *call, const struct keep_clock_request *request,
    struct empty *reply)
{
	const struct clock *clock = call->service->clock;
	const struct clock_record record = {
	    .boot = (char *)(uintptr_t)clock->boot, /* is read only */
	    .offset_ms = clock->offset_ms,
	    .ahead_ms = clock->ahead_ms,
	};

	(void)reply;
	if (request->to != 0)
		note_jump(call, request->from, request->to);
	return clock_put(call->txn, &record);
}
