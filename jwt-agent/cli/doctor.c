/* SPDX-License-Identifier: BSD-3-Clause */
#include "jwt-agent/cli/doctor.h"

#include "base/member.h"
#include "jwt-agent/cli/connection.h"
#include "jwt-agent/cli/output.h"
#include "varlink/socket.h"

#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define PAM_DIR "/etc/pam.d"
#define SSHD_CONFIG "/etc/ssh/sshd_config"
#define TEXT_MAX 1024

/* In this order: a fault explains those that follow. */
static const struct check {
	const char *name;
	void (*run)(struct doctor *doctor);
} checks[] = {
    {"packages", check_packages},
    {"configuration", check_config},
    {"units", check_units},
    {"socket", check_socket},
    {"store", check_store},
    {"disk", check_disk},
    {"master key", check_master_key},
    {"contents", check_contents},
    {"module", check_module},
    {"pam", check_pam},
    {"sshd", check_sshd},
    {"clock", check_clock},
};

void
doctor_path(const struct doctor *doctor, const char *path, char out[PATH_MAX])
{
	snprintf(out, PATH_MAX, "%s%s", doctor->root, path);
}

/* Users of another system are looked up in its own file. */
static const struct passwd *
find_agent(const struct doctor *doctor)
{
	const struct passwd *agent;
	char path[PATH_MAX];
	FILE *file;

	if (doctor->root[0] == '\0')
		return getpwnam(DEFAULT_AGENT_USER);
	doctor_path(doctor, "/etc/passwd", path);
	file = fopen(path, "re");
	if (file == NULL)
		return NULL;
	do
		agent = fgetpwent(file);
	while (
	    agent != NULL && strcmp(agent->pw_name, DEFAULT_AGENT_USER) != 0);
	fclose(file);
	return agent;
}

bool
doctor_trusts(const struct doctor *doctor, uid_t uid)
{
	const struct passwd *agent = find_agent(doctor);

	return uid == 0 || uid == geteuid() ||
	    (agent != NULL && uid == agent->pw_uid);
}

/* Names of files may be in no encoding at all. */
static void
make_plain(char *text)
{
	for (; *text != '\0'; text++)
		if (*text < ' ' || *text > '~')
			*text = '?';
}

static void
add(struct doctor *doctor, enum finding_result result, const char *name,
    const char *next, char *text)
{
	make_plain(text);
	doctor->fault |= result == RESULT_FAULT;
	json_array_append_new(doctor->findings,
	    json_pack("{ss ss* ss ss ss}", "check", doctor->check, "name", name,
		"result", finding_result_name(result), "message", text, "next",
		next));
}

void
doctor_find(struct doctor *doctor, enum finding finding, const char *object,
    const char *format, ...)
{
	auto_str char *next = finding_next(finding, object);
	char text[TEXT_MAX];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	if (next != NULL)
		make_plain(next);
	add(doctor, finding_result(finding), finding_name(finding),
	    next != NULL ? next : "", text);
}

void
doctor_ok(struct doctor *doctor, const char *format, ...)
{
	char text[TEXT_MAX];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	add(doctor, RESULT_OK, NULL, "", text);
}

void
doctor_skip(struct doctor *doctor, const char *format, ...)
{
	char text[TEXT_MAX];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	add(doctor, RESULT_SKIPPED, NULL, "", text);
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
	json_array_foreach (doctor->findings, at, finding)
		if (member_text(finding, "next")[0] != '\0')
			printf("%s: %s\n", member_text(finding, "name"),
			    member_text(finding, "next"));
	return e;
}

/* An option names a file itself, and its default is below the root. */
static void
choose(struct doctor *doctor, const struct call *call, enum cli_option option,
    const char *preset, char out[PATH_MAX])
{
	if (call->option[option] != NULL)
		snprintf(out, PATH_MAX, "%s", call->option[option]);
	else
		doctor_path(doctor, preset, out);
}

int
cli_doctor(const struct call *call)
{
	const char *root = call->option[CLI_ROOT];
	auto_json json_t *findings = json_array();
	struct doctor state = {
	    .root = root != NULL && strcmp(root, "/") != 0 ? root : "",
	    .config_named = call->option[CLI_CONFIG] != NULL,
	    .sshd_named = call->option[CLI_SSHD_CONFIG] != NULL,
	    .findings = findings,
	};
	enum err e;

	if (findings == NULL)
		return err_exit(ERR_NO_MEMORY);
	choose(&state, call, CLI_CONFIG, CONFIG_PATH, state.config_path);
	choose(&state, call, CLI_PAM_DIR, PAM_DIR, state.pam_dir);
	choose(&state, call, CLI_SSHD_CONFIG, SSHD_CONFIG, state.sshd_config);
	for (size_t i = 0; i < sizeof(checks) / sizeof(*checks); i++) {
		state.check = checks[i].name;
		checks[i].run(&state);
	}
	e = print(call, &state);
	config_free(state.config);
	return e == OK && state.fault ? 1 : err_exit(e);
}
