/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/cli/doctor.h"
#include "jwt-agent/cli/pamcheck.h"
#include "jwt-agent/cli/pamservices.h"
#include "jwt-agent/cli/sshdfile.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

static bool
file_names_us(const char *folder, const char *name)
{
	char path[PATH_MAX], line[PAM_TEXT_MAX];
	bool found = false;
	FILE *file;

	snprintf(path, sizeof(path), "%.3000s/%.1000s", folder, name);
	file = fopen(path, "re");
	if (file == NULL)
		return false;
	while (!found && fgets(line, sizeof(line), file) != NULL)
		found = line[strspn(line, " \t")] != '#' &&
		    strstr(line, PAMCHECK_MODULE) != NULL;
	fclose(file);
	return found;
}

static void
judge_service(
    struct doctor *doctor, const char *name, const struct pam_stack *stack)
{
	struct pam_verdict verdicts[PAM_VERDICTS_MAX];
	bool interactive = doctor->config == NULL ||
	    config_service(doctor->config, name)->interactive;
	size_t count = pamcheck_judge(stack, interactive, verdicts);
	char file[PATH_MAX];

	snprintf(file, sizeof(file), "%.3000s/%.1000s", doctor->pam_dir, name);
	for (size_t i = 0; i < count; i++)
		doctor_find(doctor, verdicts[i].finding, file, "%s: %s", name,
		    verdicts[i].sentence);
	if (count == 0)
		doctor_ok(doctor, "%s", name);
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
judge_entry(struct doctor *doctor, const struct pam_services *services, int at)
{
	const struct pam_stack *stack = services->stack[at];
	const char *name = services->entry[at]->d_name;

	if (stack == NULL && file_names_us(doctor->pam_dir, name)) {
		doctor_find(doctor, FOUND_PAM_LINE_INVALID, name, "%s",
		    services->error[at].text);
		return true;
	}
	if (stack == NULL || !names_us(stack) || is_part(stack) ||
	    pam_services_include(services, name))
		return false;
	judge_service(doctor, name, stack);
	return true;
}

void
check_pam(struct doctor *doctor)
{
	auto_clear(pam_services) struct pam_services services = {0};
	bool said = false;
	enum err e = pam_services_read(&services, doctor->pam_dir);

	if (e != OK) {
		doctor_find(doctor, FOUND_PAM_UNREADABLE, doctor->pam_dir,
		    "%s: %s", doctor->pam_dir,
		    e == ERR_IO ? strerror(errno) : err_text(e));
		return;
	}
	for (int i = 0; i < services.count; i++)
		said |= judge_entry(doctor, &services, i);
	if (!said)
		doctor_find(doctor, FOUND_PAM_UNUSED, doctor->pam_dir,
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
		doctor_find(doctor, FOUND_SSHD_NO_PAM, path,
		    "%s: UsePAM is no: sshd never asks PAM", path);
	if (!options->value[SSHD_KBD_INTERACTIVE])
		doctor_find(doctor, FOUND_SSHD_NO_PROMPT, path,
		    "%s: KbdInteractiveAuthentication is no: no token can be "
		    "asked for",
		    path);
	if (options->value[SSHD_USE_PAM] &&
	    options->value[SSHD_KBD_INTERACTIVE])
		doctor_ok(doctor, "%s", path);
}

void
check_sshd(struct doctor *doctor)
{
	struct sshd_options options;
	enum err e;

	if (!doctor->sshd_named && !sshd_uses_us(doctor->pam_dir)) {
		doctor_skip(
		    doctor, "sshd's PAM file does not name " PAMCHECK_MODULE);
		return;
	}
	e = sshd_options_read(&options, doctor->sshd_config);
	if (e == OK)
		judge_sshd(doctor, &options);
	else
		doctor_find(doctor, FOUND_SSHD_UNREADABLE, doctor->sshd_config,
		    "%s: %s", doctor->sshd_config,
		    e == ERR_NOT_FOUND ? "there is no such file"
				       : "it cannot be read");
}
