/* SPDX-License-Identifier: BSD-3-Clause */
/* Our walk through a stack against the one of libpam itself. */
#include "jwt-agent/cli/pamcontrol.h"
#include "tests/cli/folder.h"

#include <security/pam_appl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <string.h>

#define YES " pam_debug.so auth=success\n"
#define NO " pam_debug.so auth=auth_err\n"
#define IGNORE " pam_debug.so auth=ignore\n"
#define UNAVAILABLE " pam_debug.so auth=authinfo_unavail\n"

static const struct {
	const char *text;
	bool granted;
} stacks[] = {
    {"", false},
    {"auth required" YES, true},
    {"auth required" NO, false},
    {"auth required" IGNORE, false},
    {"auth optional" YES, true},
    {"auth optional" NO, false},
    {"auth optional" NO "auth optional" YES, true},
    {"auth required" NO "auth required" YES, false},
    {"auth requisite" NO "auth sufficient" YES, false},
    {"auth sufficient" YES "auth required" NO, true},
    {"auth sufficient" NO "auth required" YES, true},
    {"auth required" NO "auth sufficient" YES, false},
    {"auth required" YES "auth sufficient" NO, true},
    {"auth [success=1 default=ignore]" YES "auth requisite" NO
     "auth required" YES,
	true},
    {"auth [success=1 default=ignore]" NO "auth requisite" NO
     "auth required" YES,
	false},
    {"auth [success=1 default=ignore]" YES "auth required" YES, false},
    {"auth [success=2 default=ignore]" YES "auth required" YES, false},
    {"auth required" YES "auth [success=1 default=ignore]" YES
     "auth required" NO,
	true},
    {"auth [default=ok]" NO, false},
    {"auth [default=ok]" NO "auth required" YES, false},
    {"auth required" YES "auth [default=ok]" NO "auth required" YES, false},
    {"auth [default=done]" NO "auth required" YES, false},
    {"auth required" YES "auth [default=done]" IGNORE "auth required" NO,
	false},
    {"auth required" YES "auth [default=ok]" IGNORE "auth required" YES, false},
    {"auth [default=ok]" NO "auth [success=reset]" YES "auth required" YES,
	true},
    {"auth [default=done]" NO "auth [success=reset]" YES "auth required" YES,
	false},
    {"auth required" NO "auth [success=reset]" YES "auth required" YES, true},
    {"auth [auth_err=die]" YES "auth required" YES, false},
    {"auth [authinfo_unavail=ignore default=die]" UNAVAILABLE
     "auth required" YES,
	true},
    {"auth [authinfo_unavail=ignore default=die]" NO "auth required" YES,
	false},
    {"auth substack @/grant\nauth required" YES, true},
    {"auth substack @/grant\nauth required" NO, false},
    {"auth substack @/grant\n", true},
    {"auth include @/grant\nauth required" NO, true},
    {"auth substack @/deny\nauth sufficient" YES, false},
    {"auth include @/deny\nauth sufficient" YES, false},
    {"auth sufficient" YES "auth substack @/deny\n", true},
    {"auth [success=1 default=ignore]" YES "auth substack @/deny\n"
     "auth required" YES,
	true},
    {"auth [success=1 default=ignore]" YES "auth include @/deny\n"
     "auth required" YES,
	true},
    {"auth substack @/jump\nauth required" YES, false},
    {"auth substack @/outer\nauth required" NO, false},
    {"auth substack @/outer\nauth required" YES, true},
    {"auth substack @/reset\n", false},
    {"auth required" YES "auth substack @/reset\n", true},
    {"auth required" NO "auth substack @/reset\nauth required" YES, false},
    {"auth [default=ok]" NO "auth [default=done]" YES "auth [success=reset]" YES
     "auth required" YES,
	false},
    {"auth required" YES "auth [auth_err=ignore default=bad]" IGNORE, false},
    {"account required pam_debug.so acct=success\n", false},
};

static enum pam_answer
oracle(const struct pam_line *line, void *context)
{
	(void)context;
	if (pam_line_has(line, "auth=success"))
		return PAM_ANSWER_SUCCESS;
	if (pam_line_has(line, "auth=ignore"))
		return PAM_ANSWER_IGNORE;
	if (pam_line_has(line, "auth=authinfo_unavail"))
		return PAM_ANSWER_AUTHINFO_UNAVAIL;
	return PAM_ANSWER_AUTH_ERR;
}

static int
converse(int count, const struct pam_message **messages,
    struct pam_response **responses, void *context)
{
	(void)messages;
	(void)context;
	*responses = calloc((size_t)count, sizeof(**responses));
	return *responses != NULL ? PAM_SUCCESS : PAM_BUF_ERR;
}

static bool
libpam_grants(const struct folder *folder)
{
	const struct pam_conv conversation = {converse, NULL};
	pam_handle_t *pamh = NULL;
	int code;

	assert_int_equal(pam_start_confdir(
			     "svc", "root", &conversation, folder->path, &pamh),
	    PAM_SUCCESS);
	code = pam_authenticate(pamh, PAM_SILENT);
	pam_end(pamh, code);
	return code == PAM_SUCCESS;
}

static bool
we_grant(const struct folder *folder)
{
	auto_free(pam_stack) struct pam_stack *stack = NULL;
	struct pam_error error = {""};

	if (pam_stack_read(&stack, folder->path, "svc", &error) != OK)
		fail_msg("%s", error.text);
	return pam_stack_grants(stack, PAM_PHASE_AUTH, oracle, NULL);
}

/* Every @ is the folder: libpam looks for other names in /etc/pam.d only. */
static void
write_stack(const struct folder *folder, const char *name, const char *text)
{
	char whole[4096] = "";
	char *to = whole;

	for (; *text != '\0'; text++)
		if (*text == '@')
			to = stpcpy(to, folder->path);
		else
			*to++ = *text;
	folder_write(folder, name, whole, 0644);
}

static void
prepare(struct folder *folder)
{
	folder_new(folder);
	write_stack(folder, "grant", "auth sufficient" YES "auth required" NO);
	write_stack(folder, "deny", "auth requisite" NO "auth required" YES);
	write_stack(folder, "jump", "auth [success=1 default=ignore]" YES);
	write_stack(
	    folder, "reset", "auth required" NO "auth [success=reset]" YES);
	write_stack(
	    folder, "outer", "auth substack @/grant\nauth required" YES);
	/* what libpam asks where a service has no line */
	folder_write(folder, "other", "auth required" NO, 0644);
}

static void
test_walk(void **state)
{
	auto_clear(folder) struct folder folder;

	(void)state;
	prepare(&folder);
	for (size_t i = 0; i < sizeof(stacks) / sizeof(*stacks); i++) {
		write_stack(&folder, "svc", stacks[i].text);
		if (we_grant(&folder) != stacks[i].granted)
			fail_msg("wrong: %s", stacks[i].text);
	}
}

static void
test_libpam_agrees(void **state)
{
	auto_clear(folder) struct folder folder;

	(void)state;
	prepare(&folder);
	folder_write(&folder, "svc", "auth required" YES, 0644);
	if (!libpam_grants(&folder))
		skip(); /* there is no pam_debug.so */
	for (size_t i = 0; i < sizeof(stacks) / sizeof(*stacks); i++) {
		write_stack(&folder, "svc", stacks[i].text);
		if (libpam_grants(&folder) != stacks[i].granted)
			fail_msg("libpam says otherwise: %s", stacks[i].text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_walk),
	    cmocka_unit_test(test_libpam_agrees),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
