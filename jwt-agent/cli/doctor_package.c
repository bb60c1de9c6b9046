/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/cli/doctor.h"

#include <stdio.h>
#include <string.h>

#define STATUS_FILE "/var/lib/dpkg/status"
#define LINE_SIZE 4096
#define NAME_SIZE 64

static const char *const packages[] = {"jwt-agent", "libpam-jwt"};

static bool
is_ours(const char *name)
{
	for (size_t i = 0; i < sizeof(packages) / sizeof(*packages); i++)
		if (strcmp(packages[i], name) == 0)
			return true;
	return false;
}

/* Installed, or gone for good; anything between was interrupted. */
static bool
is_settled(const char *state)
{
	return strcmp(state, "installed") == 0 ||
	    strcmp(state, "config-files") == 0 ||
	    strcmp(state, "not-installed") == 0;
}

/* "Status: install ok installed": what is wanted, an error flag, the state. */
static bool
judge(struct doctor *doctor, const char *name, const char *line)
{
	char flag[NAME_SIZE], state[NAME_SIZE];

	if (sscanf(line, "Status: %*s %63s %63s", flag, state) != 2 ||
	    (is_settled(state) && strcmp(flag, "ok") == 0))
		return false;
	doctor_find(doctor, FOUND_PACKAGE_BROKEN, name,
	    "the package %s is %s: its installation did not come to its end",
	    name, strcmp(flag, "ok") == 0 ? state : flag);
	return true;
}

/* Whether there was anything to say. */
static bool
read_status(struct doctor *doctor, FILE *file)
{
	char line[LINE_SIZE], name[NAME_SIZE] = "";
	bool said = false;

	while (fgets(line, sizeof(line), file) != NULL) {
		if (line[0] == '\n')
			name[0] = '\0';
		else if (sscanf(line, "Package: %63s", name) == 1)
			continue;
		else if (strncmp(line, "Status:", 7) == 0 && is_ours(name))
			said |= judge(doctor, name, line);
	}
	return said;
}

void
check_packages(struct doctor *doctor)
{
	char path[PATH_MAX];
	FILE *file;

	doctor_path(doctor, STATUS_FILE, path);
	file = fopen(path, "re");
	if (file == NULL) {
		doctor_skip(doctor, "there is no %s", path);
		return;
	}
	if (!read_status(doctor, file))
		doctor_ok(doctor, "none is half installed");
	fclose(file);
}
