/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/cli/doctor.h"

#include "jwt-agent/cli/connection.h"
#include "jwt-agent/cli/output.h"

#include <stdarg.h>
#include <stdio.h>

#define PAM_DIR "/etc/pam.d"
#define SSHD_CONFIG "/etc/ssh/sshd_config"

static const struct check {
	const char *name;
	void (*run)(struct doctor *doctor);
} checks[] = {
    {"configuration", check_config},
    {"socket", check_socket},
    {"store", check_store},
    {"master key", check_master_key},
    {"pam", check_pam},
    {"sshd", check_sshd},
    {"clock", check_clock},
};

static const char *const names[] = {
    [FINDING_OK] = "ok",
    [FINDING_SKIPPED] = "not checked",
    [FINDING_WARNING] = "warning",
    [FINDING_FAULT] = "fault",
};

void
doctor_say(struct doctor *doctor, enum finding finding, const char *next,
    const char *format, ...)
{
	char text[1024];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	/* names of files may be in no encoding at all */
	for (char *at = text; *at != '\0'; at++)
		if (*at < ' ' || *at > '~')
			*at = '?';
	doctor->fault |= finding == FINDING_FAULT;
	json_array_append_new(doctor->findings,
	    json_pack("{ss ss ss ss}", "check", doctor->check, "result",
		names[finding], "message", text, "next", next));
}

static enum err
print(const struct call *call, const struct doctor *doctor)
{
	static const struct column columns[] = {
	    {"CHECK", "check", COLUMN_PLAIN},
	    {"RESULT", "result", COLUMN_PLAIN},
	    {"FOUND", "message", COLUMN_PLAIN},
	};
	const json_t *finding;
	size_t at;
	enum err e;

	if (call_has(call, CLI_JSON))
		return output_json(doctor->findings);
	e = output_table(
	    columns, sizeof(columns) / sizeof(*columns), doctor->findings);
	json_array_foreach (doctor->findings, at, finding) {
		const char *next =
		    json_string_value(json_object_get(finding, "next"));

		if (next != NULL && next[0] != '\0')
			printf("%s: %s\n",
			    json_string_value(
				json_object_get(finding, "check")),
			    next);
	}
	return e;
}

int
cli_doctor(const struct call *call)
{
	const char *config = call->option[CLI_CONFIG];
	const char *pam_dir = call->option[CLI_PAM_DIR];
	const char *sshd = call->option[CLI_SSHD_CONFIG];
	auto_json json_t *findings = json_array();
	struct doctor state = {
	    .config_path = config != NULL ? config : CONFIG_PATH,
	    .config_named = config != NULL,
	    .pam_dir = pam_dir != NULL ? pam_dir : PAM_DIR,
	    .sshd_config = sshd != NULL ? sshd : SSHD_CONFIG,
	    .sshd_named = sshd != NULL,
	    .findings = findings,
	};
	enum err e;

	if (findings == NULL)
		return err_exit(ERR_NO_MEMORY);
	for (size_t i = 0; i < sizeof(checks) / sizeof(*checks); i++) {
		state.check = checks[i].name;
		checks[i].run(&state);
	}
	e = print(call, &state);
	config_free(state.config);
	return e == OK && state.fault ? 1 : err_exit(e);
}
