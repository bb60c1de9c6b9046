/* SPDX-License-Identifier: BSD-3-Clause */
#include "tests/pam/scene.h"

#include <jansson.h>
#include <security/pam_modules.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * Every allocation of the module fails once. A login that could not be
 * checked is neither PAM_SUCCESS nor PAM_IGNORE, which would let the next
 * module decide; and nothing leaks, which valgrind and the sanitizers see.
 *
 * The module is linked in here, with the linker's --wrap in front of its
 * allocations.
 */

#define TOKEN "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJkYWVtb24ifQ.c2ln"
#define ALLOCATIONS_MAX 2000

static const struct service services[] = {
    {"plain", "auth required pam_deny.so\n"}};

static size_t made, failing;
/* The fake agent's thread allocates, too. */
static __thread bool armed;

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
char *__real_strdup(const char *text);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
char *__wrap_strdup(const char *text);

static bool
fails(void)
{
	return armed && ++made == failing;
}

void *
__wrap_malloc(size_t size)
{
	return fails() ? NULL : __real_malloc(size);
}

void *
__wrap_calloc(size_t count, size_t size)
{
	return fails() ? NULL : __real_calloc(count, size);
}

char *
__wrap_strdup(const char *text)
{
	return fails() ? NULL : __real_strdup(text);
}

typedef int (*pam_call)(pam_handle_t *, int, int, const char **);

static int
call(struct scene *scene, pam_call entry, int flags)
{
	char socket[600];
	const char *arguments[] = {socket, "debug"};
	int code;

	snprintf(socket, sizeof(socket), "socket=%s", scene_socket());
	armed = true;
	code = entry(scene->pamh, flags, 2, arguments);
	armed = false;
	return code;
}

/* Runs until no allocation is left to fail; SUCCESS needs the agent's yes. */
static void
fail_each(pam_call entry, int flags, const char *answer, const char *method)
{
	size_t refused = 0;

	for (failing = 1; failing < ALLOCATIONS_MAX; failing++) {
		struct scene scene;
		int code;

		made = 0;
		scene_begin(&scene, "plain");
		if (strcmp(method, "Authenticate") != 0)
			pam_putenv(scene.pamh, "JWT_SESSION=" FAKE_SESSION);
		scene_answers(&scene, answer);
		code = call(&scene, entry, flags);
		assert_int_not_equal(code, PAM_IGNORE);
		if (code == PAM_SUCCESS) {
			assert_non_null(fake_agent_call(scene.agent, 0));
			assert_non_null(
			    strstr(fake_agent_call(scene.agent, 0), method));
			assert_non_null(pam_getenv(scene.pamh, "JWT_SESSION"));
		}
		refused += code != PAM_SUCCESS;
		scene_end(&scene);
		if (made < failing)
			break;
	}
	assert_true(failing < ALLOCATIONS_MAX);
	assert_true(refused > 5);
}

static void
authenticate(void **state)
{
	(void)state;
	fail_each(pam_sm_authenticate, 0, TOKEN, "Authenticate");
}

static void
account(void **state)
{
	(void)state;
	fail_each(pam_sm_acct_mgmt, 0, "", "CheckAccount");
}

static void
credential(void **state)
{
	(void)state;
	fail_each(pam_sm_setcred, PAM_ESTABLISH_CRED, "", "Credential");
}

static void
open_session(void **state)
{
	(void)state;
	fail_each(pam_sm_open_session, 0, "", "OpenSession");
}

static void
close_session(void **state)
{
	(void)state;
	fail_each(pam_sm_close_session, 0, "", "CloseSession");
}

/* Only a module may set PAM_AUTHTOK, so the new token is refused at the end
 * in this program: never a success. */
static void
change(void **state)
{
	(void)state;
	fail_each(
	    pam_sm_chauthtok, PAM_UPDATE_AUTHTOK, "jr1_b2xk", "ChangeToken");
}

static void *
jansson_malloc(size_t size)
{
	return __wrap_malloc(size);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(authenticate),
	    cmocka_unit_test(account),
	    cmocka_unit_test(credential),
	    cmocka_unit_test(open_session),
	    cmocka_unit_test(close_session),
	    cmocka_unit_test(change),
	};

	(void)argc;
	scene_stage(argv, services, sizeof(services) / sizeof(*services));
	json_set_alloc_funcs(jansson_malloc, free);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
