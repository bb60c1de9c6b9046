/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/service/storecheck.h"

#include "lmdb-store/check.h"

#include <string.h>

enum err
admin_store_check(struct call *call, const struct empty *request,
    struct cursor *cursor, struct table_view *entry)
{
	enum table table = (enum table)cursor->seq;
	struct table_check check;
	enum err e;

	(void)request;
	if (cursor->seq >= TABLE_COUNT)
		return ERR_NOT_FOUND;
	e = check_table(call->txn, table, &check);
	if (e != OK)
		return e;
	entry->table = strdup(table_name(table));
	if (check.problems > 0)
		entry->problem = strdup(check.problem);
	if (entry->table == NULL ||
	    (check.problems > 0 && entry->problem == NULL))
		return ERR_NO_MEMORY;
	entry->entries = check.entries;
	entry->problems = check.problems;
	cursor->begun = true;
	cursor->seq++;
	return OK;
}
