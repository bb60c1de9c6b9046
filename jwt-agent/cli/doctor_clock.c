/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/cli/connection.h"
#include "jwt-agent/cli/doctor.h"
#include "varlink/audit.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/timex.h>
#include <time.h>

#define SANE_CLOCK 1735689600 /* 2025-01-01: older is a battery's fault */
#define ODD_SECONDS 300
#define RECENT_SECONDS (24 * 3600)
#define HARDWARE_CLOCK "/sys/class/rtc/rtc0/since_epoch"
#define ADJTIME "/etc/adjtime"
#define LINE_SIZE 128

static bool
is_odd(int64_t seconds)
{
	return seconds > ODD_SECONDS || seconds < -ODD_SECONDS;
}

/* Some machines keep the hardware clock in local time. */
static bool
hardware_has_utc(const struct doctor *doctor)
{
	char path[PATH_MAX], line[LINE_SIZE];
	bool utc = true;
	FILE *file;

	doctor_path(doctor, ADJTIME, path);
	file = fopen(path, "re");
	if (file == NULL)
		return true;
	while (fgets(line, sizeof(line), file) != NULL)
		utc &= strncmp(line, "LOCAL", 5) != 0;
	fclose(file);
	return utc;
}

static bool
read_hardware(const struct doctor *doctor, int64_t *time)
{
	char path[PATH_MAX];
	FILE *file;
	bool read;

	doctor_path(doctor, HARDWARE_CLOCK, path);
	file = fopen(path, "re");
	if (file == NULL)
		return false;
	read = fscanf(file, "%" SCNd64, time) == 1;
	fclose(file);
	return read && hardware_has_utc(doctor);
}

/* Whether the clock was odd; each says so. */

static bool
against_hardware(struct doctor *doctor, int64_t now)
{
	int64_t hardware;

	if (!read_hardware(doctor, &hardware) || !is_odd(now - hardware))
		return false;
	doctor_find(doctor, FOUND_CLOCK_WRONG, "",
	    "the clock is %" PRId64 " s away from the hardware clock: tokens "
	    "seem expired or not valid yet",
	    now - hardware);
	return true;
}

/* A clock that was set back comes before what was already written. */
static bool
against_store(struct doctor *doctor, int64_t now)
{
	char folder[PATH_MAX], path[PATH_MAX + 16];
	struct stat status;

	if (doctor->config == NULL)
		return false;
	doctor_path(doctor, doctor->config->store, folder);
	snprintf(path, sizeof(path), "%s/data.mdb", folder);
	if (stat(path, &status) != 0 || status.st_mtime - now <= ODD_SECONDS)
		return false;
	doctor_find(doctor, FOUND_CLOCK_WRONG, "",
	    "the clock stands %" PRId64 " s before the last write to %s",
	    (int64_t)status.st_mtime - now, path);
	return true;
}

static enum err
note_jump(const json_t *entry, void *context)
{
	struct audit_view *last = context;

	audit_view_clear(last);
	return fields_decode(audit_view_fields(), entry, last, NULL);
}

/* The last jump that the agent has seen, if it may be asked. */
static enum err
find_jump(const struct doctor *doctor, struct audit_view *last)
{
	auto_free(client) struct client *client = NULL;
	const struct audit_request request = {
	    .limit = 1, .event = (char *)(uintptr_t) "clock-jump"};
	enum err e = connection_open(doctor->config, &client);

	if (e != OK)
		return e;
	return client_stream(client,
	    &(struct client_call){
		.method = "io.jwtagent.Admin.Audit",
		.request_fields = audit_request_fields(),
		.request = &request,
		.fd = -1,
	    },
	    "event", note_jump, last);
}

static bool
against_agent(struct doctor *doctor, int64_t now)
{
	auto_clear(audit_view) struct audit_view last = {0};

	if (!doctor->answers || find_jump(doctor, &last) != OK ||
	    last.event == NULL || now - last.time > RECENT_SECONDS)
		return false;
	doctor_find(doctor, FOUND_CLOCK_JUMPED, "",
	    "the clock jumped within the last day: %s",
	    last.detail != NULL ? last.detail : "");
	return true;
}

static bool
is_synchronised(struct doctor *doctor)
{
	struct timex state = {0};

	if (adjtimex(&state) < 0) {
		doctor_skip(doctor, "%s", strerror(errno));
		return true;
	}
	return (state.status & STA_UNSYNC) == 0;
}

void
check_clock(struct doctor *doctor)
{
	int64_t now = time(NULL);
	bool odd = now < SANE_CLOCK;

	if (doctor->root[0] != '\0') {
		doctor_skip(doctor, "the system does not run");
		return;
	}
	if (odd)
		doctor_find(doctor, FOUND_CLOCK_WRONG, "",
		    "the clock stands in a year that is over: every token is "
		    "refused");
	odd |= against_hardware(doctor, now);
	odd |= against_store(doctor, now);
	odd |= against_agent(doctor, now);
	if (!is_synchronised(doctor))
		doctor_find(doctor, FOUND_CLOCK_ALONE, "",
		    "the clock is not synchronised: tokens may seem expired or "
		    "not valid yet");
	else if (!odd)
		doctor_ok(
		    doctor, "the clock is right as far as it can be seen");
}
