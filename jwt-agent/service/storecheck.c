/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/service/storecheck.h"

#include <string.h>

static enum err
view_findings(const struct check_step *step, json_t **out)
{
	auto_json json_t *list = json_array();

	for (size_t i = 0; i < step->findings; i++) {
		const struct check_finding *finding = &step->finding[i];
		json_t *view = json_pack("{ss ss ss}", "rule", finding->rule,
		    "key", finding->key, "problem", finding->problem);

		if (json_array_append_new(list, view) != 0)
			return ERR_NO_MEMORY;
	}
	*out = TAKE(list);
	return *out != NULL ? OK : ERR_NO_MEMORY;
}

enum err
store_check_step(
    struct call *call, struct cursor *cursor, struct check_view *entry)
{
	struct check_step step;
	enum err e = check_step(call->txn, store_seal(call->service->store),
	    &cursor->place, STORECHECK_STEP, &step);

	if (e != OK)
		return e;
	cursor->begun = true;
	call->rests = true;
	e = view_findings(&step, &entry->findings);
	if (e != OK)
		return e;
	entry->table = strdup(table_name(step.table));
	entry->entries = step.entries;
	entry->problems = step.problems;
	entry->last = step.last;
	cursor->problems += step.problems;
	return entry->table != NULL ? OK : ERR_NO_MEMORY;
}

enum err
admin_store_check(struct call *call, const struct empty *request,
    struct cursor *cursor, struct check_view *entry)
{
	(void)request;
	return store_check_step(call, cursor, entry);
}
