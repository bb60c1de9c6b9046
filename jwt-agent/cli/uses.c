/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/cli/uses.h"

#include "base/member.h"
#include "jwt-agent/cli/output.h"
#include "varlink/rollout.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

#define KINDS_MAX 3

/* What a section is of. */
static const char *const kinds[][KINDS_MAX + 1] = {
    [USES_DATED] = {"issuer", "algorithm", "claims"},
    [USES_VERSIONS] = {"version"},
    [USES_FALLBACKS] = {"fallback"},
};

static bool
is_of(enum uses section, const json_t *use)
{
	for (size_t i = 0; kinds[section][i] != NULL; i++)
		if (member_is(use, "kind", kinds[section][i]))
			return true;
	return false;
}

enum err
list_uses(
    const struct call *call, enum uses section, int64_t since, json_t **out)
{
	const struct uses_request request = {.since = since};
	auto_json json_t *all = NULL, *chosen = json_array();
	json_t *use;
	size_t i;
	enum err e = connection_list(call,
	    &(struct client_call){
		.method = "io.jwtagent.Admin.Uses",
		.request_fields = uses_request_fields(),
		.request = &request,
		.fd = -1,
	    },
	    "use", use_view_fields(), &all);

	if (e != OK)
		return e;
	json_array_foreach (all, i, use)
		if (is_of(section, use) && json_array_append(chosen, use) != 0)
			return ERR_NO_MEMORY;
	if (chosen == NULL)
		return ERR_NO_MEMORY;
	*out = TAKE(chosen);
	return OK;
}

enum err
list_dated(const struct call *call, json_t **out)
{
	return list_uses(call, USES_DATED, 0, out);
}

enum err
list_versions(const struct call *call, json_t **out)
{
	return list_uses(call, USES_VERSIONS, 0, out);
}

enum err
list_fallbacks(const struct call *call, json_t **out)
{
	return list_uses(call, USES_FALLBACKS, 0, out);
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
