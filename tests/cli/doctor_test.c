/* SPDX-License-Identifier: BSD-3-Clause */
/* What the doctor reads and how it judges. */
#include "jwt-agent/cli/pamcheck.h"
#include "jwt-agent/cli/sshdfile.h"
#include "tests/cli/command_run.h"
#include "tests/cli/fake_agent.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define ACCOUNT ACCOUNT_LINE "\naccount required pam_unix.so\n"
#define SESSION SESSION_LINE "\nsession required pam_unix.so\n"
#define REST ACCOUNT SESSION

static struct command_run run;

static struct pam_stack *
read_stack(const struct folder *folder, const char *name)
{
	struct pam_stack *stack = NULL;
	struct pam_error error = {""};

	if (pam_stack_read(&stack, folder->path, name, &error) != OK)
		fail_msg("%s", error.text);
	return stack;
}

static void
test_reader(void **state)
{
	auto_clear(folder) struct folder folder;
	auto_free(pam_stack) struct pam_stack *stack = NULL;

	(void)state;
	folder_new(&folder);
	folder_write(&folder, "svc",
	    "# comment\n\n"
	    "auth\t[success=1  default=ignore]\tpam_jwt.so observe debug # x\n"
	    "-auth SUFFICIENT \\\n  /lib/security/pam_unix.so nullok \\\n  x\n"
	    "auth include part\n"
	    "auth substack part\n"
	    "@include part\n"
	    "session optional pam_motd.so [motd=/a b]",
	    0644);
	folder_write(&folder, "part",
	    "auth required pam_deny.so\naccount required pam_permit.so\n",
	    0644);
	stack = read_stack(&folder, "svc");
	assert_int_equal(stack->count, 8);
	assert_int_equal(stack->included_count, 3);
	assert_string_equal(
	    stack->line[0].control, "[success=1  default=ignore]");
	assert_true(pam_line_has(&stack->line[0], "observe"));
	assert_true(pam_line_has(&stack->line[0], "debug"));
	assert_false(pam_line_has(&stack->line[0], "x"));
	assert_int_equal(stack->line[0].number, 3);
	assert_true(stack->line[1].missing_is_fine);
	assert_true(pam_line_is(&stack->line[1], "pam_unix.so"));
	assert_true(pam_line_has(&stack->line[1], "nullok"));
	assert_true(pam_line_has(&stack->line[1], "x"));
	assert_int_equal(stack->line[2].level, 0);
	assert_string_equal(stack->line[3].control, "substack");
	assert_int_equal(stack->line[4].level, 1);
	assert_int_equal(stack->line[5].level, 0);
	assert_int_equal(stack->line[6].phase, PAM_PHASE_ACCOUNT);
	assert_int_equal(stack->line[7].phase, PAM_PHASE_SESSION);
}

static void
test_reader_refusals(void **state)
{
	static const struct {
		const char *text;
		const char *sentence;
	} bad[] = {
	    {"auth\n", "svc:1: the line has no control word"},
	    {"\nauth required\n", "svc:2: the line names no module"},
	    {"auht required pam_jwt.so\n", "svc:1: \"auht\" is none of"},
	    {"auth require pam_jwt.so\n", "svc:1: the control \"require\""},
	    {"auth [success=ok pam_jwt.so\n", "svc:1: the line has no control"},
	    {"auth [success=maybe] pam_jwt.so\n", "svc:1: the control"},
	    {"auth [success] pam_jwt.so\n", "svc:1: the control"},
	    {"auth [=ok] pam_jwt.so\n", "svc:1: the control"},
	    {"auth [success=99999] pam_jwt.so\n", "svc:1: the control"},
	    {"@include\n", "svc:1: @include names no file"},
	    {"@include nothing\n", "svc:1: there is no file nothing"},
	    {"auth include nothing\n", "svc:1: there is no file nothing"},
	    {"auth include svc\n",
		"svc:1: includes go too deep, or in a circle"},
	};
	auto_clear(folder) struct folder folder;
	struct pam_stack *stack = NULL;
	struct pam_error error;
	char *text;

	(void)state;
	folder_new(&folder);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		folder_write(&folder, "svc", bad[i].text, 0644);
		assert_int_equal(
		    pam_stack_read(&stack, folder.path, "svc", &error),
		    ERR_CONFIG);
		if (strstr(error.text, bad[i].sentence) == NULL)
			fail_msg("%s: %s", bad[i].text, error.text);
	}
	assert_int_equal(
	    pam_stack_read(&stack, folder.path, "none", &error), ERR_NOT_FOUND);

	text = calloc(1, PAM_TEXT_MAX + 100);
	assert_non_null(text);
	memset(text, 'x', PAM_TEXT_MAX + 10);
	folder_write(&folder, "svc", text, 0644);
	free(text);
	assert_int_equal(
	    pam_stack_read(&stack, folder.path, "svc", &error), ERR_CONFIG);
	assert_null(stack);
}

