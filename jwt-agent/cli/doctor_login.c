/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/cli/doctor.h"
#include "jwt-agent/cli/pamcheck.h"
#include "jwt-agent/cli/sshdfile.h"

#include <dirent.h>
#include <errno.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#define SERVICES_MAX 500

/* Every file of the PAM folder and what was read from it. */
struct services {
	struct dirent **entry;
	struct pam_stack **stack; /* NULL where it could not be read */
	struct pam_error *error;
	int count;
};

static void
services_clear(struct services *services)
{
	for (int i = 0; i < services->count; i++) {
		free(services->entry[i]);
		if (services->stack != NULL)
			pam_stack_free(services->stack[i]);
	}
	free(services->entry);
	free(services->stack);
	free(services->error);
}

/* As libpam: any name, but for what packages and editors leave behind. */
static int
is_service(const struct dirent *entry)
{
	const char *name = entry->d_name;

	return name[0] != '.' && strchr(name, '~') == NULL &&
	    strstr(name, ".dpkg-") == NULL;
}

static int
by_name(const struct dirent **left, const struct dirent **right)
{
	return strcmp((*left)->d_name, (*right)->d_name);
}

static enum err
read_services(struct services *services, const char *folder)
{
	int count = scandir(folder, &services->entry, is_service, by_name);
	size_t size;

	if (count < 0)
		return ERR_IO;
	services->count = count;
	if (count > SERVICES_MAX) {
		errno = E2BIG;
		return ERR_IO;
	}
	size = (size_t)count + 1;
	services->stack = calloc(size, sizeof(*services->stack));
	services->error = calloc(size, sizeof(*services->error));
	if (services->stack == NULL || services->error == NULL)
		return ERR_NO_MEMORY;
	for (int i = 0; i < count; i++) {
		enum err e = pam_stack_read(&services->stack[i], folder,
		    services->entry[i]->d_name, &services->error[i]);

		if (e == ERR_NO_MEMORY)
			return e;
	}
	return OK;
}

static bool
file_names_us(const char *folder, const char *name)
{
	char path[PATH_MAX], line[PAM_TEXT_MAX];
	bool found = false;
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "re");
	if (file == NULL)
		return false;
	while (!found && fgets(line, sizeof(line), file) != NULL)
		found = line[strspn(line, " \t")] != '#' &&
		    strstr(line, PAMCHECK_MODULE) != NULL;
	fclose(file);
	return found;
}

/* A part that others are made of is judged where it is used. */
static bool
is_included(const struct services *services, const char *name)
{
	for (int i = 0; i < services->count; i++) {
		const struct pam_stack *stack = services->stack[i];

		for (size_t j = 0; stack != NULL && j < stack->included_count;
		     j++)
			if (strcmp(stack->included[j], name) == 0)
				return true;
	}
	return false;
}

static bool
file_exists(const char *pattern)
{
	glob_t found = {0};
	bool exists = glob(pattern, 0, NULL, &found) == 0;

	globfree(&found);
	return exists;
}

/* Where libpam looks, by distribution and architecture. */
static bool
module_exists(const char *module)
{
	static const char *const folders[] = {"/lib/security",
	    "/usr/lib/security", "/lib64/security", "/lib/*/security",
	    "/usr/lib/*/security"};
	char pattern[PATH_MAX];

	if (module[0] == '/')
		return access(module, R_OK) == 0;
	for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++) {
		snprintf(pattern, sizeof(pattern), "%s/%s", folders[i], module);
		if (file_exists(pattern))
			return true;
	}
	return false;
}

/* The first line whose module of ours is not installed, or NULL. */
static const struct pam_line *
find_missing(const struct pam_stack *stack)
{
	for (size_t i = 0; i < stack->count; i++)
		if (pam_line_is(&stack->line[i], PAMCHECK_MODULE) &&
		    !module_exists(stack->line[i].module))
			return &stack->line[i];
	return NULL;
}

static void
judge_service(
    struct doctor *doctor, const char *name, const struct pam_stack *stack)
{
	struct pam_verdict verdicts[PAM_VERDICTS_MAX];
	size_t count = pamcheck_judge(stack, verdicts);
	const struct pam_line *missing = find_missing(stack);

