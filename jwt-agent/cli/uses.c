/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/cli/uses.h"

#include "jwt-agent/cli/output.h"
#include "varlink/login.h"
#include "varlink/rollout.h"

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* Those of one of the kinds. */
static enum err
list_kinds(const struct call *call, const char *const *kinds, json_t **out)
{
	const struct empty request = {};
	auto_json json_t *all = NULL, *chosen = json_array();
	json_t *use;
	size_t i;
	enum err e = connection_list(call,
	    &(struct client_call){
		.method = "io.jwtagent.Admin.Uses",
		.request_fields = empty_fields(),
		.request = &request,
		.fd = -1,
	    },
	    "use", use_view_fields(), &all);

	if (e != OK)
		return e;
	json_array_foreach (all, i, use) {
		const char *kind =
		    json_string_value(json_object_get(use, "kind"));

		for (size_t k = 0; kinds[k] != NULL; k++)
			if (kind != NULL && strcmp(kind, kinds[k]) == 0 &&
			    json_array_append(chosen, use) != 0)
				return ERR_NO_MEMORY;
	}
	if (chosen == NULL)
		return ERR_NO_MEMORY;
	*out = TAKE(chosen);
	return OK;
}

enum err
list_dated(const struct call *call, json_t **out)
{
	static const char *const kinds[] = {
	    "issuer", "algorithm", "claims", NULL};

	return list_kinds(call, kinds, out);
}

enum err
list_versions(const struct call *call, json_t **out)
{
	static const char *const kinds[] = {"version", NULL};

	return list_kinds(call, kinds, out);
}

enum err
list_fallbacks(const struct call *call, json_t **out)
{
	static const char *const kinds[] = {"fallback", NULL};

	return list_kinds(call, kinds, out);
}

enum err
print_dated(json_t *rows)
{
	static const struct column columns[] = {
	    {"WHAT", "kind", COLUMN_PLAIN},
	    {"NAME", "name", COLUMN_PLAIN},
	    {"REFUSED FROM", "until", COLUMN_TIME},
	    {"USES", "uses", COLUMN_PLAIN},
	    {"LAST BY", "user", COLUMN_PLAIN},
	    {"LAST", "last", COLUMN_TIME},
	};

	return output_table(columns, COUNT(columns), rows);
}

enum err
print_versions(json_t *rows)
{
	static const struct column columns[] = {
	    {"VERSION", "name", COLUMN_PLAIN},
	    {"NEWEST", "current", COLUMN_PLAIN},
	    {"DEVICES", "devices", COLUMN_PLAIN},
	    {"USERS", "users", COLUMN_PLAIN},
	};

	return output_table(columns, COUNT(columns), rows);
}

enum err
print_fallbacks(json_t *rows)
{
	static const struct column columns[] = {
	    {"CLAIM, FROM", "name", COLUMN_PLAIN},
	    {"TIMES", "uses", COLUMN_PLAIN},
	    {"LAST FOR", "user", COLUMN_PLAIN},
	    {"LAST", "last", COLUMN_TIME},
	};

	return output_table(columns, COUNT(columns), rows);
}
