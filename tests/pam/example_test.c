/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/pam/replace.h"
#include "tests/pam/scene.h"

#include <libpamtest.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * The shipped examples of etc/pam.d, with four changes: the module's path, a
 * password module that takes the password "hunter2" from PAM_AUTHTOK in the
 * place of pam_unix, none of the modules that change the test's process, and
 * included files as they would be without us, because pam_wrapper does not
 * lead @include to its own folder.
 */

#define TOKEN "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJkYWVtb24ifQ.c2ln"
#define TEXT_MAX 8192
#define PASSWORD "pam_exec.so quiet expose_authtok /usr/bin/grep -qzx hunter2"

static const struct replacement changes[] = {
    {"pam_jwt.so", "@JWT@"},
    {"pam_unix.so try_first_pass", PASSWORD},
    {"pam_unix.so nullok try_first_pass", PASSWORD},
    {"pam_unix.so", "pam_permit.so"},
    {"pam_systemd.so", "pam_permit.so"},
    {"@include common-auth\n",
	"auth [success=1 default=ignore] " PASSWORD "\n"
	"auth requisite pam_deny.so\nauth required pam_permit.so\n"},
    {"@include common-account\n", "account required pam_permit.so\n"},
    {"@include common-session\n", "session required pam_permit.so\n"},
    {"@include common-password\n", "password required pam_permit.so\n"},
};

static const char *const examples[] = {"sshd", "observe", "token-only"};

/* login(1) and the like include three of them. */
static const char *const common[] = {
    "common-auth", "common-account", "common-session"};

/* How else the module may stand in a stack. */
static const struct service stacks[] = {
    {"sufficient",
	"auth sufficient @JWT@\nauth required " PASSWORD "\n"
	"auth required pam_permit.so\n"},
    {"done",
	"auth [success=done default=ignore] @JWT@\n"
	"auth required pam_permit.so\n"},
    {"jump",
	"auth [success=1 default=ignore] @JWT@\n"
	"auth requisite pam_deny.so\nauth required pam_permit.so\n"},
    {"denied",
	"auth [success=2 default=ignore] @JWT@\n"
	"auth [success=1 default=ignore] " PASSWORD "\n"
	"auth requisite pam_deny.so\nauth required pam_permit.so\n"
	"account [success=ok ignore=ignore default=bad] @JWT@\n"
	"account required pam_debug.so acct=perm_denied\n"},
    {"removed",
	"auth [success=2 default=ignore] /nowhere/pam_jwt.so\n"
	"auth [success=1 default=ignore] pam_permit.so\n"
	"auth requisite pam_deny.so\nauth required pam_permit.so\n"
	"account [success=ok new_authtok_reqd=ok ignore=ignore "
	"module_unknown=ignore default=bad] /nowhere/pam_jwt.so\n"
	"account required pam_permit.so\n"
	"session [success=ok ignore=ignore module_unknown=ignore "
	"default=bad] /nowhere/pam_jwt.so\n"
	"session required pam_permit.so\n"},
};

#define EXAMPLES (sizeof(examples) / sizeof(*examples))
#define STACKS (sizeof(stacks) / sizeof(*stacks))

static void
check(bool good, const char *what)
{
	if (good)
		return;
	perror(what);
	exit(1);
}

static void
write_example(FILE *out, const char *name)
{
	const char *top = getenv("srcdir");
	char path[512], line[512];
	FILE *in;

	snprintf(path, sizeof(path), "%s/etc/pam.d/%s", top != NULL ? top : ".",
	    name);
	in = fopen(path, "r");
	check(in != NULL, path);
	while (fgets(line, sizeof(line), in) != NULL)
		replace_words(
		    out, line, changes, sizeof(changes) / sizeof(*changes));
	fclose(in);
}

/* One service of one or more examples. */
static struct service
service_of(const char *name, const char *const *names, size_t count,
    char text[TEXT_MAX])
{
	FILE *out = fmemopen(text, TEXT_MAX, "w");

	check(out != NULL, name);
	for (size_t i = 0; i < count; i++)
		write_example(out, names[i]);
	check(fclose(out) == 0, name);
	return (struct service){name, text};
}