	for (size_t i = 0; i < count; i++)
		doctor_say(doctor,
		    verdicts[i].fault ? FINDING_FAULT : FINDING_WARNING,
		    verdicts[i].next, "%s: %s", name, verdicts[i].sentence);
	if (missing != NULL)
		doctor_say(doctor, FINDING_FAULT, "install " PAMCHECK_MODULE,
		    "%s:%u: there is no module %s", missing->file,
		    missing->number, missing->module);
	else if (count == 0)
		doctor_say(doctor, FINDING_OK, "", "%s", name);
}

/* Lines of one phase only are a part to be included somewhere. */
static bool
is_part(const struct pam_stack *stack)
{
	for (size_t i = 1; i < stack->count; i++)
		if (stack->line[i].phase != stack->line[0].phase)
			return false;
	return true;
}

static bool
names_us(const struct pam_stack *stack)
{
	for (int i = 0; i < PAM_PHASE_COUNT; i++)
		if (pamcheck_names(stack, (enum pam_phase)i))
			return true;
	return false;
}

/* Whether there was anything to say. */
static bool
judge_entry(struct doctor *doctor, const struct services *services, int at)
{
	const struct pam_stack *stack = services->stack[at];
	const char *name = services->entry[at]->d_name;

	if (stack == NULL && file_names_us(doctor->pam_dir, name)) {
		doctor_say(doctor, FINDING_FAULT, "correct the line", "%s",
		    services->error[at].text);
		return true;
	}
	if (stack == NULL || !names_us(stack) || is_part(stack) ||
	    is_included(services, name))
		return false;
	judge_service(doctor, name, stack);
	return true;
}

void
check_pam(struct doctor *doctor)
{
	auto_clear(services) struct services services = {0};
	bool said = false;
	enum err e = read_services(&services, doctor->pam_dir);

	if (e != OK) {
		doctor_say(doctor, FINDING_FAULT, "", "%s: %s", doctor->pam_dir,
		    e == ERR_IO ? strerror(errno) : err_text(e));
		return;
	}
	for (int i = 0; i < services.count; i++)
		said |= judge_entry(doctor, &services, i);
	if (!said)
		doctor_say(doctor, FINDING_WARNING,
		    "see the examples of pam_jwt(8)",
		    "no file in %s names " PAMCHECK_MODULE, doctor->pam_dir);
}

/* Whether sshd asks us at all. */
static bool
sshd_uses_us(const char *pam_dir)
{
	auto_free(pam_stack) struct pam_stack *stack = NULL;
	struct pam_error error;

	return pam_stack_read(&stack, pam_dir, "sshd", &error) == OK &&
	    pamcheck_names(stack, PAM_PHASE_AUTH);
}

static void
judge_sshd(struct doctor *doctor, const struct sshd_options *options)
{
	const char *path = doctor->sshd_config;

	if (!options->value[SSHD_USE_PAM])
		doctor_say(doctor, FINDING_FAULT,
		    "write: UsePAM yes, then type: systemctl reload ssh",
		    "%s: UsePAM is no: sshd never asks PAM", path);
	if (!options->value[SSHD_KBD_INTERACTIVE])
		doctor_say(doctor, FINDING_FAULT,
		    "write: KbdInteractiveAuthentication yes, then type: "
		    "systemctl reload ssh",
		    "%s: KbdInteractiveAuthentication is no: no token can be "
		    "asked for",
		    path);
	if (options->value[SSHD_USE_PAM] &&
	    options->value[SSHD_KBD_INTERACTIVE])
		doctor_say(doctor, FINDING_OK, "", "%s", path);
}

void
check_sshd(struct doctor *doctor)
{
	struct sshd_options options;
	enum err e;

	if (!doctor->sshd_named && !sshd_uses_us(doctor->pam_dir)) {
		doctor_say(doctor, FINDING_SKIPPED, "",
		    "sshd's PAM file does not name " PAMCHECK_MODULE);
		return;
	}
	e = sshd_options_read(&options, doctor->sshd_config);
	if (e == OK)
		judge_sshd(doctor, &options);
	else
		doctor_say(doctor,
		    doctor->sshd_named ? FINDING_FAULT : FINDING_WARNING, "",
		    "%s: %s", doctor->sshd_config,
		    e == ERR_NOT_FOUND ? "there is no such file"
				       : "it cannot be read");
}