static void
test_too_many_lines(void **state)
{
	static const char line[] = "auth required pam_jwt.so\n";
	auto_clear(folder) struct folder folder;
	auto_str char *text = calloc(PAM_LINES_MAX + 2, sizeof(line));
	struct pam_stack *stack = NULL;
	struct pam_error error;
	char *at = text;

	(void)state;
	assert_non_null(text);
	for (int i = 0; i <= PAM_LINES_MAX; i++)
		at = stpcpy(at, line);
	folder_new(&folder);
	folder_write(&folder, "svc", text, 0644);
	assert_int_equal(
	    pam_stack_read(&stack, folder.path, "svc", &error), ERR_CONFIG);
	assert_non_null(strstr(error.text, "too many lines"));
}

#define NONE FINDING_COUNT

static const struct judgement {
	const char *text;
	enum finding finding[2]; /* NONE: no more */
} judgements[] = {
    /* as it should be */
    {"auth sufficient pam_jwt.so\n@include common-auth\n" REST, {NONE, NONE}},
    {"-auth [success=done default=ignore] pam_jwt.so\n"
     "@include common-auth\n" REST,
	{NONE, NONE}},
    {"auth [success=3 default=ignore] pam_jwt.so\n"
     "auth [success=2 default=ignore] pam_unix.so try_first_pass\n"
     "auth requisite pam_deny.so\nauth required pam_env.so\n"
     "auth required pam_permit.so\n" REST,
	{NONE, NONE}},
    {"auth sufficient pam_jwt.so\nauth substack common-auth\n" REST,
	{NONE, NONE}},
    {"auth sufficient pam_rootok.so\nauth sufficient pam_jwt.so\n"
     "auth required pam_unix.so use_first_pass\n" REST,
	{NONE, NONE}},
    {"auth optional pam_jwt.so observe\n@include common-auth\n", {NONE, NONE}},
    {"auth sufficient pam_unix.so\n"
     "auth [success=ok default=bad module_unknown=ignore] pam_jwt.so "
     "use_first_pass\n" REST,
	{NONE, NONE}},
    /* not named at all */
    {"@include common-auth\n", {NONE, NONE}},
    /* lock-outs */
    {"auth required pam_jwt.so\n@include common-auth\n" REST,
	{FOUND_PAM_NOT_ENOUGH, FOUND_PAM_LOCKS_OUT}},
    {"auth requisite pam_jwt.so\n" REST, {FOUND_PAM_LOCKS_OUT, NONE}},
    {"auth required pam_jwt.so\n" REST, {FOUND_PAM_LOCKS_OUT, NONE}},
    {"auth sufficient pam_jwt.so\nauth required pam_deny.so\n" REST,
	{FOUND_PAM_LOCKS_OUT, NONE}},
    {"auth [success=1 default=die] pam_jwt.so\n@include common-auth\n" REST,
	{FOUND_PAM_JUMP_WRONG, FOUND_PAM_LOCKS_OUT}},
    {"auth [success=2 default=ignore auth_err=die] pam_jwt.so\n"
     "@include common-auth\n" REST,
	{FOUND_PAM_LOCKS_OUT, NONE}},
    {"auth [success=2 default=ignore module_unknown=die] pam_jwt.so\n"
     "@include common-auth\n" REST,
	{FOUND_PAM_NEEDS_FILE, NONE}},
    /* a dash keeps libpam quiet and lets nobody in */
    {"auth sufficient pam_jwt.so\n@include common-auth\n"
     "-account required pam_jwt.so\naccount required pam_unix.so\n" SESSION,
	{FOUND_PAM_NEEDS_FILE, NONE}},
    {"auth sufficient pam_jwt.so\n@include common-auth\n" ACCOUNT
     "-session required pam_jwt.so\nsession required pam_unix.so\n",
	{FOUND_PAM_NEEDS_FILE, NONE}},
    {"-auth required pam_jwt.so observe\n@include common-auth\n",
	{FOUND_PAM_NEEDS_FILE, NONE}},
    /* never asked, or asked in vain */
    {"@include common-auth\nauth sufficient pam_jwt.so\n" REST,
	{FOUND_PAM_BELOW_DENY, NONE}},
    {"auth [success=1 default=ignore] pam_jwt.so\n@include common-auth\n" REST,
	{FOUND_PAM_JUMP_WRONG, NONE}},
    {"auth [success=9 default=ignore] pam_jwt.so\n@include common-auth\n" REST,
	{FOUND_PAM_JUMP_WRONG, NONE}},
    /* open to everybody */
    {"auth sufficient pam_jwt.so\nauth required pam_permit.so\n" REST,
	{FOUND_PAM_OPEN, NONE}},
    {"auth optional pam_jwt.so\nauth optional pam_permit.so\n" REST,
	{FOUND_PAM_OPEN, NONE}},
    /* two prompts, two lines */
    {"auth sufficient pam_jwt.so\nauth required pam_unix.so nullok\n" REST,
	{FOUND_PAM_ASKS_TWICE, NONE}},
    {"auth optional pam_jwt.so observe\nauth required pam_sss.so\n",
	{FOUND_PAM_ASKS_TWICE, NONE}},
    {"auth optional pam_jwt.so observe\nauth sufficient pam_jwt.so "
     "try_first_pass\n@include common-auth\n" REST,
	{FOUND_PAM_OBSERVES, NONE}},
    /* the other phases */
    {"auth sufficient pam_jwt.so\n@include common-auth\n"
     "account required pam_unix.so\n" SESSION,
	{FOUND_PAM_NO_ACCOUNT, NONE}},
    {"auth sufficient pam_jwt.so\n@include common-auth\n"
     "account sufficient pam_jwt.so\naccount required pam_unix.so\n" SESSION,
	{FOUND_PAM_ACCOUNT_BYPASS, NONE}},
    {"auth sufficient pam_jwt.so\n@include common-auth\n"
     "account [default=die success=ok] pam_jwt.so\n"
     "account required pam_unix.so\n" SESSION,
	{FOUND_PAM_ACCOUNT_LOCKS, NONE}},
    {"auth sufficient pam_jwt.so\n@include common-auth\n" ACCOUNT,
	{FOUND_PAM_NO_SESSION, NONE}},
    {"auth sufficient pam_jwt.so\n@include common-auth\n" ACCOUNT
     "session [success=ok default=die] pam_jwt.so\n"
     "session required pam_unix.so\n",
	{FOUND_PAM_SESSION_LOCKS, NONE}},
};

