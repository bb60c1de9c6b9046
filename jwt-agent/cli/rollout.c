/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/cli/connection.h"
#include "jwt-agent/cli/flag.h"
#include "jwt-agent/cli/output.h"
#include "jwt-agent/cli/uses.h"

#include <stdio.h>

/* What a change of a fleet is followed by; a new section is a row. */
struct section {
	const char *name; /* the member of the JSON */
	const char *heading;
	enum err (*list)(const struct call *call, json_t **out);
	enum err (*print)(json_t *rows);
};

static enum err
list_states(const struct call *call, json_t **out)
{
	return list_flags(call, NULL, out);
}

static const struct section sections[] = {
    {"flags", "Flags", list_states, print_flags},
    {"dated", "What ends at a date", list_dated, print_dated},
    {"claims", "Versions of the claims", list_versions, print_versions},
    {"fallbacks", "Claims that were filled in", list_fallbacks,
	print_fallbacks},
};

#define SECTION_COUNT (sizeof(sections) / sizeof(*sections))

static enum err
ask(const struct call *call, json_t *status)
{
	enum err e = OK;

	for (size_t i = 0; i < SECTION_COUNT && e == OK; i++) {
		json_t *rows = NULL;

		e = sections[i].list(call, &rows);
		if (e == OK &&
		    json_object_set_new(status, sections[i].name, rows) != 0)
			e = ERR_NO_MEMORY;
	}
	return e;
}

static enum err
print(const json_t *status)
{
	enum err e = OK;

	for (size_t i = 0; i < SECTION_COUNT && e == OK; i++) {
		json_t *rows = json_object_get(status, sections[i].name);

		printf("%s%s:\n", i > 0 ? "\n" : "", sections[i].heading);
		e = sections[i].print(rows);
	}
	return e;
}

int
cli_rollout_status(const struct call *call)
{
	auto_json json_t *status = json_object();
	enum err e = status != NULL ? ask(call, status) : ERR_NO_MEMORY;

	if (e != OK)
		return err_exit(e);
	return err_exit(
	    call_has(call, CLI_JSON) ? output_json(status) : print(status));
}
