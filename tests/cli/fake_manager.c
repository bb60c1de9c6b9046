/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/cli/fake_manager.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <systemd/sd-bus.h>
#include <unistd.h>

static const struct fake_unit sound = {
    NULL, "loaded", "active", "running", "enabled", "success", 0};

static const struct fake_unit *
find(const struct fake_unit *units, const char *name)
{
	for (; units->name != NULL; units++)
		if (strcmp(units->name, name) == 0)
			return units;
	return &sound;
}

static const char *
text_of(const struct fake_unit *unit, const char *property)
{
	if (strcmp(property, "LoadState") == 0)
		return unit->load;
	if (strcmp(property, "ActiveState") == 0)
		return unit->active;
	if (strcmp(property, "SubState") == 0)
		return unit->sub;
	if (strcmp(property, "UnitFileState") == 0)
		return unit->file;
	return strcmp(property, "Result") == 0 ? unit->result : NULL;
}

/* The place of the unit in the list is the path of its object. */
static int
answer_load(sd_bus_message *call, const struct fake_unit *units)
{
	const struct fake_unit *unit;
	char path[32] = "/unit/sound";
	const char *name;

	if (sd_bus_message_read(call, "s", &name) < 0)
		return -1;
	unit = find(units, name);
	if (unit != &sound)
		snprintf(path, sizeof(path), "/unit/%d", (int)(unit - units));
	return sd_bus_reply_method_return(call, "o", path);
}

static int
answer_property(sd_bus_message *call, const struct fake_unit *units)
{
	const char *path = sd_bus_message_get_path(call);
	const struct fake_unit *unit = &sound;
	const char *interface, *property, *text;
	int number;

	if (sd_bus_message_read(call, "ss", &interface, &property) < 0)
		return -1;
	if (sscanf(path, "/unit/%d", &number) == 1)
		unit = &units[number];
	text = text_of(unit, property);
	if (text != NULL)
		return sd_bus_reply_method_return(call, "v", "s", text);
	if (strcmp(property, "NRestarts") == 0)
		return sd_bus_reply_method_return(
		    call, "v", "u", unit->restarts);
	return sd_bus_reply_method_errorf(
	    call, SD_BUS_ERROR_UNKNOWN_PROPERTY, "no %s", property);
}

static int
answer(sd_bus_message *call, void *context, sd_bus_error *error)
{
	(void)error;
	if (sd_bus_message_is_method_call(call, NULL, "Hello"))
		return sd_bus_reply_method_return(call, "s", ":1.1");
	if (sd_bus_message_is_method_call(call, NULL, "LoadUnit"))
		return answer_load(call, context);
	if (sd_bus_message_is_method_call(call, NULL, "Get"))
		return answer_property(call, context);
	return 0;
}

static void
serve(int connection, const struct fake_unit *units)
{
	sd_id128_t id = {{1}};
	sd_bus *bus = NULL;
	int served = 0;

	if (sd_bus_new(&bus) < 0 ||
	    sd_bus_set_fd(bus, connection, connection) < 0 ||
	    sd_bus_set_server(bus, 1, id) < 0 ||
	    sd_bus_set_anonymous(bus, 1) < 0 ||
	    sd_bus_add_filter(bus, NULL, answer, (void *)(uintptr_t)units) <
		0 ||
	    sd_bus_start(bus) < 0)
		_exit(1);
	while (served >= 0) {
		served = sd_bus_process(bus, NULL);
		if (served == 0)
			served = sd_bus_wait(bus, UINT64_MAX);
	}
	sd_bus_unref(bus);
}

pid_t
fake_manager_start(const char *path, const struct fake_unit *units)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	pid_t process;

	snprintf(address.sun_path, sizeof(address.sun_path), "%.100s", path);
	assert_int_equal(
	    bind(listener, (const struct sockaddr *)&address, sizeof(address)),
	    0);
	assert_int_equal(listen(listener, 4), 0);
	process = fork();
	assert_true(process >= 0);
	if (process == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			serve(
			    accept4(listener, NULL, NULL, SOCK_CLOEXEC), units);
	}
	close(listener);
	return process;
}

void
fake_manager_stop(pid_t process)
{
	assert_int_equal(kill(process, SIGKILL), 0);
	assert_int_equal(waitpid(process, NULL, 0), process);
}