static void
assert_judged(const struct folder *folder, const struct judgement *judgement)
{
	auto_free(pam_stack) struct pam_stack *stack = NULL;
	struct pam_verdict verdict[PAM_VERDICTS_MAX];
	size_t count, expected = 0;

	folder_write(folder, "svc", judgement->text, 0644);
	stack = read_stack(folder, "svc");
	count = pamcheck_judge(stack, true, verdict);
	while (expected < 2 && judgement->finding[expected] != NONE)
		expected++;
	for (size_t i = 0; i < count; i++)
		if (i >= expected ||
		    verdict[i].finding != judgement->finding[i])
			fail_msg("%s%s", judgement->text, verdict[i].sentence);
	if (count != expected)
		fail_msg("silent about: %s", judgement->text);
}

static void
test_judgement(void **state)
{
	auto_clear(folder) struct folder folder;

	(void)state;
	folder_new(&folder);
	folder_write(&folder, "common-auth",
	    "auth [success=1 default=ignore] pam_unix.so try_first_pass\n"
	    "auth requisite pam_deny.so\nauth required pam_permit.so\n",
	    0644);
	for (size_t i = 0; i < sizeof(judgements) / sizeof(*judgements); i++)
		assert_judged(&folder, &judgements[i]);
}

/* Programs have no password to go on with, and may open no sessions. */
static void
test_where_nobody_sits(void **state)
{
	auto_clear(folder) struct folder folder;
	auto_free(pam_stack) struct pam_stack *stack = NULL;
	struct pam_verdict verdict[PAM_VERDICTS_MAX];

	(void)state;
	folder_new(&folder);
	folder_write(&folder, "svc",
	    "auth required pam_jwt.so\naccount required pam_jwt.so\n", 0644);
	stack = read_stack(&folder, "svc");
	assert_int_equal(pamcheck_judge(stack, false, verdict), 0);
	assert_int_equal(pamcheck_judge(stack, true, verdict), 2);
	assert_int_equal(verdict[0].finding, FOUND_PAM_LOCKS_OUT);
	assert_int_equal(verdict[1].finding, FOUND_PAM_NO_SESSION);
}

