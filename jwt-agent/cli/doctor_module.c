/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/cli/doctor.h"
#include "jwt-agent/cli/modulefile.h"
#include "jwt-agent/cli/pamcheck.h"
#include "jwt-agent/cli/pamservices.h"

#include <string.h>
#include <sys/stat.h>

#define NAMES_MAX 16
#define WRITABLE (S_IWGRP | S_IWOTH)

/* The names by which lines call the module, each once. */
struct names {
	const char *name[NAMES_MAX];
	size_t count;
};

static void
add_name(struct names *names, const char *name)
{
	for (size_t i = 0; i < names->count; i++)
		if (strcmp(names->name[i], name) == 0)
			return;
	if (names->count < NAMES_MAX)
		names->name[names->count++] = name;
}

static void
add_stack(struct names *names, const struct pam_stack *stack)
{
	for (size_t i = 0; stack != NULL && i < stack->count; i++)
		if (pam_line_is(&stack->line[i], PAMCHECK_MODULE))
			add_name(names, stack->line[i].module);
}

static void
judge(struct doctor *doctor, const char *name)
{
	char path[PATH_MAX];
	struct stat status;

	if (!modulefile_find(doctor->root, name, path) ||
	    stat(path, &status) != 0)
		doctor_find(doctor, FOUND_MODULE_MISSING, name,
		    "there is no module %s, which PAM files name", name);
	else if (!modulefile_is_whole(path))
		doctor_find(doctor, FOUND_MODULE_BROKEN, path,
		    "%s is not the module: libpam finds no functions in it",
		    path);
	else if (!doctor_trusts(doctor, status.st_uid) ||
	    (status.st_mode & WRITABLE) != 0)
		doctor_find(doctor, FOUND_MODULE_WRITABLE, path,
		    "%s can be written by others than root", path);
	else
		doctor_ok(doctor, "%s", path);
}

void
check_module(struct doctor *doctor)
{
	auto_clear(pam_services) struct pam_services services = {0};
	struct names names = {.count = 0};

	if (pam_services_read(&services, doctor->pam_dir) != OK)
		doctor_skip(doctor, "%s cannot be read", doctor->pam_dir);
	else
		for (int i = 0; i < services.count; i++)
			add_stack(&names, services.stack[i]);
	for (size_t i = 0; i < names.count; i++)
		judge(doctor, names.name[i]);
	if (names.count == 0 && services.count > 0)
		doctor_skip(doctor, "no PAM file names " PAMCHECK_MODULE);
}
