/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/cli/doctor.h"
#include "jwt-agent/cli/unit.h"

#include <string.h>

#define SERVICE_UNIT "jwt-agent.service"

static bool
is(const char *text, const char *wanted)
{
	return strcmp(text, wanted) == 0;
}

/* It ends by itself and is started again: no state says so by itself. */
static bool
is_failing(const struct unit *unit)
{
	return is(unit->active, "failed") || is(unit->sub, "auto-restart") ||
	    (unit->restarts > 0 && !is(unit->sub, "running"));
}

static bool
is_up(const struct unit *unit)
{
	return is(unit->active, "active") || is(unit->active, "reloading");
}

static void
judge(struct doctor *doctor, const char *name, const struct unit *unit)
{
	if (is(unit->load, "masked"))
		doctor_find(doctor, FOUND_AGENT_MASKED, name,
		    "%s is masked: it can not be started", name);
	else if (is(unit->load, "not-found"))
		doctor_skip(doctor, "there is no unit %s", name);
	else if (is_failing(unit))
		doctor_find(doctor, FOUND_AGENT_FAILING, name,
		    "%s fails (%s), started again %u times", name, unit->result,
		    unit->restarts);
	else if (!is_up(unit))
		doctor_find(doctor, FOUND_AGENT_STOPPED, name,
		    "%s is not running: %s", name, unit->active);
	else if (is(unit->file, "disabled"))
		doctor_find(doctor, FOUND_AGENT_DISABLED, name,
		    "%s is not started at the next boot", name);
	else
		doctor_ok(doctor, "%s is %s", name, unit->sub);
}

void
check_units(struct doctor *doctor)
{
	static const char *const names[] = {
	    "jwt-agent.socket", SERVICE_UNIT, "jwt-agent-fetcher.socket"};
	sd_bus *bus = NULL;

	if (doctor->root[0] != '\0' || unit_connect(&bus) != OK) {
		doctor_skip(doctor, "systemd is not to be reached");
		return;
	}
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		struct unit unit;

		if (unit_read(bus, names[i], &unit) == OK)
			judge(doctor, names[i], &unit);
		else
			doctor_skip(
			    doctor, "systemd says nothing of %s", names[i]);
	}
	sd_bus_unref(bus);
}
