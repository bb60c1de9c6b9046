/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/cli/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define OWN_SOCKET "unix:path=/run/systemd/private"
#define MANAGER "org.freedesktop.systemd1"
#define MANAGER_PATH "/org/freedesktop/systemd1"
#define ANSWER_SECONDS 5

static bool
connect_to_manager(sd_bus **out)
{
	sd_bus *bus = NULL;
	bool connected = geteuid() == 0 && sd_bus_new(&bus) >= 0 &&
	    sd_bus_set_address(bus, OWN_SOCKET) >= 0 && sd_bus_start(bus) >= 0;

	if (!connected)
		sd_bus_unref(bus);
	else
		*out = bus;
	return connected;
}

enum err
unit_connect(sd_bus **out)
{
	sd_bus *bus = NULL;

	if (!connect_to_manager(&bus) && sd_bus_open_system(&bus) < 0)
		return ERR_UNREACHABLE;
	sd_bus_set_method_call_timeout(bus, ANSWER_SECONDS * UINT64_C(1000000));
	*out = bus;
	return OK;
}

/* What is not there stays empty: a socket has no restarts. */
static void
read_text(sd_bus *bus, const char *path, const char *kind, const char *name,
    char out[UNIT_TEXT_MAX])
{
	char *text = NULL;

	if (sd_bus_get_property_string(
		bus, MANAGER, path, kind, name, NULL, &text) >= 0)
		snprintf(out, UNIT_TEXT_MAX, "%s", text);
	free(text);
}

enum err
unit_read(sd_bus *bus, const char *name, struct unit *out)
{
	static const char common[] = MANAGER ".Unit";
	const char *kind = strstr(name, ".socket") != NULL ? MANAGER ".Socket"
							   : MANAGER ".Service";
	sd_bus_message *reply = NULL;
	struct unit unit = {0};
	const char *path;

	if (sd_bus_call_method(bus, MANAGER, MANAGER_PATH, MANAGER ".Manager",
		"LoadUnit", NULL, &reply, "s", name) < 0 ||
	    sd_bus_message_read(reply, "o", &path) < 0) {
		sd_bus_message_unref(reply);
		return ERR_UNREACHABLE;
	}
	read_text(bus, path, common, "LoadState", unit.load);
	read_text(bus, path, common, "ActiveState", unit.active);
	read_text(bus, path, common, "SubState", unit.sub);
	read_text(bus, path, common, "UnitFileState", unit.file);
	read_text(bus, path, kind, "Result", unit.result);
	if (sd_bus_get_property_trivial(bus, MANAGER, path, kind, "NRestarts",
		NULL, 'u', &unit.restarts) < 0)
		unit.restarts = 0;
	sd_bus_message_unref(reply);
	*out = unit;
	return OK;
}