/* What is shipped is judged well, or as badly as it says of itself. */
static void
test_examples(void **state)
{
	static const struct {
		const char *name;
		size_t count;
	} examples[] = {{"sshd", 0}, {"observe", 0}, {"token-only", 1}};
	static const char *const files[] = {"sshd", "observe", "token-only",
	    "common-auth", "common-account", "common-session"};
	auto_clear(folder) struct folder folder;
	struct folder source;

	(void)state;
	folder_new(&folder);
	snprintf(source.path, sizeof(source.path), "%.1000s/etc/pam.d",
	    getenv("srcdir") != NULL ? getenv("srcdir") : ".");
	folder_write(&folder, "common-password", "", 0644);
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		auto_str char *text = folder_read(&source, files[i]);

		assert_non_null(text);
		folder_write(&folder, files[i], text, 0644);
	}
	for (size_t i = 0; i < sizeof(examples) / sizeof(*examples); i++) {
		auto_free(pam_stack) struct pam_stack *stack =
		    read_stack(&folder, examples[i].name);
		struct pam_verdict verdict[PAM_VERDICTS_MAX];

		assert_int_equal(
		    pamcheck_judge(stack, true, verdict), examples[i].count);
	}
}

static void
test_sshd_options(void **state)
{
	static const struct {
		const char *text;
		bool use_pam;
		bool interactive;
	} files[] = {
	    {"", false, true},
	    {"UsePAM yes\n", true, true},
	    {"usepam=yes\nkbdinteractiveauthentication = no\n", true, false},
	    {"UsePAM \"yes\" # x\n#KbdInteractiveAuthentication no\n", true,
		true},
	    {"UsePAM yes\nUsePAM no\n", true, true},
	    {"ChallengeResponseAuthentication no\n", false, false},
	    {"Match User bob\nUsePAM yes\nKbdInteractiveAuthentication no\n",
		false, true},
	    {"UsePAM yes\nInclude %s/d/*.conf\nMatch all\n", true, false},
	    {"Include %s/d/*.conf\nKbdInteractiveAuthentication yes\n", false,
		false},
	    {"Include %s/m/*.conf\nUsePAM yes\n", true, true},
	    {"Include %s/none/*.conf\n", false, true},
	};
	auto_clear(folder) struct folder folder;
	struct sshd_options options;
	char path[PATH_MAX], text[PATH_MAX + 256];

	(void)state;
	folder_new(&folder);
	folder_write(
	    &folder, "d/1.conf", "KbdInteractiveAuthentication no\n", 0644);
	folder_write(
	    &folder, "d/2.conf", "KbdInteractiveAuthentication yes\n", 0644);
	folder_write(&folder, "m/1.conf", "Match User bob\nUsePAM no\n", 0644);
	folder_path(&folder, "sshd_config", path);
	assert_int_equal(sshd_options_read(&options, path), ERR_NOT_FOUND);
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		const char *place = strstr(files[i].text, "%s");

		if (place != NULL)
			snprintf(text, sizeof(text), "%.*s%s%s",
			    (int)(place - files[i].text), files[i].text,
			    folder.path, place + 2);
		else
			snprintf(text, sizeof(text), "%s", files[i].text);
		folder_write(&folder, "sshd_config", text, 0644);
		assert_int_equal(sshd_options_read(&options, path), OK);
		if (options.value[SSHD_USE_PAM] != files[i].use_pam ||
		    options.value[SSHD_KBD_INTERACTIVE] != files[i].interactive)
			fail_msg("wrong: %s", text);
	}
	/* one that includes itself */
	snprintf(text, sizeof(text), "Include %s\n", path);
	folder_write(&folder, "sshd_config", text, 0644);
	assert_int_equal(sshd_options_read(&options, path), ERR_IO);
}

