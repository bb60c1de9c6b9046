/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/service/restored.h"

#include "base/timetext.h"
#include "jwt-agent/service/mark.h"
#include "lmdb-store/restored.h"

#include <stdio.h>

#define REASON "the store was restored from a backup"

enum err
restored_is_new(struct store *store, bool *restored)
{
	auto_clear(restored_record) struct restored_record record = {0};
	auto_free(txn) struct txn *txn = NULL;
	enum err e = store_begin(store, TXN_READ, &txn);

	if (e == OK)
		e = restored_get(txn, &record);
	if (e != OK && e != ERR_NOT_FOUND)
		return e;
	*restored = e == OK;
	return OK;
}

static void
say(struct call *call, const struct restored_record *record)
{
	char backup[TIMETEXT_SIZE], time[TIMETEXT_SIZE],
	    text[TIMETEXT_SIZE * 2 + 128];

	timetext(record->backup, backup);
	timetext(record->time, time);
	snprintf(text, sizeof(text),
	    "the store is as it was at %s; restored at %s; %s", backup, time,
	    record->revoke ? "all tokens until now are revoked"
			   : "what was revoked since is not revoked");
	call_note(&call->event.detail, text);
}

enum err
restored_note(
    struct call *call, const struct empty *request, struct empty *reply)
{
	auto_clear(restored_record) struct restored_record record = {0};
	enum err e = restored_get(call->txn, &record);

	(void)request;
	(void)reply;
	if (e != OK)
		return e;
	say(call, &record);
	if (record.revoke)
		e = mark_all(call, REASON);
	return e == OK ? restored_remove(call->txn) : e;
}