static void
stage(char **argv)
{
	static char texts[EXAMPLES + 1][TEXT_MAX];
	struct service services[EXAMPLES + 1 + STACKS];

	for (size_t i = 0; i < EXAMPLES; i++)
		services[i] =
		    service_of(examples[i], &examples[i], 1, texts[i]);
	services[EXAMPLES] = service_of(
	    "login", common, sizeof(common) / sizeof(*common), texts[EXAMPLES]);
	memcpy(services + EXAMPLES + 1, stacks, sizeof(stacks));
	scene_stage(argv, services, EXAMPLES + 1 + STACKS);
}

static struct fake_agent *agent;

static int
start_agent(void **state)
{
	(void)state;
	agent = fake_agent_start(scene_socket(), geteuid());
	return 0;
}

static int
stop_agent(void **state)
{
	(void)state;
	fake_agent_stop(agent);
	agent = NULL;
	return 0;
}

#define run_cases(service, conversation, cases)                                \
	do {                                                                   \
		enum pamtest_err result = run_pamtest(                         \
		    service, SCENE_USER, conversation, cases, NULL);           \
                                                                               \
		if (result == PAMTEST_ERR_CASE)                                \
			print_failed(service, pamtest_failed_case(cases));     \
		assert_int_equal(result, PAMTEST_ERR_OK);                      \
	} while (0)

static void
print_failed(const char *service, const struct pam_testcase *failed)
{
	print_error("%s: operation %d: %s, not %s\n", service,
	    (int)failed->pam_operation, pam_strerror(NULL, failed->op_rv),
	    pam_strerror(NULL, failed->expected_rv));
}

/* As login(1) does: one process, one handle. */
static void
log_in(const char *service, const char *first, const char *second, int code)
{
	const char *answers[] = {first, second, NULL};
	char error[PAM_MAX_MSG_SIZE], *errors[] = {error, error, NULL};
	struct pamtest_conv_data conversation = {
	    .in_echo_off = answers, .out_err = errors};
	struct pam_testcase whole[] = {
	    pam_test(PAMTEST_AUTHENTICATE, PAM_SUCCESS),
	    pam_test_flags(PAMTEST_SETCRED, PAM_SUCCESS, PAM_ESTABLISH_CRED),
	    pam_test(PAMTEST_ACCOUNT, PAM_SUCCESS),
	    pam_test(PAMTEST_OPEN_SESSION, PAM_SUCCESS),
	    pam_test(PAMTEST_CLOSE_SESSION, PAM_SUCCESS),
	    pam_test_flags(PAMTEST_SETCRED, PAM_SUCCESS, PAM_DELETE_CRED),
	};
	struct pam_testcase refused[] = {
	    pam_test(PAMTEST_AUTHENTICATE, code),
	};

	if (code == PAM_SUCCESS)
		run_cases(service, &conversation, whole);
	else
		run_cases(service, &conversation, refused);
}

/* As sshd does after a login: a process that has not authenticated. */
static void
take_credentials(const char *service)
{
	struct pamtest_conv_data conversation = {0};
	struct pam_testcase cases[] = {
	    pam_test_flags(PAMTEST_SETCRED, PAM_SUCCESS, PAM_ESTABLISH_CRED),
	    pam_test_flags(PAMTEST_SETCRED, PAM_SUCCESS, PAM_REINITIALIZE_CRED),
	    pam_test_flags(PAMTEST_SETCRED, PAM_SUCCESS, PAM_DELETE_CRED),
	};

	run_cases(service, &conversation, cases);
}

static void
a_token_logs_in(void **state)
{
	(void)state;
	log_in("sshd", TOKEN, NULL, PAM_SUCCESS);
	assert_non_null(strstr(fake_agent_call(agent, 0), "Authenticate"));
	assert_non_null(strstr(fake_agent_call(agent, 1), "establish"));
	assert_non_null(strstr(fake_agent_call(agent, 2), "CheckAccount"));
	assert_non_null(strstr(fake_agent_call(agent, 3), "OpenSession"));
	assert_non_null(strstr(fake_agent_call(agent, 4), "CloseSession"));
	assert_non_null(strstr(fake_agent_call(agent, 5), "delete"));
}