static json_t *
answer(const char *method, const json_t *parameters, void *state)
{
	(void)method;
	(void)parameters;
	(void)state;
	return fake_refusal("org.varlink.service.PermissionDenied", NULL);
}

/* The result of the first finding of a check; "" when there is none. */
static const char *
result_of(const json_t *findings, const char *check)
{
	const json_t *finding;
	size_t at;

	json_array_foreach (findings, at, finding)
		if (strcmp(json_string_value(json_object_get(finding, "check")),
			check) == 0)
			return json_string_value(
			    json_object_get(finding, "result"));
	return "";
}

struct case_paths {
	char pam[PATH_MAX];
	char sshd[PATH_MAX];
};

static json_t *
examine(const struct fake_agent *agent, const struct case_paths *paths)
{
	command_run(&run, "doctor", "--config", agent->config, "--pam-dir",
	    paths->pam, "--sshd-config", paths->sshd, "--json", NULL);
	return command_json(&run);
}

static void
expect(const struct fake_agent *agent, const struct case_paths *paths,
    const char *check, const char *result)
{
	json_t *findings = examine(agent, paths);

	if (strcmp(result_of(findings, check), result) != 0)
		fail_msg("%s: %s", check, run.said);
	if (strcmp(result, "fault") == 0)
		assert_int_equal(run.code, 1);
	json_decref(findings);
}

static void
test_doctor(void **state)
{
	struct fake_agent agent = {0};
	struct case_paths paths;
	auto_str char *config = NULL;

	(void)state;
	fake_agent_start(&agent, answer, NULL);
	config = folder_read(&agent.folder, "jwt-agent.conf");
	folder_path(&agent.folder, "pam", paths.pam);
	folder_path(&agent.folder, "sshd_config", paths.sshd);
	folder_write(
	    &agent.folder, "pam/other", "auth required pam_deny.so\n", 0644);
	folder_write(&agent.folder, "sshd_config", "UsePAM yes\n", 0644);
	expect(&agent, &paths, "configuration", "ok");
	expect(&agent, &paths, "socket", "ok");
	expect(&agent, &paths, "pam", "warning");
	expect(&agent, &paths, "sshd", "ok");

	folder_write(&agent.folder, "sshd_config", "UsePAM no\n", 0644);
	expect(&agent, &paths, "sshd", "fault");
	folder_write(&agent.folder, "sshd_config",
	    "UsePAM yes\nKbdInteractiveAuthentication no\n", 0644);
	expect(&agent, &paths, "sshd", "fault");

	folder_write(
	    &agent.folder, "pam/su", "auth required pam_jwt.so\n" REST, 0644);
	expect(&agent, &paths, "pam", "fault");
	folder_write(
	    &agent.folder, "pam/su", "auth requierd pam_jwt.so\n", 0644);
	expect(&agent, &paths, "pam", "fault");
	/* not our line, not our business */
	folder_write(
	    &agent.folder, "pam/su", "auth requierd pam_unix.so\n", 0644);
	expect(&agent, &paths, "pam", "warning");
	/* a part is judged where it is used */
	folder_write(&agent.folder, "pam/su", "@include jwt\n" REST, 0644);
	folder_write(&agent.folder, "pam/jwt",
	    "auth sufficient pam_jwt.so\nauth required pam_unix.so\n", 0644);
	json_decref(examine(&agent, &paths));
	assert_null(strstr(run.said, "no account line"));
	/* a module that is nowhere */
	folder_write(&agent.folder, "pam/jwt",
	    "auth sufficient /nowhere/pam_jwt.so\n"
	    "auth required pam_unix.so\n",
	    0644);
	json_decref(examine(&agent, &paths));
	assert_non_null(
	    strstr(run.said, "there is no module /nowhere/pam_jwt.so"));
	assert_int_equal(run.code, 1);

	assert_int_equal(chmod(agent.folder.path, 0777), 0);
	expect(&agent, &paths, "socket", "fault");
	assert_int_equal(chmod(agent.folder.path, 0700), 0);
	folder_write(&agent.folder, "jwt-agent.conf", "[agent]\nx = y\n", 0644);
	expect(&agent, &paths, "configuration", "fault");
	expect(&agent, &paths, "socket", "not checked");
	folder_write(&agent.folder, "jwt-agent.conf", config, 0666);
	expect(&agent, &paths, "configuration", "warning");

	fake_agent_stop(&agent);
	expect(&agent, &paths, "socket", "fault");
	command_run(&run, "doctor", "--config", agent.config, NULL);
	assert_int_equal(run.code, 1);
	assert_non_null(
	    strstr(run.said, "\nsocket-missing: systemctl restart "));
	fake_agent_clear(&agent);
}

static void
test_doctor_store(void **state)
{
	struct fake_agent agent = {0};
	struct case_paths paths;
	char text[PATH_MAX * 4];

	(void)state;
	if (geteuid() != 0)
		skip();
	fake_agent_start(&agent, answer, NULL);
	folder_path(&agent.folder, "pam", paths.pam);
	folder_path(&agent.folder, "sshd_config", paths.sshd);
	snprintf(text, sizeof(text),
	    "[agent]\nsocket=%.60s/socket\nstore=%.60s/store\n"
	    "master_key=%.60s/key\n",
	    agent.folder.path, agent.folder.path, agent.folder.path);
	folder_write(&agent.folder, "jwt-agent.conf", text, 0644);
	expect(&agent, &paths, "store", "warning");
	expect(&agent, &paths, "master key", "ok");
	folder_write(&agent.folder, "store/data.mdb", "", 0600);
	folder_write(
	    &agent.folder, "key", "01234567890123456789012345678901", 0600);
	expect(&agent, &paths, "store", "ok");
	expect(&agent, &paths, "master key", "ok");
	folder_write(&agent.folder, "key", "", 0640);
	expect(&agent, &paths, "master key", "fault");
	folder_path(&agent.folder, "key", text);
	assert_int_equal(chmod(text, 0600), 0);
	assert_int_equal(chown(text, 12345, 12345), 0);
	expect(&agent, &paths, "master key", "fault");
	folder_path(&agent.folder, "store", text);
	assert_int_equal(chmod(text, 0755), 0);
	expect(&agent, &paths, "store", "warning");
	assert_int_equal(chown(text, 12345, 12345), 0);
	expect(&agent, &paths, "store", "fault");
	fake_agent_clear(&agent);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_reader),
	    cmocka_unit_test(test_reader_refusals),
	    cmocka_unit_test(test_too_many_lines),
	    cmocka_unit_test(test_judgement),
	    cmocka_unit_test(test_where_nobody_sits),
	    cmocka_unit_test(test_examples),
	    cmocka_unit_test(test_sshd_options),
	    cmocka_unit_test(test_doctor),
	    cmocka_unit_test(test_doctor_store),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