static void
a_token_logs_in_by_common_files(void **state)
{
	(void)state;
	log_in("login", TOKEN, NULL, PAM_SUCCESS);
}

static void
a_token_logs_in_where_nothing_else_does(void **state)
{
	(void)state;
	log_in("token-only", TOKEN, NULL, PAM_SUCCESS);
}

/* One prompt: there is no second answer to give. */
static void
a_password_logs_in(void **state)
{
	(void)state;
	log_in("sshd", "hunter2", NULL, PAM_SUCCESS);
	log_in("login", "hunter2", NULL, PAM_SUCCESS);
	log_in("observe", "hunter2", NULL, PAM_SUCCESS);
	if (agent != NULL)
		assert_null(fake_agent_call(agent, 0));
}

static void
a_wrong_answer_does_not(void **state)
{
	(void)state;
	log_in("sshd", "wrong", NULL, PAM_AUTH_ERR);
	log_in("login", "wrong", NULL, PAM_AUTH_ERR);
	log_in("observe", "wrong", NULL, PAM_AUTH_ERR);
	log_in("token-only", "hunter2", NULL, PAM_AUTH_ERR);
}

static void
a_refused_token_does_not(void **state)
{
	(void)state;
	fake_agent_error(
	    agent, "Authenticate", "io.jwtagent.Revoked", "revoked");
	log_in("sshd", TOKEN, NULL, PAM_AUTH_ERR);
	log_in("token-only", TOKEN, NULL, PAM_AUTH_ERR);
}

static void
without_an_agent_a_token_does_not(void **state)
{
	(void)state;
	log_in("sshd", TOKEN, NULL, PAM_AUTH_ERR);
	log_in("token-only", TOKEN, NULL, PAM_AUTHINFO_UNAVAIL);
}

static void
an_observed_token_does_not(void **state)
{
	(void)state;
	log_in("observe", TOKEN, NULL, PAM_AUTH_ERR);
	assert_non_null(strstr(fake_agent_call(agent, 0), "Observe"));
	assert_null(fake_agent_call(agent, 1));
}

static void
credentials_do_not_need_us(void **state)
{
	static const char *const services[] = {
	    "sshd", "login", "token-only", "sufficient", "done", "jump"};

	(void)state;
	for (size_t i = 0; i < sizeof(services) / sizeof(*services); i++)
		take_credentials(services[i]);
}

static void
a_module_below_can_still_deny(void **state)
{
	const char *answers[] = {TOKEN, NULL};
	struct pamtest_conv_data conversation = {.in_echo_off = answers};
	struct pam_testcase cases[] = {
	    pam_test(PAMTEST_AUTHENTICATE, PAM_SUCCESS),
	    pam_test(PAMTEST_ACCOUNT, PAM_PERM_DENIED),
	};

	(void)state;
	run_cases("denied", &conversation, cases);
}

static void
a_removed_module_locks_nobody_out(void **state)
{
	(void)state;
	log_in("removed", "", NULL, PAM_SUCCESS);
}

#define WITH_AGENT(test)                                                       \
	cmocka_unit_test_setup_teardown(test, start_agent, stop_agent)

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
	    WITH_AGENT(a_token_logs_in),
	    WITH_AGENT(a_token_logs_in_by_common_files),
	    WITH_AGENT(a_token_logs_in_where_nothing_else_does),
	    WITH_AGENT(a_password_logs_in),
	    cmocka_unit_test(a_password_logs_in),
	    WITH_AGENT(a_wrong_answer_does_not),
	    cmocka_unit_test(a_wrong_answer_does_not),
	    WITH_AGENT(a_refused_token_does_not),
	    cmocka_unit_test(without_an_agent_a_token_does_not),
	    WITH_AGENT(an_observed_token_does_not),
	    cmocka_unit_test(credentials_do_not_need_us),
	    WITH_AGENT(a_module_below_can_still_deny),
	    cmocka_unit_test(a_removed_module_locks_nobody_out),
	};

	(void)argc;
	stage(argv);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
